"""The volatility in a price, and what is said of a price that has none."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError
from quantquake.flows.kernels import implied as kernel
from quantquake.flows.options.arrays import FloatArray, Numbers, arrays, is_call, shape
from quantquake.flows.options.closed_form import price_bounds


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
    given = (*arrays(price, spot, strike, time, rate, dividend), is_call(kind))
    p, s, k, t, r, q, calls = (np.broadcast_to(a, shape(*given)) for a in given)
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
    kernel.total_volatility(x, worth / unit, out)
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
