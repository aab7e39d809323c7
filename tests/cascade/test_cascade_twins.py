"""The parts of a round against dense arithmetic, and the vector operations behind them."""

from itertools import pairwise

import numpy as np
import pytest

from quantquake import _simd
from quantquake._jit import jit
from quantquake.cascade.crowd import holdings as layout
from quantquake.cascade.crowd.holdings import Holdings
from quantquake.cascade.kernels import crowd, lanes

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
TOLERANCE = {np.float32: 3e-6, np.float64: 1e-12}


def portfolios(seed=0, funds=37, held=19, assets=53):
    rng = np.random.default_rng(seed)
    return rng.integers(0, assets, (funds, held)), rng.random((funds, held)), assets


def dense(index, shares, assets):
    table = np.zeros((len(index), assets))
    np.add.at(table, (np.arange(len(index))[:, None], index), shares)
    return table


@FLOATS
@pytest.mark.parametrize("scenarios", [1, 16])
@pytest.mark.parametrize("prices", [64, 200, 16_384])
def test_values_and_sales_are_matrix_products(monkeypatch, dtype, scenarios, prices):
    monkeypatch.setattr(layout, "PRICES", prices)
    monkeypatch.setattr(layout, "LANE_PRICES", prices)
    monkeypatch.setattr(layout, "BLOCK", 90)
    index, shares, assets = portfolios()
    packed = Holdings.of_table(index, shares, assets, dtype=dtype, scenarios=scenarios)
    table, rng = dense(index, shares, assets), np.random.default_rng(1)
    price, fraction = rng.random(assets), rng.random(37) * (rng.random(37) < 0.5)
    np.testing.assert_allclose(packed.value(price), table @ price, rtol=TOLERANCE[dtype])
    np.testing.assert_allclose(packed.sell(fraction), fraction @ table, rtol=TOLERANCE[dtype])


def test_funds_of_very_different_size():
    rng = np.random.default_rng(2)
    count = np.array([0, 1, 2, 500, 3, 0, 4, 9, 77])
    rows = np.r_[0, count.cumsum()]
    index, shares = rng.integers(0, 600, rows[-1]), rng.random(rows[-1])
    packed = Holdings.pack(rows, index, shares, 600)
    price = rng.random(600)
    expected = [(shares[a:b] * price[index[a:b]]).sum() for a, b in pairwise(rows)]
    np.testing.assert_allclose(packed.value(price), expected, rtol=1e-12)


def test_the_order_of_names_does_not_matter():
    index, shares, assets = portfolios()
    turned = Holdings.of_table(index[:, ::-1], shares[:, ::-1], assets)
    same = Holdings.of_table(index, shares, assets)
    np.testing.assert_allclose(turned.value(np.arange(53.0)), same.value(np.arange(53.0)))


def lane_round(scale, debt, leverage, fraction, sold, value, tolerance, most):
    """One decision, the plain way; returns fraction, debt, paid, equity."""
    worth = scale * value
    paid = 0.5 * (sold + fraction / (1 - fraction) * worth)
    debt = debt - paid
    equity = worth - debt
    back = np.where(
        worth > (1 + tolerance) * leverage * equity,
        np.minimum(1 - leverage * equity / np.where(worth > 0, worth, 1.0), most),
        0.0,
    )
    return np.where(equity <= 0, most, back), debt, paid, equity


@pytest.mark.parametrize("seed", range(3))
def test_decisions(seed):
    rng = np.random.default_rng(seed)
    n = 64
    scale, value, leverage = rng.random(n), 10 * rng.random(n), rng.uniform(1, 4, n)
    debt, fraction = 8 * rng.random(n), np.where(rng.random(n) < 0.5, 0.2 * rng.random(n), 0.0)
    sold = fraction * rng.random(n)
    value[5] = 0.0
    new, owed, paid, equity = lane_round(scale, debt, leverage, fraction, sold, value, 0.05, 0.25)
    assert {0.0, 0.25} < set(new)
    fund, weight, tally = (
        np.stack([scale, debt, leverage, fraction, sold]),
        np.empty(n),
        np.zeros(3),
    )
    crowd.decide_block(fund, value, 0, 0.05, 0.25, weight, tally)
    np.testing.assert_allclose(fund[crowd.FRACTION], new, rtol=1e-12)
    np.testing.assert_allclose(fund[crowd.DEBT], owed, rtol=1e-12)
    np.testing.assert_allclose(weight, new * scale, rtol=1e-12)
    np.testing.assert_allclose(fund[crowd.SCALE], scale * (1 - new), rtol=1e-12)
    expected = [(new * scale * value).sum(), paid.sum(), (equity > 0).sum()]
    np.testing.assert_allclose(tally, expected, rtol=1e-12)
    ratio = fraction / (1 - fraction)
    single = [a.astype(np.float32) for a in (scale, debt, leverage, ratio, sold, value)]
    out = np.empty((3, n), np.float32)
    lanes.decide_block(*single, 0.05, 0.25, *out)
    np.testing.assert_allclose(out[0], new * scale, rtol=1e-3, atol=2e-5)
    np.testing.assert_allclose(out[1], paid, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(out[2], equity, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("largest", [0.3, 5.0])
def test_growth_is_the_exponential(largest):
    step = np.random.default_rng(0).uniform(-largest, largest, 999)
    price = np.full(999, 2.0)
    crowd.grow(price, step.copy(), 0.97)
    np.testing.assert_allclose(price, 2 * 0.97 * np.exp(step), rtol=4e-16 * 3)
    single = np.full(999, 2.0, np.float32)
    lanes.grow(single, step.astype(np.float32), np.float32(0.97))
    np.testing.assert_allclose(single, 2 * 0.97 * np.exp(step), rtol=1e-6)


@jit(cache=False)
def _quads(factor, words, source, out):
    total = _simd.no_quad(factor)
    total = _simd.add_gathered(total, factor, words, np.uint64(0), source)
    again = _simd.add_gathered(total, factor, words, np.uint64(1), source)
    _simd.fetch_ahead(factor, np.uint64(10_000))
    out[0] = _simd.sum_quads(total, again)
    out[1] = _simd.sum_quads(again, again)


@jit(cache=False)
def _scaled(a, b, out):
    x, y = _simd.load_f32x16(a, np.uint64(0)), _simd.load_f32x16(b, np.uint64(0))
    _simd.store(out, np.uint64(0), _simd.add_times(x, y, np.float32(3.0)))


@FLOATS
def test_vector_operations_are_their_plain_twins(dtype):
    rng, plain = np.random.default_rng(0), _simd.PLAIN
    factor = rng.integers(-9, 9, 8).astype(dtype)
    source = rng.integers(-9, 9, 70_000).astype(dtype)
    names = np.array([0, 65_535, 5, 17, 40_000, 2, 3, 3], np.uint16)
    out = np.zeros(2, dtype)
    _quads(factor, names.view(np.uint64), source, out)
    first = factor[:4] * source[names[:4]]
    both = first + factor[4:] * source[names[4:]]
    assert out.tolist() == [first.sum() + both.sum(), 2 * both.sum()]
    total = plain["no_quad"](factor)
    total = plain["add_gathered"](total, factor, names.view(np.uint64), 0, source)
    assert plain["sum_quads"](total, total) == 2 * first.sum()
    assert plain["fetch_ahead"](factor, 3) is None
    a, b = rng.integers(-9, 9, (2, 16)).astype(np.float32)
    out = np.zeros(16, np.float32)
    _scaled(a, b, out)
    np.testing.assert_array_equal(out, plain["add_times"](a, b, 3))
