"""What moves without a trade: news and noise before a round, forgetting over night."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.clearing import LOG_BOUND
from quantquake.cascade.draws import Draws, stable_number
from quantquake.cascade.participants.view import FloatArray, Scene
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scene import group_levels
from quantquake.cascade.state import Cast, State

_MARKET = np.array([stable_number("market")], dtype=np.uint64)


def open_day(cast: Cast, state: State) -> None:
    """Set the day's price limits and counters; what was asked for last night is due now."""
    limit = cast.assets.limit[:, None]
    free = np.isinf(limit)
    state.book.low = np.where(free, np.exp(-LOG_BOUND), state.previous * (1 - limit))
    state.book.high = np.where(free, np.exp(LOG_BOUND), state.previous * (1 + limit))
    state.day_start = state.positions.gross.copy()
    for counter in (state.day_sold, state.day_bought, state.day_shorted, state.day_paid):
        counter[:] = 0.0
    state.due += state.asked
    state.asked[:] = 0.0


def arrive(
    scenario: Scenario, cast: Cast, state: State, draws: Draws, day: int, round_: int
) -> None:
    """Move prices by the round's news and noise; the closing auction brings none."""
    if round_ > scenario.rounds:
        return
    move = _news(scenario, cast, day, round_)[:, None] + _noise(scenario, cast, draws, day, round_)
    state.book.base += np.where(state.closed, 0.0, move)
    state.book.quote(state.book.fair(scenario.impact, cast.assets.volatility[:, None]))


def _news(scenario: Scenario, cast: Cast, day: int, round_: int) -> FloatArray:
    a = cast.assets
    move = np.zeros(len(a))
    for news in scenario.news:
        if news.day != day or round_ > news.spread_over:
            continue
        own = None if news.group is None else a.group_number(news.group, "news")
        hit = a.beta if own is None else (a.group_of == own).astype(float)
        move += np.log1p(news.move) * hit / min(news.spread_over, scenario.rounds)
    return move


def _noise(
    scenario: Scenario, cast: Cast, draws: Draws, day: int, round_: int
) -> FloatArray | float:
    noise, a = scenario.noise, cast.assets
    step = day * 1000 + round_
    out: FloatArray | float = 0.0
    if noise.common:
        out = out + noise.common * a.beta[:, None] * draws.normals("common", step, _MARKET)
    if noise.own:
        own = draws.normals("own", step, a.number)
        out = out + noise.own * a.volatility[:, None] * own
    return out / np.sqrt(scenario.rounds)


def forget(scenario: Scenario, cast: Cast, state: State, scene: Scene) -> None:
    """Overnight: pressure is forgotten, queues lapse, highs and volatility move on."""
    state.positions.lapse()
    state.previous = state.book.price.copy()
    state.previous_groups = group_levels(cast, state.previous)
    state.highs = _next(state.highs, state.previous_groups)
    state.index_highs = _next(state.index_highs, cast.weights @ state.previous)
    state.overnight = scene.index_return.copy()
    state.volatility = np.sqrt(0.94 * state.volatility**2 + 0.06 * scene.index_return**2)
    loud, fall = scenario.attention, np.maximum(-scene.group_return.min(axis=0), 0.0)
    state.attention = (1 - loud.fade) * state.attention + loud.gain * fall
    state.book.forget(scenario.impact)
    state.cash += state.cash * scenario.financing / 250


def _next(window: FloatArray, level: FloatArray) -> FloatArray:
    return np.concatenate([window[1:], level[None]])
