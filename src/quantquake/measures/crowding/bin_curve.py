"""Some crowding lifts a price, too much of it breaks it: outcome by crowding bin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

_OUTCOMES = ("forward_return", "worst_loss")


@dataclass(frozen=True, slots=True, kw_only=True)
class BinCurve(Result):
    """Forward outcome in each bin of crowding, with intervals.

    Attributes
    ----------
    table : DataFrame, one row per bin
        `low`, `high` [1], `days`, and for `forward_return` and `worst_loss` the mean with
        `*_from`, `*_to`. [1] NaN where the bin is empty.
    horizon : int
        Sessions looked ahead.
    confidence : float
        Of the intervals.
    origin : Origin
        As-of date, seed, method.
    """

    table: pd.DataFrame
    horizon: int
    confidence: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()


def bin_curve(
    percentile: pd.Series,
    price: pd.Series,
    *,
    bins: int = 5,
    horizon: int = 20,
    confidence: float = 0.95,
    draws: int = 500,
    block: int | None = None,
    seed: int = 0,
) -> BinCurve:
    """Measure what followed at each degree of crowding.

    Parameters
    ----------
    percentile : Series of shape (n_dates,)
        Crowding as a percentile. [1] NaN days are left out.
    price : Series of shape (n_dates,)
        Close of the basket. [currency]
    bins : int
        Equal slices of [0, 1].
    horizon : int
        Sessions ahead; the last `horizon` days have no outcome and are left out. [sessions]
    confidence : float
        Of the intervals. [1]
    draws, block, seed : int
        Circular block bootstrap of days; blocks of `max(horizon, 20)` sessions by default, because
        neighbouring outcomes share most of their days.

    Returns
    -------
    BinCurve
        Mean forward return and mean worst loss (lowest close in the horizon against today, at
        most 0) per bin.

    Raises
    ------
    ConfigError
        If `bins`, `horizon`, `draws` or `block` is below 1, or `confidence` outside (0, 1).
    """
    length = max(horizon, 20) if block is None else block
    if min(bins, horizon, draws, length) < 1 or not 0 < confidence < 1:
        raise ConfigError(
            f"bins={bins}, horizon={horizon}, draws={draws}, block={length}, "
            f"confidence={confidence}: no curve can be drawn. Counts start at 1, confidence lies "
            "between 0 and 1."
        )
    outcome = _outcomes(price, horizon).assign(percentile=percentile).dropna()
    edges = np.linspace(0.0, 1.0, bins + 1)
    where = np.clip(np.searchsorted(edges, outcome["percentile"], side="left") - 1, 0, bins - 1)
    rng = np.random.default_rng(seed)
    rows = _circular_blocks(len(outcome), length, draws, rng)
    table = pd.DataFrame({"low": edges[:-1], "high": edges[1:]})
    table["days"] = np.bincount(where, minlength=bins)
    for name in _OUTCOMES:
        values = outcome[name].to_numpy()
        table[name] = _bin_means(values, where, bins)
        again = np.array([_bin_means(values[r], where[r], bins) for r in rows])
        table[f"{name}_from"], table[f"{name}_to"] = _interval(again, confidence, bins)
    return BinCurve(
        table=table,
        horizon=horizon,
        confidence=confidence,
        origin=Origin(
            as_of=pd.Timestamp(price.index[-1]) if len(price) else None,
            coverage={"days": f"{len(outcome)} of {len(price)}"},
            assumptions=(f"circular block bootstrap, blocks of {length} sessions, {draws} draws",),
            seed=seed,
        ),
    )


def _outcomes(price: pd.Series, horizon: int) -> pd.DataFrame:
    """Look ahead: return at the horizon, and lowest close on the way against today (<= 0)."""
    ahead = pd.concat([price.shift(-k) for k in range(1, horizon + 1)], axis=1)
    lowest = ahead.min(axis=1, skipna=False) / price - 1.0
    return pd.DataFrame(
        {"forward_return": price.shift(-horizon) / price - 1.0, "worst_loss": lowest.clip(upper=0)}
    )


def _circular_blocks(
    n: int, length: int, draws: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    if n == 0:
        return np.empty((draws, 0), dtype=np.int64)
    count = -(-n // length)
    starts = rng.integers(0, n, size=(draws, count, 1))
    return ((starts + np.arange(length)) % n).reshape(draws, -1)[:, :n]


def _bin_means(
    values: NDArray[np.float64], where: NDArray[np.int64], bins: int
) -> NDArray[np.float64]:
    count = np.bincount(where, minlength=bins).astype(float)
    count[count == 0] = np.nan
    return np.asarray(np.bincount(where, weights=values, minlength=bins) / count)


def _interval(
    again: NDArray[np.float64], confidence: float, bins: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the percentile interval of each bin over the draws that reached it."""
    low, high = np.full(bins, np.nan), np.full(bins, np.nan)
    tail = (1.0 - confidence) / 2.0
    for one in range(bins):
        drawn = again[:, one][~np.isnan(again[:, one])]
        if len(drawn):
            low[one], high[one] = np.quantile(drawn, [tail, 1.0 - tail])
    return low, high
