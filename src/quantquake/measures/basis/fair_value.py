"""What a future would be worth without mood or limits: financing less dividends.

`tau` is in years, calendar days over 365 (ACT/365); the quoting constant of 250 sessions is for
annualised basis only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.basis.curve import CALENDAR_DAYS, DAYS_PER_YEAR


def fair_price(
    index_level: float | pd.Series,
    rate: float,
    tau: float | pd.Series,
    dividends: float | pd.Series = 0.0,
) -> float | pd.Series:
    """Price at which buying stocks and selling the future earns the rate: ``S e^(r tau) - FV(D)``.

    Parameters
    ----------
    index_level, dividends : float or Series
        [index points]; dividends are paid half-way on average and earn the rate from there.
    rate : float
        [1/yr]
    tau : float or Series
        [yr]
    """
    return index_level * np.exp(rate * tau) - dividends * np.exp(0.5 * rate * tau)


def fair_adjusted_basis(
    index_level: float | pd.Series,
    rate: float,
    sessions: float | pd.Series,
    *,
    days_per_year: float = DAYS_PER_YEAR,
) -> float | pd.Series:
    """Dividend-adjusted basis of a fair future, about ``S r n / 250``; positive. [points]"""
    return index_level * rate * sessions / days_per_year


def implied_financing(
    price: float | pd.Series,
    index_level: float | pd.Series,
    tau: float | pd.Series,
    dividends: float | pd.Series = 0.0,
) -> float | pd.Series:
    """Yearly rate a long future pays for its exposure: ``ln((F + D) / S) / tau``. [1/yr]

    `dividends` are worth what they are at expiry (with the interest they earn until then). Well
    below the money-market rate where the future is at a discount; a long is then paid to hold.
    """
    return np.log((price + dividends) / index_level) / tau


def adjust(
    table: pd.DataFrame,
    dividends: pd.Series | np.ndarray | float,
    *,
    rate: float = 0.02,
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Add what dividends and financing explain to a basis history or curve.

    Parameters
    ----------
    table : DataFrame
        As :func:`quantquake.measures.basis.history` or `term_structure` returns it; without a
        `date` column, `sessions` over 250 serves as tau.
    dividends : Series, ndarray or float of shape (n_rows,)
        Expected until expiry. [index points]
    rate : float
        Money-market rate. [1/yr]
    days_per_year : float
        [d/yr]

    Returns
    -------
    DataFrame
        The rows with `dividends`, `adjusted_basis` = F - S + D [points], `adjusted_annualised`
        [1/yr], `fair_price` [points], `implied_financing` and `excess` = implied - rate [1/yr]: a
        discount beyond dividends and financing is negative. On the expiry day the rates are NaN.

    Raises
    ------
    DataError
        Dividends that do not match the rows, or are below zero.
    """
    points = np.asarray(dividends, float)
    points = np.full(len(table), points) if points.ndim == 0 else points
    if len(points) != len(table) or (points < 0).any():
        raise DataError(
            f"{len(points)} dividend values were given for {len(table)} rows, the smallest "
            f"{np.nanmin(points) if len(points) else np.nan:.4g}: a discount would be explained by "
            "another row's dividends. Give one value >= 0 for each row."
        )
    tau = _years(table, days_per_year)
    out = table.assign(dividends=points)
    out["adjusted_basis"] = out["basis"] + points
    yearly = days_per_year / out["sessions"]
    out["adjusted_annualised"] = out["adjusted_basis"] / out["index_level"] * yearly
    out["fair_price"] = fair_price(out["index_level"], rate, tau, out["dividends"])
    out["implied_financing"] = implied_financing(
        out["price"],
        out["index_level"],
        tau.where(tau > 0),
        out["dividends"] * np.exp(0.5 * rate * tau),
    )
    out["excess"] = out["implied_financing"] - rate
    return out


def _years(table: pd.DataFrame, days_per_year: float) -> pd.Series:
    if "date" in table.columns:
        return (table["expiry"] - table["date"]).dt.days / CALENDAR_DAYS
    return (table["sessions"] - 1) / days_per_year
