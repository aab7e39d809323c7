"""The cheapest path there was: a bound, since it knows the whole history."""

from __future__ import annotations

import numpy as np

from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.path import Path, refuse_empty
from quantquake.measures.roll.table import Mask, RollTable


def best_path(table: RollTable, costs: RollCosts) -> Path:
    """Cheapest path with the whole history known: no strategy can cost less on these nights.

    Returns
    -------
    ndarray of shape (T - 1,)
        Column of the contract held over each night.

    Notes
    -----
    Shortest path on the graph of (date, contract), solved backwards; changing contract costs
    leaving plus entering, so one minimum a date serves every contract.
    """
    allowed, trade = costs.holdable(table)[:-1], costs.trade(table)[:-1]
    nights = np.where(allowed & np.isfinite(table.night_cost()), table.night_cost(), np.inf)
    refuse_empty(table, np.isfinite(nights))
    rest = np.zeros(nights.shape[1])
    stay = np.empty(nights.shape, dtype=bool)
    entry = np.empty(len(nights), dtype=np.int64)
    for row in range(len(nights) - 1, -1, -1):
        here = nights[row] + rest  # hold this contract tonight, then go on
        entered = np.nan_to_num(trade[row], nan=np.inf) + here
        entry[row] = int(np.argmin(entered))
        change = np.nan_to_num(trade[row], nan=np.inf) + entered[entry[row]]
        stay[row] = here <= change
        rest = np.minimum(here, change)
    return _follow(entry, stay)


def _follow(entry: Path, stay: Mask) -> Path:
    path = np.empty(len(entry), dtype=np.int64)
    path[0] = entry[0]
    for row in range(1, len(entry)):
        path[row] = path[row - 1] if stay[row, path[row - 1]] else entry[row]
    return path
