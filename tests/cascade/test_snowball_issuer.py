"""The issuer's hedge is that of its book, priced afresh, in every round of a cascade."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import pytest

from quantquake.cascade.participants.base import participant
from quantquake.cascade.participants.notes import SnowballIssuer
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import simulate
from quantquake.flows.snowball import Snowball, TradeColumns, price_book

#: Most the tables may miss a book of eighty billions by. [money]
TOLERANCE = 2e7


@participant("test_watched_issuer")
@dataclass(frozen=True, kw_only=True)
class WatchedIssuer(SnowballIssuer):
    """Notes where the index stood, what was broken and what it held after every round."""

    seen: ClassVar[list[tuple[int, float, list[bool], float]]] = []

    def orders(self, view):
        level = float(view.scene.index_ratio[view.scene.place(self.index), 0])
        broken = [view.memory[f"knocked_{k}"][0, 0] > 0 for k in range(len(self.layers))]
        orders = super().orders(view)
        self.seen.append((view.scene.day, level, broken, float(view.memory["hedge"][0, 0])))
        return orders


def fresh_hedge(issuer: SnowballIssuer, day: int, level: float, broken: list[bool]) -> float:
    """Delta of the whole book at this level, each note written out from its terms. [money]"""
    trades = []
    for layer, knocked in zip(issuer.layers, broken, strict=True):
        left = layer.sessions - (day - 1)
        dates = [n for n in range(1, left + 1) if (left - n) % 21 == 0]
        trades.append(
            Snowball(
                spot0=layer.issued_at, notional=1.0, knock_in=layer.knock_in / layer.issued_at,
                knock_out=[layer.knock_out] * len(dates), observation_sessions=dates,
                sessions=left, coupon=layer.coupon, days_per_year=250, knocked_in=knocked,
                elapsed=day - 1,
            )
        )  # fmt: skip
    _, delta, _ = price_book(
        TradeColumns.of(trades), [level], vol=issuer.vol, rate=issuer.rate, carry=issuer.carry
    )
    held = np.minimum(delta[:, 0], issuer.delta_cap)
    return float(
        sum(x.notional / x.issued_at * h for x, h in zip(issuer.layers, held, strict=True))
    )


@pytest.mark.feature("H08")
@pytest.mark.feature("G08")
@pytest.mark.parametrize("place", [0, 1])
def test_the_hedge_of_every_round_is_the_delta_of_the_book_priced_afresh(place):
    scenario = load("cn-2024-02")
    issuers = [p for p in scenario.participants if isinstance(p, SnowballIssuer)]
    watched = WatchedIssuer(
        **{f.name: getattr(issuers[place], f.name) for f in fields(issuers[place])}
    )
    people = tuple(watched if p.name == watched.name else p for p in scenario.participants)
    WatchedIssuer.seen.clear()
    simulate(scenario.but(participants=people))
    seen = WatchedIssuer.seen
    assert any(any(broken) for _, _, broken, _ in seen)
    assert any(not all(broken) for day, _, broken, _ in seen if day > 15)
    gaps = [abs(fresh_hedge(watched, d, x, b) - held) for d, x, b, held in seen]
    assert len(gaps) == scenario.days * scenario.rounds
    assert max(gaps) < TOLERANCE
