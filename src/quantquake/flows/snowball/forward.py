"""Notes whose ending is certain: at maturity's own close, ended, or without volatility."""

from __future__ import annotations

import math

import numpy as np

from quantquake.flows.kernels import snowball_terms as at
from quantquake.flows.snowball.kinds import FloatArray
from quantquake.flows.snowball.packed import Packed

EDGE = 1e-6  # half-width over which the slope of the redemption is taken


def follow_forward(packed: Packed, i: int, spots: FloatArray, curves: FloatArray) -> FloatArray:
    """Value, delta and gamma of trade i if the spot follows its forward, shape (3, n_spots).

    curves : (3, n_sessions or 1) of vol, rate and carry. Delta is that of the branch the forward
    takes; at a barrier itself it does not exist.
    """
    out = np.zeros((3, len(spots)))
    for p, spot in enumerate(spots):
        out[0, p], out[1, p] = _follow(packed, i, float(spot), curves)
    return out


def _follow(packed: Packed, i: int, spot: float, curves: FloatArray) -> tuple[float, float]:
    terms, sessions = packed.terms[i], int(packed.terms[i, at.SESSIONS])
    own = range(packed.first[i], packed.first[i + 1])
    dates = {int(packed.dates[k, at.AT]): k for k in own}
    year, x, discount, total = terms[at.YEAR], math.log(spot), 1.0, 0.0
    begin = x
    bonus = terms[at.STEPPED] > 0 and x > terms[at.APPLIED]
    for s in range(1, sessions + 1):
        rate, carry = (curve[min(s, len(curve)) - 1] for curve in curves[1:])
        x, discount = x + (rate - carry) / year, discount * math.exp(-rate / year)
        if s in dates:
            date, pays = packed.dates[dates[s]], packed.pays[dates[s]]
            if x >= date[at.COUPON_FROM]:
                total += discount * date[at.COUPON]
            if x >= date[at.KNOCK_OUT]:
                return total + discount * (pays + (date[at.GAP] if bonus else 0.0)), 0.0
        bonus = bonus and x > terms[at.KNOCK_IN]
    if bonus or (terms[at.STEPPED] == 0 and x > terms[at.BONUS]):
        return total + discount * terms[at.SURVIVE], 0.0
    final = math.exp(x)
    rise = _redemption(terms, final + EDGE) - _redemption(terms, final - EDGE)
    slope = discount * rise / (2 * EDGE) * math.exp(x - begin)
    return total + discount * _redemption(terms, final), slope


def _redemption(terms: FloatArray, spot: float) -> float:
    kept = max(terms[at.FLOOR], 1.0 - max(terms[at.STRIKE] - spot, 0.0))
    return float(kept + terms[at.SHIFT])
