"""What holders own, sell and receive share by share, for sleeves a price limit has broken.

A sleeve is what one holder has in one group of assets: row r of a compressed table holds entries
``start[r]:start[r + 1]``, each an asset and a number of shares. Scenarios are the last axis, so one
walk over the table serves all of them. Letters: R sleeves, H entries, A assets, S scenarios.
"""

from __future__ import annotations

import numpy as np

from quantquake._jit import jit
from quantquake._simd import add, load_f64x8, mul, store

_U = np.uint64
SIMD = 3  # _simd.VERSION this was compiled against; raise it too

_VALUE = "void(int64[::1], uint32[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])"


@jit(_VALUE)
def _value_single(start, asset, shares, price, out):  # type: ignore[no-untyped-def]
    """One scenario: four independent sums, since gathers wait for each other in a single one."""
    z, four = _U(0), _U(4)
    for r in range(z, _U(len(start) - 1)):
        begin, end = _U(start[r]), _U(start[r + _U(1)])
        whole = begin + ((end - begin) // four) * four
        a = 0.0
        b = 0.0
        c = 0.0
        d = 0.0
        for h in range(begin, whole, four):
            a += shares[h, z] * price[_U(asset[h]), z]
            b += shares[h + _U(1), z] * price[_U(asset[h + _U(1)]), z]
            c += shares[h + _U(2), z] * price[_U(asset[h + _U(2)]), z]
            d += shares[h + _U(3), z] * price[_U(asset[h + _U(3)]), z]
        for h in range(whole, end):
            a += shares[h, z] * price[_U(asset[h]), z]
        out[r, z] = (a + b) + (c + d)


@jit(_VALUE)
def value(start, asset, shares, price, out):  # type: ignore[no-untyped-def]
    """Mark every sleeve to market.

    start : (R + 1,)   asset : (H,)   shares : (H, S) [shares]   price : (A, S) [money/share]
    out : (R, S) [money], filled.
    """
    n, eight = _U(price.shape[1]), _U(8)
    if n == _U(1):
        _value_single(start, asset, shares, price, out)
        return
    out[:] = 0.0
    wide = (n // eight) * eight
    held, prices, sums = shares.reshape(-1), price.reshape(-1), out.reshape(-1)
    for r in range(_U(0), _U(len(start) - 1)):
        begin, end = _U(start[r]), _U(start[r + _U(1)])
        for s in range(_U(0), wide, eight):
            eights = load_f64x8(sums, r * n + s)
            for h in range(begin, end):
                there = load_f64x8(prices, _U(asset[h]) * n + s)
                eights = add(eights, mul(load_f64x8(held, h * n + s), there))
            store(sums, r * n + s, eights)
        for s in range(wide, n):
            for h in range(begin, end):
                sums[r * n + s] += held[h * n + s] * prices[_U(asset[h]) * n + s]


_ORDERS = (
    "int64[::1], uint32[::1], float64[:, ::1], float64[::1], int64[::1], float64[:, ::1],"
    " float64[:, ::1]"
)


_GATHER = "void(" + _ORDERS + ", float64[:, ::1], float64[:, ::1])"
_SETTLE = (
    "void(" + _ORDERS + ", float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, :, ::1])"
)


@jit(_GATHER)
def _gather_single(start, asset, shares, recipe, active, sell, buy, sold, bought):  # type: ignore[no-untyped-def]
    """One scenario: the row's two orders stay in registers."""
    z = _U(0)
    for k in range(len(active)):
        r = _U(active[k])
        undo, add = sell[r, z], buy[r, z]
        for h in range(_U(start[r]), _U(start[r + _U(1)])):
            order = recipe[h] * add - shares[h, z] * undo
            if order > 0.0:
                bought[_U(asset[h]), z] += order
            else:
                sold[_U(asset[h]), z] -= order


@jit(_SETTLE)
def _settle_single(  # type: ignore[no-untyped-def]
    start, asset, shares, recipe, active, sell, buy, fill_sell, fill_buy, mid, money
):
    """One scenario: the row's orders and sums stay in registers."""
    z = _U(0)
    for k in range(len(active)):
        r = _U(active[k])
        undo, add = sell[r, z], buy[r, z]
        received = paid = missed = 0.0
        for h in range(_U(start[r]), _U(start[r + _U(1)])):
            a = _U(asset[h])
            order = recipe[h] * add - shares[h, z] * undo
            if order > 0.0:
                filled = order * fill_buy[a, z]
                paid += filled * mid[a, z]
            else:
                filled = order * fill_sell[a, z]
                received -= filled * mid[a, z]
            shares[h, z] += filled
            missed += abs(order - filled) * mid[a, z]
        money[0, r, z], money[1, r, z], money[2, r, z] = received, paid, missed


@jit(_GATHER)
def gather_orders(start, asset, shares, recipe, active, sell, buy, sold, bought):  # type: ignore[no-untyped-def]
    """Add up what the active sleeves want to sell and buy, asset by asset.

    recipe : (H,) [shares] of one basket of the sleeve; negative in a short book
    active : numbers of the rows to visit
    sell : (R, S) share of the holding to undo [1]   buy : (R, S) baskets to add [1]
    sold, bought : (A, S) [shares], both >= 0, added to.
    """
    n_scenarios = shares.shape[1]
    if n_scenarios == 1:
        _gather_single(start, asset, shares, recipe, active, sell, buy, sold, bought)
        return
    for k in range(len(active)):
        r = _U(active[k])
        for h in range(_U(start[r]), _U(start[r + _U(1)])):
            a = _U(asset[h])
            for s in range(_U(0), _U(n_scenarios)):
                order = recipe[h] * buy[r, s] - shares[h, s] * sell[r, s]
                bought[a, s] += max(order, 0.0)
                sold[a, s] += max(-order, 0.0)


@jit(_SETTLE)
def settle(  # type: ignore[no-untyped-def]
    start, asset, shares, recipe, active, sell, buy, fill_sell, fill_buy, mid, money
):
    """Book what was filled: shares change hands at the middle of the round's two prices.

    fill_sell, fill_buy : (A, S) share of each side's orders that found the other side [1]
    mid : (A, S) [money/share]
    money : (3, R, S) [money]: received, paid, and ordered but not filled; set on the active rows.
    `shares` is changed in place.
    """
    n_scenarios = shares.shape[1]
    if n_scenarios == 1:
        _settle_single(
            start, asset, shares, recipe, active, sell, buy, fill_sell, fill_buy, mid, money
        )
        return
    for k in range(len(active)):
        r = _U(active[k])
        money[:, r, :] = 0.0
        for h in range(_U(start[r]), _U(start[r + _U(1)])):
            a = _U(asset[h])
            for s in range(_U(0), _U(n_scenarios)):
                order = recipe[h] * buy[r, s] - shares[h, s] * sell[r, s]
                into = max(order, 0.0) * fill_buy[a, s]
                out = max(-order, 0.0) * fill_sell[a, s]
                shares[h, s] += into - out
                money[0, r, s] += out * mid[a, s]
                money[1, r, s] += into * mid[a, s]
                money[2, r, s] += (abs(order) - into - out) * mid[a, s]
