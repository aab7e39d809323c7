"""Places of the terms in the packed arrays the kernels read, and the payoff they describe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.snowball_grid import NODES, cut_at, right_of

Array = npt.NDArray[Any]

# One row a trade. Spots are logs of spot / spot0, amounts are per unit notional.
SESSIONS, YEAR = 0, 1  # left to maturity; sessions to the year
KNOCK_IN, APPLIED = 2, 3  # barrier as modelled; at or below which today's close knocks in
STEPPED = 4  # 1: not knocked in, and watched daily, so that the extra value is stepped
BONUS = 5  # where, at maturity, a note with nothing to step begins to pay its bonus
FLOOR_ENDS, FULL_BEGINS = 6, 7  # where the redemption leaves its floor, and is full
LOWEST, HIGHEST = 8, 9  # cuts of any kind
STRIKE, FLOOR, SHIFT, SURVIVE = 10, 11, 12, 13
N_TERMS = 14
# One row a date; the last date of a trade is its maturity.
AT, KNOCK_OUT, PAYS, COUPON_FROM, COUPON, GAP = 0, 1, 2, 3, 4, 5
N_DATES = 6
# Rows of a path, one column a session: deviation of that session, variance, drift, log discount.
DEVIATION, VARIANCE, DRIFT, DISCOUNT = 0, 1, 2, 3


@jit
def fill_path(path: Array, year: float, vol: Array, rate: Array, carry: Array) -> None:
    """Fill deviation by session, cumulated variance, drift of the log spot, log discount.

    path : (4, N + 1), column s after session s. vol, rate, carry : one value, or one a session.
    """
    dt = 1.0 / year
    for row in range(4):
        path[row, 0] = 0.0
    for s in range(1, path.shape[1]):
        v, r = vol[min(s, len(vol)) - 1], rate[min(s, len(rate)) - 1]
        q = carry[min(s, len(carry)) - 1]
        path[DEVIATION, s] = v * np.sqrt(dt)
        path[VARIANCE, s] = path[VARIANCE, s - 1] + v * v * dt
        path[DRIFT, s] = path[DRIFT, s - 1] + (r - q - 0.5 * v * v) * dt
        path[DISCOUNT, s] = path[DISCOUNT, s - 1] - r * dt


@jit
def fill_payoff(
    out: Array,
    n: int,
    origin: float,
    step: float,
    terms: Array,
    cuts: Array,
    sign: float,
    gap: float,
) -> None:
    """Fill n nodes: ``sign x redemption`` between the first two of `cuts`, bonus between the last.

    cuts : (4,). Above the last of them stands `gap`.
    """
    first, near = np.empty(6, np.int64), np.empty((6, 2 * NODES + 2))
    inner = (
        cuts[0],
        min(max(terms[FLOOR_ENDS], cuts[0]), cuts[1]),
        min(max(terms[FULL_BEGINS], cuts[0]), cuts[1]),
        cuts[1], cuts[2], cuts[3],
    )  # fmt: skip
    for c in range(6):
        first[c] = cut_at(near[c], origin, step, inner[c])
    shift, spot, ratio = terms[SHIFT], np.exp(origin), np.exp(step)
    for k in range(n):
        w0, w1 = right_of(near[0], first[0], k), right_of(near[1], first[1], k)
        w2, w3 = right_of(near[2], first[2], k), right_of(near[3], first[3], k)
        w4, w5 = right_of(near[4], first[4], k), right_of(near[5], first[5], k)
        value = (terms[FLOOR] + shift) * (w0 - w1) + (1.0 + shift) * (w2 - w3)
        value += (1.0 - terms[STRIKE] + spot + shift) * (w1 - w2)
        out[k] = sign * value + terms[SURVIVE] * (w4 - w5) + gap * w5
        spot *= ratio
