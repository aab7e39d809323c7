"""Futures by their basis: flow pushes it, time pulls it back, a premium is capped, a discount is not."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.participants.view import FloatArray, Scene
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.state import Cast, State

#: A futures price stays above a tenth of its index, however hard it is sold.
LEAST_BASIS = -0.9


def trade_futures(
    scenario: Scenario, cast: Cast, state: State, futures: FloatArray, scene: Scene
) -> None:
    """Move each basis on the net flow (n_holders, n_indices, n_scenarios) [money] and settle."""
    before, net = state.basis.copy(), futures.sum(axis=0)
    fresh = scene.index_return - state.round_return
    state.round_return = 0 * fresh if scene.closing else scene.index_return.copy()
    for i, index in enumerate(scenario.indices):
        spec = index.futures
        if spec is None:
            continue
        thin = 1 - _depth(cast, scene.depth, i)
        pull = 1 - (1 - spec.reversion) ** (1 / (scenario.rounds + 1))
        push = spec.impact * net[i] / spec.daily_amount + spec.stress * thin * fresh[i]
        state.basis[i] += push - pull * (state.basis[i] - spec.mean)
        if spec.premium_cap is not None:
            # Buying stocks and selling futures is open to everyone; the reverse is not.
            np.minimum(state.basis[i], spec.premium_cap, out=state.basis[i])
    np.maximum(state.basis, LEAST_BASIS, out=state.basis)
    _settle(cast, state, futures, before)


def _settle(cast: Cast, state: State, futures: FloatArray, before: FloatArray) -> None:
    """Everybody trades at the middle of the two prices and is marked at the new one."""
    index = cast.weights @ state.book.price
    middle, after = index * (1 + 0.5 * (before + state.basis)), index * (1 + state.basis)
    traded = futures / middle
    gain = state.contracts * (after - state.mark) + traded * (after - middle)
    state.cash += gain.sum(axis=1)
    state.contracts += traded
    state.mark = after
    state.day_shorted += np.maximum(-futures, 0.0).sum(axis=1)


def _depth(cast: Cast, depth: FloatArray, index: int) -> FloatArray:
    """Depth of an index: its groups' depth by weight; (S,)."""
    of_group = np.bincount(
        cast.assets.group_of, weights=cast.weights[index], minlength=len(cast.assets.groups)
    )
    return of_group @ depth
