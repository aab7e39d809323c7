"""From wanted money to filled shares: one clearing of all stock orders."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.clearing import clear
from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.sheet import Sheet
from quantquake.cascade.state import Cast, State


def trade(
    scenario: Scenario, cast: Cast, state: State, sheet: Sheet, depth: FloatArray
) -> FloatArray:
    """Clear everybody's orders at once, move prices, and book what was filled.

    Parameters
    ----------
    sheet : Sheet
        Orders in money; those to sell are used up.
    depth : ndarray of shape (n_groups, n_scenarios)
        Of the sell side; the buy side is always whole.

    Returns
    -------
    ndarray of shape (2, n_participants * n_groups, n_scenarios)
        Money received and paid. [money]
    """
    a, positions = cast.assets, state.positions
    wanted = positions.orders(sheet.sell, sheet.buy, queue=scenario.queue)
    whole = np.where(wanted.bought < wanted.sold, depth[a.group_of], 1.0)
    volume = a.daily_amount[:, None] * whole
    fills = clear(
        state.book, scenario.impact, a.volatility[:, None], wanted.sold, wanted.bought, volume
    )
    (received, paid), ledger = positions.settle(wanted, fills)
    state.day_sold += received
    state.day_bought += paid
    state.cash += received - paid
    return ledger
