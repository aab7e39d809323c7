"""How often the fall comes anyway: without this a win rate says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quantquake.errors import ConfigError
from quantquake.types import Result

Array = npt.NDArray[Any]

#: Mean overshoot of a Gaussian walk below a barrier, in daily standard deviations.
OVERSHOOT = 0.5826
DAYS_PER_YEAR = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRates(Result):
    """How often the fall came anyway. [1] NaN if there was no day to count.

    Attributes
    ----------
    any_day : float
        Share of all counted days.
    like_volatility : float
        Share of the days whose EWMA volatility was nearest to the episodes' first days.
    formula, simulated : float
        Barrier formula and t(4) simulation at the volatility of the whole history.
    formula_at_alarms, simulated_at_alarms : float
        The same at the EWMA volatility of each episode's first day, averaged; NaN without episodes.
    vol : float
        Volatility of the whole history. [1/sqrt(yr)]
    """

    any_day: float
    like_volatility: float
    formula: float
    simulated: float
    formula_at_alarms: float
    simulated_at_alarms: float
    vol: float


def fall_probability(
    vol: npt.ArrayLike,
    horizon: int,
    *,
    loss: float = 0.05,
    drift: npt.ArrayLike = 0.05,
    days_per_year: int = DAYS_PER_YEAR,
) -> Any:
    """Chance that some close of the next `horizon` lies `loss` below today, volatility given.

    Parameters
    ----------
    vol : array_like
        Volatility. [1/sqrt(yr)] NaN gives NaN; 0 gives 0 (or 1 if the drift alone gets there).
    horizon : int
        Sessions looked ahead. [d]
    loss : float, default 0.05
        Depth of the fall, positive. [1]
    drift : array_like, default 0.05
        Expected growth of the level. [1/yr]
    days_per_year : int, default 250
        Sessions a year. [d/yr]

    Returns
    -------
    float or ndarray
        Reflection formula of Brownian motion with drift, the barrier moved outwards by 0.5826
        daily standard deviations because closes only look once a day. [1]

    References
    ----------
    .. [1] M. Broadie, P. Glasserman, S. Kou, "A continuity correction for discrete barrier
       options", Mathematical Finance 7, 1997.
    """
    _check(horizon, loss)
    sigma = np.asarray(vol, dtype=np.float64)
    s = np.maximum(sigma, 1e-8) / np.sqrt(days_per_year)
    barrier = -np.log1p(-loss) + OVERSHOOT * s
    m = (np.asarray(drift, dtype=np.float64) - 0.5 * sigma**2) / days_per_year
    spread = s * np.sqrt(horizon)
    direct = special.ndtr((-barrier - m * horizon) / spread)
    # exp() overflows where ndtr() underflows: their product is taken in logarithms.
    reflected = np.exp(
        -2.0 * m * barrier / s**2 + special.log_ndtr((-barrier + m * horizon) / spread)
    )
    chance = np.where(np.isnan(sigma), np.nan, np.clip(direct + reflected, 0.0, 1.0))
    return float(chance) if chance.ndim == 0 else chance


def simulated_fall_probability(
    vol: npt.ArrayLike,
    horizon: int,
    *,
    loss: float = 0.05,
    drift: float = 0.05,
    tails: float = 4.0,
    paths: int = 20_000,
    seed: int = 0,
    days_per_year: int = DAYS_PER_YEAR,
) -> Any:
    """Compute the same chance with fat-tailed days, by drawing them.

    Parameters
    ----------
    vol, horizon, loss, drift, days_per_year
        As in `fall_probability`.
    tails : float, default 4
        Degrees of freedom of Student's t, scaled to `vol`; above 2.
    paths : int, default 20,000
        Histories drawn; the error is below ``0.5 / sqrt(paths)``.
    seed : int

    Returns
    -------
    float or ndarray
        Share of histories with a close at or below ``(1 - loss)``; the same draws for every
        volatility. [1] NaN where the volatility is.
    """
    _check(horizon, loss)
    if tails <= 2.0:
        raise ConfigError(
            f"`tails` is {tails}: Student's t has no variance at 2 degrees of freedom or fewer, "
            "so it cannot be scaled to a volatility. Use 3 or more."
        )
    rng = np.random.default_rng(seed)
    days = rng.standard_t(tails, size=(paths, horizon)) * np.sqrt((tails - 2.0) / tails)
    walk = np.cumsum(days, axis=1) / np.sqrt(days_per_year)
    ahead = np.arange(1, horizon + 1) / days_per_year
    sigma = np.asarray(vol, dtype=np.float64)
    found = np.array(
        [
            np.mean((s * walk + (drift - 0.5 * s**2) * ahead).min(axis=1) <= np.log1p(-loss))
            for s in sigma.ravel()
        ]
    )
    chance = np.where(np.isnan(sigma), np.nan, found.reshape(sigma.shape))
    return float(chance) if chance.ndim == 0 else chance


def ewma_volatility(
    close: Array, *, decay: float = 0.94, warm_up: int = 20, days_per_year: int = DAYS_PER_YEAR
) -> Array:
    """Volatility an observer knew at each close, recent days counting most.

    Parameters
    ----------
    close : ndarray of shape (n_dates,)
        Closes without gaps. [points]
    decay : float, default 0.94
        Weight of yesterday's variance; the rest is today's squared log return. [1]
    warm_up : int, default 20
        First rows without a value, NaN; their mean square starts the recursion. [d]

    Returns
    -------
    ndarray of shape (n_dates,)
        [1/sqrt(yr)] Uses rows up to t only.
    """
    variance = np.full(len(close), np.nan)
    squares = np.diff(np.log(close)) ** 2
    if len(squares) < warm_up:
        return variance
    seeded = pd.Series(np.concatenate([[squares[:warm_up].mean()], squares[warm_up:]]))
    variance[warm_up:] = seeded.ewm(alpha=1.0 - decay, adjust=False).mean()
    return np.sqrt(variance * days_per_year)


def volatility_matched(hit: Array, vol: Array, *, share: float = 0.2) -> Array:
    """Rate of the fall on the days whose volatility was most like each day's.

    Parameters
    ----------
    hit : ndarray of shape (n_dates,)
        1 where the fall followed, 0 where not, NaN where unknown.
    vol : ndarray of shape (n_dates,)
        Volatility known that day; NaN leaves the day without a value.
    share : float, default 0.2
        Days compared with, as a share of all days known. [1]

    Returns
    -------
    ndarray of shape (n_dates,)
        Mean of `hit` over the nearest `share` of days in rank of `vol`, the day itself included;
        NaN where either is missing. [1]
    """
    matched = np.full(len(hit), np.nan)
    known = np.flatnonzero(np.isfinite(hit) & np.isfinite(vol))
    n = len(known)
    if n == 0:
        return matched
    order = known[np.argsort(vol[known], kind="stable")]
    prefix = np.concatenate([[0.0], np.cumsum(hit[order])])
    width = max(1, min(n, round(share * n)))
    low = np.clip(np.arange(n) - width // 2, 0, n - width)
    matched[order] = (prefix[low + width] - prefix[low]) / width
    return matched


def _check(horizon: int, loss: float) -> None:
    if horizon < 1 or not 0.0 < loss < 1.0:
        raise ConfigError(
            f"horizon {horizon} and loss {loss}: a fall needs at least one session and a depth "
            "between 0 and 1 (0.05 is 5 %). Change them."
        )
