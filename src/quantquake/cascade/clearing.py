"""One clearing: what everybody wants meets, the price moves on the net, limits stop the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.impact import Impact

FloatArray = npt.NDArray[np.float64]

#: Log prices beyond this are of no economic meaning; they only bound an exploding cascade.
LOG_BOUND = 25.0


@dataclass(slots=True)
class Book:
    """Prices and what stands behind them; shape (n_assets, n_scenarios) throughout.

    Attributes
    ----------
    base : ndarray
        Log price without the fading part of impact: news, noise and permanent impact.
    pressure : ndarray
        Net flow remembered. [days of volume]
    price : ndarray
        What is quoted: inside the day's limits. [money/share]
    low, high : ndarray
        The day's limits. [money/share]
    """

    base: FloatArray
    pressure: FloatArray
    price: FloatArray
    low: FloatArray
    high: FloatArray

    def fair(self, impact: Impact, sigma: FloatArray) -> FloatArray:
        """Log price without limits."""
        return self.base + (1 - impact.permanent) * impact.offset(self.pressure, sigma)

    def quote(self, log_price: FloatArray) -> None:
        """Set the price inside the limits."""
        bounded = np.exp(np.clip(log_price, -LOG_BOUND, LOG_BOUND))
        np.clip(bounded, self.low, self.high, out=self.price)


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
        Depth on the side the net falls to: money a day, shrunk by stress. [money/d]

    Notes
    -----
    Everybody on a side gets the same share filled at the middle of the two prices: nobody gains by
    a place in the list. At a limit the price takes only the flow that brings it there; what is
    left finds the other side of the book or stays unfilled.
    """
    net = bought - sold
    before, log_before = book.price.copy(), book.fair(impact, sigma)
    standing = impact.offset(book.pressure, sigma)
    wanted = net * before / volume
    reach = log_before + impact.offset(book.pressure + wanted, sigma) - standing
    taken = _absorbed(book, impact, sigma, wanted, log_before - standing, reach)
    moved = impact.offset(book.pressure + taken, sigma) - standing
    book.base += impact.permanent * moved
    book.pressure += taken
    book.quote(log_before + moved)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(wanted != 0, taken / wanted, 1.0)
    return _fills(sold, bought, share, 0.5 * (before + book.price))


def _absorbed(
    book: Book,
    impact: Impact,
    sigma: FloatArray,
    wanted: FloatArray,
    rest: FloatArray,
    reach: FloatArray,
) -> FloatArray:
    """Part of the net flow after which the price stands exactly at its limit."""
    down, up = reach < np.log(book.low), reach > np.log(book.high)
    if not (down.any() or up.any()):
        return wanted
    limit = np.where(down, book.low, book.high)
    hit = down | up
    at_limit = impact.pressure(np.log(np.where(hit, limit, 1.0)) - rest, sigma) - book.pressure
    # News alone may stand beyond the limit: then nothing more is absorbed on that side.
    held = np.where(wanted < 0, np.clip(at_limit, wanted, 0.0), np.clip(at_limit, 0.0, wanted))
    against = (down & (wanted > 0)) | (up & (wanted < 0))
    return np.where(hit & ~against, held, wanted)


def _fills(sold: FloatArray, bought: FloatArray, share: FloatArray, mid: FloatArray) -> Fills:
    net = bought - sold
    sell_filled = np.where(net < 0, bought - share * net, sold)
    buy_filled = np.where(net > 0, sold + share * net, bought)
    with np.errstate(divide="ignore", invalid="ignore"):
        sell = np.where(sold > 0, sell_filled / sold, 1.0)
        buy = np.where(bought > 0, buy_filled / bought, 1.0)
    return Fills(np.clip(sell, 0.0, 1.0), np.clip(buy, 0.0, 1.0), mid)
