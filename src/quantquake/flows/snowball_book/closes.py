"""Index closes in whatever shape they come, as one column an index; where each stands on a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from quantquake.errors import DataError

Closes: TypeAlias = "pd.Series | pd.DataFrame | None"


def wide_closes(index: Closes, underlyings: list[str]) -> pd.DataFrame | None:
    """Closes with one column an underlying.

    Parameters
    ----------
    index : Series by date, DataFrame by date with a column an index, or long rows `date`,
        `symbol`, `close`
        [points] A Series is the close of the book's only underlying.
    underlyings : list of str
        Indices of the book.

    Raises
    ------
    DataError
        A Series for several underlyings, dates that repeat, or a close at or below zero.
    """
    if index is None:
        return None
    table = _table(index, underlyings)
    if not isinstance(table.index, pd.DatetimeIndex) or table.index.has_duplicates:
        raise DataError(
            f"index closes have a {type(table.index).__name__} with "
            f"{int(table.index.duplicated().sum())} repeated labels: a knock-in is decided by one "
            "close a day. Give one row a date, dates as the index or in a `date` column."
        )
    table = table.sort_index().astype(np.float64)
    bad = (table <= 0).any()
    if bad.any():
        raise DataError(
            f"closes of {', '.join(map(str, table.columns[bad]))} hold values at or below 0: every "
            "note would be knocked in. Leave missing days empty."
        )
    return table


def _table(index: pd.Series | pd.DataFrame, underlyings: list[str]) -> pd.DataFrame:
    if isinstance(index, pd.Series):
        if len(underlyings) > 1:
            raise DataError(
                f"one series of closes for {len(underlyings)} underlyings ({', '.join(underlyings)})"
                ": which index it is cannot be told. Give a frame with one column an index."
            )
        return index.to_frame(underlyings[0] if underlyings else str(index.name))
    if {"date", "symbol", "close"} <= set(index.columns):
        return index.pivot(index="date", columns="symbol", values="close")
    return index


def stands_at(
    closes: pd.DataFrame | None,
    spot: float | Mapping[str, float] | None,
    day: pd.Timestamp | None,
    underlyings: list[str],
) -> dict[str, float]:
    """Where each underlying stands: as told, else its last close up to the day; NaN unknown."""
    told: dict[str, Any] = (
        dict(spot) if isinstance(spot, Mapping) else dict.fromkeys(underlyings, spot)
    )
    if not isinstance(spot, Mapping) and spot is not None and len(underlyings) > 1:
        raise DataError(
            f"one spot {spot:g} for {len(underlyings)} underlyings ({', '.join(underlyings)}): they "
            "stand at different levels. Give a mapping underlying -> level."
        )
    found = {}
    for name in underlyings:
        value = told.get(name)
        if value is None and closes is not None and name in closes:
            seen = closes[name].loc[:day].dropna()
            value = float(seen.iloc[-1]) if len(seen) else None
        found[name] = np.nan if value is None else _positive(float(value), name)
    return found


def _positive(value: float, name: str) -> float:
    if not (np.isfinite(value) and value > 0):
        raise DataError(
            f"spot of {name or 'the underlying'} is {value:g}: an index stands above 0. Give its "
            "level in points."
        )
    return value
