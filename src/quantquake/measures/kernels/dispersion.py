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


@jit
def _roots_of_four(
    flat: Array, i: int, step: int, window: int, size: int, scale: float, into: Array
) -> None:
    """Volatilities of four days, whose first window begins at `i`, in one sweep.

    All four share rows 3 ... window - 1; `into[:size]` holds the squares of all of these but
    the last two. The first three rows leave one by one, three after the window enter.
    into : flat (4 * size), one day after another.
    """
    k, m, o = i + step, i + U(2) * step, i + U(window - 2) * step
    q, s, u, v = o + step, o + U(2) * step, o + U(3) * step, o + U(4) * step
    second, third, fourth = U(size), U(2) * U(size), U(3) * U(size)
    for j in range(U(size)):
        a, b, c, d = flat[i + j], flat[k + j], flat[m + j], flat[o + j]
        e, f, g, h = flat[q + j], flat[s + j], flat[u + j], flat[v + j]
        d, e, f = d * d, e * e, f * f
        # No sum is ever reduced by what leaves it: a gap or a wild day passes without a trace.
        common = into[j] + (d + e)
        b, c, g = b * b, c * c, g * g
        into[j] = np.sqrt(scale * (common + (a * a + (b + c))))
        into[second + j] = np.sqrt(scale * (common + (b + c + f)))
        into[third + j] = np.sqrt(scale * (common + (c + (f + g))))
        into[fourth + j] = np.sqrt(scale * (common + (f + g + h * h)))


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
def _book(spread: Array, weights: Array, sums: Array) -> None:
    total, first, second = _weigh(spread, weights)
    sums[0] += total
    sums[1] += first
    sums[2] += second


@jit
def _one_day(
    flat: Array, i: int, step: int, window: int, demean: bool, mean: Array, spread: Array
) -> None:
    """Fill `spread` for the window that begins at `i`."""
    number = spread.dtype.type
    mean[:] = 0
    if demean:
        _add(flat, i, step, window, mean)
        mean /= number(window)
    spread[:] = 0
    _add_squares(flat, i, step, window, mean, spread)
    _roots(number(1.0 / (window - 1 if demean else window)), spread)


@jit
def member_volatility(
    returns: Array, weights: Array, window: int, demean: bool, sums: Array
) -> None:
    """As `member_volatility_python`, contiguous, weights in the precision of the returns.

    float32 is summed in float32 over 1,024 names and in float64 beyond. Without a mean to take
    out, four days are done in one sweep over the rows they share.
    """
    n_dates, n_symbols = returns.shape
    number = returns.dtype.type
    fixed = weights.shape[0] == 1
    flat, step = returns.reshape(-1), U(n_symbols)
    mean_buffer, buffer = np.zeros(BLOCK, returns.dtype), np.empty(4 * BLOCK, returns.dtype)
    zeros = np.zeros(BLOCK, returns.dtype)
    sums[:] = 0.0
    t = window - 1
    while t < n_dates:
        days = 4 if window >= 5 and not demean and t + 4 <= n_dates else 1
        for begin in range(0, n_symbols, BLOCK):
            size = min(BLOCK, n_symbols - begin)
            end = begin + size
            i = U((t - window + 1) * n_symbols + begin)
            if days == 4:
                buffer[:size] = 0
                _add_squares(flat, i + U(3) * step, step, window - 5, zeros[:size], buffer[:size])
                _roots_of_four(flat, i, step, window, size, number(1.0 / window), buffer)
            else:
                _one_day(flat, i, step, window, demean, mean_buffer[:size], buffer[:size])
            for day in range(days):
                row = weights[0 if fixed else t + day, begin:end]
                _book(buffer[day * size : (day + 1) * size], row, sums[t + day])
        t += days
