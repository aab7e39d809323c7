"""What the rules leave of the orders, before the market sees them."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.rules import Allowed
from quantquake.cascade.state import State


def ration(
    sell: FloatArray, buy: FloatArray, futures: FloatArray, state: State, allowed: Allowed
) -> None:
    """Scale orders down in place until every cap holds.

    Parameters
    ----------
    sell, buy : ndarray of shape (n_holders, n_sleeves, n_scenarios)
        Money, both >= 0. [money]
    futures : ndarray of shape (n_holders, n_indices, n_scenarios)
        Money, signed. [money]

    Notes
    -----
    The caps speak of a whole day: what was traded earlier in the day counts.
    """
    bound = allowed.bound
    if not bound:
        return
    base = state.day_start

    def room(cap: FloatArray) -> FloatArray:
        """Money allowed in a day; no rule, no bound."""
        ruled = np.isfinite(cap)[:, None]
        return np.where(ruled, np.where(ruled, cap[:, None], 0.0) * base, np.inf)

    if "buy" in bound:
        _scale(buy, room(allowed.buy) - state.day_bought)
    if "sell" in bound:
        _scale(sell, room(allowed.sell) - state.day_sold)
    for name in ("net_sell", "close"):
        if name in bound:
            matched = state.day_bought + buy.sum(axis=1)
            _scale(sell, room(getattr(allowed, name)) + matched - state.day_sold)
    if "close" in bound:
        # A hedged book that may not be closed may not buy its hedge back either.
        held = np.isfinite(allowed.close)
        futures[held] = np.minimum(futures[held], 0.0)
    if "short_futures" in bound:
        _scale_shorts(futures, room(allowed.short_futures) - state.day_shorted)


def _scale(orders: FloatArray, room: FloatArray) -> None:
    wanted = orders.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(wanted > 0, np.clip(room, 0.0, None) / wanted, 1.0)
    orders *= np.minimum(share, 1.0)[:, None]


def _scale_shorts(futures: FloatArray, room: FloatArray) -> None:
    shorts = np.maximum(-futures, 0.0)
    wanted = shorts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(wanted > 0, np.clip(room, 0.0, None) / wanted, 1.0)
    futures += shorts * (1 - np.minimum(share, 1.0))[:, None]
