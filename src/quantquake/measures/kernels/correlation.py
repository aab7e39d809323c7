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


moments = jit(moments_python)


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
        shift, count = np.empty(b), np.empty(b, np.int64)
        moments(returns, first, window, scale[:b], shift, count)
        band = returns[first - window + 1 : first + b]
        product = (np.nan_to_num(band) if gaps else band) @ scale[:b].T
        out[first : first + b] = _mean(product, shift, count, window)
        names[first : first + b] = count


def _mean(product: Array, shift: Array, count: Array, window: int) -> Array:
    squares = np.empty(len(shift))
    for d in range(len(shift)):
        one = product[d : d + window, d].astype(np.float64) - shift[d]
        squares[d] = one @ one
    pairs = count * (count - 1.0)
    return np.where(pairs > 0, (squares - count) / np.where(pairs > 0, pairs, 1.0), np.nan)
