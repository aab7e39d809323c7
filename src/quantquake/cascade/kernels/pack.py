"""Portfolios laid out for the processor: funds in blocks, names of a block in slices.

Inside a block the first slice of every fund comes first, then the second ... A fund's names are
sorted, so the funds of a block read one narrow range of the price list at a time, which stays in
the first-level cache: 0.32 against 0.54 ns a holding for 10,000 funds x 200 names (Zen 4).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


@jit
def quads_per_slice(count: int, slices: int) -> int:
    """Fours of names in each slice of a fund that holds `count`; the last may be shorter."""
    return -(-count // (4 * slices))


@jit
def lay_segments(rows: Array, slices: int, group: int, segments: Array) -> None:
    """Fill `segments`, where each (block, slice, fund) begins, counted in fours of names.

    rows : (F + 1,) first holding of each fund. segments : (blocks x slices x group + 1,), zeros.
    """
    n_funds = len(rows) - 1
    for fund in range(n_funds):
        count = rows[fund + 1] - rows[fund]
        each, left = quads_per_slice(count, slices), -(-count // 4)
        place = (fund // group) * slices * group + fund % group
        for _ in range(slices):
            segments[place + 1] = min(each, left)
            left -= min(each, left)
            place += group
    for place in range(1, len(segments)):
        segments[place] += segments[place - 1]


@jit
def fill(
    rows: Array, index: Array, shares: Array, slices: int, group: int, segments: Array,
    names: Array, held: Array,
) -> None:  # fmt: skip
    """Copy every holding to its place; `names` and `held` start as zeros, which pad the fours.

    index, shares : (H,) name and shares of each holding. names, held : (4 x segments[-1] + pad,).
    """
    for fund in range(len(rows) - 1):
        each = 4 * quads_per_slice(rows[fund + 1] - rows[fund], slices)
        place = (fund // group) * slices * group + fund % group
        h = rows[fund]
        for _ in range(slices):
            to = 4 * np.int64(segments[place])
            for step in range(min(each, rows[fund + 1] - h)):
                names[to + step] = index[h + step]
                held[to + step] = shares[h + step]
            h += each
            place += group
