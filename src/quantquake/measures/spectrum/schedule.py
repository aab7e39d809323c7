"""Is somebody trading to a timetable? A test of each usual period, and the volume it explains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from quantquake.errors import ConfigError
from quantquake.measures.spectrum.periodogram import (
    BACKGROUND_BINS,
    MIN_LIVE,
    Floats,
    background,
    power_spectrum,
    ratio,
)
from quantquake.types import Origin, Result

PERIODS = (60.0, 120.0, 150.0, 300.0, 600.0, 900.0, 1800.0)  # [s] 1 to 30 minutes
NULL_PATHS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTest(Result):
    """Which periods of the clock stand out, day by day.

    Attributes
    ----------
    periods : tuple of float
        Periods tested. [s]
    harmonics : tuple of int
        Harmonics below half the sampling rate, per period; the statistic's mean under noise.
    statistic : ndarray of shape (..., n_periods)
        Sum over the period's harmonics of power / background. NaN on short days.
    p_value : ndarray of shape (..., n_periods)
        Against simulated noise passed through the same background estimate.
    significant : ndarray of bool, shape (..., n_periods)
        Kept by Benjamini-Hochberg over the periods of one day.
    share : ndarray of shape (...)
        Share of volume variance on the harmonics of the significant periods. [1]
    fundamental : ndarray of shape (...)
        Shortest significant period that explains 80 % of the best excess; NaN if none. [s]
    fdr : float
        False discovery rate asked for.
    """

    periods: tuple[float, ...]
    harmonics: tuple[int, ...]
    statistic: Floats
    p_value: Floats
    significant: NDArray[np.bool_]
    share: Floats
    fundamental: Floats
    fdr: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row per (day in C order, period)."""
        n_days = self.statistic.size // len(self.periods)
        index = pd.MultiIndex.from_product([range(n_days), self.periods], names=["day", "period"])
        return pd.DataFrame(
            {
                "statistic": self.statistic.ravel(),
                "p_value": self.p_value.ravel(),
                "significant": self.significant.ravel(),
            },
            index=index,
        )


def schedule_share(
    volume: ArrayLike,
    *,
    bin_seconds: float = 30,
    periods: tuple[float, ...] | None = None,
    fdr: float = 0.05,
    log: bool = False,
    min_live: float = MIN_LIVE,
) -> Floats:
    """Share of volume variance on periods of the clock that noise does not explain.

    Arguments as in `schedule_test`, whose ``.share`` this is: shape (...), in [0, 1); zero when
    no period is significant, NaN on short days.
    """
    test = schedule_test(
        volume, bin_seconds=bin_seconds, periods=periods, fdr=fdr, log=log, min_live=min_live
    )
    return test.share


def schedule_test(
    volume: ArrayLike,
    *,
    bin_seconds: float = 30,
    periods: tuple[float, ...] | None = None,
    fdr: float = 0.05,
    log: bool = False,
    min_live: float = MIN_LIVE,
) -> ScheduleTest:
    """Test each usual trading period (1 to 30 minutes) on each day's volume.

    Parameters
    ----------
    volume : array of shape (..., n_bins)
        Volume per bin, best after `spectrum.deseason`. Any unit.
    bin_seconds : float
        Length of a bin. [s]
    periods : tuple of float, optional
        Periods to test, each a whole fraction of the day and at least two bins long. [s]
        Default: 1, 2, 2.5, 5, 10, 15 and 30 minutes, those that these bins can resolve.
    fdr : float
        Expected share of false claims among the periods claimed.
    log, min_live
        As in `spectrum.line_share`.

    Returns
    -------
    ScheduleTest
        NaN statistic, nothing significant, on short days (see `spectrum.top_share`).

    Raises
    ------
    DataError
        If a volume is negative or infinite.
    ConfigError
        If a period asked for does not fit the day or the bins.

    Notes
    -----
    A 2.5-minute schedule also fills the harmonics of 5, 10 and 30 minutes, so several periods
    light up together; ``fundamental`` names the shortest one that explains them.

    References
    ----------
    .. [1] spec/crowding.md 3.3, "schedule statistic".
    .. [2] Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B
       57 (1995) 289.
    """
    power, level = power_spectrum(volume, log=log, min_live=min_live)
    n_bins = np.shape(volume)[-1]
    lines = _harmonics(n_bins, bin_seconds, periods)
    statistic = _statistic(ratio(power, level), tuple(lines.values()))
    p_value = _p_value(statistic, _null(n_bins, tuple(lines.values())))
    significant = _benjamini_hochberg(p_value, fdr)
    return ScheduleTest(
        periods=tuple(lines),
        harmonics=tuple(len(k) for k in lines.values()),
        statistic=statistic,
        p_value=p_value,
        significant=significant,
        share=_explained(power, level, significant, tuple(lines.values())),
        fundamental=_fundamental(statistic, significant, lines),
        fdr=fdr,
        origin=Origin(assumptions=(f"{n_bins} bins of {bin_seconds:g} s", f"log={log}")),
    )


def _harmonics(
    n_bins: int, bin_seconds: float, periods: tuple[float, ...] | None
) -> dict[float, tuple[int, ...]]:
    """Period -> positions of its harmonics in the power array (frequency k lies at k - 1)."""
    day = n_bins * bin_seconds
    lines = {}
    for period in PERIODS if periods is None else periods:
        cycles = day / period
        if period >= 2 * bin_seconds and math.isclose(cycles, round(cycles)) and cycles >= 1:
            first = round(cycles)
            lines[float(period)] = tuple(k - 1 for k in range(first, n_bins // 2 + 1, first))
        elif periods is not None:
            raise ConfigError(
                f"Period {period:g} s does not fit a day of {n_bins} bins of {bin_seconds:g} s: "
                "its harmonics would fall between frequencies. Use periods of at least two bins "
                f"that divide {day:g} s."
            )
    if not lines:
        raise ConfigError(
            f"None of the usual periods fits {n_bins} bins of {bin_seconds:g} s, so there is "
            "nothing to test. Pass `periods=` that divide the day, or check `bin_seconds`."
        )
    return lines


def _statistic(relative: Floats, lines: tuple[tuple[int, ...], ...]) -> Floats:
    return np.stack([relative[..., list(k)].sum(axis=-1) for k in lines], axis=-1)


@lru_cache(maxsize=16)
def _null(n_bins: int, lines: tuple[tuple[int, ...], ...]) -> Floats:
    """Sorted statistic of white noise, (NULL_PATHS, n_periods).

    Simulated, because the running median is a noisy background: against the Gamma law of a
    known background the test would claim too often. The seed is part of the definition.
    """
    rng = np.random.default_rng(20240205)
    power = rng.standard_exponential((NULL_PATHS, n_bins // 2))
    if n_bins % 2 == 0:  # the Nyquist frequency has one degree of freedom, not two
        power[:, -1] = rng.chisquare(1, NULL_PATHS)
    relative = power / background(power, BACKGROUND_BINS)
    return np.sort(_statistic(relative, lines), axis=0)


def _p_value(statistic: Floats, null: Floats) -> Floats:
    out = np.empty_like(statistic)
    for j in range(null.shape[1]):
        below = np.searchsorted(null[:, j], statistic[..., j], side="left")
        out[..., j] = (1 + len(null) - below) / (1 + len(null))
    return np.where(np.isnan(statistic), np.nan, out)


def _benjamini_hochberg(p_value: Floats, fdr: float) -> NDArray[np.bool_]:
    """Keep, per row, every p at or below the largest p_(i) <= fdr i / n."""
    n = p_value.shape[-1]
    ordered = np.sort(p_value, axis=-1)
    passing = np.where(ordered <= fdr * np.arange(1, n + 1) / n, ordered, -1.0)
    return np.asarray(p_value <= passing.max(axis=-1, keepdims=True))


def _explained(
    power: Floats, level: Floats, significant: NDArray[np.bool_], lines: tuple[tuple[int, ...], ...]
) -> Floats:
    claimed = np.zeros(power.shape, dtype=bool)
    for j, k in enumerate(lines):
        claimed[..., list(k)] |= significant[..., j, None]
    excess = np.where(claimed, np.maximum(power - level, 0.0), 0.0).sum(axis=-1)
    return ratio(excess, power.sum(axis=-1))


def _fundamental(
    statistic: Floats, significant: NDArray[np.bool_], lines: dict[float, tuple[int, ...]]
) -> Floats:
    periods = np.array(list(lines))
    mean = np.array([len(k) for k in lines.values()], dtype=np.float64)
    excess = np.where(significant, statistic - mean, -np.inf)
    good = significant & (excess >= 0.8 * excess.max(axis=-1, keepdims=True))
    shortest = np.where(good, periods, np.inf).min(axis=-1)
    return np.where(np.isinf(shortest), np.nan, shortest)
