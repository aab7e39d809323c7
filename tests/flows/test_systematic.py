"""Volatility targets, VaR limits and trends: how much, by which move, over which days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from quantquake.errors import ConfigError, DataError, QuantquakeError
from quantquake.flows.ewma import updated_volatility
from quantquake.flows.holder import Size
from quantquake.flows.systematic import PUBLISHED_SENSITIVITY, systematic_supply
from quantquake.flows.trend import Breakout, Crossover, TrendFollowers
from quantquake.flows.var_limit import VarLimit, exposure_change, limit_exposure
from quantquake.flows.vol_control import VolControl, target_exposure

FALLS = np.round(np.arange(-0.20, 0.0001, 0.005), 6)


def closes(days: int = 300, seed: int = 3, drift: float = 0.001) -> pd.Series:
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2025-01-01", periods=days, name="date")
    return pd.Series(100 * np.exp(np.cumsum(rng.normal(drift, 0.01, days))), dates)


# --- the update ---------------------------------------------------------------------------------


@pytest.mark.feature("D14", "E06")
def test_var_shock_of_the_specification():
    # spec/derivatives 4.4: sigma 1.2 %, r -4.5 %, lambda 0.94 -> sigma' 1.6027 %, -25.13 %.
    assert updated_volatility(0.012, -0.045) == pytest.approx(0.016027, abs=5e-7)
    assert exposure_change(0.012, -0.045) == pytest.approx(-0.2513, abs=5e-5)


@pytest.mark.feature("D14")
def test_volatility_twice_as_high_halves_the_exposure():
    for more in ({}, {"confidence": 0.95}, {"tail_degrees": 4.0}):
        one, two = limit_exposure(1e6, np.array([0.01, 0.02]), **more)
        assert two == pytest.approx(one / 2, rel=1e-12)
    assert limit_exposure(1e6, 0.01) == pytest.approx(1e6 / (2.3263478740408408 * 0.01))
    # Student's quantile, scaled to unit variance, from its own draw-free definition.
    z = stats.t(4).ppf(0.99) / stats.t(4).std()
    assert limit_exposure(1e6, 0.01, tail_degrees=4.0) == pytest.approx(1e8 / z)


@given(sigma=st.floats(1e-4, 0.1), move=st.floats(-0.5, 0.5), decay=st.floats(0.01, 0.99))
def test_update_lies_between_the_old_and_the_new(sigma, move, decay):
    after = float(updated_volatility(sigma, move, decay=decay))
    assert min(sigma, abs(move)) * (1 - 1e-12) <= after <= max(sigma, abs(move)) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: updated_volatility(0.0, -0.1), "above 0"),
        (lambda: updated_volatility(float("nan"), -0.1), "above 0"),
        (lambda: updated_volatility(0.01, -1.0), "above -1"),
        (lambda: updated_volatility(0.01, -0.1, decay=1.0), "no day ever counts"),
        (lambda: exposure_change(0.01, -0.1, used=0.0), "in breach before"),
        (lambda: limit_exposure(-1.0, 0.01), "no exposure"),
        (lambda: limit_exposure(1.0, 0.01, tail_degrees=2.0), "2 degrees"),
        (lambda: target_exposure(0.01, target=0.0), "above 0"),
    ],
)
def test_bad_parameters(call, said):
    with pytest.raises(QuantquakeError, match=said):
        call()


# --- supply by move -----------------------------------------------------------------------------


@pytest.mark.feature("E05", "E06")
@pytest.mark.parametrize("kind", [VolControl, VarLimit])
def test_supply_grows_with_the_fall_and_with_the_jump_of_volatility(kind):
    flow = kind(size=Size.of(1e9), sigma=0.01).forced_source(FALLS).flow
    assert (np.diff(flow) >= -1e-3).all()  # rising towards no move
    assert flow[0] < flow[FALLS == -0.05][0] < 0.0
    # The same fall, after a calmer time, is a larger jump of volatility.
    calm, usual, wild = (
        kind(size=Size.of(1e9), sigma=s, **({"cap": 100.0} if kind is VolControl else {}))
        .forced_source([-0.05, 0.0]).flow[0] for s in (0.006, 0.012, 0.024)
    )  # fmt: skip
    assert calm < usual < wild < 0.0


def test_vol_control_by_hand_with_and_without_its_cap():
    holder = VolControl(size=Size.of(1e9), sigma=0.01, target=0.10, cap=10.0, days_per_year=250.0)
    before = 0.10 / (0.01 * np.sqrt(250))
    after = 0.10 / (np.sqrt(0.94 * 0.01**2 + 0.06 * 0.05**2) * np.sqrt(250))
    source = holder.forced_source([-0.05, 0.0])
    assert source.flow[0] == pytest.approx(1e9 * (after - before))
    # The exact trade: new target on what is left, less what is held after the fall.
    exact = 1e9 * ((1 + before * -0.05) * after - before * (1 - 0.05))
    assert sorted([source.flow[0], exact]) == pytest.approx([source.low[0], source.high[0]])
    capped = VolControl(size=Size.of(1e9), sigma=0.004, cap=1.2)
    assert capped.exposure(-0.001) == pytest.approx(1.2)
    assert capped.forced_source([-0.001, 0.0]).flow[0] == 0.0  # still at the cap
    assert (source.timing, source.currency) == ("week", "USD")


def test_a_var_limit_never_buys_and_room_under_it_delays_the_sale():
    moves = np.array([-0.10, -0.03, -0.01, 0.0, 0.01, 0.10])
    full = VarLimit(size=Size.of(1e9), sigma=0.012).forced_source(moves)
    room = VarLimit(size=Size.of(1e9), sigma=0.012, used=0.7).forced_source(moves)
    assert (full.high <= 0).all()
    assert full.flow[moves == 0.0] == 0.0
    assert full.flow[-1] < 0  # volatility knows no direction
    assert (room.flow >= full.flow).all()
    assert room.flow[1] == 0.0 > full.flow[1]
    # The other reading: the fall itself counts towards the cut.
    cut = 0.012 / np.sqrt(0.94 * 0.012**2 + 0.06 * 0.10**2)
    assert full.flow[0] == pytest.approx(1e9 * (cut - 1))
    assert full.high[0] == pytest.approx(1e9 * (cut - 0.9))
    assert full.timing == "next_open"


# --- trends -------------------------------------------------------------------------------------


def mean_signal(path: np.ndarray, fast: int, slow: int) -> float:
    return float(np.sign(path[-fast:].mean() - path[-slow:].mean()))


@pytest.mark.feature("E05")
@pytest.mark.parametrize(("fast", "slow"), [(1, 20), (5, 60), (20, 250)])
def test_a_crossover_turns_exactly_at_its_trigger(fast, slow):
    path = closes().to_numpy()
    rule = Crossover(fast, slow)
    level, same = rule.trigger(path)
    assert level == same
    for price in (level * 0.999, level * 1.001, path[-1] * 0.9, path[-1] * 1.1):
        assert rule.signal(path, np.array([price]))[0] == mean_signal(
            np.append(path, price), fast, slow
        )


@pytest.mark.feature("E05")
def test_a_breakout_keeps_its_side_inside_the_range():
    path = np.array([5.0, 6, 7, 8, 9, 8.5, 8.0])
    rule = Breakout(3)
    assert rule.trigger(path) == (8.0, 9.0)
    assert rule.signal(path, np.array([7.9, 8.0, 8.5, 9.0, 9.1])).tolist() == [-1, 1, 1, 1, 1]
    down = Breakout(3).signal(-path + 20, np.array([11.5]))
    assert down.tolist() == [-1.0]
    assert Breakout(3).signal(np.array([1.0, 2, 3]), np.array([2.5])).tolist() == [0.0]


@pytest.mark.feature("E05")
def test_trend_supply_steps_down_at_the_triggers():
    path = closes()
    followers = TrendFollowers(
        size=Size.of(1e9), closes=path, sigma=0.01, decay=0.5, rules=(Crossover(1, 60),), cap=1e-9
    )
    table = followers.triggers().loc["Crossover(fast=1, slow=60)"]
    assert table["signal"] == 1.0
    turn = table["move_down"]
    assert -0.2 < turn < 0.0
    assert np.isnan(table["move_up"])
    flow = followers.forced_source([turn - 1e-6, turn + 1e-6, 0.0]).flow
    # At a cap that always binds, the position is the vote: from +1 to -1 of it.
    assert flow / 1.0 == pytest.approx([-2.0, 0.0, 0.0], abs=1e-6)


@pytest.mark.feature("E05")
def test_long_only_supply_grows_with_the_fall():
    for seed in range(5):
        followers = TrendFollowers(
            size=Size.of(1e9), closes=closes(seed=seed), sigma=0.01, long_only=True
        )
        flow = followers.forced_source(FALLS[FALLS <= -0.01]).flow
        assert (np.diff(flow) >= -1e-3).all()


def test_a_history_too_short_or_with_gaps_is_refused():
    short = TrendFollowers(size=Size.of(1.0), closes=closes(100), sigma=0.01)
    with pytest.raises(DataError, match="longest needs 251"):
        short.forced_source([-0.01, 0.0])
    path = closes()
    path.iloc[7] = np.nan
    with pytest.raises(DataError, match="1 of them missing"):
        TrendFollowers(size=Size.of(1.0), closes=path, sigma=0.01).vote(np.array([100.0]))
    for bad in (lambda: Crossover(60, 20), lambda: Crossover(0, 5), lambda: Breakout(1)):
        with pytest.raises(ConfigError):
            bad()


# --- sizes, lags, sums --------------------------------------------------------------------------


@pytest.mark.feature("E05")
def test_an_unknown_size_is_a_range_or_nothing_never_a_number():
    loose = VarLimit(size=Size.between(1e9, 3e9), sigma=0.01).forced_source([-0.05, 0.0])
    known = VarLimit(size=Size.of(1e9), sigma=0.01).forced_source([-0.05, 0.0])
    assert np.isnan(loose.flow).all()
    assert loose.low[0] == pytest.approx(3 * known.low[0])
    assert loose.high[0] == pytest.approx(known.high[0])
    nothing = VarLimit(size=Size(), sigma=0.01).forced_source([-0.05, 0.0])
    assert np.isnan([nothing.flow, nothing.low, nothing.high]).all()


@pytest.mark.parametrize(
    "bad", [{"money": -1.0}, {"low": 1.0}, {"low": 3.0, "high": 1.0},
            {"money": 5.0, "low": 1.0, "high": 3.0}, {"money": float("inf")}],
)  # fmt: skip
def test_sizes_that_contradict_themselves(bad):
    with pytest.raises(ConfigError, match="inside its own range"):
        Size(**bad)


@pytest.mark.feature("E05")
def test_days_after_the_move_sum_to_the_flow():
    holder = VolControl(size=Size.of(1e9), sigma=0.01, lag=(0.5, 0.3, 0.2))
    table = holder.by_day([-0.05, 0.0])
    assert table.sum(axis=1).to_numpy() == pytest.approx(holder.forced_source([-0.05, 0.0]).flow)
    assert table.loc[-0.05, 2] == pytest.approx(0.3 * holder.forced_source([-0.05, 0.0]).flow[0])
    with pytest.raises(ConfigError, match="lost or made"):
        VolControl(size=Size.of(1.0), sigma=0.01, lag=(0.5, 0.3))
    month = VolControl(size=Size.of(1.0), sigma=0.01, lag=(0.1,) * 10)
    assert month.forced_source([-0.01, 0.0]).timing == "month"


@pytest.mark.feature("E05", "E06")
def test_holders_add_up_by_move_and_by_session():
    holders = [
        VolControl(size=Size.of(60e9), sigma=0.01),
        VarLimit(size=Size.between(1e9, 2e9), sigma=0.01),
        TrendFollowers(size=Size.of(40e9), closes=closes(), sigma=0.01),
    ]
    supply = systematic_supply(holders, FALLS)
    assert supply.total.to_numpy() == pytest.approx(
        supply.by_holder[["vol_control", "trend"]].sum(axis=1).to_numpy()
    )
    assert supply.by_session.sum(axis=1).to_numpy() == pytest.approx(supply.total.to_numpy())
    assert supply.by_holder["var_limit"].isna().all()
    assert (supply.low["var_limit"] <= supply.high["var_limit"]).all()
    assert supply.to_frame().columns[-1] == "total"
    with pytest.raises(ConfigError, match="each named once"):
        systematic_supply([holders[0], holders[0]], FALLS)
    with pytest.raises(ConfigError, match="0 holders"):
        systematic_supply([], FALLS)
    euro = VolControl(size=Size.of(1.0), sigma=0.01, name="other", currency="EUR")
    with pytest.raises(ConfigError, match="one currency"):
        systematic_supply([holders[0], euro], FALLS)


@pytest.mark.feature("E05")
def test_published_figures_stand_beside_and_move_nothing():
    # spec/derivatives 4.3, desk notes of early February 2026: -1 % -> 8 bn, -1.5 % -> 20 bn.
    assert PUBLISHED_SENSITIVITY.to_dict() == {-0.01: -8e9, -0.015: -20e9}
    supply = systematic_supply([VolControl(size=Size.of(1e12), sigma=0.006)], FALLS)
    table = supply.beside()
    assert table.loc[-0.01, "computed"] == pytest.approx(supply.total[-0.01])
    assert table.loc[-0.015, "ratio"] == pytest.approx(supply.total[-0.015] / -20e9)
    far = supply.beside(pd.Series([-1.0], index=[-0.5]))
    assert far["computed"].isna().all()
