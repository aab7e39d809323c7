"""Funds traded on an exchange: money in their units reaches the stocks, and no unit loses its basket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.events import events
from quantquake.cascade.fund_units import fund_units
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import participant
from quantquake.cascade.participants.etf import Basket, EtfArbitrageur, EtfCreation, EtfInvestor
from quantquake.cascade.participants.mechanical import OptionDealer
from quantquake.cascade.participants.state_buyer import Purchase, StateBuyer
from quantquake.cascade.scenario import News, Noise
from quantquake.cascade.scenario_file import library, load
from quantquake.cascade.simulation import run, simulate
from quantquake.errors import ConfigError

DEPTH = 1e10
UNITS = Futures(basis=0.0, mean=0.0, reversion=0.0, daily_amount=1e9, impact=0.1, premium_cap=None)
FUND = (Index(name="fund", weights={"a": 1.0}, futures=UNITS),)
BASKET = Basket(etf="fund", group="a", depth=DEPTH)
SMALL = [Purchase(day=1, money=4e8, groups=["a"])]


def desks(cost: float = 0.002, share: float = 0.5):
    return (
        EtfArbitrageur(name="in the day", baskets=[BASKET], share=share, cost=cost),
        EtfCreation(name="at the close", baskets=[BASKET], cost=cost),
    )


def buyer(purchases=None, **other):
    given = {"budget": 4e8, "channel": "etf", "etfs": {"a": "fund"}} | other
    return StateBuyer(name="state", purchases=SMALL if purchases is None else purchases, **given)


def units(engine, *names: str) -> float:
    """Units held, in shares of the index; short ones are units created."""
    return sum(engine.state.contracts[engine.cast.rows[n], 0].sum() for n in names)


def test_without_desks_every_unit_bought_stands_in_the_premium():
    result = simulate(scene(buyer(), indices=FUND, rounds=4))
    assert result.basis["fund"].iloc[-1] == pytest.approx(4e8 / DEPTH, rel=1e-12)
    assert result.ledger.empty
    assert (result.prices == 1.0).all()


def test_what_the_desks_have_not_created_stands_in_the_premium():
    plan = [Purchase(day=d, money=2e8, groups=["a"]) for d in (1, 2)]
    result = simulate(scene(buyer(plan), desks()[0], indices=FUND, rounds=4, days=2))
    net = result.futures.groupby("day")["flow"].sum().cumsum()
    assert (net > 1e7).all()
    assert result.basis["fund"].iloc[1:].to_numpy() == pytest.approx(net / DEPTH, rel=1e-12)


def test_creation_at_the_close_leaves_no_more_than_its_cost():
    alone = simulate(scene(buyer(), desks()[1], indices=FUND, rounds=4))
    both = simulate(scene(buyer(), *desks(), indices=FUND, rounds=4))
    for result in (alone, both):
        assert result.basis["fund"].iloc[-1] == pytest.approx(0.002, rel=1e-9)
    assert set(alone.ledger["round"]) == {5}
    by_round = both.ledger.groupby("round")["bought"].sum()
    # The first round has no premium to see yet; the later ones hedge a share; the close the rest.
    assert (by_round.loc[2:5] > 1e7).all()
    assert 1 not in by_round


@pytest.mark.feature("H09")
def test_money_sent_through_the_fund_reaches_the_stocks_and_keeps_to_the_budget():
    plan = [Purchase(day=d, money=2e8, groups=["a"]) for d in (1, 2, 3)]
    through = simulate(scene(buyer(plan, budget=5e8), *desks(), indices=FUND, rounds=4, days=5))
    paid = through.futures.query("participant == 'state'").groupby("day")["flow"].sum()
    assert paid.sum() == pytest.approx(5e8, rel=1e-12)
    assert paid.to_numpy() == pytest.approx([2e8, 2e8, 1e8], rel=1e-12)
    # All but what the cost leaves in the premium, and the premium paid for units of less value.
    reached = through.ledger["bought"].sum() - through.ledger["sold"].sum()
    assert 5e8 * 0.95 - 0.002 * DEPTH < reached < 5e8
    straight = simulate(scene(buyer(plan, budget=5e8, channel="stocks"), indices=FUND, rounds=4))
    assert set(straight.ledger["participant"]) == {"state"}
    assert straight.futures.empty


@participant("test_watched_desk")
@dataclass(frozen=True, kw_only=True)
class WatchedDesk(EtfArbitrageur):
    """Notes in every round the value of a unit, of its stocks, and how many units it has created."""

    seen: ClassVar[list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = []

    def orders(self, view):
        place = view.scene.place("fund")
        created = -view.position[0, place] / (1 + view.scene.basis[place])
        nav = view.scene.index_ratio[place].copy()
        self.seen.append((nav, view.value[0].sum(axis=0), created / nav))
        return super().orders(view)


@pytest.mark.parametrize("law", ["exponential", "square_root"])
def test_the_units_outstanding_are_worth_their_basket_and_creation_changes_no_unit(law):
    # A premium, some creation, a quiet round in which the basket is made whole, then news.
    plan = [Purchase(day=1, money=4e8, groups=["a"], first=1, last=2)]
    desk = WatchedDesk(name="desk", baskets=[BASKET], cost=0.01, share=1.0)
    calm = scene(
        buyer(plan), desk, indices=FUND, groups=[group(assets=4, spread=1)], rounds=8, days=2,
        news=(News(day=2, move=-0.07),), noise=Noise(own=0.5), impact=Impact(law=law),
    )  # fmt: skip
    WatchedDesk.seen.clear()
    run(calm, seed=0, paths=[0, 1])
    whole = WatchedDesk.seen[6:]
    assert all((units > 1e8).all() for _, _, units in whole)
    for nav, worth, units in whole:
        assert worth / units == pytest.approx(nav, rel=1e-12)
    # The value of a unit has moved with the stocks meanwhile, differently on each path.
    assert np.ptp([nav for nav, _, _ in whole], axis=0).min() > 0.05
    assert WatchedDesk.seen[0][2] == pytest.approx(0.0)


@pytest.mark.feature("I27")
def test_a_basket_at_its_price_limit_cannot_be_had_so_units_are_not_made_and_the_premium_stays():
    def premium(limit: float | None):
        market = [group(limit=limit, daily_amount=1e8)]
        plan = [Purchase(day=1, money=2e9, groups=["a"])]
        own = Basket(etf="fund", group="a", depth=DEPTH, limit=limit)
        both = (EtfArbitrageur(name="d", baskets=[own]), EtfCreation(name="c", baskets=[own]))
        case = scene(buyer(plan, budget=2e9), *both, groups=market, indices=FUND, rounds=6)
        return simulate(case)

    free, bound = premium(None), premium(0.02)
    assert bound.groups["a"].iloc[-1] == pytest.approx(1.02)
    assert free.basis["fund"].iloc[-1] < 0.01
    assert bound.basis["fund"].iloc[-1] > 0.1
    made = -bound.futures.query("participant != 'state'")["flow"].sum()
    assert made < 0.2 * 2e9


def test_units_sold_by_investors_are_redeemed_and_the_basket_is_sold():
    fall = (News(day=1, move=-0.05),)
    crowd = EtfInvestor(name="crowd", holdings_of={"fund": 2e9}, today=4.0)
    result = simulate(scene(crowd, *desks(), indices=FUND, rounds=4, news=fall))
    sold = result.sellers()
    assert sold["in the day"].iloc[0] > 0
    assert sold["at the close"].iloc[0] > 0
    assert result.groups["a"].iloc[-1] < 0.95
    assert result.basis["fund"].iloc[-1] == pytest.approx(-0.002, rel=1e-9)


@pytest.mark.feature("H20")
def test_investors_follow_or_lean_against_today_and_yesterday_and_sell_no_more_than_they_have():
    def flow(move: float, **how: float):
        crowd = EtfInvestor(name="crowd", holdings_of={"fund": 1e9}, **how)
        case = scene(crowd, indices=FUND, rounds=4, days=2, news=(News(day=1, move=move),))
        return simulate(case).futures.groupby("day")["flow"].sum().reindex([1, 2], fill_value=0.0)

    assert flow(0.03, today=2.0)[1] == pytest.approx(2.0 * 0.03 * 1e9, rel=1e-9)
    assert flow(0.03, today=-2.0)[1] == pytest.approx(-2.0 * 0.03 * 1e9, rel=1e-9)
    late = flow(-0.03, past=1.5)
    assert late[1] == 0
    assert late[2] == pytest.approx(-1.5 * 0.03 * 1e9, rel=1e-9)
    scared = EtfInvestor(name="crowd", holdings_of={"fund": 1e9}, today=9.0)
    fall = (News(day=1, move=-0.5),)
    left = units(run(scene(scared, indices=FUND, rounds=6, news=fall), seed=0, paths=[0]), "crowd")
    assert left == pytest.approx(-1e9, rel=1e-6)


def test_the_place_in_the_list_changes_nothing():
    crowd = EtfInvestor(name="crowd", count=3, holdings_of={"fund": 2e9}, today=1.0, past=0.5)
    people = (buyer(), crowd, *desks())
    base = {"indices": FUND, "rounds": 4, "days": 4, "noise": Noise(common=0.01)}
    one, two = simulate(scene(*people, **base)), simulate(scene(*people[::-1], **base))
    assert two.groups.to_numpy() == pytest.approx(one.groups.to_numpy(), rel=1e-12)
    assert two.basis.to_numpy() == pytest.approx(one.basis.to_numpy(), rel=1e-9, abs=1e-15)


def test_desks_that_share_the_work_do_as_one():
    def end(count: int):
        many = EtfCreation(name="d", baskets=[BASKET], count=count)
        return simulate(scene(buyer(), many, indices=FUND, rounds=2, days=2)).to_frame().iloc[-1]

    assert end(5)["group"].to_numpy() == pytest.approx(end(1)["group"].to_numpy(), rel=1e-12)


def test_a_dearer_or_slower_desk_leaves_more_of_the_premium():
    def premium(cost: float, share: float) -> float:
        case = scene(buyer(), desks(cost, share)[0], indices=FUND, rounds=4)
        return float(simulate(case).basis["fund"].iloc[-1])

    assert premium(0.0, 0.8) < premium(0.0, 0.4) < premium(0.01, 0.4)
    assert premium(0.002, 0.0) == pytest.approx(4e8 / DEPTH)


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Basket(etf="f", group="a", depth=0.0), "depth"),
        (lambda: Basket(etf="f", group="a", depth=float("nan")), "depth"),
        (lambda: Basket(etf="f", group="a", depth=1.0, limit=10.0), "limit"),
        (lambda: EtfCreation(name="d", share=1.5), "share"),
        (lambda: EtfCreation(name="d", baskets=[BASKET, BASKET]), "groups"),
        (lambda: StateBuyer(name="s", channel="etf", purchases=SMALL), "etfs"),
        (lambda: StateBuyer(name="s", channel="fund"), "channel"),
        (lambda: EtfInvestor(name="i", holdings_of={"f": -1.0}), "holdings_of"),
        (lambda: EtfInvestor(name="i", holdings_of={"f": float("nan")}), "holdings_of"),
        (lambda: EtfInvestor(name="i", today=float("inf")), "today"),
        (lambda: OptionDealer(name="o", hedge_in="options"), "hedge_in"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(make, path):
    with pytest.raises(ConfigError, match=path):
        make()


def test_the_depth_a_desk_reckons_with_is_that_of_its_fund_in_every_built_in_scenario():
    seen = 0
    for name in library():
        scenario = load(name)
        units = {i.name: i.futures for i in scenario.indices}
        limits = {g.name: g.limit for g in scenario.groups}
        for desk in scenario.participants:
            for basket in getattr(desk, "baskets", []):
                futures = units[basket.etf]
                assert basket.depth == pytest.approx(futures.daily_amount / futures.impact)
                assert basket.limit == limits[basket.group]
                assert (futures.reversion, futures.premium_cap) == (0, None)
                seen += 1
    assert seen > 0


def test_the_table_of_units_adds_up_what_was_bought_to_what_was_created_and_what_is_dear():
    plan = [Purchase(day=d, money=2e8, groups=["a"]) for d in (1, 2)]
    crowd = EtfInvestor(name="crowd", holdings_of={"fund": 1e9}, today=-1.0)
    case = scene(
        buyer(plan), crowd, *desks(), indices=FUND, rounds=4, days=3, noise=Noise(common=0.01)
    )
    result = simulate(case)
    table = fund_units(result, case).loc["fund"]
    left = (table["bought"] - table["created"]).cumsum()
    assert table["premium"].to_numpy() == pytest.approx(left / DEPTH, rel=1e-9, abs=1e-15)
    assert table["nav"].to_numpy() == pytest.approx(result.groups["a"], rel=1e-12)
    assert table["price"].to_numpy() == pytest.approx(
        result.groups["a"] * (1 + result.basis["fund"]), rel=1e-12
    )
    assert table.loc[0, ["bought", "created"]].eq(0).all()
    assert table["created"].sum() > 1e8


def test_the_story_says_who_bought_units_and_does_not_call_them_futures():
    case = scene(buyer(), *desks(), indices=FUND, rounds=4)
    told = events(simulate(case), case)
    assert told.loc[told["kind"] == "buys", "who"].tolist() == ["state"]
    assert told.loc[told["kind"] == "buys", "size"].tolist() == pytest.approx([4e8])
    assert "largest_futures_seller" not in set(told["kind"])
    bare = scene(buyer(channel="stocks"), indices=(Index(name="i", weights={"a": 1.0}),))
    assert fund_units(simulate(bare), bare).empty
    assert "deepest_basis" not in set(told["kind"])


@pytest.mark.parametrize(
    "one",
    [
        lambda: buyer(),
        lambda: desks()[0],
        lambda: EtfInvestor(name="investors", holdings_of={"fund": 1e8}),
    ],
)
def test_units_of_a_fund_nobody_quotes_are_refused(one):
    bare = (Index(name="fund", weights={"a": 1.0}),)
    with pytest.raises(ConfigError, match="the index with futures `fund` does not exist"):
        scene(one(), indices=bare)
