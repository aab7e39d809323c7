"""Cont and Schaanning: rounds of selling past a leverage limit, and its linear limit."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.closed_form import cont_schaanning, greenwood_landier_thesmar
from quantquake.errors import ConfigError, DataError

#: Schaanning's two-bank set-up; the limits are assumed (spec/cascade 3.1).
TWO_BANKS = {
    "holdings": [[90.0], [70.0]],
    "equity": [4.0, 4.5],
    "illiquid": [[10.0, 0.0], [0.0, 20.0]],
    "shock": [0.2, 0.0],
    "adv": [50.0],
    "sigma": [0.02],
    "max_leverage": 33.0,
    "target_leverage": 0.97 * 33.0,
}


def two_banks(**changes):
    given = {**TWO_BANKS, **changes}
    return cont_schaanning(given.pop("holdings"), given.pop("equity"), **given)


@pytest.mark.feature("I01")
def test_two_bank_table():
    # spec/cascade 3.1: computed from the published equations, rounded to the last digit shown.
    got = two_banks()
    np.testing.assert_allclose(got.fraction[1:, 0], [0.3776, 0.3094, 0.1457, 0.0416], atol=6e-5)
    np.testing.assert_allclose(got.sold[1:, 0], [33.980, 17.201, 5.574, 1.357], atol=6e-4)
    np.testing.assert_allclose(got.price[1:, 0], [0.99246, 0.98869, 0.98747, 0.98717], atol=6e-6)
    np.testing.assert_allclose(got.equity[1:, 0], [1.4495, 1.2708, 1.2271, 1.2175], atol=6e-5)
    np.testing.assert_allclose(got.equity[1:, 1], [3.9721, 3.7080, 3.6228, 3.6021], atol=6e-5)
    np.testing.assert_allclose(got.holdings[1:, 0, 0], [55.598, 38.251, 32.637, 31.270], atol=6e-4)


@pytest.mark.feature("I02")
def test_the_bank_that_never_sells_loses_a_fifth_of_its_equity():
    got = two_banks()
    assert got.calm
    assert not got.fraction[:, 1].any()
    assert got.loss[1] / got.equity[0, 1] == pytest.approx(0.20, abs=0.005)


@pytest.mark.feature("I02")
def test_zero_overlap_zero_contagion():
    alone = two_banks(holdings=[[90.0, 0.0], [0.0, 70.0]], adv=[50.0, 50.0], sigma=[0.02, 0.02])
    assert alone.loss[0] > 0
    assert alone.loss[1] == 0.0
    assert (alone.price[:, 1] == 1.0).all()


@pytest.mark.feature("I01")
def test_no_leverage_no_spiral_and_a_threshold_exists():
    calm = two_banks(equity=[100.0, 90.0])
    assert len(calm.price) == 1
    assert calm.calm
    # After the shock of 2 the first bank's leverage is 98 / (4 - 2) = 49.
    assert len(two_banks(max_leverage=49.0, target_leverage=40.0).price) == 1
    assert len(two_banks(max_leverage=48.9, target_leverage=40.0).price) > 1


def test_no_shock_no_trade():
    assert len(two_banks(shock=[0.0, 0.0]).price) == 1


def random_system(seed=3, n_banks=6, n_assets=4):
    rng = np.random.default_rng(seed)
    held = rng.uniform(10, 100, (n_banks, n_assets))
    return {
        "holdings": held,
        "equity": held.sum(axis=1) / rng.uniform(15, 25, n_banks),
        "illiquid": rng.uniform(5, 10, (n_banks, 2)),
        "shock": [0.1, 0.05],
        "adv": rng.uniform(20, 80, n_assets),
        "sigma": rng.uniform(0.01, 0.03, n_assets),
        "max_leverage": 22.0,
        "target_leverage": 20.0,
    }


def test_permuting_banks_and_assets_permutes_the_result():
    given = random_system()
    one = two_banks(**given)
    assert len(one.price) > 2
    rng = np.random.default_rng(0)
    banks, assets = rng.permutation(6), rng.permutation(4)
    moved = {
        **given,
        "holdings": given["holdings"][np.ix_(banks, assets)],
        "equity": given["equity"][banks],
        "illiquid": given["illiquid"][banks],
        "adv": given["adv"][assets],
        "sigma": given["sigma"][assets],
    }
    other = two_banks(**moved)
    np.testing.assert_allclose(other.price, one.price[:, assets], rtol=1e-12)
    np.testing.assert_allclose(other.equity, one.equity[:, banks], rtol=1e-11, atol=1e-12)


def test_prices_stay_above_the_floor_and_nobody_sells_more_than_all():
    got = two_banks(adv=[0.5], floor=0.7)
    assert (got.price > 0.7).all()
    assert got.price[-1, 0] < 0.75
    assert (got.fraction <= 1).all()
    assert (got.equity >= 0).all()


def test_doubling_the_currency_unit_changes_no_ratio():
    given = random_system()
    money = {k: 2 * np.asarray(given[k]) for k in ("holdings", "equity", "illiquid", "adv")}
    one, other = two_banks(**given), two_banks(**{**given, **money})
    np.testing.assert_allclose(other.price, one.price, rtol=1e-12)
    np.testing.assert_allclose(other.equity, 2 * one.equity, rtol=1e-11)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("holdings", [[95.0], [70.0]]), ("equity", [4.1, 4.5]), ("illiquid", [[11.0, 0], [0, 20]]),
        ("shock", [0.19, 0.0]), ("adv", [60.0]), ("sigma", [0.03]), ("max_leverage", 40.0),
        ("target_leverage", 30.0), ("price", 2.0), ("floor", 0.4), ("depth_scale", 0.5),
        ("horizon", 10.0), ("sale_loss", 0.4), ("max_rounds", 2),
    ],
)  # fmt: skip
def test_every_argument_moves_the_output(name, value):
    one, other = two_banks(), two_banks(**{name: value})
    same = len(one.price) == len(other.price) and np.array_equal(one.equity, other.equity)
    assert not same or not np.array_equal(one.price, other.price)


def test_the_round_limit_is_an_ending_not_an_error():
    assert not two_banks(max_rounds=2).calm


def linear(scale, n_banks=5, n_assets=3):
    """The same system after a shock of `scale`, by both models, for one round."""
    rng = np.random.default_rng(9)
    held = rng.uniform(10, 100, (n_banks, n_assets))
    market = held.sum(axis=1)
    lost = scale * rng.uniform(0.5, 1.0, n_banks) * market
    # The shock wipes out a small class that cannot be sold, so what is left is all marketable.
    lever = 20.0
    equity = (market + lost) / lever
    depth = rng.uniform(1e4, 1e5, n_assets)
    threshold = cont_schaanning(
        held, equity, illiquid=np.diag(lost), shock=np.ones(n_banks), adv=depth, sigma=np.ones(3),
        depth_scale=1.0, horizon=1.0, max_leverage=lever, target_leverage=lever, floor=0.0,
        max_rounds=1,
    )  # fmt: skip
    assets = market + lost
    weights = np.c_[held, np.diag(lost)] / assets[:, None]
    shock, impact = (
        np.r_[np.zeros(n_assets), -np.ones(n_banks)],
        np.r_[1 / depth, np.zeros(n_banks)],
    )
    return threshold, greenwood_landier_thesmar(assets, equity, weights, shock, impact), n_assets


def test_linear_sales_are_the_limit_of_threshold_sales():
    gaps = []
    for scale in (1e-3, 1e-4, 1e-5):
        threshold, glt, n = linear(scale)
        np.testing.assert_allclose(threshold.sold[1], -glt.flow[:n], rtol=5 * scale)
        gaps.append(np.abs((threshold.price[1] - 1) / glt.price_change[:n] - 1).max())
        lost = -glt.indirect_vulnerability * threshold.equity[0]
        np.testing.assert_allclose(threshold.loss, lost, rtol=100 * scale)
    # First order: a tenth of the shock, a tenth of the difference.
    assert gaps[0] < 0.05
    assert gaps[1] / gaps[0] == pytest.approx(0.1, rel=0.05)
    assert gaps[2] / gaps[1] == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"equity": [4.0, 0.0]}, DataError, r"equity\[1\]"),
        ({"holdings": [[90.0], [np.nan]]}, DataError, r"holdings\[1, 0\]"),
        ({"holdings": [["a"], [1.0]]}, DataError, "does not hold numbers"),
        ({"shock": [0.2]}, DataError, "shape"),
        ({"shock": [1.2, 0.0]}, DataError, "not in 0 to 1"),
        ({"adv": [0.0]}, DataError, r"adv\[0\]"),
        ({"target_leverage": 40.0}, ConfigError, "beyond"),
        ({"floor": 1.0}, ConfigError, "floor"),
    ],
)
def test_bad_input_is_named(changes, error, words):
    with pytest.raises(error, match=words):
        two_banks(**changes)
