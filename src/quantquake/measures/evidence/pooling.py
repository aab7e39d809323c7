"""Several baskets, one calendar: pool them without counting the same crash six times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quantquake.measures.evidence.episodes import find_episodes
from quantquake.measures.evidence.intervals import Interval, upper_share
from quantquake.measures.evidence.trial import Trial
from quantquake.types import Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled(Result):
    """One effect over several baskets.

    Attributes
    ----------
    baskets, episodes, hits : int
        What went in; `episodes` counts every basket's own.
    clusters : int
        Stretches of calendar in which at least one basket began an episode: the number of
        independent looks, at most.
    rate, chance : float
        Weighted as the effect is. [1]
    excess, interval : float, (float, float)
        Random-effects mean of `rate` minus `chance`. [1]
    between : float
        Standard deviation of the effect between baskets. [1]
    p_value : float
        Share of joint slides of all signals along the calendar that do at least as well. [1]
    """

    baskets: int
    episodes: int
    hits: int
    clusters: int
    rate: float
    chance: float
    excess: float
    interval: Interval
    between: float
    p_value: float


def pool(trials: list[Trial], *, horizon: int, level: float = 0.95) -> Pooled | None:
    """Pool one rule over baskets by random effects; None if no basket has an episode.

    Parameters
    ----------
    trials : list of Trial
        One a basket, all on the same calendar.
    horizon : int
        Episodes of any basket that begin closer than this are one cluster. [d]
    level : float, default 0.95

    Notes
    -----
    All signals are slid together, so baskets that fall on the same days keep doing so: the
    covariance of the slid effects is that of chance, clustered by date. Weights are
    DerSimonian-Laird, ``1 / (variance + between**2)``.

    References
    ----------
    .. [1] R. DerSimonian, N. Laird, "Meta-analysis in clinical trials", Controlled Clinical
       Trials 7, 1986.
    """
    trials = [t for t in trials if t.episodes]
    if not trials:
        return None
    slid = np.stack([t.shifted_excess() for t in trials], axis=1)
    effect = slid[0]
    covariance = np.atleast_2d(pd.DataFrame(slid).cov().fillna(0.0).to_numpy())
    variance = np.maximum(np.diag(covariance), 1e-8)
    between = _between_variance(effect, variance)
    weight = 1.0 / (variance + between)
    weight /= weight.sum()
    error = np.sqrt(weight @ covariance @ weight + between * (weight**2).sum())
    mean, z = float(weight @ effect), float(special.ndtri(0.5 + 0.5 * level))
    rates = np.array([t.hits / t.episodes for t in trials])
    first = np.maximum.reduce([t.vote for t in trials])
    return Pooled(
        baskets=len(trials),
        episodes=sum(t.episodes for t in trials),
        hits=sum(t.hits for t in trials),
        clusters=len(find_episodes(first, gap=horizon)),
        rate=float(weight @ rates),
        chance=float(weight @ (rates - effect)),
        excess=mean,
        interval=(mean - z * float(error), mean + z * float(error)),
        between=float(np.sqrt(between)),
        p_value=upper_share(_weighted(slid, weight)),
    )


def _between_variance(effect: Array, variance: Array) -> float:
    weight = 1.0 / variance
    mean = (weight @ effect) / weight.sum()
    spread = float(weight @ (effect - mean) ** 2) - (len(effect) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return max(0.0, spread / scale) if scale > 0.0 else 0.0


def _weighted(slid: Array, weight: Array) -> Array:
    """Weighted mean of each row over the baskets it has; rows without any are left out."""
    present = np.isfinite(slid)
    total = present @ weight
    rows = total > 0.0
    return (np.nan_to_num(slid) @ weight)[rows] / total[rows]
