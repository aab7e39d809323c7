"""Black-Scholes-Merton: price, Greeks, cross Greeks and the bounds of a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from quantquake.flows.kernels import options as kernel
from quantquake.flows.kernels.normal import DENSITY
from quantquake.flows.options.arrays import FloatArray, Numbers, arrays, flat, is_call, shape
from quantquake.types import Result

NAMES = ("price", "delta", "gamma", "vega", "theta", "rho")


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks(Result):
    """Value of one option on one unit of the underlying, and its slopes.

    Attributes
    ----------
    price : ndarray
        [money]
    delta : ndarray
        Change of the price per point of the spot. [1]
    gamma : ndarray
        Change of delta per point. [1/point]
    vega, rho : ndarray
        Change of the price per 1.00 of volatility, of interest. [money]
    theta : ndarray
        Change of the price per year that passes; mostly below 0. [money/yr]
    """

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """One row an option, one column a Greek."""
        return pd.DataFrame({name: np.ravel(getattr(self, name)) for name in NAMES})


def black_scholes(
    spot: Numbers,
    strike: Numbers,
    time: Numbers,
    volatility: Numbers,
    *,
    rate: Numbers = 0.0,
    dividend: Numbers = 0.0,
    kind: str | npt.ArrayLike = "call",
) -> Greeks:
    """Price and five Greeks in closed form.

    Parameters
    ----------
    spot, strike : array-like
        [points]
    time : array-like
        Left to expiry. [yr]
    volatility : array-like
        [1/yr**0.5]
    rate, dividend : array-like
        Interest and dividend yield, continuous. [1/yr]
    kind : "call", "put", or array of these or of bool (True: call)

    Returns
    -------
    Greeks
        Of the arguments' common shape. NaN where an argument is, and where spot, strike, time or
        volatility is not above 0: on expiry the Greeks are steps and no numbers.

    Raises
    ------
    DataError
        If the shapes do not go together.
    ConfigError
        If a kind is neither call nor put.

    References
    ----------
    .. [1] F. Black, M. Scholes, "The Pricing of Options and Corporate Liabilities", JPE 81, 1973.
    .. [2] R. C. Merton, "Theory of Rational Option Pricing", Bell Journal 4, 1973.
    """
    given = (*arrays(spot, strike, time, rate, dividend, volatility), is_call(kind))
    common = shape(*given)
    out = np.empty((6, int(np.prod(common))))
    # A single value stays single: the kernel repeats it block by block.
    kernel.greeks(*(flat(a, common) for a in given), out)
    return Greeks(**{name: out[i].reshape(common)[()] for i, name in enumerate(NAMES)})


def cross_greeks(
    spot: Numbers,
    strike: Numbers,
    time: Numbers,
    volatility: Numbers,
    *,
    rate: Numbers = 0.0,
    dividend: Numbers = 0.0,
    kind: str | npt.ArrayLike = "call",
) -> tuple[FloatArray, FloatArray]:
    """Vanna and charm: what volatility and time alone do to a hedge.

    Arguments and NaN rule as `black_scholes`.

    Returns
    -------
    vanna : ndarray
        Change of delta per 1.00 of volatility. [1]
    charm : ndarray
        Change of delta per year that passes, the spot standing still. [1/yr]
    """
    s, k, t, r, q, v = arrays(spot, strike, time, rate, dividend, volatility)
    side = np.where(is_call(kind), 1.0, -1.0)
    with np.errstate(all="ignore"):
        good = (s > 0) & (k > 0) & (t > 0) & (v > 0)
        width = np.where(good, v * np.sqrt(t), np.nan)
        d1 = (np.log(s / k) + (r - q + v * v / 2) * t) / width
        d2 = d1 - width
        density = np.exp(-q * t - d1 * d1 / 2) * DENSITY
        vanna = -density * d2 / v
        drift = (2 * (r - q) * t - d2 * width) / (2 * t * width)
        charm = side * q * np.exp(-q * t) * ndtr(side * d1) - density * drift
    return vanna[()], charm[()]


def price_bounds(
    spot: Numbers,
    strike: Numbers,
    time: Numbers,
    *,
    rate: Numbers = 0.0,
    dividend: Numbers = 0.0,
    kind: str | npt.ArrayLike = "call",
) -> tuple[FloatArray, FloatArray]:
    """Prices no European option can leave without giving money away: lower and upper. [money]

    Between them every price has exactly one volatility; at or beyond them none has.
    """
    s, k, t, r, q = arrays(spot, strike, time, rate, dividend)
    side = np.where(is_call(kind), 1.0, -1.0)
    asset, cash = s * np.exp(-q * t), k * np.exp(-r * t)
    return np.maximum(side * (asset - cash), 0.0)[()], np.where(side > 0, asset, cash)[()]
