"""Does planning a roll pay? The planner's settings are chosen from the past alone, before each roll.

Every setting of a grid is run through the history; none looks ahead. On each expiry day the one
that has been cheapest so far, trading included, is taken for the next month. What is left of the
lead over the habits is stated with an interval: blocks of nights drawn anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR
from quantquake.measures.evidence.resampling import block_sums, stationary_blocks
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import HABITS, habit_path
from quantquake.measures.roll.path import nightly_costs, refuse_empty
from quantquake.measures.roll.planner import check_settings, follow_plan, plan_worth, quoted
from quantquake.measures.roll.shortest_path import best_path
from quantquake.measures.roll.table import Matrix, RollTable, roll_table
from quantquake.types import Origin, Result

#: Sessions smoothed over, and looked ahead.
Setting: TypeAlias = tuple[int, int]
GRID: tuple[Setting, ...] = tuple((s, h) for s in (1, 5, 10, 20) for h in (20, 60, 120))

FIRST = 250  # nights seen before the first choice: a year
PLAN = "walk_forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class RollTrial(Result):
    """A planner whose settings were chosen from the past, beside the habits, on later nights only.

    Attributes
    ----------
    product : str
    costs : DataFrame
        Index `strategy` (``walk_forward``, the habits, ``hindsight``): `carry`, `trading`, `total`;
        a cost is positive, before the dividends the stocks pay. [1/yr]
    lead : DataFrame
        Index habit, and ``best_habit``, the one that was cheapest on these very nights: `saved` by
        planning and its 95 % interval `low`, `high`. [1/yr]
    chosen : DataFrame
        One row a choice: `date`, `smooth`, `horizon`, `nights` seen before it. [d]
    nightly : DataFrame by date
        Cost of each night a strategy, the nights judged only. [1]
    origin : Origin
    """

    product: str
    costs: pd.DataFrame
    lead: pd.DataFrame
    chosen: pd.DataFrame
    nightly: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return one row a strategy."""
        return self.costs.copy()


def walk_forward(
    history: pd.DataFrame,
    *,
    costs: RollCosts | None = None,
    grid: Sequence[Setting] = GRID,
    first: int = FIRST,
    delay: int = 1,
    block: int = 60,
    draws: int = 2000,
    days_per_year: float = DAYS_PER_YEAR,
    seed: int = 0,
) -> RollTrial:
    """Judge the roll planner on nights its settings were not chosen on.

    Parameters
    ----------
    history : DataFrame
        One product, as :func:`quantquake.measures.basis.history` returns it.
    costs : RollCosts, optional
        Size, spreads, impact, fees and limits.
    grid : sequence of (smooth, horizon)
        Settings to choose from. [d]
    first : int
        Nights seen before the first choice; they are not judged. [d]
    delay : int
        Sessions between the curve the planner reads and the close it trades at; the choice of
        settings is as late. [d]
    block : int
        Mean block of the interval's bootstrap. [d]
    draws, seed : int
        Of the bootstrap.
    days_per_year : float
        Nights in a quoted year. [d/yr]

    Raises
    ------
    DataError
        Fewer than `first` + 60 nights, several products, or a night on which no contract may be
        held.
    ConfigError
        An empty grid, or settings below one session.
    """
    table, costs = roll_table(history), costs or RollCosts()
    _check(table, costs, grid, first, delay)
    worth = {one: plan_worth(table, costs, smooth=one[0], horizon=one[1]) for one in grid}
    spent = _spent(table, costs, worth, delay)
    chosen = _choices(table, spent, first, delay)
    paths = {
        PLAN: follow_plan(table, costs, _assembled(worth, chosen), delay),
        **{habit: habit_path(table, costs, habit, limits=True) for habit in HABITS},
        "hindsight": best_path(table, costs),
    }
    parts = {name: nightly_costs(table, costs, path) for name, path in paths.items()}
    days = table.dates[first:-1]
    nightly = pd.DataFrame({n: (c + t)[first:] for n, (c, t) in parts.items()}, index=days)
    return RollTrial(
        product=table.product,
        costs=_yearly({n: (c[first:], t[first:]) for n, (c, t) in parts.items()}, days_per_year),
        lead=_lead(nightly, block, draws, days_per_year, seed),
        chosen=_told(table, chosen),
        nightly=nightly,
        origin=_origin(table, costs, grid, first, delay, block, draws, seed),
    )


def pooled_lead(
    trials: Mapping[str, RollTrial],
    *,
    block: int = 60,
    draws: int = 2000,
    days_per_year: float = DAYS_PER_YEAR,
    seed: int = 0,
) -> pd.DataFrame:
    """Lead over each habit, the mean of several products; `lead` of :class:`RollTrial`.

    The products' nights are drawn together, since one crisis moves all of them. A night counts with
    the products judged on it.

    Raises
    ------
    DataError
        No trial.
    """
    if not trials:
        raise DataError(
            "No trial was given: there is no lead to pool. Give walk_forward() of each product."
        )
    together = pd.concat({p: one.nightly for p, one in trials.items()}, names=["product"])
    return _lead(together.groupby(level=1).mean(), block, draws, days_per_year, seed)


def _check(
    table: RollTable, costs: RollCosts, grid: Sequence[Setting], first: int, delay: int
) -> None:
    if not grid or first < 1:
        raise ConfigError(
            f"{len(grid)} settings and first={first}: there is nothing to choose from, or no past "
            "to choose by. Give one setting or more, and first >= 1."
        )
    for smooth, horizon in grid:
        check_settings(horizon, delay, smooth)
    refuse_empty(table, quoted(table, costs))
    nights = len(table.dates) - 1
    if nights < first + 60:
        raise DataError(
            f"{table.product} has {nights} nights, {first} of them to choose settings on: fewer "
            "than 60 are left to judge the planner. Give a longer history, or a smaller `first`."
        )


def _spent(
    table: RollTable, costs: RollCosts, worth: Mapping[Setting, Matrix], delay: int
) -> dict[Setting, Matrix]:
    """Cost of each setting up to the beginning of each night, trading included. (T,)"""
    spent = {}
    for setting, values in worth.items():
        carry, trading = nightly_costs(table, costs, follow_plan(table, costs, values, delay))
        spent[setting] = np.concatenate([[0.0], np.cumsum(carry + trading)])
    return spent


def _choices(
    table: RollTable, spent: Mapping[Setting, Matrix], first: int, delay: int
) -> list[tuple[int, Setting]]:
    """Row from which each choice holds: `first`, then every expiry day after it."""
    expires = np.flatnonzero((table.sessions[:-1] == 1).any(axis=1))
    rows = [first, *(int(row) for row in expires if row > first)]
    return [(row, min(spent, key=lambda s: spent[s][max(row - delay, 0)])) for row in rows]


def _assembled(
    worth: Mapping[Setting, Matrix], chosen: Sequence[tuple[int, Setting]]
) -> npt.NDArray[np.float64]:
    """Each night's plan under the setting in force; before the first choice under the first one."""
    out = worth[chosen[0][1]].copy()
    ends = [*(row for row, _ in chosen), len(out)]
    for (row, after), (_, setting) in zip(pairwise(ends), chosen, strict=True):
        out[row:after] = worth[setting][row:after]
    return out


def _yearly(parts: Mapping[str, tuple[Matrix, Matrix]], days_per_year: float) -> pd.DataFrame:
    rows = {
        name: {
            "carry": carry.mean() * days_per_year,
            "trading": trading.mean() * days_per_year,
            "total": (carry + trading).mean() * days_per_year,
        }
        for name, (carry, trading) in parts.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("strategy")


def _lead(
    nightly: pd.DataFrame, block: int, draws: int, days_per_year: float, seed: int
) -> pd.DataFrame:
    """What planning saved against each habit, with the middle 95 % of redrawn histories."""
    best = str(nightly[list(HABITS)].mean().idxmin())
    against = {**{habit: habit for habit in HABITS}, "best_habit": best}
    saved = np.column_stack([nightly[h] - nightly[PLAN] for h in against.values()])
    blocks = stationary_blocks(len(saved), draws, block, np.random.default_rng(seed))
    drawn = block_sums(blocks, saved) / len(saved) * days_per_year
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    table = {"saved": saved.mean(axis=0) * days_per_year, "low": low, "high": high}
    return pd.DataFrame(table, index=pd.Index(list(against), name="habit"))


def _told(table: RollTable, chosen: Sequence[tuple[int, Setting]]) -> pd.DataFrame:
    rows = [(table.dates[row], smooth, horizon, row) for row, (smooth, horizon) in chosen]
    return pd.DataFrame(rows, columns=["date", "smooth", "horizon", "nights"])


def _origin(
    table: RollTable,
    costs: RollCosts,
    grid: Sequence[Setting],
    first: int,
    delay: int,
    block: int,
    draws: int,
    seed: int,
) -> Origin:
    nights = len(table.dates) - 1
    return Origin(
        as_of=table.dates[-1],
        coverage={"nights": f"{nights - first} of {nights}, since {table.dates[first]:%Y-%m-%d}"},
        assumptions=(
            f"settings chosen from {len(grid)} on every expiry day, by their cost before it",
            f"traded {delay} session(s) after the curve that was read",
            f"{costs.lots:g} lots; spread, impact and the ordinary fee are assumed, not measured",
            f"interval: {draws} histories of blocks of {block} nights on average",
            "best_habit is known afterwards only: a stricter rival than any desk could choose",
        ),
        seed=seed,
    )
