"""One clearing: what everybody wants meets, the price moves on the net, limits stop the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.impact import Impact
from quantquake.cascade.limit_flow import share_to

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

#: Log prices beyond this are of no economic meaning; they only bound an exploding cascade.
LOG_BOUND = 25.0


@dataclass(slots=True)
class Book:
    """Prices and what stands behind them; shape (n_assets, n_scenarios) throughout.

    Attributes
    ----------
    base : ndarray
        Log price without anybody's flow: news and noise.
    pressure : ndarray
        Net flow not yet forgotten. [days of volume]
    lasting : ndarray
        All net flow so far. [days of volume]
    price : ndarray
        What is quoted: inside the day's limits. [money/share]
    low, high : ndarray
        The day's limits. [money/share]
    standing : ndarray or None
        Log price move the two memories hold, kept from the last look: the law is the dear part of a
        clearing. None when they have changed since, so change them by `clear` and `forget` only.
    """

    base: FloatArray
    pressure: FloatArray
    lasting: FloatArray
    price: FloatArray
    low: FloatArray
    high: FloatArray
    standing: FloatArray | None = None

    @classmethod
    def at_rest(cls, price: FloatArray, low: FloatArray, high: FloatArray) -> Book:
        """Open at `price` (whose log is the base), nothing pressing and nothing remembered."""
        return cls(np.log(price), np.zeros_like(price), np.zeros_like(price), price, low, high)

    def fair(self, impact: Impact, sigma: FloatArray) -> FloatArray:
        """Log price without limits."""
        if self.standing is None:
            self.standing = impact.move(self.pressure, self.lasting, sigma)
        return self.base + self.standing

    def quote(self, log_price: FloatArray) -> BoolArray:
        """Set the price inside the limits; returns where a limit holds it."""
        # One beyond the bound: a name without limits stops there too, see `tides.open_day`.
        free = np.clip(log_price, -LOG_BOUND - 1, LOG_BOUND + 1)
        np.exp(free, out=free)
        np.clip(free, self.low, self.high, out=self.price)
        return free != self.price

    def forget(self, impact: Impact, days: float = 1.0) -> None:
        """Let pressure fade; what is lasting stays."""
        left = impact.remembered(days)
        if left < 1.0:
            self.pressure = self.pressure * left
            self.standing = None


@dataclass(frozen=True, slots=True)
class Fills:
    """What the round did: shares of each side filled, and the price both sides got."""

    sell: FloatArray
    buy: FloatArray
    mid: FloatArray


def clear(
    book: Book,
    impact: Impact,
    sigma: FloatArray,
    sold: FloatArray,
    bought: FloatArray,
    volume: FloatArray,
) -> Fills:
    """Move prices on the net of both sides and fill what the limits allow.

    Parameters
    ----------
    sold, bought : ndarray of shape (n_assets, n_scenarios)
        Orders, both >= 0. [shares]
    volume : ndarray of shape (n_assets, n_scenarios)
        Depth on the side the net falls to, shrunk by stress: a day's volume in shares, which is
        money a day at the starting price of 1. [shares/d]

    Notes
    -----
    The book's price must be quoted already: news and the night move it before anybody trades.
    Everybody on a side gets the same share filled at the middle of the two prices: nobody gains by
    a place in the list. At a limit the price takes only the flow that brings it there; what is
    left finds the other side of the book or stays unfilled.

    Flow is weighed in shares, not in money at the price it finds: otherwise who buys and sells the
    same shares would leave a trace, and a fall would make the shares still to be sold weigh less.
    """
    net = bought - sold
    sell, buy, mid = np.ones_like(net), np.ones_like(net), book.price.copy()
    if net.any():
        wanted = net / volume
        hit = np.flatnonzero(_push(book, impact, sigma, wanted))
        if len(hit):
            share = _stop(book, impact, sigma, wanted, hit)
            _hold_back(sell, buy, sold.take(hit), bought.take(hit), share, hit)
        mid += book.price
        mid *= 0.5
    return Fills(sell, buy, mid)


def _push(book: Book, impact: Impact, sigma: FloatArray, wanted: FloatArray) -> BoolArray:
    """Take in all the flow; returns where the price would then stand beyond its limits."""
    book.pressure = book.pressure + wanted
    book.lasting = book.lasting + wanted
    book.standing = impact.move(book.pressure, book.lasting, sigma)
    return book.quote(book.base + book.standing)


def _stop(
    book: Book, impact: Impact, sigma: FloatArray, wanted: FloatArray, hit: IntArray
) -> FloatArray:
    """Give back the flow that pushed beyond a limit; returns the share taken, shape (n_hit,).

    News alone may stand beyond the limit: then nothing more is absorbed on that side, and all of
    what comes from the other.
    """
    flow, volatility = wanted.take(hit), np.broadcast_to(sigma, wanted.shape).take(hit)
    pressure, lasting = book.pressure.take(hit) - flow, book.lasting.take(hit) - flow
    # The quoted price is inside its limits already, so where it is hit it is the limit.
    target = np.log(book.price.take(hit)) - book.base.take(hit)
    share = share_to(target, impact, pressure, lasting, volatility, flow)
    pressure += share * flow
    lasting += share * flow
    book.pressure.put(hit, pressure)
    book.lasting.put(hit, lasting)
    # Where it stopped on the way it stands at the limit: the memories say so only to rounding.
    stopped = (share > 0) & (share < 1)
    standing = np.where(stopped, target, impact.move(pressure, lasting, volatility))
    book.standing.put(hit, standing)  # type: ignore[union-attr]  # set by `_push`
    return share


def _hold_back(
    sell: FloatArray,
    buy: FloatArray,
    sold: FloatArray,
    bought: FloatArray,
    share: FloatArray,
    hit: IntArray,
) -> None:
    """Fill what `share` of the net flow leaves of the orders of each side."""
    net = bought - sold
    with np.errstate(divide="ignore", invalid="ignore"):
        sell.put(hit, np.where(net < 0, (bought - share * net) / sold, 1.0).clip(0.0, 1.0))
        buy.put(hit, np.where(net > 0, (sold + share * net) / bought, 1.0).clip(0.0, 1.0))
