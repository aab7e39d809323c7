"""Counter-based random numbers: the draw at (path, day, round, entity) needs no other draw.

Philox4x32-10 [1]_. Because a draw depends on its address alone, paths may run in any order on any
number of workers, a participant added to a scenario leaves all other draws as they were, and two
policies are compared on the same luck.

References
----------
.. [1] Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011.
       DOI 10.1145/2063384.2063405.
"""

from __future__ import annotations

import math

import numpy as np

from quantquake._jit import jit

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0


@jit("UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64)")
def block(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Return the four 32-bit words at counter (c0..c3) under key (k0, k1)."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (
            (p1 >> _SHIFT) ^ c1 ^ k0,
            p1 & _LOW,
            (p0 >> _SHIFT) ^ c3 ^ k1,
            p0 & _LOW,
        )
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@jit("void(uint64, uint64, uint64[::1], uint64, uint64[::1], float64[:, ::1])")
def normals(seed, stream, path, step, entity, out):  # type: ignore[no-untyped-def]
    """Fill `out` (E, S) with standard normals.

    seed, stream : the key, 32 bits each   path : (S,) number of each scenario
    step : day and round in one number     entity : (E,) stable number of each asset or fund
    """
    for e in range(len(entity)):
        for s in range(len(path)):
            w0, w1, _, _ = block(path[s], step, entity[e], np.uint64(0), seed, stream)
            # Half a step inside (0, 1), so that the logarithm is finite.
            u, v = (w0 + 0.5) * _TO_UNIT, (w1 + 0.5) * _TO_UNIT
            out[e, s] = math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
