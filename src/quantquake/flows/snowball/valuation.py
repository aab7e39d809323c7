"""What a snowball is worth and how it must be hedged: price, delta and gamma at any spots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from quantquake.flows.kernels import snowball as kernels
from quantquake.flows.snowball.columns import TradeColumns
from quantquake.flows.snowball.trade import FloatArray, Numbers, Snowball
from quantquake.types import Result

RHO = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowballValue(Result):
    """Holder's value and Greeks, per unit notional and unit ``spot/spot0``.

    Attributes
    ----------
    price, delta, gamma : float, or ndarray of the shape of the spots
        Value, its first and its second derivative by ``S = spot / spot0``. [1] Money at spot s:
        ``notional * price``; money of index to hold as a hedge: ``notional * delta * s / spot0``.
    """

    price: Any
    delta: Any
    gamma: Any


def value(
    trade: Snowball,
    spot: Numbers,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    rho: float = RHO,
) -> SnowballValue:
    """Price one snowball and its Greeks at one spot or many.

    Parameters
    ----------
    trade : Snowball
    spot : float or array
        Index level now, in the unit of `spot0`. [points]
    vol, rate, carry : float or array of shape (n_sessions,)
        Volatility, interest rate, and carry of the hedge (dividend yield plus futures discount),
        flat or for each session ahead. [1/sqrt(yr), 1/yr, 1/yr]
    rho : float
        Grid nodes to one session's standard deviation.
    """
    spots = np.asarray(spot, float)
    flat = spots.reshape(1, -1)
    curves = [np.atleast_2d(np.asarray(x, float)) for x in (vol, rate, carry)]
    price, delta, gamma = price_book(
        TradeColumns.of([trade]), flat, vol=curves[0], rate=curves[1], carry=curves[2], rho=rho
    )
    if spots.ndim == 0:
        return SnowballValue(
            price=float(price[0, 0]), delta=float(delta[0, 0]), gamma=float(gamma[0, 0])
        )
    shape = spots.shape
    return SnowballValue(
        price=price.reshape(shape), delta=delta.reshape(shape), gamma=gamma.reshape(shape)
    )


def price_book(
    columns: TradeColumns,
    spots: FloatArray,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    rho: float = RHO,
    threads: int = 2,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Price, delta and gamma of every trade at every spot.

    Parameters
    ----------
    columns : TradeColumns
    spots : ndarray of shape (n_spots,) or (n_trades, n_spots)
        Index levels. [points]
    vol, rate, carry : float, ndarray of shape (n_trades,), or (1 or n_trades, n_sessions)
        Flat for the book, flat for each trade, or by session ahead. [1/sqrt(yr), 1/yr, 1/yr]
    rho : float
        Grid nodes to one session's standard deviation.
    threads : int

    Returns
    -------
    price, delta, gamma : ndarray of shape (n_trades, n_spots)
        Per unit notional and unit ``spot / spot0``. [1]
    """
    n = len(columns)
    at = np.asarray(spots, float)
    at = np.broadcast_to(at, (n, at.shape[-1])) / columns.spot0[:, None]
    curves = [_by_trade(x) for x in (vol, rate, carry)]
    out = np.empty((3, n, at.shape[1]))

    def run(begin: int, end: int) -> None:
        for i in range(begin, end):
            out[:, i] = _one(columns, i, at[i], *curves, rho)

    cuts = np.linspace(0, n, threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, cuts[:-1], cuts[1:]))
    return out[0], out[1], out[2]


def _by_trade(given: Numbers) -> FloatArray:
    array = np.asarray(given, float)
    return array.reshape(-1, 1) if array.ndim < 2 else array


def _one(
    c: TradeColumns, i: int, spots: FloatArray, vol: Any, rate: Any, carry: Any, rho: float
) -> Any:
    if not np.isnan(c.settled[i]):
        zero = np.zeros_like(spots)
        return zero + c.settled[i], zero, zero
    own = slice(c.first[i], c.first[i + 1])
    with np.errstate(divide="ignore"):
        trade = {
            "N": int(c.sessions[i]),
            "Y": c.days_per_year[i],
            "obs": c.observation[own],
            "ko": c.knock_out[own],
            "pay": c.pays[own],
            "cb": c.coupon_barrier[own],
            "cc": c.coupon[own],
            "strike": c.strike[i],
            "floor": c.floor[i],
            "off": c.shift[i],
            "bonus_pay": c.survive[i],
            "ki": c.knock_in[i],
            "mode": ("daily", "maturity", "never")[c.watch[i]],
            "kin": bool(c.knocked_in[i]),
        }
        n = trade["N"]
        curves = [x[min(i, len(x) - 1)][: n if x.shape[1] > 1 else 1] for x in (vol, rate, carry)]
        return kernels.price(spots, trade, *curves, rho=rho, rhov=rho, p=4)
