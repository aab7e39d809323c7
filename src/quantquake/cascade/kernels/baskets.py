"""What baskets are worth and what trading them does to each asset, without a share in sight.

A basket is a fixed list of legs (P), an asset and a weight each; a sleeve holds some number of one
basket. While every order of a basket is filled alike a sleeve needs nothing but that number, so these
passes walk over baskets (B), not over everybody's holdings. Baskets of one group of assets stand
together, so a pass reads a narrow range of the price list, which stays in the first-level cache; and
what weighs alike shares its legs, so an entry is one number of four bytes. For 2m entries on a Zen 4:
1.7 ms with shares in the order of holders, 0.9 by group, 0.46 with legs. Scenarios (S) are the last
axis, eight of them one vector: numba joins no neighbouring sums by itself (2.0 against 5.7 ms).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake._simd import add, load_f64x8, store, times

Array = npt.NDArray[Any]
U: Any = np.uint64
SIMD = 3  # _simd.VERSION this was compiled against; raise it too

_WALK = "int64[::1], uint32[::1], float64[::1]"


@jit("void(uint32[::1], float64[::1], float64[:, ::1], float64[:, ::1])")
def legs(asset: Array, weight: Array, price: Array, out: Array) -> None:
    """Price every leg. asset, weight : (P,)   price : (A, S) [money/share]   out : (P, S)."""
    for p in range(U(len(asset))):
        for s in range(U(price.shape[1])):
            out[p, s] = weight[p] * price[U(asset[p]), s]


@jit("float64(float64[::1], uint32[::1], uint64, uint64)")
def total(price: Array, leg: Array, begin: int, end: int) -> float:
    """Sum of the prices of a stretch of legs: four sums, since gathers wait for each other in one."""
    a = b = c = d = 0.0
    fours = begin + ((end - begin) // U(4)) * U(4)
    for h in range(begin, fours, U(4)):
        a += price[U(leg[h])]
        b += price[U(leg[h + U(1)])]
        c += price[U(leg[h + U(2)])]
        d += price[U(leg[h + U(3)])]
    for h in range(fours, end):
        a += price[U(leg[h])]
    return (a + b) + (c + d)


@jit("void(" + _WALK + ", int64[::1], float64[:, ::1], float64[:, ::1])")
def price(
    start: Array, leg: Array, factor: Array, which: Array, leg_price: Array, out: Array
) -> None:
    """Price one basket of each of `which`; the other rows of `out` keep what they hold.

    start : (B + 1,)   leg : (E,) numbers of legs   factor : (B,) [shares]   which : baskets
    leg_price : (P, S) [money]   out : (B, S) [money]
    """
    n, eight = U(leg_price.shape[1]), U(8)
    wide = (n // eight) * eight
    prices, priced = leg_price.reshape(-1), out.reshape(-1)
    for i in range(len(which)):
        r = U(which[i])
        begin, end = U(start[r]), U(start[r + U(1)])
        if n == U(1):
            priced[r] = factor[r] * total(prices, leg, begin, end)
            continue
        for s in range(U(0), wide, eight):
            eights = load_f64x8(prices, U(leg[begin]) * n + s)
            for h in range(begin + U(1), end):
                eights = add(eights, load_f64x8(prices, U(leg[h]) * n + s))
            store(priced, r * n + s, times(eights, factor[r]))
        for s in range(wide, n):
            a = 0.0
            for h in range(begin, end):
                a += prices[U(leg[h]) * n + s]
            priced[r * n + s] = factor[r] * a


@jit("void(" + _WALK + ", float64[:, ::1], float64[:, ::1])")
def spread(start: Array, leg: Array, factor: Array, traded: Array, out: Array) -> None:
    """Add what trading baskets means for each leg.

    traded : (B, S) baskets, >= 0   out : (P, S) units of each leg's weight, added to.
    """
    n, z = U(traded.shape[1]), U(0)
    for r in range(U(len(start) - 1)):
        if n == U(1):
            amount = factor[r] * traded[r, z]
            if amount != 0.0:
                for h in range(U(start[r]), U(start[r + U(1)])):
                    out[U(leg[h]), z] += amount
            continue
        some = False
        for s in range(n):
            some |= traded[r, s] != 0.0
        if not some:
            continue
        for h in range(U(start[r]), U(start[r + U(1)])):
            j = U(leg[h])
            for s in range(n):
                out[j, s] += factor[r] * traded[r, s]


@jit("void(uint32[::1], float64[::1], float64[:, ::1], float64[:, ::1])")
def shares(asset: Array, weight: Array, traded: Array, out: Array) -> None:
    """Add up legs by asset. traded : (P, S) units of weight   out : (A, S) [shares], added to."""
    for p in range(U(len(asset))):
        for s in range(U(traded.shape[1])):
            out[U(asset[p]), s] += weight[p] * traded[p, s]


_ROWS = "int64[::1], int64[::1]"


@jit("void(" + _ROWS + ", float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def value(rows: Array, basket: Array, held: Array, price: Array, out: Array) -> None:
    """Mark sleeves that hold whole baskets.

    rows : numbers of those sleeves   basket : (R,) the basket of each sleeve
    held : (R, S) baskets, negative where short   price : (B, S)   out : (R, S) [money]
    """
    for i in range(len(rows)):
        r = U(rows[i])
        b = U(basket[r])
        for s in range(U(price.shape[1])):
            out[r, s] = held[r, s] * price[b, s]


@jit("void(int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def totals(rows: Array, value: Array, gross: Array, net: Array) -> None:
    """Add up the sleeves of each holder; rows stand sleeve by sleeve.

    rows : those that can hold anything   value : (R, S)   gross, net : (F, S), filled
    """
    gross[:], net[:] = 0.0, 0.0
    n_holders = U(gross.shape[0])
    for i in range(len(rows)):
        r = U(rows[i])
        f = r % n_holders
        for s in range(U(gross.shape[1])):
            gross[f, s] += abs(value[r, s])
            net[f, s] += value[r, s]


@jit("void(int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def in_money(rows: Array, value: Array, sell: Array, buy: Array) -> None:
    """Turn shares of holdings into money and bound both orders; (R, S), changed in place."""
    for i in range(len(rows)):
        r = U(rows[i])
        for s in range(U(value.shape[1])):
            sell[r, s] = min(max(sell[r, s], 0.0), 1.0) * abs(value[r, s])
            buy[r, s] = max(buy[r, s], 0.0)


_ORDERS = "void(" + _ROWS + ", float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
_ORDERS += " float64[:, ::1], float64[:, ::1], float64[:, :, ::1])"


@jit(_ORDERS)
def orders(
    rows: Array, basket: Array, side: Array, held: Array, value: Array, price: Array, undo: Array,
    add: Array, traded: Array,
) -> None:  # fmt: skip
    """Add up, basket by basket, what whole sleeves want to sell and to buy.

    side : (R,) 1, or -1 for a short sleeve   undo, add : (R, S) [money], >= 0; the net of both in
    baskets is left in `undo`   traded : (2, B, S) baskets sold and bought, added to.
    """
    for i in range(len(rows)):
        r = U(rows[i])
        b = U(basket[r])
        for s in range(U(price.shape[1])):
            net = 0.0
            if undo[r, s] > 0.0 and value[r, s] != 0.0:
                net = -held[r, s] * min(undo[r, s] / abs(value[r, s]), 1.0)
            if add[r, s] > 0.0 and price[b, s] > 0.0:
                net += side[r] * add[r, s] / price[b, s]
            undo[r, s] = net
            traded[U(net > 0.0), b, s] += abs(net)


_SETTLE = "void(" + _ROWS + ", float64[:, ::1], float64[:, ::1], float64[:, ::1],"
_SETTLE += " int64[::1], float64[:, :, ::1], float64[:, :, ::1])"


@jit(_SETTLE)
def settle(
    rows: Array, basket: Array, net: Array, mid: Array, held: Array, line: Array, cash: Array,
    ledger: Array,
) -> None:  # fmt: skip
    """Book what whole sleeves traded, at the middle of the round's two prices.

    net : (R, S) baskets   mid : (B, S) [money]   held : (R, S) baskets, changed
    line : (R,) line of the ledger   cash : (2, F, S) received and paid by holder, added to
    ledger : (2, L, S) the same by line, added to.
    """
    n_holders = U(cash.shape[1])
    for i in range(len(rows)):
        r = U(rows[i])
        b, f, k = U(basket[r]), r % n_holders, U(line[r])
        for s in range(U(mid.shape[1])):
            if net[r, s] != 0.0:
                held[r, s] += net[r, s]
                way, money = U(net[r, s] > 0.0), abs(net[r, s]) * mid[b, s]
                cash[way, f, s] += money
                ledger[way, k, s] += money


_CAUGHT = "void(int64[::1], uint32[::1], uint32[::1], float64[:, :, ::1], boolean[:, :, ::1],"
_CAUGHT += " boolean[::1])"


@jit(_CAUGHT)
def caught(start: Array, leg: Array, asset: Array, traded: Array, short: Array, out: Array) -> None:
    """Find baskets of which some asset was not filled to the full.

    asset : (P,) of each leg   traded : (2, B, S) baskets sold and bought
    short : (2, A, S) True where that side of an asset was cut   out : (B,)
    """
    for b in range(U(len(start) - 1)):
        for way in range(U(2)):
            for s in range(U(traded.shape[2])):
                if traded[way, b, s] == 0.0 or out[b]:
                    continue
                for h in range(U(start[b]), U(start[b + U(1)])):
                    out[b] |= short[way, U(asset[U(leg[h])]), s]
