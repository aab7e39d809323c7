"""Which days an exchange trades, and how many of them lie between two dates.

The shipped tables (``sessions/*.txt``) list closed weekdays up to the last day the exchange has
announced. Past that day every function raises :class:`CalendarError`: a guessed year silently
counts the New Year week as open and moves every annualised basis. Two ways on, both explicit::

    exchange = calendar("XSHG").with_holidays(["2027-01-01", ...], announced="2027-12-31")
    count_sessions(start, end, exchange=exchange)           # the announced year, typed in
    count_sessions(start, end, provisional=True)            # weekdays after the last announced day

`provisional` results are marked by :meth:`Calendar.is_provisional`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.data.session_table import Calendar, DateLike, Dates, as_days, calendar, read_table
from quantquake.errors import CalendarError

__all__ = [
    "Calendar",
    "calendar",
    "count_sessions",
    "is_session",
    "read_table",
    "session_on_or_after",
    "session_on_or_before",
    "sessions",
    "shift",
    "third_friday_expiry",
]

_DAY = np.timedelta64(1, "D")
# When the third Friday is a holiday: CFFEX defers to the next session, US listed options expire
# on the session before.
_EXPIRY_ROLL: dict[str, Literal["forward", "backward"]] = {"XSHG": "forward", "XNYS": "backward"}


def sessions(
    exchange: str | Calendar = "XSHG",
    start: DateLike | None = None,
    end: DateLike | None = None,
    *,
    provisional: bool = False,
) -> pd.DatetimeIndex:
    """Trading days from `start` to `end`, both included (default: the whole table).

    Returns
    -------
    DatetimeIndex named ``date``
        Empty if `end` lies before `start`.

    Raises
    ------
    CalendarError
        If a bound lies outside the table and `provisional` is not set.
    """
    book = _book(exchange)
    first = _known(book, book.first if start is None else start, provisional)
    last = _known(book, book.announced if end is None else end, provisional)
    days = np.arange(first, last + _DAY)
    traded = days[np.is_busday(days, busdaycal=book.business)]
    return pd.DatetimeIndex(traded, name="date").as_unit("ns")


def is_session(
    date: DateLike | Dates, exchange: str | Calendar = "XSHG", *, provisional: bool = False
) -> Any:
    """Whether the exchange trades on a date; bool, or bool array of the input's shape."""
    book = _book(exchange)
    return _out(np.is_busday(_known(book, date, provisional), busdaycal=book.business))


def count_sessions(
    start: DateLike | Dates,
    end: DateLike | Dates,
    exchange: str | Calendar = "XSHG",
    *,
    provisional: bool = False,
) -> Any:
    """Sessions from `start` to `end`, **both included**: the day count of a quoted basis.

    Parameters
    ----------
    start, end : date or array of dates
        Broadcast against each other. [d]
    exchange : str or Calendar, default "XSHG"
    provisional : bool, default False
        Count weekdays past the last announced day instead of raising.

    Returns
    -------
    int or ndarray of int64
        0 where `end` lies before `start`. [sessions]

    Raises
    ------
    CalendarError
        If a date is missing (NaT), or outside the table and `provisional` is not set.
    """
    book = _book(exchange)
    first, last = _known(book, start, provisional), _known(book, end, provisional)
    counted = np.busday_count(first, last + _DAY, busdaycal=book.business)
    return _out(np.maximum(counted, 0))


def session_on_or_after(
    date: Any, exchange: str | Calendar = "XSHG", *, provisional: bool = False
) -> Any:
    """First session on or after each date; Timestamp, or DatetimeIndex for many."""
    return _offset(date, 0, "forward", exchange, provisional)


def session_on_or_before(
    date: Any, exchange: str | Calendar = "XSHG", *, provisional: bool = False
) -> Any:
    """Last session on or before each date; Timestamp, or DatetimeIndex for many."""
    return _offset(date, 0, "backward", exchange, provisional)


def shift(
    date: Any, n: int, exchange: str | Calendar = "XSHG", *, provisional: bool = False
) -> Any:
    """Session `n` sessions later (earlier if negative); Timestamp, or DatetimeIndex for many.

    Raises
    ------
    CalendarError
        If a date is no session (which neighbour was meant is the caller's choice: use
        `session_on_or_after` or `session_on_or_before` first), or the result leaves the table.
    """
    book = _book(exchange)
    days = _known(book, date, provisional)
    closed = ~np.is_busday(days, busdaycal=book.business)
    if closed.any():
        raise CalendarError(
            f"{np.atleast_1d(days)[np.atleast_1d(closed)][0]} is no session of {book.exchange} "
            f"({int(closed.sum())} such dates): a shift from it is ambiguous by one day. "
            "Call session_on_or_after() or session_on_or_before() first."
        )
    return _offset(date, n, "forward", book, provisional)


def third_friday_expiry(
    year: int, month: int, exchange: str | Calendar = "XSHG", *, provisional: bool = False
) -> pd.Timestamp:
    """Last trading day of a contract month: the third Friday, rolled if it is a holiday.

    XSHG (CFFEX rules) rolls to the **next** session, XNYS (US listed options) to the previous.
    """
    if not 1 <= month <= 12:
        raise CalendarError(
            f"month {month} of {year} does not exist: no expiry can be placed. Use 1 to 12."
        )
    book = _book(exchange)
    # The 15th is the earliest possible third Friday.
    friday = np.busday_offset(f"{year:04d}-{month:02d}-15", 0, roll="forward", weekmask="Fri")
    roll = _EXPIRY_ROLL.get(book.exchange, "forward")
    expiry: pd.Timestamp = _offset(friday, 0, roll, book, provisional)
    return expiry


def _offset(
    date: Any,
    n: int,
    roll: Literal["forward", "backward"],
    exchange: str | Calendar,
    provisional: bool,
) -> Any:
    book = _book(exchange)
    days = _known(book, date, provisional)
    moved = np.busday_offset(days, n, roll=roll, busdaycal=book.business)
    _known(book, moved, provisional)
    if np.ndim(moved):
        return pd.DatetimeIndex(moved, name="date").as_unit("ns")
    return pd.Timestamp(moved.item()).as_unit("ns")


def _book(exchange: str | Calendar) -> Calendar:
    return exchange if isinstance(exchange, Calendar) else calendar(exchange)


def _known(book: Calendar, dates: Any, provisional: bool) -> Any:
    days = as_days(dates)
    if np.isnat(days).any():
        raise CalendarError(
            f"{int(np.isnat(days).sum())} of {days.size} dates are missing (NaT): a count to no "
            "date would look like a number. Drop these rows first."
        )
    early, late = days < book.first, (days > book.announced) & (not provisional)
    if late.any():
        raise CalendarError(
            f"{np.max(days[late])} lies past {book.announced}, the last day {book.exchange} has "
            "announced: later holidays are unknown and a guess would miscount sessions. Add the "
            "year with calendar(...).with_holidays(days, announced=...), or accept plain weekdays "
            "with provisional=True."
        )
    if early.any():
        raise CalendarError(
            f"{np.min(days[early])} lies before {book.first}, where the {book.exchange} table "
            "starts: earlier sessions are unknown. Start later, or read a longer table with "
            "calendars.read_table(path)."
        )
    return days


def _out(values: Any) -> Any:
    return values if np.ndim(values) else values.item()
