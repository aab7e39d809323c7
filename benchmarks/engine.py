"""The engine with everybody in it: against the bare kernel, and a whole ensemble on the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.clock import clock_once
from benchmarks.crowd import scenario as crowd_scenario
from benchmarks.report import Row
from quantquake.cascade import simulate
from quantquake.cascade.assets import Futures, Group, Index
from quantquake.cascade.draws import Draws
from quantquake.cascade.engine import Engine
from quantquake.cascade.ensembles.batch import LANES, Batch
from quantquake.cascade.participants.columns import Spread
from quantquake.cascade.participants.funds import IndexEnhanced, MutualFund, Redemption
from quantquake.cascade.participants.hedged import Dma, MarginAccount, MarketNeutral
from quantquake.cascade.participants.liquidity import DipBuyer, MarketMaker, NoiseTrader
from quantquake.cascade.participants.mechanical import LeveragedEtf, VolControl
from quantquake.cascade.scenario import Depth, News, Noise, Scenario
from quantquake.cascade.state import assemble

CLEARINGS = 240  # of the crowd's workload


def crisis(holders: int, stocks: int, days: int) -> Scenario:
    """A crisis with ten kinds of participants; `holders` funds of 200 names in `stocks` stocks."""
    quarter, every = holders // 10, {"large": 1.0, "mid": 1.0, "small": 1.0, "micro": 1.0}
    leaving = Redemption(sensitivity=0.2, tolerance=0.03)
    sizes = (
        ("large", 3e13, 1.7e11),
        ("mid", 1e13, 1e11),
        ("small", 8e12, 2e11),
        ("micro", 1e12, 2e10),
    )
    market = tuple(
        Group(name=n, cap=c, daily_amount=d, assets=stocks // 4, spread=1.0, limit=0.1)
        for n, c, d in sizes
    )
    lists = {"names": 100, "overlap": 0.5}
    hedged = {
        "mix": {"small": 0.8, "micro": 0.2},
        "hedge": {"index": -1.0},
        "eagerness": 3.0,
        "take_profit": 0.02,
    }
    people = (
        MarginAccount(name="accounts", count=6 * quarter, assets=1e12, leverage=Spread(low=1.0, high=3.9),
                      limit=4.2, target=3.8, mix={"mid": 0.5, "small": 0.5}, **lists),
        MutualFund(name="public", count=quarter, assets=1e12, leverage=0.95, mix={"large": 0.6, "mid": 0.4},
                   redemption=leaving, **lists),
        IndexEnhanced(name="quants", count=quarter, assets=3e11, mix={"mid": 0.5, "small": 0.5}, stop=0.7,
                      unit_value=0.85, redemption=leaving, **lists),
        MarketNeutral(name="neutral", count=quarter, assets=2e11, **hedged, **lists),
        Dma(name="swaps", count=quarter, assets=2e11, leverage=Spread(low=3.0, high=4.0), limit=5.0,
            **hedged, **lists),
        LeveragedEtf(name="etfs", assets=1e10, leverage=2.0, mix={"mid": 1.0}),
        VolControl(name="targets", assets=1e11, mix={"large": 1.0}),
        MarketMaker(name="makers"),
        DipBuyer(name="buyers", mix=every, budget=1e10),
        NoiseTrader(name="noise", mix=every, size=1e9),
    )  # fmt: skip
    return Scenario(
        name="bench", groups=market, participants=people, days=days, rounds=3,
        indices=(Index(name="index", weights={"mid": 1.0}, futures=Futures(basis=-0.01, mean=-0.01)),),
        noise=Noise(common=0.01, own=0.3), depth=Depth(stress=4, limit=0.5),
        news=(News(day=5, move=-0.05),),
    )  # fmt: skip


def everybody() -> Iterator[Row]:
    """One path of everybody against the crowd's bare kernel: as many funds, names and clearings."""
    for funds, lanes in ((10_000, 1), (10_000, LANES), (100_000, 1)):
        yield _everybody(funds, lanes)


def _everybody(funds: int, lanes: int) -> Row:
    asked = crisis(funds, 5_000, CLEARINGS // 4)
    cast, bare = assemble(asked), crowd_scenario(funds)
    simulate(bare)
    ours = clock_once(lambda: Engine.of(asked, cast, Draws.of(0, range(lanes))).run(), 3)
    ours = ours.times(1 / lanes)
    floor = clock_once(lambda: simulate(bare), 3)
    lengths = np.diff(cast.table.start)[cast.table.basket[cast.table.used]]
    entries = f"{int(lengths.sum()):,} holdings against {200 * funds:,}"
    name = f"cascade engine, {funds:,} funds and nine other kinds, {CLEARINGS} clearings"
    name += f", {lanes} paths side by side, per path" if lanes > 1 else ""
    return Row(name, "bare kernel, funds only", ours, floor, 2.0, floor=True, agreement=entries)


def paths() -> Iterator[Row]:
    """One batch of an ensemble of 200 funds x 1,000 stocks x 60 days."""
    batch = Batch(crisis(200, 1_000, 60), 0, 0)
    batch.compute()
    ours = clock_once(batch.compute, 3)
    said = f"{1000 / LANES * ours.median:.0f} s for 1,000 paths on one core; goal 120 (60 on two)"
    yield Row(f"cascade ensemble, {LANES} paths of 200 funds x 1,000 stocks x 60 days", "-", ours, None,
              agreement=said)  # fmt: skip


WORKLOADS: dict[str, Callable[[], Iterator[Row]]] = {"engine": everybody, "engine_paths": paths}
