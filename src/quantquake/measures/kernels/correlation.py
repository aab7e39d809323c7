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
CHUNK = 256  # names whose sums of a strip stay in the second-level cache
STRIP = 240  # dates whose windows share the sums around one day
BLOCK = 48  # dates per matrix product: the band computed is (W + BLOCK)/W of what is needed


def moments_python(
    returns: Array, first: int, window: int, scale: Array, shift: Array, names: Array
) -> None:
    """Inverse length of each demeaned column, for the windows ending at `first`, `first` + 1 ...

    returns : (T, N) [1]; NaN = not observed. scale : (B, N), 0 for names with a gap or without
    any move in the window. shift : (B,) sum of mean x scale. names : (B,) names left.
    """
    shift[:] = 0.0
    names[:] = 0
    scale[:] = 0.0
    for b in range(len(shift)):
        for j in range(returns.shape[1]):
            x = returns[first + b - window + 1 : first + b + 1, j].astype(np.float64)
            mean = x.sum() / window
            length = ((x - mean) ** 2).sum()
            if (x != x[0]).any() and length > 0.0:  # a gap makes length NaN
                scale[b, j] = 1.0 / np.sqrt(length)
                shift[b] += mean / np.sqrt(length)
                names[b] += 1


@jit
def _enter(
    now: Array, beside: Array, mark: float, total: Array, squares: Array, moved: Array
) -> None:
    """Add a row to the sums; raise `moved` to `mark` where it differs from the row beside it."""
    for j in range(U(len(total))):
        x = np.float64(now[j])
        total[j] += x
        squares[j] += x * x
        moved[j] = max(moved[j], mark) if now[j] != beside[j] else moved[j]


@jit
def _copy(source: Array, into: Array) -> None:
    for j in range(U(len(into))):
        into[j] = source[j]


@jit(fastmath={"contract", "reassoc", "nsz"})
def _lengths(
    share: float, begin: float, early: Array, early_squares: Array, late: Array,
    late_squares: Array, moved: Array, scale: Array,
) -> tuple[float, float]:  # fmt: skip
    """Write inverse lengths; return the sum of mean x scale and the names left."""
    shift = names = 0.0
    for j in range(U(len(scale))):
        total = early[j] + late[j]
        length = early_squares[j] + late_squares[j] - total * total * share
        used = (moved[j] >= begin) & (length > 0.0)  # a gap makes length NaN
        inverse = 1.0 / np.sqrt(length if used else 1.0)
        scale[j] = inverse if used else 0.0
        shift += total * inverse if used else 0.0
        names += 1.0 if used else 0.0
    return shift * share, names


@jit
def _strip(
    returns: Array, first: int, window: int, begin: int, scale: Array, shift: Array,
    names: Array, early: Array, sums: Array, moved: Array,
) -> None:  # fmt: skip
    """Do the windows ending at `first` ... for the names from `begin` on.

    Each is the rows up to `first`, summed backwards, and those after it, summed forwards:
    nothing is ever taken out of a sum, so a gap or a wild day passes without a trace.
    early : (>= B, 2, names), scratch. sums : (2, names), scratch. moved : (names,), scratch,
    the last row, counted from the first window's first, that the row after it differs from.
    """
    end, start = begin + sums.shape[1], first - window + 1
    total, squares = sums[0], sums[1]
    sums[:] = 0.0
    moved[:] = -1
    for mark in range(window - 1, -1, -1):
        u = start + mark
        beside = returns[min(u + 1, first), begin:end]
        _enter(returns[u, begin:end], beside, np.float32(mark), total, squares, moved)
        if mark < len(shift):
            _copy(total, early[mark, 0])
            _copy(squares, early[mark, 1])
    sums[:] = 0.0
    for b in range(len(shift)):
        u = first + b
        if b > 0:
            now, beside = returns[u, begin:end], returns[u - 1, begin:end]
            _enter(now, beside, np.float32(window + b - 2), total, squares, moved)
        c, n = _lengths(
            1.0 / window, np.float32(b), early[b, 0], early[b, 1], total, squares, moved,
            scale[b, begin:end],
        )  # fmt: skip
        shift[b] += c
        names[b] += int(n)


@jit
def moments(
    returns: Array, first: int, window: int, scale: Array, shift: Array, names: Array
) -> None:
    """As `moments_python`, rows contiguous; in float64 up to `scale` itself."""
    n_dates, n_symbols = scale.shape
    most = min(STRIP, window, n_dates)
    shift[:] = 0.0
    names[:] = 0
    for begin in range(0, n_symbols, CHUNK):
        size = min(CHUNK, n_symbols - begin)
        early, sums = np.empty((most, 2, size)), np.empty((2, size))
        moved = np.empty(size, np.float32)
        for b in range(0, n_dates, most):
            e = min(b + most, n_dates)
            _strip(
                returns, first + b, window, begin, scale[b:e], shift[b:e], names[b:e],
                early, sums, moved,
            )  # fmt: skip


@jit
def band_squares(product: Array, shift: Array, window: int, squares: Array) -> None:
    """Sum (product[u, d] - shift[d])^2 over the window u = d ... of each date d."""
    squares[:] = 0.0
    for u in range(product.shape[0]):
        for d in range(U(max(0, u - window + 1)), U(min(len(shift), u + 1))):
            squares[d] += (product[u, d] - shift[d]) ** 2


def mean_correlation(returns: Array, window: int, out: Array, names: Array) -> None:
    """Fill `out` (T,) with the mean pairwise correlation and `names` (T,) with the names used.

    returns : (T, N), contiguous. NaN until the window is full, or with fewer than two names.
    The products run in the precision of `returns`.
    """
    n_dates, n_symbols = returns.shape
    out[:] = np.nan
    names[:] = 0
    scale = np.empty((min(STRIP, n_dates), n_symbols), returns.dtype)
    gaps = bool(np.isnan(np.sum(returns)))
    for strip in range(window - 1, n_dates, STRIP):
        size = min(STRIP, n_dates - strip)
        shift, squares, count = np.empty(size), np.empty(size), np.empty(size, np.int64)
        moments(returns, strip, window, scale[:size], shift, count)
        band = returns[strip - window + 1 : strip + size]
        band = np.nan_to_num(band) if gaps else band
        for b in range(0, size, BLOCK):
            e = min(b + BLOCK, size)
            product = band[b : e + window - 1] @ scale[b:e].T
            band_squares(product, shift[b:e], window, squares[b:e])
        pairs = count * (count - 1.0)
        np.divide(squares - count, pairs, out=out[strip : strip + size], where=pairs > 0)
        names[strip : strip + size] = count
