"""What came after such days before? Every past case, the usual return beside it, and an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.evidence.episodes import find_episodes
from quantquake.measures.evidence.falls import forward_outcome
from quantquake.measures.evidence.intervals import Interval, percentile_interval, upper_share
from quantquake.measures.evidence.resampling import block_sums, circular_shifts, stationary_blocks
from quantquake.measures.evidence.warned import check_rules, pair
from quantquake.types import Origin, Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStudy(Result):
    """Returns after the events, beside the returns after any day.

    Attributes
    ----------
    cases : DataFrame
        One row an episode: ``date`` (first day), ``return`` and ``worst`` over the horizon [1].
    count : int
        Settled episodes.
    mean, base_mean : float or None, float
        Mean return after events (None with fewer than `minimum`) and after any day. [1]
    share_up, base_share_up : float or None, float
        Share of positive returns. [1]
    excess, interval : float or None, (float, float) or None
        ``mean - base_mean`` with its block-bootstrap interval. [1]
    p_value : float or None
        Share of slides of the events along the calendar with at least this mean. [1]
    horizon : int
        Sessions held. [d]
    origin : Origin
    """

    cases: pd.DataFrame
    count: int
    mean: float | None
    base_mean: float
    share_up: float | None
    base_share_up: float
    excess: float | None
    interval: Interval | None
    p_value: float | None
    horizon: int
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a case."""
        return self.cases


def event_study(
    events: pd.Series,
    price: pd.Series,
    *,
    horizon: int = 60,
    gap: int | None = None,
    draws: int = 2000,
    minimum: int = 10,
    seed: int = 0,
) -> EventStudy:
    """Ask whether buying at the close of such a day paid, against buying on any day.

    Parameters
    ----------
    events : Series of shape (n_dates,)
        1 on event days, 0 on others; NaN: not observed, the day is no comparison either.
    price : Series of shape (n_dates,)
        Closes, same dates. [points]
    horizon : int, default 60
        Sessions held from the event's close. [d]
    gap : int, optional
        Events closer than this are one case, entered on its first day; default the horizon. [d]
    draws, minimum, seed
        As in `evidence.evaluate`.

    Returns
    -------
    EventStudy

    Raises
    ------
    DataError
        If dates differ or values are no events, no prices.
    """
    check_rules((horizon,), 0.05, draws, minimum)
    seen = pair(events, price, None, None)
    outcome = forward_outcome(seen.path, horizon)
    episodes = find_episodes(seen.signal, gap=gap or horizon)
    kept = np.flatnonzero(np.isfinite(outcome.final) & np.isfinite(seen.signal))
    vote = np.zeros(len(seen.signal))
    vote[episodes.first] = 1.0
    vote, final = vote[kept], outcome.final[kept]
    case = kept[vote > 0.0]
    enough = len(case) >= minimum
    nothing = not len(kept)
    mean = float(outcome.final[case].mean()) if enough else None
    base = float("nan") if nothing else float(final.mean())
    return EventStudy(
        cases=pd.DataFrame(
            {
                "date": seen.dates[case],
                "return": outcome.final[case],
                "worst": outcome.worst[case],
            }
        ),
        count=len(case),
        mean=mean,
        base_mean=base,
        share_up=float((outcome.final[case] > 0.0).mean()) if enough else None,
        base_share_up=float("nan") if nothing else float((final > 0.0).mean()),
        excess=mean - base if mean is not None else None,
        interval=_interval(vote, final, horizon, draws, seed) if enough else None,
        p_value=upper_share(circular_shifts(vote, final)) if enough else None,
        horizon=horizon,
        origin=Origin(
            as_of=price.index[-1] if len(price) else None,
            coverage={"cases": f"{len(case)} settled of {len(episodes)}"},
            assumptions=(f"held {horizon} sessions from the close", "first day of each run"),
            seed=seed,
        ),
    )


def _interval(vote: Array, final: Array, horizon: int, draws: int, seed: int) -> Interval:
    rng = np.random.default_rng(seed)
    blocks = stationary_blocks(len(vote), draws, max(horizon, 20), rng)
    votes, paid, days, whole = block_sums(
        blocks, np.stack([vote, vote * final, np.ones_like(vote), final], axis=1)
    ).T
    with np.errstate(divide="ignore", invalid="ignore"):
        return percentile_interval(paid / votes - whole / days)


def by_level(
    level: pd.Series, price: pd.Series, *, horizon: int = 60, bins: int = 5, draws: int = 2000
) -> pd.DataFrame:
    """Forward return by how high a number stood: from its lowest to its highest part.

    Parameters
    ----------
    level : Series of shape (n_dates,)
        A percentile known at the close, e.g. of the futures discount. [1] NaN: not observed.
    price : Series of shape (n_dates,)
        Closes. [points]
    horizon, draws
        As in `event_study`.
    bins : int, default 5
        Equal parts of [0, 1]; one case a run of days in the part.

    Returns
    -------
    DataFrame
        Index ``part`` (1 = lowest); columns ``low``, ``high`` (borders) [1], ``count``, ``mean``,
        ``base_mean``, ``excess``, ``excess_low``, ``excess_high`` [1], ``p_value``.
    """
    if bins < 2:
        raise ConfigError(f"`bins` is {bins}: parts are compared with each other. Use 5.")
    part = np.ceil(level * bins).clip(1, bins)
    rows = []
    for k in range(1, bins + 1):
        events = (part == k).astype(float).where(level.notna())
        one = event_study(events, price, horizon=horizon, draws=draws)
        low, high = one.interval or (None, None)
        borders = ((k - 1) / bins, k / bins)
        rows.append(
            (*borders, one.count, one.mean, one.base_mean, one.excess, low, high, one.p_value)
        )
    names = ["low", "high", "count", "mean", "base_mean", "excess", "excess_low", "excess_high"]
    return pd.DataFrame(
        rows, columns=[*names, "p_value"], index=pd.RangeIndex(1, bins + 1, name="part")
    )
