"""Where a function that rises from below zero to above it crosses zero, for many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

#: Values this near zero count as zero: rounding of a log price of order one.
_ZERO = 2e-15
#: Each step at least halves what is left, so this many reach neighbouring floats.
_STEPS = 100


def crossing(
    gap: Callable[[FloatArray, IntArray], FloatArray], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Find where each of n rising functions on 0 to 1 crosses zero, by Ridders' method.

    Parameters
    ----------
    gap : callable
        Of places and of the numbers of the functions asked for, both of shape (m,); values of
        shape (m,).
    low, high : ndarray of shape (n,)
        Values at 0 and at 1.

    Returns
    -------
    ndarray of shape (n,)
        0 where the function is above zero from the start, 1 where it never gets there. [1]

    References
    ----------
    .. [1] C. Ridders, "A new algorithm for computing a single root of a real continuous function",
           IEEE Transactions on Circuits and Systems 26, 1979.
    """
    found = np.where(low >= 0, 0.0, 1.0)
    rows = np.flatnonzero((low < 0) & (high > 0))
    ends = np.stack([np.zeros(len(rows)), np.ones(len(rows)), low[rows], high[rows]])
    for _ in range(_STEPS):
        if not len(rows):
            break
        found[rows], left = _step(gap, rows, ends)
        # Most arrive in a few steps; only those that start on a kink go on.
        rows, ends = rows[left], ends[:, left]
    return found


def _step(
    gap: Callable[[FloatArray, IntArray], FloatArray], rows: IntArray, ends: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Draw both ends nearer, in place; returns the best places and which are not there yet."""
    near, far, low, high = ends
    middle = 0.5 * (near + far)
    value = gap(middle, rows)
    bent = middle - (middle - near) * value / np.sqrt(value * value - low * high)
    here = gap(bent, rows)
    for at, gap_at in ((middle, value), (bent, here)):
        below = gap_at < 0
        for end, other in ((ends[0::2], below), (ends[1::2], ~below)):
            end[0] = np.where(other, at, end[0])
            end[1] = np.where(other, gap_at, end[1])
    return bent, (np.abs(here) > _ZERO) & (far - near > 2e-16 * far)
