"""Percentile rank of the last day alone: what a daily job needs, one pass over the window."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64
BLOCK = 1024  # symbols whose counters stay in the first-level cache


def rank_last_python(panel: Array, needed: int, out: Array) -> None:
    """Rank the last row of `panel` (W, N) within each column: the definition. out : (N,)."""
    finite = np.isfinite(panel)
    today = panel[-1]
    n = finite.sum(axis=0)
    less = (finite & (panel < today)).sum(axis=0)
    equal = (finite & (panel == today)).sum(axis=0)
    ranked = finite[-1] & (n >= needed)
    out[:] = np.where(ranked, (2 * less + equal + 1) / np.maximum(2.0 * n, 1.0), np.nan)


@jit
def _tally(row: Array, today: Array, less: Array, equal: Array, n: Array) -> None:
    for j in range(U(len(today))):
        finite = abs(row[j]) < np.inf
        less[j] += np.int32((row[j] < today[j]) & finite)
        equal[j] += np.int32(row[j] == today[j])
        n[j] += np.int32(finite)


@jit
def _tally_four(
    flat: Array, i: int, step: int, today: Array, less: Array, equal: Array, n: Array
) -> None:
    """Four rows a visit: the counters are otherwise loaded and stored more than the data."""
    k, m, o = i + step, i + U(2) * step, i + U(3) * step
    for j in range(U(len(today))):
        x, p, q, r, s = today[j], flat[i + j], flat[k + j], flat[m + j], flat[o + j]
        a, b, c, d = abs(p) < np.inf, abs(q) < np.inf, abs(r) < np.inf, abs(s) < np.inf
        less[j] += (
            np.int32((p < x) & a)
            + np.int32((q < x) & b)
            + np.int32((r < x) & c)
            + np.int32((s < x) & d)
        )
        equal[j] += np.int32(p == x) + np.int32(q == x) + np.int32(r == x) + np.int32(s == x)
        n[j] += np.int32(a) + np.int32(b) + np.int32(c) + np.int32(d)


@jit
def rank_last(panel: Array, needed: int, out: Array) -> None:
    """As `rank_last_python`, for a contiguous `panel`."""
    window, n_symbols = panel.shape
    flat = panel.reshape(-1)
    counts = np.empty((3, BLOCK), np.int32)
    for begin in range(0, n_symbols, BLOCK):
        end = min(begin + BLOCK, n_symbols)
        today = panel[window - 1, begin:end]
        counts[:] = 0
        less, equal, n = counts[0], counts[1], counts[2]
        for u in range(0, window - 3, 4):
            _tally_four(flat, U(u * n_symbols + begin), U(n_symbols), today, less, equal, n)
        for u in range(window - window % 4, window):
            _tally(panel[u, begin:end], today, less, equal, n)
        for j in range(end - begin):
            ranked = n[j] >= needed and abs(today[j]) < np.inf
            out[begin + j] = (2 * less[j] + equal[j] + 1) / (2.0 * n[j]) if ranked else np.nan
