"""Notes on rows of a chain: which, and what was done with them."""

from __future__ import annotations

import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed

SHOWN = 8  # row numbers in a note


def leave_out(
    bad: pd.Series, what: str, rows: pd.DataFrame, issues: list[Issue], action: str = "left out"
) -> pd.Series:
    """Note the bad rows, if there are any; returns them as they came."""
    if bad.any():
        issues.append(issue(what, at_rows(rows.index[bad]), action))
    return bad


def at_rows(index: pd.Index) -> str:
    """Row numbers for a note: the first few, and how many."""
    more = f" ({len(index):,} in all)" if len(index) > SHOWN else ""
    return f"rows {listed(index, SHOWN)}{more}"
