"""Gamma of a whole chain, repriced at every spot of a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake.flows.kernels.normal import power_of_two

VERSION = 1  # raise after editing kernels/normal.py
Array = npt.NDArray[Any]
U: Any = np.uint64
BLOCK = 128  # contracts summed on their own first: rounding grows with the blocks, not the rows
SCALE = 0.8493218002880191  # sqrt(1 / (2 ln 2)): turns exp(-d*d/2) into 2**-(scale*d)**2


def gamma_sums_python(place: Array, slope: Array, weights: Array, moves: Array, out: Array) -> None:
    """``sum of weight * exp(-d*d/2)``, ``d = place + slope * move``: the definition.

    place, slope : (n,), d1 where the spot stands and how it moves with the logarithm of the
    spot. weights : (m, n), one row a model. moves : (s,), ln(spot / spot now). out : (m, s).
    """
    for j, move in enumerate(moves):
        d = place + slope * move
        out[:, j] = (weights * np.exp(-0.5 * d * d)).sum(axis=1)


@jit
def _add(place: float, slope: float, weight: float, moves: Array, into: Array) -> None:
    """One contract at every spot. Along the grid nothing is reduced: no sum needs reordering."""
    for j in range(U(len(moves))):
        d = place + slope * moves[j]
        into[j] += weight * power_of_two(-d * d)


@jit
def gamma_sums(place: Array, slope: Array, weights: Array, moves: Array, out: Array) -> None:
    """As `gamma_sums_python`; agrees to 2e-14 of the sum of absolute terms."""
    part = np.empty(len(moves))
    out[:] = 0.0
    for m in range(weights.shape[0]):
        for begin in range(0, len(place), BLOCK):
            part[:] = 0.0
            for i in range(begin, min(begin + BLOCK, len(place))):
                weight = weights[m, i]
                if weight != 0.0:
                    _add(place[i] * SCALE, slope[i] * SCALE, weight, moves, part)
            for j in range(len(moves)):
                out[m, j] += part[j]


def moving_sums_python(
    moneyness: Array, carry: Array, time: Array, volatility: Array, weights: Array, moves: Array,
    out: Array,
) -> None:  # fmt: skip
    """As `gamma_sums_python` with a volatility for each contract at each move: the definition.

    moneyness, carry, time : (n,), ln(spot / strike), rate less dividend, years. volatility :
    (s, n). weights : (m, n), without the density's ``1 / (volatility sqrt(time))``. out : (m, s).
    """
    for j, move in enumerate(moves):
        width = volatility[j] * np.sqrt(time)
        d = (moneyness + move + carry * time) / width + width / 2
        out[:, j] = (weights * (np.exp(-0.5 * d * d) / width)).sum(axis=1)


@jit
def _cells(
    moneyness: Array, carry: Array, time: Array, volatility: Array, move: float, into: Array
) -> None:
    for i in range(U(len(into))):
        width = volatility[i] * np.sqrt(time[i])
        d = (moneyness[i] + move + carry[i] * time[i]) / width + 0.5 * width
        d *= SCALE
        into[i] = power_of_two(-d * d) / width


# The sum may be reordered, the rounding trick inside the cells may not: hence two functions.
@jit(fastmath={"contract", "reassoc", "nsz"})
def _dot(x: Array, y: Array) -> float:
    total = 0.0
    for i in range(U(len(x))):
        total += x[i] * y[i]
    return total


@jit
def moving_sums(
    moneyness: Array, carry: Array, time: Array, volatility: Array, weights: Array, moves: Array,
    out: Array,
) -> None:  # fmt: skip
    """As `moving_sums_python`."""
    n, cells = len(moneyness), np.empty(4 * BLOCK)
    out[:] = 0.0
    for a in range(0, n, 4 * BLOCK):
        b = min(a + 4 * BLOCK, n)
        for j in range(len(moves)):
            part = cells[: b - a]
            _cells(moneyness[a:b], carry[a:b], time[a:b], volatility[j, a:b], moves[j], part)
            for m in range(weights.shape[0]):
                out[m, j] += _dot(weights[m, a:b], part)
