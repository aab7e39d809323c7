"""From wanted money to filled shares: one clearing of all stock orders."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.clearing import clear
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
    a, positions = cast.assets, state.positions
    wanted = positions.orders(sell, buy, queue=scenario.queue)
    whole = np.where(wanted.bought < wanted.sold, depth[a.group_of], 1.0)
    volume = a.daily_amount[:, None] * whole
    fills = clear(
        state.book, scenario.impact, a.volatility[:, None], wanted.sold, wanted.bought, volume
    )
    received, paid = positions.settle(wanted, fills)
    into, out = received.sum(axis=1), paid.sum(axis=1)
    state.day_sold += into
    state.day_bought += out
    state.cash += into - out
    return received, paid
