"""Rolling percentile rank: how much of the window lies at or below the last value.

With `n` observed values in the window, `less` of them below today's and `equal` of them equal
to it (today's included), the rank is ``(less + (equal + 1) / 2) / n``: the average rank of ties.

32 columns at a time are replaced by their ordinal ranks (`order`), so that one compare of 16
bits counts a cell of 32 windows at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake._simd import add, aligned, count_le, load_i16x32, splat_i16x32, store, sub
from quantquake.measures.kernels.order import DAYS, LANES, MISSING, U, order

Array = npt.NDArray[Any]
WIDEST = DAYS // 2  # windows beyond leave too little of a segment: counted plainly


def rank_columns_python(columns: Array, window: int, min_periods: int, out: Array) -> None:
    """Rank each day of each column in its trailing window, by counting: the definition.

    columns : (N, T), one row a symbol; NaN = not observed, no infinities.
    out : (T, N) [1], filled; NaN where today is missing or fewer than `min_periods` are seen.
    """
    n_symbols, n_dates = columns.shape
    for j in range(n_symbols):
        column = columns[j]
        for t in range(n_dates):
            today = column[t]
            less = equal = n = 0
            for u in range(max(0, t - window + 1), t + 1):
                less += column[u] < today
                equal += column[u] == today
                n += column[u] == column[u]
            if equal > 0 and n >= min_periods:
                out[t, j] = (2 * less + equal + 1) / (2.0 * n)
            else:
                out[t, j] = np.nan


rank_columns = jit(rank_columns_python)


@jit
def gather(panel: Array, first: int, columns: Array) -> None:
    """Copy columns `first` ... of `panel` (T, N) into rows; infinities and lanes beyond are NaN."""
    n_dates, n_symbols = panel.shape
    for t in range(n_dates):
        for lane in range(LANES):
            j = first + lane
            x = panel[t, j] if j < n_symbols else np.nan
            columns[lane, t] = x if abs(x) < np.inf else np.nan


@jit
def count(ranks: Array, window: int, below: Array, seen: Array) -> None:
    """Days of the window ranked at or below today, and days seen; both flat (T * 32) int16."""
    n_dates = U(len(ranks) // LANES)
    width = U(window)
    present = splat_i16x32(np.int16(MISSING - 1))
    zero = splat_i16x32(np.int16(0))
    n = zero
    for t in range(n_dates):
        today = load_i16x32(ranks, t * U(LANES))
        start = U(0)
        n = count_le(n, today, present)
        if t >= width:
            start = t - width + U(1)
            gone = load_i16x32(ranks, (start - U(1)) * U(LANES))
            n = sub(n, count_le(zero, gone, present))
        store(seen, t * U(LANES), n)
        odd = (t - start) & U(1)
        a = b = zero
        if odd == U(0):
            a = count_le(a, load_i16x32(ranks, start * U(LANES)), today)
            start += U(1)
        for u in range(start, t + U(1), U(2)):
            a = count_le(a, load_i16x32(ranks, u * U(LANES)), today)
            b = count_le(b, load_i16x32(ranks, (u + U(1)) * U(LANES)), today)
        store(below, t * U(LANES), add(a, b))


@jit
def finish(
    ranks: Array, below: Array, seen: Array, ties: Array, needed: int, first: int, out: Array
) -> None:
    """Turn counts into ``(2 below - ties + 1) / (2 seen)``; out : (T, N), columns `first` ..."""
    n_dates, n_symbols = out.shape
    lanes = min(LANES, n_symbols - first)
    for t in range(n_dates):
        for lane in range(lanes):
            n = seen[t, lane]
            share = np.float64(2 * below[t, lane] - ties[t, lane] + 1) / np.float64(2 * n)
            out[t, first + lane] = share if n >= needed and ranks[t, lane] != MISSING else np.nan


def rank_panel(panel: Array, window: int, min_periods: int, out: Array) -> None:
    """Fill `out` (T, N) with the rolling rank of `panel` (T, N); any size, order and float."""
    n_dates, n_symbols = panel.shape
    if window > WIDEST:
        columns = np.where(np.isinf(panel), np.nan, panel).T
        rank_columns(np.ascontiguousarray(columns), window, min_periods, out)
        return
    step = DAYS - window + 1
    for begin in range(0, max(n_dates, 1), step):
        # Segments overlap by a window less a day, whose ranks the segment before has given.
        known = min(begin, window - 1)
        end = min(begin + step, n_dates)
        _rank_segment(panel[begin - known : end], window, min_periods, known, out[begin:end])


def _rank_segment(panel: Array, window: int, needed: int, known: int, out: Array) -> None:
    n_dates, n_symbols = panel.shape
    columns = aligned((LANES, n_dates), panel.dtype)
    ranks, below, seen, ties = (aligned((n_dates, LANES), np.int16) for _ in range(4))
    ties[:] = 1
    for first in range(0, n_symbols, LANES):
        gather(panel, first, columns)
        tied = order(columns, window, ranks, ties)
        count(ranks.reshape(-1), window, below.reshape(-1), seen.reshape(-1))
        finish(ranks[known:], below[known:], seen[known:], ties[known:], needed, first, out)
        if tied:
            ties[:] = 1
