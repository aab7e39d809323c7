"""Sleeves that a price limit has broken: their shares are kept one by one, and their orders queue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.baskets import Table

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(slots=True)
class Broken:
    """Sleeves held share by share. T sleeves, H entries, S scenarios.

    Attributes
    ----------
    rows : ndarray of shape (T,)
        Which rows of the table they are.
    start, asset, weight : ndarray
        As in the table, one stretch of entries for each sleeve; `weight` is negative where short.
    shares : ndarray of shape (H, S)
    queued_sell, queued_buy : ndarray of shape (T, S)
        Orders that found no other side today. [money]
    """

    rows: IntArray
    start: IntArray
    asset: npt.NDArray[np.uint32]
    weight: FloatArray
    shares: FloatArray
    queued_sell: FloatArray
    queued_buy: FloatArray

    @classmethod
    def none(cls, n: int) -> Broken:
        """Nobody yet."""
        nobody = np.zeros((0, n))
        return cls(
            rows=np.zeros(0, dtype=np.int64),
            start=np.zeros(1, dtype=np.int64),
            asset=np.zeros(0, dtype=np.uint32),
            weight=np.zeros(0),
            shares=nobody,
            queued_sell=nobody.copy(),
            queued_buy=nobody.copy(),
        )

    def joined(self, table: Table, rows: IntArray, held: FloatArray) -> Broken:
        """Take in more sleeves, which hold `held` (R, S) whole baskets."""
        first, last = table.start[table.basket[rows]], table.start[table.basket[rows] + 1]
        lengths = last - first
        entries = np.repeat(first - np.cumsum(lengths) + lengths, lengths) + np.arange(
            lengths.sum()
        )
        legs, factor = table.leg[entries], np.repeat(table.factor[table.basket[rows]], lengths)
        weight = table.leg_weight[legs] * factor
        shares = weight[:, None] * np.repeat(held[rows], lengths, axis=0)
        nothing = np.zeros((len(rows), held.shape[1]))
        return Broken(
            rows=np.concatenate([self.rows, rows]),
            start=np.concatenate([self.start, self.start[-1] + np.cumsum(lengths)]),
            asset=np.concatenate([self.asset, table.leg_asset[legs]]),
            weight=np.concatenate([self.weight, weight * np.repeat(table.side[rows], lengths)]),
            shares=np.concatenate([self.shares, shares]),
            queued_sell=np.concatenate([self.queued_sell, nothing]),
            queued_buy=np.concatenate([self.queued_buy, nothing]),
        )
