"""Who is in the momentum trade on each day, and what its two legs return."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError

LOOKBACK, SKIP, QUANTILE = 250, 20, 0.1
DECAY = 0.94  # RiskMetrics daily decay; half of the weight lies in the last 11 days
MIN_DAYS = 60  # fewer days behind an EWMA leave its start value in charge
EDGE = 1e-9  # a rank of exactly 10 % must not fall out of the decile by rounding


def formation_returns(
    returns: pd.DataFrame,
    *,
    lookback: int = LOOKBACK,
    skip: int = SKIP,
    close: pd.DataFrame | None = None,
    min_observed: float = 0.9,
) -> pd.DataFrame:
    """Past return that ranks names for day t, known at the close of t-1-skip: 12-1 momentum.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1] NaN = not observed.
    lookback, skip : int
        ``C[t-1-skip] / C[t-lookback] - 1``: with 250 and 20, C[t-21]/C[t-250] - 1. [d]
    close : DataFrame of the same shape, optional
        Prices to take the ratio of. Without them returns are compounded, a missing return
        earning nothing (so a jump over a halt is lost: give prices where names get suspended).
    min_observed : float
        Without prices: share of the window's returns a name must have; fewer give NaN. [1]

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        [1] NaN in the first `lookback` rows.

    Raises
    ------
    ConfigError
        If the window is empty.
    """
    if skip < 0 or lookback < skip + 2:
        raise ConfigError(
            f"lookback={lookback} with skip={skip} leaves no day to rank names by. "
            "Give lookback >= skip + 2 and skip >= 0, in sessions."
        )
    if close is not None:
        prices = close.reindex_like(returns)
        return prices.shift(1 + skip) / prices.shift(lookback) - 1.0
    span = lookback - 1 - skip
    growth = np.log1p(returns.where(returns > -1.0)).to_numpy(float)
    seen = np.isfinite(growth)
    total = _trailing(np.where(seen, growth, 0.0), span, 1 + skip)
    count = _trailing(seen.astype(float), span, 1 + skip)
    enough = count >= min_observed * span
    enough[:lookback] = False  # the close these rows start from was never seen
    return pd.DataFrame(
        np.where(enough, np.expm1(total), np.nan), index=returns.index, columns=returns.columns
    )


def _trailing(values: np.ndarray, span: int, lag: int) -> np.ndarray:
    """Sum of the `span` rows that end `lag` rows before each row; NaN before the first."""
    running = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    out = np.full(values.shape, np.nan)
    rows = np.arange(span + lag - 1, len(values))
    out[rows] = running[rows + 1 - lag] - running[rows + 1 - lag - span]
    return out


def leg_masks(
    formation: pd.DataFrame, *, quantile: float = QUANTILE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Winners and losers of each day, as two bool panels.

    Winners are names whose percentile rank among that day's ranked names lies above
    1 - `quantile`, losers those at or below `quantile` (495 names: 50 and 49). Names with NaN
    formation are in neither.

    Raises
    ------
    ConfigError
        If `quantile` is not in (0, 0.5].
    """
    if not 0 < quantile <= 0.5:
        raise ConfigError(
            f"quantile={quantile} does not cut two separate legs. Give a fraction in (0, 0.5]."
        )
    place = formation.rank(axis=1, pct=True)
    return place > 1 - quantile + EDGE, place <= quantile + EDGE


def leg_returns(
    returns: pd.DataFrame,
    *,
    lookback: int = LOOKBACK,
    skip: int = SKIP,
    quantile: float = QUANTILE,
    close: pd.DataFrame | None = None,
    min_observed: float = 0.9,
) -> pd.DataFrame:
    """Daily return of past winners, past losers, and winners minus losers.

    Equal weight; names fixed before the day measured and renewed daily. A member not observed on
    the day is left out of its leg's mean.

    Parameters
    ----------
    returns, lookback, skip, close, min_observed
        As in :func:`formation_returns`.
    quantile : float
        Share of names in each leg. [1]

    Returns
    -------
    DataFrame of shape (n_dates, 5)
        `winners`, `losers`, `spread` [1]; `n_winners`, `n_losers` observed. NaN where a leg is
        empty.
    """
    formation = formation_returns(
        returns, lookback=lookback, skip=skip, close=close, min_observed=min_observed
    )
    top, bottom = leg_masks(formation, quantile=quantile)
    long, short = returns.where(top), returns.where(bottom)
    legs = pd.DataFrame({"winners": long.mean(axis=1), "losers": short.mean(axis=1)})
    legs["spread"] = legs["winners"] - legs["losers"]
    legs["n_winners"], legs["n_losers"] = long.notna().sum(axis=1), short.notna().sum(axis=1)
    return legs


def move_sigma(
    series: pd.Series, *, windows: tuple[int, ...] = (60, 120, 250), decay: float = DECAY
) -> pd.DataFrame:
    """Each day's move in standard deviations known the evening before, under several estimates.

    Parameters
    ----------
    series : Series of shape (n_dates,)
        Daily returns. [1] NaN days are skipped.
    windows : tuple of int
        Lengths of the rolling standard deviations, complete windows only. [d]
    decay : float
        Of the exponentially weighted mean square (mean taken as zero), 60 days or more. [1]

    Returns
    -------
    DataFrame of shape (n_dates, 1 + n_windows)
        `ewma` and one column per window, e.g. `rolling_120`: value / deviation through the day
        before (the mean is not subtracted). [1]
    """
    observed = series.dropna()
    square = (observed**2).ewm(alpha=1 - decay, min_periods=MIN_DAYS).mean()
    known = {"ewma": np.sqrt(square)}
    known |= {f"rolling_{n}": observed.rolling(n).std() for n in windows}
    before = pd.DataFrame(known).shift(1)
    # A series that never moved has no yardstick: NaN, not an infinite surprise.
    return (1 / before.where(before > 0)).mul(observed, axis=0).reindex(series.index)
