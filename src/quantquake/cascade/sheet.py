"""The sheet on which everybody writes orders; one for a run, wiped before each round."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from quantquake.cascade.kernels import baskets
from quantquake.cascade.participants.view import FloatArray, Orders
from quantquake.cascade.positions import Positions, by_sleeve, sleeve_zeros


@dataclass(frozen=True, slots=True)
class Sheet:
    """Orders of all holders. F holders, K sleeves, I indices, S scenarios.

    Attributes
    ----------
    sell, buy : ndarray of shape (F, K, S)
        First a share of the holding [1], after :meth:`in_money` money; and money. [money]
    futures : ndarray of shape (F, I, S)
        [money]
    """

    sell: FloatArray
    buy: FloatArray
    futures: FloatArray
    _lines: dict[int, tuple[FloatArray, FloatArray, FloatArray]] = field(
        default_factory=dict, repr=False
    )

    @classmethod
    def blank(cls, n_holders: int, n_sleeves: int, n_indices: int, n: int) -> Sheet:
        """Make room."""
        return cls(
            sleeve_zeros(n_holders, n_sleeves, n),
            sleeve_zeros(n_holders, n_sleeves, n),
            np.zeros((n_holders, n_indices, n)),
        )

    def wipe(self) -> None:
        """Forget the last round."""
        for part in (self.sell, self.buy, self.futures):
            part[:] = 0.0

    def lines(self, rows: slice) -> Orders:
        """Where the holders of `rows` write."""
        return Orders(*self._cut(rows))

    def enter(self, rows: slice, orders: Orders) -> None:
        """Take down orders, wherever they were written."""
        written = (orders.sell, orders.buy, orders.futures)
        for line, own in zip(self._cut(rows), written, strict=True):
            if own is not line:
                line[:] = own

    def _cut(self, rows: slice) -> tuple[FloatArray, FloatArray, FloatArray]:
        if rows.start not in self._lines:
            self._lines[rows.start] = (self.sell[rows], self.buy[rows], self.futures[rows])
        return self._lines[rows.start]

    def in_money(self, positions: Positions) -> None:
        """Bound what is written, and turn shares of what is held into money."""
        rows = positions.table.used
        worth = by_sleeve(positions.value)
        baskets.in_money(rows, worth, by_sleeve(self.sell), by_sleeve(self.buy))
