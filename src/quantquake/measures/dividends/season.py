"""In which months an index pays: the season that makes summer contracts look dear to hedge with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import DataError

# Round shares, the mean of CSI 300, 500 and 1000 over 2015-2018 (total return less price return);
# tests/real/test_dividends_real.py checks them on 2019-2024. Large caps pay a month later than
# small ones: use measured_season() where a total-return index is at hand.
A_SHARE_SEASON = (0.0, 0.0, 0.01, 0.05, 0.20, 0.34, 0.28, 0.06, 0.03, 0.01, 0.01, 0.01)


def season_position(dates: Any, season: tuple[float, ...] = A_SHARE_SEASON) -> np.ndarray:
    """Years of dividends gone ex by the close of each date: whole years plus the season's share.

    Raises
    ------
    DataError
        A season that is not twelve shares, none below zero, summing to 1.
    """
    shares = np.asarray(season, dtype=float)
    if shares.shape != (12,) or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise DataError(
            f"A season of {shares.size} shares summing to {shares.sum():.4g} was given: a year's "
            "dividends would not add up. Give twelve shares, none below zero, summing to 1."
        )
    days = pd.DatetimeIndex(dates)
    before = np.concatenate([[0.0], shares.cumsum()[:-1]])[days.month - 1]
    within = shares[days.month - 1] * days.day / days.days_in_month
    return np.asarray(days.year + before + within, dtype=float)


def dividend_return(price: pd.Series, total_return: pd.Series) -> pd.Series:
    """Daily dividend yield an index really paid: total return less price return. [1/d]

    Both series by date; dates in one only are left out, the first date is NaN.
    """
    both = pd.concat([price, total_return], axis=1, keys=["price", "total"], join="inner").dropna()
    growth = both / both.shift(1)
    return (growth["total"] / growth["price"] - 1).rename("dividend_return")


def measured_season(price: pd.Series, total_return: pd.Series) -> pd.Series:
    """Share of a year's dividends by month, from a price and a total-return index.

    Returns
    -------
    Series of shape (12,)
        Index month 1 to 12, sums to 1. [1] Rounding of the two indices leaves shares near zero
        slightly noisy; they are cut at zero.

    Raises
    ------
    DataError
        Fewer than two years in common.
    """
    paid = dividend_return(price, total_return).dropna()
    if len(paid) < 480:
        raise DataError(
            f"The two indices have {len(paid)} days in common: a season needs two years. Give "
            "longer series, or use the built-in A_SHARE_SEASON."
        )
    by_month = paid.groupby(paid.index.month).sum().reindex(range(1, 13), fill_value=0.0)
    by_month = by_month.clip(lower=0.0)
    return (by_month / by_month.sum()).rename("share").rename_axis("month")
