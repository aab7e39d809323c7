"""Who belongs to a basket since when, whatever form it was given in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.panel import as_pandas, check_panel, listed, to_wide
from quantquake.errors import ConfigError, DataError

ALWAYS = pd.Timestamp("1900-01-01")
"""Date of a membership that was given without one."""


def membership(given: Any, *, name: str) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Bool frame of members by date of change, and weights if a long frame has them."""
    if isinstance(given, str):
        raise ConfigError(
            f"basket {name!r} has members {given!r}, one text: its letters would be taken for "
            "symbols. Give a list of symbols."
        )
    if hasattr(given, "columns"):
        table = as_pandas(given, name=f"members of {name!r}")
        if {"date", "symbol"} <= set(table.columns):
            return _from_rows(table, name=name)
        return _bool_frame(table, name=name), None
    symbols = list(given)
    repeated = sorted({s for s in symbols if symbols.count(s) > 1}) if symbols else []
    if repeated or not symbols:
        raise DataError(
            f"basket {name!r} has "
            + (f"members given twice, first {listed(repeated)}" if repeated else "no members")
            + ": its mean would be wrong or empty. Give each member once."
        )
    columns = pd.Index(symbols, name="symbol")
    always = pd.DatetimeIndex([ALWAYS], name="date")
    return pd.DataFrame(True, index=always, columns=columns), None


def _from_rows(table: pd.DataFrame, *, name: str) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    rows = table[["date", "symbol"]].assign(inside=1.0)
    members = to_wide(rows, "inside", name=f"members of {name!r}").notna()
    if "weight" not in table.columns:
        return members, None
    return members, to_wide(table, "weight", name=f"members of {name!r}")


def _bool_frame(table: pd.DataFrame, *, name: str) -> pd.DataFrame:
    flags = check_panel(table.astype(np.float64), name=f"members of {name!r}")
    if not np.isin(flags.to_numpy(), (0.0, 1.0)).all():
        raise DataError(
            f"members of {name!r} hold values other than true and false: a membership is neither "
            "a weight nor missing. Pass weights as `weights=`, and False where a name is out."
        )
    return flags.astype(bool)


def weight_frame(given: Any, *, name: str) -> pd.DataFrame:
    """Relative weights by date of change, not negative; 0 where none is given."""
    if isinstance(given, (Mapping, pd.Series)):
        given = pd.DataFrame([dict(given)], index=pd.DatetimeIndex([ALWAYS], name="date"))
    weights = check_panel(given, name=f"weights of {name!r}", sign="non_negative")
    return weights.fillna(0.0)


def carried(rows: Any, changes: pd.Index, dates: pd.DatetimeIndex, *, before: Any) -> Any:
    """Row of the last change at or before each date; `before` ahead of the first change."""
    at = pd.DatetimeIndex(changes).searchsorted(dates, side="right") - 1
    carried = rows[np.maximum(at, 0)]
    carried[at < 0] = before
    return carried
