"""Issuers of snowball notes: futures bought into a falling market, and sold at once when it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import numpy as np

from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.view import FloatArray, Orders, View
from quantquake.cascade.ranges import LIMIT, MONEY, SHARE, Range, check_ranges
from quantquake.errors import ConfigError
from quantquake.flows.snowball import Snowball, TradeColumns, price_book

#: Index levels, over day 0, at which deltas are tabulated; straight lines between. A delta jumps at its
#: knock-in and, on the eve of an observation, climbs within a day's move of its knock-out.
GRID = np.linspace(0.4, 1.4, 801)

#: Width of the step in the tables at a knock-in. [1]
STEP = 1e-9

#: Where the numbers of a note may lie.
LAYER = {
    "notional": MONEY, "knock_in": Range(1e-3, 100.0), "issued_at": Range(1e-2, 100.0),
    "knock_out": Range(1e-2, 100.0), "sessions": Range(1, 2500), "coupon": Range(0.0, 10.0),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Snowballs alike: barriers and issue level as multiples of the index on day 0.

    Attributes
    ----------
    notional : float
        [money]
    knock_in : float
        Level of the barrier over the index on day 0. [1]
    issued_at : float
        Index at issue over its level on day 0. [1]
    knock_out : float
        Over the level at issue, observed every 21 sessions. [1]
    sessions : int
        Left to maturity on day 0. [d]
    coupon : float
        [1/yr]
    """

    notional: float
    knock_in: float
    issued_at: float = 1.0
    knock_out: float = 1.0
    sessions: int = 250
    coupon: float = 0.15

    def __post_init__(self) -> None:
        if not (self.notional > 0 and 0 < self.knock_in < self.knock_out * self.issued_at):
            raise ConfigError(
                f"layers: notional={self.notional}, knock_in={self.knock_in}, knock_out="
                f"{self.knock_out * self.issued_at:g} (over day 0): a note needs a size above 0 and "
                "its knock-in below its knock-out. Give levels as multiples of the index on day 0."
            )


@participant("snowball_issuer")
@dataclass(frozen=True, kw_only=True)
class SnowballIssuer(Holder):
    """Hedges notes with index futures at the delta of `flows.snowball` (H08, G02, G08).

    Attributes
    ----------
    layers : list of Layer
    index : str
        The index the notes are on; it needs futures.
    vol, rate, carry : float
        Of the pricing: carry is dividends plus the futures discount. [1/sqrt(yr), 1/yr, 1/yr]
    delta_cap : float
        Highest delta a desk holds per unit notional. [1]
    hedged : float
        Share of the delta that is hedged in listed futures. [1]
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "vol": Range(1e-3, 10.0), "rate": Range(-1.0, 1.0), "carry": Range(-1.0, 1.0),
        "delta_cap": LIMIT, "hedged": SHARE,
    }  # fmt: skip

    layers: list[Layer] = field(default_factory=list)
    index: str = ""
    vol: float = 0.2
    rate: float = 0.02
    carry: float = 0.06
    delta_cap: float = float("inf")
    hedged: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind and not self.layers and self.index:
            raise ConfigError(
                f"participants.{self.name}.layers is empty: an issuer without notes has nothing to hedge. "
                "Give at least one layer, or leave the issuer out."
            )
        for k, layer in enumerate(self.layers):
            check_ranges(layer, f"participants.{self.name}.layers.{k}", LAYER)

    @property
    def columns(self) -> Mapping[str, float]:  # type: ignore[override]
        """One flag for each layer, 1 once a close was at or below its barrier."""
        return {"hedge": -1.0, **{f"knocked_{k}": 0.0 for k in range(len(self.layers))}}

    def orders(self, view: View) -> Orders:
        """Trade futures to the delta of this moment; the first day begins hedged."""
        orders, scene = view.no_orders(), view.scene
        place = scene.place(self.index)
        level, hedge = scene.index_ratio[place], view.memory["hedge"]
        knocked = np.stack([view.memory[f"knocked_{k}"][0] for k in range(len(self.layers))])
        start = self._units(np.ones_like(level), 0 * knocked, 1)
        np.copyto(hedge, np.broadcast_to(start, hedge.shape), where=hedge < 0)
        target = self._units(level, knocked, scene.day)
        orders.futures[:, place] = (target - hedge) * level
        hedge[:] = target
        return orders

    def _units(self, level: FloatArray, knocked: FloatArray, day: int) -> FloatArray:
        """Futures of one holder, in money at the index of day 0; (S,)."""
        # On day 1 the next close is one session ahead, as it is in the terms.
        levels, before, after = _deltas(
            tuple(self.layers), self.vol, self.rate, self.carry, day - 1
        )
        units = np.zeros_like(level)
        for k, layer in enumerate(self.layers):
            open_, broken = (np.interp(level, levels, table[k]) for table in (before, after))
            delta = np.minimum(np.where(knocked[k] > 0, broken, open_), self.delta_cap)
            units += layer.notional / layer.issued_at * delta
        return self.hedged / self.count * units

    def after_close(self, view: View) -> None:
        """Note which barriers today's close has broken; their hedges go tomorrow."""
        level = view.scene.index_ratio[view.scene.place(self.index)]
        for k, layer in enumerate(self.layers):
            view.memory[f"knocked_{k}"][:, level <= layer.knock_in] = 1.0


@lru_cache(maxsize=512)
def _deltas(
    layers: tuple[Layer, ...], vol: float, rate: float, carry: float, age: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Levels (N,), and deltas there before and after the knock-in, (K, N) each.

    `age` counts sessions since day 0. The market is the same in all paths, so a day's tables are
    priced once in a process.
    """
    barriers = np.array([layer.knock_in for layer in layers])
    levels = np.unique(np.concatenate([GRID, barriers, barriers * (1 + STEP)]))
    tables = []
    for knocked_in in (False, True):
        trades = [_note(layer, age, knocked_in) for layer in layers]
        _, delta, _ = price_book(TradeColumns.of(trades), levels, vol=vol, rate=rate, carry=carry)
        tables.append(delta)
    return levels, tables[0], tables[1]


def _note(layer: Layer, age: int, knocked_in: bool) -> Snowball:
    left = max(layer.sessions - age, 1)
    # Observations fall every 21 sessions before maturity, as the note was issued.
    dates = sorted(range(left, 0, -21))
    return Snowball(
        spot0=layer.issued_at,
        notional=1.0,
        knock_in=layer.knock_in / layer.issued_at,
        knock_out=[layer.knock_out] * len(dates),
        observation_sessions=dates,
        sessions=left,
        coupon=layer.coupon,
        days_per_year=250,
        knocked_in=knocked_in,
        elapsed=age,
    )
