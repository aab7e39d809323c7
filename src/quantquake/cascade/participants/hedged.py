"""Books that hedge or borrow: what makes them close is the basis, the lender or the risk limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import (
    buy_money,
    share_to_leverage,
    undo,
    unhedge,
)
from quantquake.cascade.participants.columns import Column, ends
from quantquake.cascade.participants.view import BoolArray, FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, LIMIT, MONEY, MULTIPLE, SHARE, Range
from quantquake.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Levered(Holder):
    """A book on borrowed money: beyond `limit` its lender makes it return to `target`.

    Attributes
    ----------
    limit : Column
        Gross over equity above which the lender calls. [1]
    target : Column
        Leverage it returns to after a call. [1]
    pace : float
        Share of the needed sale done in one round. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {"limit": LIMIT, "target": MULTIPLE, "pace": SHARE}

    limit: Column = float("inf")
    target: Column | None = None
    pace: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.target is not None and (ends(self.target)[1] > ends(self.limit)[0]).any():
            raise ConfigError(
                f"participants.{self.name}.target={self.target}: not within limit={self.limit} for every "
                "holder; whoever is called would be called again, or sell nothing at all. Give a target "
                "at or below the limit."
            )

    def called(self, view: View) -> tuple[BoolArray, FloatArray]:
        """Who is called, and the share of the book that must go; both (n, S)."""
        limit = view.column(f"{self.name}/limit", self.limit)
        who = (view.leverage > limit * (1 + 1e-12)) & (view.gross > 0)
        if not who.any():
            return who, np.zeros_like(view.equity)
        goal = self.limit if self.target is None else self.target
        target = view.column(f"{self.name}/target", goal)
        share = np.where(who, self.pace * share_to_leverage(view, target), 0.0)
        return who & (share > 0), share

    def orders(self, view: View) -> Orders:
        """Meet the lender's call."""
        orders = view.no_orders()
        who, share = self.called(view)
        if who.any():
            view.mark(who, Outcome.MARGIN_CALLED)
            undo(orders, share, who)
            unhedge(view, orders, share)
        return orders


@participant("long_short")
@dataclass(frozen=True, kw_only=True)
class LongShort(Levered):
    """Statistical arbitrage, long against short with leverage: no market, one crowd (H15)."""


@participant("margin_account")
@dataclass(frozen=True, kw_only=True)
class MarginAccount(Levered):
    """Stocks bought on a broker's credit: below the maintenance line the broker sells (I01, M04)."""


@participant("market_neutral")
@dataclass(frozen=True, kw_only=True)
class MarketNeutral(Levered):
    """Stocks against short futures: closes when the discount pays enough, reopens when it is cheap (H05).

    Attributes
    ----------
    eagerness : float
        Share of the book closed in a day per unit of discount beyond `take_profit`. [1]
    take_profit : float
        Discount (as a positive fraction) from which closing pays. [1]
    reopen_above : float
        Basis above which hedging is cheap and the book grows back. [1]
    growth : float
        Share of the starting book added in a day when it is. [1]
    rotation : float
        Share of the book moved in a day from `rotate_from` to `rotate_to` while closing is banned. [1]
    rotate_from, rotate_to : list of str
        Groups.
    """

    columns: ClassVar[Mapping[str, float]] = {"start": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {
        "eagerness": GAIN, "take_profit": SHARE, "reopen_above": Range(-1.0, float("inf")),
        "growth": GAIN, "rotation": GAIN,
    }  # fmt: skip

    eagerness: float = 0.0
    take_profit: float = 0.0
    reopen_above: float = float("inf")
    growth: float = 0.0
    rotation: float = 0.0
    rotate_from: list[str] = field(default_factory=list)
    rotate_to: list[str] = field(default_factory=list)

    def reach(self) -> list[str]:
        """It may rotate into groups it does not hold yet."""
        return self.rotate_to

    def orders(self, view: View) -> Orders:
        """Meet calls; then close, reopen, or - where closing is banned - rotate."""
        orders = Levered.orders(self, view)
        start = view.memory["start"]
        np.copyto(start, view.gross, where=start < 0)
        free = view.may_sell[:, None]
        basis = _own_basis(view)
        share = self.eagerness / view.scene.rounds * np.maximum(-basis - self.take_profit, 0.0)
        undo(orders, np.where(free, share, 0.0))
        unhedge(view, orders, np.where(free, share, 0.0))
        self._reopen(view, orders, basis, start)
        if self.rotation and not view.may_sell.all():
            self._rotate(view, orders, ~free & (view.gross > 0))
        return orders

    def _reopen(self, view: View, orders: Orders, basis: FloatArray, start: FloatArray) -> None:
        room = np.maximum(start - view.gross, 0.0)
        money = np.minimum(room, self.growth / view.scene.rounds * start)
        money = np.where((basis > self.reopen_above) & (view.equity > 0), money, 0.0)
        if not money.any():
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            split = np.where(view.gross[:, None] > 0, np.abs(view.value) / view.gross[:, None], 0.0)
            ratio = np.where(view.gross[:, None] > 0, view.position / view.gross[:, None], 0.0)
        buy_money(orders, money, split)
        orders.futures += money[:, None] * ratio

    def _rotate(self, view: View, orders: Orders, who: BoolArray) -> None:
        """Sell the groups named and buy the others with the same money: net sales are zero."""
        share = np.where(who, self.rotation / view.scene.rounds, 0.0)
        source = view.scene.group(*self.rotate_from)
        money = (np.maximum(view.value[:, source], 0.0) * share[:, None]).sum(axis=1)
        for g in source:
            orders.sell[:, g] = np.maximum(orders.sell[:, g], share)
        goal = view.scene.group(*self.rotate_to)
        split = np.zeros(view.value.shape[1])
        split[goal] = view.scene.daily_amount[goal] / view.scene.daily_amount[goal].sum()
        buy_money(orders, money, split)


def _own_basis(view: View) -> FloatArray:
    """Basis of the futures each holder is short in, by size; 0 without futures. (n, S)"""
    size = np.abs(view.position)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (size * view.scene.basis[None]).sum(axis=1) / size.sum(axis=1)
    return np.where(np.isfinite(mean), mean, 0.0)


@participant("dma")
@dataclass(frozen=True, kw_only=True)
class Dma(MarketNeutral):
    """The neutral book through a swap with three to four times the money (H06)."""


@participant("relative_value")
@dataclass(frozen=True, kw_only=True)
class RelativeValue(Levered):
    """Spread trades on haircuts that lenders raise with volatility; may be rescued (H16, H17, H26).

    Attributes
    ----------
    haircut : float
        Own money per unit of gross in calm; the highest leverage is one over it. [1]
    procyclical : float
        Rise of the haircut per unit by which volatility exceeds its starting value. [1]
    rescue_day : int
        Day on whose evening a consortium brings `rescue` and the book is run off slowly; 0 never.
    rescue : float
        [money], for all holders together.
    run_off : float
        Share of the book sold in a day after the rescue. [1]
    """

    columns: ClassVar[Mapping[str, float]] = {"rescued": 0.0, "calm": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {
        "haircut": Range(1e-9, 1.0), "procyclical": GAIN, "rescue_day": Range(0, 10**9),
        "rescue": MONEY, "run_off": SHARE,
    }  # fmt: skip

    haircut: float = 0.04
    procyclical: float = 0.0
    rescue_day: int = 0
    rescue: float = 0.0
    run_off: float = 0.0

    def orders(self, view: View) -> Orders:
        """Meet the haircut of the day; after a rescue, run off in peace."""
        orders = view.no_orders()
        calm, now = view.memory["calm"], np.ones_like(view.equity)
        if len(view.scene.volatility):
            now = np.broadcast_to(view.scene.volatility.mean(axis=0), view.equity.shape)
        np.copyto(calm, now, where=calm < 0)
        needed = self.haircut * (1 + self.procyclical * np.maximum(now / calm - 1.0, 0.0))
        rescued = view.memory["rescued"] > 0
        share = np.where(
            rescued,
            self.run_off / view.scene.rounds,
            self.pace * share_to_leverage(view, 1 / needed),
        )
        view.mark(~rescued & (share > 0), Outcome.MARGIN_CALLED)
        undo(orders, share)
        unhedge(view, orders, share)
        return orders

    def after_close(self, view: View) -> FloatArray | None:
        """Take in the consortium's money: a redemption with the sign turned."""
        if view.scene.day != self.rescue_day:
            return None
        view.memory["rescued"][:] = 1.0
        return np.full_like(view.equity, -self.rescue / self.count)


@participant("var_fund")
@dataclass(frozen=True, kw_only=True)
class VarFund(Holder):
    """Keeps its value at risk: exposure is one over volatility, so a shock sells tomorrow (H23, E06).

    Attributes
    ----------
    limit : float
        Value at risk allowed, as a share of equity; 0 keeps the starting one. [1]
    quantile : float
        Standard deviations of the limit. [1]
    pace : float
        Share of the gap closed in a day. [1]
    """

    columns: ClassVar[Mapping[str, float]] = {"allowed": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {
        "limit": GAIN, "quantile": Range(1e-3, 100.0), "pace": SHARE,
    }  # fmt: skip

    limit: float = 0.0
    quantile: float = 2.33
    pace: float = 1.0

    def orders(self, view: View) -> Orders:
        """Sell what exceeds the limit at yesterday's volatility; buying back is left to the day."""
        orders = view.no_orders()
        if not len(view.scene.volatility):
            return orders
        sigma = view.scene.volatility.mean(axis=0)
        allowed = view.memory["allowed"]
        first = allowed < 0
        own = self.limit or self.quantile * sigma * view.leverage
        np.copyto(allowed, np.broadcast_to(own, allowed.shape), where=first)
        target = allowed / (self.quantile * sigma)
        pace = 1 - (1 - self.pace) ** (1 / view.scene.rounds) if self.pace < 1 else 1.0
        share = pace * share_to_leverage(view, target)
        undo(orders, share)
        unhedge(view, orders, share)
        return orders
