"""Those who trade stocks against futures: one side is open to all, the other to few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import buy_money, sleeves_of, undo
from quantquake.cascade.participants.mechanical import desk_trades
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, MONEY, SHARE, Range


@participant("basis_arbitrageur")
@dataclass(frozen=True, kw_only=True)
class BasisArbitrageur(Holder):
    """Sells rich futures against stocks; buys cheap ones only with stock it owns or can borrow (H24, F18).

    Attributes
    ----------
    index : str
    cost : float
        Premium, and discount, inside which nothing pays. [1]
    borrow : float
        Extra discount needed to sell borrowed stock. [1]
    speed : float
        Money traded in a round per unit of basis beyond the band. [money]
    inventory : float
        Largest position either way. [money]
    """

    needs_short: ClassVar[bool] = True
    columns: ClassVar[Mapping[str, float]] = {"held": 0.0}

    own_account: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {
        "cost": SHARE, "borrow": SHARE, "speed": MONEY, "inventory": MONEY,
    }  # fmt: skip

    index: str = ""
    cost: float = 0.004
    borrow: float = 0.03
    speed: float = 0.0
    inventory: float = 0.0

    def orders(self, view: View) -> Orders:
        """Buy stocks and sell futures at a premium; the reverse at a deep discount."""
        orders = view.no_orders()
        basis = view.scene.basis[view.scene.place(self.index)]
        rich = np.maximum(basis - self.cost, 0.0)
        cheap = np.maximum(-basis - self.cost - self.borrow, 0.0)
        room = self.inventory / self.count
        held = view.memory["held"]
        money = np.clip(held + self.speed / self.count * (rich - cheap), -room, room) - held
        desk_trades(view, orders, money, view.scene.split(self.mix))
        orders.futures[:, view.scene.place(self.index)] -= money
        held += money
        return orders


@participant("long_substitute")
@dataclass(frozen=True, kw_only=True)
class LongSubstitute(Holder):
    """Holds the futures instead of the stocks where the discount pays for it (H25, F22).

    Attributes
    ----------
    index : str
    wanted : float
        Discount (as a positive fraction) from which it switches. [1]
    speed : float
        Share of its stocks switched in a round per unit of discount beyond it. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"wanted": SHARE, "speed": GAIN}

    index: str = ""
    wanted: float = 0.01
    speed: float = 0.0

    def orders(self, view: View) -> Orders:
        """Sell stocks and buy as much in futures; back again when the discount has gone."""
        orders = view.no_orders()
        basis = view.scene.basis[view.scene.place(self.index)]
        share = np.clip(self.speed * (-basis - self.wanted), 0.0, 1.0)
        undo(orders, np.broadcast_to(share, view.equity.shape))
        orders.futures[:, view.scene.place(self.index)] += share * view.gross
        back = np.where(
            (basis > 0) & (view.position[:, view.scene.place(self.index)] > 0), 0.25, 0.0
        )
        money = back * np.maximum(view.position[:, view.scene.place(self.index)], 0.0)
        orders.futures[:, view.scene.place(self.index)] -= money
        buy_money(orders, money, self._split(view))
        return orders

    def _split(self, view: View) -> FloatArray:
        held = sleeves_of(view)
        empty = held.sum(axis=1, keepdims=True) == 0
        return np.where(empty, 1 / held.shape[1], held)
