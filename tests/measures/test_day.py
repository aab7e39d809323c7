"""The day board: planted days get their label, missing blocks are said, the future is not read."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from quantquake.data.market import Market
from quantquake.errors import DataError
from quantquake.measures.day import day_board
from quantquake.measures.day.label import confidence, label, reasons
from quantquake.measures.day.unwind_signature import unwind_signature

N, T = 60, 330


def market(last: np.ndarray | None = None, *, n_dates: int = T, caps: bool = True) -> Market:
    """Names with beta 1, drift by number, size by number (name 0 smallest); last day planted."""
    rng = np.random.default_rng(5)
    index = rng.normal(0, 0.01, n_dates)
    returns = index[:, None] + np.linspace(-1e-3, 1e-3, N) + rng.normal(0, 0.01, (n_dates, N))
    if last is not None:
        returns[-1], index[-1] = last, 0.0
    dates = pd.bdate_range("2024-01-02", periods=n_dates, name="date")
    symbols = pd.Index([f"N{i:02d}" for i in range(N)], name="symbol")
    close = pd.DataFrame(10 * np.cumprod(1 + returns, axis=0), index=dates, columns=symbols)
    size = pd.DataFrame(np.tile(np.arange(1.0, N + 1), (n_dates, 1)), index=dates, columns=symbols)
    level = pd.DataFrame({"IDX": 1000 * np.cumprod(1 + index)}, index=dates)
    return Market.from_frames(close=close, index_close=level, float_cap=size if caps else None)


def noise(scale: float = 0.005) -> np.ndarray:
    return np.random.default_rng(9).normal(0, scale, N)


@pytest.mark.feature("D04", "D07")
@pytest.mark.parametrize(
    ("expected", "last"),
    [
        ("small_caps_sold", np.linspace(-0.06, 0.02, N) + noise(0.001)),
        ("momentum_crash", np.where(np.arange(N) >= 54, -0.08, 0.0) + noise(0.001)),
        ("broad_fall", -0.02 + noise(0.003)),
        ("quiet", noise()),
    ],
)
def test_planted_days_are_labelled(expected: str, last: np.ndarray) -> None:
    board = day_board(market(last, caps=expected == "small_caps_sold"))
    assert board.label == expected
    assert 0 < board.confidence <= 1


def test_board_numbers_are_those_of_the_day() -> None:
    last = np.linspace(-0.12, 0.06, N)
    board = day_board(market(last))
    assert board.median_return == pytest.approx(np.median(last))
    assert board.mean_return == pytest.approx(last.mean())
    assert board.index_return == pytest.approx(0.0, abs=1e-12)
    assert board.breadth == board.advance_share == pytest.approx((last > 0).mean())
    assert board.limit_down == (last <= -0.098).sum()
    assert board.names == N
    assert board.size_groups is not None
    assert board.size_groups["mean"].iloc[0] == pytest.approx(last[:6].mean())
    assert board.on == board.origin.as_of


def test_missing_blocks_are_said_and_never_zero() -> None:
    board = day_board(market(n_dates=30, caps=False))
    assert board.momentum is None
    assert board.size_groups is None
    assert board.calm_index_wild_members is None
    assert np.isnan(board.volatility_ratio_percentile)
    assert "29 are given" in board.origin.coverage["momentum"]
    assert "float_cap" in board.origin.coverage["size groups"]
    asked = [reason for reason in board.reasons if reason.fired is not None]
    assert {reason.code for reason in asked} == {"broad_fall", "broad_rise"}
    assert board.confidence < 0.5


def test_momentum_without_a_yardstick_names_no_day() -> None:
    young = market(np.where(np.arange(N) >= 54, -0.08, 0.0), n_dates=256, caps=False)
    board = day_board(young)
    assert board.momentum is not None
    assert np.isnan(list(board.momentum.sigma.values())).all()
    assert board.momentum.label == "none"
    assert board.momentum.phi > 0.9
    assert {r.code: r.fired for r in board.reasons}["momentum_crash"] is None


def test_without_an_index_the_mean_stands_in_and_is_named() -> None:
    whole = market()
    bare = Market.from_frames(close=whole.close)
    board = day_board(bare)
    assert board.index == "equal-weight mean"
    assert board.index_return == pytest.approx(board.mean_return)


@pytest.mark.feature("D22")
def test_calm_index_wild_members_fires_only_in_its_quadrant() -> None:
    rng = np.random.default_rng(11)
    flags = {}
    for wild_index in (False, True):
        for wild_names in (False, True):
            index = rng.normal(0, 0.01, T)
            own = rng.normal(0, 0.02, (T, N))
            index[-5:] = np.array([1, -1, 1, -1, 1]) * (0.03 if wild_index else 0.001)
            own[-5:] *= 3.0 if wild_names else 0.2
            dates = pd.bdate_range("2024-01-02", periods=T, name="date")
            close = pd.DataFrame(
                np.cumprod(1 + index[:, None] + own, axis=0), index=dates
            ).add_prefix("N")
            level = pd.DataFrame({"IDX": np.cumprod(1 + index)}, index=dates)
            board = day_board(Market.from_frames(close=close, index_close=level))
            flags[wild_index, wild_names] = board.calm_index_wild_members
    assert flags == {
        (False, True): True,
        (False, False): False,
        (True, True): False,
        (True, False): False,
    }


@pytest.mark.feature("C20")
def test_unwind_signature_needs_losses_quiet_and_rebound() -> None:
    dates = pd.bdate_range("2024-01-02", periods=300)
    calm = pd.Series(np.random.default_rng(0).normal(0, 0.01, 300), index=dates)
    calm.iloc[-5:] = 0.0
    sigma = pd.Series(0.0, index=dates)
    sigma.iloc[-4:] = [-0.9, -3.9, -5.0, 9.2]  # 7-10 Aug 2007, shared data README
    assert unwind_signature(sigma, calm)["phase"].iloc[-4:].tolist() == [
        "none",
        "losing",
        "losing",
        "rebound",
    ]
    crash = calm.copy()
    crash.iloc[-4:-1] = -0.04
    assert set(unwind_signature(sigma, crash)["phase"].iloc[-4:-1]) == {"none"}
    assert unwind_signature(sigma, calm)["phase"].iloc[:100].isna().all()
    with pytest.raises(DataError, match="same dates"):
        unwind_signature(sigma, calm.iloc[:-1])


def test_rules_take_precedence_in_order_and_missing_is_not_false() -> None:
    facts = {
        "unwind": 1.0,
        "unwind_rebound": 0.0,
        "unwind_loss": -4.0,
        "smallest": -0.05,
        "small_minus_large": -0.06,
    }
    found = reasons(facts)
    by_code = {reason.code: reason for reason in found}
    assert label(found, facts) == "small_caps_sold"
    assert by_code["unwind_signature"].fired
    assert by_code["small_caps_sold"].fired
    assert by_code["small_caps_sold"].strength == pytest.approx(2.0)
    assert by_code["momentum_crash"].fired is None
    # 3 of 8 rules could be asked (small sold, small rebound, unwind); the winner at twice its line
    assert confidence(found) == pytest.approx(3 / 8)
    assert label(reasons({}), {}) == "quiet"
    assert confidence(reasons({})) == 0.0
    assert label(reasons({"index_sigma": -2.0}), {"index_sigma": -2.0}) == "index_led"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"smallest": 0.05, "small_minus_large": 0.04}, "small_caps_rebound"),
        ({"momentum_sigma": -3.1}, "momentum_crash"),
        ({"advance_share": 0.1, "median_return": -0.02}, "broad_fall"),
        ({"advance_share": 0.9, "median_return": 0.02}, "broad_rise"),
        ({"breadth_percentile": 0.99, "index_sigma": 0.2}, "rotation"),
        ({"breadth_percentile": 0.01, "index_sigma": 0.2}, "rotation"),
        ({"rotation_legs": 1.0, "index_sigma": 0.2}, "rotation"),
        ({"calm_index_wild_members": 1.0}, "calm_index_wild_members"),
        ({"unwind": 1.0, "unwind_rebound": 2.5, "unwind_loss": -1.0}, "unwind_signature"),
        ({"breadth_percentile": 0.99, "index_sigma": 1.2}, "index_led"),
        ({"advance_share": 0.1, "median_return": -0.005}, "quiet"),
    ],
)
def test_each_rule_alone(facts: dict[str, float], code: str) -> None:
    assert label(reasons(facts), facts) == code


@pytest.mark.feature("P06")
def test_board_reads_nothing_later() -> None:
    whole = market()
    day = whole.dates[-20]
    assert json.dumps(day_board(whole, day).to_dict()) == json.dumps(
        day_board(whole.until(day)).to_dict()
    )


def test_board_as_table_and_bad_requests() -> None:
    whole = market()
    table = day_board(whole).to_frame()
    assert table.loc["names", "value"] == N
    with pytest.raises(DataError, match="nearest earlier"):
        day_board(whole, "2030-01-01")
    with pytest.raises(DataError, match="first date"):
        day_board(whole, whole.dates[0])
    with pytest.raises(DataError, match=r"'SPY' is absent.*\['IDX'\]"):
        day_board(whole, index="SPY")
