"""Signal worlds: the worth of their warning is what the declared law says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from quantquake.data.synthetic.signal import SignalLaw, _draw, forward_low, signal_world
from quantquake.errors import ConfigError


def test_same_seed_same_world_and_arguments_matter():
    plain = signal_world(seed=4)
    pd.testing.assert_series_equal(plain.price, signal_world(seed=4).price)
    changes = [{"vol": 0.3}, {"hazard": 0.2}, {"crowd": False}, {"drift": 0.2}, {"crash": -0.3}]
    changes += [{"crash_days": 2}, {"mean_run": 30.0}, {"mean_gap": 90.0}]
    for change in changes:
        assert not plain.price.equals(signal_world(seed=4, **change).price), change
    for change in ({"hit": 0.5}, {"false_alarm": 0.3}):
        assert not plain.signal.equals(signal_world(seed=4, **change).signal), change
    assert not plain.price.equals(signal_world(seed=5).price)


def test_twin_shares_states_and_warnings():
    world = signal_world(seed=1, hit=0.8)
    twin = world.twin()
    pd.testing.assert_series_equal(world.state, twin.state)
    pd.testing.assert_series_equal(world.signal, twin.signal)
    assert world.price.index.equals(twin.price.index)
    assert not world.price.equals(twin.price)


def test_twin_has_the_variance_of_each_state():
    law = SignalLaw(vol=0.2, hazard=0.2)
    path, state, _ = _draw(law, 150_000, seed=1)
    null = _draw(replace(law, crowd=False), 150_000, seed=1)[0]
    # A run's first days, and the days after it, mix crashes of two states: look at its inside.
    recent = pd.Series(state).rolling(law.crash_days)
    inside, calm = recent.min().eq(1.0)[1:], recent.max().eq(0.0)[1:]
    spread = [np.diff(log_price)[inside].std() for log_price in (path, null)]
    assert spread[0] / spread[1] == pytest.approx(1.0, abs=0.03)
    assert np.diff(null)[calm].std() == pytest.approx(0.2 / np.sqrt(250), rel=0.03)


@pytest.mark.parametrize(
    ("vol", "horizon", "simulated"),
    # spec/crowding.md 5.1: share of paths with a 5 % fall, t(4) daily returns, 5 % a year drift.
    [(0.15, 60, 0.38), (0.25, 60, 0.59), (0.35, 60, 0.70), (0.25, 20, 0.36), (0.40, 20, 0.54)],
)
@pytest.mark.feature("B08")
def test_worthless_warning_has_the_published_base_rate(vol, horizon, simulated):
    table = SignalLaw(vol=vol, hazard=0.0).fall_probability(horizon=horizon, n_dates=400_000)
    assert table.loc["any day", "probability"] == pytest.approx(simulated, abs=0.02)
    on, off = table.loc["warning on"], table.loc["warning off"]
    noise = np.hypot(on["error"], off["error"])
    assert abs(on["probability"] - off["probability"]) < 4 * noise


def test_worth_grows_with_the_hazard():
    tables = [SignalLaw(hazard=h).fall_probability(n_dates=300_000) for h in (0.0, 0.03, 0.1, 0.3)]
    lifts = [
        t.loc["warning on", "probability"] - t.loc["warning off", "probability"] for t in tables
    ]
    assert lifts == sorted(lifts)
    assert lifts[-1] > 0.2


def test_noisy_warning_is_worth_its_mixture_of_states():
    law = SignalLaw(hazard=0.15, hit=0.7, false_alarm=0.05)
    table = law.fall_probability()
    p, days = table["probability"], table["days"]
    share = law.mean_run / (law.mean_run + law.mean_gap)
    assert days["state on"] / days["any day"] == pytest.approx(share, rel=0.04)
    # Bayes: the warning says nothing beyond the state.
    crowded = law.hit * share / (law.hit * share + law.false_alarm * (1 - share))
    expected = crowded * p["state on"] + (1 - crowded) * p["state off"]
    assert p["warning on"] == pytest.approx(expected, abs=0.015)


def test_runs_have_their_declared_length():
    state = _draw(SignalLaw(mean_run=8.0, mean_gap=40.0), 400_000, seed=2)[1]
    edges = np.flatnonzero(np.diff(state.astype(int)))
    lengths, crowded = np.diff(edges), state[edges[:-1] + 1]
    assert lengths[crowded].mean() == pytest.approx(8.0, rel=0.05)
    assert lengths[~crowded].mean() == pytest.approx(40.0, rel=0.05)


def test_forward_low_by_hand():
    np.testing.assert_allclose(
        forward_low(np.array([0.0, 1.0, -2.0, 3.0, 0.5]), 2), [-2.0, -3.0, 2.5]
    )


def test_probability_is_unknown_where_there_is_no_such_day():
    table = SignalLaw(hit=0.0).fall_probability(n_dates=5_000)
    assert np.isnan(table.loc["warning on", "probability"])
    assert table.loc["warning on", "days"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hazard": 1.5}, r"`hazard` is 1.5 and must lie in \[0, 1\]"),
        ({"vol": 0.0}, "`vol`.*positive"),
        ({"crash": 0.1}, "`crash`.*negative, a fall"),
        ({"mean_run": 0.5}, "`mean_run`"),
        ({"n_dates": 1}, "at least two sessions"),
    ],
)
def test_meaningless_laws_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        signal_world(**arguments)
