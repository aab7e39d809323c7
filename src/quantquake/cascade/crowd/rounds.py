"""Runs of a crowd: one scenario or sixteen at once, on one thread or several."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._simd import aligned
from quantquake.cascade.crowd.funds import CrowdedFunds
from quantquake.cascade.crowd.result import CrowdedResult, joined
from quantquake.cascade.kernels import crowd as one
from quantquake.cascade.kernels import lanes as many
from quantquake.types import Origin

Array = npt.NDArray[Any]
WIDE = many.LANES


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What changes during a run. `wide` is 1 or 16, the price lists side by side."""

    fund: Array  # (5, F x wide)
    price: Array  # (A x wide,)
    live: Array  # prices in the type of the holdings
    flow: Array  # (shards, A x wide)
    tally: Array  # (R, shards, 3[, wide])
    prices: Array  # (R, A x wide), or no rows
    sales: Array

    @classmethod
    def of(cls, crowd: CrowdedFunds, wide: int, path: bool) -> _State:
        held, kind = crowd.holdings, np.float64 if wide == 1 else np.float32
        fund = np.zeros((5, held.n_funds, wide), kind)
        fund[one.SCALE] = 1.0
        fund[one.DEBT], fund[one.LEVERAGE] = crowd.debt[:, None], crowd.leverage[:, None]
        names, shards = held.n_assets * wide, len(held.shards) - 1
        price = aligned(names, kind)
        price[:] = 1.0
        live = price if wide > 1 else np.ones(names, held.shares.dtype)
        shape = (crowd.rounds, shards, 3) + ((wide,) if wide > 1 else ())
        rows = crowd.rounds if path else 0
        return cls(
            fund=fund.reshape(5, -1), price=price, live=live, flow=aligned((shards, names), kind),
            tally=np.zeros(shape), prices=np.empty((rows, names), kind),
            sales=np.empty((rows, names), kind),
        )  # fmt: skip


def run_crowd(
    crowd: CrowdedFunds, shocks: Array, origin: Origin, *, threads: int, path: bool
) -> CrowdedResult:
    """Run every scenario of `shocks` (R, A) or (R, A, S)."""
    if shocks.ndim == 2:
        return _single(crowd, shocks, origin, threads, path)
    if crowd.precision == "float64":
        scenarios = (np.ascontiguousarray(shocks[:, :, s]) for s in range(shocks.shape[2]))
        return joined([_single(crowd, s, origin, threads, path) for s in scenarios], np.stack)
    found = [
        _side_by_side(crowd, shocks[:, :, first : first + WIDE], origin, threads, path)
        for first in range(0, shocks.shape[2], WIDE)
    ]
    return joined(found, np.concatenate)


def _single(
    crowd: CrowdedFunds, shocks: Array, origin: Origin, threads: int, path: bool
) -> CrowdedResult:
    state = _State.of(crowd, 1, path)
    moved = (state.live, crowd.adv, crowd.sigma)
    _rounds(one, crowd, state, moved, np.ascontiguousarray(shocks), threads)
    worth = crowd.holdings.value(state.price)
    return _result(crowd, state, worth[:, None], 1, origin)


def _side_by_side(
    crowd: CrowdedFunds, shocks: Array, origin: Origin, threads: int, path: bool
) -> CrowdedResult:
    state, n = _State.of(crowd, WIDE, path), shocks.shape[2]
    filled = np.zeros((*shocks.shape[:2], WIDE), np.float32)
    filled[:, :, :n] = shocks
    moved = (crowd.adv.astype(np.float32), crowd.sigma.astype(np.float32))
    _rounds(many, crowd, state, moved, filled.reshape(len(filled), -1), threads)
    lists = state.price.reshape(-1, WIDE)
    worth = np.stack([crowd.holdings.value(lists[:, s]) for s in range(n)], axis=1)
    return _result(crowd, state, worth, n, origin)


def _rounds(
    kernels: Any, crowd: CrowdedFunds, state: _State, moved: tuple[Array, ...], shocks: Array,
    threads: int,
) -> None:  # fmt: skip
    held, rule, law = crowd.holdings, crowd.rule, crowd.law
    layout = (held.segments, held.words, held.shares)
    limits = (rule.tolerance, rule.max_sale)
    answer = (law.impact, law.cap, law.noise, law.first_move)
    if threads == 1:
        kernels.run_rounds(
            held.shards, *layout, held.slices, held.group, state.fund, limits, state.price, *moved,
            shocks, answer, state.flow, state.tally, state.prices, state.sales,
        )  # fmt: skip
        return

    def settle(r: int, s: int) -> None:
        kernels.settle_blocks(
            held.shards[s], held.shards[s + 1], *layout, state.live, held.slices, held.group,
            state.fund, *limits, state.flow[s], state.tally[r, s],
        )  # fmt: skip

    def move(r: int) -> None:
        kernels.reprice(state.flow, state.price, *moved, shocks[r], r, answer)

    _threaded(settle, move, state, len(shocks), threads)


def _threaded(
    settle: Callable[[int, int], None], move: Callable[[int], None], state: _State, rounds: int,
    threads: int,
) -> None:  # fmt: skip
    shards = range(len(state.flow))
    with ThreadPoolExecutor(threads) as pool:
        for r in range(rounds):
            list(pool.map(settle, [r] * len(shards), shards))
            move(r)
            if len(state.prices):
                state.prices[r], state.sales[r] = state.price, state.flow[0]


def _result(
    crowd: CrowdedFunds, state: _State, worth: Array, n: int, origin: Origin
) -> CrowdedResult:
    """Settle the last sales at the final prices. worth : (F, n) of the first portfolios."""
    wide = state.fund.shape[1] // crowd.holdings.n_funds
    fund = state.fund.reshape(5, -1, wide)[:, :, :n].astype(float)
    kept, debt, sold = fund[one.SCALE], fund[one.DEBT], fund[one.SOLD]
    # The state holds what was sold as a fraction (one scenario) or over what was kept (sixteen).
    ratio = fund[one.FRACTION] / (1 - fund[one.FRACTION]) if wide == 1 else fund[many.RATIO]
    value = kept * worth
    paid = 0.5 * (sold + ratio * value)
    tally = state.tally.reshape(*state.tally.shape[:3], wide)[..., :n].sum(axis=1)
    settled = np.concatenate([tally[:, one.SETTLED], paid.sum(axis=0)[None]])

    def shaped(array: Array) -> Array:
        return array[..., 0] if wide == 1 else array

    def listed(array: Array) -> Array:
        return shaped(array.reshape(*array.shape[:-1], -1, wide)[..., :n])

    path = len(state.prices) > 0
    before = np.ones((1, state.prices.shape[1]), state.prices.dtype)
    return CrowdedResult(
        final_price=listed(state.price),
        sold=shaped(tally[:, one.MONEY]),
        settled=shaped(settled),
        solvent=shaped(tally[:, one.SOLVENT]),
        equity=shaped(value - debt + paid),
        value=shaped(value),
        kept=shaped(kept),
        prices=listed(np.concatenate([before, state.prices])) if path else None,
        sold_shares=listed(state.sales) if path else None,
        origin=origin,
    )
