"""Rolling percentile rank: how much of the window lies at or below the last value.

With `n` observed values in the window, `less` of them below today's and `equal` of them equal
to it (today's included), the rank is ``(less + (equal + 1) / 2) / n``: the average rank of ties.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


def rank_columns_python(columns: Array, window: int, min_periods: int, out: Array) -> None:
    """Rank each day of each column in its trailing window, by counting: the definition.

    columns : (N, T), one row a symbol; NaN = not observed, no infinities.
    out : (N, T) [1], filled; NaN where today is missing or fewer than `min_periods` are seen.
    """
    n_symbols, n_dates = columns.shape
    for j in range(n_symbols):
        column = columns[j]
        for t in range(n_dates):
            today = column[t]
            less = equal = n = 0
            for u in range(max(0, t - window + 1), t + 1):
                less += column[u] < today
                equal += column[u] == today
                n += column[u] == column[u]
            if equal > 0 and n >= min_periods:
                out[j, t] = (2 * less + equal + 1) / (2.0 * n)
            else:
                out[j, t] = np.nan


rank_columns = jit(rank_columns_python)
