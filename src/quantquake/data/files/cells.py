"""Cells of a user's table turned into dates and numbers; what cannot be is named with its row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError

Place = Callable[[int], str]
"""Words for the row with this index label, e.g. "line 17"."""

_FORMATS = (
    (re.compile(r"\d{8}(\.0)?"), "%Y%m%d"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "%Y-%m-%d"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"\d{4}\.\d{1,2}\.\d{1,2}"), "%Y.%m.%d"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "%Y年%m月%d日"),
)
_SHOWN = 40
"""Characters of a bad cell that a message repeats; a torn file has cells of any length."""

_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


def as_dates(
    cells: pd.Series, *, name: str, place: Place, date_format: str | None = None
) -> tuple[pd.Series, list[Issue]]:
    """Dates of a daily table, at midnight and without time zone.

    Parameters
    ----------
    cells : Series of shape (n_rows,)
        Timestamps, dates, or text and numbers such as 2024-02-05, 2024/2/5, 20240205, 2024年2月5日.
    name, place
        Words for messages.
    date_format : str, optional
        For any other spelling, as for ``strptime``.

    Returns
    -------
    dates : Series of shape (n_rows,)
        datetime64[ns].
    issues : list of Issue
        A time zone or a time of day that was dropped.

    Raises
    ------
    DataError
        Cells that are no date (day-first spellings are ambiguous and need `date_format`); a time
        of day that changes, which makes the table intraday.
    """
    issues: list[Issue] = []
    if pd.api.types.is_datetime64_any_dtype(cells):
        stamps = cells
    else:
        stamps = _parsed(cells, date_format, name=name, place=place)
    bad = stamps.isna()
    if bad.any():
        raise DataError(_no_date(cells, bad, name=name, place=place))
    if getattr(stamps.dt, "tz", None) is not None:
        _check_instants(stamps, name=name)
        issues.append(issue("time zone", stamps.dt.tz, "dropped, the local date kept"))
        stamps = stamps.dt.tz_localize(None)
    days = stamps.dt.normalize()
    clock = stamps - days
    if (clock != pd.Timedelta(0)).any():
        if clock.nunique() > 1:
            raise DataError(
                f"{name} has {clock.nunique()} different times of day, first "
                f"{listed(stamps.iloc[:3])}: bars within the day would be taken for days. Give one "
                "row a session."
            )
        issues.append(issue("time of day", str(clock.iloc[0]), "dropped, it is always the same"))
    return days.dt.as_unit("ns"), issues


def one_date(text: object, *, name: str) -> pd.Timestamp:
    """Day a person named, in a spelling that can mean only one day.

    Raises
    ------
    ConfigError
        Anything but a full date: "2024", "today", 05/02/2024, or a time of day, before which the
        close of that day was not known.
    """
    stamp = pd.Timestamp(_date(text, None))
    if pd.isna(stamp) or stamp != stamp.normalize():
        raise ConfigError(
            f"{name} {text!r} is no single day: a guess would measure another day than the one "
            "you mean. Write it as 2024-02-05 or 20240205."
        )
    return stamp


def distinct(cells: pd.Series, *, name: str, place: Place) -> tuple[Any, pd.Index]:
    """Codes and distinct values of a column; -1 codes a missing cell.

    Raises
    ------
    DataError
        If cells hold lists or records.
    """
    try:
        codes, values = pd.factorize(cells)
    except TypeError as error:
        nested = ~cells.map(pd.api.types.is_scalar).astype(bool)
        raise DataError(
            f"{name} has {int(nested.sum())} cells that hold lists or records, first "
            f"{first_bad(cells, nested, place)}: a row has one date and one symbol. Flatten the "
            "column before saving the table."
        ) from error
    return codes, pd.Index(values)


def as_numbers(cells: pd.Series, *, name: str, place: Place) -> pd.Series:
    """Column as float64; empty cells are NaN.

    Raises
    ------
    DataError
        Text where a number should be, or an infinity, with its row and value.
    """
    if pd.api.types.is_bool_dtype(cells):
        raise DataError(_no_number(cells, cells.notna(), name=name, place=place))
    if pd.api.types.is_numeric_dtype(cells):
        numbers = pd.Series(
            cells.to_numpy(dtype=np.float64, na_value=np.nan), index=cells.index, name=cells.name
        )
    else:
        numbers = pd.to_numeric(cells, errors="coerce").astype(np.float64)
        bad = numbers.isna() & cells.notna() & (cells.astype("str").str.strip() != "")
        if bad.any():
            raise DataError(_no_number(cells, bad, name=name, place=place))
    infinite = numbers.abs() == np.inf
    if infinite.any():
        raise DataError(_no_number(numbers, infinite, name=name, place=place))
    return numbers


def first_bad(cells: pd.Series, bad: pd.Series, place: Place) -> str:
    """Value and place of the first bad cell."""
    row: Any = cells.index[int(np.flatnonzero(bad.to_numpy())[0])]
    value = cells.loc[row]
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'} in {place(int(row))}"


def _parsed(cells: pd.Series, date_format: str | None, *, name: str, place: Place) -> pd.Series:
    """Each distinct cell is parsed once: a table has few dates and many rows."""
    codes, values = distinct(cells, name=name, place=place)
    dates = np.array([_date(cell, date_format) for cell in values], dtype="datetime64[ns]")
    # Code -1 is a missing cell; it picks the NaT put at the end.
    dates = np.append(dates, np.datetime64("NaT"))
    return pd.Series(dates[codes], index=cells.index)


def _check_instants(stamps: pd.Series, *, name: str) -> None:
    """Refuse instants of world time that are no midnights: whose day they belong to is unknown."""
    clock = stamps - stamps.dt.normalize()
    if str(stamps.dt.tz) == "UTC" and (clock != pd.Timedelta(0)).any():
        raise DataError(
            f"{name} has dates that are instants of world time (UTC), first {stamps.iloc[0]}: "
            "midnight in Shanghai is the day before in UTC, so every row may stand a day off. "
            "Save the column as plain dates of the exchange."
        )


def _date(cell: Any, date_format: str | None) -> Any:
    """Parsed cell; NaT if it is no date or lies beyond the years a timestamp can hold."""
    try:
        return _within(_read_date(cell, date_format))
    except pd.errors.OutOfBoundsDatetime:
        return np.datetime64("NaT")


def _within(date: Any) -> Any:
    return date if pd.isna(date) else pd.Timestamp(date).as_unit("ns").to_datetime64()


def _read_date(cell: Any, date_format: str | None) -> Any:
    if isinstance(cell, (pd.Timestamp, np.datetime64)) or hasattr(cell, "isoformat"):
        return pd.Timestamp(cell).to_datetime64()
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if date_format is not None:
        return pd.to_datetime(text, format=date_format, errors="coerce").to_datetime64()
    clock = _CLOCK.search(text)
    day = text[: clock.start()] if clock else text
    for pattern, spelling in _FORMATS:
        if pattern.fullmatch(day):
            date = pd.to_datetime(day.removesuffix(".0"), format=spelling, errors="coerce")
            # The time of day stays: whether bars within a day were given must be seen later.
            return (date + pd.Timedelta(_hms(clock[0]) if clock else 0)).to_datetime64()
    return np.datetime64("NaT")


def _hms(clock: str) -> str:
    time = clock.strip("T ")
    return time if time.count(":") == 2 else f"{time}:00"


def _no_date(cells: pd.Series, bad: pd.Series, *, name: str, place: Place) -> str:
    return (
        f"{name} has {int(bad.sum())} cells that are no date, first "
        f"{first_bad(cells, bad, place)}: a row without its day cannot be placed, and 05/02 may "
        "be May or February. Write dates as 2024-02-05 or 20240205, or give `date_format=`."
    )


def _no_number(cells: pd.Series, bad: pd.Series, *, name: str, place: Place) -> str:
    return (
        f"{name} has {int(bad.sum())} cells that are no number, first "
        f"{first_bad(cells, bad, place)}: nothing can be computed from them. Write plain numbers such "
        "as 1234.5, and leave missing ones empty."
    )
