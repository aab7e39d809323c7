"""The table behind a calendar: which weekdays an exchange was closed, and how far that is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import CalendarError

DateLike: TypeAlias = str | dt.date | np.datetime64
Dates: TypeAlias = "Sequence[DateLike] | npt.NDArray[Any] | pd.Index[Any] | pd.Series[Any]"
Days: TypeAlias = npt.NDArray[np.datetime64]

_TABLES = Path(__file__).parent / "sessions"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calendar:
    """Closed weekdays of one exchange, and how far the exchange has announced them.

    Attributes
    ----------
    exchange : str
        Market identifier code, ``XSHG`` (also right for Shenzhen and CFFEX) or ``XNYS``.
    first, announced : datetime64[D]
        The table is complete from `first` to `announced`, both included.
    holidays : ndarray of datetime64[D], sorted
        Weekdays without trading.
    """

    exchange: str
    first: np.datetime64
    announced: np.datetime64
    holidays: Days
    business: np.busdaycalendar

    def with_holidays(self, holidays: Iterable[DateLike], *, announced: DateLike) -> Calendar:
        """Calendar extended by a newly announced span.

        Parameters
        ----------
        holidays : iterable of dates
            Closed days after the present `announced` (weekends may be included).
        announced : date
            Last day the new announcement covers, usually 31 December.

        Raises
        ------
        CalendarError
            If `announced` does not lie past the present one, or a holiday outside the new span:
            shipped history is not edited by an override.
        """
        last, extra = as_days(announced), as_days(list(holidays))
        outside = extra[(extra <= self.announced) | (extra > last)]
        if last <= self.announced or outside.size:
            where = f"holiday {outside[0]}" if outside.size else f"announced={last}"
            raise CalendarError(
                f"{where} does not lie in a new span after {self.announced}, the last day "
                f"{self.exchange} is known to: an override may add years, not change known ones. "
                "Give only dates after that day, and the last day they cover as `announced=`."
            )
        return _build(self.exchange, self.first, last, np.concatenate([self.holidays, extra]))

    def is_provisional(self, dates: DateLike | Dates) -> Any:
        """Whether each date lies past the last announced day; bool or bool array."""
        days = as_days(dates) > self.announced
        return days if days.ndim else bool(days)


def read_table(path: str | Path) -> Calendar:
    """Read a holiday table: ``exchange``, ``first``, ``announced`` lines, then ``YYYY MMDD ...``.

    Raises
    ------
    CalendarError
        If the file is missing, or a line is not of that form.
    """
    path = Path(path)
    head: dict[str, str] = {}
    holidays: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        key, *words = line.split()
        if key.startswith("#"):
            continue
        if key in {"exchange", "first", "announced"} and len(words) == 1:
            head[key] = words[0]
        elif key.isdigit() and all(len(word) == 4 and word.isdigit() for word in words):
            holidays += [f"{key}-{word[:2]}-{word[2:]}" for word in words]
        else:
            raise CalendarError(
                f"{path.name}, line {number}: {line[:40]!r} is neither `exchange|first|announced "
                "VALUE` nor `YYYY MMDD ...`: a misread holiday shifts every day count after it. "
                "Write one line a year, e.g. `2027 0101 0208`."
            )
    if missing := {"exchange", "first", "announced"} - set(head):
        raise CalendarError(
            f"{path.name} has no line {sorted(missing)}: without it the end of knowledge is "
            "unknown. Add e.g. `announced 2027-12-31`."
        )
    first, announced = as_days([head["first"], head["announced"]])
    return _build(head["exchange"], first, announced, as_days(holidays))


@cache
def calendar(exchange: str = "XSHG") -> Calendar:
    """Shipped calendar of an exchange: ``XSHG`` 2005-2026, ``XNYS`` 1990-2028."""
    path = _TABLES / f"{exchange.lower()}.txt"
    if not exchange.isalpha() or not path.is_file():
        known = ", ".join(sorted(p.stem.upper() for p in _TABLES.glob("*.txt")))
        raise CalendarError(
            f"no session table for exchange {exchange!r}: days cannot be counted without one. "
            f"Use one of {known}, or read your own with calendars.read_table(path)."
        )
    return read_table(path)


def as_days(dates: Any) -> Any:
    """Dates of any spelling as datetime64[D], or an array of them; time of day is dropped."""
    try:
        if isinstance(dates, (str, dt.date, np.datetime64)) or dates is pd.NaT:
            return _naive(pd.Timestamp(cast(Any, dates))).to_datetime64().astype("datetime64[D]")
        array = np.asarray(dates)
        if array.dtype.kind == "M":
            return array.astype("datetime64[D]")
        if array.size and array.dtype.kind in "iufb":
            raise TypeError("plain numbers")  # pandas would take 20240102 for nanoseconds of 1970
        index = _naive(pd.DatetimeIndex(array.ravel()))
        return index.values.astype("datetime64[D]").reshape(array.shape)
    except (TypeError, ValueError) as error:
        raise CalendarError(
            f"{str(dates)[:60]!r} cannot be read as dates ({error}): sessions are counted between "
            "plain dates. Give `YYYY-MM-DD` strings or dates without a time zone."
        ) from error


def _naive(stamp: Any) -> Any:
    # A zone would make "which day" depend on where the reader sits.
    if getattr(stamp, "tz", None) is not None:
        raise ValueError("has a time zone")
    return stamp


def _build(exchange: str, first: Any, announced: Any, holidays: Days) -> Calendar:
    business = np.busdaycalendar(holidays=holidays)
    return Calendar(
        exchange=exchange,
        first=first,
        announced=announced,
        holidays=business.holidays,
        business=business,
    )


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CalendarError(
            f"holiday table {path.name} cannot be read ({error.strerror}): no session can be "
            "counted without it. Check the path."
        ) from error
    return [line for line in text.splitlines() if line.strip()]
