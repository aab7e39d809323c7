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

from quantquake._jit import DISABLED, jit
from quantquake._simd import add, aligned, count_lt, load_i16x16, splat_i16x16, store, sub
from quantquake.measures.kernels.order import DAYS, LANES, MISSING, U, order

Array = npt.NDArray[Any]
TILE = 64  # days copied at a time
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
    """Copy columns `first` ... of `panel` (T, N) into rows (32, >= T), NaN beyond either's end."""
    n_dates, n_symbols = panel.shape
    lanes = min(LANES, n_symbols - first)
    for begin in range(0, n_dates, TILE):
        # A tile of rows stays in the first-level cache while each lane walks down it.
        end = min(begin + TILE, n_dates)
        for lane in range(lanes):
            for t in range(U(begin), U(end)):
                columns[U(lane), t] = panel[t, U(first + lane)]
    columns[:lanes, n_dates:] = np.nan
    columns[lanes:] = np.nan


@jit
def count(ranks: Array, window: int, below: Array, seen: Array) -> None:
    """Days of the window ranked at or below today, and days seen; all flat (T * 32) int16."""
    zero, one = splat_i16x16(np.int16(0)), splat_i16x16(np.int16(1))
    missing = splat_i16x16(MISSING)
    width, half = U(window), U(16)
    n = m = zero
    for t in range(U(len(ranks) // LANES)):
        here = t * U(LANES)
        today, right = load_i16x16(ranks, here), load_i16x16(ranks, here + half)
        n, m = count_lt(n, today, missing), count_lt(m, right, missing)
        start = U(0)
        if t >= width:
            start = t - width + U(1)
            gone = (t - width) * U(LANES)
            n = sub(n, count_lt(zero, load_i16x16(ranks, gone), missing))
            m = sub(m, count_lt(zero, load_i16x16(ranks, gone + half), missing))
        store(seen, here, n)
        store(seen, here + half, m)
        x, y = add(today, one), add(right, one)  # x <= today, as x < today + 1
        a = b = c = d = zero
        if (t - start) & U(1) == U(0):  # an odd number of days: one beside the pairs
            a = count_lt(a, load_i16x16(ranks, start * U(LANES)), x)
            b = count_lt(b, load_i16x16(ranks, start * U(LANES) + half), y)
            start += U(1)
        for u in range(start * U(LANES), here, U(2 * LANES)):
            a = count_lt(a, load_i16x16(ranks, u), x)
            b = count_lt(b, load_i16x16(ranks, u + half), y)
            c = count_lt(c, load_i16x16(ranks, u + U(LANES)), x)
            d = count_lt(d, load_i16x16(ranks, u + U(LANES) + half), y)
        store(below, here, add(a, c))
        store(below, here + half, add(b, d))


@jit
def divide(ranks: Array, below: Array, seen: Array, ties: Array, needed: int, share: Array) -> None:
    """``(2 below - ties + 1) / (2 seen)``, all flat: one long loop, so that it vectorises."""
    number = share.dtype.type
    for i in range(U(len(share))):
        n = number(np.int32(2) * np.int32(seen[i]))
        k = number(np.int32(2) * np.int32(below[i]) - np.int32(ties[i]) + np.int32(1))
        valid = (seen[i] >= needed) & (ranks[i] != MISSING)
        share[i] = k / n if valid else number(np.nan)


@jit
def scatter(share: Array, first: int, out: Array) -> None:
    """Write (T, 32) into columns `first` ... of `out` (T, N)."""
    lanes = min(LANES, out.shape[1] - first)
    for t in range(U(out.shape[0])):
        for lane in range(U(lanes)):
            out[t, U(first) + lane] = share[t, lane]


def rank_panel(panel: Array, window: int, min_periods: int, out: Array) -> None:
    """Fill `out` (T, N) with the rolling rank of `panel` (T, N); any size, order and float."""
    n_dates = len(panel)
    if window > WIDEST or DISABLED:
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
    columns = aligned((LANES, -(-n_dates // 16) * 16), panel.dtype)
    ranks, below, seen, ties = (aligned((n_dates, LANES), np.int16) for _ in range(4))
    share = aligned((n_dates - known, LANES), out.dtype)
    ties[:] = 1
    news = [part[known:].reshape(-1) for part in (ranks, below, seen, ties)]
    for first in range(0, n_symbols, LANES):
        gather(panel, first, columns)
        tied = order(columns, window, ranks, ties)
        count(ranks.reshape(-1), window, below.reshape(-1), seen.reshape(-1))
        divide(*news, needed, share.reshape(-1))
        scatter(share, first, out)
        if tied:
            ties[:] = 1
