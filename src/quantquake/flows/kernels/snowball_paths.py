"""Payoffs of simulated paths: the twin of the pricing kernels, which shares nothing with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


@jit(
    "void(float64[:, ::1], float64, float64[:, ::1], float64[::1], int64[::1], float64[:, ::1],"
    " float64[:, ::1])"
)
def walk_paths(
    normals: Array, sign: float, path: Array, terms: Array, date_at: Array, dates: Array, out: Array
) -> None:
    """Add half of each path's discounted payments and of its discounted stopped spot to `out`.

    normals : (P, N) one standard normal a session, times `sign`. path : (4, N) by session:
    deviation, drift of the log spot, discount factor, cumulated ``exp(-(rate - carry) t)``.
    terms : log spot, knock-in log (``-inf``: never), watched daily, knocked in, strike, floor,
    shift, survival amount. date_at : (N,) row of `dates` or -1. dates : (M, 4) log knock-out,
    amount, log coupon barrier, coupon. out : (P, 2).
    """
    n_paths, sessions = normals.shape
    for p in range(n_paths):
        x, paid, knocked = terms[0], 0.0, terms[3] > 0.0
        spot, ended = 0.0, False
        for s in range(sessions):
            x += path[1, s] + sign * path[0, s] * normals[p, s]
            row = date_at[s]
            if row >= 0:
                if x >= dates[row, 2]:
                    paid += path[2, s] * dates[row, 3]
                if x >= dates[row, 0]:
                    paid += path[2, s] * dates[row, 1]
                    spot, ended = np.exp(x) * path[3, s], True
                    break
            if x <= terms[1] and (terms[2] > 0.0 or s == sessions - 1):
                knocked = True
        if not ended:
            last = np.exp(x)
            spot = last * path[3, sessions - 1]
            kept = max(terms[5], 1.0 - max(terms[4] - last, 0.0)) + terms[6]
            paid += path[2, sessions - 1] * (kept if knocked else terms[7])
        out[p, 0] += 0.5 * paid
        out[p, 1] += 0.5 * spot
