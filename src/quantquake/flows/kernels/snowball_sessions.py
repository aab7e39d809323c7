"""Stops of a walk back from maturity: dates, or sessions with what cumulates and where to look."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import WIDE
from quantquake.flows.kernels.snowball_terms import (
    AT,
    DISCOUNT,
    DRIFT,
    GAP,
    HIGH,
    KNOCK_IN,
    KNOCK_OUT,
    LOW,
    N_STOP,
    SESSIONS,
    STEPPED,
    VARIANCE,
    YEAR,
)

Array = npt.NDArray[Any]
BRIDGE = 4.5  # standard deviations of a path tied at both ends


@jit
def cumulate(stops: Array, year: float, curves: Array) -> None:
    """Fill variance, drift of the log spot and log discount up to each session.

    stops : (N + 1, N_STOP). curves : (3, 1 or sessions) of vol, rate, carry; the last is held.
    """
    dt, known = 1.0 / year, curves.shape[1]
    stops[0, VARIANCE] = stops[0, DRIFT] = stops[0, DISCOUNT] = 0.0
    for s in range(1, len(stops)):
        j = min(s, known) - 1
        vol, rate, carry = curves[0, j], curves[1, j], curves[2, j]
        variance = vol * vol * dt
        stops[s, VARIANCE] = stops[s - 1, VARIANCE] + variance
        stops[s, DRIFT] = stops[s - 1, DRIFT] + (rate - carry) * dt - 0.5 * variance
        stops[s, DISCOUNT] = stops[s - 1, DISCOUNT] - rate * dt


@jit
def ceiling(terms: Array, dates: Array, highest: float, stops: Array) -> None:
    """Fill, session by session, the knock-in and the log spot above which no path matters.

    Between two knock-out dates a path that starts and ends below the barriers is a bridge; its
    deviation at most bounds it. After the last one, and where knock-outs pay the two states
    differently, only the start does. stops : (N + 1, N_STOP), variance and drift filled.
    """
    sessions = len(stops) - 1
    begin, level, gap = 0, highest, False
    for i in range(len(dates)):
        gap = gap or dates[i, GAP] != 0.0
    for i in range(len(dates) + 1):
        tied = i < len(dates) and dates[i, KNOCK_OUT] < np.inf
        if not tied and i < len(dates):
            continue
        end = int(dates[i, AT]) if tied else sessions
        following = dates[i, KNOCK_OUT] if tied else level
        whole = stops[end, VARIANCE] - stops[begin, VARIANCE]
        width = BRIDGE if begin > 0 else WIDE  # today's spot is a point, not spread out
        for s in range(begin + 1, end + 1):
            came = stops[s, VARIANCE] - stops[begin, VARIANCE]
            if tied and not gap:
                share = came / whole
                top = level + (following - level) * share + width * np.sqrt(came * (1.0 - share))
            else:
                drift = max(stops[s, DRIFT] - stops[begin, DRIFT], 0.0)
                top = max(level + drift + WIDE * np.sqrt(came), following)
            stops[s, LOW], stops[s, HIGH] = terms[KNOCK_IN], max(top, terms[KNOCK_IN])
        begin, level = end, following


@jit
def lay_stops(
    own: Array, dates: Array, curves: Array, x: Array, barrier: float, daily: bool
) -> Array:
    """Stops of one part of a trade, today first; today alone where the part is worth nothing."""
    highest, n = -np.inf, len(dates)
    for p in range(len(x)):
        highest = max(highest, x[p])
    if daily:
        n = int(own[SESSIONS]) if own[STEPPED] > 0.0 and highest > barrier else 0
    stops = np.empty((n + 1) * N_STOP).reshape(n + 1, N_STOP)
    if daily and n > 0:
        cumulate(stops, own[YEAR], curves)
        ceiling(own, dates, highest, stops)
    elif not daily:
        for k in range(N_STOP):
            stops[0, k] = 0.0
            for j in range(n):
                stops[j + 1, k] = dates[j, k]
    return stops
