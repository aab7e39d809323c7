"""Regimes planted and found; the study finds what is there and not what is not; the loop closes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.measures.test_roll import world

from quantquake.data.rules import trading_rules
from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.loop import basis_loop, supported
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.measures.basis.regimes import (
    break_even_alpha,
    discount_percentile,
    discount_regimes,
    rule_changes,
    rule_overlay,
)
from quantquake.measures.basis.study import deep_discount_signal, discount_study
from quantquake.measures.changepoints import changepoints


def noise(n: int, phi: float, seed: int, size: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, size * np.sqrt(1 - phi**2), n)
    out = np.zeros(n)
    for t in range(1, n):
        out[t] = phi * out[t - 1] + steps[t]
    return out


def test_cuts_by_hand() -> None:
    exact = np.repeat([0.0, 1.0, -2.0], [30, 50, 40])
    assert changepoints(exact, least=10) == [30, 80]
    assert changepoints(exact, least=10, penalty=1e9) == []
    assert changepoints(np.zeros(100), least=10) == []
    assert changepoints(exact[:15], least=10) == []
    with pytest.raises(ConfigError, match="least=1"):
        changepoints(exact, least=1)


@pytest.mark.feature("F12")
def test_planted_regimes_are_found() -> None:
    # F12: premium to mid-2015, more than 30 % under the curbs, about 5 % after the easing.
    days = pd.bdate_range("2014-01-01", periods=1000)
    level = np.repeat([0.02, -0.30, -0.12, -0.05], [360, 180, 200, 260])
    for seed in range(4):
        series = pd.Series(level + noise(1000, 0.8, seed), index=days)
        found = discount_regimes(series)
        starts = days.get_indexer(found["start"])
        assert len(found) == 4, found
        assert np.abs(starts - [0, 360, 540, 740]).max() <= 8
        assert found["mean"].tolist() == pytest.approx([0.02, -0.30, -0.12, -0.05], abs=0.02)
    assert found["days"].sum() == 1000


def test_persistent_noise_is_seldom_called_a_regime() -> None:
    false = [len(changepoints(noise(1400, 0.95, seed))) for seed in range(20)]
    assert np.mean(false) <= 1.0
    with pytest.raises(DataError, match="no observed day"):
        discount_regimes(pd.Series([np.nan]))


@pytest.mark.feature("F15")
def test_rules_lie_over_the_dates() -> None:
    days = pd.DatetimeIndex(["2015-06-01", "2015-09-07", "2019-04-19", "2019-04-22", "2023-03-20"])
    table = rule_overlay(days, "IC")
    assert table["open_limit"].tolist()[1:] == [10, 50, 500, 500]
    assert table["open_limit"].isna().iloc[0]
    assert table["verified"].tolist()[1:] == [True, True, True, False]
    changes = rule_changes("2018-12-03", "2019-04-22")
    assert changes["id"].tolist() == ["easing-3", "easing-4"]
    assert set(trading_rules().changes["direction"]) >= {"tightening", "easing"}


@pytest.mark.feature("F23")
def test_percentile_is_low_when_deep_and_never_looks_ahead() -> None:
    days = pd.bdate_range("2020-01-01", periods=800)
    bull = pd.Series(np.linspace(-0.2, 0.05, 800), index=days)
    rank = discount_percentile(bull, window=300, min_periods=100)
    assert rank.iloc[-1] == 1.0  # premium, greed
    assert discount_percentile(bull[::-1].set_axis(days)).iloc[-1] < 0.01
    cut = discount_percentile(bull[:500], window=300, min_periods=100)
    pd.testing.assert_series_equal(rank[:500], cut, check_freq=False)


@pytest.mark.feature("F13")
def test_break_even_is_algebra() -> None:
    assert break_even_alpha(0.30) == 0.30
    assert break_even_alpha(0.10, fees=0.015, financing=0.02, hedge_ratio=0.8) == pytest.approx(
        0.115
    )


def market(link: float, seed: int = 1, n: int = 3000) -> tuple[pd.Series, pd.Series]:
    """A discount, and an index whose coming return is `link` times its depth."""
    days = pd.bdate_range("2010-01-01", periods=n)
    deep = noise(n, 0.97, seed, 0.05)
    rng = np.random.default_rng(seed + 100)
    steps = -link * np.concatenate([[0.0], deep[:-1]]) + rng.normal(0, 0.01, n)
    return pd.Series(deep - 0.05, index=days), pd.Series(1000 * np.exp(steps.cumsum()), index=days)


@pytest.mark.feature("B15")
def test_study_finds_a_planted_link_and_no_other() -> None:
    found = discount_study(*market(0.05), draws=300)
    row = found.table.loc[("deepest", 20)]
    assert row["verdict"] == "above"
    assert row["mean"] > row["high"] > row["base_mean"]
    assert row["rose"] > row["base_rose"]
    # An index that is low when the discount is deep has its bottoms on deep days.
    discount, _ = market(0.0)
    near = discount_study(discount, 1000 * np.exp(2 * discount), draws=50).near_bottom.loc[60]
    assert near["right"] > 2 * near["base_bottom"]
    assert near["caught"] > 2 * near["base_deep"]
    verdicts = [
        discount_study(*market(0.0, seed), horizons=(20,), draws=300).table.loc[
            ("deepest", 20), "verdict"
        ]
        for seed in range(6)
    ]
    assert verdicts.count("no_evidence") >= 4
    few = discount_study(*market(0.05, n=800), horizons=(60,), draws=50)
    assert (few.table["episodes"] < 10).all()
    assert set(few.table["verdict"]) == {"too_few"}
    with pytest.raises(DataError, match="share 100 days"):
        discount_study(*market(0.0, n=100))


@pytest.mark.feature("B15")
def test_signal_for_the_evidence_room() -> None:
    discount, _ = market(0.0, n=1200)
    signal = deep_discount_signal(discount)
    assert signal.isna().sum() == 249
    assert set(signal.dropna().unique()) == {0.0, 1.0}
    assert 0.02 < signal.mean() < 0.3


@pytest.mark.feature("F28")
def test_pressure_to_close_rises_with_paper_profit() -> None:
    history = world(start="2021-01-04", end="2023-12-29", noise=4.0, yearly=-0.06)
    days = history["date"].unique()
    jump = history["date"] >= days[-10]
    left = (history["expiry"] - history["date"]).dt.days / 365
    wide = history.copy()
    wide.loc[jump, "price"] -= 0.2 * left[jump] * wide.loc[jump, "index_level"]
    wide["basis"] = wide["price"] - wide["index_level"]
    calm, hit = neutral_pressure(history).iloc[-5], neutral_pressure(measured(wide)).iloc[-5]
    assert hit["paper"] > calm["paper"] + 0.01
    assert hit["closing"] > 0.95
    assert hit["opening"] < 0.05  # and new money stays out: both sell or do not buy
    assert hit["net"] < -0.9 < calm["net"]
    pd.testing.assert_frame_equal(
        neutral_pressure(history)[:400],
        neutral_pressure(history[history["date"] <= days[399]]),
        check_freq=False,
    )


def measured(history: pd.DataFrame) -> pd.DataFrame:
    from quantquake.measures.basis.curve import measure

    keep = ["date", "contract", "product", "expiry", "price", "index_level", "sessions",
            "open_interest", "provisional"]  # fmt: skip
    return measure(history[keep], 250)


@pytest.mark.feature("F28", "I06")
def test_loop_gain_equals_the_sum_of_its_rounds() -> None:
    given = {
        "hedged_assets": 2e11,
        "closing_rate": 5.0,
        "futures_impact": 2e-13,
        "stock_impact": 4e-13,
        "forced_futures": 1.8,
    }
    found = basis_loop(0.02, **given)
    closed = 5.0 * 2e11
    gain = closed * (1.8 * 4e-13 - 2e-13 - 4e-13)
    total, round_ = 0.0, 0.02
    for _ in range(400):
        total, round_ = total + round_, gain * round_
    assert found.gain == pytest.approx(gain)
    assert found.widening == pytest.approx(total)
    assert found.stock_flow == pytest.approx(-closed * total)
    assert found.stock_move < 0
    # Without other forced sellers the funds' buying of futures damps the discount ...
    damped = basis_loop(0.02, **(given | {"forced_futures": 0.0}))
    assert damped.gain < 0
    assert damped.widening < 0.02
    assert damped.stock_move < 0  # ... and still sells stocks
    assert basis_loop(0.02, **(given | {"closing_rate": 0.0})).stock_move == 0.0
    assert basis_loop(0.02, **(given | {"forced_futures": 9.0})).widening == np.inf
    with pytest.raises(ConfigError, match="below zero"):
        basis_loop(0.02, **(given | {"closing_rate": -1.0}))


LOOP = {
    "hedged_assets": 2e11,
    "closing_rate": 5.0,
    "futures_impact": 2e-13,
    "stock_impact": 4e-13,
    "forced_futures": 1.0,
}


@pytest.mark.feature("F29")
def test_buying_futures_stops_the_closing_and_beyond_that_draws_money_in() -> None:
    alone = basis_loop(0.02, **LOOP)
    assert alone.stock_flow < 0 < alone.futures_flow == -alone.stock_flow
    # Enough to undo the first widening: 0.02 / 2e-13 = CNY 100 bn of futures.
    assert alone.support_to_stop == pytest.approx(1e11)
    stopped = basis_loop(0.02, **LOOP, support=alone.support_to_stop)
    assert (stopped.widening, stopped.stock_flow) == pytest.approx((0.0, 0.0), abs=1e-6)
    half = basis_loop(0.02, **LOOP, support=0.5e11)
    assert half.stock_flow == pytest.approx(0.5 * alone.stock_flow)
    # Beyond it the discount narrows, and new hedged money buys stocks and sells futures.
    premium = basis_loop(0.02, **LOOP, support=2e11)
    assert premium.widening == pytest.approx(-alone.widening)
    assert premium.stock_flow > 0 > premium.futures_flow
    assert premium.stock_move > 0
    shy = basis_loop(0.02, **LOOP, support=2e11, opening_rate=1.0)
    assert 0 < shy.stock_flow < premium.stock_flow
    assert basis_loop(0.02, **LOOP, opening_rate=1.0) == alone  # nobody opens while it widens
    assert basis_loop(0.02, **(LOOP | {"futures_impact": 0.0})).support_to_stop == np.inf
    for wrong in ({"support": -1.0}, {"opening_rate": -1.0}):
        with pytest.raises(ConfigError, match="below zero"):
            basis_loop(0.02, **LOOP, **wrong)


@pytest.mark.feature("F29")
def test_support_turns_the_pressure_of_the_same_days() -> None:
    history = world(start="2021-01-04", end="2023-12-29", noise=4.0, yearly=-0.06)
    days = history["date"].drop_duplicates().sort_values().to_list()
    left = (history["expiry"] - history["date"]).dt.days / 365
    jump = history["date"] >= days[-10]
    wide = history.copy()
    wide.loc[jump, "price"] -= 0.2 * left[jump] * wide.loc[jump, "index_level"]
    wide = measured(wide)
    helped = supported(wide, days[-10])
    hit, calm = neutral_pressure(wide).iloc[-5:], neutral_pressure(helped).iloc[-5:]
    assert (hit["net"] < -0.9).all()
    assert (calm["closing"] == 0.0).all()  # no paper profit left to bank
    assert (calm["opening"] > 0.9).all()  # and the hedge is the cheapest of a year
    before = helped["date"] < days[-10]
    assert (helped.loc[before, "lifted"] == 0.0).all()
    pd.testing.assert_frame_equal(helped.loc[before, wide.columns], wide[before])
    live = ~before & (helped["sessions"] > 1)
    assert helped.loc[live, "basis"].min() == pytest.approx(0.0, abs=1e-9)
    points = (wide["index_level"] - wide["price"]).clip(lower=0)[live]
    assert helped.loc[live, "lifted"].tolist() == pytest.approx(points.tolist())
    high = supported(wide, days[-10], floor=0.01)
    assert high.loc[live, "basis_ratio"].min() == pytest.approx(0.01)
    with pytest.raises(DataError, match="nothing would change"):
        supported(wide, "2030-01-02")
