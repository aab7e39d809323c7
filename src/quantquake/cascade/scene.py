"""The snapshot everybody decides from, and each participant's own window on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.cascade.draws import Draws
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.view import FloatArray, Scene, View
from quantquake.cascade.rules import Allowed
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.sheet import Sheet
from quantquake.cascade.state import Cast, State


def group_levels(cast: Cast, price: FloatArray) -> FloatArray:
    """Float-weighted price of each group, 1 at the start; shape (G, S)."""
    return cast.group_weights @ price


def _first_rows(cast: Cast) -> np.ndarray:
    # Assets stand in the order of their groups, so each group is one block of rows.
    return np.searchsorted(cast.assets.group_of, np.arange(len(cast.assets.groups)))


def look(scenario: Scenario, cast: Cast, state: State, day: int, round_: int) -> Scene:
    """Take the snapshot of this moment."""
    price, a = state.book.price, cast.assets
    groups, first = group_levels(cast, price), _first_rows(cast)
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
        group_return=groups / state.previous_groups - 1.0,
        group_drawdown=groups / np.maximum(state.highs.max(axis=0), groups) - 1.0,
        index=index * np.array([i.level for i in scenario.indices]).reshape(-1, 1),
        index_ratio=index,
        index_return=index / before - 1.0,
        index_drawdown=index / np.maximum(state.index_highs.max(axis=0), index) - 1.0,
        basis=state.basis.copy(),
        overnight=state.overnight,
        volatility=state.volatility,
        depth=state.depth.copy(),
        daily_amount=np.add.reduceat(a.daily_amount, first),
        limit_share=at_limit.mean(axis=0),
        sold=state.sold,
        attention=state.attention,
    )


@dataclass(slots=True)
class Views:
    """Everybody's windows on one moment, opened when asked for.

    Attributes
    ----------
    equity, nav : ndarray of shape (n_holders, S)
    position : ndarray of shape (n_holders, I, S)
        [money]
    sheet : Sheet or None
        Where orders are written, in a round in which there are any.
    """

    cast: Cast
    state: State
    scene: Scene
    allowed: Allowed
    draws: Draws
    equity: FloatArray
    nav: FloatArray
    position: FloatArray
    sheet: Sheet | None
    opened: dict[str, View]

    @classmethod
    def of(
        cls, cast: Cast, state: State, scene: Scene, allowed: Allowed, draws: Draws,
        sheet: Sheet | None = None,
    ) -> Views:  # fmt: skip
        """Work out once what all of them show."""
        equity = state.positions.net + state.cash
        nav, position = equity / state.units, state.contracts * state.mark
        return cls(cast, state, scene, allowed, draws, equity, nav, position, sheet, {})

    def __getitem__(self, holder: Holder) -> View:
        """Window of one participant."""
        if holder.name not in self.opened:
            self.opened[holder.name] = self._open(holder)
        return self.opened[holder.name]

    def _open(self, holder: Holder) -> View:
        rows, state = self.cast.rows[holder.name], self.state
        return View(
            scene=self.scene,
            value=state.positions.value[rows],
            cash=state.cash[rows],
            equity=self.equity[rows],
            gross=state.positions.gross[rows],
            position=self.position[rows],
            nav=self.nav[rows],
            nav_high=state.nav_high[rows],
            due=state.due[rows],
            may_sell=self.allowed.may_sell[rows],
            status=state.status[rows],
            memory=state.memory[holder.name],
            draws=self.draws,
            numbers=self.cast.numbers[rows],
            constants=state.constants[holder.name],
            blank=None if self.sheet is None else self.sheet.lines(rows),
        )


def thin(scenario: Scenario, cast: Cast, state: State, scene: Scene) -> FloatArray:
    """Depth the sell side has now: it goes at once and comes back slowly; shape (G, S)."""
    rule = scenario.depth
    fall = scene.group_drawdown
    if rule.reference is not None:
        fall = fall[[cast.assets.group_number(rule.reference, "depth.reference")]]
    goal = np.exp(rule.stress * fall)
    if scene.limit_share.any():
        goal = goal * (1 - rule.limit * _locked(cast, state))
    goal = np.maximum(goal, rule.floor)
    pace = 1 - (1 - rule.recovery) ** (1 / (scenario.rounds + 1))
    return np.where(goal < state.depth, goal, state.depth + pace * (goal - state.depth))


def _locked(cast: Cast, state: State) -> FloatArray:
    """Share of each group's names at the lower limit, (G, S)."""
    at_limit = (state.book.price <= state.book.low * (1 + 1e-12)).astype(float)
    names = np.bincount(cast.assets.group_of)[:, None]
    return np.asarray(np.add.reduceat(at_limit, _first_rows(cast), axis=0) / names)
