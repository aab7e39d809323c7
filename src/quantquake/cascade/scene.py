"""The snapshot everybody decides from, and each participant's own window on it."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.draws import Draws
from quantquake.cascade.participants.base import FloatArray, Holder, Scene, View
from quantquake.cascade.rules import Allowed
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.state import Cast, State


def group_levels(cast: Cast, price: FloatArray) -> FloatArray:
    """Float-weighted price of each group, 1 at the start; shape (G, S)."""
    a = cast.assets
    summed = np.add.reduceat(a.cap[:, None] * price, _first_rows(cast), axis=0)
    return summed / np.add.reduceat(a.cap, _first_rows(cast))[:, None]


def _first_rows(cast: Cast) -> np.ndarray:
    # Assets stand in the order of their groups, so each group is one block of rows.
    return np.searchsorted(cast.assets.group_of, np.arange(len(cast.assets.groups)))


def look(scenario: Scenario, cast: Cast, state: State, day: int, round_: int) -> Scene:
    """Take the snapshot of this moment."""
    price, a = state.book.price, cast.assets
    groups = group_levels(cast, price)
    index = cast.weights @ price
    before = cast.weights @ state.previous
    at_limit = state.book.price <= state.book.low * (1 + 1e-12)
    return Scene(
        groups=a.groups,
        indices=tuple(i.name for i in scenario.indices),
        day=day,
        round=round_,
        rounds=scenario.rounds,
        closing=round_ > scenario.rounds,
        group_return=groups / group_levels(cast, state.previous) - 1.0,
        group_drawdown=groups / np.maximum(state.highs.max(axis=0), groups) - 1.0,
        index=index * np.array([i.level for i in scenario.indices]).reshape(-1, 1),
        index_ratio=index,
        index_return=index / before - 1.0,
        index_drawdown=index / np.maximum(state.index_highs.max(axis=0), index) - 1.0,
        basis=state.basis.copy(),
        overnight=state.overnight,
        volatility=state.volatility,
        depth=state.depth.copy(),
        daily_amount=np.add.reduceat(a.daily_amount, _first_rows(cast)),
        limit_share=at_limit.mean(axis=0),
        sold=state.sold,
        attention=state.attention,
    )


def view_of(
    holder: Holder, cast: Cast, state: State, scene: Scene, allowed: Allowed, draws: Draws
) -> View:
    """Cut out one participant's rows."""
    rows = cast.rows[holder.name]
    books = state.positions
    equity = books.net[rows] + state.cash[rows]
    return View(
        scene=scene,
        value=books.value[rows],
        cash=state.cash[rows],
        equity=equity,
        gross=books.gross[rows],
        position=state.contracts[rows] * state.mark,
        nav=equity / state.units[rows],
        nav_high=state.nav_high[rows],
        due=state.due[rows],
        may_sell=(np.minimum(allowed.sell, np.minimum(allowed.net_sell, allowed.close)) > 0)[rows],
        status=state.status[rows],
        memory=state.memory[holder.name],
        draws=draws,
        numbers=cast.numbers[rows],
    )


def thin(scenario: Scenario, cast: Cast, state: State, scene: Scene) -> FloatArray:
    """Depth the sell side has now: it goes at once and comes back slowly; shape (G, S)."""
    rule = scenario.depth
    fall = scene.group_drawdown
    if rule.reference is not None:
        fall = fall[[cast.assets.group_number(rule.reference, "depth.reference")]]
    locked = state.book.price <= state.book.low * (1 + 1e-12)
    share = np.add.reduceat(locked.astype(float), _first_rows(cast), axis=0)
    share /= np.bincount(cast.assets.group_of)[:, None]
    goal = np.exp(rule.stress * fall) * (1 - rule.limit * share)
    goal = np.maximum(goal, rule.floor)
    pace = 1 - (1 - rule.recovery) ** (1 / (scenario.rounds + 1))
    return np.where(goal < state.depth, goal, state.depth + pace * (goal - state.depth))
