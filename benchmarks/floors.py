"""Work that no kernel can avoid, measured beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.clock import Timing, clock
from quantquake._simd import aligned
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
