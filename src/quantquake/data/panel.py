"""Date x symbol panels: checked at one door, turned from long to wide and back.

A panel is a float64 frame: ``DatetimeIndex`` named ``date`` (sorted, unique, without time
zone), columns named ``symbol`` (unique). NaN means not observed, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

AllNaN = Literal["keep", "drop", "refuse"]
Sign = Literal["any", "non_negative", "positive"]
FloatArray = npt.NDArray[np.float64]

_SHOWN = 3
"""How many offenders a message names; the count is always given in full."""


def as_pandas(table: Any, *, name: str) -> pd.DataFrame:
    """Hand over any table as a pandas frame.

    Parameters
    ----------
    table : DataFrame
        pandas, polars, pyarrow, or anything else narwhals takes as an eager frame.
    name : str
        What the table is called in error messages.

    Returns
    -------
    DataFrame
        A pandas frame is returned as it is; others are copied column by column, nulls as NaN.

    Raises
    ------
    DataError
        If `table` is no table.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if isinstance(table, pd.Series):
        return table.to_frame()
    try:
        frame = nw.from_native(table, eager_only=True)
    except TypeError as error:
        raise DataError(
            f"`{name}` is a {type(table).__name__}, no table: only pandas, polars and arrow frames "
            "have the rows and columns needed. Build one of these from it first."
        ) from error
    # Column by column, because polars' own to_pandas needs pyarrow, which we do not depend on.
    return pd.DataFrame({column: frame[column].to_numpy() for column in frame.columns})


def check_panel(
    frame: Any,
    *,
    name: str,
    calendar: str | None = None,
    sign: Sign = "any",
    all_nan: AllNaN = "keep",
    min_dates: int = 1,
) -> pd.DataFrame:
    """Refuse a date x symbol table that would give wrong numbers later.

    Parameters
    ----------
    frame : DataFrame of shape (n_dates, n_symbols)
        pandas with a ``DatetimeIndex``; polars and arrow with a first column ``date``.
    name : str
        What the panel is called in error messages.
    calendar : str, optional
        Exchange ("XSHG", "XNYS"); when given, every date must be one of its sessions.
    sign : {"any", "non_negative", "positive"}
        What the values may be; prices are "positive", money and volume "non_negative".
    all_nan : {"keep", "drop", "refuse"}
        What to do with symbols that have no value at all. A dropped symbol is noted in
        ``.attrs["issues"]``.
    min_dates : int
        Fewest rows accepted; 2 where a return is to be computed.

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        A new float64 frame with the axes named; NaN stays NaN.

    Raises
    ------
    DataError
        Dates not sorted, repeated, with a time zone or no sessions; repeated symbols; text or
        infinities; a forbidden sign; symbols without values; too few dates.
    """
    table = as_pandas(frame, name=name)
    if not isinstance(frame, pd.DataFrame) and "date" in table.columns:
        table = table.set_index("date")
    _check_dates(table.index, name=name)
    _check_symbols(table.columns, name=name)
    if len(table) < min_dates:
        raise DataError(
            f"`{name}` has {len(table)} date(s): at least {min_dates} are needed, since a return "
            "compares two sessions. Give a longer history."
        )
    values = as_float(table, name=name)
    panel = pd.DataFrame(
        values, index=table.index.rename("date"), columns=table.columns.rename("symbol")
    )
    _check_values(panel, name=name, sign=sign)
    if calendar is not None:
        check_sessions(panel.index, name=name, calendar=calendar)
    return panel if all_nan == "keep" else _without_empty(panel, name=name, drop=all_nan == "drop")


def check_sessions(dates: pd.Index, *, name: str, calendar: str) -> int:
    """Raise a `DataError` that lists the dates on which `calendar` was closed.

    Returns
    -------
    int
        Dates outside the years the calendar knows; these could not be checked.
    """
    from quantquake.data import calendars

    book = calendars.calendar(calendar)
    days = pd.DatetimeIndex(dates.unique()).sort_values()
    known = days[(days >= pd.Timestamp(book.first)) & (days <= pd.Timestamp(book.announced))]
    closed = known[~calendars.is_session(known, calendar)] if len(known) else known
    if len(closed):
        raise DataError(
            f"`{name}` has {len(closed)} of {len(days)} dates on which {calendar} was closed, "
            f"first {listed(f'{day:%Y-%m-%d %a}' for day in closed)}: sessions are counted to "
            "annualise and to fill windows, so a false one shifts every number after it. Drop "
            "these rows, name the right exchange with `calendar=`, or pass `calendar=None` to "
            "accept the dates as they are."
        )
    return len(days) - len(known)


def to_wide(long: Any, field: str, *, name: str) -> pd.DataFrame:
    """Turn a long table into a panel of one field.

    Parameters
    ----------
    long : DataFrame of shape (n_rows, ...)
        Columns ``date``, ``symbol`` and `field`, in any row order.
    field : str
        Column to spread; numeric.
    name : str
        What the table is called in error messages.

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        Dates and symbols sorted; NaN where the long table has no row.

    Raises
    ------
    DataError
        Missing columns, missing or repeated keys, text or infinities in `field`.
    """
    from quantquake.data.keys import LongKeys

    table = as_pandas(long, name=name)
    require_columns(table, ("date", "symbol", field), name=name)
    return LongKeys(table, name=name).spread(table[field], name=f"{name}.{field}")


def to_long(panel: pd.DataFrame, field: str) -> pd.DataFrame:
    """Turn a panel into rows ``date, symbol, <field>``, sorted by date and symbol.

    Cells that are NaN (not observed) have no row, so a date or a symbol that is NaN throughout
    leaves no trace.
    """
    values = panel.to_numpy(dtype=np.float64)
    order = np.argsort(panel.columns.to_numpy(), kind="stable")
    rows, columns = np.nonzero(~np.isnan(values[:, order]))
    columns = order[columns]
    return pd.DataFrame(
        {
            "date": panel.index.take(rows),
            "symbol": panel.columns.take(columns),
            field: values[rows, columns],
        }
    )


def require_columns(table: pd.DataFrame, wanted: Iterable[str], *, name: str) -> None:
    """Raise a `DataError` naming the columns that are missing and those that exist."""
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise DataError(
            f"`{name}` has no column {', '.join(map(repr, missing))}; its columns are "
            f"{', '.join(repr(str(c)) for c in table.columns) or '(none)'}. Rename the column that "
            "holds it."
        )


def listed(items: Iterable[object], shown: int = _SHOWN) -> str:
    """First few items for a message, with dots when there are more."""
    texts = [str(item) for item in items]
    return ", ".join(texts[:shown]) + (" ..." if len(texts) > shown else "")


def _check_dates(index: pd.Index, *, name: str) -> None:
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError(
            f"`{name}` is indexed by {index.dtype}, not by dates: rows could not be ordered in "
            "time. Set a DatetimeIndex, e.g. frame.index = pandas.to_datetime(frame.index)."
        )
    if index.tz is not None:
        raise DataError(
            f"`{name}` has dates in time zone {index.tz}: the same session would fall on two "
            "dates. Convert to the exchange's time and drop the zone with .tz_localize(None)."
        )
    if index.hasnans:
        undated = int(np.isnat(index.to_numpy()).sum())
        raise DataError(
            f"`{name}` has {undated} rows without a date: they have no place in time. Drop them."
        )
    if not index.is_unique:
        repeated = index[index.duplicated()].unique()
        raise DataError(
            f"`{name}` gives {len(repeated)} dates more than once, first "
            f"{listed(f'{day:%Y-%m-%d}' for day in repeated)}: which row is true cannot be told. "
            "Remove the duplicates."
        )
    if not index.is_monotonic_increasing:
        steps = np.flatnonzero(np.diff(index.to_numpy()) < np.timedelta64(0))
        first = index[int(steps[0]) + 1]
        raise DataError(
            f"`{name}` is not sorted by date, {len(steps)} step(s) back, first at "
            f"{first:%Y-%m-%d}: windows would mix past and future. Sort it with .sort_index()."
        )


def _check_symbols(columns: pd.Index, *, name: str) -> None:
    repeated = columns[columns.duplicated()].unique()
    if len(repeated):
        raise DataError(
            f"`{name}` has {len(repeated)} symbols in more than one column, first "
            f"{listed(repeated)}: their weight would count twice. Keep one column each."
        )


def as_float(table: pd.DataFrame, *, name: str) -> FloatArray:
    """Values as float64; text in a number's place is named with its row and value."""
    for position, dtype in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
            column = table.iloc[:, position]
            number = pd.to_numeric(column, errors="coerce")
            bad = np.flatnonzero(number.isna() & column.notna())
            if len(bad) or pd.api.types.is_bool_dtype(dtype):
                at = int(bad[0]) if len(bad) else 0
                raise DataError(
                    f"`{name}` has {max(len(bad), 1)} value(s) in column {column.name!r} that are "
                    f"no numbers, first {column.iloc[at]!r} at {table.index[at]}: nothing can be "
                    "computed from them. Convert the column to numbers, missing as NaN."
                )
            table = table.copy(deep=False)
            table.isetitem(position, number.to_numpy())
    return table.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _check_values(panel: pd.DataFrame, *, name: str, sign: Sign) -> None:
    values = panel.to_numpy()
    infinite = np.isinf(values)
    if infinite.any():
        where = _first(panel, infinite)
        raise DataError(infinite_message(int(infinite.sum()), name=name, where=where))
    if sign == "any":
        return
    bad = values <= 0.0 if sign == "positive" else values < 0.0
    if bad.any():
        what = "not positive" if sign == "positive" else "negative"
        raise DataError(
            f"`{name}` has {int(bad.sum())} values that are {what}, first {_first(panel, bad)}: "
            "no such price or amount exists, and returns through it would be meaningless. Mark "
            "days without a value as NaN, and check the source for errors."
        )


def infinite_message(count: int, *, name: str, where: str = "") -> str:
    """Four parts about values that overflowed or were divided by zero."""
    return (
        f"`{name}` has {count} infinite values{f', first {where}' if where else ''}: one of them "
        "turns every mean it enters infinite. Mark them as NaN if they were not observed."
    )


def _first(panel: pd.DataFrame, bad: npt.NDArray[np.bool_]) -> str:
    row, column = (int(axis[0]) for axis in np.nonzero(bad))
    value = float(panel.to_numpy()[row, column])
    return f"{value:g} for {panel.columns[column]!s} on {panel.index[row]:%Y-%m-%d}"


def _without_empty(panel: pd.DataFrame, *, name: str, drop: bool) -> pd.DataFrame:
    empty = panel.columns[np.isnan(panel.to_numpy()).all(axis=0)]
    if len(empty) == 0:
        return panel
    if not drop:
        raise DataError(
            f"`{name}` has {len(empty)} symbols without a single value, first {listed(empty)}: "
            "they would count as members that are never seen. Drop them, or pass "
            '`all_nan="drop"`.'
        )
    kept = panel.loc[:, ~panel.columns.isin(empty)]
    kept.attrs["issues"] = [
        {"what": "symbols without a single value", "where": listed(empty, 20), "action": "dropped"}
    ]
    return kept
