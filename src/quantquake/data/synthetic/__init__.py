"""Seeded worlds with known truth: a made-up market, the crowd in it, and its crowd-free twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quantquake.data.synthetic.crowd import build_crowd, without_crowd
from quantquake.data.synthetic.frames import CALM, Scene, basket_members, write_frames
from quantquake.data.synthetic.hidden_holder import HolderLaw, HolderWorld, hidden_holder_world
from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.returns import base_returns
from quantquake.data.synthetic.signal import SignalLaw, SignalWorld, signal_world
from quantquake.data.synthetic.trading import trade_prices
from quantquake.data.synthetic.truth import Truth, write_truth
from quantquake.data.synthetic.universe import (
    Settings,
    build_universe,
    session_dates,
    trading_days,
)
from quantquake.types import Origin, jsonable

if TYPE_CHECKING:
    from quantquake.data.baskets import Basket
    from quantquake.data.market import Market

__all__ = [
    "CrowdLaw",
    "HolderLaw",
    "HolderWorld",
    "SignalLaw",
    "SignalWorld",
    "Truth",
    "World",
    "hidden_holder_world",
    "signal_world",
    "synthetic_world",
]

END = "2024-03-29"


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A made-up market with its truth.

    Attributes
    ----------
    frames : mapping of str to DataFrame or Series
        The observable tables, by the argument names of ``Market.from_frames``.
    basket_members : mapping of str to tuple of str
        Names of each basket: "micro-cap" (the crowded one), "dividend" (calm), "theme" (hot but
        not crowded), "size-1" (smallest at the start) ... "size-5".
    truth : Truth
        What happened and why.
    origin : Origin
        Seed, last date, conventions.
    settings : Settings
        What the world was made from.
    crowded : bool
        False for the twin.
    market : Market
        The frames as one aligned market; built on first touch.
    baskets : tuple of Basket
        The baskets, crowded one first; built on first touch.
    """

    frames: Mapping[str, Any]
    basket_members: Mapping[str, tuple[str, ...]]
    truth: Truth
    origin: Origin
    settings: Settings
    crowded: bool = True

    @cached_property
    def market(self) -> Market:
        """The observable market, as any loader would give it."""
        from quantquake.data.market import Market

        return Market.from_frames(**self.frames)

    @cached_property
    def baskets(self) -> tuple[Basket, ...]:
        """The named baskets, the crowded one first."""
        from quantquake.data.baskets import Basket

        # Yield buyers push prices towards value; the other baskets are bought because they rise.
        return tuple(
            Basket(
                name,
                members=list(names),
                premium="convergence" if name == CALM else "divergence",
            )
            for name, names in self.basket_members.items()
        )

    def twin(self) -> World:
        """Same seed, shocks and volatility path, but no crowd and no unwind.

        The members of the crowded basket have all their shocks enlarged by the declared factor
        that gives their equal-weighted basket the variance the crowd's joint trading gives it
        here, so realised volatility cannot tell the two worlds apart before the unwind. Days of
        unwind and rebound are not matched: nothing of that size happens in the twin.
        """
        return _generate(self.settings, self.truth.law, crowded=False)

    def to_frame(self) -> pd.DataFrame:
        """One row a day of what to look at first: indices, carry, crowd size, hazard, money."""
        truth, closes = self.truth, self.frames["index_close"]
        table: pd.DataFrame = closes.join(truth.carry.add_prefix("carry "))
        table["crowd_days"], table["hazard"] = truth.crowd_days, truth.hazard
        table["aum"], table["sold"] = truth.aum.sum(axis=1), truth.sold.sum(axis=1)
        return table

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values of the daily table, the baskets, the unwind and the origin."""
        return {
            "days": jsonable(self.to_frame()),
            "baskets": jsonable(self.basket_members),
            "unwind_dates": jsonable(self.truth.unwind_dates),
            "origin": jsonable(self.origin),
        }


def synthetic_world(
    *,
    seed: int = 0,
    n_symbols: int = 600,
    n_dates: int = 1000,
    crowd: float = 1.0,
    unwind: bool | str | int = True,
    n_funds: int = 12,
    end: str | pd.Timestamp = END,
    horizon: int | None = None,
    law: CrowdLaw | None = None,
) -> World:
    """Make a market in which it is known who is crowded, how likely they run, and when they did.

    Funds with similar books grow for about two years (half of the horizon), pushing up a set of
    small names, their turnover and their correlation, and pressing the futures' discount. Then
    they leave within 3-5 sessions: their names fall together, the discount jumps, part of the
    proceeds lifts mid-index members a day later, and part of the fall is given back.

    Parameters
    ----------
    seed : int, default 0
        Decides everything random; the same arguments give the same world.
    n_symbols : int, default 600
        Stocks, at least 60. One in eight is listed while the world runs.
    n_dates : int, default 1000
        Sessions generated. [d]
    crowd : float, default 1
        Size of the crowd, as a multiple of the default one; 0 for none.
    unwind : bool, "draw" or int, default True
        True plants one on a day drawn from the hazard, given that it happens; False has none;
        "draw" lets the hazard decide; a number is the session on which it starts.
    n_funds : int, default 12
        Funds in the crowd; every other one is hedged with futures.
    end : str or Timestamp
        Last date of the horizon, or the session before it.
    horizon : int, optional
        Sessions over which the crowd's story is laid, default `n_dates`. A world with fewer
        `n_dates` and the same `horizon` and `end` is the start of the longer one: no row depends
        on later shocks. The story itself (growth, day of unwind) is a plan made before the start.
    law : CrowdLaw, optional
        Other numbers for the crowd's law.

    Returns
    -------
    World
        Panels are NaN before listing and on suspended days, nowhere else; prices [CNY], amounts
        and caps [CNY], volume [shares], turnover and yields [1].

    Raises
    ------
    ConfigError
        If a size is too small or `unwind` cannot be read.

    Notes
    -----
    Index names say which slot they stand for; sizes are scaled to `n_symbols`: the top 10 % by
    cap, the next 17 %, the next 33 %. Dividends, delistings and trading costs are left out.
    """
    settings = Settings(
        seed=seed,
        n_symbols=n_symbols,
        n_dates=n_dates,
        horizon=n_dates if horizon is None else horizon,
        end=pd.Timestamp(end),
        crowd=crowd,
        n_funds=n_funds,
        unwind=unwind,
    )
    return _generate(settings, law or CrowdLaw(), crowded=True)


def _generate(settings: Settings, law: CrowdLaw, *, crowded: bool) -> World:
    """Draw the world, or the same world without its crowd."""
    universe = build_universe(settings)
    listed, suspended = trading_days(settings, universe)
    base = base_returns(settings, universe, listed)
    crowd = build_crowd(settings, universe, base, law)
    log_return = base.log_return
    if not crowded:
        enlarge = np.where(crowd.members, crowd.vol_match[:, None], 1.0)
        log_return, crowd = log_return * enlarge, without_crowd(crowd)
    wanted = np.log(universe.price) + np.cumsum(log_return, axis=0) + crowd.pressure
    scene = Scene(
        settings=settings,
        law=law,
        universe=universe,
        base=base,
        crowd=crowd,
        prices=trade_prices(settings, universe, wanted, listed & ~suspended),
        listed=listed,
        suspended=suspended,
        dates=session_dates(settings.end, settings.horizon)[: settings.n_dates],
    )
    frames, carry = write_frames(scene)
    return World(
        frames=MappingProxyType(frames),
        basket_members=basket_members(universe, crowd),
        truth=write_truth(scene, carry),
        origin=_origin(scene, crowded),
        settings=settings,
        crowded=crowded,
    )


def _origin(scene: Scene, crowded: bool) -> Origin:
    kind = "with a crowd" if crowded else "crowd-free twin"
    return Origin(
        as_of=scene.dates[-1],
        seed=scene.settings.seed,
        coverage={"symbols": f"{scene.known.sum()} of {len(scene.known)} listed by the last date"},
        assumptions=(f"made-up market, {kind}", "no dividends, delistings or trading costs"),
    )
