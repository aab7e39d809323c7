"""Which contract to hedge with, and when to change: the cheapest path over (date, contract).

Three questions. :func:`best_path` knows the whole history and finds the cheapest path there was: a
bound, not a strategy. :func:`planned_path` knows each day's curve only. :func:`compare_rolls` puts
both beside the three habits of a desk, net of spread, impact and fees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import HABITS, habit_path
from quantquake.measures.roll.table import Mask, Matrix, RollTable, roll_table
from quantquake.types import Origin, Result

Path = npt.NDArray[np.int64]

# Chosen on 2019-2021 among 1, 5, 10, 20 and 20, 60, then left alone (docs/en/basis.md). Without
# smoothing the planner chases the noise of closing prices and loses to "always the front".
SMOOTH = 5  # sessions whose median curve is planned on
HORIZON = 60  # sessions the planner looks ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class RollComparison(Result):
    """Every way to roll, costed on the same nights.

    Attributes
    ----------
    product : str
    costs : DataFrame
        Index `strategy`: `carry`, `trading`, `total`, all per hedged notional and year, a cost is
        positive [1/yr]; `rolls` a year; `breaches`: nights held beyond a limit. [1/yr, d]
    paths : DataFrame of shape (n_dates - 1, n_strategies)
        Contract held over the night that begins at each date.
    plan : DataFrame
        Trades of the planner: `date, sell_from, buy_into`; the first row opens.
    origin : Origin
    """

    product: str
    costs: pd.DataFrame
    paths: pd.DataFrame
    plan: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return one row a strategy."""
        return self.costs.copy()


def compare_rolls(
    history: pd.DataFrame,
    *,
    costs: RollCosts | None = None,
    horizon: int = HORIZON,
    delay: int = 1,
    smooth: int = SMOOTH,
    days_per_year: float = DAYS_PER_YEAR,
) -> RollComparison:
    """Roll a short hedge through a history in every way and say what each cost a year.

    Parameters
    ----------
    history : DataFrame
        One product, as :func:`quantquake.measures.basis.history` returns it; `volume` and
        `dividends` are used where given.
    costs : RollCosts, optional
        Size, spreads, impact, fees and limits.
    horizon : int
        Sessions the planner looks ahead. [d]
    delay : int
        Sessions between the curve the planner reads and the close it trades at. [d]
    smooth : int
        Sessions whose median curve the planner reads. [d]
    days_per_year : float
        Nights in a quoted year. [d/yr]

    Returns
    -------
    RollComparison
        Strategies ``planned`` (each day's curve only), ``hindsight`` (the whole history: a bound),
        ``front``, ``next``, ``open_interest``.

    Raises
    ------
    DataError
        Several products, fewer than two dates, or a night on which no contract may be held.
    ConfigError
        A horizon below one session.
    """
    table, costs = roll_table(history), costs or RollCosts()
    paths = {
        "planned": planned_path(table, costs, horizon=horizon, delay=delay, smooth=smooth),
        "hindsight": best_path(table, costs),
        **{habit: habit_path(table, costs, habit) for habit in HABITS},
    }
    rows = {name: path_cost(table, costs, path, days_per_year) for name, path in paths.items()}
    names = np.asarray(table.contracts, dtype=object)
    held = {name: names[path] for name, path in paths.items()}
    return RollComparison(
        product=table.product,
        costs=pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy"),
        paths=pd.DataFrame(held, index=table.dates[:-1]),
        plan=_trades(table, paths["planned"]),
        origin=_origin(table, costs, horizon, delay),
    )


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
    _refuse_empty(table, np.isfinite(nights))
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
    if horizon < 1 or delay < 0 or smooth < 1:
        raise ConfigError(
            f"horizon={horizon}, delay={delay}, smooth={smooth} sessions: no night could be "
            "planned, or a trade would come before its plan. Use horizon >= 1, delay >= 0, "
            "smooth >= 1."
        )
    allowed, trade = costs.holdable(table)[:-1], costs.trade(table)[:-1]
    seen = allowed & np.isfinite(table.night_cost())  # a contract with no price tomorrow is gone
    _refuse_empty(table, seen)
    worth = _expected(table, costs, allowed, horizon, smooth)
    read = np.maximum(np.arange(len(worth)) - delay, 0)
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


def _expected(
    table: RollTable, costs: RollCosts, allowed: Mask, horizon: int, smooth: int
) -> Matrix:
    """Expected cost of the next `horizon` nights, starting in each contract. (T - 1, M)"""
    nights_left = table.sessions[:-1] - 1
    cost = _nightly(table, smooth)[:-1]
    trade = np.nan_to_num(costs.trade(table)[:-1], nan=np.inf)
    value = np.zeros(cost.shape)
    for night in range(horizon - 1, -1, -1):
        open_then = allowed & (nights_left - night >= costs.min_sessions)
        here = np.where(open_then, cost + np.where(np.isfinite(cost), value, 0.0), np.inf)
        change = trade + (trade + here).min(axis=1, keepdims=True)
        further = np.minimum(here, change) if night else here
        # Past the last expiry known today there is nothing to choose: the plan ends there.
        value = np.where(open_then.any(axis=1, keepdims=True), further, value)
    return value


def path_cost(
    table: RollTable, costs: RollCosts, path: Path, days_per_year: float = DAYS_PER_YEAR
) -> dict[str, float]:
    """Cost of holding given contracts night by night, a year and per hedged notional. [1/yr]"""
    rows = np.arange(len(path))
    nights = table.night_cost()[rows, path]
    trade = costs.trade(table)[:-1]
    changed = np.flatnonzero(np.diff(path)) + 1
    trading = trade[0, path[0]] + float(
        np.sum(trade[changed, path[changed - 1]] + trade[changed, path[changed]])
    )
    per_year = days_per_year / len(path)
    carry = float(nights.sum())
    return {
        "carry": carry * per_year,
        "trading": trading * per_year,
        "total": (carry + trading) * per_year,
        "rolls": len(changed) * per_year,
        "breaches": int((~costs.holdable(table)[:-1][rows, path]).sum()),
    }


def _refuse_empty(table: RollTable, allowed: Mask) -> None:
    empty = np.asarray(~allowed.any(axis=1))
    if empty.any():
        raise DataError(
            f"On {int(empty.sum())} of {len(empty)} nights no {table.product} contract may be "
            f"held, first {table.dates[:-1][empty][0]:%Y-%m-%d}: the hedge would vanish. Reduce "
            "`lots`, raise `max_share`, or start where all contracts are quoted."
        )


def _trades(table: RollTable, path: Path) -> pd.DataFrame:
    rows: Sequence[int] = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist()]
    names = table.contracts
    return pd.DataFrame(
        {
            "date": table.dates[rows],
            "sell_from": [None if row == 0 else names[path[row - 1]] for row in rows],
            "buy_into": [names[path[row]] for row in rows],
        }
    )


def _origin(table: RollTable, costs: RollCosts, horizon: int, delay: int) -> Origin:
    nights = len(table.dates) - 1
    return Origin(
        as_of=table.dates[-1],
        coverage={"nights": f"{nights} since {table.dates[0]:%Y-%m-%d}"},
        assumptions=(
            f"{costs.lots:g} lots, half spread {costs.half_spread_ticks} ticks, impact "
            f"{costs.impact:g} x volatility x sqrt(share of volume): assumed, not measured",
            f"planner: {horizon} sessions ahead, basis shrinks to zero in a straight line, traded "
            f"{delay} session(s) after the curve it read",
            "hindsight knows the future: a bound, no strategy",
        ),
    )
