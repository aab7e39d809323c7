"""A user's table of funds or products, row by row: what cannot be used is named, the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quantquake.data.files.cells import one_date
from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError

#: No amount of money, level or ratio is larger; sums of such cells would overflow.
LARGEST = 1e18


class Sieve:
    """Rows of a table with, for each that cannot be used, the first reason why.

    Parameters
    ----------
    table : DataFrame
        Its index labels are the row numbers a message names (line numbers, when read from a file).
    name : str
        What messages call the table.
    needed : sequence of str
        Columns it cannot do without. "a|b" is satisfied by either.

    Raises
    ------
    DataError
        A missing column, a table without rows, or one whose row labels repeat.
    """

    def __init__(self, table: pd.DataFrame, *, name: str, needed: Sequence[str]) -> None:
        missing = [want for want in needed if not set(want.split("|")) & set(table.columns)]
        if missing or not len(table):
            raise DataError(
                f"{name} has {len(table)} rows and columns {listed(map(str, table.columns), 12)}; "
                f"missing: {', '.join(w.replace('|', ' or ') for w in missing) or 'rows'}. Nothing "
                "could be computed from it. Add what is missing, under these names."
            )
        if table.index.has_duplicates or table.columns.has_duplicates:
            raise DataError(
                f"{name} repeats row labels or column names: a remark on one row would point at "
                "two. Call reset_index(), and give each column one name."
            )
        self.table, self.name = table, name
        self._why = pd.Series("", index=table.index, dtype=object)

    def number(self, column: str, default: float = np.nan) -> pd.Series:
        """Column as float64; `default` where it is absent or empty; text is a reason to refuse."""
        if column not in self.table:
            return pd.Series(default, index=self.table.index, dtype=float)
        cells = self.table[column]
        values = pd.to_numeric(cells, errors="coerce").astype(float)
        values = values.where(values.abs() <= LARGEST)
        empty = cells.isna() | (cells.astype(str).str.strip() == "")
        self.refuse(values.isna() & ~empty, f"{column}: no usable number")
        return values.fillna(default)

    def date(self, column: str) -> pd.Series:
        """Column as days, NaT where empty; what is no date is a reason to refuse."""
        if column not in self.table:
            return pd.Series(pd.NaT, index=self.table.index, dtype="datetime64[ns]")
        cells = self.table[column]
        days = pd.Series([_day(cell) for cell in cells], index=cells.index, dtype="datetime64[ns]")
        empty = cells.isna() | (cells.astype(str).str.strip() == "")
        self.refuse(days.isna() & ~empty, f"{column}: no date")
        return days

    def text(self, column: str, default: str = "") -> pd.Series:
        """Column as text without blanks around it."""
        if column not in self.table:
            return pd.Series(default, index=self.table.index, dtype=object)
        cells = self.table[column]
        return cells.astype(object).where(cells.notna(), default).astype(str).str.strip()

    def refuse(self, bad: pd.Series | np.ndarray, why: str) -> None:
        """Refuse the marked rows; a row keeps the first reason it was given."""
        marked = pd.Series(np.asarray(bad, dtype=bool), index=self.table.index)
        self._why = self._why.mask(marked & (self._why == ""), why)

    @property
    def usable(self) -> pd.Series:
        """Rows nothing was found wrong with."""
        return self._why == ""

    def refused(self) -> pd.DataFrame:
        """Rows that cannot be used: ``row``, ``name``, ``why``."""
        out = self._why[~self.usable]
        names = self.text("name").reindex(out.index)
        return pd.DataFrame({"row": out.index, "name": names, "why": out}).reset_index(drop=True)

    def check_any(self) -> None:
        """Refuse the table if no row is left.

        Raises
        ------
        DataError
            With the first reasons.
        """
        if self.usable.any():
            return
        raise DataError(
            f"none of the {len(self.table)} rows of {self.name} can be used: "
            f"{remarks(self.refused(), 3)}. A total from no row would read as nobody. Correct "
            "these rows."
        )


def _day(cell: object) -> pd.Timestamp:
    """Day a cell names, NaT where it names none; only spellings that mean one day are read."""
    try:
        return one_date(cell, name="date")
    except ConfigError:
        return pd.NaT


def remarks(refused: pd.DataFrame, most: int = 20) -> str:
    """Refused rows by reason: "rows 3, 7: assets: not above 0"."""
    found = [
        f"row{'s' if len(rows) > 1 else ''} {listed(map(str, rows), most)}: {why}"
        for why, rows in refused.groupby("why", sort=False)["row"]
    ]
    return "; ".join(found)
