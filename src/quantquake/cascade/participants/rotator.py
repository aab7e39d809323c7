"""The public whose money follows what is pulled up: what it buys with, it sells elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import buy_money
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, Range
from quantquake.errors import ConfigError


@participant("rotator")
@dataclass(frozen=True, kw_only=True)
class Rotator(Holder):
    """Sells what it holds and buys the groups that outrun it: the siphon of a rescue (I05).

    It sells no more than it has (`mix`, `assets`) and buys in the next round with what came in, so
    the money it moves is its own.

    Attributes
    ----------
    elasticity : float
        Share of the book moved in a day per unit by which `into` outruns the book that day. [1]
    into : list of str
        Groups it moves into, by their daily amounts; none of those of `mix`.
    """

    # `kept` is the cash of the start, which is not for moving.
    columns: ClassVar[Mapping[str, float]] = {"moved": 0.0, "kept": np.nan}

    ranges: ClassVar[Mapping[str, Range]] = {"elasticity": GAIN}

    elasticity: float = 0.0
    into: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        both = sorted(set(self.into) & set(self.mix))
        if both or (self.elasticity and not self.into):
            raise ConfigError(
                f"participants.{self.name}: elasticity={self.elasticity}, into={self.into}, mix="
                f"{sorted(self.mix)}: money moves from the groups of `mix` into others, and not back. "
                "Give an elasticity of at least 0 and groups that are not in `mix`."
            )

    def reach(self) -> list[str]:
        """It buys what it moves into."""
        return self.into

    def orders(self, view: View) -> Orders:
        """Sell the share the lead asks for, less what has gone today; spend what came in."""
        orders = view.no_orders()
        if self.elasticity == 0:
            return orders
        scene, memory = view.scene, view.memory
        np.copyto(memory["kept"], view.cash, where=np.isnan(memory["kept"]))
        moved = np.where(scene.round == 1, 0.0, memory["moved"])
        goal = np.maximum(moved, np.clip(self.elasticity * self._lead(view), 0.0, 1.0))
        held = scene.group(*self.mix)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(moved < 1, (goal - moved) / (1 - moved), 0.0)
        orders.sell[:, held] = left[:, None]
        memory["moved"][:] = goal
        buy_money(orders, view.cash - memory["kept"], self._basket(view))
        return orders

    def _lead(self, view: View) -> FloatArray:
        """Return of `into` over that of the book's groups, today so far; (S,)."""
        scene = view.scene
        into = self._basket(view)[: len(scene.groups)] @ scene.group_return
        return into - scene.split(self.mix) @ scene.group_return

    def _basket(self, view: View) -> FloatArray:
        """Shares of the sleeves that are bought, (K,)."""
        into = view.scene.group(*self.into)
        shares = np.zeros(view.value.shape[1])
        shares[into] = view.scene.daily_amount[into]
        return shares / shares.sum()
