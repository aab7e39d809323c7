"""A book of snowballs on one day: what it is worth, where it knocks in, what its hedge must trade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar
from quantquake.data.files.cells import one_date
from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource
from quantquake.flows.snowball.valuation import BOOK_RHO
from quantquake.flows.snowball_book import hedge
from quantquake.flows.snowball_book.assumed import DAYS_PER_YEAR, PerIndex, curves_for
from quantquake.flows.snowball_book.axis import LADDER, Levels, axis
from quantquake.flows.snowball_book.closes import Closes, stands_at
from quantquake.flows.snowball_book.hedge import HedgeFlow
from quantquake.flows.snowball_book.holdings import Holdings
from quantquake.flows.snowball_book.knock_in_map import ALARM, SHOCKS, KnockInMap, map_of
from quantquake.flows.snowball_book.ladder import SpotLadder, ladder_of, stacked
from quantquake.flows.snowball_book.liquidity import liquidity_at
from quantquake.flows.snowball_book.opening import at_start, day_of, opened
from quantquake.flows.snowball_book.pricing import HedgeRule, Pricer
from quantquake.flows.snowball_book.source import VOL_SHIFT, source_of
from quantquake.flows.snowball_book.template import TemplateSet
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Origin

WEEK = 5
"""Sessions a weekly change looks back."""


class SnowballBook:
    """Trades of one holder, issuer or market, priced and hedged together.

    Parameters
    ----------
    trades : path, DataFrame, or sequence of Snowball
        A file or table as ``qq.read(..., kind="snowballs")`` takes it, or priced notes as they
        stand today.
    as_of : date, optional
        Day to stand on, after its close; default the last of `index`. Nothing later is seen.
    index : Series, DataFrame, optional
        Daily closes of the underlyings: decide what has knocked in or out, where the indices
        stand, and their volatility. [points]
    futures : DataFrame, optional
        Rows of index futures: volume, open interest, and the discount behind the carry.
    spot : float or mapping of underlying to float, optional
        Where the indices stand, if not at their last close. [points]
    vol, rate, carry : float or mapping of underlying to float, optional
        See `assumed.curves_for` for what is taken otherwise. [1/sqrt(yr), 1/yr, 1/yr]
    rule : HedgeRule
        Caps and shifts of the hedge near barriers.
    mode : {"exact", "template"}
        Solve every trade, or look them up in solved templates (maps and histories).
    underlying : str
        Index of notes given as objects.
    exchange : str or Calendar
        Whose sessions the observations are.
    days_per_year, rho, threads
        Sessions a year [d/yr]; accuracy of the engine, nodes to a session's deviation; threads.

    Attributes
    ----------
    positions : Positions
        Trades alive on the day.
    rejected, ended : DataFrame
        `line`, `trade` and `reason` of rows that cannot be used; `line`, `trade`, `outcome` and
        `date` of trades that have knocked out, matured, or are not issued yet.
    issues : list of {what, where, action}
        What was noticed while reading.
    spot : dict of underlying to float
        [points]
    curves, liquidity, origin
        What was priced with, the futures market, and where it all comes from.

    Raises
    ------
    DataError, ConfigError
        No trades at all, or no day to stand on.
    """

    def __init__(
        self,
        trades: Any,
        *,
        as_of: str | pd.Timestamp | None = None,
        index: Closes = None,
        futures: pd.DataFrame | None = None,
        spot: float | Mapping[str, float] | None = None,
        vol: PerIndex = None,
        rate: PerIndex = None,
        carry: PerIndex = None,
        rule: HedgeRule | None = None,
        mode: Literal["exact", "template"] = "exact",
        underlying: str = "",
        exchange: str | Calendar = "XSHG",
        days_per_year: float = DAYS_PER_YEAR,
        rho: float = BOOK_RHO,
        threads: int = 2,
    ) -> None:
        if mode not in ("exact", "template"):
            raise ConfigError(
                f"mode {mode!r} is unknown: prices would come from nowhere. Choose exact (marks) "
                "or template (maps)."
            )
        held = opened(trades, as_of, index, underlying, exchange, days_per_year)
        self._held: Holdings = held
        self.positions = held.positions
        self.rejected, self.ended, self.issues = held.rejected, held.ended, held.issues
        self.day = held.day
        self.spot = stands_at(held.closes, spot, held.day, held.positions.underlyings)
        if not held.dated:
            self.spot = at_start(self.spot, held.positions)
        self.liquidity = liquidity_at(futures, day_of(held, futures), held.closes)
        self.curves, said = curves_for(
            held.underlyings, vol=vol, rate=rate, carry=carry, closes=held.closes, day=held.day,
            liquidity=self.liquidity, days_per_year=days_per_year,
        )  # fmt: skip
        self.pricer = Pricer(
            curves=self.curves,
            rule=rule or HedgeRule(),
            rho=rho,
            threads=threads,
            templates=TemplateSet() if mode == "template" else None,
        )
        self.origin = Origin(
            as_of=held.day, coverage=held.coverage, assumptions=(*held.assumptions, *said)
        )

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def underlyings(self) -> list[str]:
        """Indices of the live trades."""
        return self.positions.underlyings

    def ladder(
        self, spots: Levels | None = None, *, moves: Sequence[float] | Floats | None = None
    ) -> SpotLadder:
        """Value, delta and gamma of the book at many levels of its indices.

        Parameters
        ----------
        spots : array, or mapping of underlying to array, optional
            Index levels. [points] Default: 81 moves from -30 % to +10 %.
        moves : array, optional
            Moves of every index instead, falls negative. [1]
        """
        at = axis(spots, moves, self.spot)
        parts = [
            ladder_of(self.positions.on(name), self.pricer, name, levels, self.spot[name])
            for name, levels in at.items()
        ]
        return SpotLadder(frame=stacked(parts), origin=self.origin)

    def hedge_flow(
        self,
        spots: Levels | None = None,
        *,
        moves: Sequence[float] | Floats | None = None,
        start: float | Mapping[str, float] | None = None,
    ) -> HedgeFlow:
        """What the hedge trades if the indices go from where they stand to other levels.

        Parameters
        ----------
        spots, moves
            As in `ladder`.
        start : float or mapping of underlying to float, optional
            Levels to start from instead; trades whose barrier lies there or above start knocked
            in. [points]
        """
        here = dict(self.spot)
        if start is not None:
            here.update(start if isinstance(start, Mapping) else dict.fromkeys(here, start))
        at = axis(spots, moves, here)
        parts = []
        for name, levels in at.items():
            own = self.positions.on(name)
            begun = own.knocked_in_where(own.level >= here[name])
            parts.append(
                hedge.flow_between(begun, self.pricer, name, levels, here[name], self.liquidity)
            )
        return HedgeFlow(
            frame=stacked(parts),
            origin=self.origin,
            expiries=self.liquidity.by_expiry,
        )

    def flow_along(
        self, path: Sequence[float] | Floats, *, underlying: str | None = None
    ) -> pd.DataFrame:
        """Hedge flow of every step of a path of closes; see `hedge.flow_along`."""
        name = self._one(underlying)
        levels = axis({name: path}, None, self.spot)[name]
        return hedge.flow_along(self.positions.on(name), self.pricer, name, levels)

    def sign_profile(
        self,
        spots: Sequence[float] | Floats | None = None,
        *,
        moves: Sequence[float] | Floats | None = None,
        underlying: str | None = None,
        step: float = hedge.STEP,
    ) -> pd.DataFrame:
        """At which levels the hedge buys a further fall, at which it sells it (`hedge`)."""
        name = self._one(underlying)
        given = None if spots is None else {name: spots}
        levels = axis(given, moves, {name: self.spot[name]}, default=LADDER)[name]
        return hedge.sign_profile(self.positions.on(name), self.pricer, name, levels, step=step)

    def knock_in_map(
        self,
        *,
        width: float | Mapping[str, float] | None = None,
        moves: Sequence[float] | Floats = SHOCKS,
        within: Sequence[float] = ALARM,
    ) -> KnockInMap:
        """Where the knock-ins lie, how near they are, and what reaching them sells.

        Parameters
        ----------
        width : float or mapping of underlying to float, optional
            Of a bin; default a round width near 1/60 of the index. [points]
        moves : array
            Falls of the shock table. [1]
        within : sequence of float
            Distances of the alarm. [1]
        """
        then = None if self._held.closes is None else self._held.sessions_ago(WEEK).positions
        return map_of(self, then, width=width, moves=moves, within=within)

    def forced_source(
        self,
        moves: Sequence[float] | Floats,
        *,
        underlying: str | None = None,
        delta_cap: float = 2.0,
        vol_shift: float = VOL_SHIFT,
    ) -> ForcedSource:
        """The book as one source of the supply axis; see `source.source_of`."""
        return source_of(
            self, np.asarray(moves, dtype=float), self._one(underlying),
            delta_cap=delta_cap, vol_shift=vol_shift,
        )  # fmt: skip

    def after(self, close: float | Mapping[str, float]) -> SnowballBook:
        """The book after another close of the same day: trades at or under it are knocked in."""
        to = close if isinstance(close, Mapping) else dict.fromkeys(self.spot, close)
        level = np.array([to.get(str(u), np.inf) for u in self.positions.underlying])
        moved = _copy(self)
        moved.positions = self.positions.knocked_in_where(self.positions.level >= level)
        moved.spot = {**self.spot, **{k: float(v) for k, v in to.items()}}
        return moved

    def at(self, day: str | pd.Timestamp) -> SnowballBook:
        """The same trades on an earlier day, seen with the closes up to it."""
        moved = _copy(self)
        moved._held = self._held.at(one_date(day, name="day"))
        moved.positions, moved.day = moved._held.positions, moved._held.day
        moved.ended = moved._held.ended
        moved.spot = stands_at(self._held.closes, None, moved.day, moved.positions.underlyings)
        moved.origin = replace(self.origin, as_of=moved.day, coverage=moved._held.coverage)
        return moved

    def with_pricer(self, pricer: Pricer) -> SnowballBook:
        """The same book under another hedge rule, volatility or mode."""
        moved = _copy(self)
        moved.pricer, moved.curves = pricer, pricer.curves
        return moved

    def closes(self, underlying: str) -> pd.Series:
        """Closes of one index up to the book's day; empty where none were given. [points]"""
        known = self._held.closes
        if known is None or underlying not in known:
            return pd.Series(dtype=np.float64)
        return known[underlying].loc[: self.day].dropna()

    def _one(self, underlying: str | None) -> str:
        names = self.underlyings
        if underlying is None and len(names) == 1:
            return names[0]
        if underlying not in names:
            raise ConfigError(
                f"underlying {underlying!r} is not the one of the book's ({', '.join(names)}): its "
                "levels and lots differ from theirs. Name one of them."
            )
        return underlying


def _copy(book: SnowballBook) -> SnowballBook:
    twin = SnowballBook.__new__(SnowballBook)
    twin.__dict__.update(book.__dict__)
    return twin
