"""Share of the strongest frequencies, 32 series of 480 bins at a time.

16 series ride in the real lanes of the transform and 16 in the imaginary ones; their spectra
are told apart by symmetry. The top `k` of each lane are found by bisecting a threshold, which
compares whole vectors and moves no element.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from quantquake._jit import jit
from quantquake._simd import (
    add,
    add_if_ge,
    aligned,
    load_f32x16,
    mul,
    splat_f32x16,
    sqrt,
    store,
    sub,
    times,
    transpose_f32x16,
    where_ge,
)
from quantquake.measures.kernels.fourier import (
    BINS,
    LANES,
    TURN30,
    TURN120,
    TURN480,
    U,
    place_of,
    transform,
)

Array = npt.NDArray[Any]
PLACES = place_of()
GUESS = np.float32(1.413)  # top 50 of 240 begin there, in means, if amplitudes are Rayleigh
HALVINGS = 30  # after which two float32 amplitudes are no longer told apart


def top_share_python(volume: Array, k: int, first: int) -> Array:
    """Top-k amplitude over all amplitude, frequencies from `first` on: the definition.

    volume : (n, bins). Returns (n,) [1]; NaN where a bin is missing or nothing varies.
    """
    amplitude = np.abs(scipy.fft.rfft(volume, axis=-1)[..., first:])
    strongest = np.partition(amplitude, -k, axis=-1)[..., -k:].sum(axis=-1)
    total = amplitude.sum(axis=-1)
    # A constant row leaves only rounding beside its zero frequency.
    flat = np.ptp(volume, axis=-1) == 0 if first else total == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(flat, np.nan, strongest / total)


@jit(fastmath={"contract", "reassoc", "nsz"})
def _size(row: Array) -> Any:
    """Sum of absolute values, and of absolute distances from the first value."""
    total = spread = np.float32(0)
    for t in range(U(BINS)):
        total += abs(row[t])
        spread += abs(row[t] - row[U(0)])
    return total, spread


@jit
def _side_by_side(rows: Array, begin: int, into: Array, factor: Array) -> None:
    """Lay 16 rows side by side, each times its factor. rows : flat (n * 480)."""
    scale = load_f32x16(factor, U(0))
    for t in range(U(0), U(BINS), U(LANES)):
        transpose_f32x16(rows, U(begin * BINS) + t, U(BINS), scale, into, t * U(LANES))
    for lane in range(U(LANES)):
        if factor[lane] == 0.0:  # a missing bin times zero is still missing
            for t in range(U(BINS)):
                into[t * U(LANES) + lane] = np.float32(0)


@jit
def _pack(volume: Array, begin: int, re: Array, im: Array, factor: Array) -> None:
    """Fill both buffers with 32 rows scaled to mean one, so that lanes share their rounding.

    factor : (32,), filled; zero for rows with a missing bin or without any variation.
    """
    for lane in range(2 * LANES):
        size, spread = _size(volume[begin + lane])
        usable = size > 0.0 and size < np.inf and spread > 0.0
        factor[lane] = np.float32(BINS) / size if usable else np.float32(0)
    _side_by_side(volume.reshape(-1), begin, re, factor[:LANES])
    _side_by_side(volume.reshape(-1), begin + LANES, im, factor[LANES:])


@jit
def _amplitudes(re: Array, im: Array, places: Array, first: int, a: Array, b: Array) -> None:
    """Twice the amplitude of the real-lane (a) and imaginary-lane (b) series, frequency by row."""
    for k in range(first, BINS // 2 + 1):
        i, j = U(places[k]) * U(LANES), U(places[(BINS - k) % BINS]) * U(LANES)
        o = U(k - first) * U(LANES)
        x, y, u, v = load_f32x16(re, i), load_f32x16(im, i), load_f32x16(re, j), load_f32x16(im, j)
        p, q, r, s = add(x, u), sub(y, v), add(y, v), sub(x, u)
        store(a, o, sqrt(add(mul(p, p), mul(q, q))))
        store(b, o, sqrt(add(mul(r, r), mul(s, s))))


@jit
def _top_share(amplitude: Array, size: int, k: int, scratch: Array, share: Array) -> None:
    """Share of the `k` largest in each of 16 lanes of `amplitude` (flat, zeros past `size`)."""
    zero, one, half = (splat_f32x16(np.float32(0)), splat_f32x16(np.float32(1)), np.float32(0.5))
    wanted = splat_f32x16(np.float32(k))
    total = most = zero
    for i in range(U(0), U(size * LANES), U(LANES)):
        x = load_f32x16(amplitude, i)
        total = add(total, x)
        most = where_ge(x, most, x, most)
    low, high, above = zero, times(most, np.float32(1.001)), zero
    middle = times(total, GUESS / np.float32(size))
    for _ in range(HALVINGS):
        c = d = e = f = zero  # four chains: one would wait for its own additions
        for i in range(U(0), U(size * LANES), U(4 * LANES)):
            c = add_if_ge(c, one, load_f32x16(amplitude, i), middle)
            d = add_if_ge(d, one, load_f32x16(amplitude, i + U(LANES)), middle)
            e = add_if_ge(e, one, load_f32x16(amplitude, i + U(2 * LANES)), middle)
            f = add_if_ge(f, one, load_f32x16(amplitude, i + U(3 * LANES)), middle)
        n = add(add(c, d), add(e, f))
        # Fewer than k, or just k, at or above: the threshold may come down to here.
        high, low = where_ge(wanted, n, middle, high), where_ge(wanted, n, low, middle)
        above = where_ge(wanted, n, n, above)
        store(scratch, U(0), above)
        open_lanes = 0
        for lane in range(U(LANES)):
            open_lanes += scratch[lane] != k
        if open_lanes == 0:
            break
        middle = times(add(low, high), half)
    top = zero
    for i in range(U(0), U(size * LANES), U(LANES)):
        x = load_f32x16(amplitude, i)
        top = add_if_ge(top, x, x, high)
    # What is left of the k lies between two thresholds that float32 cannot part: ties.
    store(scratch, U(0), add(top, mul(sub(wanted, above), low)))
    store(share, U(0), total)
    for lane in range(U(LANES)):
        share[lane] = scratch[lane] / share[lane] if share[lane] > 0.0 else np.float32(np.nan)


@jit
def top_share_480(
    volume: Array,
    k: int,
    first: int,
    places: Array,
    turn480: Array,
    turn120: Array,
    turn30: Array,
    buffers: Array,
    out: Array,
) -> None:
    """As `top_share_python` for (n, 480) float32 rows, n a multiple of 32.

    buffers : (4, 480 * 16) aligned, the last two zero.
    """
    re, im, a, b = buffers[0], buffers[1], buffers[2], buffers[3]
    factor, scratch = np.empty(2 * LANES, np.float32), np.empty(LANES, np.float32)
    size = BINS // 2 + 1 - first
    for begin in range(0, volume.shape[0], 2 * LANES):
        _pack(volume, begin, re, im, factor)
        transform(re, im, turn480, turn120, turn30)
        _amplitudes(re, im, places, first, a, b)
        _top_share(a, size, k, scratch, out[begin : begin + LANES])
        _top_share(b, size, k, scratch, out[begin + LANES : begin + 2 * LANES])
        for lane in range(2 * LANES):
            if factor[lane] == 0.0:
                out[begin + lane] = np.nan


def top_share_batch(volume: Array, k: int = 50, *, zero_frequency: bool = False) -> Array:
    """Share of the `k` strongest of all frequencies' amplitude, row by row.

    volume : (n, bins) of any real type. 480 bins of float32 take the fast path, agreeing with
    the definition to about 1e-6; everything else, and float64, the definition in its own
    precision. Returns (n,) float32 or float64 [1]; NaN where a bin is missing, where nothing
    varies, or where there are fewer than `k` frequencies.
    """
    first = 0 if zero_frequency else 1
    n, bins = volume.shape
    if bins // 2 + 1 - first < k:
        return np.full(n, np.nan)
    if bins != BINS or volume.dtype != np.float32:
        return top_share_python(volume, k, first)
    whole = n // (2 * LANES) * (2 * LANES)
    out = np.empty(n, np.float32)
    out[:whole] = _fast(volume[:whole], k, first)
    if whole < n:
        rest = np.zeros((2 * LANES, BINS), np.float32)
        rest[: n - whole] = volume[whole:]
        out[whole:] = _fast(rest, k, first)[: n - whole]
    return out


def _fast(volume: Array, k: int, first: int) -> Array:
    rows = np.ascontiguousarray(volume).view()
    rows.flags.writeable = False
    out = np.empty(len(rows), np.float32)
    buffers = aligned((4, BINS * LANES), np.float32)
    buffers[2:] = 0.0
    top_share_480(rows, k, first, PLACES, TURN480, TURN120, TURN30, buffers, out)
    return out
