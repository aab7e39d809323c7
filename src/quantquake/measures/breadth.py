"""How many names took part: the index can fall while three quarters of its members beat it."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.ranks import percentile_since

# A 10 % board's limit is rounded to the cent, so locked names show -9.8 % .. -10.2 %.
LIMIT_DOWN = -0.098


def breadth(returns: pd.DataFrame, index_returns: pd.Series) -> pd.Series:
    """Share of members that beat the index.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1] NaN names are left out of the day.
    index_returns : Series of shape (n_dates,)
        Index returns; other dates than `returns` has are ignored. [1]

    Returns
    -------
    Series of shape (n_dates,)
        Members strictly above the index / members observed. [1] NaN where the index or every
        member is missing. 374 of 495 = 75.6 % on 2026-02-04 for S&P 500 members against SPY.

    Raises
    ------
    DataError
        If the two share no date.
    """
    index = aligned(returns, index_returns)
    beat = returns.gt(index, axis=0).sum(axis=1)
    return _share(beat, returns).where(index.notna()).rename("breadth")


def breadth_percentile(
    returns: pd.DataFrame,
    index_returns: pd.Series,
    *,
    start: str | pd.Timestamp | None = None,
) -> pd.Series:
    """How rare a day's breadth is among all days from a stated start up to it. [1]

    Near 1: almost everything beat the index (a few heavy names fell). Near 0: the index was
    carried by a few. Parameters as in :func:`breadth` and `ranks.percentile_since`.
    """
    return percentile_since(breadth(returns, index_returns), start=start).rename(
        "breadth_percentile"
    )


def advance_share(returns: pd.DataFrame) -> pd.Series:
    """Share of observed names that rose; unchanged names did not. [1] NaN on an empty day."""
    return _share(returns.gt(0).sum(axis=1), returns).rename("advance_share")


def limit_down_count(returns: pd.DataFrame, *, threshold: float = LIMIT_DOWN) -> pd.Series:
    """Names at or below `threshold`: nobody could sell more of them.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1] NaN names are not counted.
    threshold : float
        Fall that counts as locked. [1] Boards with 5 % or 20 % limits need their own.

    Returns
    -------
    Series of int, shape (n_dates,)
        1,681 of 3,756 A-shares on 2024-02-05.

    Raises
    ------
    DataError
        If `threshold` is not negative.
    """
    if not threshold < 0:
        raise DataError(
            f"threshold={threshold} is not a fall: every unchanged name would count as locked. "
            "Pass a negative fraction, e.g. -0.098."
        )
    return returns.le(threshold).sum(axis=1).rename("limit_down")


def concentration_gap(returns: pd.DataFrame, weights: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """Why index and breadth disagree: what the heavy names did beyond the average name.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1]
    weights : DataFrame of the same shape, or Series by symbol
        Weights known before the day, any scale, >= 0; renormalised over the names observed.

    Returns
    -------
    DataFrame of shape (n_dates, 3)
        `cap_weight`, `equal_weight`, and `gap` = cap_weight - equal_weight
        = sum of (w_i - 1/N) r_i, all over names with return and weight. [1]
    """
    panel = (
        pd.DataFrame([weights] * len(returns), index=returns.index)
        if isinstance(weights, pd.Series)
        else weights
    )
    both = panel.reindex_like(returns).where(returns.notna())
    share = both.div(both.sum(axis=1).replace(0.0, float("nan")), axis=0)
    seen = returns.where(share.notna())
    heavy = (share * seen).sum(axis=1, min_count=1)
    even = seen.mean(axis=1)
    return pd.DataFrame({"cap_weight": heavy, "equal_weight": even, "gap": heavy - even})


def aligned(returns: pd.DataFrame, index_returns: pd.Series) -> pd.Series:
    """Index returns on the panel's dates; an error where they share none."""
    if not returns.index.isin(index_returns.index).any():
        raise DataError(
            f"`returns` ({len(returns)} dates) and `index_returns` ({len(index_returns)} dates) "
            "share no date: members cannot be compared with the index. Check the date columns."
        )
    return index_returns.reindex(returns.index).astype(float)


def _share(count: pd.Series, returns: pd.DataFrame) -> pd.Series:
    observed = returns.notna().sum(axis=1)
    return count / observed.where(observed > 0)
