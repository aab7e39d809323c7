"""What everybody holds while a scenario runs: whole baskets, until a limit breaks one.

A sleeve trades its basket as one thing as long as every asset in it is filled alike, so one number
says what it holds, and one price of the basket serves all who hold it. Where a price limit leaves
some asset unfilled the basket breaks: from then on that sleeve's shares are kept one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from quantquake._simd import aligned
from quantquake.cascade.baskets import Table
from quantquake.cascade.broken import Broken
from quantquake.cascade.clearing import Fills
from quantquake.cascade.kernels import baskets, sleeves

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Filled to this share is filled: the last digit of a division breaks no basket.
FULL = 1.0 - 1e-12


def by_sleeve(array: FloatArray) -> FloatArray:
    """Rows of a (F, K, S) array laid out by :func:`empty_like_sleeves`; (K * F, S), no copy."""
    return array.transpose(1, 0, 2).reshape(-1, array.shape[2])


def sleeve_zeros(n_holders: int, n_sleeves: int, n: int) -> FloatArray:
    """Zeros of shape (F, K, S) whose memory runs sleeve by sleeve, as the rows of a table do."""
    return np.zeros((n_sleeves, n_holders, n)).transpose(1, 0, 2)


@dataclass(slots=True)
class Wanted:
    """Orders of one clearing, in baskets and shares.

    Attributes
    ----------
    net : ndarray of shape (R, S)
        Baskets wanted by whole sleeves, negative to sell.
    traded : ndarray of shape (2, B, S)
        Baskets of whole sleeves sold and bought.
    undo, add : ndarray of shape (T, S)
        Of broken sleeves: share of the holding to undo [1], baskets to add.
    undoing : ndarray of bool, shape (T, S)
        Whether more is undone than added: what stays unfilled then waits as a sale of the holding.
    sold, bought : ndarray of shape (A, S)
        What all that comes to. [shares]
    """

    net: FloatArray
    traded: FloatArray
    undo: FloatArray
    add: FloatArray
    undoing: npt.NDArray[np.bool_]
    sold: FloatArray
    bought: FloatArray


@dataclass(slots=True)
class Positions:
    """All books. F holders, K sleeves each, R = K * F rows, B baskets, A assets, S scenarios.

    Attributes
    ----------
    table : Table
    whole : ndarray
        Rows that hold whole baskets.
    held : ndarray of shape (R, S)
        Baskets held by the rows of `whole`.
    broken : Broken
    unit : ndarray of shape (B, S)
        Price of one basket at the last mark. [money]
    value : ndarray of shape (F, K, S)
        At the last mark; negative in a short sleeve. [money]
    gross, net : ndarray of shape (F, S)
        Absolute and plain sum of `value` over sleeves. [money]
    """

    table: Table
    whole: IntArray
    held: FloatArray
    broken: Broken
    unit: FloatArray
    value: FloatArray
    gross: FloatArray
    net: FloatArray

    @classmethod
    def opening(cls, table: Table, price: FloatArray) -> Positions:
        """Stand before day 1 at prices (A, S), marked."""
        n = price.shape[1]
        sums = np.zeros((2, table.n_holders, n))
        positions = cls(
            table=table,
            whole=table.used,
            held=np.repeat(table.held[:, None], n, axis=1),
            broken=Broken.none(n),
            unit=np.zeros((len(table.start) - 1, n)),
            value=sleeve_zeros(table.n_holders, table.sleeves, n),
            gross=sums[0],
            net=sums[1],
        )
        positions.mark(price)
        return positions

    def mark(self, price: FloatArray) -> None:
        """Value every sleeve at prices (A, S). [money/share]"""
        t, b, flat = self.table, self.broken, by_sleeve(self.value)
        self._price(np.arange(len(self.unit)), price, self.unit)
        baskets.value(self.whole, t.basket, self.held, self.unit, flat)
        if len(b.rows):
            worth = np.empty((len(b.rows), price.shape[1]))
            sleeves.value(b.start, b.asset, b.shares, price, worth)
            flat[b.rows] = worth
        baskets.totals(t.used, flat, self.gross, self.net)

    def _price(self, which: IntArray, price: FloatArray, out: FloatArray) -> None:
        t = self.table
        legs = aligned((len(t.leg_asset), price.shape[1]), np.float64)
        baskets.legs(t.leg_asset, t.leg_weight, price, legs)
        baskets.price(t.start, t.leg, t.factor, which, legs, out)

    def orders(self, sell: FloatArray, buy: FloatArray, *, queue: bool) -> Wanted:
        """Turn money (F, K, S) into baskets and shares; `sell` is used up.

        queue : whether what was left unfilled earlier today still stands.
        """
        t, b, n = self.table, self.broken, self.unit.shape[1]
        undo, add = by_sleeve(sell), by_sleeve(buy)
        traded, shares = np.zeros((2, len(self.unit), n)), np.zeros((2, t.n_assets, n))
        share, more, undoing = self._broken_orders(undo[b.rows], add[b.rows], queue)
        baskets.orders(
            self.whole,
            t.basket,
            t.side,
            self.held,
            by_sleeve(self.value),
            self.unit,
            undo,
            add,
            traded,
        )
        for way in (0, 1):
            legs = np.zeros((len(t.leg_asset), n))
            baskets.spread(t.start, t.leg, t.factor, traded[way], legs)
            baskets.shares(t.leg_asset, t.leg_weight, legs, shares[way])
        active = np.flatnonzero(((share > 0) | (more > 0)).any(axis=1))
        sleeves.gather_orders(
            b.start, b.asset, b.shares, b.weight, active, share, more, shares[0], shares[1]
        )
        return Wanted(undo, traded, share, more, undoing, shares[0], shares[1])

    def _broken_orders(
        self, undo: FloatArray, add: FloatArray, queue: bool
    ) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        """Share of the holding to undo, baskets to add, and who undoes, for the broken sleeves."""
        b = self.broken
        worth = np.abs(by_sleeve(self.value)[b.rows])
        if queue:
            # A new order replaces a queued one only if it is larger.
            undo = np.maximum(undo, np.minimum(b.queued_sell, worth))
            add = np.maximum(add, b.queued_buy)
        unit = self.unit[self.table.basket[b.rows]]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where((undo > 0) & (worth > 0), np.minimum(undo / worth, 1.0), 0.0)
            more = np.where((add > 0) & (unit > 0), add / unit, 0.0)
        return share, more, np.minimum(undo, worth) > add

    def settle(self, wanted: Wanted, fills: Fills) -> tuple[FloatArray, FloatArray]:
        """Book what was filled; returns money received and paid by holder (2, F, S) and by line."""
        t, n = self.table, self.unit.shape[1]
        cash, ledger = np.zeros((2, t.n_holders, n)), np.zeros((2, int(t.line.max()) + 1, n))
        self._break(wanted, fills)
        active = np.flatnonzero(wanted.traded.any(axis=(0, 2)))
        mid = np.zeros_like(self.unit)
        self._price(active, fills.mid, mid)
        baskets.settle(self.whole, t.basket, wanted.net, mid, self.held, t.line, cash, ledger)
        if len(self.broken.rows):
            done = self._settle_broken(wanted, fills)
            rows = self.broken.rows
            for way in (0, 1):
                np.add.at(cash[way], rows % t.n_holders, done[way])
                np.add.at(ledger[way], t.line[rows], done[way])
        return cash, ledger

    def _break(self, wanted: Wanted, fills: Fills) -> None:
        """Keep share by share whatever could not be filled alike."""
        short = np.stack([fills.sell < FULL, fills.buy < FULL])
        if not short.any():
            return
        t = self.table
        cut = np.zeros(len(self.unit), dtype=bool)
        baskets.caught(t.start, t.leg, t.leg_asset, wanted.traded, short, cut)
        hit = cut[t.basket[self.whole]] & wanted.net[self.whole].any(axis=1)
        rows = self.whole[hit]
        if not len(rows):
            return
        self.broken = self.broken.joined(t, rows, self.held)
        self.whole = self.whole[~hit]
        # Their order stands as baskets to add, fewer than none to sell.
        net = wanted.net[rows]
        wanted.undo = np.concatenate([wanted.undo, np.zeros_like(net)])
        wanted.add = np.concatenate([wanted.add, net * t.side[rows, None]])
        wanted.undoing = np.concatenate([wanted.undoing, net * t.side[rows, None] < 0])

    def _settle_broken(self, wanted: Wanted, fills: Fills) -> FloatArray:
        """Money received and paid by the broken sleeves, (2, T, S)."""
        b = self.broken
        done = np.zeros((3, *wanted.undo.shape))
        active = np.flatnonzero(((wanted.undo != 0) | (wanted.add != 0)).any(axis=1))
        orders = (b.start, b.asset, b.shares, b.weight, active, wanted.undo, wanted.add)
        sleeves.settle(*orders, fills.sell, fills.buy, fills.mid, done)
        b.queued_sell = np.where(wanted.undoing, done[2], 0.0)
        b.queued_buy = np.where(wanted.undoing, 0.0, done[2])
        return done[:2]

    def books(self, path: int = 0) -> sparse.csr_array:
        """Shares of each holder in each asset on one path, long less short; (F, A). [shares]"""
        t, b = self.table, self.broken
        lists = (t.weight, t.asset.astype(np.int64), t.start)
        baskets_ = sparse.csr_array(lists, shape=(len(self.unit), t.n_assets))
        shape = (t.n_holders, len(self.unit))
        owner, basket = self.whole % t.n_holders, t.basket[self.whole]
        owned = sparse.coo_array((self.held[self.whole, path], (owner, basket)), shape).tocsr()
        holder = np.repeat(b.rows % t.n_holders, np.diff(b.start))
        loose = (b.shares[:, path], (holder, b.asset.astype(np.int64)))
        apart = sparse.coo_array(loose, (t.n_holders, t.n_assets)).tocsr()
        return sparse.csr_array(owned @ baskets_ + apart)

    def lapse(self) -> None:
        """Forget what is queued: orders end with the day."""
        self.broken.queued_sell[:] = 0.0
        self.broken.queued_buy[:] = 0.0
