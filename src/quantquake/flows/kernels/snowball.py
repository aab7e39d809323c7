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
from quantquake.flows.kernels.snowball_range import ceiling, far_values, reach
from quantquake.flows.kernels.snowball_terms import (
    APPLIED,
    AT,
    BONUS,
    COUPON,
    COUPON_FROM,
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
YOUNG, FINE = 30.0, 3.0  # sessions left below which the barrier's edge is sharp, and rho there


@jit
def pay_date(
    source: Array,
    pad: int,
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
    reaches beyond. Below node 0, which stands at `pad`, the far form is written. whole : the
    values are a payoff, cut already (two cuts must be added, not multiplied, when they are a few
    nodes apart).
    """
    near = np.empty(3 * (2 * NODES + 2)).reshape(3, 2 * NODES + 2)
    inside = cut_at(near[0], origin, step, low)
    over = cut_at(near[1], origin, step, max(date[KNOCK_OUT], low))
    paid = cut_at(near[2], origin, step, date[COUPON_FROM])
    coupon, gap = (0.0, date[GAP]) if daily else (date[COUPON], 0.0)
    for k in range(pad, pad + n):
        out = right_of(near[1], over, k - pad)
        kept = 1.0 if whole else right_of(near[0], inside, k - pad) - out
        cash = coupon * (right_of(near[2], paid, k - pad) - out)
        source[k] = source[k] * kept + gap * out - far[0] * (1.0 - out) + cash
    ratio, spot = np.exp(-step), far[2] * np.exp(origin)
    for k in range(pad - 1, -1, -1):
        spot *= ratio
        source[k] = far[1] - far[0] + spot


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

    terms : (n, N_TERMS). dates : (m, N_DATES), trade i owning ``first[i]:first[i + 1]``.
    curves : (3, 1 or n, 1 or sessions) of vol, rate, carry. x : (1 or n, P) log of spot / spot0.
    daily : the part that not having knocked in adds. out : (n, 3, P).
    """
    for trade in which:
        own, curve = terms[trade], min(trade, curves.shape[1] - 1)
        if daily and own[STEPPED] == 0.0:
            continue
        mine, spots, result = (
            dates[first[trade] : first[trade + 1]],
            x[min(trade, len(x) - 1)],
            out[trade],
        )
        columns = int(own[SESSIONS]) + 1
        path = np.empty(4 * columns).reshape(4, columns)
        fill_path(path, own[YEAR], curves[0, curve], curves[1, curve], curves[2, curve])
        finer = max(rho, FINE) if own[SESSIONS] < YOUNG and daily else rho
        barrier = max(own[KNOCK_IN], own[APPLIED]) if daily else -np.inf
        lowest, highest = np.inf, -np.inf
        for p in range(len(spots)):
            lowest, highest = min(lowest, spots[p]), max(highest, spots[p])
        if highest <= barrier:
            continue
        steps = int(own[SESSIONS]) if daily else len(mine)
        low = own[KNOCK_IN] if daily else -np.inf
        range_, far = np.empty(2 * steps).reshape(steps, 2), np.empty(3 * len(mine)).reshape(-1, 3)
        at = np.empty(steps + 1)
        far_values(own, mine, path, daily, far)
        if daily:
            ceiling(own, mine, path, highest, range_)
        else:
            reach(own, mine, path, lowest, highest, range_)

        # One lattice for all steps, `finer` nodes to the shortest; but today's step to the first date
        # may be as short as a session, so that date can have a finer lattice of its own.
        at[0] = 0.0
        shortest, longest, drift = np.inf, 0.0, 0.0
        for i in range(steps):
            at[i + 1] = i + 1.0 if daily else mine[i, AT]
            a, b = int(at[i]), int(at[i + 1])
            variance = path[VARIANCE, b] - path[VARIANCE, a]
            longest = max(longest, variance)
            drift = max(drift, abs(path[DRIFT, b] - path[DRIFT, a]))
            if i > 0 or daily:
                shortest = min(shortest, variance)
        step, fine = (
            np.sqrt(shortest) / finer,
            np.sqrt(min(shortest, path[VARIANCE, int(at[1])])) / finer,
        )
        alone = 1 if fine < step else 0  # steps on a lattice of their own
        base, top = low - (NODES - 0.5) * step, -np.inf
        if not daily:
            base = np.inf
            for i in range(alone, steps):
                base = min(base, range_[i, 0] - NODES * step)
        for i in range(alone, steps):
            top = max(top, range_[i, 1])
        size = int((range_[0, 1] - range_[0, 0]) / fine) + 2 * NODES + 2
        points, got = np.empty(size), np.empty(3 * size).reshape(3, size)
        for k in range(size):
            points[k] = range_[0, 0] + (k - NODES) * fine
            got[0, k] = got[1, k] = got[2, k] = 0.0
        if steps > alone:
            size = max(size, int((top - base) / step) + NODES + 2)
        pad = int((2.0 * WIDE * np.sqrt(longest) + drift) / fine) + 16
        value, source, weight = np.empty(size + 2 * pad), np.empty(size + 2 * pad), np.empty(pad)
        for k in range(size + 2 * pad):
            value[k] = source[k] = 0.0

        known, origin = (0.0, 0.0, 0.0), 0.0
        place = n = taps = offset = 0
        date, width = len(mine) - 1, step
        for i in range(steps - 1, -2, -1):
            a, b = int(at[i + 1]), int(at[min(i + 2, steps)])
            moved = path[DRIFT, b] - path[DRIFT, a]
            deviation = np.sqrt(path[VARIANCE, b] - path[VARIANCE, a])
            discount = np.exp(path[DISCOUNT, b] - path[DISCOUNT, a])
            if i < alone and i < steps - 1:
                read(
                    spots if i < 0 else points, source, place, n, origin, width, moved, deviation,
                    far[date + 1], discount, barrier if i < 0 else -np.inf, result if i < 0 else got,
                )  # fmt: skip
                if i < 0:
                    break
            if i < alone:
                place, n, origin, width = pad, len(points), points[0], fine
            else:
                begin = max(int((range_[i, 0] - base) / step) - NODES, 0)
                n = min(int((range_[i, 1] - base) / step) + NODES + 2, size) - begin
                place, origin = pad + begin, base + begin * step
            if i == steps - 1:
                fill_payoff(value[place:], n, origin, width, own, low, mine[date, KNOCK_OUT])
            elif i < alone:
                for k in range(n):
                    value[place + k] = got[0, k]
            else:
                change = abs(deviation - known[0]) + abs(moved - known[1]) + abs(discount - known[2])
                if change > 1e-15:
                    taps, offset = gaussian(weight, step, moved, deviation, discount)
                    known = deviation, moved, discount
                convolve(source, place + offset, weight, taps, value, place, n)
                if not daily:
                    for k in range(place, place + n):
                        value[k] += discount * far[date + 1, 0]
            if at[i + 1] == mine[date, AT]:
                pay_date(
                    value,
                    place,
                    n,
                    origin,
                    width,
                    low,
                    mine[date],
                    far[date],
                    daily,
                    i == steps - 1,
                )
                date -= 1
            else:
                for k in range(2 * NODES):
                    value[place + k] *= MIDWAY[k]
            for k in range(place + n, len(value)):
                value[k] = 0.0  # a stale tail would be read when a later step needs more
            value, source = source, value
