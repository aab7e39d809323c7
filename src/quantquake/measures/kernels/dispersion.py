"""Rolling volatility of every member, summed over the cross-section without storing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64
BLOCK = 1024  # names whose volatilities stay in the first-level cache


def member_volatility_python(
    returns: Array, weights: Array, window: int, demean: bool, sums: Array
) -> None:
    """Sum w, w*s and (w*s)^2 over members with a complete window, s their volatility.

    returns : (T, N) [1]; NaN = not observed. weights : (1, N) or (T, N) [1]; NaN = no member.
    demean : standard deviation (divisor window - 1) in place of the root mean square.
    sums : (T, 3), filled; zeros while no window is complete.
    """
    n_dates, n_symbols = returns.shape
    fixed = weights.shape[0] == 1
    sums[:] = 0.0
    for t in range(window - 1, n_dates):
        row = weights[0] if fixed else weights[t]
        for j in range(n_symbols):
            mean = 0.0
            if demean:
                for u in range(t - window + 1, t + 1):
                    mean += np.float64(returns[u, j])
                mean /= window
            squares = 0.0
            for u in range(t - window + 1, t + 1):
                squares += (np.float64(returns[u, j]) - mean) ** 2
            w = row[j]
            if squares == squares and w == w:
                ws = w * np.sqrt(squares / (window - 1 if demean else window))
                sums[t, 0] += w
                sums[t, 1] += ws
                sums[t, 2] += ws * ws


@jit
def _add(flat: Array, i: int, step: int, rows: int, into: Array) -> None:
    """Add `rows` rows of a block to `into`; `i` is the block's first element, rows `step` apart."""
    for r in range(U(rows)):
        for j in range(U(len(into))):
            into[j] += flat[i + r * step + j]


@jit
def _add_squares(flat: Array, i: int, step: int, rows: int, mean: Array, into: Array) -> None:
    """Add the squared distances of `rows` rows from their mean to `into`."""
    for r in range(U(rows)):
        for j in range(U(len(into))):
            x = flat[i + r * step + j] - mean[j]
            into[j] += x * x


@jit
def _roots(scale: float, into: Array) -> None:
    for j in range(U(len(into))):
        into[j] = np.sqrt(scale * into[j])


@jit(fastmath={"contract", "reassoc", "nsz"})
def _weigh(spread: Array, weights: Array) -> tuple[float, float, float]:
    """Sum w, w*s and (w*s)^2 where both are seen."""
    zero = spread.dtype.type(0)
    total = first = second = zero
    for j in range(U(len(spread))):
        s, w = spread[j], weights[j]
        seen = (s == s) & (w == w)
        ws = w * s if seen else zero
        total += w if seen else zero
        first += ws
        second += ws * ws
    return total, first, second


@jit
def _book(row: Array, total: float, first: float, second: float) -> None:
    row[0] += total
    row[1] += first
    row[2] += second


@jit
def _one_day(
    returns: Array, row: Array, first: int, begin: int, window: int, demean: bool, into: Array,
    sums: Array,
) -> None:  # fmt: skip
    """Book a block of names for the window that begins at `first`. into : (2, size), scratch."""
    number = returns.dtype.type
    mean, spread = into[0], into[1]
    flat, step = returns.reshape(-1), U(returns.shape[1])
    i = U(first * returns.shape[1] + begin)
    mean[:] = 0
    if demean:
        _add(flat, i, step, window, mean)
        mean /= number(window)
    spread[:] = 0
    _add_squares(flat, i, step, window, mean, spread)
    _roots(number(1.0 / (window - 1 if demean else window)), spread)
    _book(sums, *_weigh(spread, row))


@jit(fastmath={"contract", "reassoc", "nsz"})
def _name(square: float, w: float, scale: float, zero: float) -> tuple[float, float]:
    """One name: w and w*s, zeros unless both are seen."""
    s = np.sqrt(scale * square)
    seen = (s == s) & (w == w)
    return w if seen else zero, w * s if seen else zero


@jit(fastmath={"contract", "reassoc", "nsz"})
def _four_days(
    flat: Array, i: int, step: int, window: int, weights: Array, w0: int, down: int,
    middle: Array, sums: Array,
) -> None:  # fmt: skip
    """Book a block of names for four windows, the first beginning at `i`, in one sweep.

    All four share rows 3 ... window - 1; `middle` holds the squares of all of these but the
    last two. The first three rows leave one by one, three after the window enter. Weights
    begin at `w0`, rows `down` apart (0: the same every day). sums : (4, 3).
    """
    scale, zero = flat.dtype.type(1.0 / window), flat.dtype.type(0)
    k, m, o = i + step, i + U(2) * step, i + U(window - 2) * step
    q, s, u, v = o + step, o + U(2) * step, o + U(3) * step, o + U(4) * step
    w1, w2, w3 = w0 + down, w0 + U(2) * down, w0 + U(3) * down
    n0 = x0 = y0 = n1 = x1 = y1 = n2 = x2 = y2 = n3 = x3 = y3 = zero
    for j in range(U(len(middle))):
        a, b, c, d = flat[i + j], flat[k + j], flat[m + j], flat[o + j]
        e, f, g, h = flat[q + j], flat[s + j], flat[u + j], flat[v + j]
        b, c, f, g = b * b, c * c, f * f, g * g
        # No sum is ever reduced by what leaves it: a gap or a wild day passes without a trace.
        common = middle[j] + (d * d + e * e)
        w, x = _name(common + (a * a + (b + c)), weights[w0 + j], scale, zero)
        n0, x0, y0 = n0 + w, x0 + x, y0 + x * x
        w, x = _name(common + (b + c + f), weights[w1 + j], scale, zero)
        n1, x1, y1 = n1 + w, x1 + x, y1 + x * x
        w, x = _name(common + (c + (f + g)), weights[w2 + j], scale, zero)
        n2, x2, y2 = n2 + w, x2 + x, y2 + x * x
        w, x = _name(common + (f + g + h * h), weights[w3 + j], scale, zero)
        n3, x3, y3 = n3 + w, x3 + x, y3 + x * x
    _book(sums[0], n0, x0, y0)
    _book(sums[1], n1, x1, y1)
    _book(sums[2], n2, x2, y2)
    _book(sums[3], n3, x3, y3)


@jit
def member_volatility(
    returns: Array, weights: Array, window: int, demean: bool, sums: Array
) -> None:
    """As `member_volatility_python`, contiguous, weights in the precision of the returns.

    float32 is summed in float32 over 1,024 names and in float64 beyond. Without a mean to take
    out, four days are done in one sweep over the rows they share.
    """
    n_dates, n_symbols = returns.shape
    fixed = weights.shape[0] == 1
    flat, step = returns.reshape(-1), U(n_symbols)
    heavy, down = weights.reshape(-1), U(0) if fixed else step
    buffer = np.empty((2, BLOCK), returns.dtype)
    zeros = np.zeros(BLOCK, returns.dtype)
    sums[:] = 0.0
    t = window - 1
    while t < n_dates:
        days = 4 if window >= 5 and not demean and t + 4 <= n_dates else 1
        first = t - window + 1
        for begin in range(0, n_symbols, BLOCK):
            size = min(BLOCK, n_symbols - begin)
            if days == 4:
                i, middle = U(first * n_symbols + begin), buffer[0, :size]
                middle[:] = 0
                _add_squares(flat, i + U(3) * step, step, window - 5, zeros[:size], middle)
                w = U(begin if fixed else t * n_symbols + begin)
                _four_days(flat, i, step, window, heavy, w, down, middle, sums[t : t + 4])
            else:
                row = weights[0 if fixed else t, begin : begin + size]
                _one_day(returns, row, first, begin, window, demean, buffer[:, :size], sums[t])
        t += days
