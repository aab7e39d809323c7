"""One day out of a chain: what is later is not known yet, what is older is stale."""

from __future__ import annotations

import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.errors import DataError

MOSTLY = 0.9  # of the rows on the last day: the others are stale rows, not another chain


def one_day(
    table: pd.DataFrame, as_of: str | pd.Timestamp | None, issues: list[Issue]
) -> tuple[pd.DataFrame, pd.Timestamp | None]:
    """Rows of the last day not after `as_of`; later ones are ignored, older ones listed as stale.

    Raises
    ------
    DataError
        If no row is left, or the table holds the chains of several days and `as_of` chooses none.
    """
    day = None if as_of is None else pd.Timestamp(as_of).normalize()
    if "date" not in table or table["date"].isna().all():
        return table, day
    late = table["date"] > day if day is not None else pd.Series(False, table.index)
    if late.any():
        issues.append(issue("rows after as_of", f"{int(late.sum())} rows", "ignored"))
    table = table[~late]
    if table.empty:
        raise DataError(
            f"All rows are dated after as_of {day:%Y-%m-%d}: nothing was known then. Choose a later "
            "`as_of`, or an earlier chain."
        )
    last = table["date"].max()
    today = (table["date"] == last) | table["date"].isna()
    if day is None and today.mean() < MOSTLY:
        counts = table["date"].value_counts().sort_index()
        raise DataError(
            f"The table holds chains of {len(counts)} days "
            f"({listed(f'{d:%Y-%m-%d}: {n} rows' for d, n in counts.items())}): open interest of "
            "different days must not be added. Choose one with as_of='2024-02-05'."
        )
    _list_stale(table[~today], last, issues)
    return table[today], last


def _list_stale(old: pd.DataFrame, last: pd.Timestamp, issues: list[Issue]) -> None:
    if len(old):
        first = old.index[0]
        where = f"{len(old)} rows before {last:%Y-%m-%d}, first row {first}"
        issues.append(issue("stale rows", where, "left out: positions of another day"))
