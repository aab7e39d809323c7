"""Everything that changes while a scenario runs; scenarios (paths) are the last axis throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.assets import Assets
from quantquake.cascade.baskets import Baskets, Table
from quantquake.cascade.clearing import LOG_BOUND, Book
from quantquake.cascade.holdings import (
    Recipe,
    Sleeves,
    draw_sleeves,
    given_sleeves,
    holder_numbers,
)
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.columns import column
from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.positions import Positions
from quantquake.cascade.rules import Rulebook
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.sheet import Sheet
from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who: fixed for a run.

    Attributes
    ----------
    weights, group_weights : ndarray of shape (n_indices or n_groups, n_assets)
        Rows sum to 1. [1]
    rows : dict of str to slice
        Holders of each participant.
    numbers : ndarray of shape (n_holders,)
        Stable number of each holder.
    sides : int
        1 for long books only, 2 where somebody is short.
    funded : ndarray of bool, shape (n_holders,)
        False for desks that act on a budget and have no balance sheet to fail.
    """

    assets: Assets
    weights: FloatArray
    group_weights: FloatArray
    table: Table
    rows: dict[str, slice]
    numbers: npt.NDArray[np.uint64]
    sides: int
    rulebook: Rulebook
    funded: npt.NDArray[np.bool_]


@dataclass(slots=True)
class State:
    """The moving parts. F holders, A assets, I indices, S scenarios."""

    book: Book
    positions: Positions
    sheet: Sheet
    previous: FloatArray
    previous_groups: FloatArray
    highs: FloatArray
    index_highs: FloatArray
    depth: FloatArray
    basis: FloatArray
    volatility: FloatArray
    overnight: FloatArray
    attention: FloatArray
    sold: FloatArray
    cash: FloatArray
    contracts: FloatArray
    units: FloatArray
    nav_high: FloatArray
    nav_low: FloatArray
    due: FloatArray
    asked: FloatArray
    status: npt.NDArray[np.int8]
    closed: npt.NDArray[np.bool_]
    day_sold: FloatArray
    day_bought: FloatArray
    day_shorted: FloatArray
    day_paid: FloatArray
    day_start: FloatArray
    mark: FloatArray
    round_return: FloatArray
    memory: dict[str, dict[str, FloatArray]]
    constants: dict[str, dict[str, FloatArray]]


def assemble(scenario: Scenario) -> Cast:
    """Draw the holdings and match the rules: all that does not depend on the path."""
    assets = Assets.of(scenario.groups, scenario.seed)
    sides = 2 if any(_is_short(p) for p in scenario.participants) else 1
    baskets, rows, numbers, at = Baskets(), {}, [], 0
    chosen = []
    for p in scenario.participants:
        chosen.append(_sleeves(assets, p, baskets, scenario.seed, sides))
        rows[p.name] = slice(at, at + p.count)
        numbers.append(holder_numbers(p.name, p.count))
        at += p.count
    kinds = {p.name: (p.kind, rows[p.name]) for p in scenario.participants}
    return Cast(
        assets=assets,
        weights=assets.index_weights(scenario.indices),
        group_weights=assets.group_weights(),
        table=baskets.table(*zip(*chosen, strict=True), sides=sides, n_assets=len(assets)),
        rows=rows,
        numbers=np.concatenate(numbers),
        sides=sides,
        rulebook=Rulebook.of(scenario.rules, kinds, at),
        funded=np.repeat(
            [p.assets > 0 or p.holdings is not None for p in scenario.participants],
            [p.count for p in scenario.participants],
        ),
    )


def _is_short(holder: Holder) -> bool:
    if holder.needs_short:
        return True
    held = holder.holdings or []
    return any(v < 0 for v in holder.mix.values()) or any(x < 0 for row in held for x in row)


def _sleeves(assets: Assets, holder: Holder, baskets: Baskets, seed: int, sides: int) -> Sleeves:
    if holder.holdings is not None:
        given = np.array(holder.holdings)
        own = given_sleeves(assets, given, baskets, name=holder.name, sides=sides)
        if own[0].shape[1] != holder.count:
            raise ConfigError(
                f"participants.{holder.name}.holdings has {own[0].shape[1]} rows for "
                f"count={holder.count}: it is unclear whose they are. Give one row for each holder."
            )
        return own
    recipe = Recipe(mix=holder.mix, names=holder.names, overlap=holder.overlap, tilt=holder.tilt)
    money = np.full(holder.count, holder.assets / holder.count)
    return draw_sleeves(
        assets, recipe, money, baskets,
        name=holder.name, seed=seed, sides=sides, reach=holder.reach(),
    )  # fmt: skip


def opening(scenario: Scenario, cast: Cast, n: int) -> State:
    """Return the state before the first day, the same in all `n` scenarios."""
    a, groups = cast.assets, len(cast.assets.groups)
    indices, holders = len(scenario.indices), cast.table.n_holders
    price = np.ones((len(a), n))
    positions = Positions.opening(cast.table, price)
    gross, net = positions.gross, positions.net
    equity = gross / _leverages(scenario, cast)[:, None]
    return State(
        book=Book.at_rest(price, *_no_limits(price)),
        positions=positions,
        sheet=Sheet.blank(cast.table.n_holders, cast.table.sleeves, indices, n),
        previous=price.copy(),
        previous_groups=np.ones((groups, n)),
        highs=np.ones((20, groups, n)),
        index_highs=np.ones((20, indices, n)),
        depth=np.ones((groups, n)),
        basis=_futures(scenario, "basis", n),
        volatility=_index_volatility(scenario, cast, n),
        overnight=np.zeros((indices, n)),
        attention=np.zeros(n),
        sold=np.zeros((groups, n)),
        cash=equity - net,
        contracts=_hedges(scenario, cast, gross, n),
        units=np.where(equity > 0, equity, 1.0),
        nav_high=np.ones((holders, n)),
        nav_low=np.ones((holders, n)),
        due=np.zeros((holders, n)),
        asked=np.zeros((holders, n)),
        status=np.zeros((holders, n), dtype=np.int8),
        closed=np.zeros(n, dtype=bool),
        day_sold=np.zeros((holders, n)),
        day_bought=np.zeros((holders, n)),
        day_shorted=np.zeros((holders, n)),
        day_paid=np.zeros((holders, n)),
        day_start=gross.copy(),
        mark=1.0 + _futures(scenario, "basis", n),
        round_return=np.zeros((indices, n)),
        memory=_memories(scenario, n),
        constants={p.name: {} for p in scenario.participants},
    )


def _no_limits(price: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.full_like(price, np.exp(-LOG_BOUND)), np.full_like(price, np.exp(LOG_BOUND))


def _leverages(scenario: Scenario, cast: Cast) -> FloatArray:
    return np.concatenate(
        [
            column(p.leverage, cast.numbers[cast.rows[p.name]], scenario.seed, f"{p.name}/leverage")
            for p in scenario.participants
        ]
    )


def _futures(scenario: Scenario, name: str, n: int) -> FloatArray:
    given = [0.0 if i.futures is None else getattr(i.futures, name) for i in scenario.indices]
    return np.repeat(np.array(given, dtype=float).reshape(-1, 1), n, axis=1)


def _index_volatility(scenario: Scenario, cast: Cast, n: int) -> FloatArray:
    """Daily volatility before day 1: the names' own, half of it common (no history is given)."""
    sigma = cast.weights @ cast.assets.volatility if len(scenario.indices) else np.zeros(0)
    return np.repeat(sigma.reshape(-1, 1), n, axis=1)


def _hedges(scenario: Scenario, cast: Cast, gross: FloatArray, n: int) -> FloatArray:
    """Futures held at the start, in index units worth one at the start."""
    names = [i.name for i in scenario.indices]
    contracts = np.zeros((cast.table.n_holders, len(names), n))
    for p in scenario.participants:
        for name, ratio in p.hedge.items():
            if name not in names or scenario.indices[names.index(name)].futures is None:
                raise ConfigError(
                    f"participants.{p.name}.hedge: `{name}` has no futures in this scenario, so the "
                    f"book would silently run unhedged. Indices are {names}; give `futures` to one."
                )
            i, rows = names.index(name), cast.rows[p.name]
            basis = scenario.indices[i].futures.basis  # type: ignore[union-attr]  # checked above
            contracts[rows, i] = ratio * gross[rows] / (1 + basis)
    return contracts


def _memories(scenario: Scenario, n: int) -> dict[str, dict[str, FloatArray]]:
    return {
        p.name: {k: np.full((p.count, n), float(v)) for k, v in p.columns.items()}
        for p in scenario.participants
    }
