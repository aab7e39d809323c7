"""The books of the holders: marks, equity, failure, money in and money out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.rules import Allowed
from quantquake.cascade.state import Cast, State


def mark(cast: Cast, state: State) -> None:
    """Value every sleeve, and settle futures against the last mark."""
    state.positions.mark(state.book.price)
    settled = (cast.weights @ state.book.price) * (1 + state.basis)
    state.cash += np.einsum("fis,is->fs", state.contracts, settled - state.mark)
    state.mark = settled


def equity(state: State) -> FloatArray:
    """Stocks at market plus cash of each holder, (F, S). [money]"""
    return state.positions.net + state.cash


def fail(cast: Cast, state: State) -> None:
    """Whoever owes more than it owns is in default from now on."""
    _mark_status(state, (equity(state) < 0) & cast.funded[:, None], Outcome.DEFAULTED)


def _mark_status(state: State, who: npt.NDArray[np.bool_], outcome: Outcome) -> None:
    np.maximum(state.status, np.where(who, np.int8(outcome), np.int8(0)), out=state.status)


def pay(state: State, allowed: Allowed) -> None:
    """Pay redemptions from cash; a unit paid out leaves the value of the others unchanged."""
    rows = np.flatnonzero(state.due.any(axis=1))
    if not len(rows):
        return
    due, cash, units = state.due[rows], state.cash[rows], state.units[rows]
    paid = np.clip(np.minimum(due, cash), 0.0, None)
    if "redeem" in allowed.bound:
        paid = np.minimum(paid, _gate(state, allowed.redeem[rows, None], rows))
    nav = (state.positions.net[rows] + cash) / units
    with np.errstate(divide="ignore", invalid="ignore"):
        units -= np.where(nav > 0, paid / nav, 0.0)
    # A fund paid out to the last unit keeps a speck, so that its unit value stays a number.
    state.units[rows] = np.maximum(units, 1e-12)
    state.cash[rows] -= paid
    state.due[rows] -= paid
    state.day_paid[rows] += paid


def _gate(state: State, cap: FloatArray, rows: npt.NDArray[np.int64]) -> FloatArray:
    """Money that may still be paid out today, (n, S); no rule, no bound."""
    ruled = np.isfinite(cap)
    room = np.where(ruled, cap, 0.0) * state.day_start[rows] - state.day_paid[rows]
    return np.where(ruled, np.maximum(room, 0.0), np.inf)


def take_in(state: State, rows: slice, money: FloatArray, nav: FloatArray) -> None:
    """New money buys units at tonight's value; a value of nothing is bought at one."""
    state.cash[rows] += money
    state.units[rows] += money / np.where(nav > 1e-6, nav, 1.0)


def close_books(cast: Cast, state: State) -> None:
    """Strike the day's unit values, and note who could not pay or owes more than it owns."""
    nav, empty = equity(state) / state.units, state.day_start <= 0
    state.nav_high = np.maximum(state.nav_high, nav)
    state.nav_low = np.minimum(state.nav_low, np.where(empty, state.nav_low, nav))
    late = (state.due > 1e-9 * np.maximum(state.day_start, 1.0)) & cast.funded[:, None]
    _mark_status(state, late, Outcome.GATED)
    fail(cast, state)
