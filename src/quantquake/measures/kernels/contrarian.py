"""Sums behind the contrarian book: yesterday's losers against winners, one day at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


def contrarian_python(
    returns: Array, lag: int, formation: bool, pnl: Array, gross: Array, names: Array
) -> None:
    """Book each day the weights ``-(R - mean) / n`` set `lag` days before: the definition.

    returns : (T, N) [1]; NaN = not observed.
    formation : weights go to every name seen at t - lag; else only to names also seen at t.
    pnl : (T,) sum of weight x return, names unseen at t earning nothing. gross : (T,) half the
    sum of absolute weights. names : (T,) names carrying weight. NaN, NaN, 0 without any.
    """
    n_dates, n_symbols = returns.shape
    for t in range(n_dates):
        pnl[t] = gross[t] = np.nan
        names[t] = 0
        if t < lag:
            continue
        then, now = returns[t - lag], returns[t]
        n = 0
        total = 0.0
        for j in range(n_symbols):
            if then[j] == then[j] and (formation or now[j] == now[j]):
                n += 1
                total += np.float64(then[j])
        if n == 0:
            continue
        mean = total / n
        earned = absolute = 0.0
        for j in range(n_symbols):
            if then[j] == then[j] and (formation or now[j] == now[j]):
                absolute += abs(then[j] - mean)
                if now[j] == now[j]:
                    earned -= (then[j] - mean) * now[j]
        pnl[t], gross[t], names[t] = earned / n, 0.5 * absolute / n, n


contrarian = jit(contrarian_python)
