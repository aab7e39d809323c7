"""Exchange-traded funds: who trades the units, and who makes units of stocks and stocks of units.

The units of a fund are quoted like futures on its index: value of the basket times one plus a
premium. Money in the units moves the premium, and nobody but the desks here sees more of it than that
number; they take it away again by trading the basket, so the money arrives in the stocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.mechanical import desk_trades
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.errors import ConfigError

#: A return this close to the limit is at it.
AT_LIMIT = 1e-9


@dataclass(frozen=True, kw_only=True)
class Basket:
    """A fund and the group it holds.

    Attributes
    ----------
    etf : str
        Name of the fund: an index of that group alone, with `futures` whose `reversion` is 0 and
        whose `premium_cap` is null; their basis is the premium.
    group : str
    depth : float
        Money in units that would move the premium by 1: `daily_amount` over `impact` of the fund's
        futures. [money]
    limit : float or None
        The group's daily price limit: at it the basket cannot be had, and no unit is made. [1]
    """

    etf: str
    group: str
    depth: float
    limit: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.depth < np.inf or (self.limit is not None and not 0 < self.limit < 1):
            raise ConfigError(
                f"baskets.{self.etf}: depth={self.depth}, limit={self.limit}: a premium could not be "
                "turned into money, or the basket never be traded. Give daily_amount / impact of the "
                "fund's futures as depth, above 0, and the group's limit as a fraction, 0.1 for ten per "
                "cent."
            )


@participant("etf_arbitrageur")
@dataclass(frozen=True, kw_only=True)
class EtfArbitrageur(Holder):
    """Authorised participants in the rounds: sell dear units against the basket, or the reverse (F18).

    A unit sold is a unit created when the basket behind it has been delivered, so the desk stands for
    the fund's new part as well: its short units are those outstanding beyond the start, its stocks the
    basket they are worth. What it could not get of a basket it still owes, and orders again.

    Attributes
    ----------
    baskets : list of Basket
        No two of the same group.
    share : float
        Part of the mispriced money it takes out in one clearing. [1]
    cost : float
        Premium and discount inside which creating and redeeming do not pay. [1]
    """

    needs_short: ClassVar[bool] = True

    baskets: list[Basket] = field(default_factory=list)
    share: float = 0.5
    cost: float = 0.002

    def __post_init__(self) -> None:
        super().__post_init__()
        groups = [b.group for b in self.baskets]
        if not 0 <= self.share <= 1 or self.cost < 0 or len(set(groups)) < len(groups):
            raise ConfigError(
                f"participants.{self.name}: share={self.share}, cost={self.cost}, groups of the baskets "
                f"{groups}: more than the whole mispricing would turn its sign in every clearing, and "
                "stocks of one group could not be told apart by fund. Give a share from 0 to 1, a cost of "
                "at least 0, and each group once."
            )

    def orders(self, view: View) -> Orders:
        """Trade units against their premium and the basket behind them."""
        orders = view.no_orders()
        for basket in self.baskets:
            place = view.scene.place(basket.etf)
            sold = self._units(view, basket, place)
            wanted = self._owed(view, basket, place) + sold / (1 + view.scene.basis[place])
            desk_trades(view, orders, wanted, view.scene.split({basket.group: 1.0}))
            orders.futures[:, place] -= sold
        return orders

    def _units(self, view: View, basket: Basket, place: int) -> FloatArray:
        """Units to sell, at their price; bought ones are negative; (S,). [money]"""
        premium = view.scene.basis[place]
        beyond = premium - np.clip(premium, -self.cost, self.cost)
        if basket.limit is not None:
            (group,) = view.scene.group(basket.group)
            towards = np.sign(beyond) * view.scene.group_return[group]
            beyond = np.where(towards < basket.limit - AT_LIMIT, beyond, 0.0)
        return self.share * basket.depth * beyond / self.count

    def _owed(self, view: View, basket: Basket, place: int) -> FloatArray:
        """Stocks still to be bought for units already sold, at the value of the basket; (n, S)."""
        (group,), n_groups = view.scene.group(basket.group), len(view.scene.groups)
        stocks = view.value[:, group] + view.value[:, n_groups + group]
        return -view.position[:, place] / (1 + view.scene.basis[place]) - stocks


@participant("etf_creation")
@dataclass(frozen=True, kw_only=True)
class EtfCreation(EtfArbitrageur):
    """Creation and redemption at the close: what the day left of the mispricing goes into the auction."""

    acts: ClassVar[str] = "close"

    share: float = 1.0


@participant("etf_investor")
@dataclass(frozen=True, kw_only=True)
class EtfInvestor(Holder):
    """Buys and sells units after what the fund's index did: a chaser, or a buyer of falls (H20, I23).

    Attributes
    ----------
    holdings_of : mapping of fund to float
        Units held on day 0; it never sells more than it has. [money]
    today : float
        Share of the holding bought per unit of return, as the day goes; negative leans against. [1]
    past : float
        The same, per unit of the day before's return, spread over the rounds. [1]
    """

    holdings_of: dict[str, float] = field(default_factory=dict)
    today: float = 0.0
    past: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        odd = sorted(f for f, money in self.holdings_of.items() if not 0 <= money < np.inf)
        if odd or not np.isfinite([self.today, self.past]).all():
            raise ConfigError(
                f"participants.{self.name}: today={self.today}, past={self.past}, holdings_of {odd} not "
                "from 0 upwards: what they buy would be no amount of money. Give finite numbers, and "
                "holdings of at least 0."
            )

    @property
    def columns(self) -> Mapping[str, float]:  # type: ignore[override]
        """Return of the day of each fund's index when it last traded. [1]"""
        return {f"seen_{etf}": 0.0 for etf in self.holdings_of}

    def orders(self, view: View) -> Orders:
        """Follow the return since the last round, and a part of yesterday's."""
        orders, scene = view.no_orders(), view.scene
        for etf, held in self.holdings_of.items():
            place, seen = scene.place(etf), view.memory[f"seen_{etf}"]
            fresh = scene.index_return[place] - np.where(scene.round == 1, 0.0, seen)
            eager = self.today * fresh + self.past * scene.overnight[place] / scene.rounds
            start = held / self.count
            left = start * scene.index_ratio[place] * (1 + scene.basis[place])
            orders.futures[:, place] = np.maximum(start * eager, -left - view.position[:, place])
            seen[:] = scene.index_return[place]
        return orders
