"""Intervals of few cases: the goldens of spec/crowding.md 5.2."""

import numpy as np
import pytest
from scipy import stats

from quantquake.errors import ConfigError
from quantquake.measures.evidence.intervals import (
    binomial_tail,
    percentile_interval,
    upper_share,
    wilson,
)


@pytest.mark.feature("B04", "B05")
@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(11, 16, 44, 86), (22, 32, 51, 82), (19, 20, 76, 99)],
)
def test_wilson_goldens(hits, cases, low, high):
    found = wilson(hits, cases)
    assert [round(100 * x) for x in found] == [low, high]
    # An independent twin.
    twin = stats.binomtest(hits, cases).proportion_ci(method="wilson")
    assert found == pytest.approx((twin.low, twin.high))


@pytest.mark.feature("B04", "B05")
def test_what_rounds_to_the_article():
    # B05: 16 is the smallest count that gives 68.8 %; B04: 18/19, 19/20, 20/21 give 95 %.
    fits = [n for n in range(1, 40) for h in range(n + 1) if f"{100 * h / n:.1f}" == "68.8"]
    assert fits[0] == 16
    assert [round(100 * h / (h + 1)) for h in (18, 19, 20)] == [95, 95, 95]


@pytest.mark.feature("B04", "B05", "B06")
@pytest.mark.parametrize(
    ("hits", "cases", "chance", "tail"),
    [(11, 16, 0.6, 0.33), (19, 20, 0.85, 0.18), (5, 5, 0.6, 0.08)],
)
def test_binomial_tails(hits, cases, chance, tail):
    assert binomial_tail(hits, cases, chance) == pytest.approx(tail, abs=0.005)
    assert binomial_tail(hits, cases, chance) == pytest.approx(
        stats.binom.sf(hits - 1, cases, chance)
    )


def test_edges():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == pytest.approx(1.0)
    assert wilson(8, 16, level=0.5)[0] > wilson(8, 16)[0]
    assert binomial_tail(0, 5, 0.3) == 1.0
    assert np.isnan(binomial_tail(2, 5, np.nan))
    with pytest.raises(ConfigError, match="3 hits of 2 cases"):
        wilson(3, 2)
    with pytest.raises(ConfigError, match="level"):
        wilson(1, 2, level=1.0)


def test_percentiles_leave_out_what_is_undefined():
    draws = np.r_[np.arange(101.0), np.nan, np.inf]
    assert percentile_interval(draws) == pytest.approx((2.5, 97.5))
    assert np.isnan(percentile_interval(draws[:10])).all()
    assert upper_share(np.array([2.0, 1.0, 2.0, 3.0])) == 0.75
