"""Fourier transform of 480 bins for 16 complex series at a time, in place.

480 = 4 x 4 x 5 x 6, decimation in frequency. Frequencies are left in digit-reversed places:
`place_of` says where each is, so nothing is ever moved back. Buffers are flat (480 * 16) float32,
16 series side by side in one vector.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake._simd import add, load_f32x16, store, sub, times

Array = npt.NDArray[Any]
U: Any = np.uint64
BINS = 480
LANES = 16
RADICES = (4, 4, 5, 6)
COS72, COS144 = np.float32(np.cos(0.4 * np.pi)), np.float32(np.cos(0.8 * np.pi))
SIN72, SIN144 = np.float32(np.sin(0.4 * np.pi)), np.float32(np.sin(0.8 * np.pi))
HALF, SIN60 = np.float32(0.5), np.float32(np.sqrt(0.75))


def transform_python(real: Array, imaginary: Array) -> tuple[Array, Array]:
    """Transform of (480, 16) buffers, frequencies in order: the definition."""
    z = np.fft.fft(real.astype(float) + 1j * imaginary, axis=0)
    return z.real, z.imag


def place_of() -> Array:
    """Where each frequency 0 ... 479 lies after `transform`."""
    places = np.zeros(BINS, np.int64)
    for k in range(BINS):
        length, rest = BINS, k
        for radix in RADICES:
            length //= radix
            places[k] += (rest % radix) * length
            rest //= radix
    return places


def twiddles(length: int, radix: int) -> Array:
    """cos and -sin of ``2 pi p j / length`` as (length / radix, radix - 1, 2), flat float32."""
    j, p = np.arange(length // radix)[:, None], np.arange(1, radix)
    angle = 2.0 * np.pi * j * p / length
    return np.stack([np.cos(angle), -np.sin(angle)], axis=-1).astype(np.float32).ravel()


TURN480, TURN120, TURN30 = twiddles(480, 4), twiddles(120, 4), twiddles(30, 5)


@jit(inline="always")
def _put(re: Array, im: Array, i: int, x: Any, y: Any, c: float, s: float) -> None:
    """Store ``(x + iy) (c + is)``."""
    store(re, i, sub(times(x, c), times(y, s)))
    store(im, i, add(times(x, s), times(y, c)))


@jit
def _radix4(re: Array, im: Array, length: int, turn: Array) -> None:
    quarter = U(length) // U(4)
    hop = quarter * U(LANES)
    for base in range(U(0), U(BINS), U(length)):
        for j in range(quarter):
            a = (base + j) * U(LANES)
            b, c, d = a + hop, a + U(2) * hop, a + U(3) * hop
            w = j * U(6)
            p, q, r, s = (
                load_f32x16(re, a),
                load_f32x16(re, b),
                load_f32x16(re, c),
                load_f32x16(re, d),
            )
            t, u, v, x = (
                load_f32x16(im, a),
                load_f32x16(im, b),
                load_f32x16(im, c),
                load_f32x16(im, d),
            )
            even, odd, even_less, odd_less = add(p, r), add(q, s), sub(p, r), sub(q, s)
            i_even, i_odd, i_even_less, i_odd_less = add(t, v), add(u, x), sub(t, v), sub(u, x)
            store(re, a, add(even, odd))
            store(im, a, add(i_even, i_odd))
            # Multiplying by -i turns (x, y) into (y, -x).
            _put(
                re,
                im,
                b,
                add(even_less, i_odd_less),
                sub(i_even_less, odd_less),
                turn[w],
                turn[w + U(1)],
            )
            _put(re, im, c, sub(even, odd), sub(i_even, i_odd), turn[w + U(2)], turn[w + U(3)])
            _put(
                re,
                im,
                d,
                sub(even_less, i_odd_less),
                add(i_even_less, odd_less),
                turn[w + U(4)],
                turn[w + U(5)],
            )


@jit(inline="always")
def _mix(x: Any, y: Any, z: Any, c: float, d: float) -> Any:
    """``x + c y + d z``."""
    return add(add(x, times(y, c)), times(z, d))


@jit
def _radix5(re: Array, im: Array, length: int, turn: Array) -> None:
    fifth = U(length) // U(5)
    hop = fifth * U(LANES)
    for base in range(U(0), U(BINS), U(length)):
        for j in range(fifth):
            a = (base + j) * U(LANES)
            b, c, d, e = a + hop, a + U(2) * hop, a + U(3) * hop, a + U(4) * hop
            w = j * U(8)
            x, p, q = load_f32x16(re, a), load_f32x16(re, b), load_f32x16(re, c)
            r, s = load_f32x16(re, d), load_f32x16(re, e)
            near, far, near_less, far_less = add(p, s), add(q, r), sub(p, s), sub(q, r)
            y, p, q = load_f32x16(im, a), load_f32x16(im, b), load_f32x16(im, c)
            r, s = load_f32x16(im, d), load_f32x16(im, e)
            i_near, i_far, i_near_less, i_far_less = add(p, s), add(q, r), sub(p, s), sub(q, r)
            store(re, a, add(x, add(near, far)))
            store(im, a, add(y, add(i_near, i_far)))
            m, i_m = _mix(x, near, far, COS72, COS144), _mix(y, i_near, i_far, COS72, COS144)
            n = add(times(near_less, SIN72), times(far_less, SIN144))
            i_n = add(times(i_near_less, SIN72), times(i_far_less, SIN144))
            _put(re, im, b, add(m, i_n), sub(i_m, n), turn[w], turn[w + U(1)])
            _put(re, im, e, sub(m, i_n), add(i_m, n), turn[w + U(6)], turn[w + U(7)])
            m, i_m = _mix(x, near, far, COS144, COS72), _mix(y, i_near, i_far, COS144, COS72)
            n = sub(times(near_less, SIN144), times(far_less, SIN72))
            i_n = sub(times(i_near_less, SIN144), times(i_far_less, SIN72))
            _put(re, im, c, add(m, i_n), sub(i_m, n), turn[w + U(2)], turn[w + U(3)])
            _put(re, im, d, sub(m, i_n), add(i_m, n), turn[w + U(4)], turn[w + U(5)])


@jit(inline="always")
def _pair(re: Array, im: Array, i: int, j: int, x: Any, y: Any, u: Any, v: Any) -> None:
    """Store the sum and the difference of ``x + iy`` and ``u + iv``."""
    store(re, i, add(x, u))
    store(im, i, add(y, v))
    store(re, j, sub(x, u))
    store(im, j, sub(y, v))


@jit
def _radix6(re: Array, im: Array) -> None:
    """Last stage: six neighbours, no factors left. Three from the even, three from the odd."""
    for a in range(U(0), U(BINS * LANES), U(6 * LANES)):
        b, c, d = a + U(16), a + U(32), a + U(48)
        e, f = a + U(64), a + U(80)
        x, p, q = load_f32x16(re, a), load_f32x16(re, c), load_f32x16(re, e)
        y, r, s = load_f32x16(im, a), load_f32x16(im, c), load_f32x16(im, e)
        both, i_both = add(p, q), add(r, s)
        turn, i_turn = times(sub(r, s), SIN60), times(sub(q, p), SIN60)
        mid, i_mid = sub(x, times(both, HALF)), sub(y, times(i_both, HALF))
        e0, i_e0 = add(x, both), add(y, i_both)
        e1, i_e1, e2, i_e2 = add(mid, turn), add(i_mid, i_turn), sub(mid, turn), sub(i_mid, i_turn)
        x, p, q = load_f32x16(re, b), load_f32x16(re, d), load_f32x16(re, f)
        y, r, s = load_f32x16(im, b), load_f32x16(im, d), load_f32x16(im, f)
        both, i_both = add(p, q), add(r, s)
        turn, i_turn = times(sub(r, s), SIN60), times(sub(q, p), SIN60)
        mid, i_mid = sub(x, times(both, HALF)), sub(y, times(i_both, HALF))
        _pair(re, im, a, d, e0, i_e0, add(x, both), add(y, i_both))
        o, i_o = add(mid, turn), add(i_mid, i_turn)
        u = add(times(o, HALF), times(i_o, SIN60))  # times 1/2 - i sqrt(3)/2
        v = sub(times(i_o, HALF), times(o, SIN60))
        _pair(re, im, b, e, e1, i_e1, u, v)
        o, i_o = sub(mid, turn), sub(i_mid, i_turn)
        u = sub(times(i_o, SIN60), times(o, HALF))  # times -1/2 - i sqrt(3)/2
        v = sub(times(o, -SIN60), times(i_o, HALF))
        _pair(re, im, c, f, e2, i_e2, u, v)


@jit
def transform(re: Array, im: Array, turn480: Array, turn120: Array, turn30: Array) -> None:
    """Transform in place; frequencies land where `place_of` says."""
    _radix4(re, im, 480, turn480)
    _radix4(re, im, 120, turn120)
    _radix5(re, im, 30, turn30)
    _radix6(re, im)
