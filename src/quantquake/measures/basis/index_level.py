"""Which index level a futures row is measured against: a column, a series, a frame, or one number."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from quantquake.data.contracts import INDEX_FUTURES
from quantquake.errors import DataError
from quantquake.measures.basis.contract_rows import shown_rows

IndexLevel: TypeAlias = "float | pd.Series | pd.DataFrame | None"


def level_of(rows: pd.DataFrame, index_level: IndexLevel) -> pd.Series:
    """Index level beside each row; NaN where its date is not among the levels. [index points]

    Raises
    ------
    DataError
        No level at all: no `spot_close`, no common date, another index, one number for many dates.
    """
    if index_level is None:
        _require_level(rows)
        return rows["spot_close"]
    if isinstance(index_level, pd.DataFrame):
        index_level = _column_of(index_level, str(rows["product"].iloc[0]))
    if isinstance(index_level, pd.Series):
        return _by_date(rows, index_level)
    if rows["date"].nunique() > 1:
        raise DataError(
            f"One index level was given for {rows['date'].nunique()} dates: the index moves every "
            "day and so would every basis. Pass a Series by date."
        )
    return pd.Series(float(index_level), index=rows.index)


def _require_level(rows: pd.DataFrame) -> None:
    if "spot_close" not in rows.columns:
        raise DataError(
            f"The futures rows have no index level beside them (columns {list(rows.columns)}): no "
            "basis can be formed. Add `spot_close`, or give the underlying index (--index on the "
            "command line)."
        )


def _column_of(levels: pd.DataFrame, product: str) -> pd.Series:
    spec = INDEX_FUTURES.get(product)
    for name in (product, spec.underlying if spec else None):
        if name in levels.columns:
            return levels[name]
    raise DataError(
        f"The index levels have columns {list(levels.columns)}, none of them {product!r} or its "
        f"underlying {spec.underlying if spec else 'index (unknown product)'}: basis needs the "
        "index the contract settles on. Rename the column, or pass one Series."
    )


def _by_date(rows: pd.DataFrame, levels: pd.Series) -> pd.Series:
    dates = pd.to_datetime(levels.index)
    if not dates.isin(rows["date"]).any():
        raise DataError(
            f"The index levels ({_span(dates)}) and the futures rows ({_span(rows['date'])}) have "
            "no date in common: no basis can be formed. Check the year and the date column."
        )
    by_date = pd.Series(levels.to_numpy(float), index=dates)
    if by_date.index.has_duplicates:
        raise DataError(
            f"The index levels repeat {int(by_date.index.duplicated().sum())} dates: which level "
            "belongs to the contract is unknown. Keep one row a date."
        )
    return pd.Series(by_date.reindex(rows["date"]).to_numpy(), index=rows.index)


def _span(dates: pd.DatetimeIndex | pd.Series) -> str:
    return f"{dates.min():%Y-%m-%d}..{dates.max():%Y-%m-%d}"


def positive(values: pd.Series, rows: pd.DataFrame, name: str) -> pd.Series:
    """Numbers above zero, NaN kept; anything else is refused with its rows."""
    numbers = values.astype(float)
    bad = (numbers <= 0) | np.isinf(numbers)
    if bad.any():
        raise DataError(
            f"{int(bad.sum())} rows have {name} at or below zero or infinite: "
            f"{shown_rows(rows, bad)}. It would show as a discount near -100 %. Leave unobserved "
            "prices empty (NaN)."
        )
    return numbers
