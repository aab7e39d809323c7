"""What a book holds on a day, and how that is known: read, checked, followed along the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.calendars import Calendar
from quantquake.data.files.cells import one_date
from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.errors import DataError
from quantquake.flows.snowball import Outcome, Snowball
from quantquake.flows.snowball_book.closes import Closes, wide_closes
from quantquake.flows.snowball_book.intake import Intake, note_provisional, take_in
from quantquake.flows.snowball_book.positions import Positions, live_positions, positions_of
from quantquake.flows.snowball_book.state import BookState, state_at
from quantquake.flows.snowball_book.terms import Bools, Terms

NO_REJECTS = {"line": "int64", "trade": "str", "reason": "str"}
NO_ENDED = {"line": "int64", "trade": "str", "outcome": "str", "date": "datetime64[ns]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Trades of a book and their state on a day.

    Attributes
    ----------
    positions : Positions
        Alive on the day.
    rejected, ended : DataFrame
        As `SnowballBook` has them.
    issues : list of Issue
    closes : DataFrame or None
        Index closes, one column an underlying. [points]
    day : Timestamp or None
        None for notes given as they stand today, without a date.
    coverage : mapping of str to str
    assumptions : tuple of str
    intake : Intake or None
        Terms and sessions behind dated trades.
    days_per_year : float
    """

    positions: Positions
    rejected: pd.DataFrame
    ended: pd.DataFrame
    issues: list[Issue]
    closes: pd.DataFrame | None
    day: pd.Timestamp | None
    coverage: Mapping[str, str]
    assumptions: tuple[str, ...] = ()
    intake: Intake | None = None
    days_per_year: float = 243.0

    @property
    def dated(self) -> bool:
        """Whether the trades carry dates, so that another day can be asked for."""
        return self.intake is not None

    @property
    def underlyings(self) -> list[str]:
        """Indices of all trades, ended ones included: an earlier day may hold them."""
        if self.intake is None:
            return self.positions.underlyings
        return list(dict.fromkeys(str(u) for u in self.intake.terms.underlying))

    def at(self, day: pd.Timestamp) -> Holdings:
        """The same trades on a day up to the present one.

        Raises
        ------
        DataError
            A later day, whose closes are not known, or trades without dates.
        """
        if self.intake is None or self.day is None or day > self.day:
            raise DataError(
                f"the book cannot be seen on {day:%Y-%m-%d}: "
                + (
                    "its trades carry no dates"
                    if self.day is None
                    else f"it stands on {self.day:%Y-%m-%d}"
                )
                + ", and what knocked in by then is not known. Give dated trades, or an earlier day."
            )
        return _stood(self, self.intake, day)

    def sessions_ago(self, n: int) -> Holdings:
        """The same trades `n` sessions before the present day."""
        if self.intake is None or self.day is None:
            return self
        grid = self.intake.grid
        place = max(int(grid.at_or_before(np.datetime64(self.day, "D"))) - n, 0)
        return self.at(pd.Timestamp(grid.days[place]))


def objects_held(
    trades: Sequence[Snowball], underlying: str, as_of: str | pd.Timestamp | None, index: Closes
) -> Holdings:
    """Holdings of notes given as objects: they stand as they are, ended ones are listed."""
    alive = [t for t in trades if t.outcome is Outcome.ALIVE]
    gone = [(k, t) for k, t in enumerate(trades) if t.outcome is not Outcome.ALIVE]
    ended = pd.DataFrame(
        {
            "line": [k for k, _ in gone],
            "trade": "",
            "outcome": [t.outcome.value for _, t in gone],
            "date": pd.NaT,
        }
    ).astype(NO_ENDED)
    lines = [k for k, t in enumerate(trades) if t.outcome is Outcome.ALIVE]
    return Holdings(
        positions=replace(positions_of(alive, underlying), line=np.array(lines, dtype=np.int64)),
        rejected=pd.DataFrame(columns=list(NO_REJECTS)).astype(NO_REJECTS),
        ended=ended,
        issues=[],
        closes=wide_closes(index, [underlying]),
        day=None if as_of is None else one_date(as_of, name="as_of"),
        coverage={"trades": f"{len(alive)} of {len(trades)}"},
    )


def trades_held(
    table: pd.DataFrame,
    closes: pd.DataFrame | None,
    as_of: str | pd.Timestamp | None,
    *,
    exchange: str | Calendar,
    days_per_year: float,
) -> Holdings:
    """Holdings of a table of dated trades, followed along the closes up to a day.

    Raises
    ------
    DataError
        If no day is given and no closes say one.
    """
    day = _stand(as_of, closes)
    taken = take_in(table, day=day, closes=closes, exchange=exchange)
    begun = Holdings(
        positions=_none(),
        rejected=taken.rejected,
        ended=pd.DataFrame(columns=list(NO_ENDED)).astype(NO_ENDED),
        issues=[*table.attrs.get("issues", ()), *taken.issues],
        closes=closes,
        day=day,
        coverage={},
        intake=taken,
        days_per_year=days_per_year,
    )
    return _stood(begun, taken, day, first=True)


def _stand(as_of: str | pd.Timestamp | None, closes: pd.DataFrame | None) -> pd.Timestamp:
    if as_of is not None:
        return one_date(as_of, name="as_of")
    if closes is None or closes.empty:
        raise DataError(
            "the book has dated trades and no day to stand on: what is left of them cannot be told. "
            "Give `as_of=`, or `index=` closes, whose last day is then taken."
        )
    return pd.Timestamp(closes.index[-1])


def _stood(held: Holdings, taken: Intake, day: pd.Timestamp, *, first: bool = False) -> Holdings:
    terms, grid = taken.terms, taken.grid
    if not len(terms):
        coverage = {"trades": f"0 of {len(held.rejected)}"}
        return replace(held, positions=_none(), day=day, coverage=coverage)
    seen = None if held.closes is None else held.closes.loc[:day]
    state = state_at(terms, np.datetime64(day, "D"), grid, seen)
    issues = [*held.issues, *_noticed(terms, state, seen, day)] if first else held.issues
    if first:
        issues += note_provisional(terms, grid)
    total = len(terms) + len(held.rejected)
    return replace(
        held,
        positions=live_positions(terms, state, grid, days_per_year=held.days_per_year),
        ended=_ended(terms, state),
        issues=issues,
        day=day,
        coverage={"trades": f"{int(state.alive.sum())} of {total}"},
        assumptions=_assumptions(held.closes),
    )


def _ended(terms: Terms, state: BookState) -> pd.DataFrame:
    gone = ~state.alive
    return pd.DataFrame(
        {
            "line": terms.line[gone],
            "trade": terms.name[gone].astype(str),
            "outcome": state.ended[gone].astype(str),
            "date": pd.DatetimeIndex(state.ended_on[gone]).as_unit("ns"),
        }
    )


def _noticed(
    terms: Terms, state: BookState, closes: pd.DataFrame | None, day: pd.Timestamp
) -> list[Issue]:
    """Notes on states that rest on the file's word, or on a path with holes."""
    notes = []
    if state.contradicted.any():
        where = _lines(terms, state.contradicted)
        notes.append(issue("knock-in of file and path disagree", where, "the file is followed"))
    hidden = state.alive & (state.unseen > 0) & (terms.told < 0)
    if hidden.any() and closes is not None:
        action = "state rests on the closes there are"
        notes.append(issue("sessions without a close since issue", _lines(terms, hidden), action))
    elif hidden.any():
        action = "taken as not knocked in or out"
        notes.append(issue("no index closes", _lines(terms, hidden), action))
    if closes is not None and len(closes) and closes.index[-1] < day:
        where = f"{closes.index[-1]:%Y-%m-%d}, the book stands on {day:%Y-%m-%d}"
        notes.append(issue("closes end early", where, "later sessions count as not observed"))
    return notes


def _lines(terms: Terms, which: Bools) -> str:
    return f"{int(which.sum())} trades, lines {listed(terms.line[which], 5)}"


def _assumptions(closes: pd.DataFrame | None) -> tuple[str, ...]:
    said = [
        "coupons accrue over calendar days / 365",
        "knock-in at a close at or under the barrier",
    ]
    if closes is None:
        said.append("without closes, only the file's word on knock-ins is known")
    return tuple(said)


def _none() -> Positions:
    empty: npt.NDArray[np.object_] = np.empty(0, dtype=object)
    return Positions(
        line=np.empty(0, dtype=np.int64),
        name=empty,
        underlying=empty,
        columns=positions_of([], "").columns,
    )
