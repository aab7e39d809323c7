"""Funds with investors: they sell to pay who leaves, and some must stop at a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import (
    SaleOrder,
    buy_money,
    sell_money,
    sleeves_of,
    undo,
)
from quantquake.cascade.participants.columns import Column, ends
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, LIMIT, MULTIPLE, SHARE, WHOLE, Range, check_ranges
from quantquake.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Redemption:
    """When investors ask for their money: convex in the loss, louder when it is talked about.

    Attributes
    ----------
    sensitivity : float
        Share of equity asked for in a night at a fall of 100 % from the highest unit value. [1]
    tolerance : float
        Fall from the high that is borne without asking. [1]
    convexity : float
        Power of the fall beyond the tolerance, above 1 the deeper the faster. [1]
    media : float
        Extra share per unit of attention. [1]
    most : float
        Highest share of equity in one night. [1]
    notice : int
        Days over which what was asked is paid. [d]
    locked_until : int
        Day before which nobody may leave (closed funds reaching their exit). [d]
    """

    sensitivity: float = 0.0
    tolerance: float = 0.0
    convexity: float = 1.0
    media: float = 0.0
    most: float = 0.2
    notice: int = 1
    locked_until: int = 1

    ranges: ClassVar[Mapping[str, Range]] = {
        "sensitivity": GAIN, "tolerance": SHARE, "convexity": Range(0.0, 100.0), "media": GAIN,
        "most": SHARE, "notice": WHOLE, "locked_until": Range(0, 10**9),
    }  # fmt: skip

    def asked(self, view: View) -> FloatArray:
        """Money asked for tonight, (n, S)."""
        if view.scene.day < self.locked_until or self.sensitivity == 0:
            return np.zeros_like(view.equity)
        fall = np.maximum(1 - view.nav / view.nav_high - self.tolerance, 0.0)
        rate = self.sensitivity * fall**self.convexity * (1 + self.media * view.scene.attention)
        return np.minimum(rate, self.most) * np.maximum(view.equity, 0.0)


@dataclass(frozen=True, kw_only=True)
class Fund(Holder):
    """A long-only fund: pays redemptions by selling, may carry a stop line.

    Attributes
    ----------
    redemption : Redemption
    order : {"pro_rata", "small_first", "large_first"}
        Which groups pay first (groups are listed from large to small).
    stop : Column or None
        Unit value at or below which the fund is liquidated, from the next open. [1]
    unit_value : Column
        Unit value on day 0; the fund's losses continue from it. [1]
    exit_rounds : int
        Rounds a liquidation is spread over.
    participation : float
        Most it sells in a round, as a share of the daily amount of its groups; infinite if it sells
        whatever is needed. [1]
    """

    columns: ClassVar[Mapping[str, float]] = {"stopped": 0.0, "leaving": 0.0, "pipeline": 0.0}
    ranges: ClassVar[Mapping[str, Range]] = {
        "stop": Range(0.0, 1e9), "unit_value": MULTIPLE, "exit_rounds": WHOLE, "participation": LIMIT,
    }  # fmt: skip

    redemption: Redemption = field(default_factory=Redemption)
    order: SaleOrder = "pro_rata"
    stop: Column | None = None
    unit_value: Column = 1.0
    exit_rounds: int = 2
    participation: float = float("inf")

    def __post_init__(self) -> None:
        super().__post_init__()
        where = f"participants.{self.name}"
        check_ranges(self.redemption, f"{where}.redemption", Redemption.ranges)
        if self.stop is None:
            return
        # Drawn columns are drawn apart from one another, so the worst pair of ends counts.
        above = np.atleast_1d(ends(self.stop)[1] >= ends(self.unit_value)[0])
        if above.any():
            whose = f".{int(np.argmax(above))}" if isinstance(self.stop, list) else ""
            raise ConfigError(
                f"{where}.stop{whose}: {self.stop} is not below unit_value={self.unit_value} for every "
                "holder; a fund would be liquidated before anything has happened. Give a stop below the "
                "unit value of day 0."
            )

    def orders(self, view: View) -> Orders:
        """Liquidate what is stopped, raise cash for what is due."""
        orders = view.no_orders()
        stopped = view.memory["stopped"] > 0
        if stopped.any():
            # Rounds run on over night: a day may have fewer of them than the exit takes.
            left = np.maximum(self.exit_rounds - view.memory["leaving"], 1.0)
            undo(orders, 1 / left, stopped)
            view.memory["leaving"][stopped] += 1.0
        need = np.where(stopped, 0.0, view.due - np.maximum(view.cash, 0.0))
        sell_money(view, orders, self._paced(view, need), self.order)
        return orders

    def _paced(self, view: View, need: FloatArray) -> FloatArray:
        if self.participation > 1e9:  # no bound, and no product that overflows
            return need
        share = sleeves_of(view)[:, : len(view.scene.daily_amount)].mean(axis=(0, 2)) > 0
        volume = view.scene.daily_amount[share].sum() / view.scene.rounds / self.count
        return np.minimum(need, self.participation * volume)

    def after_close(self, view: View) -> FloatArray:
        """Check the stop line at the close; return what investors may have tomorrow."""
        self._check_stop(view)
        pipeline = view.memory["pipeline"]
        pipeline += self.redemption.asked(view)
        due = pipeline / self.redemption.notice
        pipeline -= due
        return due

    def _check_stop(self, view: View) -> None:
        if self.stop is None:
            return
        line = view.column(f"{self.name}/stop", self.stop)
        start = view.column(f"{self.name}/unit_value", self.unit_value)
        hit = (view.nav * start <= line) & (view.gross > 0)
        view.memory["stopped"][hit] = 1.0
        view.mark(hit, Outcome.STOPPED)


@participant("mutual_fund")
@dataclass(frozen=True, kw_only=True)
class MutualFund(Fund):
    """Public fund, large or small; a net-sale ban leaves its redemptions in the queue (H01, H03)."""


@participant("index_enhanced")
@dataclass(frozen=True, kw_only=True)
class IndexEnhanced(Fund):
    """Quantitative fund against an index with its own tilt, often with a stop at 0.7 (H04, H11)."""


@participant("micro_cap_fund")
@dataclass(frozen=True, kw_only=True)
class MicroCapFund(Fund):
    """Small manager in the smallest names: little volume to leave through (H07)."""


@participant("front_runner_fund")
@dataclass(frozen=True, kw_only=True)
class FrontRunnerFund(Fund):
    """Small fund outside the ban: it sells before those who will have to (H02, H12).

    Attributes
    ----------
    fear : float
        Share of the book sold in a round per unit of fall from the high while others are kept from
        selling; the belief that their sales are still to come. [1]
    watches : tuple of (int, int)
        Days on which it knows of the ban.
    """

    ranges: ClassVar[Mapping[str, Range]] = {"fear": GAIN}

    fear: float = 0.0
    watches: tuple[int, int] = (1, 0)

    def orders(self, view: View) -> Orders:
        """Add fear to what is due."""
        orders = Fund.orders(self, view)
        first, last = self.watches
        if first <= view.scene.day <= last:
            fall = -view.scene.group_drawdown.mean(axis=0)
            undo(orders, np.broadcast_to(self.fear * fall, view.equity.shape))
        return orders


@participant("style_timer")
@dataclass(frozen=True, kw_only=True)
class StyleTimer(Fund):
    """Discretionary switcher: sells the groups that fall and buys those that rise (H10, H20).

    Attributes
    ----------
    chase : float
        Share of the book moved in a round per unit of return between best and worst group. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"chase": GAIN}

    chase: float = 0.0

    def reach(self) -> None:
        """It goes wherever it rises."""
        return

    def orders(self, view: View) -> Orders:
        """Move from the weakest group held to the strongest."""
        orders = Fund.orders(self, view)
        n_groups = len(view.scene.daily_amount)
        gap = view.scene.group_return - view.scene.group_return.mean(axis=0)
        move = np.clip(self.chase * np.maximum(-gap, 0.0), 0.0, 1.0)[None]
        orders.sell[:, :n_groups] = np.maximum(orders.sell[:, :n_groups], move)
        proceeds = (move * np.maximum(view.value[:, :n_groups], 0.0)).sum(axis=1)
        best = np.zeros((1, view.value.shape[1], view.value.shape[2]))
        best[0, :n_groups] = view.scene.group_return == view.scene.group_return.max(axis=0)
        best /= np.maximum(best.sum(axis=1, keepdims=True), 1.0)
        buy_money(orders, proceeds, best)
        return orders
