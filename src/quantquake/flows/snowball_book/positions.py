"""What is alive in a book, as the pricing engine reads it, and what it hedges with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.data.contracts import INDEX_FUTURES
from quantquake.flows.snowball import Snowball, TradeColumns
from quantquake.flows.snowball_book.schedule import SessionGrid
from quantquake.flows.snowball_book.state import BookState
from quantquake.flows.snowball_book.terms import Bools, Floats, Ints, Terms

HEDGES = {spec.underlying: spec for spec in INDEX_FUTURES.values()}
"""Future that hedges a note on each index."""

CALENDAR_YEAR = 365.0
"""Days of the year a coupon accrues over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Live trades of a book on one day.

    Attributes
    ----------
    line : ndarray of int of shape (n_trades,)
    name, underlying : ndarray of object
    columns : TradeColumns
        What is left of each trade, `knocked_in` included.
    """

    line: Ints
    name: npt.NDArray[np.object_]
    underlying: npt.NDArray[np.object_]
    columns: TradeColumns

    def __len__(self) -> int:
        return len(self.line)

    @property
    def notional(self) -> Floats:
        """[money]"""
        return self.columns.notional

    @property
    def level(self) -> Floats:
        """Index level at which each trade knocks in; 0 where it never does. [points]"""
        return self.columns.knock_in * self.columns.spot0

    @property
    def waiting(self) -> Bools:
        """Trades that can still knock in at a close before maturity."""
        return ~self.columns.knocked_in & (self.columns.watch == 0)

    @property
    def underlyings(self) -> list[str]:
        """Indices of the book, in the order of their first trade."""
        return list(dict.fromkeys(str(u) for u in self.underlying))

    def on(self, underlying: str) -> Positions:
        """Trades on one index."""
        return self.take(np.asarray(self.underlying == underlying, dtype=bool))

    def take(self, keep: Bools) -> Positions:
        """Trades where `keep` is true."""
        return Positions(
            line=self.line[keep],
            name=self.name[keep],
            underlying=self.underlying[keep],
            columns=_taken(self.columns, keep),
        )

    def knocked_in_where(self, hit: Bools) -> Positions:
        """The same with the trades of `hit` knocked in as well."""
        state = self.columns.knocked_in | (hit & (self.columns.watch == 0))
        return replace(self, columns=replace(self.columns, knocked_in=state))


def multiplier_of(underlying: str) -> float:
    """Money a point and lot of the future that hedges an index; NaN where none is known."""
    spec = HEDGES.get(underlying)
    return float("nan") if spec is None else float(spec.multiplier)


def product_of(underlying: str) -> str:
    """Product code of the hedging future, "" where none is known."""
    spec = HEDGES.get(underlying)
    return "" if spec is None else spec.product


def _taken(columns: TradeColumns, keep: Bools) -> TradeColumns:
    n, counts = len(columns), np.diff(columns.first)
    held = np.repeat(keep, counts)
    chosen: dict[str, Any] = {}
    for field in fields(columns):
        values = getattr(columns, field.name)
        if field.name == "first":
            chosen["first"] = np.concatenate([[0], np.cumsum(counts[keep])]).astype(np.int64)
        else:
            # A book of one-observation trades has both lengths equal; both masks agree then.
            chosen[field.name] = values[keep] if field.name in _PER_TRADE else values[held]
    assert len(held) == columns.first[n]
    return TradeColumns(**chosen)


_PER_OBSERVATION = ("observation", "knock_out", "pays", "coupon_barrier", "coupon", "gap")
_PER_TRADE = frozenset(f.name for f in fields(TradeColumns)) - {"first", *_PER_OBSERVATION}


def positions_of(trades: Sequence[Snowball], underlying: str) -> Positions:
    """Positions of trades given as objects, all on one index."""
    n = len(trades)
    return Positions(
        line=np.arange(n, dtype=np.int64),
        name=np.full(n, "", dtype=object),
        underlying=np.full(n, underlying, dtype=object),
        columns=TradeColumns.of(trades),
    )


def live_positions(
    terms: Terms, state: BookState, grid: SessionGrid, *, days_per_year: float
) -> Positions:
    """What is left of the trades alive on a day: observations to come, counted in sessions.

    Coupons accrue over calendar days (Act/365), as the notes say; volatility, rate and carry run
    over sessions, `days_per_year` of them.
    """
    alive = terms.take(state.alive)
    now = int(grid.at_or_before(state.day))
    place = grid.at_or_after(alive.observation)
    ahead = place > now
    row = alive.row
    counts = np.bincount(row[ahead], minlength=len(alive)).astype(np.int64)
    n = len(alive)
    issue = alive.issue.astype("datetime64[D]")
    years = (alive.observation - issue[row]).astype(np.int64)[ahead] / CALENDAR_YEAR
    life = (alive.maturity - issue).astype(np.int64) / CALENDAR_YEAR
    columns = TradeColumns(
        spot0=alive.spot0,
        notional=alive.notional,
        days_per_year=np.full(n, float(days_per_year)),
        sessions=np.maximum(grid.at_or_after(alive.maturity) - now, 1),
        knock_in=alive.knock_in,
        watch=alive.european.astype(np.int64),
        knocked_in=state.knocked_in[state.alive],
        strike=alive.strike,
        floor=alive.floor,
        shift=np.zeros(n),
        survive=1.0 + alive.bonus * life,
        settled=np.full(n, np.nan),
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        observation=(place - now)[ahead],
        knock_out=alive.knock_out[ahead],
        pays=1.0 + alive.coupon[row[ahead]] * years,
        coupon_barrier=np.full(int(ahead.sum()), np.inf),
        coupon=np.zeros(int(ahead.sum())),
        gap=np.zeros(int(ahead.sum())),
    )
    return Positions(line=alive.line, name=alive.name, underlying=alive.underlying, columns=columns)
