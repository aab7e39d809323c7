"""Implied volatility of many options: Newton where the price is nearly a straight line, bracketed.

With x = -abs(ln(F/K)) and s = volatility * sqrt(time) the out-of-the-money price over sqrt(F K) is
``b = e^(x/2) N(x/s + s/2) - e^(-x/2) N(x/s - s/2)``. Below its inflection, s*s = -2x, ln b is nearly
linear in 1/s**2; above, ln(e^(x/2) - b) is nearly linear in s**2. So a few steps do, in any wing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.normal import DENSITY, tail

VERSION = 1  # raise after editing kernels/normal.py
Array = npt.NDArray[Any]
STEPS = 100
ENOUGH = 4e-16  # of s: no further step can be told from rounding


@jit
def _low(x: float, target: float, s: float) -> float:
    """Root of ln b(s) = target between 0 and the inflection, where s stands."""
    low, high = 0.0, s
    for _ in range(STEPS):
        h, t = x / s, 0.5 * s
        above = tail(h + t) - tail(h - t)
        if not above > 0.0:  # so small that the two tails cannot be told apart
            gap, rate = -np.inf, 1.0
        else:
            gap = np.log(above) - 0.5 * (h * h + t * t) - target
            rate = DENSITY / above
        if gap > 0.0:
            high = s
        else:
            low = s
        y = 1.0 / (s * s) + gap * 2.0 / (rate * s * s * s)
        new = 1.0 / np.sqrt(y) if y > 0.0 else -1.0
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - s) <= ENOUGH * s:
            return new
        s = new
    return s


@jit
def _high(x: float, left: float, s: float, floor: float) -> float:
    """Root of ln(e^(x/2) - b(s)) = ln(left) above the inflection `floor`."""
    low, high = floor, np.inf
    target = np.log(left)
    for _ in range(STEPS):
        h, t = x / s, 0.5 * s
        both = tail(h + t) + tail(h - t)
        gap = np.log(both) - 0.5 * (h * h + t * t) - target
        if gap > 0.0:
            low = s
        else:
            high = s
        square = s * s + gap * 2.0 * s * both / DENSITY
        new = np.sqrt(square) if square > 0.0 else -1.0
        if not low < new < high:
            new = 0.5 * (low + high) if high < np.inf else 2.0 * s
        if abs(new - s) <= ENOUGH * s:
            return new
        s = new
    return s


@jit
def total_volatility(x: Array, price: Array, out: Array) -> None:
    """Volatility times root of time of each option; NaN where no volatility gives the price.

    x : (n,), -abs(ln(F/K)). price : (n,), out-of-the-money, over sqrt(F K). out : (n,), filled.
    """
    for i in range(len(x)):
        most = np.exp(0.5 * x[i])
        b = price[i]
        if not (0.0 < b < most):
            out[i] = np.nan
            continue
        turn = np.sqrt(-2.0 * x[i])
        middle = 0.5 * most - np.exp(-0.5 * x[i]) * np.exp(-0.5 * turn * turn) * tail(turn)
        if b < middle:
            out[i] = _low(x[i], np.log(b), turn)
        else:
            # b bends down from here on, so the tangent's root lies before the true one.
            begin = turn + (b - middle) / (DENSITY * most)
            out[i] = _high(x[i], most - b, begin, turn)
