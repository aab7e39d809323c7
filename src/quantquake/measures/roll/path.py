"""A path: which contract is held over each night, and what holding it that way costs."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from quantquake.errors import DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.table import Mask, Matrix, RollTable

#: Column of the contract held over the night that begins at each date but the last. (T - 1,)
Path: TypeAlias = npt.NDArray[np.int64]


def nightly_costs(table: RollTable, costs: RollCosts, path: Path) -> tuple[Matrix, Matrix]:
    """What each night took in basis, and what the trades at its beginning took.

    Returns
    -------
    carry, trading : ndarray of shape (T - 1,)
        Per hedged notional, a cost is positive. [1] The first night pays for opening; a change of
        contract pays for leaving one and entering the other.
    """
    rows = np.arange(len(path))
    trade = costs.trade(table)[:-1]
    changed = np.diff(path, prepend=path[:1]) != 0
    trading = np.where(changed, trade[rows, path], 0.0)
    trading[1:] += np.where(changed[1:], trade[rows[1:], path[:-1]], 0.0)
    trading[0] = trade[0, path[0]]
    return table.night_cost()[rows, path], trading


def path_cost(
    table: RollTable, costs: RollCosts, path: Path, days_per_year: float = DAYS_PER_YEAR
) -> dict[str, float]:
    """Cost of holding given contracts night by night, a year and per hedged notional. [1/yr]

    Dividends the stocks pay meanwhile are not taken off: they are the same for every path.
    """
    carry, trading = nightly_costs(table, costs, path)
    per_year = days_per_year / len(path)
    return {
        "carry": float(carry.sum()) * per_year,
        "trading": float(trading.sum()) * per_year,
        "total": float(carry.sum() + trading.sum()) * per_year,
        "rolls": int((np.diff(path) != 0).sum()) * per_year,
    }


def refuse_empty(table: RollTable, allowed: Mask) -> None:
    """Refuse a history with a night on which nothing may be held."""
    empty = np.asarray(~allowed.any(axis=1))
    if empty.any():
        raise DataError(
            f"On {int(empty.sum())} of {len(empty)} nights no {table.product} contract may be "
            f"held, first {table.dates[:-1][empty][0]:%Y-%m-%d}: the hedge would vanish. Reduce "
            "`lots`, raise `max_share`, or start where all contracts are quoted."
        )
