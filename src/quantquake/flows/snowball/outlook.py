"""What the market makes of a book's dates: what cumulates until then, and the values far away."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.flows.kernels import snowball_terms as at
from quantquake.flows.kernels.snowball_grid import WIDE
from quantquake.flows.snowball.kinds import FloatArray
from quantquake.flows.snowball.packed import Packed

Rows = npt.NDArray[np.int64]


def look_out(packed: Packed, curves: FloatArray, x: FloatArray) -> FloatArray:
    """Dates with their market columns filled, shape (n_dates, N_DATES).

    Parameters
    ----------
    packed : Packed
    curves : ndarray of shape (3, 1 or n_trades, n_sessions or 1)
        Volatility, rate and carry; the last is held.
    x : ndarray of shape (n_trades, n_spots)
        Log of spot / spot0.
    """
    dates, owner = (
        packed.dates.copy(),
        np.repeat(np.arange(len(packed.terms)), np.diff(packed.first)),
    )
    variance, rate, carry = _cumulated(packed, curves, owner)
    dates[:, at.VARIANCE], dates[:, at.DISCOUNT] = variance, -rate
    dates[:, at.DRIFT] = rate - carry - 0.5 * variance
    _far(packed, dates)
    _reach(packed, dates, owner, x)
    return dates


def _cumulated(packed: Packed, curves: FloatArray, owner: Rows) -> FloatArray:
    """Variance, rate and carry summed from today to each date, shape (3, n_dates)."""
    by_session = np.stack([curves[0] ** 2, curves[1], curves[2]])
    zero = np.zeros((3, by_session.shape[1], 1))
    summed = np.concatenate([zero, by_session.cumsum(axis=2)], axis=2)
    row = owner if by_session.shape[1] > 1 else np.zeros_like(owner)
    session = packed.dates[:, at.AT].astype(np.int64)
    known = np.minimum(session, by_session.shape[2])
    held = (session - known) * by_session[:, row, -1]
    total: FloatArray = (summed[:, row, known] + held) / packed.terms[owner, at.YEAR]
    return total


def _far(packed: Packed, dates: FloatArray) -> None:
    """Fill the value far above every cut, and its line in exp(x) far below, from the last date."""
    terms, first = packed.terms, packed.first
    bonus, full = terms[:, at.BONUS], 1.0 + terms[:, at.SHIFT]
    high = np.where(bonus == np.inf, full, terms[:, at.SURVIVE])
    floored = terms[:, at.FLOOR_ENDS] > -np.inf
    level = np.where(floored, terms[:, at.FLOOR] + terms[:, at.SHIFT], full - terms[:, at.STRIKE])
    flat = [bonus == -np.inf, terms[:, at.STRIKE] <= 0.0]
    level = np.select(flat, [terms[:, at.SURVIVE], full], level)
    slope = np.where(flat[0] | flat[1] | floored, 0.0, 1.0)
    place, trades = first[1:] - 1, np.arange(len(terms))
    for back in range(int(np.diff(first).max(initial=0))):
        trades = trades[place[trades] - back >= first[trades]]
        here = place[trades] - back
        if back:
            step = dates[here + 1, : at.LOW] - dates[here, : at.LOW]
            discount = np.exp(step[:, at.DISCOUNT])
            growth = np.exp(step[:, at.DRIFT] + 0.5 * step[:, at.VARIANCE])
            high[trades] *= discount
            level[trades] *= discount
            slope[trades] *= discount * growth
        called = dates[here, at.KNOCK_OUT] < np.inf
        coupon, begins = dates[here, at.COUPON], dates[here, at.COUPON_FROM]
        high[trades] = np.where(called, packed.pays[here], high[trades]) + coupon * (
            begins < np.inf
        )
        level[trades] += coupon * (begins == -np.inf)
        for column, values in ((at.FAR, high), (at.LEVEL, level), (at.SLOPE, slope)):
            dates[here, column] = values[trades]


def _reach(packed: Packed, dates: FloatArray, owner: Rows, x: FloatArray) -> None:
    """Fill, date by date, the log spots between which the value matters and is not its far form."""
    lowest, highest = _cuts(packed, dates, owner)
    ends = dates[packed.first[1:][owner] - 1]
    drift, ahead = dates[:, at.DRIFT], ends[:, at.DRIFT] - dates[:, at.DRIFT]
    came = WIDE * np.sqrt(dates[:, at.VARIANCE])
    goes = WIDE * np.sqrt(np.maximum(ends[:, at.VARIANCE] - dates[:, at.VARIANCE], 0.0))
    low = np.maximum(
        x.min(axis=1, initial=np.inf)[owner] + drift - came, lowest - np.maximum(ahead, 0.0) - goes
    )
    high = np.minimum(
        x.max(axis=1, initial=-np.inf)[owner] + drift + came,
        highest - np.minimum(ahead, 0.0) + goes,
    )
    begins = dates[:, at.COUPON_FROM]
    above = np.maximum(dates[:, at.KNOCK_OUT], np.where(begins < np.inf, begins, -np.inf))
    dates[:, at.LOW], dates[:, at.HIGH] = low, np.maximum(low, np.minimum(high, above))


def _cuts(packed: Packed, dates: FloatArray, owner: Rows) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest finite cut of each date's trade; 0 and 0 for one that has none."""
    own = packed.terms[:, [at.BONUS, at.FLOOR_ENDS, at.FULL_BEGINS]]
    dated = dates[:, [at.KNOCK_OUT, at.COUPON_FROM]]
    ends = []
    for fill, extreme in ((np.inf, np.minimum), (-np.inf, np.maximum)):
        by_trade = extreme.reduce(np.where(np.isfinite(own), own, fill), axis=1)
        extreme.at(
            by_trade, owner, extreme.reduce(np.where(np.isfinite(dated), dated, fill), axis=1)
        )
        ends.append(np.where(np.isfinite(by_trade), by_trade, 0.0)[owner])
    return ends[0], ends[1]
