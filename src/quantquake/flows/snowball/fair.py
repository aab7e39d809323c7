"""Coupon at which a note is worth what it is sold for; values are linear in the coupon."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from quantquake.errors import ConfigError
from quantquake.flows.snowball.kinds import Numbers
from quantquake.flows.snowball.trade import Snowball
from quantquake.flows.snowball.valuation import RHO, value


def fair_scale(
    trade: Snowball,
    spot: float,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    target: float = 1.0,
    rho: float = RHO,
) -> float:
    """Factor on every coupon of the note that makes it worth `target`.

    Coupons at knock-out, the bonus that follows them (``bonus=None``) and period coupons are
    multiplied; a bonus given as a number is a term of its own and stays.

    Parameters
    ----------
    trade, spot, vol, rate, carry, rho
        As in :func:`~quantquake.flows.snowball.valuation.value`.
    target : float
        Value wanted per unit notional: 1 for a funded note sold at par, less the seller's
        margin; about `margin` for a margin trade. [1]

    Returns
    -------
    float
        NaN where no coupon has any value (already certain to lose, or already ended).

    Raises
    ------
    ConfigError
        A note without a coupon: nothing can be scaled.
    """
    if not (np.any(trade.coupon) or np.any(trade.period_coupon)):
        raise ConfigError(
            "The note has no coupon above 0, so there is nothing to scale to a fair one. Give any "
            "coupon, 0.1 say: the result is a factor on it."
        )
    none = dataclasses.replace(
        trade,
        coupon=[0.0] * len(trade.observation_sessions),
        period_coupon=[0.0] * len(trade.observation_sessions),
        last_coupon=None,
    )
    with_it, without = (
        float(value(t, spot, vol=vol, rate=rate, carry=carry, rho=rho).price) for t in (trade, none)
    )
    worth = with_it - without
    return (target - without) / worth if abs(worth) > 1e-12 else math.nan


def fair_coupon(
    trade: Snowball,
    spot: float,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    target: float = 1.0,
    rho: float = RHO,
) -> float:
    """Yearly coupon at which a note is worth `target`, its other terms as they are. [1/yr]

    Arguments as in :func:`fair_scale`; the note's own coupons only say their shape, and the first
    is returned (the first period coupon, in its own unit, for a note that pays nothing else).
    """
    scale = fair_scale(trade, spot, vol=vol, rate=rate, carry=carry, target=target, rho=rho)
    coupons = trade.per_observation("coupon")
    shape = coupons if coupons.any() else trade.per_observation("period_coupon")
    return float(scale * shape[0])
