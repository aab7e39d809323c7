"""A planner that sees each day's curve and nothing later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.path import Path, refuse_empty
from quantquake.measures.roll.table import Mask, Matrix, RollTable

# Chosen on 2019-2021 among 1, 5, 10, 20 and 20, 60, then left alone; `walk_forward` chooses them
# from the past only (docs/en/basis.md). Without smoothing the planner chases the noise of closing
# prices and loses to "always the front".
SMOOTH = 5  # sessions whose median curve is planned on
HORIZON = 60  # sessions the planner looks ahead


def planned_path(
    table: RollTable,
    costs: RollCosts,
    *,
    horizon: int = HORIZON,
    delay: int = 1,
    smooth: int = SMOOTH,
) -> Path:
    """Path of a planner that each day sees that day's curve and nothing later.

    Every contract's basis (dividends added) is expected to shrink to zero in a straight line, so a
    night costs ``-carry / nights left``; the plan over `horizon` sessions is solved anew each day
    and only its first step is taken.

    Parameters
    ----------
    table, costs
        What is quoted, and what a trade costs.
    horizon : int
        Sessions looked ahead. [d]
    delay : int
        Sessions between the curve that is read and the close that is traded at. 0 trades at the
        very prices the plan was made from, which no one can. [d]
    smooth : int
        Sessions whose median curve is read; 1 takes each close as it is. [d]

    Returns
    -------
    ndarray of shape (T - 1,)
        Column of the contract held over each night.

    Raises
    ------
    ConfigError
        A horizon or smoothing below one session, or a delay below none.
    DataError
        A night on which no contract may be held.
    """
    check_settings(horizon, delay, smooth)
    seen = quoted(table, costs)
    refuse_empty(table, seen)
    worth = plan_worth(table, costs, horizon=horizon, smooth=smooth)
    return follow_plan(table, costs, worth, delay)


def check_settings(horizon: int, delay: int, smooth: int) -> None:
    """Refuse a plan of no night, or a trade before its plan."""
    if horizon < 1 or delay < 0 or smooth < 1:
        raise ConfigError(
            f"horizon={horizon}, delay={delay}, smooth={smooth} sessions: no night could be "
            "planned, or a trade would come before its plan. Use horizon >= 1, delay >= 0, "
            "smooth >= 1."
        )


def quoted(table: RollTable, costs: RollCosts) -> Mask:
    """Contracts that may be held over each night and have a price at both ends. (T - 1, M)"""
    return costs.holdable(table)[:-1] & np.isfinite(table.night_cost())


def follow_plan(table: RollTable, costs: RollCosts, worth: Matrix, delay: int) -> Path:
    """Take the first step of each day's plan, `delay` sessions after the curve it was made from."""
    seen = quoted(table, costs)  # a contract with no price tomorrow is gone
    read = np.maximum(np.arange(len(worth)) - delay, 0)
    trade = costs.trade(table)[:-1]
    return _walk(np.where(seen, worth[read], np.inf), worth, trade, seen)


def _walk(read: Matrix, today: Matrix, trade: Matrix, seen: Mask) -> Path:
    """Step through the days, changing contract only where the plan gains more than it costs."""
    path = np.empty(len(read), dtype=np.int64)
    held = -1
    for row, value in enumerate(read):
        if not np.isfinite(value).any():  # what was planned is gone: read today's curve
            value = np.where(seen[row], today[row], np.inf)
        entered = np.where(np.isfinite(value), value + trade[row], np.inf)
        best = int(np.argmin(entered))
        keep = held >= 0 and seen[row, held] and value[held] <= trade[row, held] + entered[best]
        held = held if keep else best
        path[row] = held
    return path


def _nightly(table: RollTable, smooth: int) -> Matrix:
    """Expected cost of a night in each contract: median of the last `smooth` curves. (T, M)"""
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = -table.carry / table.index[:, None] / (table.sessions - 1)
    cost = np.where(np.isfinite(cost), cost, np.nan)
    seen = pd.DataFrame(cost).rolling(smooth, min_periods=1).median().to_numpy(float)
    return np.where(np.isfinite(cost), seen, np.nan)


def plan_worth(table: RollTable, costs: RollCosts, *, horizon: int, smooth: int) -> Matrix:
    """Expected cost of the next `horizon` nights, starting in each contract. (T - 1, M)

    Row t is made of rows up to t.
    """
    allowed = costs.holdable(table)[:-1]
    # Of all contracts of a history only four live on a day: plan on those.
    order = np.argsort(~allowed, axis=1, kind="stable")[:, : max(int(allowed.sum(axis=1).max()), 1)]

    def live(values: Matrix) -> Matrix:
        return np.take_along_axis(values, order, axis=1)

    worth = _solved(
        np.take_along_axis(allowed, order, axis=1),
        live(table.sessions[:-1] - 1) - costs.min_sessions,
        live(_nightly(table, smooth)[:-1]),
        live(np.nan_to_num(costs.trade(table)[:-1], nan=np.inf)),
        horizon,
    )
    out = np.full(allowed.shape, np.inf)
    np.put_along_axis(out, order, worth, axis=1)
    return out


def _solved(
    allowed: Mask, nights_left: Matrix, cost: Matrix, trade: Matrix, horizon: int
) -> Matrix:
    """Cheapest expected cost from each contract, backwards from the last night. (T - 1, K)"""
    value = np.zeros(cost.shape)
    seen = np.isfinite(cost)
    for night in range(horizon - 1, -1, -1):
        open_then = allowed & (nights_left >= night)
        here = np.where(open_then, cost + np.where(seen, value, 0.0), np.inf)
        change = trade + (trade + here).min(axis=1, keepdims=True)
        further = np.minimum(here, change) if night else here
        # Past the last expiry known today there is nothing to choose: the plan ends there.
        value = np.where(open_then.any(axis=1, keepdims=True), further, value)
    return value
