"""Mean pairwise correlation of all dates at once, without any correlation matrix.

With Z the window's standardised returns (columns of mean 0 and length 1), the mean off-diagonal
correlation is ``(||Z 1||^2 - n) / (n (n - 1))``. For a block of dates, ``Z 1`` of every date is
one matrix product of the returns with the inverse lengths, less a constant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64
CHUNK = 256  # names whose running sums stay in the first-level cache
BLOCK = 125  # dates per matrix product: the band computed is (W + BLOCK)/W of what is needed


def moments_python(
    returns: Array, first: int, window: int, scale: Array, shift: Array, names: Array
) -> None:
    """Inverse length of each demeaned column, for the windows ending at `first`, `first` + 1 ...

    returns : (T, N) [1]; NaN = not observed. scale : (B, N), 0 for names with a gap or without
    any move in the window. shift : (B,) sum of mean x scale. names : (B,) names left.
    """
    n_symbols = returns.shape[1]
    shift[:] = 0.0
    names[:] = 0
    for j in range(n_symbols):
        total = squares = 0.0
        seen = still = 0  # days in the window observed; days in a row of one and the same value
        last = np.nan
        for u in range(first - window + 1, first + len(shift)):
            x = np.float64(returns[u, j])
            still = still + 1 if x == last else 1
            last = x
            if x == x:
                total += x
                squares += x * x
                seen += 1
            if u < first:
                continue
            if u > first:
                old = np.float64(returns[u - window, j])
                if old == old:
                    total -= old
                    squares -= old * old
                    seen -= 1
            b = u - first
            scale[b, j] = 0.0
            length = squares - total * total / window
            if seen == window and still < window and length > 0.0:
                scale[b, j] = 1.0 / np.sqrt(length)
                shift[b] += total / window * scale[b, j]
                names[b] += 1


@jit
def _enter(
    now: Array, before: Array, sign: float, total: Array, squares: Array, gaps: Array, still: Array
) -> None:
    """Add a row to the running sums (sign 1) or take one out (sign -1, runs left alone)."""
    for j in range(U(len(total))):
        x = np.float64(now[j])
        seen = x == x
        kept = x if seen else 0.0
        total[j] += sign * kept
        squares[j] += sign * kept * kept
        gaps[j] += 0.0 if seen else sign
        if sign > 0.0:
            still[j] = still[j] + 1.0 if now[j] == before[j] else 1.0


@jit(fastmath={"contract", "reassoc", "nsz"})
def _lengths(
    window: float, total: Array, squares: Array, gaps: Array, still: Array, scale: Array
) -> tuple[float, float]:
    """Write inverse lengths; return the sum of mean x scale and the names left."""
    shift = names = 0.0
    for j in range(U(len(total))):
        length = squares[j] - total[j] * total[j] / window
        used = (gaps[j] == 0.0) & (still[j] < window) & (length > 0.0)
        inverse = 1.0 / np.sqrt(length if used else 1.0)
        scale[j] = inverse if used else 0.0
        shift += total[j] * inverse if used else 0.0
        names += 1.0 if used else 0.0
    return shift / window, names


@jit
def moments(
    returns: Array, first: int, window: int, scale: Array, shift: Array, names: Array
) -> None:
    """As `moments_python`, rows contiguous; sums start afresh here, so no error is carried on."""
    n_symbols = returns.shape[1]
    sums = np.zeros((4, CHUNK))
    shift[:] = 0.0
    names[:] = 0
    for begin in range(0, n_symbols, CHUNK):
        end = min(begin + CHUNK, n_symbols)
        total, squares = sums[0, : end - begin], sums[1, : end - begin]
        gaps, still = sums[2, : end - begin], sums[3, : end - begin]
        sums[:] = 0.0
        start = first - window + 1
        for u in range(start, first + len(shift)):
            now = returns[u, begin:end]
            _enter(now, returns[max(u - 1, start), begin:end], 1.0, total, squares, gaps, still)
            if u < first:
                continue
            if u > first:
                old = returns[u - window, begin:end]
                _enter(old, old, -1.0, total, squares, gaps, still)
            b = u - first
            c, n = _lengths(float(window), total, squares, gaps, still, scale[b, begin:end])
            shift[b] += c
            names[b] += int(n)


@jit
def band_squares(product: Array, shift: Array, window: int, squares: Array) -> None:
    """Sum (product[u, d] - shift[d])^2 over the window u = d ... of each date d."""
    for d in range(len(shift)):
        total = 0.0
        for u in range(d, d + window):
            total += (product[u, d] - shift[d]) ** 2
        squares[d] = total


def mean_correlation(returns: Array, window: int, out: Array, names: Array) -> None:
    """Fill `out` (T,) with the mean pairwise correlation and `names` (T,) with the names used.

    returns : (T, N), contiguous. NaN until the window is full, or with fewer than two names.
    The products run in the precision of `returns`.
    """
    n_dates, n_symbols = returns.shape
    out[:] = np.nan
    names[:] = 0
    scale = np.empty((BLOCK, n_symbols), returns.dtype)
    gaps = bool(np.isnan(np.sum(returns)))
    for first in range(window - 1, n_dates, BLOCK):
        b = min(BLOCK, n_dates - first)
        shift, squares, count = np.empty(b), np.empty(b), np.empty(b, np.int64)
        moments(returns, first, window, scale[:b], shift, count)
        band = returns[first - window + 1 : first + b]
        product = (np.nan_to_num(band) if gaps else band) @ scale[:b].T
        band_squares(product, shift, window, squares)
        pairs = count * (count - 1.0)
        np.divide(squares - count, pairs, out=out[first : first + b], where=pairs > 0)
        names[first : first + b] = count
