"""A table of notes as they stand today, counted in sessions instead of dated."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import QuantquakeError
from quantquake.flows.snowball import Snowball

FIELDS = frozenset(f.name for f in fields(Snowball))


def is_undated(table: pd.DataFrame) -> bool:
    """Whether a table carries sessions left rather than an issue date."""
    return {"sessions", "observation_sessions"} <= set(table.columns) and "date" not in table


def notes_of(table: pd.DataFrame) -> tuple[list[Snowball], list[int], pd.DataFrame]:
    """Notes of a table whose columns are fields of :class:`Snowball`; others are not looked at.

    Returns
    -------
    notes : list of Snowball
    rows : list of int
        Row of each note, counted from 0.
    rejected : DataFrame
        `line`, `trade`, `reason` "terms" and `detail`, what is wrong, of rows that are no note.
    """
    columns = [c for c in table.columns if c in FIELDS]
    notes: list[Snowball] = []
    rows: list[int] = []
    bad: list[dict[str, Any]] = []
    for k, row in enumerate(table[columns].to_dict("records")):
        try:
            notes.append(Snowball(**{name: _plain(cell) for name, cell in row.items()}))
            rows.append(k)
        except (QuantquakeError, TypeError, ValueError) as error:
            bad.append({"line": k, "trade": "", "reason": "terms", "detail": str(error)})
    rejected = pd.DataFrame(bad, columns=["line", "trade", "reason", "detail"])
    return notes, rows, rejected.astype({"line": np.int64})


def _plain(cell: Any) -> Any:
    return None if isinstance(cell, float) and np.isnan(cell) else cell
