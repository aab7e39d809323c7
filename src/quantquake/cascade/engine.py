"""The clock: one day after another, one round after another, everybody deciding at once.

Order of a day: overnight news, limits and redemptions due; then in each round mark, pay, look,
decide, ration, clear, settle, futures; then the closing auction, and after it net asset values,
redemption requests, and what fades overnight. Nobody's result depends on a place in a list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.cascade import accounts, tides
from quantquake.cascade.draws import Draws
from quantquake.cascade.futures_market import trade_futures
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.view import Scene
from quantquake.cascade.ration import ration
from quantquake.cascade.record import Record
from quantquake.cascade.rules import Allowed
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scene import Views, look, thin
from quantquake.cascade.state import Cast, State, opening
from quantquake.cascade.stock_market import trade

#: Share of what is left that a lender sells in one round after a default.
LIQUIDATION = 0.25


@dataclass(slots=True)
class Engine:
    """One run of a batch of paths.

    Attributes
    ----------
    scenario : Scenario
    cast : Cast
    draws : Draws
    state : State
    record : Record
    """

    scenario: Scenario
    cast: Cast
    draws: Draws
    state: State
    record: Record

    @classmethod
    def of(cls, scenario: Scenario, cast: Cast, draws: Draws) -> Engine:
        """Stand before the first day."""
        n = len(draws.paths)
        record = Record.of(scenario, cast, n)
        return cls(scenario, cast, draws, opening(scenario, cast, n), record)

    def run(self) -> Record:
        """Run all days."""
        self.record.opening(self.cast, self.state)
        for day in range(1, self.scenario.days + 1):
            tides.open_day(self.cast, self.state)
            for round_ in range(1, self.scenario.rounds + 2):
                self._round(day, round_)
            self._evening(day)
        return self.record

    def _round(self, day: int, round_: int) -> None:
        scenario, cast, state = self.scenario, self.cast, self.state
        tides.arrive(scenario, cast, state, self.draws, day, round_)
        allowed = cast.rulebook.allowed(day, round_)
        accounts.mark(cast, state)
        # What the last clearing brought in is paid out now, at today's value of a unit.
        accounts.pay(state, allowed)
        accounts.fail(cast, state)
        scene = self._scene(day, round_)
        self._decide(scene, allowed)
        sheet = state.sheet
        ration(sheet.sell, sheet.buy, sheet.futures, state, allowed)
        ledger = trade(scenario, cast, state, sheet, scene.depth)
        when = (day - 1, round_ - 1)
        state.sold = self.record.trade(ledger, when)
        self.record.lowest(cast, state, day)
        if len(scenario.indices):
            trade_futures(scenario, cast, state, sheet.futures, scene)
            self.record.futures(sheet.futures, cast, when)
        self.record.turned(state, day, round_)

    def _scene(self, day: int, round_: int) -> Scene:
        scene = look(self.scenario, self.cast, self.state, day, round_)
        self.state.depth = thin(self.scenario, self.cast, self.state, scene)
        scene.depth = self.state.depth.copy()
        return scene

    def _decide(self, scene: Scene, allowed: Allowed) -> None:
        """Collect everybody's orders from the one snapshot. [money]"""
        state, sheet = self.state, self.state.sheet
        sheet.wipe()
        views = Views.of(self.cast, state, scene, allowed, self.draws, sheet)
        for p in self.scenario.participants:
            if _acts(p.acts, scene):
                sheet.enter(self.cast.rows[p.name], p.orders(views[p]))
        sheet.in_money(state.positions)
        self._lend_depth(scene, views)
        self._liquidate()
        if state.closed.any():
            for wanted in (sheet.sell, sheet.buy, sheet.futures):
                wanted[..., state.closed] = 0.0

    def _lend_depth(self, scene: Scene, views: Views) -> None:
        """Depth of this clearing: what is there, times what each participant makes of it."""
        factors = [p.liquidity(views[p]) for p in self.scenario.participants if _lends(p)]
        for factor in factors:
            if factor is not None:
                scene.depth = scene.depth * factor

    def _liquidate(self) -> None:
        """The lender of a holder in default sells for it."""
        gone = self.state.status == Outcome.DEFAULTED
        if not gone.any():
            return
        sheet, held = self.state.sheet, np.abs(self.state.positions.value)
        position = self.state.contracts * self.state.mark
        for wanted, forced in (
            (sheet.sell, LIQUIDATION * held),
            (sheet.buy, 0.0),
            (sheet.futures, -LIQUIDATION * position),
        ):
            np.copyto(wanted, forced, where=gone[:, None])

    def _evening(self, day: int) -> None:
        cast, state = self.cast, self.state
        last = self.scenario.rounds + 1
        accounts.mark(cast, state)
        accounts.pay(state, cast.rulebook.allowed(day, last))
        scene = look(self.scenario, cast, state, day, last)
        self._ask(scene, day)
        accounts.close_books(cast, state)
        if len(scene.index):
            state.closed |= (scene.index_ratio < self.scenario.close_below).any(axis=0)
        self.record.turned(state, day, last)
        self.record.close(cast, state, day)
        tides.forget(self.scenario, cast, state, scene)

    def _ask(self, scene: Scene, day: int) -> None:
        """Let investors ask for their money back tonight, or bring more of it."""
        allowed = self.cast.rulebook.allowed(day, self.scenario.rounds + 1)
        views = Views.of(self.cast, self.state, scene, allowed, self.draws)
        for p in self.scenario.participants:
            rows = self.cast.rows[p.name]
            asked = p.after_close(views[p])
            if asked is not None:
                self.state.asked[rows] += np.maximum(asked, 0.0)
                accounts.take_in(self.state, rows, np.maximum(-asked, 0.0), views[p].nav)


def _lends(holder: Holder) -> bool:
    return type(holder).liquidity is not Holder.liquidity


def _acts(when: str, scene: Scene) -> bool:
    if when == "close":
        return scene.closing
    if when == "open":
        return scene.round == 1
    return not scene.closing
