"""Knobs turned on several baskets: votes add up, copies change nothing, bad knobs are refused."""

import numpy as np
import pandas as pd
import pytest
from tests.measures.evidence_worlds import dates, random_price, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.sensitivity import KNOBS, sensitivity

GRID = {
    "cuts": (0.8, 0.9), "windows": (120,), "thresholds": (3.0,), "losses": (0.03, 0.05),
    "horizon": 20, "minimum": 4,
}  # fmt: skip


def rule(seed, n=1500):
    values = series(np.random.default_rng(seed).standard_normal(n)).ewm(alpha=0.1).mean()

    def build(cut, window, threshold):
        ranks = values.rolling(window).rank(pct=True)
        return (ranks > cut).astype(float).where(ranks.notna())

    return build


@pytest.fixture(scope="module")
def prices():
    rng = np.random.default_rng(0)
    return pd.DataFrame({name: random_price(rng, 1500) for name in "AB"}, index=dates(1500))


@pytest.mark.feature("B13")
def test_votes_of_baskets_add_up(prices):
    one, two = rule(1), rule(2)
    alone = [sensitivity(b, prices[n], **GRID).table for n, b in (("A", one), ("B", two))]
    both = sensitivity({"A": one, "B": two}, prices, **GRID)
    for column in ("episodes", "hits", "episodes_before", "episodes_after"):
        assert (both.table[column] == alone[0][column] + alone[1][column]).all()
    n = [table["episodes"] for table in alone]
    mean = (alone[0]["excess"] * n[0] + alone[1]["excess"] * n[1]) / (n[0] + n[1])
    np.testing.assert_allclose(both.table["excess"], mean)
    assert both.origin.coverage["baskets"] == "2"


@pytest.mark.feature("B13")
def test_a_copy_of_a_basket_doubles_the_votes_and_nothing_else(prices):
    one = rule(1)
    alone = sensitivity(one, prices["A"], **GRID)
    twice = prices[["A"]].assign(copy=prices["A"])
    both = sensitivity({"A": one, "copy": one}, twice, **GRID)
    np.testing.assert_allclose(both.table["excess"], alone.table["excess"])
    assert (both.table["episodes"] == 2 * alone.table["episodes"]).all()
    assert both.flat_p_value == pytest.approx(alone.flat_p_value)
    assert both.spread == pytest.approx(alone.spread)


@pytest.mark.feature("B13")
def test_by_knob_is_the_mean_over_the_other_knobs(prices):
    found = sensitivity({"A": rule(1), "B": rule(2)}, prices, **GRID)
    table, knobs = found.table, found.by_knob()
    assert set(knobs.index.get_level_values("knob")) == set(KNOBS)
    for knob, position in knobs.index:
        part = table[table[knob] == position]["excess"]
        assert knobs.loc[(knob, position), "excess"] == pytest.approx(part.mean())
        assert knobs.loc[(knob, position), "lowest"] == part.min()
    assert found.best["excess_before"] == found.best_before == table["excess_before"].max()
    few = sensitivity({"A": rule(1)}, prices, **{**GRID, "minimum": 1000})
    assert few.best is None
    assert few.by_knob()["excess"].isna().all()
    assert np.isnan(few.flat_p_value)


def test_every_argument_moves_it(prices):
    base = sensitivity(rule(1), prices["A"], **GRID)
    assert sensitivity(rule(1), prices["A"], **{**GRID, "cuts": (0.7,)}).table.shape[0] == 2
    assert not sensitivity(rule(1), prices["A"], **{**GRID, "horizon": 60}).table.equals(base.table)
    late = sensitivity(rule(1), prices["A"], split=prices.index[1200], **GRID)
    assert (late.table["episodes_before"] > base.table["episodes_before"]).any()
    assert late.split == prices.index[1200]
    few = sensitivity(rule(1), prices["A"], **{**GRID, "minimum": 1000})
    assert few.table["excess"].isna().all()


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda p: sensitivity({"C": rule(1)}, p, **GRID), DataError, "no column for"),
        (lambda p: sensitivity({}, p, **GRID), DataError, "none was given"),
        (lambda p: sensitivity(rule(1), p["A"].iloc[:0], **GRID), DataError, "no row"),
        (lambda p: sensitivity(rule(1), p["A"].iloc[1:], **GRID), DataError, "share their dates"),
        (lambda p: sensitivity(rule(1), p["A"], cuts=()), ConfigError, "'cut' has no position"),
        (lambda p: sensitivity(rule(1), p["A"], losses=(5.0,)), ConfigError, "`loss` is 5.0"),
        (lambda p: sensitivity(rule(1), p["A"], horizon=0), ConfigError, "`horizons`"),
    ],
)
def test_bad_input_is_refused(prices, call, error, match):
    with pytest.raises(error, match=match):
        call(prices)


def test_history_shorter_than_the_horizon_says_nothing(prices):
    signal = series(np.r_[1.0, np.zeros(39)])
    found = sensitivity(lambda *_: signal, prices["A"].iloc[:40], **{**GRID, "horizon": 60})
    assert (found.table["episodes"] == 0).all()
    assert found.table["rate"].isna().all()
