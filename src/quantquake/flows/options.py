"""What an option is worth and how it must be hedged: the closed form, and the volatility in a price.

Black-Scholes-Merton: a lognormal spot with constant volatility, interest and dividend yield, and
exercise at expiry only. American options are priced as if European; that is for the caller to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError
from quantquake.flows.kernels import implied as implied_kernel
from quantquake.flows.kernels import options as kernel
from quantquake.flows.kernels.normal import DENSITY
from quantquake.types import Result

FloatArray = npt.NDArray[np.float64]
Numbers = npt.ArrayLike
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
    given = (*_arrays(spot, strike, time, rate, dividend, volatility), is_call(kind))
    shape = _shape(*given)
    out = np.empty((6, int(np.prod(shape))))
    # A single value stays single: the kernel repeats it block by block.
    kernel.greeks(*(_flat(a, shape) for a in given), out)
    return Greeks(**{name: out[i].reshape(shape)[()] for i, name in enumerate(NAMES)})


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
    s, k, t, r, q, v = _arrays(spot, strike, time, rate, dividend, volatility)
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
    s, k, t, r, q = _arrays(spot, strike, time, rate, dividend)
    side = np.where(is_call(kind), 1.0, -1.0)
    asset, cash = s * np.exp(-q * t), k * np.exp(-r * t)
    return np.maximum(side * (asset - cash), 0.0)[()], np.where(side > 0, asset, cash)[()]


def implied_volatility(
    price: Numbers,
    spot: Numbers,
    strike: Numbers,
    time: Numbers,
    *,
    rate: Numbers = 0.0,
    dividend: Numbers = 0.0,
    kind: str | npt.ArrayLike = "call",
    outside: Literal["refuse", "nan"] = "refuse",
) -> FloatArray:
    """Volatility that gives each price.

    Parameters
    ----------
    price : array-like
        Of one option on one unit. [money]
    spot, strike, time, rate, dividend, kind
        As `black_scholes`.
    outside : {"refuse", "nan"}
        What happens to a price at or outside `price_bounds`.

    Returns
    -------
    ndarray
        Of the arguments' common shape. [1/yr**0.5] Exact to 1e-10, or to what the price still
        holds: rounding of an in-the-money price moves it by ``1e-16 * price / vega``. NaN where
        an argument is NaN, or spot, strike or time is not above 0.

    Raises
    ------
    DataError
        If prices are at or outside their bounds, with the first rows; see `outside`.
    """
    if outside not in ("refuse", "nan"):
        raise ConfigError(
            f"outside={outside!r} is unknown: a price without a volatility is refused ('refuse') "
            "or becomes missing ('nan'). Choose one of the two."
        )
    given = (*_arrays(price, spot, strike, time, rate, dividend), is_call(kind))
    p, s, k, t, r, q, calls = (np.broadcast_to(a, _shape(*given)) for a in given)
    low, high = price_bounds(s, k, t, rate=r, dividend=q, kind=calls)
    usable = (s > 0) & (k > 0) & (t > 0) & np.isfinite(p + s + k + t + r + q)
    beyond = usable & ~((p > low) & (p < high))
    if outside == "refuse" and beyond.any():
        raise DataError(_beyond(np.ravel(p), np.ravel(low), np.ravel(high), np.ravel(beyond)))
    found = np.full(p.shape, np.nan)
    rows = usable & ~beyond
    found[rows] = _solved(*(a[rows] for a in (p - low, s, k, t, r, q)))
    return found[()]


def _solved(
    worth: FloatArray, s: FloatArray, k: FloatArray, t: FloatArray, r: FloatArray, q: FloatArray
) -> FloatArray:
    """Volatilities of options by their price over the lower bound: that is the price of the
    out-of-the-money option at the same strike."""
    x = -np.abs(np.log(s / k) + (r - q) * t)
    out = np.empty(len(x))
    unit = np.sqrt(s * k) * np.exp(-(r + q) * t / 2)
    implied_kernel.total_volatility(x, worth / unit, out)
    return out / np.sqrt(t)


def _beyond(p: FloatArray, low: FloatArray, high: FloatArray, wrong: npt.NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(wrong)
    first = listed(f"row {i}: {p[i]:g} not within {low[i]:g} to {high[i]:g}" for i in rows[:4])
    return (
        f"{len(rows)} of {len(p)} prices lie at or outside what any volatility gives ({first}"
        f"{' ...' if len(rows) > 4 else ''}): a volatility read from them would be made up, and "
        "such prices are stale, one-sided, or from another moment than the spot. Check spot, rate "
        "and dividend, or take outside='nan' to leave them missing."
    )


def is_call(kind: str | npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True for calls, False for puts, from "call"/"put" (or C/P) or from bool itself."""
    cells = np.asarray(kind)
    if cells.dtype == bool:
        return cells
    texts = np.char.lower(cells.astype(str))
    call, put = np.isin(texts, ("call", "c")), np.isin(texts, ("put", "p"))
    if not (call | put).all():
        raise ConfigError(
            f"kind {np.ravel(cells[~(call | put)])[0]!r} is neither call nor put: the sign of its "
            "delta is unknown. Write call or put, or True for calls."
        )
    return call


def _arrays(*given: Numbers) -> list[FloatArray]:
    try:
        return [np.asarray(a, dtype=np.float64) for a in given]
    except (TypeError, ValueError) as error:
        raise DataError(
            f"An argument is no number ({str(error).rstrip('.')}): nothing can be computed from "
            "it. Give plain numbers, NaN where one is missing."
        ) from error


def _shape(*given: npt.NDArray[np.generic]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(a.shape for a in given))
    except ValueError as error:
        raise DataError(
            f"The arguments have shapes {[a.shape for a in given]}: which spot belongs to which "
            "strike cannot be told. Give arrays of one length, or single values."
        ) from error


def _flat(a: npt.NDArray[np.generic], shape: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """One value, or as many as options; always read-only, so that one compiled form serves all."""
    flat = a.reshape(1) if a.size == 1 else np.ascontiguousarray(np.broadcast_to(a, shape)).ravel()
    flat = flat.view()
    flat.flags.writeable = False
    return flat
