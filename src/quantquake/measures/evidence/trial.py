"""One test of one rule, kept small, so that hundreds can be slid along the same calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.episodes import find_episodes
from quantquake.measures.evidence.falls import forward_outcome
from quantquake.measures.evidence.judgement import count_days
from quantquake.measures.evidence.resampling import circular_shifts
from quantquake.measures.evidence.warned import pair

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A rule on one calendar.

    Attributes
    ----------
    vote : ndarray of shape (n_dates,)
        1 on the first day of each settled episode, 0 elsewhere.
    known : ndarray of shape (n_dates,)
        1 on counted days.
    hit : ndarray of shape (n_dates,)
        1 where the fall followed; 0 elsewhere.
    matched : ndarray of shape (n_dates,)
        Base rate of days as volatile; 0 on days not counted. [1]
    """

    vote: Array
    known: Array
    hit: Array
    matched: Array

    @property
    def episodes(self) -> int:
        """Settled episodes."""
        return int(self.vote.sum())

    @property
    def hits(self) -> int:
        """Episodes followed by a fall."""
        return int((self.vote * self.hit).sum())

    def excess(self) -> float:
        """Hit rate minus the base rate of days as volatile; NaN without episodes. [1]"""
        return (
            float((self.vote * (self.hit - self.matched)).sum() / self.vote.sum())
            if (self.episodes)
            else float("nan")
        )

    def shifted_excess(self) -> Array:
        """Excess of the rule slid by 0, 1, 2 ... days; shape (n_dates,). [1]

        Votes that land on a day that is not counted are lost; NaN where more than half are.
        """
        sums = circular_shifts(self.vote, np.stack([self.hit - self.matched, self.known], axis=1))
        votes = np.round(sums[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(votes >= 0.5 * self.vote.sum(), sums[:, 0] / votes, np.nan)

    def within(self, kept: Array) -> Trial:
        """Restrict the counted days to those where `kept` is True."""
        return Trial(
            vote=self.vote * kept,
            known=self.known * kept,
            hit=self.hit * kept,
            matched=self.matched * kept,
        )


def make_trial(
    signal: pd.Series, price: pd.Series, *, horizon: int, loss: float, gap: int | None = None
) -> Trial:
    """Count one rule on the rows of `price`; arguments as in `evidence.evaluate`."""
    warned = pair(signal, price, None, None)
    outcome = forward_outcome(warned.path, horizon)
    episodes = find_episodes(warned.signal, gap=gap or horizon)
    day = count_days(warned, outcome, episodes, loss)
    rows = warned.path.rows[day.kept]
    table = np.zeros((4, len(price)))
    table[:, rows] = day.vote, np.ones(len(rows)), day.hit, day.matched
    return Trial(vote=table[0], known=table[1], hit=table[2], matched=table[3])
