"""How rare a value is, counted from a stated start: a rank without its start date says nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank(Result):
    """Place of one date's value among all values from `since` up to that date.

    Attributes
    ----------
    from_lowest : int
        1 is the lowest value; ties take the lowest shared place. 0 if the value is missing.
    count : int
        Values compared, this one included.
    percentile : float
        (values below + half of (ties + 1)) / count, in (0, 1]; NaN if the value is missing. [1]
    since : Timestamp or None
        First date compared; None where nothing was observed.
    """

    from_lowest: int
    count: int
    percentile: float
    since: pd.Timestamp | None


def percentile_since(
    values: pd.Series, *, start: str | pd.Timestamp | None = None, min_periods: int = 1
) -> pd.Series:
    """Percentile of each value among those from `start` up to it, itself included.

    Parameters
    ----------
    values : Series of shape (n_dates,)
        NaN is left out of the count and gives NaN.
    start : date-like, optional
        First date that counts; default the first observed value.
    min_periods : int
        Observed values needed for a number.

    Returns
    -------
    Series of shape (n_dates,)
        In (0, 1]; equal to ``expanding().rank(pct=True)`` from `start`. [1] NaN before `start`.
    """
    kept = values if start is None else values[values.index >= pd.Timestamp(start)]
    ranks = kept.expanding(min_periods=min_periods).rank(pct=True)
    return ranks.where(kept.notna()).reindex(values.index)


def rank_since(
    values: pd.Series, on: str | pd.Timestamp, *, start: str | pd.Timestamp | None = None
) -> Rank:
    """Where the value of `on` stands among all values from `start` to `on`.

    Raises
    ------
    DataError
        If `on` is not among the dates, or lies before `start`.
    """
    date = pd.Timestamp(on)
    if date not in values.index or (start is not None and date < pd.Timestamp(start)):
        raise DataError(
            f"{date:%Y-%m-%d} has no value to rank between {start or 'the first date'} and itself: "
            "a rank needs the value it ranks. Choose a date of the series, or an earlier start."
        )
    seen = values[:date] if start is None else values[pd.Timestamp(start) : date]
    seen = seen.dropna()
    since = None if seen.empty else pd.Timestamp(seen.index[0])
    value = values[date]
    if pd.isna(value):
        return Rank(from_lowest=0, count=len(seen), percentile=float("nan"), since=since)
    below, ties = int((seen < value).sum()), int((seen == value).sum())
    percentile = (below + (ties + 1) / 2) / len(seen)
    return Rank(from_lowest=below + 1, count=len(seen), percentile=percentile, since=since)
