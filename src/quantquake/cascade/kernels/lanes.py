"""Sixteen scenarios in one pass: every array has a last axis of 16, in float32.

The portfolios are read once for all; a visit to a fund costs little more than for one scenario.
What happens in a round is `crowd.crowd_python`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit
from quantquake._simd import add, add_times, fetch_ahead, load_f32x16, splat_f32x16, store
from quantquake.cascade.kernels.crowd import M16, MONEY, S16, S32, S48, SETTLED, SMALL, SOLVENT, U

Array = npt.NDArray[Any]
LANES = 16
AHEAD = U(800)
S4 = U(4)  # a name's prices begin at 16 times its number
SIMD = 3  # _simd.VERSION this was compiled against; raise it too

# Planes of the funds' state.
SCALE, DEBT, LEVERAGE, RATIO, SOLD = range(5)


@jit
def value_block(
    segments: Array, words: Array, shares: Array, price: Array, first: int, slices: int,
    value: Array,
) -> None:  # fmt: skip
    """Fill `value` (funds x 16,) with sum of shares x price. price : (A x 16,)."""
    segment, funds = U(first), U(len(value)) // U(LANES)
    value[:] = 0.0
    for _ in range(U(slices)):
        for f in range(funds):
            m, end = U(segments[segment]), U(segments[segment + U(1)])
            segment += U(1)
            a = load_f32x16(value, f << S4)
            b = c = d = splat_f32x16(np.float32(0.0))
            for q in range(m, end):
                word, h = words[q], U(4) * q
                fetch_ahead(shares, h + AHEAD)
                a = add_times(a, load_f32x16(price, (word & M16) << S4), shares[h])
                b = add_times(b, load_f32x16(price, ((word >> S16) & M16) << S4), shares[h + U(1)])
                c = add_times(c, load_f32x16(price, ((word >> S32) & M16) << S4), shares[h + U(2)])
                d = add_times(d, load_f32x16(price, (word >> S48) << S4), shares[h + U(3)])
            store(value, f << S4, add(add(a, b), add(c, d)))


@jit
def _sell_name(flow: Array, name: int, weight: Any, shares: float) -> None:
    place = U(name) << S4
    store(flow, place, add_times(load_f32x16(flow, place), weight, shares))


@jit
def sell_block(
    segments: Array, words: Array, shares: Array, first: int, slices: int, weight: Array,
    sellers: Array, flow: Array,
) -> None:  # fmt: skip
    """Add ``weight x shares`` to `flow` (A x 16,) for funds that sell in any scenario. [shares]"""
    n, funds = U(0), U(len(weight)) // U(LANES)
    for f in range(funds):
        sells = False
        for i in range(f << S4, (f << S4) + U(LANES)):
            sells |= weight[i] > 0
        sellers[n] = f
        n += U(sells)
    for s in range(U(slices)):
        row = U(first) + s * funds
        for i in range(n):
            f = U(sellers[i])
            w = load_f32x16(weight, f << S4)
            for q in range(U(segments[row + f]), U(segments[row + f + U(1)])):
                word, h = words[q], U(4) * q
                _sell_name(flow, word & M16, w, shares[h])
                _sell_name(flow, (word >> S16) & M16, w, shares[h + U(1)])
                _sell_name(flow, (word >> S32) & M16, w, shares[h + U(2)])
                _sell_name(flow, word >> S48, w, shares[h + U(3)])


@jit
def decide_block(
    scale: Array, debt: Array, leverage: Array, ratio: Array, sold: Array, value: Array,
    tolerance: float, most: float, weight: Array, settled: Array, equity: Array,
) -> None:  # fmt: skip
    """As `crowd.decide_block`, without a branch: all arrays (funds x 16,).

    ratio : fraction sold over fraction kept. `sold` is money; `settled` and `equity` are filled.
    """
    one, half, nothing = np.float32(1), np.float32(0.5), np.float32(0)
    trigger, limit, tiny = one + np.float32(tolerance), np.float32(most), np.float32(1e-30)
    for i in range(U(len(scale))):
        worth = scale[i] * value[i]
        paid = half * (sold[i] + ratio[i] * worth)
        owed = debt[i] - paid
        own = worth - owed
        wanted = leverage[i] * own
        back = min(one - wanted / max(worth, tiny), limit)
        fraction = back if worth > trigger * wanted else nothing
        fraction = limit if own <= nothing else fraction
        weight[i] = fraction * scale[i]
        scale[i] -= weight[i]
        debt[i], ratio[i], sold[i] = owed, fraction / (one - fraction), fraction * worth
        settled[i], equity[i] = paid, own


@jit
def _tally_block(sold: Array, settled: Array, equity: Array, tally: Array) -> None:
    """Add a block's sums to `tally` (3, 16)."""
    for f in range(U(len(sold)) >> S4):
        for lane in range(U(LANES)):
            i = (f << S4) + lane
            tally[MONEY, lane] += sold[i]
            tally[SETTLED, lane] += settled[i]
            tally[SOLVENT, lane] += equity[i] > 0


@jit
def settle_blocks(
    begin: int, end: int, segments: Array, words: Array, shares: Array, price: Array, slices: int,
    group: int, fund: Array, tolerance: float, most: float, flow: Array, tally: Array,
) -> None:  # fmt: skip
    """As `crowd.settle_blocks`. fund : (5, F x 16). flow : (A x 16,). tally : (3, 16)."""
    size = group * LANES
    value, weight = np.empty(size, np.float32), np.zeros(size, np.float32)
    settled, equity = np.empty(size, np.float32), np.empty(size, np.float32)
    sellers = np.empty(group + 1, np.int64)
    flow[:] = 0.0
    tally[:] = 0.0
    for block in range(begin, end):
        first, low = block * slices * group, block * size
        n = min(size, fund.shape[1] - low)
        high = low + n
        value_block(segments, words, shares, price, first, slices, value)
        weight[n:] = 0.0
        decide_block(
            fund[SCALE, low:high], fund[DEBT, low:high], fund[LEVERAGE, low:high],
            fund[RATIO, low:high], fund[SOLD, low:high], value, tolerance, most, weight,
            settled, equity,
        )  # fmt: skip
        _tally_block(fund[SOLD, low:high], settled, equity, tally)
        sell_block(segments, words, shares, first, slices, weight, sellers, flow)


@jit
def run_rounds(
    shards: Array, segments: Array, words: Array, shares: Array, slices: int, group: int,
    fund: Array, rule: tuple[float, float], price: Array, adv: Array, sigma: Array,
    shocks: Array, law: tuple[float, float, float, float], flow: Array, tally: Array,
    prices: Array, sales: Array,
) -> None:  # fmt: skip
    """As `crowd.run_rounds`. price : (A x 16,). adv, sigma : (A,) float32. shocks : (R, A x 16).

    flow : (shards, A x 16). tally : (R, shards, 3, 16). prices, sales : (R, A x 16) or empty.
    """
    for r in range(shocks.shape[0]):
        for s in range(len(shards) - 1):
            settle_blocks(
                shards[s], shards[s + 1], segments, words, shares, price, slices, group, fund,
                rule[0], rule[1], flow[s], tally[r, s],
            )  # fmt: skip
        reprice(flow, price, adv, sigma, shocks[r], r, law)
        if len(prices) > 0:
            for j in range(len(price)):  # a copy of rows would take 2 s longer to compile
                prices[r, j], sales[r, j] = price[j], flow[0, j]


@jit
def reprice(
    flow: Array, price: Array, adv: Array, sigma: Array, shock: Array, r: int,
    law: tuple[float, float, float, float],
) -> None:  # fmt: skip
    """As `crowd.reprice`, for 16 price lists."""
    impact, cap, noise = np.float32(law[0]), np.float32(law[1]), np.float32(law[2])
    factor = np.float32(1.0 + law[3] if r == 0 else 1.0)
    total, step = flow[0], np.empty(len(price), np.float32)
    for s in range(1, len(flow)):
        for i in range(U(len(total))):
            total[i] += flow[s, i]
    for j in range(U(len(adv))):
        push, jump, depth = impact * sigma[j], noise * sigma[j], np.float32(1) / adv[j]
        for i in range(j << S4, (j << S4) + U(LANES)):
            fall = min(push * np.sqrt(price[i] * total[i] * depth), cap)
            step[i] = jump * shock[i] - fall
    grow(price, step, factor)


@jit
def grow(price: Array, step: Array, factor: float) -> None:
    """As `crowd.grow`, in float32: the series to the 8th power is exact to rounding."""
    one, largest = np.float32(1), np.float32(0)
    for i in range(U(len(step))):
        largest = max(largest, abs(step[i]))
    if not largest <= SMALL:
        for i in range(U(len(step))):
            price[i] *= np.exp(step[i]) * factor
        return
    for i in range(U(len(step))):
        x = step[i]
        y = one + x * np.float32(1 / 8)
        for k in (7, 6, 5, 4, 3, 2):
            y = one + y * x * np.float32(1 / k)
        price[i] *= (one + x * y) * factor
