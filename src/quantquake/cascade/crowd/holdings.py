"""Many funds' portfolios in a few bytes a holding, valued and sold in one pass each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._simd import aligned
from quantquake.cascade.fields import numbers, refuse
from quantquake.cascade.kernels import crowd, pack
from quantquake.errors import DataError

Array = npt.NDArray[Any]
NAMES = 65_536  # a holding stores its name in two bytes
PRICES = 16_384  # bytes of one price list that stay in the first-level cache beside the holdings
LANE_PRICES = 32_768  # the same of sixteen lists: shorter pieces cost more than they save
BLOCK = 24_000  # holdings of a block: they stay in the second-level cache until they are sold
SHARD = 500_000  # holdings a thread takes at least, so that adding up the shards costs little
SHARDS = 16
PAD = 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holdings:
    """Shares held by each fund in each name, packed for one pass over all of them.

    Attributes
    ----------
    n_funds, n_assets : int
    segments, words, shares : ndarray
        Layout of `kernels.pack`: where each piece begins, names in fours, shares.
    slices, group : int
        Pieces a portfolio is cut in, funds of a block.
    shards : ndarray
        First block of each part of the work. It depends on the portfolios alone, so sums over
        shards have one order on any number of threads.
    """

    n_funds: int
    n_assets: int
    segments: Array
    words: Array
    shares: Array
    slices: int
    group: int
    shards: Array

    @classmethod
    def of_table(
        cls, index: Any, shares: Any, n_assets: int, *, dtype: Any = np.float64, scenarios: int = 1
    ) -> Holdings:
        """Pack portfolios of the same number of names.

        Parameters
        ----------
        index : array of int of shape (n_funds, n_held)
            Number of each name held, from 0. A name held twice counts twice.
        shares : array of shape (n_funds, n_held)
            [shares] 0 where a fund holds fewer names.
        n_assets : int
        dtype : float64 or float32
        scenarios : int
            Price lists that will be read side by side: 1 or 16.

        Raises
        ------
        DataError
            If the two differ in shape, a name does not exist, or shares are negative or not finite.
        """
        held, names = _checked(index, shares, n_assets)
        if names.size and (np.diff(names, axis=1) < 0).any():
            order = np.argsort(names, axis=1, kind="stable")
            names, held = (np.take_along_axis(a, order, axis=1) for a in (names, held))
        rows = np.arange(len(names) + 1, dtype=np.int64) * names.shape[1]
        return cls.pack(
            rows, names.reshape(-1), held.reshape(-1), n_assets, dtype=dtype, scenarios=scenarios
        )

    @classmethod
    def pack(
        cls, rows: Array, index: Array, shares: Array, n_assets: int, *,
        dtype: Any = np.float64, scenarios: int = 1,
    ) -> Holdings:  # fmt: skip
        """Pack holdings listed fund by fund, as in a sparse matrix of rows; nothing is checked.

        rows : (n_funds + 1,) where each fund's holdings begin. index, shares : (n_holdings,),
        names best rising within a fund: the result is the same in any order, speed is not.
        """
        budget = PRICES if scenarios == 1 else LANE_PRICES
        slices = -(-n_assets * np.dtype(dtype).itemsize * scenarios // budget)
        group = max(4, min(512, BLOCK * (len(rows) - 1) // max(1, int(rows[-1]))))
        blocks = -(-(len(rows) - 1) // group)
        segments = np.zeros(blocks * slices * group + 1, np.uint32)
        pack.lay_segments(rows, slices, group, segments)
        size = 4 * int(segments[-1]) + PAD
        names, held = aligned(size, np.uint16), aligned(size, dtype)
        names[:], held[:] = 0, 0
        pack.fill(rows, index, shares, slices, group, segments, names, held)
        parts = max(1, min(SHARDS, int(rows[-1]) // SHARD, blocks))
        return cls(
            n_funds=len(rows) - 1, n_assets=n_assets, segments=segments,
            words=names.view(np.uint64), shares=held, slices=slices, group=group,
            shards=np.linspace(0, blocks, parts + 1).round().astype(np.int64),
        )  # fmt: skip

    def value(self, price: Array) -> Array:
        """Worth of every portfolio. price : (n_assets,) [money/share] -> (n_funds,) [money]."""
        worth = np.empty(self.shards[-1] * self.group)
        live = np.ascontiguousarray(price, self.shares.dtype)
        crowd.value_all(
            self.segments, self.words, self.shares, live, self.slices, self.group, worth
        )
        return worth[: self.n_funds]

    def sell(self, fraction: Array) -> Array:
        """Shares sold of each name if every fund sells a fraction of each holding.

        fraction : (n_funds,) [1] -> (n_assets,) [shares].
        """
        weight = np.zeros(self.shards[-1] * self.group)
        weight[: self.n_funds] = fraction
        flow = np.zeros(self.n_assets)
        crowd.sell_all(
            self.segments, self.words, self.shares, self.slices, self.group, weight, flow
        )
        return flow


def _checked(index: Any, shares: Any, n_assets: int) -> tuple[Array, Array]:
    names = np.asarray(index)
    if names.ndim != 2 or names.dtype.kind not in "iu" or not names.size:
        raise DataError(
            f"`index` is {names.dtype} of shape {names.shape}: it says which names each fund holds. "
            "Give whole numbers of shape (n_funds, n_held), numbering the names from 0."
        )
    if n_assets > NAMES:
        raise DataError(
            f"{n_assets:,} names are given and {NAMES:,} can be held: a holding stores its name in two "
            "bytes. Leave out names nobody holds."
        )
    refuse(
        "index", (names < 0) | (names >= n_assets), f"names no asset of {n_assets:,}",
        "a holding without a price cannot be valued", "Number the names from 0",
    )  # fmt: skip
    held = numbers("shares", shares, names.shape, "each name held needs its shares")
    refuse(
        "shares", held < 0, "is negative", "only long holdings are sold under leverage here",
        "Give long holdings, 0 where a fund holds none",
    )  # fmt: skip
    return held, names
