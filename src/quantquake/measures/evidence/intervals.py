"""How far a share of few cases can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from quantquake.errors import ConfigError

Interval = tuple[float, float]


def wilson(hits: int, cases: int, *, level: float = 0.95) -> Interval:
    """Range of true rates that a count of hits does not contradict.

    Parameters
    ----------
    hits, cases : int
        ``0 <= hits <= cases``; one case is one independent episode, not one day.
    level : float, default 0.95
        Confidence. [1]

    Returns
    -------
    (low, high) : tuple of float
        Wilson score interval. [1] ``(0, 1)`` without cases: nothing is excluded.

    Raises
    ------
    ConfigError
        If the counts or the level are impossible.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference", JASA 22, 1927.
    """
    _check_counts(hits, cases)
    if not 0.0 < level < 1.0:
        raise ConfigError(
            f"`level` is {level}: a confidence lies between 0 and 1, e.g. 0.95. Change `level`."
        )
    if cases == 0:
        return 0.0, 1.0
    z = float(special.ndtri(0.5 + 0.5 * level))
    rate, share = hits / cases, z * z / cases
    middle = (rate + 0.5 * share) / (1.0 + share)
    reach = z * np.sqrt(rate * (1.0 - rate) / cases + 0.25 * share / cases) / (1.0 + share)
    return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))


def binomial_tail(hits: int, cases: int, chance: float) -> float:
    """Probability that chance alone scores at least `hits` in `cases` independent episodes.

    Parameters
    ----------
    hits, cases : int
    chance : float
        Base rate of one episode. [1] NaN gives NaN.

    Returns
    -------
    float
        Exact upper tail of the binomial law. [1]
    """
    _check_counts(hits, cases)
    if np.isnan(chance):
        return float("nan")
    return 1.0 if hits == 0 else float(special.bdtrc(hits - 1, cases, chance))


def percentile_interval(draws: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Middle `level` of bootstrap draws, the undefined ones left out; NaN if fewer than 20 remain."""
    values = np.asarray(draws, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) < 20:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    return float(low), float(high)


def upper_share(draws: npt.NDArray[Any]) -> float:
    """Share of draws at or above the first: the p-value when row 0 is what happened. [1]"""
    first = draws[0]
    return float(np.mean(draws >= first - 1e-9 * max(1.0, abs(float(first)))))


def _check_counts(hits: int, cases: int) -> None:
    if not 0 <= hits <= cases:
        raise ConfigError(
            f"{hits} hits of {cases} cases: a hit is one of the cases, so the first number cannot "
            "be negative or larger than the second. Check which is which."
        )
