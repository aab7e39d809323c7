"""Every compiled kernel against the plain definition beside it, on awkward input."""

import numpy as np
import pytest

from quantquake import _simd
from quantquake._jit import DISABLED, jit
from quantquake.measures.kernels import (
    contrarian,
    correlation,
    dispersion,
    fourier,
    last_day,
    order,
    percentile,
    spectrum,
)

FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-12}


def panel(dtype, n_dates=90, n_symbols=37, seed=0, gaps=0.05):
    rng = np.random.default_rng(seed)
    x = (0.02 * rng.standard_normal((n_dates, n_symbols))).round(3)
    x[rng.random(x.shape) < gaps] = np.nan
    x[:, 5] = np.nan
    return x.astype(dtype)


@FLOATS
def test_order(dtype):
    rng = np.random.default_rng(1)
    columns = rng.standard_normal((32, 208)).astype(dtype)
    columns[::2] = columns[::2].round(1)
    columns[3] = np.nan
    columns[4, 7] = np.inf
    columns[5] = 1.0
    columns[6, 100] = 1e30
    columns[:, 200:] = np.nan
    got, expected = np.empty((2, 200, 32), np.int16), np.empty((2, 200, 32), np.int16)
    got[1], expected[1] = 1, 1
    assert order.order(columns, 30, *got)
    assert order.order_python(columns, 30, *expected)
    np.testing.assert_array_equal(got, expected)


@FLOATS
@pytest.mark.parametrize(("window", "needed"), [(1, 1), (20, 20), (21, 5), (200, 0)])
def test_percentile(dtype, window, needed):
    x = panel(dtype)
    got, expected = np.empty(x.shape), np.empty(x.shape)
    percentile.rank_panel(x, window, needed, got)
    percentile.rank_columns_python(np.ascontiguousarray(x.T), window, needed, expected)
    np.testing.assert_array_equal(got, expected)


@FLOATS
def test_last_day(dtype):
    x = panel(dtype, n_dates=23)
    got, expected = np.empty(37), np.empty(37)
    last_day.rank_last(x, 20, got)
    last_day.rank_last_python(x, 20, expected)
    np.testing.assert_array_equal(got, expected)


@FLOATS
@pytest.mark.parametrize("formation", [False, True])
def test_contrarian(dtype, formation):
    x = panel(dtype)
    got, expected = np.empty((3, 90)), np.empty((3, 90))
    contrarian.contrarian(x, 2, formation, *got)
    contrarian.contrarian_python(x, 2, formation, *expected)
    np.testing.assert_allclose(got, expected, rtol=20 * TOLERANCE[dtype], atol=1e-10)
    alone, nothing = np.empty(90), np.empty(0)
    contrarian.contrarian(x, 2, formation, alone, nothing, got[2])
    np.testing.assert_array_equal(alone, got[0])


@FLOATS
@pytest.mark.parametrize("demean", [False, True])
@pytest.mark.parametrize("window", [2, 4, 5, 6, 20])
def test_member_volatility(dtype, demean, window):
    x = panel(dtype, gaps=0.01)
    rng = np.random.default_rng(3)
    for weights in (rng.random((1, 37)), rng.random((90, 37))):
        weights[0, 3] = np.nan
        weights = weights.astype(dtype)
        got, expected = np.empty((90, 3)), np.empty((90, 3))
        dispersion.member_volatility(x, weights, window, demean, got)
        dispersion.member_volatility_python(x, weights, window, demean, expected)
        np.testing.assert_allclose(got, expected, rtol=5 * TOLERANCE[dtype])


@FLOATS
def test_correlation_moments(dtype):
    x = panel(dtype, gaps=0.002)
    x[:, 8] = 0.1
    scale = np.empty((2, 40, 37), dtype)
    shift, names = np.empty((2, 40)), np.empty((2, 40), np.int64)
    correlation.moments(x, 30, 25, scale[0], shift[0], names[0])
    correlation.moments_python(x, 30, 25, scale[1], shift[1], names[1])
    np.testing.assert_array_equal(*names)
    np.testing.assert_allclose(*scale, rtol=TOLERANCE[dtype])
    np.testing.assert_allclose(*shift, rtol=TOLERANCE[dtype], atol=1e-9)


def test_mean_correlation_across_strips():
    x = panel(np.float64, n_dates=2 * correlation.STRIP + 60, gaps=0.002)
    x[100, 7] = 1e9  # leaves its window without a trace in the sums
    window, got, names = 20, np.empty(len(x)), np.empty(len(x), np.int64)
    correlation.mean_correlation(x, window, got, names)
    assert np.isnan(got[: window - 1]).all()
    for t in range(window - 1, len(x)):
        seen = x[t - window + 1 : t + 1]
        seen = seen[:, ~np.isnan(seen).any(axis=0)]
        pairs = np.corrcoef(seen.T)[np.triu_indices(seen.shape[1], 1)]
        assert names[t] == seen.shape[1]
        assert got[t] == pytest.approx(pairs.mean(), abs=1e-9)


def test_transform():
    rng = np.random.default_rng(4)
    re, im = (_simd.aligned(480 * 16, np.float32) for _ in range(2))
    re[:], im[:] = rng.standard_normal((2, 480 * 16))
    x, y = fourier.transform_python(re.reshape(480, 16), im.reshape(480, 16))
    fourier.transform(re, im, fourier.TURN480, fourier.TURN120, fourier.TURN30)
    places = fourier.place_of()
    assert sorted(places) == list(range(480))
    np.testing.assert_allclose(re.reshape(480, 16)[places], x, atol=1e-4)  # of about sqrt(480)
    np.testing.assert_allclose(im.reshape(480, 16)[places], y, atol=1e-4)


@pytest.mark.feature("A11")
@pytest.mark.parametrize("n", [1, 31, 32, 45])
@pytest.mark.parametrize(
    ("k", "zero_frequency"), [(50, False), (1, False), (240, False), (50, True)]
)
def test_top_share(n, k, zero_frequency):
    rng = np.random.default_rng(n)
    scale = 10.0 ** rng.uniform(-3, 9, (n, 1))  # neighbours in the lanes trade a million apart
    volume = (scale * rng.gamma(0.3, 1.0, (n, 480))).astype(np.float32)
    got = spectrum.top_share_batch(volume, k, zero_frequency=zero_frequency)
    expected = spectrum.top_share_python(volume.astype(float), k, 0 if zero_frequency else 1)
    np.testing.assert_allclose(got, expected, rtol=5e-6)


@pytest.mark.feature("A11")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # inf - inf, uncompiled only
def test_top_share_of_days_without_a_spectrum():
    volume = np.random.default_rng(0).random((40, 480)).astype(np.float32)
    before = spectrum.top_share_batch(volume)
    volume[3, 7], volume[20, 0] = np.nan, np.inf
    volume[4], volume[21] = 0.0, 7.0
    volume[5] = 0.0
    volume[5, 100] = 1e6  # one print a day: a flat spectrum, 240 ties
    got = spectrum.top_share_batch(volume)
    assert np.isnan(got[[3, 4, 20, 21]]).all()
    assert got[5] == pytest.approx(50 / 240, rel=1e-5)
    others = np.setdiff1d(np.arange(40), [3, 4, 5, 20, 21])
    np.testing.assert_allclose(got[others], before[others], rtol=1e-6)
    assert np.isnan(spectrum.top_share_batch(volume[:, :60])).all()  # 30 frequencies, 50 wanted


@pytest.mark.feature("A11")
def test_top_share_of_other_lengths_and_precisions():
    volume = np.random.default_rng(0).random((5, 390))
    amplitude = np.sort(np.abs(np.fft.fft(volume))[:, 1:196])
    expected = amplitude[:, -50:].sum(axis=1) / amplitude.sum(axis=1)
    np.testing.assert_allclose(spectrum.top_share_batch(volume), expected, rtol=1e-12)
    np.testing.assert_allclose(
        spectrum.top_share_batch(volume.astype(np.float32)), expected, rtol=1e-5
    )


# One compiled caller an operation: numba sees vectors only inside a kernel.


@jit(cache=False)
def _integers(a, b, c, out):
    x, y, n = (
        _simd.load_i16x16(a, np.uint64(1)),
        _simd.load_i16x16(b, np.uint64(0)),
        _simd.load_i16x16(c, np.uint64(0)),
    )
    _simd.store(out, np.uint64(0), _simd.count_lt(n, x, y))
    _simd.store(out, np.uint64(16), _simd.add(x, _simd.splat_i16x16(np.int16(3))))
    _simd.store(out, np.uint64(32), _simd.sub(x, y))


@jit(cache=False)
def _floats(a, b, c, out):
    x, y, z = (
        _simd.load_f32x16(a, np.uint64(1)),
        _simd.load_f32x16(b, np.uint64(0)),
        _simd.load_f32x16(c, np.uint64(0)),
    )
    _simd.store(out, np.uint64(0), _simd.add_if_ge(z, x, x, y))
    _simd.store(out, np.uint64(16), _simd.where_ge(x, y, z, x))
    _simd.store(out, np.uint64(32), _simd.mul(x, _simd.times(y, np.float32(3))))
    _simd.store(out, np.uint64(48), _simd.sqrt(_simd.mul(x, x)))
    _simd.store(out, np.uint64(64), _simd.sub(_simd.splat_f32x16(np.float32(2)), y))


@jit(cache=False)
def _transposed(a, factor, out):
    row = _simd.load_f32x16(factor, np.uint64(0))
    _simd.transpose_f32x16(a, np.uint64(2), np.uint64(20), row, out, np.uint64(0))


def test_vector_operations_are_their_plain_twins():
    rng = np.random.default_rng(0)
    plain = _simd.PLAIN
    a, b, c = rng.integers(-9, 9, (3, 17)).astype(np.int16)
    out = np.zeros(48, np.int16)
    _integers(a, b, c, out)
    x, y, z = a[1:], b[:16], c[:16]
    assert (out == np.r_[plain["count_lt"](z, x, y), plain["add"](x, 3), plain["sub"](x, y)]).all()
    a, b, c = rng.integers(-3, 3, (3, 17)).astype(np.float32)
    a[3] = np.nan
    out = np.zeros(80, np.float32)
    _floats(a, b, c, out)
    x, y, z = a[1:], b[:16], c[:16]
    expected = np.r_[
        plain["add_if_ge"](z, x, x, y), plain["where_ge"](x, y, z, x),
        plain["mul"](x, plain["times"](y, 3)), plain["sqrt"](plain["mul"](x, x)),
        plain["sub"](2, y),
    ]  # fmt: skip
    np.testing.assert_array_equal(out, expected)
    a, factor = rng.random(330).astype(np.float32), rng.random(16).astype(np.float32)
    out, expected = np.zeros(256, np.float32), np.zeros(256, np.float32)
    _transposed(a, factor, out)
    plain["transpose_f32x16"](a, 2, 20, factor, expected, 0)
    np.testing.assert_array_equal(out, expected)


def test_every_operation_has_a_plain_twin():
    public = {n for n in vars(_simd) if not n.startswith("_")} & set(_simd.PLAIN)
    assert public == set(_simd.PLAIN)
    assert len(public) >= 13
    if DISABLED:
        assert _simd.add is _simd.PLAIN["add"]


def test_aligned_memory():
    for shape in (1, (3, 5)):
        assert _simd.aligned(shape, np.int16).ctypes.data % 64 == 0
