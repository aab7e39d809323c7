"""The stabilisation buyer: a schedule, a budget, and the road its money takes into the stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import buy_money
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import MONEY, WHOLE, Range, check_ranges
from quantquake.errors import ConfigError

PURCHASE = {"day": WHOLE, "money": MONEY, "first": WHOLE, "last": WHOLE}


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One day of buying: `money` spread evenly over the rounds `first` to `last` of the day."""

    day: int
    money: float
    groups: list[str]
    first: int = 1
    last: int = 10**6


@participant("state_buyer")
@dataclass(frozen=True, kw_only=True)
class StateBuyer(Holder):
    """Stabilisation buyer on a schedule and a budget (H09).

    Attributes
    ----------
    budget : float
        Never ordered beyond. [money]
    purchases : list of Purchase
        What is bought on which day, by the groups' daily amounts.
    channel : {"stocks", "etf"}
        Whether it buys the stocks, or units of the funds that hold them: then the money reaches the
        stocks through the desks of the funds, some in the rounds, the rest at the close.
    etfs : mapping of group to str
        The fund whose units stand for a group.
    backs : bool
        Where it buys, the sell side is as deep as in calm from then on.
    """

    columns: ClassVar[Mapping[str, float]] = {"spent": 0.0}

    own_account: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"budget": MONEY}

    budget: float = 0.0
    purchases: list[Purchase] = field(default_factory=list)
    channel: Literal["stocks", "etf"] = "stocks"
    etfs: dict[str, str] = field(default_factory=dict)
    backs: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for k, one in enumerate(self.purchases):
            check_ranges(one, f"participants.{self.name}.purchases.{k}", PURCHASE)
        bare = sorted({g for p in self.purchases for g in p.groups} - set(self.etfs))
        if self.channel not in ("stocks", "etf") or (self.channel == "etf" and bare):
            raise ConfigError(
                f"participants.{self.name}: channel={self.channel!r}, etfs={self.etfs}: {bare} would be "
                'bought by no fund, so the money would go nowhere. Give channel "stocks", or "etf" and a '
                "fund for every group of `purchases`."
            )

    def reach(self) -> list[str]:
        """It holds what it has bought; units are no stocks."""
        return (
            [] if self.channel == "etf" else sorted({g for p in self.purchases for g in p.groups})
        )

    def orders(self, view: View) -> Orders:
        """Buy what the schedule says, as long as there is money."""
        orders, scene = view.no_orders(), view.scene
        for p in self._now(view):
            rounds = min(p.last, scene.rounds) - p.first + 1
            room = np.maximum(self.budget / self.count - view.memory["spent"], 0.0)
            money = np.minimum(p.money / rounds / self.count, room)
            self._buy(view, orders, money, p.groups)
            view.memory["spent"] += money
        return orders

    def _buy(self, view: View, orders: Orders, money: FloatArray, groups: list[str]) -> None:
        bought = view.scene.group(*groups)
        weight = view.scene.daily_amount[bought] / view.scene.daily_amount[bought].sum()
        if self.channel == "stocks":
            split = np.zeros(view.value.shape[1])
            split[bought] = weight
            buy_money(orders, money, split)
            return
        for name, part in zip(groups, weight, strict=True):
            orders.futures[:, view.scene.place(self.etfs[name])] += part * money

    def _now(self, view: View) -> list[Purchase]:
        scene = view.scene
        return [
            p for p in self.purchases if p.day == scene.day and p.first <= scene.round <= p.last
        ]

    def liquidity(self, view: View) -> FloatArray | None:
        """Lift the depth of the groups it has begun to buy back to one."""
        if not self.backs:
            return None
        names = {g for p in self.purchases if p.day <= view.scene.day for g in p.groups}
        backed = view.scene.group(*sorted(names))
        factor = np.ones_like(view.scene.depth)
        factor[backed] = 1 / view.scene.depth[backed]
        return factor
