"""How much of a flow brings the price exactly to its limit: the law of two memories, inverted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.cascade.crossing import crossing
from quantquake.cascade.impact import Impact

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


def share_to(
    target: FloatArray,
    impact: Impact,
    pressure: FloatArray,
    lasting: FloatArray,
    sigma: FloatArray,
    flow: FloatArray,
) -> FloatArray:
    """Share of `flow` after which both memories hold the log price at `target`.

    Parameters
    ----------
    target : ndarray of shape (n,)
        Log price move from the base to the limit. [1]
    pressure, lasting, flow : ndarray of shape (n,)
        The two memories before the flow, and the flow. [days of volume]
    sigma : ndarray of shape (n,)
        Daily volatility. [1]

    Returns
    -------
    ndarray of shape (n,)
        0 where the price stands beyond the limit before, 1 where the flow does not bring it there
        or leads away from it. [1]

    Notes
    -----
    In closed form where one memory decides (nothing or all of the law is permanent, or nothing is
    forgotten yet) and under the square root; else to the rounding of the price, by `crossing`.
    """
    m = impact.permanent
    if impact.strength == 0:  # no flow moves such a price: there is no inverse
        return _searched(target, impact, pressure, lasting, sigma, flow)
    if m in (0.0, 1.0) or np.array_equal(pressure, lasting):
        needed = impact.pressure(target, sigma) - (lasting if m else pressure)
    elif impact.law == "square_root":
        needed = _square_root(target / (impact.strength * sigma), pressure, lasting, m)
    else:
        return _searched(target, impact, pressure, lasting, sigma, flow)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(flow != 0, np.clip(needed / flow, 0.0, 1.0), 1.0)


def _searched(
    target: FloatArray,
    impact: Impact,
    pressure: FloatArray,
    lasting: FloatArray,
    sigma: FloatArray,
    flow: FloatArray,
) -> FloatArray:
    side = np.sign(flow)

    def beyond(share: FloatArray, i: IntArray) -> FloatArray:
        taken = share * flow[i]
        return side[i] * (
            impact.move(pressure[i] + taken, lasting[i] + taken, sigma[i]) - target[i]
        )

    n, everybody = len(flow), np.arange(len(flow))
    return crossing(beyond, beyond(np.zeros(n), everybody), beyond(np.ones(n), everybody))


def _square_root(
    goal: FloatArray, pressure: FloatArray, lasting: FloatArray, permanent: float
) -> FloatArray:
    """Flow t that solves (1 - m) s(pressure + t) + m s(lasting + t) = goal, s the signed root.

    A quadratic in the root of one memory: three cases by the signs after the flow, each written so
    that nothing cancels.
    """
    bottom, apart = np.minimum(pressure, lasting), np.abs(lasting - pressure)
    below = np.where(pressure <= lasting, 1 - permanent, permanent)  # weight of the lower memory
    above, down, size = 1 - below, goal < 0, np.abs(goal)
    near, far = np.where(down, above, below), np.where(down, below, above)
    outer = _outer(size, apart, near, far)
    same_sign = np.where(down, -outer - apart, outer)
    apart_sign = _inner(goal, apart, below, above)
    return np.where(size >= far * np.sqrt(apart), same_sign, apart_sign) - bottom


def _outer(size: FloatArray, apart: FloatArray, near: FloatArray, far: FloatArray) -> FloatArray:
    """x of near sqrt(x) + far sqrt(x + apart) = size: both memories on one side of zero."""
    under = np.sqrt(np.maximum(size * size + (near - far) * apart, 0.0))
    with np.errstate(invalid="ignore"):
        root = (size * size - far * far * apart) / (near * size + far * under)
    return np.where(size > 0, root * root, 0.0)


def _inner(goal: FloatArray, apart: FloatArray, below: FloatArray, above: FloatArray) -> FloatArray:
    """x of above sqrt(apart + x) - below sqrt(-x) = goal: zero lies between the memories."""
    whole = below * below + above * above
    under = np.sqrt(np.maximum(whole * apart - goal * goal, 0.0))
    from_below = (above * under - below * goal) / whole
    from_above = (below * under + above * goal) / whole
    return np.where(goal < 0, -from_below * from_below, from_above * from_above - apart)
