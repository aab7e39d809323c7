"""Whatever a user calls a book, as holdings: a file, a table, or priced notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar
from quantquake.data.files import read
from quantquake.errors import DataError
from quantquake.flows.snowball import Snowball
from quantquake.flows.snowball_book.closes import Closes, wide_closes
from quantquake.flows.snowball_book.holdings import Holdings, objects_held, trades_held
from quantquake.flows.snowball_book.positions import Positions
from quantquake.flows.snowball_book.undated import is_undated, notes_of


def opened(
    trades: Any,
    as_of: str | pd.Timestamp | None,
    index: Closes,
    underlying: str,
    exchange: str | Calendar,
    days_per_year: float,
) -> Holdings:
    """Trades of any form, with their state on the day."""
    objects = isinstance(trades, Sequence) and not isinstance(trades, (str, bytes))
    if objects and all(isinstance(t, Snowball) for t in trades) and len(trades):
        return objects_held(list(trades), underlying, as_of, index)
    if objects or trades is None:
        raise DataError(
            f"`trades` is a {type(trades).__name__} of {len(trades or ())}: a book holds at least "
            "one trade. Give a file or table of trades, or a list of Snowball."
        )
    if isinstance(trades, pd.DataFrame) and is_undated(trades):
        return _undated(trades, underlying, as_of, index)
    table: Any = trades
    if isinstance(trades, (str, Path, bytes)) or trades.attrs.get("kind") != "snowballs":
        table = read(trades, kind="snowballs", symbol=underlying or None)
    names = [str(u) for u in table["symbol"].dropna().unique()]
    return trades_held(
        table, wide_closes(index, names), as_of, exchange=exchange, days_per_year=days_per_year
    )


def _undated(
    table: pd.DataFrame, underlying: str, as_of: str | pd.Timestamp | None, index: Closes
) -> Holdings:
    """Notes of a table counted in sessions; rows that are no note are listed."""
    notes, rows, rejected = notes_of(table)
    held = objects_held(notes, underlying, as_of, index)
    line = np.array(rows, dtype=np.int64)[held.positions.line]
    return replace(
        held,
        positions=replace(held.positions, line=line),
        rejected=rejected,
        coverage={"trades": f"{len(held.positions)} of {len(table)}"},
    )


def at_start(spot: dict[str, float], positions: Positions) -> dict[str, float]:
    """Undated notes whose index is nowhere said to stand, stand at their common first level."""
    levels = np.unique(positions.columns.spot0)
    common = float(levels[0]) if len(levels) == 1 else np.nan
    return {name: common if np.isnan(level) else level for name, level in spot.items()}


def day_of(held: Holdings, futures: pd.DataFrame | None) -> pd.Timestamp:
    """Day up to which futures are seen: the book's, else the last they have."""
    if held.day is not None or futures is None:
        return pd.Timestamp.max if held.day is None else held.day
    return pd.Timestamp(futures["date"].max())
