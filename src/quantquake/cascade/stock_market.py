"""From wanted money to filled shares: one clearing of all stock orders."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.cascade.clearing import clear
from quantquake.cascade.kernels import sleeves
from quantquake.cascade.participants.base import FloatArray
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.state import Cast, State


def trade(
    scenario: Scenario,
    cast: Cast,
    state: State,
    sell: FloatArray,
    buy: FloatArray,
    depth: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Clear everybody's orders at once, move prices, and book what was filled.

    Parameters
    ----------
    sell, buy : ndarray of shape (n_holders, n_sleeves, n_scenarios)
        [money]
    depth : ndarray of shape (n_groups, n_scenarios)
        Of the sell side; the buy side is always whole.

    Returns
    -------
    received, paid : ndarray of shape (n_holders, n_sleeves, n_scenarios)
        [money]
    """
    table, a, n = cast.table, cast.assets, state.cash.shape[1]
    undo, add = _standing(scenario, state, sell.reshape(-1, n), buy.reshape(-1, n))
    active = np.flatnonzero(((undo > 0) | (add > 0)).any(axis=1))
    share, baskets = _quantities(cast, state, undo, add, active)
    orders = (table.start, table.asset, state.shares, table.recipe, active, share, baskets)
    sold, bought = np.zeros((len(a), n)), np.zeros((len(a), n))
    sleeves.gather_orders(*orders, sold, bought)
    volume = a.daily_amount[:, None] * np.where(bought < sold, depth[a.group_of], 1.0)
    fills = clear(state.book, scenario.impact, a.volatility[:, None], sold, bought, volume)
    money = np.zeros((3, *state.value.shape))
    sleeves.settle(*orders, fills.sell, fills.buy, fills.mid, money)
    # A sleeve that undoes and adds at once leaves its undoing in the queue.
    state.queued_sell = np.where(undo > 0, money[2], 0.0)
    state.queued_buy = np.where(undo > 0, 0.0, money[2])
    return _book(state, money)


def _standing(
    scenario: Scenario, state: State, sell: FloatArray, buy: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Let unfilled orders stand: a new order replaces a queued one only if it is larger."""
    if not scenario.queue:
        return sell, buy
    queued = np.minimum(state.queued_sell, np.abs(state.value))
    return np.maximum(sell, queued), np.maximum(buy, state.queued_buy)


def _quantities(
    cast: Cast, state: State, undo: FloatArray, add: FloatArray, active: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Turn money into a share of what is held, and into baskets."""
    table, unit = cast.table, np.ones_like(state.value)
    buyers = active[(add[active] > 0).any(axis=1)]
    sleeves.basket_price(table.start, table.asset, table.recipe, buyers, state.book.price, unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(undo > 0, np.minimum(undo / np.abs(state.value), 1.0), 0.0)
        baskets = np.where((add > 0) & (unit > 0), add / unit, 0.0)
    return np.ascontiguousarray(share), np.ascontiguousarray(baskets)


def _book(state: State, money: FloatArray) -> tuple[FloatArray, FloatArray]:
    n_holders, n = state.cash.shape
    received = money[0].reshape(n_holders, -1, n)
    paid = money[1].reshape(n_holders, -1, n)
    into, out = received.sum(axis=1), paid.sum(axis=1)
    state.day_sold += into
    state.day_bought += out
    state.cash += into - out
    return received, paid
