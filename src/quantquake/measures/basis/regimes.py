"""The discount's past in stretches: regimes, the rules in force, where today stands."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from quantquake.data.rules import TradingRules, trading_rules
from quantquake.errors import DataError
from quantquake.measures.changepoints import changepoints
from quantquake.measures.percentile import rolling_percentile

RULE_FIELDS = ("open_limit", "margin", "hedge_margin", "close_today_fee")


def discount_regimes(
    discount: pd.Series, *, least: int = 60, strictness: float = 2.0, smooth: int = 5
) -> pd.DataFrame:
    """Cut a discount's history into stretches of one level.

    Parameters
    ----------
    discount : Series by date
        :func:`quantquake.measures.basis.weighted_discount`. [1/yr] NaN days are left out.
    least : int
        Shortest regime. [d]
    strictness : float
        Larger finds fewer; see :func:`quantquake.measures.changepoints.changepoints`. [1]
    smooth : int
        Median over so many days first: single days (expiries, fat fingers) are no regime. [d]

    Returns
    -------
    DataFrame, one row a regime, oldest first
        `start`, `end` (last day), `days`, `mean`, `low`, `high`: 10th and 90th percentile. [1/yr]

    Raises
    ------
    DataError
        No observed day.

    Notes
    -----
    Retrospective: uses the whole series, so a start was not knowable on its day.
    """
    seen = discount.dropna().sort_index()
    if seen.empty:
        raise DataError(
            "The discount has no observed day: there is nothing to cut into regimes. Give the "
            "Series that weighted_discount() returns."
        )
    calm = seen.rolling(smooth, min_periods=1, center=True).median().to_numpy(float)
    cuts = [0, *changepoints(calm, least=least, strictness=strictness), len(seen)]
    rows = []
    for first, after in pairwise(cuts):
        part = seen.iloc[first:after]
        rows.append(
            {
                "start": part.index[0],
                "end": part.index[-1],
                "days": len(part),
                "mean": float(part.mean()),
                "low": float(part.quantile(0.1)),
                "high": float(part.quantile(0.9)),
            }
        )
    return pd.DataFrame(rows)


def rule_overlay(
    dates: pd.DatetimeIndex, product: str, *, rules: TradingRules | None = None
) -> pd.DataFrame:
    """Rules in force on each date, for shading and as drivers of the discount.

    Returns
    -------
    DataFrame of shape (n_dates, 5)
        `open_limit` [lots], `margin`, `hedge_margin`, `close_today_fee` [1], NaN before the first
        known value; `verified`: all values in force that day were read in a named source.
    """
    table = rules or trading_rules()
    out = pd.DataFrame({f: table.on_dates(f, product, dates) for f in RULE_FIELDS}, index=dates)
    out["verified"] = [
        all(table.verified(f, product, day) for f in RULE_FIELDS if np.isfinite(out.loc[day, f]))
        for day in dates
    ]
    return out


def rule_changes(
    start: str | pd.Timestamp, end: str | pd.Timestamp, *, rules: TradingRules | None = None
) -> pd.DataFrame:
    """Dated changes of the rules between two days, for event lines. Columns as in the table."""
    changes = (rules or trading_rules()).changes
    dated = changes["date"].between(pd.Timestamp(start), pd.Timestamp(end))
    return changes[dated & (changes["direction"] != "none")].reset_index(drop=True)


def discount_percentile(
    discount: pd.Series, *, window: int = 750, min_periods: int = 250
) -> pd.Series:
    """Where each day stands in its own past three years: 0.01 is as deep as it gets. [1]

    Low = deep discount = a fearful or restricted market; high = premium = a greedy one.
    """
    found = rolling_percentile(discount, window=window, min_periods=min_periods)
    return found.rename("percentile")


def break_even_alpha(
    locked_annual: float, *, fees: float = 0.0, financing: float = 0.0, hedge_ratio: float = 1.0
) -> float:
    """Stock-picking return a hedged book must earn a year to end at zero. [1/yr]

    Parameters
    ----------
    locked_annual : float
        Cost of the hedge per hedged notional, owed > 0. [1/yr]
    fees, financing : float
        Of the book's assets, owed > 0. [1/yr]
    hedge_ratio : float
        Hedged notional over the book's assets. [1]
    """
    return hedge_ratio * locked_annual + fees + financing
