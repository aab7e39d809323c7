"""A book of snowballs, walked back from maturity trade by trade.

A note's value is that of the same note already knocked in, plus what not having knocked in adds.
The first part changes only on observation dates: one convolution a date. The second is zero at
and below the knock-in after every close and above the knock-out on its dates: one convolution a
session, of the nodes in between. Notes whose knock-in is looked at only at maturity, or never,
consist of the first part alone. Both parts take the same walk.
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
from quantquake.flows.kernels.snowball_sessions import lay_stops
from quantquake.flows.kernels.snowball_terms import (
    APPLIED,
    AT,
    COUPON,
    COUPON_FROM,
    DISCOUNT,
    DRIFT,
    FAR,
    GAP,
    HIGH,
    KNOCK_IN,
    KNOCK_OUT,
    LEVEL,
    LOW,
    SESSIONS,
    SLOPE,
    VARIANCE,
    fill_payoff,
)

Array = npt.NDArray[Any]
YOUNG, FINE = 30.0, 3.0  # sessions left below which the barrier's edge is sharp, and rho there


@jit
def pay_date(
    buffer: Array,
    begin: int,
    place: int,
    n: int,
    origin: float,
    step: float,
    low: float,
    date: Array,
    far: Array,
    daily: bool,
    whole: bool,
) -> None:
    """Turn n values just before a date's payments into what lies below the far value after them.

    Above the knock-out (and the coupon barrier) that is zero, or the date's gap, so that no grid
    reaches beyond. Below node 0, which stands at `begin + place`, the far form is written. whole : the
    values are a payoff, cut already (two cuts must be added, not multiplied, when they are a few
    nodes apart). far : (3,) high, level, slope.
    """
    near = np.empty(3 * (2 * NODES + 2)).reshape(3, 2 * NODES + 2)
    cuts, first = (low, max(date[KNOCK_OUT], low), date[COUPON_FROM]), np.empty(3)
    for c in range(3):
        first[c] = cut_at(near[c], origin, step, cuts[c])
    coupon, gap = (0.0, date[GAP]) if daily else (date[COUPON], 0.0)
    for k in range(n):
        out = right_of(near[1], first[1], k)
        kept = 1.0 if whole else right_of(near[0], first[0], k) - out
        cash = coupon * (right_of(near[2], first[2], k) - out)
        value = buffer[begin + place + k]
        buffer[begin + place + k] = value * kept + gap * out - far[0] * (1.0 - out) + cash
    ratio, spot = np.exp(-step), far[2] * np.exp(origin)
    for k in range(begin + place - 1, begin - 1, -1):
        spot *= ratio
        buffer[k] = far[1] - far[0] + spot


@jit(
    "void(float64[:, ::1], int64[::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1],"
    " float64, int64[::1], boolean, float64[:, :, ::1])"
)
def add_part(
    terms: Array,
    first: Array,
    dates: Array,
    curves: Array,
    x: Array,
    rho: float,
    which: Array,
    daily: bool,
    out: Array,
) -> None:
    """Add one part's value, first and second derivative by log spot, of the trades in `which`.

    One lattice serves all stops of a trade, `rho` nodes to the shortest step between two of them;
    but today's step to the first date may be as short as a session, so that date can have a finer
    lattice of its own. (One long function: each call more would cost a second of compiling.)

    terms : (n, N_TERMS). dates : (m, N_DATES), trade i owning ``first[i]:first[i + 1]``.
    curves : (3, 1 or n, 1 or sessions) of vol, rate, carry. x : (1 or n, P) log of spot / spot0.
    daily : the part that not having knocked in adds. out : (n, 3, P).
    """
    for i in which:
        own, row, spots = terms[i], min(i, curves.shape[1] - 1), x[min(i, len(x) - 1)]
        mine, barrier, nodes = dates[first[i] : first[i + 1]], -np.inf, rho
        if daily:
            barrier = max(own[KNOCK_IN], own[APPLIED])
            nodes = max(rho, FINE) if own[SESSIONS] < YOUNG else rho
        stops = lay_stops(own, mine, curves[:, row], spots, barrier, daily)
        if len(stops) < 2:
            continue
        last = len(stops) - 1
        shortest, longest, drift = np.inf, 0.0, 0.0
        for s in range(1, last + 1):
            variance = stops[s, VARIANCE] - stops[s - 1, VARIANCE]
            longest = max(longest, variance)
            drift = max(drift, abs(stops[s, DRIFT] - stops[s - 1, DRIFT]))
            if s > 1 or daily:
                shortest = min(shortest, variance)
        step, fine = np.sqrt(shortest) / nodes, np.sqrt(min(shortest, stops[1, VARIANCE])) / nodes
        alone = 1 if fine < step else 0  # stops on a lattice of their own
        base, top = np.inf, -np.inf
        for s in range(alone + 1, last + 1):
            base, top = min(base, stops[s, LOW]), max(top, stops[s, HIGH])
        # Half-way between two nodes the knock-in needs no weights of its own.
        base -= (NODES - 0.5) * step
        size = int((stops[1, HIGH] - stops[1, LOW]) / fine) + 2 * NODES + 2
        points, got = np.empty(size), np.empty(3 * size).reshape(3, size)
        for k in range(size):
            points[k] = stops[1, LOW] + (k - NODES) * fine
            got[0, k] = got[1, k] = got[2, k] = 0.0
        if last > alone:
            size = max(size, int((top - base) / step) + NODES + 2)
        pad = int((2.0 * WIDE * np.sqrt(longest) + drift) / fine) + 16
        # Two buffers in one array, `into` and `source` being where they begin.
        length = size + 2 * pad
        buffer, weight = np.empty(2 * length), np.empty(pad)
        for k in range(2 * length):
            buffer[k] = 0.0
        into: Any = np.int64(
            0
        )  # a plain 0 is a type of its own, and would compile everything twice
        source, end, other_end = length, 0, 0

        low = own[KNOCK_IN] if daily else -np.inf
        far, known, origin, width = np.zeros(3), (0.0, 0.0, 0.0), 0.0, step
        deviation, discount, stale = 0.0, 1.0, True
        place = n = taps = offset = 0
        date = len(mine) - 1
        for s in range(last, -1, -1):
            following = min(s + 1, last)
            variance = stops[following, VARIANCE] - stops[s, VARIANCE]
            drift = stops[following, DRIFT] - stops[s, DRIFT]
            interest = stops[following, DISCOUNT] - stops[s, DISCOUNT]
            change = abs(variance - known[0]) + abs(drift - known[1]) + abs(interest - known[2])
            if change > 1e-15:  # mostly every session is like the one before
                known, stale = (variance, drift, interest), True
                deviation, discount = np.sqrt(variance), np.exp(interest)
            if s <= alone and s < last:
                read(
                    points if s > 0 else spots, buffer, source + place, n, origin, width, drift,
                    deviation, far, discount, -np.inf if s > 0 else barrier,
                    got if s > 0 else out[i],
                )  # fmt: skip
                if s == 0:
                    break
            if s <= alone:
                place, n, origin, width = pad, len(points), points[0], fine
            else:
                begin = max(int((stops[s, LOW] - base) / step) - NODES, 0)
                n = min(int((stops[s, HIGH] - base) / step) + NODES + 2, size) - begin
                place, origin = pad + begin, base + begin * step
            if s == last:
                fill_payoff(
                    buffer[into + place :], n, origin, width, own, low, mine[date, KNOCK_OUT]
                )
            elif s <= alone:
                for k in range(n):
                    buffer[into + place + k] = got[0, k]
            else:
                if stale:
                    taps, offset = gaussian(weight, step, drift, deviation, discount)
                    stale = False
                convolve(buffer, source + place + offset, weight, taps, into + place, n)
                if not daily:
                    for k in range(into + place, into + place + n):
                        buffer[k] += discount * far[0]
            if not daily or s == int(mine[date, AT]):
                if not daily:
                    far[0], far[1], far[2] = mine[date, FAR], mine[date, LEVEL], mine[date, SLOPE]
                pay_date(
                    buffer, into, place, n, origin, width, low, mine[date], far, daily, s == last
                )
                date -= 1
            else:
                for k in range(2 * NODES):
                    buffer[into + place + k] *= MIDWAY[k]
            # A stale tail would be read when a later stop needs more.
            for k in range(into + place + n, into + end):
                buffer[k] = 0.0
            into, source, end, other_end = source, into, other_end, place + n
