"""A book that is wound down by the calendar, whatever the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import undo, unhedge
from quantquake.cascade.participants.view import Orders, View
from quantquake.errors import ConfigError


@participant("run_off")
@dataclass(frozen=True, kw_only=True)
class RunOff(Holder):
    """Sells its whole book evenly over some days: in a week or in two years (I20).

    Attributes
    ----------
    first : int
        Day on which it begins, from 1.
    over : int
        Days it takes. [d]
    """

    first: int = 1
    over: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.first < 1 or self.over < 1:
            raise ConfigError(
                f"participants.{self.name}: first={self.first}, over={self.over}: a sale that takes no "
                "day, or began before the first one, would not be seen. Give both from 1."
            )

    def orders(self, view: View) -> Orders:
        """Sell what is left, divided by the rounds that are left."""
        orders, scene = view.no_orders(), view.scene
        if scene.day < self.first:
            return orders
        passed = (scene.day - self.first) * scene.rounds + scene.round - 1
        share = 1.0 / max(self.over * scene.rounds - passed, 1)
        undo(orders, np.full_like(view.equity, share))
        unhedge(view, orders, np.full_like(view.equity, share))
        return orders
