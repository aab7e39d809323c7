"""Value of a note whose knock-in is settled: only its dates matter, one convolution a date.

Also notes whose knock-in is looked at only at maturity, or never: their payoff at maturity is
one function of the spot, so they need no daily steps either.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import (
    NODES,
    WIDE,
    convolve,
    cut_at,
    gaussian,
    read,
    right_of,
)
from quantquake.flows.kernels.snowball_terms import (
    AT,
    BONUS,
    COUPON,
    COUPON_FROM,
    DISCOUNT,
    DRIFT,
    FLOOR,
    FLOOR_ENDS,
    HIGHEST,
    KNOCK_OUT,
    LOWEST,
    PAYS,
    SESSIONS,
    SHIFT,
    STRIKE,
    SURVIVE,
    VARIANCE,
    YEAR,
    fill_path,
    fill_payoff,
)

Array = npt.NDArray[Any]


@jit
def far_values(terms: Array, dates: Array, path: Array, far: Array) -> None:
    """Fill the value far above every cut, and ``level + slope exp(x)`` far below, date by date.

    far : (M, 3) high, level, slope, after that date's own payments.
    """
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
        range_[i, 0], range_[i, 1] = begin, max(begin, min(end, dates[i, KNOCK_OUT]))


@jit
def pay_date(
    source: Array, pad: int, n: int, origin: float, step: float, date: Array, far: Array, cut: bool
) -> None:
    """Turn n values just before a date's payments into what lies below the far value after them.

    Above the knock-out that is zero, so that no grid reaches beyond it. Below node 0, which
    stands at `pad`, the far form is written. cut : the values end at the knock-out already (two
    cuts must be added, not multiplied, when they are a few nodes apart).
    """
    near = np.empty((2, 2 * NODES + 2))
    over = cut_at(near[0], origin, step, date[KNOCK_OUT])
    paid = cut_at(near[1], origin, step, min(date[COUPON_FROM], date[KNOCK_OUT]))
    value = source[pad : pad + n]
    for k in range(n):
        out = right_of(near[0], over, k)
        kept = value[k] if cut else value[k] * (1.0 - out)
        kept += date[COUPON] * (right_of(near[1], paid, k) - out)
        value[k] = kept - far[0] * (1.0 - out)
    ratio, spot = np.exp(-step), far[2] * np.exp(origin)
    for k in range(pad - 1, -1, -1):
        spot *= ratio
        source[k] = far[1] - far[0] + spot
    for k in range(pad + n, len(source)):
        source[k] = 0.0


@jit(inline="always")
def add_claim(terms: Array, dates: Array, path: Array, x: Array, rho: float, out: Array) -> None:
    """Add value, first and second derivative by log spot at the points x. out : (3, P).

    All dates share a lattice with `rho` nodes to the shortest step between two of them. Today's
    step may be as short as a session, so the first date has a lattice of its own.
    """
    last, at = len(dates) - 1, int(dates[0, AT])
    low, high, shortest, longest = np.inf, -np.inf, np.inf, path[VARIANCE, at]
    for p in range(len(x)):
        low, high = min(low, x[p]), max(high, x[p])
    far, range_, cuts = np.empty((last + 1, 3)), np.empty((last + 1, 2)), np.empty(4)
    far_values(terms, dates, path, far)
    reach(terms, dates, path, low, high, range_)
    low, high, drift = np.inf, -np.inf, abs(path[DRIFT, at])
    for i in range(1, last + 1):
        a, b = int(dates[i - 1, AT]), int(dates[i, AT])
        shortest = min(shortest, path[VARIANCE, b] - path[VARIANCE, a])
        longest = max(longest, path[VARIANCE, b] - path[VARIANCE, a])
        drift = max(drift, abs(path[DRIFT, b] - path[DRIFT, a]))
        low, high = min(low, range_[i, 0]), max(high, range_[i, 1])
    step, fine = np.sqrt(shortest) / rho, np.sqrt(min(shortest, path[VARIANCE, at])) / rho
    pad = int((2.0 * WIDE * np.sqrt(longest) + drift) / fine) + 16
    base, size = low - NODES * step, int((range_[0, 1] - range_[0, 0]) / fine) + 2 * NODES + 2
    points, got = np.empty(size), np.zeros((3, size))
    for k in range(size):
        points[k] = range_[0, 0] + (k - NODES) * fine
    if last > 0:
        size = max(size, int((high - base) / step) + NODES + 2)
    value, source, weight = np.zeros(size + 2 * pad), np.zeros(size + 2 * pad), np.empty(pad)
    place = n = 0
    origin, width = 0.0, step
    for i in range(last, -2, -1):
        a, b = int(dates[i, AT]) if i >= 0 else 0, int(dates[min(i + 1, last), AT])
        moved = path[DRIFT, b] - path[DRIFT, a]
        deviation = np.sqrt(path[VARIANCE, b] - path[VARIANCE, a])
        discount = np.exp(path[DISCOUNT, b] - path[DISCOUNT, a])
        if i < min(last, 1):
            read(
                points if i == 0 else x, source, place, n, origin, width, moved, deviation,
                far[i + 1], discount, -np.inf, got if i == 0 else out,
            )  # fmt: skip
        if i < 0:
            break
        if i == 0:
            place, n, origin, width = pad, len(points), points[0], fine
        else:
            begin = max(int((range_[i, 0] - base) / step) - NODES, 0)
            n = min(int((range_[i, 1] - base) / step) + NODES + 2, size) - begin
            place, origin = pad + begin, base + begin * step
        if i == last:
            cuts[0], cuts[1] = -np.inf, min(terms[BONUS], dates[i, KNOCK_OUT])
            cuts[2], cuts[3] = cuts[1], dates[i, KNOCK_OUT]
            fill_payoff(value[place:], n, origin, width, terms, cuts, 1.0, 0.0)
        elif i > 0:
            taps, offset = gaussian(weight, step, moved, deviation, discount)
            convolve(source, place + offset, weight, taps, value, place, n)
            for k in range(place, place + n):
                value[k] += discount * far[i + 1, 0]
        else:
            for k in range(n):
                value[place + k] = got[0, k]
        pay_date(value, place, n, origin, width, dates[i], far[i], i == last)
        value, source = source, value


@jit(
    "void(float64[:, ::1], int64[::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1],"
    " float64, int64[::1], float64[:, :, ::1])"
)
def price_claims(
    terms: Array,
    first: Array,
    dates: Array,
    curves: Array,
    x: Array,
    rho: float,
    which: Array,
    out: Array,
) -> None:
    """Add value, first and second derivative by log spot of the trades in `which`.

    terms : (n, N_TERMS). dates : (m, N_DATES), trade i owning ``first[i]:first[i + 1]``.
    curves : (3, 1 or n, 1 or sessions) of vol, rate, carry. x : (1 or n, P) log of spot / spot0.
    out : (n, 3, P).
    """
    for place in range(len(which)):
        i = which[place]
        own, row = terms[i], min(i, curves.shape[1] - 1)
        path, mine = np.empty((4, int(own[SESSIONS]) + 1)), dates[first[i] : first[i + 1]]
        fill_path(path, own[YEAR], curves[0, row], curves[1, row], curves[2, row])
        add_claim(own, mine, path, x[min(i, len(x) - 1)], rho, out[i])
