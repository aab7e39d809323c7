"""How desks roll without a plan: always the front, always the next, always the most liquid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.table import Mask, RollTable

HABITS = ("front", "next", "open_interest")


def habit_path(
    table: RollTable, costs: RollCosts, habit: str, *, limits: bool = False
) -> npt.NDArray[np.int64]:
    """Contract a habit holds over each night.

    Parameters
    ----------
    habit : {"front", "next", "open_interest"}
        The nearest contract, left the day before its last; the second nearest; the one with the
        largest open interest at the close, never going back to an earlier expiry.
    limits : bool
        Pass over contracts too small for the book, or beyond its position limit: the habit takes
        the next one that will do. Then no habit can be cheaper than
        :func:`quantquake.measures.roll.best_path`, which keeps to the same limits. False asks what
        others hold, whatever their size.

    Returns
    -------
    ndarray of shape (T - 1,)
        Column of the contract.

    Raises
    ------
    ConfigError
        Unknown habit.
    """
    quoted = np.isfinite(table.night_cost())
    left = table.sessions[:-1] - 1
    allowed = quoted & (left >= costs.min_sessions)
    if limits:
        allowed &= costs.holdable(table)[:-1]
    if habit == "front":
        return _nth(quoted & (left >= costs.min_sessions), allowed, 0)
    if habit == "next":
        return _nth(quoted | (left == 0), allowed, 1)  # the settling front still counts
    if habit == "open_interest":
        return _largest(table, allowed)
    raise ConfigError(f"habit {habit!r} is unknown: nothing could be held. Choose from {HABITS}.")


def _nth(live: Mask, allowed: Mask, place: int) -> npt.NDArray[np.int64]:
    """First allowed contract at least `place` behind the nearest live one; else the last allowed."""
    behind = live.cumsum(axis=1) - 1
    wanted = allowed & (behind >= place)
    last = allowed.shape[1] - 1 - np.argmax(allowed[:, ::-1], axis=1)
    return np.where(wanted.any(axis=1), np.argmax(wanted, axis=1), last)


def _largest(table: RollTable, allowed: Mask) -> npt.NDArray[np.int64]:
    weight = np.where(allowed, np.nan_to_num(table.open_interest[:-1]), -1.0)
    best = weight.argmax(axis=1)
    path = np.maximum.accumulate(best)
    gone = ~allowed[np.arange(len(path)), path]
    return np.where(gone, best, path)
