"""Work that no kernel can avoid, measured beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.clock import Timing, clock
from quantquake._jit import jit
from quantquake._simd import aligned
from quantquake.cascade.crowd.holdings import Holdings
from quantquake.cascade.kernels import crowd
from quantquake.measures.kernels import correlation, percentile


def read(panel: Any, repeats: int = 9) -> Timing:
    """One pass over the panel (NumPy's own sum)."""
    return clock(lambda: float(np.sum(panel)), repeats)


def copies(panel: Any, repeats: int = 5) -> Timing:
    """Panel in and result out: two copies of it."""
    target = np.empty_like(panel)

    def twice() -> None:
        target[:] = panel
        target[:] = panel

    return clock(twice, repeats)


def counting(panel: Any, window: int, repeats: int = 5) -> Timing:
    """Compare every cell with every day of its window, 16 bits each, and nothing else."""
    days, stocks = panel.shape
    ranks = aligned(days * 32, np.int16)
    ranks[:] = np.random.default_rng(0).permutation(len(ranks)) % 4096
    below, seen = aligned(days * 32, np.int16), aligned(days * 32, np.int16)

    def count() -> None:
        for _ in range(-(-stocks // 32)):
            percentile.count(ranks, window, below, seen)

    return clock(count, repeats)


def products(panel: Any, window: int, repeats: int = 3) -> Timing:
    """The bare matrix products of the mean correlation."""
    block = correlation.BLOCK
    scale = np.ones((block, panel.shape[1]), panel.dtype)

    def multiply() -> None:
        for first in range(window - 1, len(panel), block):
            band = panel[first - window + 1 : first + block]
            band @ scale[: min(block, len(panel) - first)].T

    return clock(multiply, repeats)


def plus(*parts: Timing) -> Timing:
    """Sum of floors that cannot overlap."""
    return Timing(sum(p.least for p in parts), sum(p.median for p in parts))


U: Any = np.uint64
M16, S16, S32, S48 = U(0xFFFF), U(16), U(32), U(48)


@jit
def _gather(words: Any, shares: Any, price: Any, quads: int, value: Any) -> None:
    """Sum of shares x price row by row: eight running sums, four names a word."""
    row, two, four = U(0), U(2), U(4)
    for f in range(U(len(value))):
        a = b = c = d = e = g = h = k = shares.dtype.type(0)
        for m in range(row, row + U(quads), two):
            i, w, v = four * m, words[m], words[m + U(1)]
            a += shares[i] * price[w & M16]
            b += shares[i + U(1)] * price[(w >> S16) & M16]
            c += shares[i + two] * price[(w >> S32) & M16]
            d += shares[i + U(3)] * price[w >> S48]
            e += shares[i + four] * price[v & M16]
            g += shares[i + U(5)] * price[(v >> S16) & M16]
            h += shares[i + U(6)] * price[(v >> S32) & M16]
            k += shares[i + U(7)] * price[v >> S48]
        value[f] = ((a + b) + (c + d)) + ((e + g) + (h + k))
        row += U(quads)


def gather(index: Any, shares: Any, dtype: Any, repeats: int) -> Timing:
    """Value every portfolio once, rows as given (their number of names a multiple of 8)."""
    names, held = aligned(index.size, np.uint16), aligned(index.size, dtype)
    names[:], held[:] = index.reshape(-1), shares.reshape(-1)
    price, value = np.ones(int(index.max()) + 1, dtype), np.empty(len(index))
    words = names.view(np.uint64)

    def once() -> None:
        for _ in range(10):
            _gather(words, held, price, index.shape[1] // 4, value)

    return clock(once, repeats).times(0.1)


def packed_gather(held: Holdings, repeats: int) -> Timing:
    """As `gather`, in the layout of the cascade."""
    price = np.ones(held.n_assets, held.shares.dtype)
    value = np.empty(held.shards[-1] * held.group)

    def once() -> None:
        for _ in range(10):
            crowd.value_all(
                held.segments, held.words, held.shares, price, held.slices, held.group, value
            )

    return clock(once, repeats).times(0.1)
