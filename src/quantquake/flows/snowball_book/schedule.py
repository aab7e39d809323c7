"""Observation days of a trade: months after its issue, moved to the next session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.data.calendars import Calendar, sessions
from quantquake.data.session_table import calendar

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SessionGrid:
    """Trading days in a row, so that a date becomes a number.

    Attributes
    ----------
    days : ndarray of datetime64[D], rising
    announced : datetime64[D]
        Days after it are plain weekdays: the exchange has not announced its holidays yet.
    """

    days: Days
    announced: np.datetime64

    @classmethod
    def between(cls, first: Any, last: Any, exchange: str | Calendar) -> SessionGrid:
        """Sessions from a week before `first` to a month after `last`, provisional ones included."""
        book = exchange if isinstance(exchange, Calendar) else calendar(exchange)
        start = max(np.datetime64(first, "D") - 7, book.first)
        found = sessions(book, start, np.datetime64(last, "D") + 31, provisional=True)
        return cls(found.to_numpy().astype("datetime64[D]"), book.announced)

    def at_or_after(self, days: Any) -> Ints:
        """Number of the first session on or after each day."""
        return np.searchsorted(self.days, days, side="left").astype(np.int64)

    def at_or_before(self, days: Any) -> Ints:
        """Number of the last session on or before each day."""
        return np.searchsorted(self.days, days, side="right").astype(np.int64) - 1

    def open_on(self, days: Any) -> npt.NDArray[np.bool_]:
        """Whether each day is a session."""
        place = np.clip(self.at_or_after(days), 0, len(self.days) - 1)
        return self.days[place] == days


def add_months(days: Days, months: Ints) -> Days:
    """Same day of the month, `months` later; the last of a month that is shorter."""
    month = days.astype("datetime64[M]")
    day = days - month.astype("datetime64[D]")
    then = month + months
    length = (then + 1).astype("datetime64[D]") - then.astype("datetime64[D]")
    return then.astype("datetime64[D]") + np.minimum(day, length - np.timedelta64(1, "D"))


def months_between(start: Days, end: Days) -> Ints:
    """Whole months from `start` to `end`, a day or two short of one counted as one."""
    days = (end - start).astype(np.int64)
    return np.rint(days / 30.436875).astype(np.int64)


def ragged(counts: Ints) -> tuple[Ints, Ints, Ints]:
    """Rows of unequal length laid end to end.

    Returns
    -------
    start : ndarray of shape (n + 1,)
        Row i lies at ``start[i]:start[i + 1]``.
    row, place : ndarray of shape (sum of counts,)
        Row of each entry, and its number within the row from 0.
    """
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    row = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return start, row, np.arange(start[-1], dtype=np.int64) - start[row]
