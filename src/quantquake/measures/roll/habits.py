"""How desks roll without a plan: always the front, always the next, always the most liquid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.table import Mask, RollTable

HABITS = ("front", "next", "open_interest")


def habit_path(table: RollTable, costs: RollCosts, habit: str) -> npt.NDArray[np.int64]:
    """Contract a habit holds over each night, limits on size not looked at.

    Parameters
    ----------
    habit : {"front", "next", "open_interest"}
        The nearest contract, left the day before its last; the second nearest; the one with the
        largest open interest at the close, never going back to an earlier expiry.

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
    open_then = quoted & (table.sessions[:-1] - 1 >= costs.min_sessions)
    if habit == "front":
        return _nth(open_then, 0)
    if habit == "next":
        return _nth(quoted | (table.sessions[:-1] == 1), 1)  # the settling front still counts
    if habit == "open_interest":
        return _largest(table, open_then)
    raise ConfigError(f"habit {habit!r} is unknown: nothing could be held. Choose from {HABITS}.")


def _nth(open_then: Mask, place: int) -> npt.NDArray[np.int64]:
    """Column of the contract that is `place` behind the nearest; the last there is if too few."""
    order = open_then.cumsum(axis=1)
    wanted = np.minimum(place + 1, order[:, -1:])
    return np.argmax(order >= np.maximum(wanted, 1), axis=1)


def _largest(table: RollTable, open_then: Mask) -> npt.NDArray[np.int64]:
    weight = np.where(open_then, np.nan_to_num(table.open_interest[:-1]), -1.0)
    best = weight.argmax(axis=1)
    path = np.maximum.accumulate(best)
    gone = ~open_then[np.arange(len(path)), path]
    return np.where(gone, best, path)
