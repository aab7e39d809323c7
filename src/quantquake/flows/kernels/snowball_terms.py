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
STRIKE, FLOOR, SHIFT, SURVIVE = 8, 9, 10, 11
N_TERMS = 12
# One row a stop on the way back from maturity: a date, or a session. Its first columns are what
# has been cumulated from today, and the log spots between which the value matters there.
VARIANCE, DRIFT, DISCOUNT, LOW, HIGH = 0, 1, 2, 3, 4
N_STOP = 5
# A date has more; the last of a trade is its maturity. FAR: value far above every cut, and far
# below ``LEVEL + SLOPE exp(x)``, all after the date's own payments. GAP: see `TradeColumns.gap`.
FAR, LEVEL, SLOPE = 5, 6, 7
AT, KNOCK_OUT, COUPON_FROM, COUPON, GAP = 8, 9, 10, 11, 12
N_DATES = 13


@jit
def fill_payoff(
    out: Array, n: int, origin: float, step: float, terms: Array, low: float, high: float
) -> None:
    """Fill n nodes with what is paid at maturity, below the knock-out `high`.

    An infinite `low`: the redemption, and above its cut the bonus. A finite one: above it, the
    bonus less the redemption.
    """
    above, sign = max(low, high), 1.0
    begin, end = -np.inf, min(terms[BONUS], high)
    bonus = end
    if low > -np.inf:
        begin, end, bonus, sign = low, above, low, -1.0
    strike, floor, shift = terms[STRIKE], terms[FLOOR], terms[SHIFT]
    # Where the amount changes, by how much, and by how much of the spot.
    jumps = (
        (begin, sign * (floor + shift), 0.0),
        (min(max(terms[FLOOR_ENDS], begin), end), sign * (1.0 - strike - floor), sign),
        (min(max(terms[FULL_BEGINS], begin), end), sign * strike, -sign),
        (end, -sign * (1.0 + shift), 0.0),
        (bonus, terms[SURVIVE], 0.0),
        (above, -terms[SURVIVE], 0.0),
    )
    near, ratio = np.empty(2 * NODES + 2), np.exp(step)
    for k in range(n):
        out[k] = 0.0
    for cut, amount, slope in jumps:
        first, spot = cut_at(near, origin, step, cut), np.exp(origin)
        for k in range(n):
            out[k] += (amount + slope * spot) * right_of(near, first, k)
            spot *= ratio
