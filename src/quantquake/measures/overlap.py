"""Do many funds hold the same book? What holdings show before any price does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

Array = npt.NDArray[Any]

COLUMNS = ("date", "fund", "symbol", "weight")


def book_overlap(holdings: pd.DataFrame) -> pd.DataFrame:
    """How much of two funds' books is the same position, and how many different books there are.

    Parameters
    ----------
    holdings : DataFrame
        Columns ``date``, ``fund``, ``symbol``, ``weight``: one row a position; weights or money,
        long positive, short negative. [any] A name not listed is not held; NaN rows are left out.
        Each date stands for itself: give the date on which it was *known*.

    Returns
    -------
    DataFrame, one row a date
        ``overlap``: mean over all pairs of funds of ``sum_i min(|a_i|, |b_i|)`` over names held on
        the same side, books scaled to gross one: 0 nothing shared, 1 the same book [1];
        ``effective_books``: exponential of the entropy of the cosine matrix' eigenvalues, between
        1 (one book) and the number of funds (nothing in common); ``funds``. NaN with fewer than two
        funds.

    Raises
    ------
    DataError
        If a column is missing, a weight is no number, or a position is listed twice.

    References
    ----------
    .. [1] spec/crowding.md 3.5 (iii): common-sign gross and cosine of two weight vectors.
    """
    table = _checked(holdings)
    rows = {date: _of_date(_books(part)) for date, part in table.groupby("date", sort=True)}
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["overlap", "effective_books", "funds"]
    )
    return frame.set_index(pd.DatetimeIndex(frame.index, name="date"))


def chance_overlap(
    holdings: pd.DataFrame, *, draws: int = 200, share: float = 0.95, seed: int = 0
) -> pd.Series:
    """Overlap that books of these sizes would reach if their names had been drawn by lot.

    Parameters
    ----------
    holdings : DataFrame
        As in `book_overlap`; the names of each date are those anybody holds on it.
    draws : int, default 200
        Lots a date; each fund keeps its weights and gets other names.
    share : float, default 0.95
        Quantile of the draws. [1]
    seed : int

    Returns
    -------
    Series of shape (n_dates,)
        Overlap above it is more than luck. [1]
    """
    table = _checked(holdings)
    rng = np.random.default_rng(seed)
    found = {}
    for date, part in table.groupby("date", sort=True):
        books = _books(part)
        drawn = [_overlap(rng.permuted(books, axis=1)) for _ in range(draws)]
        found[date] = float(np.quantile(drawn, share)) if drawn else float("nan")
    return pd.Series(found, name="chance_overlap").rename_axis("date")


def effective_number(matrix: Array) -> float:
    """Number of independent columns that a correlation or cosine matrix is worth. [1]"""
    shares = np.clip(np.linalg.eigvalsh(matrix), 0.0, None)
    shares = shares / shares.sum()
    shares = shares[shares > 1e-12]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _of_date(books: Array) -> tuple[float, float, int]:
    length = np.sqrt((books**2).sum(axis=1, keepdims=True))
    count = len(books)
    if count < 2:
        return float("nan"), float("nan"), count
    unit = books / length
    return _overlap(books), effective_number(unit @ unit.T), count


def _overlap(books: Array) -> float:
    """Mean common-sign gross over pairs; books of gross one, shape (n_funds, n_symbols).

    Of each name, the i-th smallest of n sorted weights is the lesser of n - 1 - i pairs.
    """
    n = len(books)
    pairs = np.arange(n - 1, -1, -1.0)
    long = np.sort(np.maximum(books, 0.0), axis=0)
    short = np.sort(np.maximum(-books, 0.0), axis=0)
    return float(pairs @ (long + short).sum(axis=1)) / (0.5 * n * (n - 1)) if n > 1 else np.nan


def _books(part: pd.DataFrame) -> Array:
    """Weights of one date as (n_funds, n_symbols), each fund's gross scaled to one."""
    wide = part.pivot(index="fund", columns="symbol", values="weight").fillna(0.0)
    books = wide.to_numpy(dtype=np.float64)
    gross = np.abs(books).sum(axis=1, keepdims=True)
    return np.asarray(books[gross[:, 0] > 0.0] / gross[gross[:, 0] > 0.0])


def _checked(holdings: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in COLUMNS if c not in getattr(holdings, "columns", ())]
    if missing:
        raise DataError(
            f"`holdings` has no column {missing}, only {list(getattr(holdings, 'columns', ()))}: "
            f"positions cannot be matched. Give the columns {', '.join(COLUMNS)}."
        )
    table = holdings[list(COLUMNS)].assign(
        date=pd.to_datetime(holdings["date"]),
        weight=pd.to_numeric(holdings["weight"], errors="coerce"),
    )
    bad = table["weight"].isna() & holdings["weight"].notna() | np.isinf(table["weight"])
    if bad.any():
        rows = [int(row) for row in np.flatnonzero(bad)[:5]]
        raise DataError(
            f"`holdings` has {int(bad.sum())} weights that are no numbers, first rows {rows}: such "
            "a book has no size. Convert them, or drop the rows."
        )
    twice = table.duplicated(["date", "fund", "symbol"])
    if twice.any():
        rows = [int(row) for row in np.flatnonzero(twice)[:5]]
        raise DataError(
            f"`holdings` lists {int(twice.sum())} positions twice, first rows {rows}: it is not "
            "clear which counts. Add them up or drop one."
        )
    return table.dropna(subset=["weight"])
