"""Power of one day's volume at each frequency, and the smooth background under it.

Shared by `spectrum` and `schedule`; arrays in, arrays out, the day's bins on the last axis.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, ndimage

from quantquake.errors import DataError

Floats = NDArray[np.float64]

MIN_LIVE = 5 / 6  # 400 of 480 bins (spec/crowding.md 3.3)
BACKGROUND_BINS = 31  # frequencies under the running median
LOG_OFFSET = 0.05  # of the day's mean, so that an empty bin has a logarithm


def power_spectrum(
    volume: ArrayLike,
    *,
    log: bool = False,
    background_bins: int = BACKGROUND_BINS,
    min_live: float = MIN_LIVE,
) -> tuple[Floats, Floats]:
    """Power and background at frequencies 1 .. n_bins // 2, both of shape (..., n_bins // 2).

    Background: running median of the power over `background_bins` frequencies / ln 2.
    NaN on short days and on days without any variation.
    """
    level = whole_days(volume, min_live)
    if log:
        mean = level.mean(axis=-1, keepdims=True)
        level = np.log(np.where(mean > 0, level + LOG_OFFSET * mean, np.nan))
    level = level - level.mean(axis=-1, keepdims=True)
    power = np.abs(fft.rfft(level, axis=-1))[..., 1:] ** 2
    power = np.where(_varies(volume, min_live)[..., None], power, np.nan)
    return power, background(power, background_bins)


def background(power: Floats, bins: int = BACKGROUND_BINS) -> Floats:
    """Smooth level under the lines; the median of an exponential variable is ln 2 of its mean."""
    size = (1,) * (power.ndim - 1) + (min(bins, power.shape[-1]),)
    level = ndimage.median_filter(np.nan_to_num(power), size=size, mode="reflect") / math.log(2)
    return np.where(np.isnan(power), np.nan, level)


def whole_days(volume: ArrayLike, min_live: float = MIN_LIVE) -> Floats:
    """Checked copy: gaps on kept days hold the day's mean, short days are NaN throughout."""
    array = checked_volume(volume)
    seen = ~np.isnan(array)
    if seen.all():
        return array
    count = seen.sum(axis=-1, keepdims=True)
    mean = np.where(seen, array, 0.0).sum(axis=-1, keepdims=True) / np.maximum(count, 1)
    keep = count >= min_live * array.shape[-1] - 1e-9
    return np.where(keep, np.where(seen, array, mean), np.nan)


def checked_volume(volume: ArrayLike) -> Floats:
    """Float array with at least four bins, no negative or infinite value."""
    array = np.asarray(volume, dtype=np.float64)
    bad = int(np.sum((array < 0) | np.isinf(array)))
    if bad or array.ndim == 0 or array.shape[-1] < 4:
        raise DataError(
            f"`volume` of shape {array.shape} holds {bad} negative or infinite values and needs "
            "at least 4 bins on its last axis: a spectrum of such bins means nothing. Give "
            "volume traded inside each bin (difference cumulative feeds first), NaN where unseen."
        )
    return array


def ratio(part: Floats, whole: Floats) -> Floats:
    """``part / whole``; NaN where the whole is zero or NaN."""
    out = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out


def _varies(volume: ArrayLike, min_live: float) -> NDArray[np.bool_]:
    """Days on which volume moved by more than rounding; a constant has no spectrum to share."""
    level = whole_days(volume, min_live)
    spread = level.max(axis=-1) - level.min(axis=-1)
    return np.asarray(spread > 1e-9 * level.max(axis=-1))
