"""Putting the tables of one market on the dates and symbols of its closes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.panel import Sign, as_pandas, check_panel, listed, require_columns
from quantquake.errors import DataError

PANELS: dict[str, Sign] = {
    "amount": "non_negative",
    "volume": "non_negative",
    "turnover": "non_negative",
    "market_cap": "positive",
    "float_cap": "positive",
    # Losses make an earnings or book yield negative; the rest of these are scores.
    "earnings_yield": "any",
    "book_yield": "any",
    "hf_crowding": "any",
}
"""Panels on the dates and symbols of `close`, and what their values may be."""

BY_DATE: dict[str, Sign] = {
    "index_close": "positive",
    "index_amount": "non_negative",
    "news_score": "any",
}
"""Panels on the dates of `close` with columns of their own."""

_FUTURES_COLUMNS = ("date", "symbol", "product", "close")
_FUTURES_OPTIONAL = ("volume", "open_interest")


#: Longest closure of either exchange since 1990 [calendar days]: Shanghai's holidays of January
#: 2020 and October 2023. Rows further apart have lost sessions between them.
LONGEST_CLOSURE = 11


def after_hole(dates: pd.DatetimeIndex) -> np.ndarray:
    """Tell, of shape (n_dates,), which rows follow a hole in the table rather than a session."""
    apart = np.diff(dates.to_numpy(), prepend=dates.to_numpy()[:1])
    return apart > np.timedelta64(LONGEST_CLOSURE, "D")


def simple_returns(close: pd.DataFrame) -> pd.DataFrame:
    """Close over the session before, minus one; NaN where either close is NaN or after a hole."""
    values = close.to_numpy()
    returns = np.full(values.shape, np.nan)
    np.divide(values[1:], values[:-1], out=returns[1:])
    returns[1:] -= 1.0
    returns[after_hole(pd.DatetimeIndex(close.index))] = np.nan
    return pd.DataFrame(returns, index=close.index, columns=close.columns)


def check_midnight(dates: pd.Index) -> None:
    """Refuse dates with a time of day: no other table would meet them."""
    days = pd.DatetimeIndex(dates)
    late = days[days != days.normalize()]
    if len(late):
        raise DataError(
            f"`close` has {len(late)} dates with a time of day, first {late[0]}: other tables "
            "would not meet them. Use one row a session, dated with .normalize()."
        )


def on_axes(table: Any, close: pd.DataFrame, *, name: str, notes: list[str]) -> pd.DataFrame | None:
    """Panel put on the dates and symbols of `close`; what is left out goes to `notes`."""
    if table is None:
        return None
    panel = check_panel(table, name=name, sign=PANELS[name])
    for axis, ours, theirs in (
        ("date", close.index, panel.index),
        ("symbol", close.columns, panel.columns),
    ):
        _check_overlap(ours, theirs, name=name, axis=axis)
    strangers = panel.columns.difference(close.columns)
    if len(strangers):
        notes.append(f"{name}: left out {len(strangers)} symbols without a close")
    return panel.reindex(index=close.index, columns=close.columns)


def on_dates(table: Any, close: pd.DataFrame, *, name: str) -> pd.DataFrame | None:
    """Panel or series put on the dates of `close`, with columns of its own."""
    if table is None:
        return None
    panel = check_panel(table, name=name, sign=BY_DATE.get(name, "non_negative"))
    _check_overlap(close.index, panel.index, name=name, axis="date")
    return panel.reindex(index=close.index)


def _check_overlap(ours: pd.Index, theirs: pd.Index, *, name: str, axis: str) -> None:
    if len(ours.intersection(theirs)) == 0:
        raise DataError(
            f"`{name}` shares no {axis} with `close`: it has {listed(theirs)}, `close` has "
            f"{listed(ours)}, so every value would be missing. Check the spelling of both."
        )


def sum_of_names(amount: pd.DataFrame | None, notes: list[str]) -> pd.Series | None:
    """Money traded in all names supplied, standing for the whole market, and noted so."""
    if amount is None:
        return None
    notes.append(f"market_amount is the sum over the {amount.shape[1]} names supplied")
    return amount.sum(axis=1, min_count=1)


def amount_of(index_amount: pd.DataFrame | None, symbol: str) -> pd.Series:
    """Amount of the index that stands for the whole market."""
    if index_amount is None or symbol not in index_amount.columns:
        there = "none" if index_amount is None else listed(index_amount.columns, 20)
        raise DataError(
            f"`market_amount` names {symbol!r}, but the index table has amounts for: {there}. "
            "Without it shares of the whole market cannot be formed. Name one of these, or leave "
            "`market_amount` out to use the sum over the names supplied."
        )
    return index_amount[symbol]


def checked_futures(table: Any, dates: pd.Index, *, notes: list[str]) -> pd.DataFrame | None:
    """Futures rows sorted by date and symbol, none later than the last of `dates`."""
    if table is None:
        return None
    from quantquake.data.keys import LongKeys

    futures = as_pandas(table, name="futures")
    require_columns(futures, _FUTURES_COLUMNS, name="futures")
    rows = futures.iloc[LongKeys(futures, name="futures").order]
    known = rows_until(rows, dates[-1])
    if len(known) < len(rows):
        notes.append(f"futures: left out {len(rows) - len(known)} rows after the last close")
    return known.assign(**{c: np.nan for c in _FUTURES_OPTIONAL if c not in known}).reset_index(
        drop=True
    )


def checked_chains(table: Any, dates: pd.Index) -> pd.DataFrame | None:
    """Option chains, none later than the last of `dates`."""
    if table is None:
        return None
    chains = as_pandas(table, name="chains")
    if "quote_date" not in chains:
        require_columns(chains, ("date",), name="chains")
    return rows_until(chains, dates[-1])


def rows_until(table: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """Rows of a long table up to and including `last`."""
    dates = table["quote_date" if "quote_date" in table else "date"]
    return table[dates <= last].reset_index(drop=True)


def covered(table: pd.DataFrame | pd.Series) -> str:
    """One sentence on how much of a table is there."""
    if isinstance(table, pd.DataFrame) and not isinstance(table.index, pd.DatetimeIndex):
        return f"{len(table):,} rows"
    seen = int(table.count().sum()) if isinstance(table, pd.DataFrame) else int(table.count())
    span = f"{table.index[0]:%Y-%m-%d} to {table.index[-1]:%Y-%m-%d}"
    share = f", {seen / table.size:.1%} observed" if table.size else ""
    names = f" of {table.shape[1]:,} symbols" if isinstance(table, pd.DataFrame) else ""
    return f"{len(table):,} sessions{names}, {span}{share}"


def said(issue: dict[str, str]) -> str:
    """Word an issue as one phrase."""
    return f"{issue['what']} {issue['action']} ({issue['where']})"
