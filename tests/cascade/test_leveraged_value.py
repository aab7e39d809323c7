"""Thurner, Farmer and Geanakoplos: leverage makes fat tails and clusters, and calmer calm days."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake._jit import DISABLED
from quantquake.cascade.closed_form import thurner_farmer_geanakoplos
from quantquake.cascade.kernels import value_funds
from quantquake.errors import ConfigError, DataError

slow = pytest.mark.skipif(DISABLED, reason="a minute without compiled kernels")


@pytest.fixture(scope="module")
def runs():
    return {
        limit: [thurner_farmer_geanakoplos(limit, seed=seed) for seed in range(4)]
        for limit in (1.0, 5.0, 10.0)
    }


def mean(runs, limit, name):
    return np.mean([getattr(run, name) for run in runs[limit]])


@slow
@pytest.mark.feature("I01")
def test_kurtosis_and_clustering_rise_with_leverage(runs):
    # spec/cascade 3.6, computed there by other code on one path of 12,000 steps: kurtosis 3.09,
    # 5.10, 7.33; autocorrelation of sizes -0.003, 0.13, 0.14; defaults 0, 38, 79.
    kurtosis = [mean(runs, limit, "kurtosis") for limit in runs]
    assert kurtosis[0] == pytest.approx(3.09, abs=0.1)
    assert kurtosis[0] < 4.0 < kurtosis[1] < kurtosis[2]
    clustering = [mean(runs, limit, "clustering") for limit in runs]
    assert abs(clustering[0]) < 0.05
    assert 0.08 < clustering[1] < clustering[2] < 0.35


@slow
def test_defaults_only_with_leverage(runs):
    assert mean(runs, 1.0, "defaults") == 0
    assert 20 < mean(runs, 5.0, "defaults") < mean(runs, 10.0, "defaults") < 120


@slow
def test_calm_is_calmer_with_leverage(runs):
    # spec/cascade 3.6: 0.0336 without, 0.0298 at ten.
    deviation = [mean(runs, limit, "deviation") for limit in (1.0, 10.0)]
    np.testing.assert_allclose(deviation, [0.0336, 0.0298], rtol=0.05)


def test_market_clears_at_the_first_step():
    got = thurner_farmer_geanakoplos(8.0, steps=400, burn_in=0, seed=3)
    # At the first step funds are worth 2 each and hold nothing: all bids make up the price.
    money = 1000.0 * np.exp(0.035 * np.random.default_rng(3).standard_normal())
    gap = max(1 - got.price[0], 0.0)
    bids = sum(min(8.0, beta * gap) * 2.0 for beta in range(5, 55, 5))
    assert bids + money == pytest.approx(1000.0 * got.price[0], rel=1e-9)
    assert (got.wealth >= 0).all()


def test_noise_money_reverts():
    money = value_funds.noise_money(np.array([1.0, 0.0, 0.0]), 1000.0, 0.035, 0.99)
    np.testing.assert_allclose(np.log(money / 1000.0), 0.035 * 0.99 ** np.arange(3), rtol=1e-12)


def test_kernel_clears_to_the_cent():
    beta, shares, cash = np.array([5.0, 20.0]), np.array([3.0, 40.0]), np.array([1.0, -10.0])
    price = value_funds.clear(900.0, 1000.0, beta, 6.0, shares, cash)
    wealth = shares * price + cash
    held = np.minimum(6.0, beta * (1 - price)) * wealth
    assert held.sum() + 900.0 == pytest.approx(1000.0 * price, rel=1e-12)
    assert value_funds.clear(1100.0, 1000.0, beta, 6.0, shares, cash) == pytest.approx(
        1.1, rel=1e-9
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"max_leverage": 6.0}, {"aggressiveness": [10.0, 20.0]}, {"n_shares": 900.0},
        {"first_wealth": 3.0}, {"flow": 0.3}, {"benchmark": 0.01}, {"noise": 0.03},
        {"reversion": 0.98}, {"burn_in": 50}, {"steps": 500}, {"seed": 1},
    ],
)  # fmt: skip
def test_every_argument_moves_the_output(changes):
    given = {"max_leverage": 4.0, "steps": 600, "burn_in": 100}
    one, other = (thurner_farmer_geanakoplos(**{**given, **c}) for c in ({}, changes))
    assert one.deviation != other.deviation
    assert list(one.to_frame().columns[:2]) == ["price", "fund_0"]


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"max_leverage": 0.5}, ConfigError, "max_leverage"),
        ({"steps": 50}, ConfigError, "steps"),
        ({"aggressiveness": [0.0]}, DataError, r"aggressiveness\[0\]"),
        ({"aggressiveness": [[1.0]]}, DataError, "shape"),
        ({"reversion": 1.0}, ConfigError, "reversion"),
    ],
)
def test_bad_input_is_named(changes, error, words):
    with pytest.raises(error, match=words):
        thurner_farmer_geanakoplos(**{"max_leverage": 2.0, **changes})
