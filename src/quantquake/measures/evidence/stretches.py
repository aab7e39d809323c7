"""How loud a stretch of weeks was, seen from all stretches as long."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def weekly_peaks(values: Array, week: int) -> Array:
    """Highest value of each week, shape (n_weeks, n_indicators); weeks counted from the last row.

    An incomplete first week is left out; NaN where a week holds no value.
    """
    n = len(values) // week
    blocks = values[len(values) - n * week :].reshape(n, week, values.shape[1])
    peaks: Array = np.where(np.isnan(blocks), -np.inf, blocks).max(axis=1, initial=-np.inf)
    return np.where(np.isneginf(peaks), np.nan, peaks)


def stretch_chances(peaks: Array, weeks: int) -> Array:
    """Chance that a stretch is as loud as it was, seen from all stretches apart from it.

    Returns
    -------
    ndarray of shape (n_weeks - weeks + 1, n_indicators)
        ``(1 + share m) / (1 + m)``: share of the other stretches at least as loud, m how many of
        them fit end to end. [1] NaN where the stretch, or everything else, was not observed. The
        last row is the stretch that ends last.
    """
    n = len(peaks) - weeks + 1
    if n < 1:
        return np.full((1, peaks.shape[1]), np.nan)
    loudness = _stretch_peaks(peaks, weeks)
    rows = np.arange(n)
    out = np.full((n, peaks.shape[1]), np.nan)
    for row in rows:
        others = loudness[np.abs(rows - row) >= weeks]
        seen = np.isfinite(others)
        count = seen.sum(axis=0)
        louder = (others >= loudness[row]) & seen
        fit = (np.isfinite(peaks).sum(axis=0) - weeks) / weeks
        with np.errstate(divide="ignore", invalid="ignore"):
            chance = (1.0 + louder.sum(axis=0) / count * fit) / (1.0 + fit)
        out[row] = np.where((count > 0) & np.isfinite(loudness[row]), chance, np.nan)
    return out


def _stretch_peaks(peaks: Array, weeks: int) -> Array:
    """Highest of each run of weeks; NaN unless every week of it was observed."""
    windows = np.lib.stride_tricks.sliding_window_view(peaks, weeks, axis=0)
    return windows.max(axis=-1)
