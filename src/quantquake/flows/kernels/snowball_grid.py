"""Integrals of Gaussian steps over uniform grids, exact across jumps that lie between nodes.

A node sum of a smooth function times a Gaussian is spectrally exact (error ``exp(-pi^2 rho^2)``
at `rho` nodes to a standard deviation). Barriers, strikes and coupon lines cut the function; the
cut is kept exact to eighth order by correcting the weights of the `NODES` nodes on each side of
it, which asks for the function on both sides of the cut and for no alignment of the grid.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial import polynomial

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64
NODES = 4  # on each side of a cut
CUT = 6.0  # standard deviations a step reaches; 2e-9 lies beyond
WIDE = 7.0  # the same where second derivatives are read, which weigh the tails by its square
FAR = 1e9  # nodes; an infinite cut leaves everything or nothing
TAPS = 4  # a kernel's length is a multiple of it
BERNOULLI = (1.0, -1 / 2, 1 / 6, 0.0, -1 / 30, 0.0, 1 / 42, 0.0, -1 / 30)


def cut_weights() -> Array:
    """Coefficients (2 NODES, 2 NODES + 1) of each near node's correction as powers of theta.

    The cut lies `theta` steps below the first node right of it. Euler and Maclaurin give the
    integral from that node on; the sliver in between integrates the interpolating polynomial.
    """
    places = np.arange(-NODES, NODES)
    table = np.zeros((2 * NODES, 2 * NODES + 1))
    for row, place in enumerate(places):
        lagrange = np.ones(1)
        for other in places[places != place]:
            lagrange = polynomial.polymul(lagrange, np.array([-other, 1.0]) / (place - other))
        sliver = -polynomial.polyint(lagrange) * (-1.0) ** np.arange(2 * NODES + 1)
        for m in range(1, 2 * NODES + 1):
            sliver[0] += BERNOULLI[m] / factorial(m) * polynomial.polyder(lagrange, m - 1)[0]
        table[row] = sliver
    return table


CORRECTION = cut_weights()
MIDWAY = np.r_[np.zeros(NODES), np.ones(NODES)] + CORRECTION @ 0.5 ** np.arange(2 * NODES + 1)
"""Weights of the nodes around a cut half-way between two of them."""


@jit
def exponential(x: float) -> float:
    """``exp`` without a branch, so that loops of it are vectorised; 0 below -708. Error 2e-16."""
    y = max(x, -708.0)
    n = np.rint(y * 1.4426950408889634)
    r = (y - n * 0.6931471805599453) - n * 2.3190468138462996e-17
    p = 1.6059043836821613e-10 * r + 2.08767569878681e-09
    p = (p * r + 2.505210838544172e-08) * r + 2.755731922398589e-07
    p = (p * r + 2.7557319223985893e-06) * r + 2.48015873015873e-05
    p = (p * r + 1.984126984126984e-04) * r + 1.388888888888889e-03
    p = (p * r + 8.333333333333333e-03) * r + 4.1666666666666664e-02
    p = ((p * r + 0.16666666666666666) * r + 0.5) * r * r + r + 1.0
    return p * np.int64((np.int64(n) + 1023) << 52).view(np.float64)


@jit
def cut_at(near: Array, origin: float, step: float, cut: float) -> float:
    """Fill the weights around a cut; returns the first node right of it. Read with `right_of`.

    near : (2 NODES + 2,), 0 for all nodes further left, 1 for all further right.
    """
    place = min(max((cut - origin) / step, -FAR), FAR)
    first = np.ceil(place)
    theta = first - place
    near[0], near[-1] = 0.0, 1.0
    for row in range(2 * NODES):
        c = 0.0
        for power in range(2 * NODES, -1, -1):
            c = c * theta + CORRECTION[row, power]
        near[row + 1] = c + (1.0 if row >= NODES else 0.0)
    return first


@jit
def right_of(near: Array, first: float, k: int) -> float:
    """Weight of node k in an integral over all that lies right of a cut."""
    return near[int(min(max(k - first + (NODES + 1.0), 0.0), 2.0 * NODES + 1.0))]


@jit
def gaussian(weight: Array, step: float, drift: float, deviation: float, factor: float) -> Any:
    """Fill the weights of one step, summing to `factor`; returns how many, and the first's offset."""
    taps = TAPS * int(np.ceil(2.0 * CUT * deviation / (step * TAPS)))
    first = int(np.floor(drift / step)) - taps // 2 + 1
    for k in range(taps):
        z = ((first + k) * step - drift) / deviation
        weight[k] = exponential(-0.5 * z * z)
    total = 0.0
    for k in range(taps):
        total += weight[k]
    for k in range(taps):
        weight[k] *= factor / total
    return taps, first


@jit
def convolve(buffer: Array, source: int, weight: Array, taps: int, into: int, n: int) -> None:
    """``buffer[into + i] = sum_k weight[k] buffer[source + i + k]`` for i < n; no overlap.

    Four taps in a pass over all nodes: LLVM vectorises the long loop (16e9 multiply-adds a
    second on Zen 4, as many as hand-written vectors).
    """
    p = U(into)
    for i in range(U(n)):
        buffer[p + i] = 0.0
    for k in range(0, taps, TAPS):
        a, b, c, d = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        q = U(source + k)
        for i in range(U(n)):
            j = q + i
            s = a * buffer[j] + b * buffer[j + U(1)]
            buffer[p + i] += s + (c * buffer[j + U(2)] + d * buffer[j + U(3)])


@jit(fastmath={"contract", "reassoc", "nsz"})
def read(
    points: Array,
    source: Array,
    pad: int,
    n: int,
    origin: float,
    step: float,
    drift: float,
    deviation: float,
    far: Array,
    factor: float,
    above: float,
    out: Array,
) -> None:
    """Add ``factor (far[0] + Gaussian step of source)`` and derivatives, at points between nodes.

    source : node k at ``pad + k``, zero beyond node n, and below node 0
    ``far[1] - far[0] + far[2] exp(x)``, written so on the pad. out : (3, P) value, first and
    second derivative.
    """
    taps = int(2.0 * WIDE * deviation / step) + 2
    scale = factor * step / (deviation * np.sqrt(2.0 * np.pi))
    for p in range(len(points)):
        if points[p] <= above:
            continue
        middle = points[p] + drift
        first = int(np.ceil((middle - WIDE * deviation - origin) / step))
        out[0, p] += factor * far[0]
        if first + taps <= 0:
            grown = factor * far[2] * np.exp(middle + 0.5 * deviation * deviation)
            out[0, p] += factor * (far[1] - far[0]) + grown
            out[1, p] += grown
            out[2, p] += grown
        elif first < n:
            a = b = c = 0.0
            here = source[pad + first : pad + first + taps]
            begin, width = (origin + first * step - middle) / deviation, step / deviation
            for k in range(U(taps)):
                z = begin + k * width
                w = exponential(-0.5 * z * z) * here[k]
                a += w
                b += w * z
                c += w * z * z
            out[0, p] += scale * a
            out[1, p] += scale * b / deviation
            out[2, p] += scale * (c - a) / (deviation * deviation)
