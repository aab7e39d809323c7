"""Sums behind the contrarian book: yesterday's losers against winners, one day at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]
U: Any = np.uint64
BLOCK = 8192  # names summed in their own precision
ALIKE = 1e-6  # of the mean: returns nearer to each other than that make no winners and losers


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
        alike = absolute <= ALIKE * n * abs(mean)
        pnl[t], gross[t], names[t] = earned / n, 0.0 if alike else 0.5 * absolute / n, n


@jit(fastmath={"contract", "reassoc", "nsz"})
def _moments(then: Array, now: Array, formation: bool) -> Any:
    """Names carrying weight, and the sums of then, now, then x now over them."""
    zero, one = then.dtype.type(0), then.dtype.type(1)
    n = a_sum = b_sum = ab_sum = zero  # counting in the same lanes as the sums
    for j in range(U(len(then))):
        a, b = then[j], now[j]
        seen = b == b
        weighs = (a == a) & (seen | formation)
        a = a if weighs else zero
        b = b if weighs & seen else zero
        n += one if weighs else zero
        a_sum += a
        b_sum += b
        ab_sum += a * b
    return n, a_sum, b_sum, ab_sum


@jit(fastmath={"contract", "reassoc", "nsz"})
def _distance(then: Array, now: Array, formation: bool, mean: float) -> Any:
    """Sum of |then - mean| over the names carrying weight."""
    zero = then.dtype.type(0)
    total = zero
    for j in range(U(len(then))):
        a, b = then[j], now[j]
        total += abs(a - mean) if (a == a) & ((b == b) | formation) else zero
    return total


@jit
def contrarian(
    returns: Array, lag: int, formation: bool, pnl: Array, gross: Array, names: Array
) -> None:
    """As `contrarian_python`, with rows contiguous; an empty `gross` is left out.

    float32 returns are summed in float32, 32 sums side by side, over 8,192 names; the rest is
    float64. The two conventions are called apart, so that each loop is compiled for its own.
    """
    number = returns.dtype.type
    n_dates, n_symbols = returns.shape
    pnl[:] = np.nan
    gross[:] = np.nan
    names[:] = 0
    for t in range(lag, n_dates):
        n = 0
        a_sum = b_sum = ab_sum = distance = 0.0
        for j in range(0, n_symbols, BLOCK):
            then, now = returns[t - lag, j : j + BLOCK], returns[t, j : j + BLOCK]
            if formation:
                k, a, b, ab = _moments(then, now, True)
            else:
                k, a, b, ab = _moments(then, now, False)
            n += int(k)
            a_sum += a
            b_sum += b
            ab_sum += ab
        if n == 0:
            continue
        mean = a_sum / n
        pnl[t] = -(ab_sum - mean * b_sum) / n
        names[t] = n
        if len(gross) == 0:
            continue
        for j in range(0, n_symbols, BLOCK):
            then, now = returns[t - lag, j : j + BLOCK], returns[t, j : j + BLOCK]
            if formation:
                distance += _distance(then, now, True, number(mean))
            else:
                distance += _distance(then, now, False, number(mean))
        gross[t] = 0.5 * distance / n if distance > ALIKE * n * abs(mean) else 0.0
