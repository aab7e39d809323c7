"""Those who take the other side, or stop doing so: market makers, predators, buyers of falls, noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import undo
from quantquake.cascade.participants.mechanical import desk_trades
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, MONEY, SHARE, SIGNED, Range


@participant("market_maker")
@dataclass(frozen=True, kw_only=True)
class MarketMaker(Holder):
    """Provides a share of the depth, less the more it moves and the more it has lost (H14, M06).

    Attributes
    ----------
    share : float
        Part of the depth that is theirs in calm. [1]
    fear : float
        Power of volatility over its start by which they withdraw. [1]
    loss : float
        Fall of a group in a day at which they have withdrawn altogether. [1]
    """

    columns: ClassVar[Mapping[str, float]] = {"calm": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {
        "share": SHARE, "fear": Range(0.0, 100.0), "loss": Range(0.0, 1e9, above=True),
    }  # fmt: skip

    share: float = 0.5
    fear: float = 1.0
    loss: float = 0.1

    def liquidity(self, view: View) -> FloatArray:
        """Factor on depth, (G, S)."""
        willing = np.clip(1 + view.scene.group_return / self.loss, 0.0, 1.0)
        if len(view.scene.volatility):
            now = view.scene.volatility.mean(axis=0)
            calm = view.memory["calm"]
            np.copyto(calm, np.broadcast_to(now, calm.shape), where=calm < 0)
            willing = willing * np.minimum(calm[0] / now, 1.0) ** self.fear
        return np.asarray(1 - self.share * (1 - willing))


@participant("predator")
@dataclass(frozen=True, kw_only=True)
class Predator(Holder):
    """Trades against a known seller: sells with it, buys back when it is done (H18).

    Attributes
    ----------
    mirror : float
        Sold in a round per unit of what all others sold in the one before. [1]
    capacity : float
        Largest short position. [money]
    cover : float
        Share of the short position bought back in a round once selling has fallen off. [1]
    days : tuple of (int, int)
        Days on which it knows of the seller.
    """

    needs_short: ClassVar[bool] = True
    columns: ClassVar[Mapping[str, float]] = {"own": 0.0, "peak": 0.0}

    own_account: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"mirror": GAIN, "capacity": MONEY, "cover": SHARE}

    mirror: float = 0.0
    capacity: float = 0.0
    cover: float = 0.25
    days: tuple[int, int] = (1, 10**6)

    def orders(self, view: View) -> Orders:
        """Sell short beside the seller; cover when its flow has fallen to a half of its peak."""
        orders = view.no_orders()
        scene, memory = view.scene, view.memory
        others = np.maximum(scene.sold.sum(axis=0) - memory["own"].sum(axis=0), 0.0)
        np.maximum(memory["peak"], others, out=memory["peak"])
        running = (others > 0.5 * memory["peak"]) & (others > 0)
        if not self.days[0] <= scene.day <= self.days[1]:
            running = np.zeros_like(running)
        room = np.maximum(self.capacity / self.count - view.gross, 0.0)
        money = np.where(running, np.minimum(self.mirror * others / self.count, room), 0.0)
        desk_trades(view, orders, -money, scene.split(self.mix))
        undo(orders, np.where(running, 0.0, self.cover * (view.gross > 0)))
        memory["own"][:] = money
        return orders


@participant("dip_buyer")
@dataclass(frozen=True, kw_only=True)
class DipBuyer(Holder):
    """Buys groups that have fallen enough, and sells them again when they have recovered (H19).

    Attributes
    ----------
    trigger : float
        Drawdown from the 20-day high at which it buys, below 0. [1]
    budget : float
        [money], for all holders together.
    pace : float
        Share of the budget spent in a round. [1]
    take_profit : float or None
        Drawdown above which it sells; None keeps what it bought. [1]
    """

    columns: ClassVar[Mapping[str, float]] = {"spent": 0.0}

    own_account: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {
        "trigger": Range(-1.0, 0.0), "budget": MONEY, "pace": SHARE, "take_profit": Range(-1.0, 0.0),
    }  # fmt: skip

    trigger: float = -0.1
    budget: float = 0.0
    pace: float = 0.1
    take_profit: float | None = None

    def orders(self, view: View) -> Orders:
        """Spend on the groups that are down, by how far they are."""
        orders = view.no_orders()
        n_groups = len(view.scene.daily_amount)
        split = view.scene.split(self.mix)[:, None]
        deep = np.maximum(self.trigger - view.scene.group_drawdown, 0.0) * (split > 0)
        total = deep.sum(axis=0)
        room = np.maximum(self.budget / self.count - view.memory["spent"], 0.0)
        money = np.where(total > 0, np.minimum(self.pace * self.budget / self.count, room), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(total > 0, deep / total, 0.0)
        orders.buy[:, :n_groups] = money[:, None] * share[None]
        view.memory["spent"] += money
        if self.take_profit is not None:
            back = view.scene.group_drawdown > self.take_profit
            orders.sell[:, :n_groups] = np.where(back, self.pace, 0.0)[None]
        return orders


@participant("noise_trader")
@dataclass(frozen=True, kw_only=True)
class NoiseTrader(Holder):
    """Trades for reasons of its own, and a little with the trend (H20, I23).

    Attributes
    ----------
    size : float
        Standard deviation of its trade in a round. [money]
    trend : float
        Money bought in a round per unit of return of a group that day. [money]
    """

    needs_short: ClassVar[bool] = True

    own_account: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"size": MONEY, "trend": SIGNED}

    size: float = 0.0
    trend: float = 0.0

    def orders(self, view: View) -> Orders:
        """Draw a trade for each holder, add what the trend says."""
        orders = view.no_orders()
        scene = view.scene
        split = scene.split(self.mix)
        step = scene.day * 1000 + scene.round
        own = view.draws.normals(f"{self.name}/trade", step, view.numbers)
        follow = self.trend * (split @ scene.group_return)
        money = self.size / np.sqrt(self.count) * own + follow / self.count
        desk_trades(view, orders, money, split)
        return orders
