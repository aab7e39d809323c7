"""Compiled option loops against the plain definitions beside them."""

import numpy as np
import pytest
from scipy.special import erfcx

from quantquake._jit import DISABLED, jit
from quantquake.flows.kernels import gamma, options
from quantquake.flows.kernels.normal import exp, log, power_of_two, tail


@jit(cache=False)
def _apply(x, which, out):
    for i in range(len(x)):
        if which == 0:
            out[i] = exp(x[i])
        elif which == 1:
            out[i] = log(x[i])
        elif which == 2:
            out[i] = tail(x[i])
        else:
            out[i] = power_of_two(x[i])


def applied(x, which):
    out = np.empty(len(x))
    _apply(np.asarray(x, dtype=float), which, out)
    return out


def test_exp_log_and_the_normal_tail_to_the_last_digits():
    x = np.linspace(-700, 700, 20_001)
    np.testing.assert_allclose(applied(x, 0), np.exp(x), rtol=5e-16)
    y = np.r_[10.0 ** np.linspace(-299, 299, 20_001), 1 + np.linspace(-1e-3, 1e-3, 999)]
    np.testing.assert_allclose(applied(y, 1), np.log(y), rtol=4e-16, atol=1e-19)
    d = np.r_[np.linspace(-40, 40, 20_001), 1e-9, 1e6]
    np.testing.assert_allclose(applied(d, 2), erfcx(np.abs(d) / np.sqrt(2)) / 2, rtol=3e-15)
    z = np.linspace(-1020, 0, 20_001)
    np.testing.assert_allclose(applied(z, 3), 2.0**z, rtol=5e-16)


def test_beyond_the_doubles_they_stay_inside_and_nan_stays_nan():
    edge = applied([-1e9, 1e9], 0)
    assert 0 < edge[0] < 1e-307
    assert 1e307 < edge[1] < np.inf
    assert 0 < applied([-1e9], 3)[0] < 1e-307
    assert all(np.isnan(applied([np.nan], which))[0] for which in (0, 2, 3))


def option_rows(n, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        np.full(1, 100.0), rng.uniform(30, 300, n), rng.uniform(0.002, 4, n), rng.uniform(-0.1, 0.2, n),
        np.full(1, 0.02), rng.uniform(0.02, 2, n), rng.random(n) < 0.5,
    ]  # fmt: skip
    for row in rows:
        row.flags.writeable = False
    return rows


@pytest.mark.parametrize("n", [1, 7, 1024, 2500])
def test_greeks(n):
    rows = option_rows(n)
    got, wanted = np.empty((6, n)), np.empty((6, n))
    options.greeks(*rows, got)
    options.greeks_python(*rows, wanted)
    np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=3e-13)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # uncompiled only
def test_greeks_of_bad_rows_are_missing_and_spoil_no_neighbour():
    rows = option_rows(40)
    got, before = np.empty((6, 40)), np.empty((6, 40))
    options.greeks(*rows, before)
    for place, value in ((1, -5.0), (2, 0.0), (5, np.nan), (1, np.inf)):
        bad = [np.array(row) for row in rows]
        bad[place][13] = value
        for row in bad:
            row.flags.writeable = False
        options.greeks(*bad, got)
        assert np.isnan(got[:, 13]).all()
        np.testing.assert_array_equal(np.delete(got, 13, 1), np.delete(before, 13, 1))


def chain_rows(n=1000, seed=4):
    rng = np.random.default_rng(seed)
    k, t, v = rng.uniform(70, 130, n), rng.uniform(1 / 365, 1, n), rng.uniform(0.1, 0.5, n)
    width = v * np.sqrt(t)
    place = (np.log(100 / k) + (0.02 + v * v / 2) * t) / width
    sizes = rng.integers(0, 5000, n) * rng.choice([-1.0, 1.0], (3, n))
    return k, t, v, width, place, sizes


def test_gamma_profile_to_fourteen_digits_of_a_longer_reference():
    k, t, v, width, place, sizes = chain_rows()
    moves = np.log1p(np.linspace(-0.1, 0.1, 41))
    got, twin = np.empty((3, 41)), np.empty((3, 41))
    gamma.gamma_sums(place, 1 / width, sizes / width, moves, got)
    gamma.gamma_sums_python(place, 1 / width, sizes / width, moves, twin)
    e = np.longdouble
    k, t, v = k.astype(e), t.astype(e), v.astype(e)
    width = v * np.sqrt(t)
    place = (np.log(100 / k) + (e(0.02) + v * v / 2) * t) / width
    for j, move in enumerate(moves):
        cells = np.exp(-((place + e(move) / width) ** 2) / 2) / width
        exact, gross = (sizes * cells).sum(axis=1), (np.abs(sizes) * cells).sum(axis=1)
        # The tables of bits are exact to 2e-14 of the net, and far better of the gross.
        assert (np.abs(got[:, j] - exact) <= 2e-15 * gross).all()
        assert (np.abs(twin[:, j] - exact) <= 2e-15 * gross).all()


def test_moving_smile_with_a_smile_that_stands_still():
    k, t, v, width, place, sizes = chain_rows(900)
    moves = np.log1p(np.linspace(-0.1, 0.1, 21))
    fixed, moving, twin = (np.empty((3, 21)) for _ in range(3))
    gamma.gamma_sums(place, 1 / width, sizes / width, moves, fixed)
    given = (np.log(100 / k), np.full(900, 0.02), t, np.tile(v, (21, 1)), sizes, moves)
    gamma.moving_sums(*given, moving)
    gamma.moving_sums_python(*given, twin)
    gross = np.abs(sizes / width).sum()
    np.testing.assert_allclose(moving, fixed, atol=1e-14 * gross)
    np.testing.assert_allclose(moving, twin, atol=1e-14 * gross)
    given[3][:] *= np.linspace(0.8, 1.2, 21)[:, None]
    gamma.moving_sums(*given, moving)
    gamma.moving_sums_python(*given, twin)
    np.testing.assert_allclose(moving, twin, atol=1e-14 * gross)
    assert np.abs(moving - fixed).max() > 0.01 * np.abs(fixed).max()


@pytest.mark.skipif(DISABLED, reason="nothing compiles under NUMBA_DISABLE_JIT=1")
def test_nothing_compiles_after_warming_up():
    from tests.flows.gamma_chains import whole_chain

    from quantquake.flows.gamma import forced_source, gamma_exposure
    from quantquake.flows.kernels import implied
    from quantquake.flows.options import black_scholes, implied_volatility
    from quantquake.flows.warm_up import CALLS, warm_up

    assert set(warm_up()) == set(CALLS)
    kernels = (options.greeks, gamma.gamma_sums, gamma.moving_sums, implied.total_volatility)
    before = [len(kernel.signatures) for kernel in kernels]
    assert before == [1, 1, 1, 1]
    forced_source(gamma_exposure(whole_chain().drop(columns="iv")), [-0.1, 0.1])
    frame = option_rows(9)
    black_scholes(frame[0], frame[1], frame[2], frame[5], kind=frame[6])
    implied_volatility(np.array([1.0, 2.0]), 100.0, [110.0, 120.0], 1.0)
    assert [len(kernel.signatures) for kernel in kernels] == before
