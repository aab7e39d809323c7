"""What the options say a future is worth: one robust number an expiry, and between expiries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError

NEAR_MONEY = 0.05


def implied_forward(
    pairs: pd.DataFrame, *, index_level: float | None = None, rate: float = 0.02
) -> pd.DataFrame:
    """What the options say the future is worth, one robust number an expiry.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`option_pairs` returns it.
    index_level : float, optional
        Adds the dividends the options expect. [index points]
    rate : float
        [1/yr]

    Returns
    -------
    DataFrame
        Index `expiry`: `tau` [yr], `forward`: median of the synthetic mids within 5 % of it,
        weighted by 1/spread^2 [points]; `low`, `high`: the best synthetic bid and ask there
        [points] and `low_depth`, `high_depth` behind them [contracts, NaN if not given]; `strikes`
        used; with `index_level` also `implied_rate` ``ln(F/S)/tau`` [1/yr] and `implied_dividends`
        ``S - e^(-r tau) F``, worth today [points].

    Raises
    ------
    ConfigError
        An index level at or below zero.
    """
    if index_level is not None and not index_level > 0:
        raise ConfigError(
            f"index level {index_level:g}: no rate or dividend can be implied against it. Give the "
            "index at the moment of the quotes, above zero."
        )
    rows = {expiry: _pooled(group) for expiry, group in pairs.groupby("expiry")}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("expiry")
    if index_level is not None:
        table["implied_rate"] = np.log(table["forward"] / index_level) / table["tau"]
        table["implied_dividends"] = index_level - np.exp(-rate * table["tau"]) * table["forward"]
    return table


def _pooled(group: pd.DataFrame) -> dict[str, float]:
    """Median twice: the first finds the money, the second keeps strikes near it."""
    centre = _weighted_median(group)
    near = group[(group["strike"] / centre - 1).abs() <= NEAR_MONEY]
    used = near if len(near) else group
    dear, cheap = used.loc[used["bid"].idxmax()], used.loc[used["ask"].idxmin()]
    return {
        "tau": float(used["tau"].iloc[0]),
        "forward": _weighted_median(used),
        "low": float(dear["bid"]),
        "low_depth": float(dear["bid_depth"]),
        "high": float(cheap["ask"]),
        "high_depth": float(cheap["ask_depth"]),
        "strikes": len(used),
    }


def _weighted_median(group: pd.DataFrame) -> float:
    """Value where half the weight lies below; between two such values, their mean."""
    order = group.sort_values("mid")
    mid = order["mid"].to_numpy(float)
    spread = order["spread"].to_numpy(float)
    weight = 1 / np.maximum(spread, 1e-9 * np.abs(mid)) ** 2
    below = weight.cumsum() / weight.sum()
    low = int(np.searchsorted(below, 0.5 - 1e-12))
    high = int(np.searchsorted(below, 0.5 + 1e-12))
    return float((mid[low] + mid[min(high, len(mid) - 1)]) / 2)


def forward_at(forwards: pd.DataFrame, index_level: float, tau: float) -> float:
    """Implied forward at another expiry: the implied rate interpolated in time. [points]

    Index futures expire on a third Friday, ETF options on a fourth Wednesday.

    Raises
    ------
    DataError
        `tau` outside the option expiries: a rate is not extrapolated.
    """
    rates = np.log(forwards["forward"] / index_level) / forwards["tau"]
    return float(index_level * np.exp(rate_at(forwards["tau"], rates, tau) * tau))


def rate_at(taus: pd.Series, rates: pd.Series, tau: float) -> float:
    """Yearly rate between two expiries, straight in time. [1/yr]

    Raises
    ------
    DataError
        `tau` outside the expiries.
    """
    order = np.argsort(taus.to_numpy(float))
    at, rate = taus.to_numpy(float)[order], rates.to_numpy(float)[order]
    if not at[0] <= tau <= at[-1]:
        raise DataError(
            f"tau={tau:.3f} years lies outside the option expiries ({at[0]:.3f}..{at[-1]:.3f}): a "
            "carry that nobody quoted would be made up. Use a contract between them."
        )
    return float(np.interp(tau, at, rate))
