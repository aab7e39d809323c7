"""What counts as a fall: the worst close after a day, and the falls a history holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: A window that stretches over more than this many calendar rows per close has a hole in it.
STRETCH = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Closes without holes, and where they lay in the table they came from.

    Attributes
    ----------
    close : ndarray of shape (n,)
        Observed closes. [points]
    low : ndarray of shape (n,)
        Intraday lows on the same rows; the closes where none are given. [points]
    rows : ndarray of int, shape (n,)
        Row of each close in the user's table. [rows]
    """

    close: Array
    low: Array
    rows: Array

    @classmethod
    def of(cls, close: Any, low: Any = None) -> Path:
        """Leave out rows without a close; a missing low is replaced by the close."""
        prices = np.asarray(close, dtype=np.float64)
        kept = np.flatnonzero(np.isfinite(prices))
        lows = prices if low is None else np.fmin(np.asarray(low, dtype=np.float64), prices)
        return cls(close=prices[kept], low=lows[kept], rows=kept)


class Outcome(NamedTuple):
    """What followed each close within the horizon.

    Attributes
    ----------
    worst : ndarray of shape (n,)
        Lowest price of the next h sessions over the close, minus 1; NaN if unknown. [1]
    final : ndarray of shape (n,)
        Close of the h-th session over the close, minus 1; NaN if unknown. [1]
    unsettled : ndarray of bool, shape (n,)
        The last h closes: their horizon has not passed yet.
    """

    worst: Array
    final: Array
    unsettled: Array


def forward_outcome(path: Path, horizon: int) -> Outcome:
    """Find the worst price of the `horizon` sessions after each close, the day itself left out.

    Sessions are counted on observed closes. A window stretched over a hole of more than a quarter
    of the horizon is unknown, not calm.
    """
    n = len(path.close)
    worst, final = np.full(n, np.nan), np.full(n, np.nan)
    unsettled = np.arange(n) >= n - horizon
    if n > horizon:
        low = path.low[horizon:].copy()
        for k in range(1, horizon):
            np.minimum(low, path.low[k : n - horizon + k], out=low)
        base = path.close[:-horizon]
        worst[:-horizon] = low / base - 1.0
        final[:-horizon] = path.close[horizon:] / base - 1.0
        holes = path.rows[horizon:] - path.rows[:-horizon] > STRETCH * horizon + 1
        worst[:-horizon][holes] = np.nan
        final[:-horizon][holes] = np.nan
    return Outcome(worst, final, unsettled)


class Falls(NamedTuple):
    """Falls of at least `loss` within `horizon` sessions, each taken once.

    Attributes
    ----------
    peak : ndarray of int, shape (n_falls,)
        Position of the highest close of the `horizon` sessions before the touch.
    touch : ndarray of int, shape (n_falls,)
        Position of the first price at or below ``(1 - loss)`` times that close.
    """

    peak: Array
    touch: Array


def find_falls(path: Path, *, loss: float, horizon: int) -> Falls:
    """List the falls themselves, whether or not anything warned of them.

    A fall begins where the price first stands `loss` below its highest close of the past
    `horizon` sessions; for the `horizon` sessions after a touch nothing is a new fall.
    """
    n = len(path.close)
    peaks = np.full(n, -np.inf)
    for k in range(1, min(horizon, n - 1) + 1):
        np.maximum(peaks[k:], path.close[:-k], out=peaks[k:])
    touches = np.flatnonzero(path.low <= (1.0 - loss) * peaks)
    kept: list[int] = []
    for t in touches:
        if not kept or t - kept[-1] >= horizon:
            kept.append(int(t))
    touch = np.array(kept, dtype=np.int64)
    before = [path.close[max(0, t - horizon) : t] for t in touch]
    ages = [int(np.argmax(window[::-1])) + 1 for window in before]
    return Falls(touch - np.array(ages, dtype=np.int64), touch)
