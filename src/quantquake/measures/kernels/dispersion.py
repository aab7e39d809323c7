"""Rolling volatility of every member, summed over the cross-section without storing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


def member_volatility_python(
    returns: Array, weights: Array, window: int, demean: bool, sums: Array
) -> None:
    """Sum w, w*s and (w*s)^2 over members with a complete window, s their volatility.

    returns : (T, N) [1]; NaN = not observed. weights : (1, N) or (T, N) [1]; NaN = no member.
    demean : standard deviation (divisor window - 1) in place of the root mean square.
    sums : (T, 3), filled; zeros while no window is complete.
    """
    n_dates, n_symbols = returns.shape
    fixed = weights.shape[0] == 1
    sums[:] = 0.0
    for t in range(window - 1, n_dates):
        row = weights[0] if fixed else weights[t]
        for j in range(n_symbols):
            mean = 0.0
            if demean:
                for u in range(t - window + 1, t + 1):
                    mean += np.float64(returns[u, j])
                mean /= window
            squares = 0.0
            for u in range(t - window + 1, t + 1):
                squares += (np.float64(returns[u, j]) - mean) ** 2
            w = row[j]
            if squares == squares and w == w:
                ws = w * np.sqrt(squares / (window - 1 if demean else window))
                sums[t, 0] += w
                sums[t, 1] += ws
                sums[t, 2] += ws * ws


member_volatility = jit(member_volatility_python)
