"""Turnover that changes its unit inside one column, and zeros that mean "not observed".

Sources switch a column from fractions to percent on some day. Turnover over volume then jumps by a
factor 100 overnight, which no market does: float shares move by per cents. A percentile over the
break would call a whole year extreme.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.files.issues import Issue, issue

#: Exponent of the jump between a fraction and a percent, and how far a real one may stray:
#: changes of float shares stay below 0.6 in the development data, and mostly below 0.1.
PERCENT = 2.0
SLACK = 0.3


def mend_turnover(table: pd.DataFrame, *, name: str) -> tuple[pd.DataFrame, list[Issue]]:
    """Bring each symbol's turnover to the unit of its last row; empty zeros of days with volume.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, ...)
        Sorted by date and symbol or the other way round; columns ``date, symbol`` and, for
        anything to happen, ``turnover`` and ``volume``.
    name : str
        What the notes call the table.

    Returns
    -------
    DataFrame, list of Issue
        A copy where something was changed, and one note for each kind of change.
    """
    if not {"turnover", "volume"} <= set(table):
        return table, []
    notes: list[Issue] = []
    table = _without_zeros(table, name, notes)
    rows = table.loc[(table["turnover"] > 0) & (table["volume"] > 0)].sort_values(
        ["symbol", "date"]
    )
    exponent = _exponents(rows)
    off = exponent != 0
    if not off.any():
        return table, notes
    table = table.copy()
    table.loc[rows.index[off], "turnover"] *= 10.0 ** -exponent[off]
    notes.append(_note(rows[off], name))
    return table, notes


def _without_zeros(table: pd.DataFrame, name: str, notes: list[Issue]) -> pd.DataFrame:
    empty = (table["turnover"] == 0) & (table["volume"] > 0)
    if not empty.any():
        return table
    symbols = table.loc[empty, "symbol"].nunique()
    where = f"{name}, {int(empty.sum()):,} rows of {symbols} symbols"
    notes.append(issue("turnover 0 on a day with volume", where, "taken as not observed"))
    return table.assign(turnover=table["turnover"].where(~empty))


def _exponents(rows: pd.DataFrame) -> np.ndarray:
    """Powers of ten by which each row is above its symbol's last row: 0, or +-2 times a whole."""
    level = np.log10(rows["turnover"].to_numpy() / rows["volume"].to_numpy())
    step = np.diff(level, prepend=level[:1])
    symbol = rows["symbol"].to_numpy()
    same = np.r_[False, symbol[1:] == symbol[:-1]]
    jump = same & (np.abs(np.abs(step) - PERCENT) < SLACK)
    risen = pd.Series(np.where(jump, PERCENT * np.sign(step), 0.0)).groupby(symbol).cumsum()
    last = risen.groupby(symbol).transform("last")
    return (risen - last).to_numpy()


def _note(rows: pd.DataFrame, name: str) -> Issue:
    ends = rows.groupby("symbol")["date"].max()
    symbol = str(ends.idxmax())
    where = f"{name}, {len(rows):,} rows of {len(ends)} symbols, for {symbol} until {ends.max():%Y-%m-%d}"
    what = "turnover changes its unit by a factor 100 against volume"
    return issue(what, where, "brought to the unit of the last rows")
