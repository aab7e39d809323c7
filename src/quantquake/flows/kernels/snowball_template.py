"""Look the value of many trades up in one solved template: cubic in the log of the index.

A template is ``table[k, j, part]``: `k` sessions before maturity, node `j`, parts as
``snowball_book.backward`` names them. Per trade a weighted sum of parts is read at four nodes; its
cubic gives the value and its first two derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
N_PARTS = 7
N_ALIVE = 3  # parts below it count in both states, the others only while not knocked in


def lookup_python(
    table: Array,
    first: float,
    step: float,
    left: Array,
    weight: Array,
    knocked_in: Array,
    barrier: Array,
    x: Array,
    price: Array,
    delta: Array,
    gamma: Array,
) -> None:
    """Fill price and derivatives by S = exp(x) of every trade at every level.

    table : (K + 1, J, 7) [1]   first, step : grid of x [1]
    left : (n,) sessions to maturity [d]   weight : (n, 7) of the parts [1]
    knocked_in : (n,) 0 or 1   barrier : (n,) log of the knock-in [1]
    x : (n, m) log of spot over first level.  Fills price, delta, gamma : (n, m) [1].
    """
    n, m = x.shape
    nodes = table.shape[1]
    f = np.empty(4)
    for i in range(n):
        age = table[left[i]]
        for k in range(m):
            place = (x[i, k] - first) / step
            # The middle two of four nodes hold the point; beyond the grid the end cubic goes on.
            j = min(max(int(np.floor(place)) - 1, 0), nodes - 4)
            t = place - j
            alive = knocked_in[i] == 0 and x[i, k] > barrier[i]
            last = N_PARTS if alive else N_ALIVE
            for a in range(4):
                total = 0.0
                for part in range(last):
                    total += weight[i, part] * age[j + a, part]
                f[a] = total
            # Newton's form: nodes 0, 1, 2, 3.
            d1 = f[1] - f[0]
            d2 = 0.5 * (f[2] - 2.0 * f[1] + f[0])
            d3 = (f[3] - 3.0 * f[2] + 3.0 * f[1] - f[0]) / 6.0
            value = f[0] + t * (d1 + (t - 1.0) * (d2 + (t - 2.0) * d3))
            slope = d1 + (2.0 * t - 1.0) * d2 + (3.0 * t * t - 6.0 * t + 2.0) * d3
            bend = 2.0 * d2 + (6.0 * t - 6.0) * d3
            spot = np.exp(x[i, k])
            price[i, k] = value
            delta[i, k] = slope / step / spot
            gamma[i, k] = (bend / (step * step) - slope / step) / (spot * spot)


lookup = jit(
    "void(float64[:,:,::1], float64, float64, int64[::1], float64[:,::1], int64[::1], "
    "float64[::1], float64[:,::1], float64[:,::1], float64[:,::1], float64[:,::1])"
)(lookup_python)
