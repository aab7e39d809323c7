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
