"""Where a function that rises from below zero to above it crosses zero, for many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Values this near zero count as zero: rounding of a log price of order one.
_ZERO = 2e-15
#: Each step at least halves what is left, so this many reach neighbouring floats.
_STEPS = 100


def crossing(gap: Callable[[FloatArray], FloatArray], n: int) -> FloatArray:
    """Find where each of `n` rising functions on 0 to 1 crosses zero, by Ridders' method.

    Parameters
    ----------
    gap : callable
        Shape (n,) in, shape (n,) out; rising in every component.
    n : int

    Returns
    -------
    ndarray of shape (n,)
        0 where the function is above zero from the start, 1 where it never gets there. [1]

    References
    ----------
    .. [1] C. Ridders, "A new algorithm for computing a single root of a real continuous function",
           IEEE Transactions on Circuits and Systems 26, 1979.
    """
    near, far = np.zeros(n), np.ones(n)
    low, high = gap(near), gap(far)
    found = np.where(low >= 0, near, far)
    seeking = (low < 0) & (high > 0)
    for _ in range(_STEPS):
        if not seeking.any():
            break
        middle = 0.5 * (near + far)
        value = gap(middle)
        bend = np.sqrt(np.where(seeking, value * value - low * high, 1.0))
        bent = middle - (middle - near) * value / bend
        for at, here in ((middle, value), (bent, gap(bent))):
            below, above = seeking & (here < 0), seeking & (here >= 0)
            near, low = np.where(below, at, near), np.where(below, here, low)
            far, high = np.where(above, at, far), np.where(above, here, high)
        found = np.where(seeking, bent, found)
        seeking &= (np.abs(here) > _ZERO) & (far - near > 2e-16 * far)
    return found
