"""How much of a day's trading follows a clock, read from the spectrum of intraday volume.

The seed article (S4) reads `top_share` as an "institution share". It is not one: white noise
scores 0.37, and persistent volume without a single algorithm scores above a market with 30 %
scheduled flow. `line_share` and `schedule_share` measure what the article wanted to see;
`null_share` and `spectrum_null` say what chance alone would give. See docs/en/intraday-share.md.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft, special

from quantquake.errors import ConfigError
from quantquake.measures.spectrum.periodogram import (
    BACKGROUND_BINS,
    MIN_LIVE,
    Floats,
    checked_volume,
    power_spectrum,
    ratio,
    whole_days,
)
from quantquake.measures.spectrum.schedule import ScheduleTest, schedule_share, schedule_test

__all__ = [
    "ScheduleTest",
    "deseason",
    "line_share",
    "null_share",
    "schedule_share",
    "schedule_test",
    "top_share",
]

LINE_SIZE = 0.05  # nominal chance that one pure-noise day shows any line


def top_share(
    volume: ArrayLike,
    *,
    k: int = 50,
    zero_frequency: bool = False,
    sides: Literal["one", "two"] = "one",
    min_live: float = MIN_LIVE,
) -> Floats:
    """Share of spectral amplitude held by the `k` strongest frequencies (the seed statistic H).

    Parameters
    ----------
    volume : array of shape (..., n_bins)
        Traded volume per equal time bin, auctions left out. Any unit.
    k : int
        How many of the strongest frequencies to add up.
    zero_frequency : bool
        Count frequency 0 (the day's total) as well; adds about 0.05.
    sides : {"one", "two"}
        "one": frequencies 1 .. n_bins/2. "two": each also as its mirror image, as in a full
        FFT; the value halves, so never compare across this choice.
    min_live : float
        Least fraction of bins that must be observed.

    Returns
    -------
    ndarray of shape (...)
        H in [0, 1]. NaN where fewer than ``min_live * n_bins`` bins are observed (short day)
        and where nothing but a constant was traded. Single NaN bins on a kept day take the
        mean of the observed ones, which adds to no frequency but zero.

    Raises
    ------
    DataError
        If a volume is negative or infinite, or there are fewer than four bins.
    ConfigError
        If `k` exceeds the number of frequencies, or `sides` is unknown.

    References
    ----------
    .. [1] Seed article S4; variants and their null in spec/crowding.md 3.3.
    """
    level = whole_days(volume, min_live)
    amplitude = np.abs(fft.rfft(level, axis=-1))
    # A constant leaves rounding noise of about 1e-16 of the total, no spectrum worth sharing out.
    flat = amplitude[..., 1:].max(axis=-1) <= 1e-12 * amplitude[..., 0]
    if sides == "two":
        last = -1 if level.shape[-1] % 2 == 0 else None  # the Nyquist frequency has no mirror
        amplitude = np.concatenate([amplitude, amplitude[..., 1:last]], axis=-1)
    elif sides != "one":
        raise ConfigError(
            f"`sides` is {sides!r}; it decides which frequencies are counted and moves the "
            'share by 2x. Use "one" or "two".'
        )
    if not zero_frequency:
        amplitude = amplitude[..., 1:]
    n = amplitude.shape[-1]
    if not 0 < k <= n:
        raise ConfigError(
            f"`k` is {k}, but {level.shape[-1]} bins have only {n} frequencies here: the share "
            f"would be 1 by construction. Use 1 <= k <= {n}."
        )
    strongest = np.partition(amplitude, n - k, axis=-1)[..., n - k :].sum(axis=-1)
    total = amplitude.sum(axis=-1)
    return ratio(strongest, np.where(flat & ~np.isnan(total), np.nan, total))


def null_share(n_bins: int = 480, k: int = 50) -> float:
    """What `top_share` (one-sided, no zero frequency) gives on independent noise.

    Amplitudes of noise are Rayleigh distributed; with ``q = k / (n_bins // 2)`` and
    ``t = sqrt(-2 ln q)`` the share above t is ``(t q + sqrt(2 pi) (1 - Phi(t))) / sqrt(pi / 2)``.
    0.371 for 480 bins and k = 50. A spectrum that is perfectly flat gives q, the floor: 0.208.
    """
    q = k / (n_bins // 2)
    if not 0 < q <= 1:
        raise ConfigError(
            f"`k` is {k} of {n_bins // 2} frequencies: the null share needs 0 < k <= n_bins / 2. "
            "Lower `k` or use finer bins."
        )
    t = math.sqrt(-2 * math.log(q))
    return float((t * q + math.sqrt(2 * math.pi) * special.ndtr(-t)) / math.sqrt(math.pi / 2))


def deseason(
    volume_days: ArrayLike, *, window: int = 20, min_days: int | None = None, floor: float = 0.05
) -> Floats:
    """Volume divided by its usual time-of-day profile, known before the day began.

    Parameters
    ----------
    volume_days : array of shape (..., n_days, n_bins)
        One symbol's days in order along the last axis but one. Any unit.
    window : int
        Days in the profile: the `window` days before t, t not included. [d]
    min_days : int, optional
        Days a bin must have been observed in the window; default `window`. [d]
    floor : float
        The profile (mean 1) is kept above this, or a bin that rarely trades would explode.

    Returns
    -------
    ndarray of shape (..., n_days, n_bins)
        ``v / profile``, same unit as the input. The profile is the median of the same bin over
        past days, scaled to mean 1. NaN where a bin has too short a past, where the volume is
        NaN, and on days whose whole profile is zero.

    Notes
    -----
    An order placed at the same minutes every day becomes part of the profile and is divided
    away; only schedules that start, move or differ between days survive.
    """
    volume = checked_volume(volume_days)
    need = window if min_days is None else min_days
    if volume.ndim < 2 or not 0 < need <= window:
        raise ConfigError(
            f"`volume_days` has {volume.ndim} axes and min_days={need}, window={window}: the "
            "profile is a median over past days. Give (..., n_days, n_bins) and "
            "1 <= min_days <= window."
        )
    out = np.full_like(volume, np.nan)
    for day in range(need, volume.shape[-2]):
        past = volume[..., max(0, day - window) : day, :]
        profile = _unit_mean(_median(past, need))
        out[..., day, :] = volume[..., day, :] / np.maximum(profile, floor)
    return out


def line_share(
    volume: ArrayLike,
    *,
    log: bool = False,
    size: float = LINE_SIZE,
    background_bins: int = BACKGROUND_BINS,
    min_live: float = MIN_LIVE,
) -> Floats:
    """Share of volume variance in sharp spectral lines, the print of orders sent by the clock.

    Parameters
    ----------
    volume : array of shape (..., n_bins)
        Volume per bin, best after `deseason`. Any unit.
    log : bool
        Use ``log(volume + 5 % of its mean)``: finds smaller clips under heavy-tailed volume.
    size : float
        Nominal chance that any line is claimed on a pure-noise day; c = ln(n / size), 8.5 for
        480 bins. The background is noisy, so the true chance is 0.1 to 0.2: take 0.01 for 0.05.
    background_bins : int
        Frequencies in the running median that estimates the background.
    min_live : float
        As in `top_share`.

    Returns
    -------
    ndarray of shape (...)
        ``sum over lines of (P - b) / sum P`` in [0, 1); b = running median of P / ln 2, a line
        is P > c b. Zero when no line stands out; NaN as in `top_share`.

    Notes
    -----
    Blind to clips at random times and to a constant rate in every bin.
    """
    power, background = power_spectrum(
        volume, log=log, background_bins=background_bins, min_live=min_live
    )
    c = math.log(power.shape[-1] / size)
    excess = np.where(power > c * background, power - background, 0.0)
    return ratio(excess.sum(axis=-1), power.sum(axis=-1))


def _median(past: Floats, need: int) -> Floats:
    """Median over axis -2 of the observed values; NaN where fewer than `need`."""
    seen = np.sum(~np.isnan(past), axis=-2)
    middle = np.sort(past, axis=-2)  # NaN last
    low = np.take_along_axis(middle, np.maximum(seen - 1, 0)[..., None, :] // 2, axis=-2)
    high = np.take_along_axis(
        middle, np.minimum(seen // 2, past.shape[-2] - 1)[..., None, :], axis=-2
    )
    return np.where(seen >= need, 0.5 * (low + high)[..., 0, :], np.nan)


def _unit_mean(profile: Floats) -> Floats:
    count = np.maximum(np.sum(~np.isnan(profile), axis=-1, keepdims=True), 1)
    mean = np.nansum(profile, axis=-1, keepdims=True) / count
    return ratio(profile, np.broadcast_to(mean, profile.shape))
