"""Those who follow a formula: funds that rebalance at the close, and dealers who hedge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import buy_money, share_to_leverage, sleeves_of, undo
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import GAIN, SHARE, SIGNED, Range
from quantquake.errors import ConfigError


def desk_trades(view: View, orders: Orders, money: FloatArray, split: FloatArray) -> None:
    """A dealer buys (money > 0) or sells whatever it takes: sales go through the short sleeves.

    money : (n, S) [money]   split : (G,) shares of the groups
    """
    n_groups = len(view.scene.daily_amount)
    both = np.zeros((view.value.shape[1], 2))
    both[:n_groups, 0] = split
    both[n_groups : 2 * n_groups, 1] = split
    buy_money(orders, np.maximum(money, 0.0), both[:, 0])
    buy_money(orders, np.maximum(-money, 0.0), both[:, 1])


@participant("leveraged_etf")
@dataclass(frozen=True, kw_only=True)
class LeveragedEtf(Holder):
    """Returns to its multiple at every close: L (L - 1) of its assets per unit of return (H21, E01).

    `assets` is the exposure and `leverage` its multiple, so equity is one over the other; an
    inverse fund has a negative `mix`.

    Attributes
    ----------
    investor_flow : float
        Money its investors bring at the close per unit of fall, as a share of equity: bargain
        hunters offset part of the rebalancing. [1]
    """

    acts: ClassVar[str] = "close"
    columns: ClassVar[Mapping[str, float]] = {"multiple": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {"investor_flow": GAIN}

    investor_flow: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if hasattr(self.leverage, "low"):
            raise ConfigError(
                f"participants.{self.name}.leverage={self.leverage}: the multiple of a fund stands in its "
                "prospectus and is not drawn. Give one number, or one for each fund."
            )

    def orders(self, view: View) -> Orders:
        """Trade to the multiple, at the closing price."""
        orders = view.no_orders()
        multiple = view.memory["multiple"]
        start = multiple < 0
        np.copyto(multiple, self._multiple(view), where=start)
        undo(orders, share_to_leverage(view, multiple))
        add = np.maximum(multiple * view.equity - view.gross, 0.0)
        buy_money(orders, add, sleeves_of(view))
        return orders

    def _multiple(self, view: View) -> FloatArray:
        # The multiple of the prospectus, not of this close: today's move has changed the ratio.
        given = np.broadcast_to(np.asarray(self.leverage, dtype=float), (self.count,))
        return np.broadcast_to(given[:, None], view.equity.shape)

    def after_close(self, view: View) -> FloatArray | None:
        """Investors who buy the fall bring money (a redemption with the sign turned)."""
        if self.investor_flow == 0 or not len(view.scene.index_return):
            return None
        fall = np.maximum(-view.scene.index_return[0], 0.0)
        return -self.investor_flow * fall * np.maximum(view.equity, 0.0)


@participant("option_dealer")
@dataclass(frozen=True, kw_only=True)
class OptionDealer(Holder):
    """Hedges the gamma it holds: long gamma buys falls, short gamma sells them (H22, E03, E04).

    Attributes
    ----------
    gamma : float
        Money to trade per 1 % move of the index; positive is long gamma. [money per 1 %]
    index : str
        The index watched.
    short_below : float or None
        Drawdown of the index beyond which the sign turns (customers' puts take over). [1]
    hedge_in : {"stocks", "futures"}
        What it trades: the groups of `mix` (options on single names), or the index futures, as dealers
        in index options do where there are any; those reach the stocks through whoever trades the basis.
    """

    columns: ClassVar[Mapping[str, float]] = {"hedged_at": 0.0}

    ranges: ClassVar[Mapping[str, Range]] = {"gamma": SIGNED, "short_below": Range(-1.0, 0.0)}

    gamma: float = 0.0
    index: str = ""
    short_below: float | None = None
    hedge_in: Literal["stocks", "futures"] = "stocks"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hedge_in not in ("stocks", "futures"):
            raise ConfigError(
                f"participants.{self.name}.hedge_in={self.hedge_in!r}: neither of the two, so nothing "
                'would be hedged. Give "stocks" or "futures".'
            )

    @property
    def needs_short(self) -> bool:  # type: ignore[override]
        """Only a hedge in stocks is ever short of them."""
        return self.hedge_in == "stocks"

    def orders(self, view: View) -> Orders:
        """Trade against (long gamma) or with (short gamma) the move since the last hedge."""
        orders = view.no_orders()
        scene = view.scene
        # Before the first round the reference is yesterday's close: overnight news is hedged too.
        last = np.where(scene.round == 1, 0.0, view.memory["hedged_at"])
        move = scene.index_return[scene.place(self.index)] - last
        sign = np.ones_like(move)
        if self.short_below is not None:
            sign = np.where(
                scene.index_drawdown[scene.place(self.index)] < self.short_below, -1.0, 1.0
            )
        money = -self.gamma * sign * move * 100 / self.count
        if self.hedge_in == "futures":
            orders.futures[:, scene.place(self.index)] = money
        else:
            desk_trades(view, orders, money, scene.split(self.mix))
        view.memory["hedged_at"][:] = scene.index_return[scene.place(self.index)]
        return orders


@participant("vol_control")
@dataclass(frozen=True, kw_only=True)
class VolControl(Holder):
    """Holds its target volatility, up to a cap: sells after a move, over the following days (E05).

    Attributes
    ----------
    target : float
        Daily volatility aimed at, 0 keeps the starting one. [1]
    most : float
        Highest exposure over equity. [1]
    pace : float
        Share of the gap closed in a day. [1]
    """

    acts: ClassVar[str] = "close"
    columns: ClassVar[Mapping[str, float]] = {"aim": -1.0}

    ranges: ClassVar[Mapping[str, Range]] = {"target": GAIN, "most": GAIN, "pace": SHARE}

    target: float = 0.0
    most: float = 1.5
    pace: float = 0.5

    def orders(self, view: View) -> Orders:
        """Move part of the way to min(cap, target / volatility)."""
        orders = view.no_orders()
        if not len(view.scene.volatility):
            return orders
        # Today's return is known at the close, and moves the estimate the fund will use tonight.
        today = view.scene.index_return.mean(axis=0)
        sigma = np.sqrt(0.94 * view.scene.volatility.mean(axis=0) ** 2 + 0.06 * today**2)
        aim = view.memory["aim"]
        own = self.target or view.leverage * view.scene.volatility.mean(axis=0)
        np.copyto(aim, np.broadcast_to(own, aim.shape), where=aim < 0)
        goal = np.minimum(self.most, aim / sigma)
        undo(orders, self.pace * share_to_leverage(view, goal))
        add = self.pace * np.maximum(goal * view.equity - view.gross, 0.0)
        buy_money(orders, add, sleeves_of(view))
        return orders
