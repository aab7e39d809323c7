"""Columns of a book in the layout the kernels read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.flows.kernels import snowball_terms as at
from quantquake.flows.snowball.columns import TradeColumns
from quantquake.flows.snowball.kinds import FloatArray

DAILY, MATURITY, NEVER = 0, 1, 2
SAME_CLOSE = 1e-12  # relative; a close typed as the barrier's level is at the barrier


@dataclass(frozen=True, slots=True)
class Packed:
    """Arrays of the kernel `add_part`: terms by trade, first date of each, dates.

    Attributes
    ----------
    terms : ndarray of shape (n_trades, N_TERMS)
    first : ndarray of int64, shape (n_trades + 1,)
        Trade i owns the dates ``first[i]:first[i + 1]``.
    dates : ndarray of shape (n_dates, N_DATES)
        Without what depends on the market, which `outlook.look_out` fills.
    pays : ndarray of shape (n_dates,)
        Paid at knock-out, the period coupon left out. [1]
    """

    terms: FloatArray
    first: npt.NDArray[np.int64]
    dates: FloatArray
    pays: FloatArray


def pack(columns: TradeColumns, *, barrier_shift: float = 0.0) -> Packed:
    """Lay columns out for the kernels; every trade's last date becomes its maturity."""
    dates, pays, first = _dates(columns)
    terms = np.zeros((len(columns), at.N_TERMS))
    with np.errstate(divide="ignore"):
        contract = np.log(columns.knock_in)
        model = np.log(np.maximum(columns.knock_in + barrier_shift, 0.0))
        terms[:, at.FLOOR_ENDS] = np.log(np.maximum(columns.strike - 1.0 + columns.floor, 0.0))
        terms[:, at.FULL_BEGINS] = np.log(columns.strike)
    daily = columns.watch == DAILY
    stepped = daily & ~columns.knocked_in
    terms[:, at.SESSIONS], terms[:, at.YEAR] = columns.sessions, columns.days_per_year
    terms[:, at.KNOCK_IN] = np.where(columns.watch == NEVER, -np.inf, model)
    terms[:, at.APPLIED] = np.where(daily, contract + SAME_CLOSE, -np.inf)
    terms[:, at.STEPPED] = stepped & (columns.knock_in > 0)
    terms[:, at.BONUS] = np.where(daily, np.inf, np.where(columns.watch == NEVER, -np.inf, model))
    terms[:, at.STRIKE], terms[:, at.FLOOR] = columns.strike, columns.floor
    terms[:, at.SHIFT], terms[:, at.SURVIVE] = columns.shift, columns.survive
    return Packed(terms, first, dates, pays)


def _dates(columns: TradeColumns) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int64]]:
    rows, pays = np.zeros((len(columns.observation), at.N_DATES)), columns.pays
    with np.errstate(divide="ignore"):
        rows[:, at.AT], rows[:, at.KNOCK_OUT] = columns.observation, np.log(columns.knock_out)
        rows[:, at.COUPON_FROM] = np.log(columns.coupon_barrier)
    rows[:, at.COUPON], rows[:, at.GAP] = columns.coupon, columns.gap
    rows[columns.coupon == 0.0, at.COUPON_FROM] = np.inf
    ends, count = columns.first[1:], np.diff(columns.first)
    last = np.zeros(len(columns), np.int64)
    last[count > 0] = columns.observation[ends[count > 0] - 1]
    lacking = last < columns.sessions
    maturity = np.zeros((int(lacking.sum()), at.N_DATES))
    maturity[:, at.AT] = columns.sessions[lacking]
    maturity[:, at.KNOCK_OUT] = maturity[:, at.COUPON_FROM] = np.inf
    full = np.insert(rows, ends[lacking], maturity, axis=0)
    first = np.concatenate([[0], np.cumsum(count + lacking)]).astype(np.int64)
    return full, np.insert(pays, ends[lacking], 0.0), first
