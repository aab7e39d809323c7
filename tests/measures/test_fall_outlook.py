"""The chance of a fall from the last close: closed form, counting by hand, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.evidence_worlds import dates, random_price, series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.base_rate import fall_probability
from quantquake.measures.probability import fall_outlook, measured


def steady(vol, n=400):
    """Alternating days of one size: EWMA volatility is that size from the first day on."""
    step = vol / np.sqrt(250)
    return series(100.0 * np.exp(np.cumsum(step * (-1.0) ** np.arange(n))))


@pytest.mark.feature("O09", "B08")
def test_chance_of_a_steady_market_is_the_closed_form():
    found = fall_outlook(steady(0.25))
    assert found.volatility == pytest.approx(0.25)
    # spec/crowding.md 5.1, barrier formula at 25 % a year: .39 in 20 days, .61 in 60.
    assert found.at(20).probability == pytest.approx(0.39, abs=0.005)
    assert found.at(60).probability == pytest.approx(0.61, abs=0.005)
    assert found.at(60).probability == fall_probability(found.volatility, 60)
    # Up and down by 1.6 % in turn: no close is ever 5 % lower.
    assert found.at(20).usual == 0.0
    assert found.origin.as_of == dates(400)[-1]


def test_usual_is_the_share_of_settled_days():
    close = series([100.0] * 30 + [94.0] * 30)
    # The 20 days before the drop are followed by it; of 60 days the last 20 are unsettled.
    assert fall_outlook(close, horizons=(20,)).at(20).usual == pytest.approx(20 / 40)


def test_every_argument_moves_the_outlook():
    close = series(random_price(np.random.default_rng(1), 900))
    base = fall_outlook(close).at(20)
    assert fall_outlook(close, horizons=(20, 120)).at(120).probability > base.probability
    deeper = fall_outlook(close, loss=0.10).at(20)
    assert deeper.probability < base.probability
    assert deeper.usual < base.usual
    assert fall_outlook(close * 7.0).at(20) == pytest.approx(base)
    frame = fall_outlook(close).to_frame()
    assert list(frame.index) == [20, 60]
    assert fall_outlook(close).rows()[0]["volatility"] == frame["volatility"].iloc[0]


def test_short_histories_say_nothing():
    for n in (0, 1, 20):
        found = fall_outlook(series(np.full(n, 100.0)))
        assert np.isnan(found.volatility)
        assert np.isnan(found.at(20).probability)
        assert np.isnan(found.at(60).usual)
    with pytest.raises(ConfigError, match="horizon 7 was not asked for"):
        found.at(7)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (lambda p: p * -1.0, DataError, "zero, negative or infinite"),
        (lambda p: p.iloc[::-1], DataError, "run backwards"),
        (lambda p: pd.concat([p, p]), DataError, "repeat"),
    ],
)
def test_bad_prices_are_refused(change, error, match):
    with pytest.raises(error, match=match):
        fall_outlook(change(steady(0.2)))


@pytest.mark.parametrize("rule", [{"horizons": (0,)}, {"horizons": ()}, {"loss": 1.5}])
def test_bad_rules_are_refused(rule):
    with pytest.raises(ConfigError, match="`"):
        fall_outlook(steady(0.2), **rule)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.just(float("nan")), st.floats(1e-3, 1e6, allow_subnormal=False)), max_size=80
    ),
    st.integers(1, 90),
)
def test_nasty_prices_give_a_probability_or_nothing(values, horizon):
    found = fall_outlook(series(np.array(values, dtype=float)), horizons=(horizon,)).at(horizon)
    assert np.isnan(found.probability) or 0.0 <= found.probability <= 1.0
    assert np.isnan(found.usual) or 0.0 <= found.usual <= 1.0


def test_the_dated_figures_are_the_ones_of_the_decision():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs/decisions/0003-probability-pass-rule.md").read_text()
    assert [one.horizon for one in measured()] == [20, 60]
    for one in measured():
        assert not one.passed
        for triple in (one.against_market, one.against_barrier):
            skill, low, high = (f"{100 * x:.1f}" for x in triple)
            assert f"{skill} % ({low} to {high})" in text
        assert f"{one.measured_on:%Y-%m-%d}" in text
        assert one.to_dict()["measured_on"] == "2026-11-21"
