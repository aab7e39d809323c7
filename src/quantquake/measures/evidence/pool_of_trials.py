"""One rule on several baskets, votes added up, slid along one calendar together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.measures.evidence.resampling import circular_shifts
from quantquake.measures.evidence.trial import Trial

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPool:
    """Trials of one rule, all on the same calendar.

    Attributes
    ----------
    trials : tuple of Trial
        One a basket. Baskets move together: their votes are no independent cases, but slides of
        all of them at once keep that.
    """

    trials: tuple[Trial, ...]

    @property
    def episodes(self) -> int:
        """Settled episodes of all baskets."""
        return sum(trial.episodes for trial in self.trials)

    @property
    def hits(self) -> int:
        """Episodes followed by a fall."""
        return sum(trial.hits for trial in self.trials)

    def excess(self) -> float:
        """Hit rate minus the base rate of days as volatile; NaN without episodes. [1]"""
        total = sum(float((t.vote * (t.hit - t.matched)).sum()) for t in self.trials)
        return total / self.episodes if self.episodes else float("nan")

    def shifted_excess(self) -> Array:
        """Excess with all votes slid by 0, 1, 2 ... days at once; shape (n_dates,). [1]

        Votes that land on a day that is not counted are lost; NaN where more than half are.
        """
        sums = sum(
            circular_shifts(t.vote, np.stack([t.hit - t.matched, t.known], axis=1))
            for t in self.trials
        )
        votes = np.round(np.asarray(sums)[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = np.asarray(sums)[:, 0] / votes
        return np.where(votes >= 0.5 * self.episodes, excess, np.nan)

    def within(self, kept: Array) -> TrialPool:
        """Restrict the counted days to those where `kept` is True."""
        return TrialPool(trials=tuple(trial.within(kept) for trial in self.trials))
