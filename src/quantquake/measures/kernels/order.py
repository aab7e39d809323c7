"""Ordinal ranks of 32 columns: the place of each day in its column's sorted history.

A linear bucket of the value, packed with the day into 32 bits, is sorted by two radix passes;
an insertion pass on the true values mends what shares a bucket, so the order is exact and the
bucket only a hint. Equal values keep the order of their days.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64  # an unsigned position is never tested for "negative means from the end"

LANES = 32
DAYS = 4096  # 12 bits of a key
MISSING = np.int16(32767)  # ranks after every other, so a missing day is never counted
PATIENCE = 64  # insertion moves a day, beyond which sorting afresh is cheaper
BUCKETS = 1048574.0  # 20 bits of a key


def order_python(columns: Array, window: int, ranks: Array, ties: Array) -> bool:
    """Rank each column and count ties inside the window: the definition.

    columns : (32, >= T); NaN and infinities = not observed. ranks : (T, 32) int16, filled;
    MISSING where not observed. ties : (T, 32) int16, entered all one: days of the window equal
    to this one, itself included; written where more than one. Returns whether any was.
    """
    any_ties, n_dates = False, len(ranks)
    ranks[:] = MISSING
    for lane in range(LANES):
        column = columns[lane, :n_dates]
        days = np.flatnonzero(np.isfinite(column))
        days = days[np.argsort(column[days], kind="stable")]
        ranks[days, lane] = np.arange(len(days))
        for day in days:
            run = column[max(0, day - window + 1) : day + 1] == column[day]
            ties[day, lane] = np.sum(run)
            any_ties = any_ties or ties[day, lane] > 1
    return bool(any_ties)


@jit
def _buckets(column: Array, key: Array) -> bool:
    """Pack the linear bucket and the day of each value; False if the values fit no buckets."""
    a = b = c = d = np.inf  # four chains: one would wait for its own comparison every day
    e = f = g = h = -np.inf
    for t in range(U(0), U(len(column)), U(4)):
        p, q, r, s = column[t], column[t + U(1)], column[t + U(2)], column[t + U(3)]
        a, e = (p if p < a else a), (p if p > e else e)
        b, f = (q if q < b else b), (q if q > f else f)
        c, g = (r if r < c else c), (r if r > g else g)
        d, h = (s if s < d else d), (s if s > h else h)
    least = np.float64(min(min(a, b), min(c, d)))
    most = np.float64(max(max(e, f), max(g, h)))
    scale = BUCKETS / (most - least) if most > least else 0.0
    if not (scale < 1e300 and most - least < 1e300):
        return False
    for t in range(U(len(column))):
        x = (np.float64(column[t]) - least) * scale
        key[t] = np.uint32(np.uint32(x if x >= 0.0 else 0.0) << np.uint32(12)) | np.uint32(t)
    return True


@jit
def _digits(column: Array, packed: Array, key: Array, low: Array, high: Array) -> int:
    """Drop the days not observed and count both digits of the rest; returns how many are left."""
    low[:] = 0
    high[:] = 0
    n = U(0)
    for t in range(U(len(column))):
        k = packed[t]
        if column[t] == column[t]:
            key[n] = k
            low[U((k >> np.uint32(12)) & np.uint32(1023))] += np.uint32(1)
            high[U(k >> np.uint32(22))] += np.uint32(1)
            n += U(1)
    return int(n)


@jit
def _radix(key: Array, other: Array, n: int, low: Array, high: Array) -> None:
    """Sort `key[:n]` by its upper 20 bits, stable; `low` and `high` hold the digit counts."""
    a = b = np.uint32(0)
    for d in range(U(1024)):
        c, low[d] = low[d], a
        a += c
        c, high[d] = high[d], b
        b += c
    for i in range(U(n)):
        k = key[i]
        d = U((k >> np.uint32(12)) & np.uint32(1023))
        other[U(low[d])] = k
        low[d] += np.uint32(1)
    for i in range(U(n)):
        k = other[i]
        d = U(k >> np.uint32(22))
        key[U(high[d])] = k
        high[d] += np.uint32(1)


@jit
def _mend(column: Array, key: Array, value: Array, n: int) -> bool:
    """Insertion sort on true values, almost sorted already; False if out of patience."""
    moves = 0
    for i in range(U(n)):
        k = key[i]
        x = column[U(k & np.uint32(4095))]
        j = i
        while j > U(0) and value[j - U(1)] > x:
            value[j] = value[j - U(1)]
            key[j] = key[j - U(1)]
            j -= U(1)
            moves += 1
        value[j] = x
        key[j] = k
        if moves > PATIENCE * n:
            return False
    return True


@jit
def _afresh(column: Array, key: Array, value: Array) -> int:
    """Stable comparison sort, for columns no linear bucket can spread."""
    days = np.argsort(column, kind="mergesort")
    n = U(0)
    for i in range(len(days)):
        x = column[days[i]]
        if abs(x) < np.inf:
            key[n] = days[i]
            value[n] = x
            n += U(1)
    return int(n)


@jit
def _write(key: Array, value: Array, n: int, window: int, lane: int, out: Array, tie: Array) -> int:
    """Scatter places to their days (flat `out`), counting ties within `window` days of each."""
    run = U(0)  # first of the run of equal values that is still inside the window
    tied = 0
    for i in range(U(n)):
        day = U(key[i] & np.uint32(4095))
        out[day * U(LANES) + U(lane)] = np.int16(i)
        if i > U(0) and value[i] == value[i - U(1)]:
            while U(key[run] & np.uint32(4095)) + U(window) <= day:
                run += U(1)
            tie[day * U(LANES) + U(lane)] = np.int16(i - run + U(1))
            tied += 1
        else:
            run = i
    return tied


@jit
def order(columns: Array, window: int, ranks: Array, ties: Array) -> bool:
    """As `order_python`, for up to 4,096 days; columns padded with NaN to a multiple of 16."""
    size = columns.shape[1]
    packed, key, other = (
        np.empty(size, np.uint32),
        np.empty(size, np.uint32),
        np.empty(size, np.uint32),
    )
    value = np.empty(size, columns.dtype)
    low, high = np.empty(1024, np.uint32), np.empty(1024, np.uint32)
    ranks[:] = MISSING
    flat, tie = ranks.reshape(-1), ties.reshape(-1)
    tied = 0
    for lane in range(LANES):
        column = columns[lane]
        n = -1
        if _buckets(column, packed):
            n = _digits(column, packed, key, low, high)
            _radix(key, other, n, low, high)
        if n < 0 or not _mend(column, key, value, n):
            n = _afresh(column, key, value)
        tied += _write(key, value, n, window, lane, flat, tie)
    return tied > 0
