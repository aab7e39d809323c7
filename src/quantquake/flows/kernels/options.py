"""Black-Scholes-Merton price and Greeks of many options in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from quantquake._jit import jit
from quantquake.flows.kernels.normal import DENSITY, exp, log, tail

VERSION = 1  # raise after editing kernels/normal.py
Array = npt.NDArray[Any]
U: Any = np.uint64
BLOCK = 1024  # options whose inputs stay in the first-level cache
LEAST, MOST = 1e-300, 1e300
FAR = 1416.0  # square of d beyond which exp(-d*d/2) is below every double that is kept


def greeks_python(
    spot: Array, strike: Array, time: Array, rate: Array, dividend: Array, volatility: Array,
    calls: Array, out: Array,
) -> None:  # fmt: skip
    """Price, delta, gamma, vega, theta, rho: the definition.

    Inputs of shape (n,) or (1,); calls : bool. out : (6, n), filled; vega and rho per
    1.00, theta a year. NaN where spot, strike, time or volatility is not above zero.
    """
    side = np.where(calls, 1.0, -1.0)
    good = (spot > 0) & (strike > 0) & (time > 0) & (volatility > 0)
    with np.errstate(all="ignore"):
        root = np.sqrt(time)
        width = np.where(good, volatility * root, np.nan)
        d1 = (np.log(spot / strike) + (rate - dividend + volatility**2 / 2) * time) / width
        asset, cash = spot * np.exp(-dividend * time), strike * np.exp(-rate * time)
        density = asset * DENSITY * np.exp(-d1 * d1 / 2)
        one, two = asset * ndtr(side * d1), cash * ndtr(side * (d1 - width))
    out[0] = side * (one - two)
    out[1] = side * one / spot
    out[2] = density / (spot * spot * width)
    out[3] = density * root
    out[4] = -density * volatility / (2 * root) - side * (rate * two - dividend * one)
    out[5] = side * time * two


@jit
def _part(source: Array, begin: int, end: int, spare: Array) -> Array:
    """A block of the source; of a single value, as many copies, kept in `spare`."""
    if len(source) > 1:
        return source[begin:end]
    spare[:] = source[0]
    return spare[: end - begin]


@jit
def _block(
    spot: Array, strike: Array, time: Array, rate: Array, dividend: Array, volatility: Array,
    calls: Array, price: Array, delta: Array, gamma: Array, vega: Array, theta: Array, rho: Array,
) -> None:  # fmt: skip
    """As `greeks_python` for one block. Both densities come from one exp."""
    for i in range(U(len(spot))):
        s, k, t, r, q, v = spot[i], strike[i], time[i], rate[i], dividend[i], volatility[i]
        w = 1.0 if calls[i] else -1.0
        root = np.sqrt(t)
        good = (s > LEAST) & (s < MOST) & (k > LEAST) & (k < MOST) & (t > 0.0) & (v > 0.0)
        width = v * root if good else np.nan
        d1 = (log(s / k) + (r - q + 0.5 * v * v) * t) / width
        d2 = d1 - width
        growth = exp(-q * t)
        asset, cash = s * growth, k * exp(-r * t)
        e1 = exp(-0.5 * d1 * d1) if d1 * d1 < FAR else 0.0 * d1
        # asset * e1 = cash * e2 is an identity of the model.
        q1, q2 = tail(d1) * e1, tail(d2) * (e1 * asset / cash)
        n1 = q1 if w * d1 < 0.0 else 1.0 - q1
        n2 = q2 if w * d2 < 0.0 else 1.0 - q2
        density = e1 * DENSITY
        one, two = asset * n1, cash * n2
        price[i] = w * (one - two)
        delta[i] = w * growth * n1
        gamma[i] = growth * density / (s * width)
        vega[i] = asset * density * root
        theta[i] = -asset * density * v / (2.0 * root) - w * (r * two - q * one)
        rho[i] = w * t * two


@jit
def greeks(
    spot: Array, strike: Array, time: Array, rate: Array, dividend: Array, volatility: Array,
    calls: Array, out: Array,
) -> None:  # fmt: skip
    """As `greeks_python`: agrees to 1e-12 of the larger of spot and strike."""
    n, spare, calls_spare = out.shape[1], np.empty((6, BLOCK)), np.empty(BLOCK, np.bool_)
    for a in range(0, n, BLOCK):
        b = min(a + BLOCK, n)
        _block(
            _part(spot, a, b, spare[0]), _part(strike, a, b, spare[1]),
            _part(time, a, b, spare[2]), _part(rate, a, b, spare[3]),
            _part(dividend, a, b, spare[4]), _part(volatility, a, b, spare[5]),
            _part(calls, a, b, calls_spare), out[0, a:b], out[1, a:b], out[2, a:b], out[3, a:b],
            out[4, a:b], out[5, a:b],
        )  # fmt: skip
