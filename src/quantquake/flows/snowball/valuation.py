"""What a snowball is worth and how it must be hedged: price, delta and gamma at any spots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError, DataError
from quantquake.flows.kernels import snowball as kernels
from quantquake.flows.snowball.columns import TradeColumns
from quantquake.flows.snowball.forward import follow_forward
from quantquake.flows.snowball.kinds import FloatArray, Numbers
from quantquake.flows.snowball.outlook import look_out
from quantquake.flows.snowball.packed import Packed, pack
from quantquake.flows.snowball.trade import Snowball
from quantquake.types import Result

RHO = 3.0  # one trade: value within 1e-7, delta within 1e-5
BOOK_RHO = 2.0  # a book: 99 % of values within 1e-6, of deltas within 5e-5
DENSER = 0.5  # nodes added for the steps from date to date, which are few and cheap
CERTAIN = 1e-3  # volatility below which the spot follows its forward [1/sqrt(yr)]
CHUNK = 64  # trades a thread takes at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowballValue(Result):
    """Holder's value and Greeks, per unit notional and unit ``S = spot / spot0``.

    Attributes
    ----------
    price, delta, gamma : float, or ndarray of the shape of the spots
        Value and its first and second derivative by S. [1] In money: ``notional * price``; index
        to hold as a hedge: ``notional * delta * S``.
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
    knock_in_vol: Numbers | None = None,
    barrier_shift: float = 0.0,
    delta_cap: float | None = None,
    rho: float = RHO,
) -> SnowballValue:
    """Price one snowball and its Greeks at one spot or many.

    Parameters
    ----------
    trade : Snowball
        A note that has ended is worth its `settlement`, without Greeks.
    spot : float or array
        Index level at today's close, in the unit of `spot0`. [points] At or below a barrier
        watched daily the note is knocked in. An observation of today is not seen: apply it with
        ``trade.after([close])`` the session before.
    vol, rate, carry : float or array of shape (n_sessions,)
        Volatility, interest rate, and carry of the hedge (dividend yield plus futures discount,
        see `carry.carry_from_curve`): flat, or for each session ahead. [1/sqrt(yr), 1/yr, 1/yr]
        The last member of a shorter array is held.
    knock_in_vol : float or array, optional
        Volatility at which the part of the value that hangs on the knock-in is priced, by
        default `vol`: a bump for skew, sticky at the strike. It is no smile model: the two parts
        live in different worlds, the forward smile and the knock-out's own skew are missing.
    barrier_shift : float
        Added to the knock-in barrier of the model (not of the contract), as desks do to blunt
        the hedge near it. [1]
    delta_cap : float, optional
        Largest delta a desk will hold; gamma is 0 where it binds. [1]
    rho : float
        Grid nodes to one session's standard deviation, 1 or more.

    Returns
    -------
    SnowballValue

    Raises
    ------
    ConfigError
        rho below 1, or an input that is negative or missing where it may not be.
    DataError
        A spot that is not above 0.

    Notes
    -----
    Time is counted in sessions, `days_per_year` to the year, for volatility, discount and carry
    alike. Below a volatility of 0.001 the spot follows its forward.

    References
    ----------
    .. [1] Exact Gaussian steps between observation dates; cuts at barriers by Euler-Maclaurin end
       corrections. See `quantquake.flows.kernels.snowball_grid`.
    """
    spots = np.asarray(spot, float)
    price, delta, gamma = price_book(
        TradeColumns.of([trade]),
        spots.reshape(1, -1),
        vol=_row(vol),
        rate=_row(rate),
        carry=_row(carry),
        knock_in_vol=None if knock_in_vol is None else _row(knock_in_vol),
        barrier_shift=barrier_shift,
        delta_cap=delta_cap,
        rho=rho,
        threads=1,
    )
    if spots.ndim == 0:
        return SnowballValue(
            price=float(price[0, 0]), delta=float(delta[0, 0]), gamma=float(gamma[0, 0])
        )
    return SnowballValue(
        price=price.reshape(spots.shape),
        delta=delta.reshape(spots.shape),
        gamma=gamma.reshape(spots.shape),
    )


def price_book(
    columns: TradeColumns,
    spots: Numbers,
    *,
    vol: Numbers,
    rate: Numbers,
    carry: Numbers,
    knock_in_vol: Numbers | None = None,
    barrier_shift: float = 0.0,
    delta_cap: float | None = None,
    rho: float = BOOK_RHO,
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
    knock_in_vol, barrier_shift, delta_cap, rho
        As in :func:`value`.
    threads : int

    Returns
    -------
    price, delta, gamma : ndarray of shape (n_trades, n_spots)
        Per unit notional and unit ``spot / spot0``. [1]

    Raises
    ------
    ConfigError, DataError
        As in :func:`value`.
    """
    _check_rho(rho, threads)
    ratios = _ratios(columns, spots)
    packed = pack(columns, barrier_shift=barrier_shift)
    curves = _curves(len(columns), vol, rate, carry)
    extra = curves if knock_in_vol is None else _curves(len(columns), knock_in_vol, rate, carry)
    out = np.zeros((len(columns), 3, ratios.shape[1]))
    certain = _certain(columns, curves)
    for i in np.flatnonzero(certain):
        row = min(int(i), curves.shape[1] - 1)
        out[i] = follow_forward(packed, int(i), _of(ratios, i), curves[:, row])
    ended = ~np.isnan(columns.settled)
    out[ended] = 0.0
    out[ended, 0] = columns.settled[ended, None]
    _run(packed, np.flatnonzero(~certain & ~ended), ratios, curves, extra, rho, threads, out)
    if delta_cap is not None:
        over = out[:, 1] > delta_cap
        out[:, 2][over], out[:, 1][over] = 0.0, delta_cap
    return out[:, 0], out[:, 1], out[:, 2]


def _run(
    packed: Packed,
    which: npt.NDArray[np.int64],
    ratios: FloatArray,
    curves: FloatArray,
    extra: FloatArray,
    rho: float,
    threads: int,
    out: FloatArray,
) -> None:
    x = np.log(ratios)

    own = (packed.terms, packed.first, look_out(packed, curves, x))

    def price(some: npt.NDArray[np.int64]) -> None:
        kernels.add_part(*own, curves, x, rho + DENSER, some, False, out)
        kernels.add_part(*own, extra, x, rho, some, True, out)
        _by_spot(out, some, ratios)

    parts = [which[k : k + CHUNK] for k in range(0, len(which), CHUNK)]
    if threads == 1 or len(parts) == 1:
        for part in parts:
            price(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(price, parts))


def _by_spot(out: FloatArray, some: npt.NDArray[np.int64], ratios: FloatArray) -> None:
    """Turn derivatives by log spot into derivatives by spot."""
    for i in some:
        s, slope = _of(ratios, i), out[i, 1]
        out[i, 2] = (out[i, 2] - slope) / (s * s)
        out[i, 1] = slope / s


def _of(ratios: FloatArray, i: Any) -> FloatArray:
    return ratios[min(int(i), len(ratios) - 1)]


def _row(given: Numbers) -> FloatArray:
    return np.atleast_2d(np.asarray(given, float))


def _ratios(columns: TradeColumns, spots: Numbers) -> FloatArray:
    given = np.atleast_1d(np.asarray(spots, float))
    if not (given > 0).all():
        raise DataError(
            f"`spot`: {int((~(given > 0)).sum())} of {given.size} levels are missing or not above "
            "0: a note has no value where its index has none. Drop them."
        )
    wide = np.broadcast_to(given, (len(columns), given.shape[-1]))
    return np.ascontiguousarray(wide / columns.spot0[:, None])


def _curves(n: int, *given: Numbers) -> FloatArray:
    """Volatility, rate and carry as (3, 1 or n, 1 or n_sessions)."""
    names = ("vol", "rate", "carry")
    arrays = [np.asarray(g, float) for g in given]
    for name, array in zip(names, arrays, strict=True):
        rows = n if array.ndim == 0 else len(array)
        if array.ndim > 2 or rows not in ((n,) if array.ndim == 1 else (1, n)):
            raise ConfigError(
                f"`{name}` has shape {array.shape} for {n} trades: it is unclear whose it is. Give "
                "one number, one a trade, or a table of (1 or n_trades, n_sessions)."
            )
        if not np.isfinite(array).all() or (name == "vol" and (array < 0).any()):
            raise ConfigError(
                f"`{name}` is missing (NaN), infinite or below 0 in places: no path could be "
                "drawn. Give finite numbers, volatility 0 or more."
            )
    flat = [a.reshape(-1, 1) if a.ndim < 2 else a for a in arrays]
    width = max(a.shape[1] for a in flat)
    held = [np.hstack([a, np.repeat(a[:, -1:], width - a.shape[1], axis=1)]) for a in flat]
    return np.ascontiguousarray(np.stack(np.broadcast_arrays(*held)))


def _certain(columns: TradeColumns, curves: FloatArray) -> npt.NDArray[np.bool_]:
    """Trades that need no grid; refuses volatilities that vanish for a part of a note's life."""
    least, most = curves[0].min(axis=1), curves[0].max(axis=1)
    if ((least < CERTAIN) & (most >= CERTAIN)).any():
        raise ConfigError(
            f"`vol` falls below {CERTAIN:g} in some sessions and not in others: a grid fine enough "
            "for both would not fit. Spread the variance over the sessions around."
        )
    return (columns.sessions == 0) | np.broadcast_to(most < CERTAIN, (len(columns),))


def _check_rho(rho: float, threads: int) -> None:
    if not (rho >= 1 and threads >= 1):
        raise ConfigError(
            f"rho={rho:g}, threads={threads}: below one node to a session's deviation the grid "
            "cannot see a step, and somebody must do the work. Give 1 or more of each."
        )
