"""Every way to roll on the same nights, net of spread, impact and fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.measures.basis.curve import DAYS_PER_YEAR
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import HABITS, habit_path
from quantquake.measures.roll.path import Path, path_cost
from quantquake.measures.roll.planner import HORIZON, SMOOTH, planned_path
from quantquake.measures.roll.shortest_path import best_path
from quantquake.measures.roll.table import RollTable, roll_table
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class RollComparison(Result):
    """Every way to roll, costed on the same nights.

    Attributes
    ----------
    product : str
    costs : DataFrame
        Index `strategy`: `carry`, `trading`, `total`, all per hedged notional and year, a cost is
        positive, before the dividends the stocks pay [1/yr]; `rolls` a year. [1/yr]
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
        ``front``, ``next``, ``open_interest``. All keep to the same limits, so none can cost less
        than ``hindsight``, the cheapest of all such paths.

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
        **{habit: habit_path(table, costs, habit, limits=True) for habit in HABITS},
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
