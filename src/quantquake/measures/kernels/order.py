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
U = np.uint64  # an unsigned position is never tested for "negative means from the end"

LANES = 32
DAYS = 4096  # 12 bits of a key
MISSING = np.int16(32767)  # ranks after every other, so a missing day is never counted
PATIENCE = 64  # insertion moves a day, beyond which sorting afresh is cheaper
BUCKETS = 1048574.0  # 20 bits of a key


def order_python(columns: Array, window: int, ranks: Array, ties: Array) -> bool:
    """Rank each column and count ties inside the window: the definition.

    columns : (32, T); NaN = not observed. ranks : (T, 32) int16, filled; MISSING for NaN.
    ties : (T, 32) int16, entered all one: days of the window equal to this one, itself included;
    written where more than one. Returns whether any was.
    """
    any_ties = False
    for lane in range(LANES):
        column = columns[lane]
        order = np.argsort(column, kind="mergesort")
        ranks[:, lane] = MISSING
        for place in range(len(order)):
            day = order[place]
            if column[day] == column[day]:
                ranks[day, lane] = place
                run = column[max(0, day - window + 1) : day + 1] == column[day]
                ties[day, lane] = np.sum(run)
                any_ties = any_ties or ties[day, lane] > 1
    return any_ties


@jit
def _keys(column: Array, key: Array, low: Array, high: Array) -> int:
    """Pack bucket and day of each observed value, count both digits; -1 if no bucket fits."""
    least, most = np.inf, -np.inf
    for t in range(U(len(column))):
        least = min(least, np.float64(column[t])) if column[t] == column[t] else least
        most = max(most, np.float64(column[t])) if column[t] == column[t] else most
    scale = BUCKETS / (most - least) if most > least else 0.0
    if not (scale < 1e300 and most - least < 1e300):
        return -1
    low[:] = 0
    high[:] = 0
    n = U(0)
    for t in range(U(len(column))):
        x = np.float64(column[t])
        if x == x:
            bucket = np.uint32((x - least) * scale)
            key[n] = (bucket << np.uint32(12)) | np.uint32(t)
            low[U(bucket & np.uint32(1023))] += np.uint32(1)
            high[U(bucket >> np.uint32(10))] += np.uint32(1)
            n += U(1)
    return np.int64(n)


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
    order = np.argsort(column, kind="mergesort")
    n = 0
    for i in range(len(order)):
        if column[order[i]] == column[order[i]]:
            key[n] = order[i]
            value[n] = column[order[i]]
            n += 1
    return n


@jit
def _write(key: Array, value: Array, n: int, window: int, lane: int, out: Array, tie: Array) -> int:
    """Scatter places to their days (flat `out`), counting ties within `window` days of each."""
    run = first = U(0)  # start of the run of equal values; its first day inside the window
    tied = 0
    for i in range(U(n)):
        day = U(key[i] & np.uint32(4095))
        out[day * U(LANES) + U(lane)] = np.int16(i)
        if i > U(0) and value[i] == value[i - U(1)]:
            while U(key[first] & np.uint32(4095)) + U(window) <= day:
                first += U(1)
            tie[day * U(LANES) + U(lane)] = np.int16(i - first + U(1))
            tied += 1
        else:
            first = i
    return tied


@jit
def order(columns: Array, window: int, ranks: Array, ties: Array) -> bool:
    """As `order_python`, for up to 4,096 days."""
    n_dates = columns.shape[1]
    key, other = np.empty(n_dates, np.uint32), np.empty(n_dates, np.uint32)
    value = np.empty(n_dates, columns.dtype)
    low, high = np.empty(1024, np.uint32), np.empty(1024, np.uint32)
    ranks[:] = MISSING
    flat, tie = ranks.reshape(-1), ties.reshape(-1)
    tied = 0
    for lane in range(LANES):
        n = _keys(columns[lane], key, low, high)
        if n > 0:
            _radix(key, other, n, low, high)
        if n < 0 or not _mend(columns[lane], key, value, n):
            n = _afresh(columns[lane], key, value)
        tied += _write(key, value, n, window, lane, flat, tie)
    return tied > 0
