"""One round of leveraged funds that hold many names: value, decide, sell; then prices move.

Holdings never change, since sales are in proportion: a fund keeps one number, the part of its
first portfolio it still holds. One pass over the holdings a round therefore values all funds,
and only funds that sell are visited again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake._simd import add_gathered, fetch_ahead, no_quad, sum_quads

Array = npt.NDArray[Any]
U: Any = np.uint64
M16, S16, S32, S48 = U(0xFFFF), U(16), U(32), U(48)
AHEAD = U(1600)  # elements: what is asked for now arrives when it is needed
SIMD = 3  # _simd.VERSION this was compiled against; raise it too

SMALL = 0.35  # ln 2 / 2, about

# Rows of a fund's state.
SCALE, DEBT, LEVERAGE, FRACTION, SOLD = range(5)
# Columns of a round's tally.
MONEY, SETTLED, SOLVENT = range(3)


def crowd_python(
    index: Array, shares: Array, debt: Array, leverage: Array, adv: Array, sigma: Array,
    shocks: Array, rule: tuple[float, float], law: tuple[float, float, float, float],
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Run all rounds the plain way: the definition.

    index, shares : (F, K). debt, leverage : (F,). adv, sigma : (A,). shocks : (R, A).
    rule : tolerance above the target leverage, most that is sold in a round.
    law : impact, cap, noise, move of all prices after round one.
    Returns prices (R + 1, A), shares sold (R, A), tally (R, 3).
    """
    (tolerance, most), (impact, cap, noise, first_move) = rule, law
    n_rounds, n_assets = shocks.shape
    prices, sales = np.ones((n_rounds + 1, n_assets)), np.zeros((n_rounds, n_assets))
    tally = np.zeros((n_rounds, 3))
    debt, scale = debt.copy(), np.ones(len(debt))
    fraction, sold = np.zeros(len(debt)), np.zeros(len(debt))
    for r in range(n_rounds):
        value = scale * (shares * prices[r][index]).sum(axis=1)
        # Last round's sale is paid at the middle of the prices before and after it.
        settled = 0.5 * (sold + fraction / (1 - fraction) * value)
        debt -= settled
        equity = value - debt
        over = value > (1 + tolerance) * leverage * equity
        with np.errstate(divide="ignore", invalid="ignore"):
            back = np.where(over, np.minimum(1 - leverage * equity / value, most), 0.0)
        fraction = np.where(equity <= 0, most, back)
        sold = fraction * value
        np.add.at(sales[r], index, (fraction * scale)[:, None] * shares)
        scale = scale * (1 - fraction)
        fall = np.minimum(impact * sigma * np.sqrt(prices[r] * sales[r] / adv), cap)
        prices[r + 1] = prices[r] * np.exp(noise * sigma * shocks[r] - fall)
        prices[r + 1] *= 1 + first_move if r == 0 else 1.0
        tally[r] = sold.sum(), settled.sum(), (equity > 0).sum()
    return prices, sales, tally


@jit
def value_block(
    segments: Array, words: Array, shares: Array, price: Array, first: int, slices: int,
    value: Array,
) -> None:  # fmt: skip
    """Fill `value` (funds of the block,) with sum of shares x price.

    first : number of the block's first segment. price : (A,) in the type of `shares`.
    """
    segment, two = U(first), U(2)
    value[:] = 0.0
    for _ in range(U(slices)):
        for f in range(U(len(value))):
            m, end = U(segments[segment]), U(segments[segment + U(1)])
            segment += U(1)
            a, b = no_quad(shares), no_quad(shares)
            pairs = m + ((end - m) & ~U(1))
            for q in range(m, pairs, two):
                fetch_ahead(shares, U(4) * q + AHEAD)
                fetch_ahead(words, q + AHEAD // U(4))
                a = add_gathered(a, shares, words, q, price)
                b = add_gathered(b, shares, words, q + U(1), price)
            if pairs < end:
                a = add_gathered(a, shares, words, pairs, price)
            value[f] += sum_quads(a, b)


@jit
def sell_block(
    segments: Array, words: Array, shares: Array, first: int, slices: int, weight: Array,
    sellers: Array, flow: Array,
) -> None:  # fmt: skip
    """Add ``weight x shares`` of every fund of the block to `flow` (A,). [shares]

    sellers : as `weight`, scratch. Listing those who sell first spares a guess per fund and slice.
    """
    n = U(0)
    for f in range(U(len(weight))):
        sellers[n] = f
        n += U(weight[f] > 0)
    for s in range(U(slices)):
        row = U(first) + s * U(len(weight))
        for i in range(n):
            f = U(sellers[i])
            w = weight[f]
            for q in range(U(segments[row + f]), U(segments[row + f + U(1)])):
                word, h = words[q], U(4) * q
                flow[word & M16] += w * shares[h]
                flow[(word >> S16) & M16] += w * shares[h + U(1)]
                flow[(word >> S32) & M16] += w * shares[h + U(2)]
                flow[word >> S48] += w * shares[h + U(3)]


@jit
def value_all(
    segments: Array, words: Array, shares: Array, price: Array, slices: int, group: int,
    value: Array,
) -> None:  # fmt: skip
    """Fill `value` (blocks x group,) for every fund. price : (A,) in the type of `shares`."""
    for low in range(0, len(value), group):
        value_block(segments, words, shares, price, low * slices, slices, value[low : low + group])


@jit
def sell_all(
    segments: Array, words: Array, shares: Array, slices: int, group: int, weight: Array,
    flow: Array,
) -> None:  # fmt: skip
    """Add ``weight x shares`` of every fund to `flow` (A,). weight : (blocks x group,)."""
    sellers = np.empty(group + 1, np.int64)
    for low in range(0, len(weight), group):
        part = weight[low : low + group]
        sell_block(segments, words, shares, low * slices, slices, part, sellers, flow)


@jit
def decide_block(
    fund: Array, value: Array, first: int, tolerance: float, most: float, weight: Array,
    tally: Array,
) -> None:  # fmt: skip
    """Settle last round's sales and decide this round's, for the funds from `first` on.

    fund : (5, F) state. value : (funds of the block,) of the first portfolio at today's prices.
    weight : as `value`, part of the first portfolio to sell. tally : (3,), added to.
    """
    weight[:] = 0.0
    for f in range(min(len(value), fund.shape[1] - first)):
        i = first + f
        worth, settled = fund[SCALE, i] * value[f], 0.0
        fraction = fund[FRACTION, i]
        if fraction > 0:
            # Last round's sale is paid at the middle of the prices before and after it.
            settled = 0.5 * (fund[SOLD, i] + fraction / (1 - fraction) * worth)
            fund[DEBT, i] -= settled
        equity, target = worth - fund[DEBT, i], fund[LEVERAGE, i]
        fraction = 0.0
        if equity <= 0:
            fraction = most
        elif worth > (1 + tolerance) * target * equity:
            fraction = min(1 - target * equity / worth, most)
        weight[f] = fraction * fund[SCALE, i]
        fund[FRACTION, i], fund[SOLD, i] = fraction, fraction * worth
        fund[SCALE, i] *= 1 - fraction
        tally[MONEY] += fraction * worth
        tally[SETTLED] += settled
        tally[SOLVENT] += equity > 0


@jit
def settle_blocks(
    begin: int, end: int, segments: Array, words: Array, shares: Array, price: Array, slices: int,
    group: int, fund: Array, tolerance: float, most: float, flow: Array, tally: Array,
) -> None:  # fmt: skip
    """Value, decide and sell for the blocks from `begin` to `end`; `flow` and `tally` are refilled.

    flow : (A,) shares sold. tally : (3,) money sold, money settled, solvent funds.
    """
    value, weight = np.empty(group), np.empty(group)
    sellers = np.empty(group + 1, np.int64)
    flow[:] = 0.0
    tally[:] = 0.0
    for block in range(begin, end):
        first = block * slices * group
        value_block(segments, words, shares, price, first, slices, value)
        decide_block(fund, value, block * group, tolerance, most, weight, tally)
        sell_block(segments, words, shares, first, slices, weight, sellers, flow)


@jit
def run_rounds(
    shards: Array, segments: Array, words: Array, shares: Array, slices: int, group: int,
    fund: Array, rule: tuple[float, float], price: Array, live: Array, adv: Array, sigma: Array,
    shocks: Array, law: tuple[float, float, float, float], flow: Array, tally: Array,
    prices: Array, sales: Array,
) -> None:  # fmt: skip
    """Run all rounds on one thread; see `crowd_python` for what happens in one.

    shards : (shards + 1,) first block of each. price : (A,) float64, live : the same in the type
    of `shares`. flow : (shards, A). tally : (R, shards, 3). prices (R, A) and sales (R, A) are
    filled unless they are empty.
    """
    for r in range(shocks.shape[0]):
        for s in range(len(shards) - 1):
            settle_blocks(
                shards[s], shards[s + 1], segments, words, shares, live, slices, group, fund,
                rule[0], rule[1], flow[s], tally[r, s],
            )  # fmt: skip
        reprice(flow, price, live, adv, sigma, shocks[r], r, law)
        if len(prices) > 0:
            for j in range(len(price)):  # a copy of rows would take 2 s longer to compile
                prices[r, j], sales[r, j] = price[j], flow[0, j]


@jit
def reprice(
    flow: Array, price: Array, live: Array, adv: Array, sigma: Array, shock: Array, r: int,
    law: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """Move prices on what all shards sold: square-root impact up to a cap, then noise.

    The sum over shards has one order whatever the number of threads; it is left in ``flow[0]``.
    """
    impact, cap, noise, first_move = law
    total, step = flow[0], np.empty(len(price))
    for s in range(1, len(flow)):
        for j in range(U(len(total))):
            total[j] += flow[s, j]
    for j in range(U(len(price))):
        fall = min(impact * sigma[j] * np.sqrt(price[j] * total[j] / adv[j]), cap)
        step[j] = noise * sigma[j] * shock[j] - fall
    grow(price, step, 1.0 + first_move if r == 0 else 1.0)
    for j in range(U(len(price))):
        live[j] = price[j]


@jit
def grow(price: Array, step: Array, factor: float) -> None:
    """Multiply `price` by ``factor x exp(step)``; `step` is overwritten."""
    largest = 0.0
    for j in range(U(len(step))):
        largest = max(largest, abs(step[j]))
    if not largest <= SMALL:
        for j in range(U(len(step))):
            price[j] *= np.exp(step[j]) * factor
        return
    # exp's series to the 13th power is exact to rounding here, and this loop vectorises.
    for j in range(U(len(step))):
        x = step[j]
        y = 1.0 + x * (1 / 13)
        for k in (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2):
            y = 1.0 + y * x * (1.0 / k)
        price[j] *= (1.0 + x * y) * factor
