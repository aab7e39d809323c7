"""Base rates against the tables of spec/crowding.md 5.1 and features.md B08."""

import numpy as np
import pytest

from quantquake.errors import ConfigError
from quantquake.measures.evidence.base_rate import (
    ewma_volatility,
    fall_probability,
    simulated_fall_probability,
    volatility_matched,
)

VOLS = (0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)
# spec/crowding.md 5.1: P(worst close within h <= -5 %), t(4) days, drift 5 % a year.
SIMULATED = {
    20: (0.15, 0.27, 0.36, 0.43, 0.49, 0.54, 0.61),
    60: (0.38, 0.51, 0.59, 0.65, 0.70, 0.73, 0.78),
}
FORMULA = {
    20: (0.16, 0.29, 0.39, 0.46, 0.52, 0.57, 0.64),
    60: (0.40, 0.53, 0.61, 0.67, 0.71, 0.75, 0.79),
}


@pytest.mark.feature("B08")
@pytest.mark.parametrize("horizon", [20, 60])
def test_the_published_table(horizon):
    formula = fall_probability(VOLS, horizon)
    simulated = [simulated_fall_probability(v, horizon, paths=40_000) for v in VOLS]
    # Printed to two digits; 40,000 paths have a standard error of 0.0025.
    assert formula == pytest.approx(FORMULA[horizon], abs=0.0051)
    assert simulated == pytest.approx(SIMULATED[horizon], abs=0.005 + 0.008)
    assert np.abs(formula - simulated).max() < 0.03 + 0.003


@pytest.mark.feature("B08")
def test_the_driftless_table():
    # features.md B08: Gaussian days, no drift, 21 and 63 of 252 days.
    three = fall_probability([0.18, 0.25, 0.35], 63, drift=0.0, days_per_year=252)
    one = fall_probability([0.18, 0.25, 0.35], 21, drift=0.0, days_per_year=252)
    assert three == pytest.approx([0.54, 0.65, 0.73], abs=0.01)
    assert one == pytest.approx([0.28, 0.42, 0.55], abs=0.01)


def test_formula_at_its_limits():
    assert fall_probability(1e-6, 60) == 0.0
    assert fall_probability(1e-6, 60, drift=-0.5) == pytest.approx(1.0)
    assert np.isnan(fall_probability(np.nan, 60))
    # Driftless in the log, the reflection principle: twice the end's chance.
    s, vol = 0.25 / np.sqrt(250), 0.25
    from scipy.special import ndtr

    barrier = -np.log(0.95) + 0.5826 * s
    assert fall_probability(vol, 60, drift=vol**2 / 2) == pytest.approx(
        2 * ndtr(-barrier / (s * np.sqrt(60)))
    )


def test_every_argument_moves_the_formula():
    base = fall_probability(0.25, 60)
    assert fall_probability(0.30, 60) > base > fall_probability(0.25, 20)
    assert fall_probability(0.25, 60, loss=0.08) < base > fall_probability(0.25, 60, drift=0.2)
    assert fall_probability(0.25, 60, days_per_year=365) < base


@pytest.mark.parametrize(("horizon", "loss"), [(0, 0.05), (20, 0.0), (20, -0.05), (20, 1.0)])
def test_impossible_falls_are_refused(horizon, loss):
    with pytest.raises(ConfigError, match="between 0 and 1"):
        fall_probability(0.2, horizon, loss=loss)


def test_simulation_of_several_volatilities_is_each_alone():
    vols = [0.15, np.nan, 0.30]
    found = simulated_fall_probability(vols, 20, paths=2000, seed=3)
    assert np.isnan(found[1])
    for k in (0, 2):
        assert found[k] == simulated_fall_probability(vols[k], 20, paths=2000, seed=3)


def test_simulation_needs_a_variance():
    with pytest.raises(ConfigError, match="no variance"):
        simulated_fall_probability(0.2, 20, tails=2.0)


def test_ewma_by_hand():
    close = 100 * np.cumprod([1.0, *np.tile([1.01, 0.99], 12)])
    vol = ewma_volatility(close, decay=0.9, warm_up=20)
    assert np.isnan(vol[:20]).all()
    squares = np.diff(np.log(close)) ** 2
    variance = squares[:20].mean()
    assert vol[20] == pytest.approx(np.sqrt(variance * 250))
    for t in range(21, 25):
        variance = 0.9 * variance + 0.1 * squares[t - 1]
        assert vol[t] == pytest.approx(np.sqrt(variance * 250))


def test_ewma_sees_only_the_past():
    rng = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal(300)))
    np.testing.assert_array_equal(ewma_volatility(close)[:200], ewma_volatility(close[:200]))
    assert np.isnan(ewma_volatility(close[:10])).all()


def test_matching_by_volatility():
    # Wild days always fall, calm days never: the matched rate is 1 and 0 away from the border.
    vol = np.r_[np.full(100, 0.1), np.full(100, 0.4)] + np.arange(200) * 1e-6
    hit = np.r_[np.zeros(100), np.ones(100)]
    matched = volatility_matched(hit, vol, share=0.2)
    assert (matched[:80] == 0.0).all()
    assert (matched[-80:] == 1.0).all()
    hit[3] = np.nan
    assert np.isnan(volatility_matched(hit, vol)[3])
    assert np.isnan(volatility_matched(np.full(5, np.nan), np.ones(5))).all()
