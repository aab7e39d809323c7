"""Dividends an index will drop by before a contract expires: the discount that costs nothing.

A hedged book receives them on its stocks, so they belong to no one's cost. Two sources: the members'
plans and last year's payouts (:func:`expected_payouts`, :func:`dividend_points`), or the index
dividend yield spread over the year (:func:`seasonal_points`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.dividends.season import A_SHARE_SEASON, season_position

MATCH_DAYS = 120  # a plan replaces last year's payout of the same name within this many days


def expected_payouts(
    history: pd.DataFrame, on: str | pd.Timestamp, *, plans: pd.DataFrame | None = None
) -> pd.DataFrame:
    """What each member is expected to pay in the coming year, and how sure that is.

    Parameters
    ----------
    history : DataFrame
        Paid dividends: `symbol, ex_date, dividend` before tax. [CNY per share] Rows after `on` are
        not read.
    on : date-like
        Day of the forecast.
    plans : DataFrame, optional
        Announced ones, same columns; with `announced_on` only those known by `on` are read.

    Returns
    -------
    DataFrame
        `symbol, ex_date, dividend, source`: "plan" as announced, "last year" repeated 52 weeks
        after the last time (the same weekday, in season). [CNY per share]

    Raises
    ------
    DataError
        Missing columns, or a dividend below zero.
    """
    day = pd.Timestamp(on)
    known = _payments(history, "history")
    recent = known[(known["ex_date"] <= day) & (known["ex_date"] > day - pd.Timedelta(weeks=52))]
    repeated = recent.assign(ex_date=recent["ex_date"] + pd.Timedelta(weeks=52), source="last year")
    if plans is None:
        return _sorted(repeated)
    told = _payments(plans, "plans").assign(source="plan")
    if "announced_on" in plans.columns:
        told = told[pd.to_datetime(plans["announced_on"]).to_numpy() <= np.datetime64(day)]
    told = told[told["ex_date"] > day]
    return _sorted(pd.concat([told, _without(repeated, told)]))


def _payments(table: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = [c for c in ("symbol", "ex_date", "dividend") if c not in table.columns]
    if missing:
        raise DataError(
            f"`{name}` lacks {missing}; it has {list(table.columns)}. Dividend points need who "
            "pays how much on which day. Rename the columns."
        )
    out = table[["symbol", "ex_date", "dividend"]].copy()
    out["ex_date"] = pd.to_datetime(out["ex_date"])
    bad = ~(out["dividend"].astype(float) >= 0)
    if bad.any():
        row = out[bad].iloc[0]
        raise DataError(
            f"`{name}` has {int(bad.sum())} dividends missing or below zero, first "
            f"{row['symbol']} on {row['ex_date']:%Y-%m-%d}: the index would rise on an ex-date. "
            "Drop these rows."
        )
    return out


def _without(repeated: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Last year's payouts that no plan replaces."""
    pairs = repeated.reset_index().merge(told, on="symbol", suffixes=("", "_plan"))
    near = (pairs["ex_date_plan"] - pairs["ex_date"]).abs() <= pd.Timedelta(days=MATCH_DAYS)
    return repeated.drop(index=pairs.loc[near, "index"].unique())


def _sorted(payouts: pd.DataFrame) -> pd.DataFrame:
    return payouts.sort_values(["ex_date", "symbol"], ignore_index=True)


def dividend_points(
    payouts: pd.DataFrame,
    weights: pd.Series,
    prices: pd.Series,
    index_level: float,
    on: str | pd.Timestamp,
    expiries: Any,
) -> pd.DataFrame:
    """Index points expected to drop out between a day and each expiry.

    Parameters
    ----------
    payouts : DataFrame
        As :func:`expected_payouts` returns it.
    weights, prices : Series by symbol
        Index weights [1] and share prices on the day. [CNY] A member without a price is left out
        and shows in `covered`.
    index_level : float
        [index points]
    on : date-like
        Ex-dates after this day count, up to and including the expiry.
    expiries : sequence or Series of dates
        A Series keeps its index (contract names).

    Returns
    -------
    DataFrame of shape (n_expiries, 3)
        `expiry`; `points` ``sum w * dividend / price * index``; `covered` weight with a price. [1]

    Raises
    ------
    DataError
        Weights that do not sum to about 1.
    """
    total = float(weights.sum())
    if not 0.9 <= total <= 1.1:
        raise DataError(
            f"The {len(weights)} index weights sum to {total:.4g}, not about 1: dividend points "
            "would be off by that factor. Give fractions (0.05, not 5), for all members."
        )
    day = pd.Timestamp(on)
    priced = prices.reindex(weights.index)
    share = (weights / priced.where(priced > 0)).reindex(payouts["symbol"]).to_numpy(float)
    points = np.nan_to_num(share * payouts["dividend"].to_numpy(float)) * index_level
    ex = payouts["ex_date"].to_numpy()
    names = expiries.index if isinstance(expiries, pd.Series) else None
    ends = pd.DatetimeIndex(pd.to_datetime(list(expiries)))
    found = [points[(ex > day.to_datetime64()) & (ex <= e)].sum() for e in ends.to_numpy()]
    covered = float(weights[priced > 0].sum() / total)
    return pd.DataFrame({"expiry": ends, "points": found, "covered": covered}, index=names)


def points_by_month(
    payouts: pd.DataFrame, weights: pd.Series, prices: pd.Series, index_level: float
) -> pd.Series:
    """Expected dividend points by calendar month: April to August carry nearly all of them.

    Inputs as for :func:`dividend_points`; a Series by month of a year (Period). [index points]
    """
    share = (weights / prices).reindex(payouts["symbol"]).to_numpy(float)
    points = pd.Series(share * payouts["dividend"].to_numpy(float) * index_level)
    months = payouts["ex_date"].dt.to_period("M").rename("month")
    return points.groupby(months.to_numpy()).sum().rename("points").rename_axis("month")


def seasonal_points(
    index_level: pd.Series | float,
    dividend_yield: pd.Series | float,
    dates: Any,
    expiries: Any,
    *,
    season: tuple[float, ...] = A_SHARE_SEASON,
) -> np.ndarray:
    """Dividend points from the index yield and the season, for many contracts at once.

    Parameters
    ----------
    index_level, dividend_yield : Series or float of shape (n,)
        [index points], trailing yearly yield known on the day. [1/yr]
    dates, expiries : datetime arrays of shape (n,)
        One a row, as `basis.history` has them.
    season : tuple of 12 float
        Share of a year's dividends by month, January first. [1]

    Returns
    -------
    ndarray of shape (n,)
        ``S * yield * (share of the season after the day, up to the expiry)``. [points] NaN where an
        input is.

    Raises
    ------
    DataError
        A season that is not twelve shares summing to 1.
    """
    gone = season_position(expiries, season) - season_position(dates, season)
    return np.asarray(index_level, float) * np.asarray(dividend_yield, float) * gone
