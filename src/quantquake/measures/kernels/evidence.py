"""Areas under ROC and precision-recall curves of many drawn histories, without sorting any."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


def ranking_areas_python(
    starts: Array, lengths: Array, order: Array, closes: Array, hit: Array, areas: Array
) -> None:
    """Fill `areas` (D, 2) with the ROC area and the average precision of each drawn history.

    starts, lengths : (D, B) int64, blocks of days on a circle of n days. hit : (n,) 0 or 1.
    order : (M,) int64, days by falling score; closes : (M,) bool, True on the last of equal scores.
    NaN where a history holds no fall, or nothing but falls.
    """
    n = len(hit)
    count = np.empty(2 * n + 1)
    for d in range(len(starts)):
        count[:] = 0.0
        for b in range(starts.shape[1]):
            count[starts[d, b]] += 1.0
            count[starts[d, b] + lengths[d, b]] -= 1.0
        for t in range(1, 2 * n):
            count[t] += count[t - 1]
        true = 0.0  # weight seen so far: days before a fall, and others
        false = 0.0
        roc = 0.0
        pr = 0.0
        tied_true = 0.0
        tied_false = 0.0
        for m in range(len(order)):
            day = order[m]
            weight = count[day] + count[day + n]
            tied_true += weight * hit[day]
            tied_false += weight * (1.0 - hit[day])
            if closes[m]:
                # Days with equal scores enter together: half of their pairs count as right.
                roc += tied_false * (true + 0.5 * tied_true)
                true += tied_true
                false += tied_false
                if tied_true > 0.0:
                    pr += tied_true * true / (true + false)
                tied_true = 0.0
                tied_false = 0.0
        areas[d, 0] = roc / (true * false) if true > 0.0 and false > 0.0 else np.nan
        areas[d, 1] = pr / true if true > 0.0 else np.nan


ranking_areas = jit(
    "void(int64[:, :], int64[:, :], int64[:], boolean[:], float64[:], float64[:, :])"
)(ranking_areas_python)
