"""Rolling volatility of every member, summed over the cross-section without storing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U = np.uint64
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
def _finish_five(flat: Array, i: int, step: int, scale: float, mean: Array, into: Array) -> None:
    """Add the last five rows' squares and take the root, in one sweep over the block."""
    k, m, o, q = i + step, i + U(2) * step, i + U(3) * step, i + U(4) * step
    for j in range(U(len(into))):
        z = mean[j]
        a, b, c, d, e = (
            flat[i + j] - z,
            flat[k + j] - z,
            flat[m + j] - z,
            flat[o + j] - z,
            flat[q + j] - z,
        )
        into[j] = np.sqrt(scale * (into[j] + (a * a + b * b) + (c * c + d * d) + e * e))


@jit
def _finish(scale: float, into: Array) -> None:
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
def member_volatility(
    returns: Array, weights: Array, window: int, demean: bool, sums: Array
) -> None:
    """As `member_volatility_python`, contiguous, weights in the precision of the returns.

    float32 is summed in float32 over 1,024 names and in float64 beyond.
    """
    n_dates, n_symbols = returns.shape
    number = returns.dtype.type
    fixed = weights.shape[0] == 1
    flat = returns.reshape(-1)
    step = U(n_symbols)
    scale = number(1.0 / (window - 1 if demean else window))
    mean_buffer, buffer = np.zeros(BLOCK, returns.dtype), np.empty(BLOCK, returns.dtype)
    sums[:] = 0.0
    for t in range(window - 1, n_dates):
        for begin in range(0, n_symbols, BLOCK):
            end = min(begin + BLOCK, n_symbols)
            i = U((t - window + 1) * n_symbols + begin)
            mean, spread = mean_buffer[: end - begin], buffer[: end - begin]
            if demean:
                mean[:] = 0
                _add(flat, i, step, window, mean)
                mean /= number(window)
            spread[:] = 0
            if window >= 5:
                _add_squares(flat, i, step, window - 5, mean, spread)
                _finish_five(flat, i + U(window - 5) * step, step, scale, mean, spread)
            else:
                _add_squares(flat, i, step, window, mean, spread)
                _finish(scale, spread)
            total, first, second = _weigh(spread, weights[0 if fixed else t, begin:end])
            sums[t, 0] += total
            sums[t, 1] += first
            sums[t, 2] += second
