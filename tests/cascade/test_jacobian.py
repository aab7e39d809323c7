"""Distance to instability: the largest eigenvalue of a round of deleveraging."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.closed_form import deleveraging_jacobian, greenwood_landier_thesmar
from quantquake.errors import DataError


def system(seed=0, n_funds=9, n_assets=6, shorts=False):
    rng = np.random.default_rng(seed)
    held = rng.uniform(-1 if shorts else 0.0, 2.0, (n_funds, n_assets))
    return held, rng.uniform(1.5, 6.0, n_funds), rng.uniform(0.01, 0.02, n_assets)


def test_one_asset():
    # n equal banks with one asset: impact x debt ratio x assets, Greenwood-Landier-Thesmar.
    got = deleveraging_jacobian(np.full((3, 1), 50.0), np.full(3, 11.0), [1e-4])
    assert got.radius == pytest.approx(1e-4 * 10 * 150, rel=1e-12)
    assert got.distance == pytest.approx(1 - got.radius)
    assert got.amplification == pytest.approx(1 / (1 - 0.15), rel=1e-12)
    assert got.pattern == pytest.approx([-1.0])


def glt_round(held, lever, push, returns):
    assets = held.sum(axis=1)
    weights = held / assets[:, None]
    return greenwood_landier_thesmar(assets, assets / lever, weights, returns, push).price_change


def test_it_is_the_eigenvalue_of_a_round_of_linear_sales():
    held, lever, push = system()
    got = deleveraging_jacobian(held, lever, push)
    np.testing.assert_allclose(
        glt_round(held, lever, push, got.pattern), got.radius * got.pattern, rtol=1e-9
    )
    returns = -np.ones(6)
    for _ in range(60):
        returns = glt_round(held, lever, push, returns)
        returns /= np.abs(returns).sum()
    np.testing.assert_allclose(returns, got.pattern, rtol=1e-9)


def test_all_rounds_together_are_the_amplification():
    held, lever, push = system()
    got = deleveraging_jacobian(held, lever, push)
    assert 0 < got.radius < 1
    total, move = np.zeros(6), got.pattern
    for _ in range(3000):
        total, move = total + move, glt_round(held, lever, push, move)
    np.testing.assert_allclose(total, got.amplification * got.pattern, rtol=1e-9)


@pytest.mark.feature("I01")
def test_no_leverage_no_feedback():
    held, _, push = system()
    got = deleveraging_jacobian(held, np.ones(9), push)
    assert got.radius == pytest.approx(0.0, abs=1e-12)
    assert deleveraging_jacobian(held, np.zeros(9), push).radius == 0.0
    assert not deleveraging_jacobian(0 * held, np.ones(9), push).pattern.any()


def test_a_neutral_book_feeds_on_itself_through_its_own_names():
    # Long and short: a fall of longs and rise of shorts makes it close both, which repeats them.
    got = deleveraging_jacobian([[1.0, 1.0, -1.0, -1.0]], [8.0], np.full(4, 0.05))
    assert got.radius == pytest.approx(0.05 * 8.0, rel=1e-12)
    np.testing.assert_allclose(np.abs(got.pattern), 0.25)
    assert np.sign(got.pattern[0]) == -np.sign(got.pattern[2])


@pytest.mark.parametrize("shorts", [False, True])
def test_the_same_by_funds_by_assets_and_by_finite_differences(shorts):
    held, lever, push = system(4, 5, 7, shorts)
    gross = np.abs(held).sum(axis=1)
    equity = gross / lever

    def trades(returns):
        moved = held * (1 + returns)
        left = equity + held @ returns
        part = 1 - lever * left / np.abs(moved).sum(axis=1)
        return push * (-part[:, None] * held).sum(axis=0)

    step = 1e-6
    jacobian = np.array([(trades(step * e) - trades(-step * e)) / (2 * step) for e in np.eye(7)]).T
    expected = np.abs(np.linalg.eigvals(jacobian)).max()
    assert deleveraging_jacobian(held, lever, push).radius == pytest.approx(expected, rel=1e-6)
    wide = np.concatenate([held] * 2), np.concatenate([lever] * 2), push / 2
    assert deleveraging_jacobian(*wide).radius == pytest.approx(expected, rel=1e-6)


def test_large_systems_take_the_iterative_path():
    held, lever, push = system(1, 450, 430)
    got = deleveraging_jacobian(held, lever, push / 100)
    np.testing.assert_allclose(
        glt_round(held, lever, push / 100, got.pattern), got.radius * got.pattern, rtol=1e-6
    )


def test_permutation_and_currency():
    held, lever, push = system()
    one = deleveraging_jacobian(held, lever, push)
    rng = np.random.default_rng(0)
    funds, assets = rng.permutation(9), rng.permutation(6)
    other = deleveraging_jacobian(held[np.ix_(funds, assets)], lever[funds], push[assets])
    assert other.radius == pytest.approx(one.radius, rel=1e-12)
    np.testing.assert_allclose(other.pattern, one.pattern[assets], rtol=1e-9)
    assert deleveraging_jacobian(2 * held, lever, push / 2).radius == pytest.approx(one.radius)


def test_every_argument_moves_the_output():
    held, lever, push = system()
    base = deleveraging_jacobian(held, lever, push).radius
    assert deleveraging_jacobian(1.1 * held, lever, push).radius > base
    assert deleveraging_jacobian(held, 1.1 * lever, push).radius > base
    assert deleveraging_jacobian(held, lever, 1.1 * push).radius == pytest.approx(1.1 * base)


def test_unstable_beyond_one():
    held, lever, push = system()
    got = deleveraging_jacobian(held, lever, 100 * push)
    assert got.distance < 0
    assert np.isinf(got.amplification)


def test_bad_input_is_named():
    held, lever, push = system()
    with pytest.raises(DataError, match=r"leverage\[0\]"):
        deleveraging_jacobian(held, -lever, push)
    with pytest.raises(DataError, match=r"impact\[0\]"):
        deleveraging_jacobian(held, lever, -push)
    with pytest.raises(DataError, match="shape"):
        deleveraging_jacobian(held, lever[:2], push)
    with pytest.raises(DataError, match=r"holdings\[0, 0\]"):
        deleveraging_jacobian(np.nan * held, lever, push)
