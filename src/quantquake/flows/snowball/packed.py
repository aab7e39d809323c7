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
    """Arrays of `snowball_claim.price_claims`: terms by trade, first date of each, dates."""

    terms: FloatArray
    first: npt.NDArray[np.int64]
    dates: FloatArray


def pack(columns: TradeColumns, *, barrier_shift: float = 0.0) -> Packed:
    """Lay columns out for the kernels; every trade's last date becomes its maturity."""
    dates, first = _dates(columns)
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
    terms[:, at.LOWEST], terms[:, at.HIGHEST] = _cuts(terms, dates, first)
    return Packed(terms, first, dates)


def _dates(columns: TradeColumns) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    rows = np.empty((len(columns.observation), at.N_DATES))
    with np.errstate(divide="ignore"):
        rows[:, at.AT], rows[:, at.KNOCK_OUT] = columns.observation, np.log(columns.knock_out)
        rows[:, at.COUPON_FROM] = np.log(columns.coupon_barrier)
    rows[:, at.PAYS], rows[:, at.COUPON] = columns.pays, columns.coupon
    rows[:, at.GAP] = columns.gap
    rows[columns.coupon == 0.0, at.COUPON_FROM] = np.inf
    ends, count = columns.first[1:], np.diff(columns.first)
    last = np.zeros(len(columns), np.int64)
    last[count > 0] = columns.observation[ends[count > 0] - 1]
    lacking = last < columns.sessions
    maturity = np.zeros((int(lacking.sum()), at.N_DATES))
    maturity[:, at.AT] = columns.sessions[lacking]
    maturity[:, at.KNOCK_OUT] = maturity[:, at.COUPON_FROM] = np.inf
    full = np.insert(rows, ends[lacking], maturity, axis=0)
    return full, np.concatenate([[0], np.cumsum(count + lacking)]).astype(np.int64)


def _cuts(
    terms: FloatArray, dates: FloatArray, first: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest finite cut of each trade; 0 and 0 for one that has none."""
    own = terms[:, [at.BONUS, at.FLOOR_ENDS, at.FULL_BEGINS]]
    dated = dates[:, [at.KNOCK_OUT, at.COUPON_FROM]]
    extremes = []
    for fill, reduce in ((np.inf, np.minimum), (-np.inf, np.maximum)):
        by_date = reduce.reduce(np.where(np.isfinite(dated), dated, fill), axis=1)
        by_trade = reduce.reduce(np.where(np.isfinite(own), own, fill), axis=1)
        padded = np.append(by_date, fill)  # a trade at maturity has no date left
        some = np.diff(first) > 0
        reduced = (
            np.where(some, reduce.reduceat(padded, first[:-1]), fill) if len(terms) else by_trade
        )
        extremes.append(reduce(by_trade, reduced))
    low, high = extremes
    none = ~np.isfinite(low)
    return np.where(none, 0.0, low), np.where(none, 0.0, high)
