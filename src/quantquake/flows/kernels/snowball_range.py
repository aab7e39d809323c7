"""Which log spots matter at each step back from maturity, and what the value is beyond them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import WIDE
from quantquake.flows.kernels.snowball_terms import (
    AT,
    BONUS,
    COUPON,
    COUPON_FROM,
    DISCOUNT,
    DRIFT,
    FLOOR,
    FLOOR_ENDS,
    GAP,
    HIGHEST,
    KNOCK_IN,
    KNOCK_OUT,
    LOWEST,
    PAYS,
    SHIFT,
    STRIKE,
    SURVIVE,
    VARIANCE,
)

Array = npt.NDArray[Any]
BRIDGE = 4.5  # standard deviations of a path tied at both ends


@jit
def far_values(terms: Array, dates: Array, path: Array, daily: bool, far: Array) -> None:
    """Fill the value far above every cut, and ``level + slope exp(x)`` far below, date by date.

    far : (M, 3) high, level, slope, after that date's own payments; zeros for the daily part.
    """
    if daily:
        for i in range(len(dates)):
            far[i, 0] = far[i, 1] = far[i, 2] = 0.0
        return
    bonus, last = terms[BONUS], len(dates) - 1
    high = 1.0 + terms[SHIFT] if bonus == np.inf else terms[SURVIVE]
    level, slope = 1.0 - terms[STRIKE] + terms[SHIFT], 1.0
    if bonus == -np.inf:
        level, slope = terms[SURVIVE], 0.0
    elif terms[STRIKE] <= 0.0:
        level, slope = 1.0 + terms[SHIFT], 0.0
    elif terms[FLOOR_ENDS] > -np.inf:
        level, slope = terms[FLOOR] + terms[SHIFT], 0.0
    for i in range(last, -1, -1):
        if i < last:
            a, b = int(dates[i, AT]), int(dates[i + 1, AT])
            discount = np.exp(path[DISCOUNT, b] - path[DISCOUNT, a])
            spread = path[VARIANCE, b] - path[VARIANCE, a]
            growth = np.exp(path[DRIFT, b] - path[DRIFT, a] + 0.5 * spread)
            high, level, slope = high * discount, level * discount, slope * discount * growth
        if dates[i, KNOCK_OUT] < np.inf:
            high = dates[i, PAYS]
        if dates[i, COUPON_FROM] < np.inf:
            high += dates[i, COUPON]
        if dates[i, COUPON_FROM] == -np.inf:
            level += dates[i, COUPON]
        far[i, 0], far[i, 1], far[i, 2] = high, level, slope


@jit
def reach(terms: Array, dates: Array, path: Array, low: float, high: float, range_: Array) -> None:
    """Fill, date by date, the log spots between which the value matters and is not its far form.

    low, high : log spots asked for today. range_ : (M, 2).
    """
    last = int(dates[-1, AT])
    for i in range(len(dates)):
        at = int(dates[i, AT])
        came = WIDE * np.sqrt(path[VARIANCE, at])
        goes = WIDE * np.sqrt(path[VARIANCE, last] - path[VARIANCE, at])
        drift, ahead = path[DRIFT, at], path[DRIFT, last] - path[DRIFT, at]
        begin = max(low + drift - came, terms[LOWEST] - max(ahead, 0.0) - goes)
        end = min(high + drift + came, terms[HIGHEST] - min(ahead, 0.0) + goes)
        above = dates[i, KNOCK_OUT]
        if dates[i, COUPON_FROM] < np.inf:
            above = max(above, dates[i, COUPON_FROM])
        range_[i, 0], range_[i, 1] = begin, max(begin, min(end, above))


@jit
def ceiling(terms: Array, dates: Array, path: Array, highest: float, range_: Array) -> None:
    """Fill, session by session, the knock-in and the log spot above which no path matters.

    Between two knock-out dates a path that starts and ends below the barriers is a bridge; its
    deviation at most bounds it. After the last one, and where knock-outs pay the two states
    differently, only the start does. range_ : (N, 2).
    """
    sessions = len(range_)
    begin, level, gap = 0, highest, False
    for i in range(len(dates)):
        gap = gap or dates[i, GAP] != 0.0
    for i in range(len(dates) + 1):
        tied = i < len(dates) and dates[i, KNOCK_OUT] < np.inf
        if not tied and i < len(dates):
            continue
        end = int(dates[i, AT]) if tied else sessions
        following = dates[i, KNOCK_OUT] if tied else level
        whole = path[VARIANCE, end] - path[VARIANCE, begin]
        width = BRIDGE if begin > 0 else WIDE  # today's spot is a point, not spread out
        for s in range(begin + 1, end + 1):
            came = path[VARIANCE, s] - path[VARIANCE, begin]
            if tied and not gap:
                share = came / whole
                top = level + (following - level) * share + width * np.sqrt(came * (1.0 - share))
            else:
                drift = max(path[DRIFT, s] - path[DRIFT, begin], 0.0)
                top = max(level + drift + WIDE * np.sqrt(came), following)
            range_[s - 1, 0], range_[s - 1, 1] = terms[KNOCK_IN], max(top, terms[KNOCK_IN])
        begin, level = end, following
