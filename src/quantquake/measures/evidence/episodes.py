"""A signal comes in runs of days; a run is one opinion, not twenty."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

Array = npt.NDArray[Any]


class Episodes(NamedTuple):
    """Runs of signal days, those close together taken as one.

    Attributes
    ----------
    first, last : ndarray of int, shape (n_episodes,)
        Rows of the first and the last signal day. [rows]
    days : ndarray of int, shape (n_episodes,)
        Signal days inside; fewer than ``last - first + 1`` where runs were merged. [d]
    """

    first: Array
    last: Array
    days: Array

    def __len__(self) -> int:
        """Count of episodes, not of the fields a tuple would count."""
        return int(self.first.size)


def find_episodes(signal: Any, *, gap: int) -> Episodes:
    """Group signal days into episodes, so that each warning votes once.

    Parameters
    ----------
    signal : array of shape (n_dates,)
        True or 1 on signal days; NaN counts as no signal.
    gap : int
        A run that starts fewer than `gap` sessions after the last signal day belongs to the
        episode before it. With the horizon as gap the windows that follow the first days of two
        episodes do not overlap. [d]

    Raises
    ------
    ConfigError
        If `gap` is below 1.
    """
    if gap < 1:
        raise ConfigError(
            f"`gap` is {gap}: days on which a signal stays on are one apart, so every day would be "
            "an episode of its own. Use 1 for plain runs, or the horizon."
        )
    days = np.flatnonzero(np.nan_to_num(np.asarray(signal, dtype=np.float64)) > 0.0)
    # Neighbouring days are one apart and belong together whatever the gap.
    opens = np.diff(days, prepend=-(10**9)) >= max(gap, 2)
    heads = np.flatnonzero(opens)
    tails = np.append(heads[1:], len(days)) - 1
    first, last = days[heads], days[tails[: len(heads)]]
    return Episodes(first, last, tails[: len(heads)] - heads + 1)
