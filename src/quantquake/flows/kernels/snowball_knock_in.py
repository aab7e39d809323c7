"""What not having knocked in yet is worth on top: one short convolution a session.

The extra value is zero at and below the knock-in after every close and above the knock-out on
its dates, so only the nodes in between are stepped, plus as many above the knock-out as a path
may visit between two dates and still return.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import (
    MIDWAY,
    NODES,
    WIDE,
    convolve,
    cut_at,
    gaussian,
    read,
    right_of,
)
from quantquake.flows.kernels.snowball_terms import (
    APPLIED,
    AT,
    DEVIATION,
    DISCOUNT,
    DRIFT,
    GAP,
    KNOCK_IN,
    KNOCK_OUT,
    SESSIONS,
    STEPPED,
    VARIANCE,
    YEAR,
    fill_path,
    fill_payoff,
)

Array = npt.NDArray[Any]
BRIDGE = 4.5  # standard deviations of a path tied at both ends
YOUNG, FINE = 30, 3.0  # sessions left below which the barrier's edge is sharp, and rho there


@jit
def ceiling(dates: Array, path: Array, highest: float, top: Array) -> None:
    """Fill the log spot above which, at each session, no path matters. top : (N + 1,).

    Between two knock-out dates a path that starts and ends below the barriers is a bridge; its
    deviation at most bounds it. After the last one, and where knock-outs pay the two states
    differently, only the start does.
    """
    sessions = len(top) - 1
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
                top[s] = level + (following - level) * share
                top[s] += width * np.sqrt(came * (1.0 - share))
            else:
                drift = max(path[DRIFT, s] - path[DRIFT, begin], 0.0)
                top[s] = max(level + drift + WIDE * np.sqrt(came), following)
        begin, level = end, following


@jit
def pay_knock_out(value: Array, n: int, origin: float, step: float, date: Array) -> None:
    """Cut n values at the knock-in and at the knock-out of a date; above it stays the gap.

    The knock-in lies half-way between nodes NODES - 1 and NODES.
    """
    near = np.empty(2 * NODES + 2)
    knock_in = origin + (NODES - 0.5) * step
    over = cut_at(near, origin, step, max(date[KNOCK_OUT], knock_in))
    for k in range(n):
        out = right_of(near, over, k)
        kept = MIDWAY[min(k, 2 * NODES - 1)] if k < 2 * NODES else 1.0
        value[k] = value[k] * (kept - out) + date[GAP] * out


@jit(inline="always")
def add_extra(
    terms: Array, dates: Array, path: Array, x: Array, rho: float, barrier: float, out: Array
) -> None:
    """Add value, first and second derivative by log spot at the points x above `barrier`.

    out : (3, P).
    """
    sessions = path.shape[1] - 1
    least, most, drift, highest = np.inf, 0.0, 0.0, -np.inf
    for s in range(1, sessions + 1):
        least, most = min(least, path[DEVIATION, s]), max(most, path[DEVIATION, s])
        drift = max(drift, np.abs(path[DRIFT, s] - path[DRIFT, s - 1]))
    for p in range(len(x)):
        highest = max(highest, x[p])
    if highest <= barrier:
        return
    step = least / rho
    origin = terms[KNOCK_IN] - (NODES - 0.5) * step
    top, counts, size = np.empty(sessions + 1), np.empty(sessions + 1, np.int64), 0
    ceiling(dates, path, highest, top)
    for s in range(1, sessions + 1):
        counts[s] = int(max((top[s] - origin) / step, NODES)) + NODES + 2
        size = max(size, counts[s])
    pad = int((2.0 * WIDE * most + drift) / step) + 16
    source, value = np.zeros(size + 2 * pad), np.zeros(size + 2 * pad)
    kernel, cuts = np.empty(pad), np.empty(4)
    n, date, taps, offset = counts[sessions], len(dates) - 2, 0, 0
    cuts[0] = cuts[2] = terms[KNOCK_IN]
    cuts[1] = cuts[3] = max(dates[-1, KNOCK_OUT], terms[KNOCK_IN])
    fill_payoff(source[pad:], n, origin, step, terms, cuts, -1.0, dates[-1, GAP])
    known_deviation = known_drift = np.nan
    for s in range(sessions - 1, 0, -1):
        deviation, drift = path[DEVIATION, s + 1], path[DRIFT, s + 1] - path[DRIFT, s]
        if deviation != known_deviation or np.abs(drift - known_drift) > 1e-15:
            discount = np.exp(path[DISCOUNT, s + 1] - path[DISCOUNT, s])
            taps, offset = gaussian(kernel, step, drift, deviation, discount)
            known_deviation, known_drift = deviation, drift
        n = counts[s]
        convolve(source, pad + offset, kernel, taps, value, pad, n)
        if date >= 0 and s == int(dates[date, AT]):
            pay_knock_out(value[pad:], n, origin, step, dates[date])
            date -= 1
        else:
            for k in range(2 * NODES):
                value[pad + k] *= MIDWAY[k]
        for k in range(pad + n, len(value)):
            value[k] = 0.0  # a stale tail would be read when a later session needs more
        source, value = value, source
    read(
        x, source, pad, n, origin, step, path[DRIFT, 1], path[DEVIATION, 1], np.zeros(3),
        np.exp(path[DISCOUNT, 1]), barrier, out,
    )  # fmt: skip


@jit(
    "void(float64[:, ::1], int64[::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1],"
    " float64, int64[::1], float64[:, :, ::1])"
)
def add_extras(
    terms: Array,
    first: Array,
    dates: Array,
    curves: Array,
    x: Array,
    rho: float,
    which: Array,
    out: Array,
) -> None:
    """Add the extra value and its derivatives by log spot, of trades not yet knocked in.

    Arguments as of `snowball_claim.price_claims`.
    """
    for place in range(len(which)):
        i = which[place]
        own, row = terms[i], min(i, curves.shape[1] - 1)
        if own[STEPPED] == 0.0:
            continue
        path, mine = np.empty((4, int(own[SESSIONS]) + 1)), dates[first[i] : first[i + 1]]
        fill_path(path, own[YEAR], curves[0, row], curves[1, row], curves[2, row])
        fine, barrier = max(rho, FINE), max(own[KNOCK_IN], own[APPLIED])
        if own[SESSIONS] >= YOUNG:
            fine = rho
        add_extra(own, mine, path, x[min(i, len(x) - 1)], fine, barrier, out[i])
