"""The clock: one day after another, one round after another, everybody deciding at once.

Order of a day: overnight news, limits and redemptions due; then in each round mark, look, decide,
ration, clear, settle, futures, pay; then the closing auction, and after it net asset values,
redemption requests, and what fades overnight. Nobody's result depends on a place in a list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.clearing import LOG_BOUND, clear
from quantquake.cascade.draws import Draws, stable_number
from quantquake.cascade.kernels import sleeves
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.base import FloatArray, Orders, Scene, View
from quantquake.cascade.ration import ration
from quantquake.cascade.record import Record
from quantquake.cascade.rules import Allowed
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scene import group_levels, look, thin, view_of
from quantquake.cascade.state import Cast, State, opening

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
            self._morning()
            for round_ in range(1, self.scenario.rounds + 2):
                self._round(day, round_)
            self._evening(day)
        return self.record

    # --- the day ---------------------------------------------------------------------------------

    def _morning(self) -> None:
        state, limit = self.state, self.cast.assets.limit[:, None]
        state.book.low = np.where(np.isinf(limit), np.exp(-LOG_BOUND), state.previous * (1 - limit))
        state.book.high = np.where(np.isinf(limit), np.exp(LOG_BOUND), state.previous * (1 + limit))
        n_holders, n = state.cash.shape
        rows = state.value.reshape(n_holders, -1, n)
        state.day_start = np.abs(rows).sum(axis=1)
        for name in ("day_sold", "day_bought", "day_shorted", "day_paid"):
            getattr(state, name)[:] = 0.0
        state.due += state.asked
        state.asked[:] = 0.0

    def _round(self, day: int, round_: int) -> None:
        self._news(day, round_)
        self._mark()
        scene = look(self.scenario, self.cast, self.state, day, round_)
        self.state.depth = thin(self.scenario, self.cast, self.state, scene)
        scene.depth = self.state.depth.copy()
        allowed = self.cast.rulebook.allowed(day, round_)
        sell, buy, futures = self._decide(scene, allowed)
        ration(sell, buy, futures, self.state, allowed)
        self._trade(sell, buy, scene, day, round_)
        self._trade_futures(futures, scene, day, round_)
        self._pay(allowed)

    def _evening(self, day: int) -> None:
        self._mark()
        scene = look(self.scenario, self.cast, self.state, day, self.scenario.rounds + 1)
        self._ask(scene, day)
        self._close_books(scene)
        self.record.close(self.cast, self.state, day)
        self._fade(scene)

    # --- before anyone decides -------------------------------------------------------------------

    def _news(self, day: int, round_: int) -> None:
        """Move prices by what needs no trade: news of the day, then noise."""
        scenario, state, a = self.scenario, self.state, self.cast.assets
        if round_ > scenario.rounds:
            return
        move = np.zeros(len(a))
        for news in scenario.news:
            if news.day == day and round_ <= news.spread_over:
                hit = (
                    a.beta
                    if news.group is None
                    else 1.0 * (a.group_of == a.group_number(news.group, "news"))
                )
                move += np.log1p(news.move) * hit / min(news.spread_over, scenario.rounds)
        state.book.base += np.where(state.closed, 0.0, move[:, None] + self._noise(day, round_))
        state.book.quote(state.book.fair(scenario.impact, a.volatility[:, None]))

    def _noise(self, day: int, round_: int) -> FloatArray | float:
        noise, a = self.scenario.noise, self.cast.assets
        if noise.common == 0 and noise.own == 0:
            return 0.0
        step = day * 1000 + round_
        pace = 1 / np.sqrt(self.scenario.rounds)
        out: FloatArray | float = 0.0
        if noise.common:
            one = np.array([stable_number("market")], dtype=np.uint64)
            out = out + noise.common * a.beta[:, None] * self.draws.normals("common", step, one)
        if noise.own:
            own = self.draws.normals("own", step, a.number)
            out = out + noise.own * a.volatility[:, None] * own
        return pace * out

    def _mark(self) -> None:
        """Value every sleeve, and settle futures against the last mark."""
        state, table = self.state, self.cast.table
        sleeves.value(table.start, table.asset, state.shares, state.book.price, state.value)
        mark = (self.cast.weights @ state.book.price) * (1 + state.basis)
        state.cash += np.einsum("fis,is->fs", state.contracts, mark - state.mark)
        state.mark = mark

    # --- deciding --------------------------------------------------------------------------------

    def _decide(self, scene: Scene, allowed: Allowed) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Collect everybody's orders from the one snapshot. [money]"""
        self._fail()
        state, n = self.state, self.state.cash.shape[1]
        held = state.value.reshape(self.cast.table.n_holders, -1, n)
        sell, buy = np.zeros_like(held), np.zeros_like(held)
        futures = np.zeros_like(state.contracts)
        views = {
            p.name: view_of(p, self.cast, state, scene, allowed, self.draws)
            for p in self.scenario.participants
        }
        for p in self.scenario.participants:
            if _acts(p.acts, scene):
                orders, rows = p.orders(views[p.name]), self.cast.rows[p.name]
                sell[rows] = np.clip(orders.sell, 0.0, 1.0) * np.abs(held[rows])
                buy[rows] = np.maximum(orders.buy, 0.0)
                futures[rows] = orders.futures
        self._lend_depth(scene, views)
        self._liquidate(sell, buy, futures, held)
        for orders_ in (sell, buy, futures):
            orders_[..., state.closed] = 0.0
        return sell, buy, futures

    def _lend_depth(self, scene: Scene, views: dict[str, View]) -> None:
        """Depth of this clearing: what is there, times what each participant makes of it."""
        factors = [p.liquidity(views[p.name]) for p in self.scenario.participants]
        for factor in factors:
            if factor is not None:
                scene.depth = scene.depth * factor

    def _liquidate(
        self, sell: FloatArray, buy: FloatArray, futures: FloatArray, held: FloatArray
    ) -> None:
        """The lender of a holder in default sells for it."""
        gone = (self.state.status == Outcome.DEFAULTED)[:, None]
        sell[:] = np.where(gone, LIQUIDATION * np.abs(held), sell)
        buy[:] = np.where(gone, 0.0, buy)
        position = self.state.contracts * self.state.mark
        futures[:] = np.where(gone, -LIQUIDATION * position, futures)

    # --- trading ---------------------------------------------------------------------------------

    def _trade(
        self, sell: FloatArray, buy: FloatArray, scene: Scene, day: int, round_: int
    ) -> None:
        state, table, a = self.state, self.cast.table, self.cast.assets
        n = state.cash.shape[1]
        sell_rows, buy_rows = sell.reshape(-1, n), buy.reshape(-1, n)
        if self.scenario.queue:
            sell_rows = np.maximum(sell_rows, np.minimum(state.queued_sell, np.abs(state.value)))
            buy_rows = np.maximum(buy_rows, state.queued_buy)
        active = np.flatnonzero(((sell_rows > 0) | (buy_rows > 0)).any(axis=1))
        share, baskets = self._as_quantities(sell_rows, buy_rows, active)
        sold, bought = np.zeros((len(a), n)), np.zeros((len(a), n))
        args = (table.start, table.asset, state.shares, table.recipe, active, share, baskets)
        sleeves.gather_orders(*args, sold, bought)
        falling = bought < sold
        depth = np.where(falling, scene.depth[a.group_of], 1.0)
        fills = clear(
            state.book, self.scenario.impact, a.volatility[:, None], sold, bought,
            a.daily_amount[:, None] * depth,
        )  # fmt: skip
        money = np.zeros((3, *state.value.shape))
        sleeves.settle(*args, fills.sell, fills.buy, fills.mid, money)
        # A sleeve that undoes and adds at once leaves its undoing in the queue.
        state.queued_sell = np.where(sell_rows > 0, money[2], 0.0)
        state.queued_buy = np.where(sell_rows > 0, 0.0, money[2])
        self._book(money[0], money[1], day, round_)

    def _as_quantities(
        self, sell: FloatArray, buy: FloatArray, active: npt.NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray]:
        """Turn money into a share of what is held, and into baskets."""
        state, table = self.state, self.cast.table
        unit = np.ones_like(state.value)
        sleeves.basket_price(table.start, table.asset, table.recipe, active, state.book.price, unit)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(sell > 0, np.minimum(sell / np.abs(state.value), 1.0), 0.0)
            baskets = np.where((buy > 0) & (unit > 0), buy / unit, 0.0)
        return np.ascontiguousarray(share), np.ascontiguousarray(baskets)

    def _book(self, received: FloatArray, paid: FloatArray, day: int, round_: int) -> None:
        state, n = self.state, self.state.cash.shape[1]
        by_holder = received.reshape(self.cast.table.n_holders, -1, n)
        spent = paid.reshape(self.cast.table.n_holders, -1, n)
        state.day_sold += by_holder.sum(axis=1)
        state.day_bought += spent.sum(axis=1)
        state.cash += by_holder.sum(axis=1) - spent.sum(axis=1)
        state.sold = self.record.trade(by_holder, spent, self.cast, (day - 1, round_ - 1))
        self.record.lowest(self.cast, state, day)

    def _trade_futures(self, futures: FloatArray, scene: Scene, day: int, round_: int) -> None:
        """Move the basis on the net futures flow; everybody gets the middle."""
        state, specs = self.state, [i.futures for i in self.scenario.indices]
        if not any(spec is not None for spec in specs):
            return
        before = state.basis.copy()
        steps = self.scenario.rounds + 1
        net = futures.sum(axis=0)
        spread = scene.index_return - state.round_return
        state.round_return = scene.index_return.copy() if round_ < steps else 0 * scene.index_return
        for i, spec in enumerate(specs):
            if spec is None:
                continue
            calm = cast_depth(self.cast, scene.depth, i)
            pull = (1 - (1 - spec.reversion) ** (1 / steps)) * (state.basis[i] - spec.mean)
            push = spec.impact * net[i] / spec.daily_amount + spec.stress * (1 - calm) * spread[i]
            state.basis[i] += push - pull
            if spec.premium_cap is not None:
                np.minimum(state.basis[i], spec.premium_cap, out=state.basis[i])
        np.maximum(state.basis, -0.9, out=state.basis)
        self._settle_futures(futures, before)
        self.record.futures(futures, self.cast, (day - 1, round_ - 1))

    def _settle_futures(self, futures: FloatArray, before: FloatArray) -> None:
        state = self.state
        index = self.cast.weights @ state.book.price
        middle, after = index * (1 + 0.5 * (before + state.basis)), index * (1 + state.basis)
        traded = futures / middle
        gain = state.contracts * (after - state.mark) + traded * (after - middle)
        state.cash += gain.sum(axis=1)
        state.contracts += traded
        state.mark = after
        state.day_shorted += np.maximum(-futures, 0.0).sum(axis=1)

    # --- money in and out ------------------------------------------------------------------------

    def _pay(self, allowed: Allowed) -> None:
        """Pay redemptions from cash; a unit paid out leaves the others' value unchanged."""
        state = self.state
        if not state.due.any():
            return
        self._mark()
        gate = allowed.redeem[:, None]
        room = np.where(np.isfinite(gate), gate, 0.0) * state.day_start - state.day_paid
        room = np.where(np.isfinite(gate), room, np.inf)
        paid = np.clip(np.minimum(state.due, np.minimum(state.cash, room)), 0.0, None)
        nav = self._equity() / state.units
        with np.errstate(divide="ignore", invalid="ignore"):
            state.units -= np.where(nav > 0, paid / nav, 0.0)
        state.units = np.maximum(state.units, 1e-12)
        state.cash -= paid
        state.due -= paid
        state.day_paid += paid

    def _equity(self) -> FloatArray:
        state = self.state
        rows = state.value.reshape(self.cast.table.n_holders, -1, state.cash.shape[1])
        return rows.sum(axis=1) + state.cash

    def _ask(self, scene: Scene, day: int) -> None:
        """Let investors ask for their money back tonight."""
        allowed = self.cast.rulebook.allowed(day, self.scenario.rounds + 1)
        for p in self.scenario.participants:
            view = view_of(p, self.cast, self.state, scene, allowed, self.draws)
            asked = p.after_close(view)
            if asked is not None:
                self.state.asked[self.cast.rows[p.name]] += np.maximum(asked, 0.0)
                self._take_in(self.cast.rows[p.name], np.maximum(-asked, 0.0), view.nav)

    def _take_in(self, rows: slice, money: FloatArray, nav: FloatArray) -> None:
        """New money buys units at tonight's value; a value of nothing is bought at one."""
        self.state.cash[rows] += money
        self.state.units[rows] += money / np.where(nav > 1e-6, nav, 1.0)

    # --- the night -------------------------------------------------------------------------------

    def _close_books(self, scene: Scene) -> None:
        state = self.state
        equity = self._equity()
        nav = equity / state.units
        empty = state.day_start <= 0
        state.nav_high = np.maximum(state.nav_high, nav)
        state.nav_low = np.minimum(state.nav_low, np.where(empty, state.nav_low, nav))
        late = (state.due > 1e-9 * np.maximum(state.day_start, 1.0)) & self.cast.funded[:, None]
        self._mark_status(late, Outcome.GATED)
        self._fail()
        if len(scene.index):
            level = np.array([i.level for i in self.scenario.indices]).reshape(-1, 1)
            state.closed |= (scene.index / level < self.scenario.close_below).any(axis=0)

    def _fail(self) -> None:
        """Whoever owes more than it owns is in default from now on."""
        self._mark_status((self._equity() < 0) & self.cast.funded[:, None], Outcome.DEFAULTED)

    def _mark_status(self, who: npt.NDArray[np.bool_], outcome: Outcome) -> None:
        np.maximum(
            self.state.status, np.where(who, np.int8(outcome), np.int8(0)), out=self.state.status
        )

    def _fade(self, scene: Scene) -> None:
        """Overnight: pressure is forgotten, queues lapse, highs and volatility move on."""
        scenario, state = self.scenario, self.state
        state.queued_sell[:] = 0.0
        state.queued_buy[:] = 0.0
        state.previous = state.book.price.copy()
        state.highs = np.concatenate(
            [state.highs[1:], group_levels(self.cast, state.previous)[None]]
        )
        state.index_highs = np.concatenate(
            [state.index_highs[1:], (self.cast.weights @ state.previous)[None]]
        )
        state.overnight = scene.index_return.copy()
        state.volatility = np.sqrt(0.94 * state.volatility**2 + 0.06 * scene.index_return**2)
        loud = scenario.attention
        fall = np.maximum(-scene.group_return.min(axis=0), 0.0)
        state.attention = (1 - loud.fade) * state.attention + loud.gain * fall
        state.book.pressure *= scenario.impact.remembered(1.0)
        state.cash += state.cash * scenario.financing / 250


def cast_depth(cast: Cast, depth: FloatArray, index: int) -> FloatArray:
    """Depth of an index: its groups' depth by weight; shape (S,)."""
    by_group = np.bincount(
        cast.assets.group_of, weights=cast.weights[index], minlength=len(cast.assets.groups)
    )
    return by_group @ depth


def _acts(when: str, scene: Scene) -> bool:
    if when == "close":
        return scene.closing
    if when == "open":
        return scene.round == 1
    return not scene.closing


__all__ = ["Engine", "Orders"]
