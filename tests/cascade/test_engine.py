"""The clock, the clearing and the books: identities that hold whoever trades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from tests.cascade.small import PLAIN, group, scene

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder, participant
from quantquake.cascade.participants.behaviour import undo, unhedge
from quantquake.cascade.participants.funds import MutualFund, Redemption
from quantquake.cascade.participants.hedged import Levered, LongShort
from quantquake.cascade.positions import Positions
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Depth, News, Noise
from quantquake.cascade.simulation import run, simulate

LAWS = ["square_root", "power", "linear", "exponential", "bounded"]


@participant("test_seller")
@dataclass(frozen=True, kw_only=True)
class Seller(Holder):
    """Undoes a fixed share of its book in every round."""

    share: float = 0.1

    def orders(self, view):
        orders = view.no_orders()
        undo(orders, np.full_like(view.equity, self.share))
        unhedge(view, orders, np.full_like(view.equity, self.share))
        return orders


@participant("test_own_paper")
@dataclass(frozen=True, kw_only=True)
class OwnPaper(Holder):
    """Sells a tenth, and writes it wherever it likes."""

    paper: str = "sheet"

    def orders(self, view):
        drafts = [view.no_orders(), view.no_orders()]
        drafts[0].sell += 0.1 if self.paper == "sheet" else 0.9
        drafts[1].sell += 0.1
        if self.paper == "arrays":
            drafts[0].sell = np.full(view.value.shape, 0.1)
        return drafts[1] if self.paper == "draft" else drafts[0]


def test_orders_count_wherever_they_are_written():
    ends = [
        simulate(scene(OwnPaper(name="x", assets=4e8, paper=p, mix={"a": 1.0}), rounds=3)).prices
        for p in ("sheet", "draft", "arrays")
    ]
    assert ends[0].iloc[0] < 1.0
    assert ends[0].equals(ends[1])
    assert ends[0].equals(ends[2])


@pytest.mark.parametrize("law", LAWS)
def test_no_shock_no_trade(law):
    calm = scene(
        Levered(name="fund", assets=1e9, leverage=4, limit=4.0, mix={"a": 1.0}),
        LongShort(name="stat", assets=1e9, leverage=8, limit=8.0, mix={"a": 0.5, "b": -0.5}),
        groups=[group("a"), group("b")],
        days=5,
        rounds=4,
        impact=Impact(law=law),
    )
    result = simulate(calm)
    assert result.ledger.empty
    assert (result.prices == 1.0).all()


@pytest.mark.parametrize("law", LAWS)
def test_value_sold_is_cash_received_and_nobody_sells_what_it_has_not(law):
    engine = run(
        scene(
            Seller(name="x", count=3, assets=3e8, leverage=2.0, mix={"a": 0.7, "b": 0.3}),
            groups=[group("a", assets=5), group("b", assets=3)],
            rounds=6,
            impact=Impact(law=law),
        ),
        seed=0,
        paths=[0, 1],
    )
    state = engine.state
    for path in (0, 1):
        now = state.positions.books(path).toarray()
        before = Positions.opening(engine.cast.table, np.ones((8, 1))).books().toarray()
        assert (now >= 0).all()
        assert (before > now).all()
    started = 1.5e8 - 3e8  # equity less stocks: half of the book is borrowed
    assert state.cash.sum(axis=0) - started == pytest.approx(
        engine.record.sold.sum(axis=(0, 1, 2, 3)), rel=1e-12
    )


def test_everybody_is_paid_the_middle_of_the_two_prices():
    # One asset, one round, exponential law: price exp(-sigma Q / V), Q the money sold at price 1.
    result = run(scene(Seller(name="x", assets=4e8, share=0.25, mix={"a": 1.0})), seed=0, paths=[0])
    after = np.exp(-0.02 * 0.1)
    assert result.state.book.price[0, 0] == pytest.approx(after, rel=1e-14)
    assert result.record.sold.sum() == pytest.approx(1e8 * 0.5 * (1 + after), rel=1e-14)


@pytest.mark.parametrize("law", LAWS)
def test_cutting_the_day_into_rounds_does_not_change_what_the_same_money_costs(law):
    def end(rounds: int) -> float:
        # The same number of shares goes in each round: 1/n, then 1/(n-1) of what is left, ...
        sale = _Evenly(name="x", assets=2e8, mix={"a": 1.0}, over=rounds)
        return simulate(scene(sale, rounds=rounds, impact=Impact(law=law))).prices.iloc[0]

    assert end(64) == pytest.approx(end(1), rel=1e-13)
    assert end(1) < 0.999


@participant("test_evenly")
@dataclass(frozen=True, kw_only=True)
class _Evenly(Holder):
    over: int = 1

    def orders(self, view):
        orders = view.no_orders()
        undo(orders, np.full_like(view.equity, 1 / (self.over - view.scene.round + 1)))
        return orders


def test_the_temporary_part_comes_back_and_the_permanent_part_stays():
    law = Impact(law="square_root", permanent=0.25, half_life=0.01)
    sale = Seller(name="x", assets=1e9, share=1.0, mix={"a": 1.0})
    result = simulate(scene(sale, days=3, rounds=1, impact=law))
    moved = np.log(result.groups["a"])
    assert moved.iloc[1] == pytest.approx(-0.02, rel=1e-9)  # a day's volume costs one sigma
    assert moved.iloc[3] == pytest.approx(0.25 * -0.02, rel=1e-6)


@pytest.mark.feature("I27")
@pytest.mark.feature("I21")
def test_no_trade_beyond_a_price_limit_and_the_rest_stays_in_the_queue():
    heavy = Seller(name="x", assets=5e10, share=1.0, mix={"a": 1.0})
    held = scene(heavy, groups=[group(limit=0.1)], days=2, rounds=2)
    result = simulate(held)
    free = simulate(scene(heavy, days=2, rounds=2))
    assert result.groups["a"].to_numpy() == pytest.approx([1.0, 0.9, 0.81])
    assert free.groups["a"].iloc[1] < 0.5
    sold = result.ledger.groupby("day")["sold"].sum()
    # The limit is reached after ln(0.9) / sigma days of volume, and not a share more is filled.
    assert sold[1] == pytest.approx(-np.log(0.9) / 0.02 * 1e9 * 0.95, rel=1e-9)
    assert sold[2] > 0


def test_buyers_at_the_limit_are_served_by_the_queue():
    sell = Seller(name="sell", assets=5e10, share=1.0, mix={"a": 1.0})
    buy = _Buyer(name="buy", money=1e9, mix={"a": 1.0})
    result = simulate(scene(sell, buy, groups=[group(limit=0.1)], rounds=1))
    by_name = result.ledger.set_index("participant")
    alone = simulate(scene(sell, groups=[group(limit=0.1)], rounds=1)).ledger["sold"].iloc[0]
    assert by_name.at["buy", "bought"] == pytest.approx(1e9 * 0.95)
    assert by_name.at["sell", "sold"] == pytest.approx(alone + 1e9 * 0.95)


@participant("test_buyer")
@dataclass(frozen=True, kw_only=True)
class _Buyer(Holder):
    money: float = 0.0

    def orders(self, view):
        orders = view.no_orders()
        orders.buy[:, 0] = self.money
        return orders


def test_futures_pay_the_mark_and_the_basis():
    index = Index(name="I", weights={"a": 1.0}, futures=Futures(basis=-0.02, mean=-0.02))
    hedged = Holder(name="h", assets=1e9, leverage=1.0, mix={"a": 1.0}, hedge={"I": -1.0})
    crash = scene(hedged, indices=(index,), days=1, news=(News(day=1, move=-0.1),))
    result = simulate(crash)
    # Short 1e9 of futures at 0.98: a fall of 10 % gains 0.1 on the whole hedge.
    assert result.nav["h"].iloc[1] == pytest.approx(1.0, abs=1e-12)


def test_futures_flow_moves_the_basis_and_nothing_caps_the_discount():
    index = Index(
        name="I",
        weights={"a": 1.0},
        futures=Futures(impact=0.1, daily_amount=1e9, reversion=0.0, premium_cap=0.004),
    )
    long = Seller(name="x", assets=1e9, share=1.0, mix={"a": 1.0}, hedge={"I": 1.0})
    short = Seller(name="x", assets=1e9, share=1.0, mix={"a": 1.0}, hedge={"I": -1.0})
    assert simulate(scene(long, indices=(index,))).basis["I"].iloc[1] == pytest.approx(-0.1)
    assert simulate(scene(short, indices=(index,))).basis["I"].iloc[1] == pytest.approx(0.004)


def test_redemptions_leave_the_value_of_a_unit_alone():
    quiet = Redemption(sensitivity=1.0, most=0.5)
    fund = MutualFund(name="f", assets=1e6, leverage=0.5, mix={"a": 1.0}, redemption=quiet)
    result = simulate(scene(fund, days=4, news=(News(day=1, move=-0.2),)))
    # Half of the fund is cash, so the first leavers are paid without a sale.
    assert result.nav["f"].iloc[1:].to_numpy() == pytest.approx(0.9, abs=1e-4)
    assert result.leverage["f"].iloc[4] > 0.5


@pytest.mark.feature("J01")
def test_a_ban_on_net_selling_leaves_redemptions_in_the_queue_until_it_is_lifted():
    leaving = Redemption(sensitivity=1.0, most=0.1, tolerance=0.0)
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=leaving)
    fall = News(day=1, move=-0.1)
    ban = Rule(who="f", what="net_sell", first=2, last=3)
    sold = simulate(scene(fund, days=5, news=(fall,), rules=(ban,))).sellers()["f"]
    free = simulate(scene(fund, days=5, news=(fall,))).sellers()["f"]
    assert free[2] > 0
    assert sold[2] == sold[3] == 0
    assert sold[4] > 2 * free[2]


def test_a_permutation_of_funds_and_groups_permutes_the_result():
    one = Levered(name="one", assets=2e9, leverage=5, limit=5.0, mix={"a": 0.8, "b": 0.2})
    two = Levered(name="two", assets=1e9, leverage=3, limit=3.5, mix={"b": 0.5, "c": 0.5})
    groups = [group("a", assets=4, spread=1), group("b", assets=3, spread=1), group("c")]
    shock = (News(day=1, move=-0.05, group="a"),)
    noise = Noise(own=0.5, common=0.01)
    first = simulate(scene(one, two, groups=groups, days=3, news=shock, noise=noise))
    other = simulate(scene(two, one, groups=groups[::-1], days=3, news=shock, noise=noise))
    assert other.prices[first.prices.index].to_numpy() == pytest.approx(first.prices, rel=1e-12)
    assert other.nav[["one", "two"]].to_numpy() == pytest.approx(first.nav.to_numpy(), rel=1e-9)


def test_doubling_the_currency_unit_changes_no_price():
    def end(unit: float) -> np.ndarray:
        fund = Levered(name="f", assets=2e9 * unit, leverage=5, limit=5.0, mix={"a": 1.0})
        market = [group(cap=1e12 * unit, daily_amount=1e9 * unit)]
        return simulate(scene(fund, groups=market, news=(News(day=1, move=-0.05),))).prices

    assert end(2.0).to_numpy() == pytest.approx(end(1.0).to_numpy(), rel=1e-12)


def test_the_future_of_the_news_changes_nothing_before_it():
    fund = Levered(name="f", assets=2e9, leverage=5, limit=5.0, mix={"a": 1.0})
    early = (News(day=1, move=-0.05),)
    late = (*early, News(day=4, move=-0.3))
    one = simulate(scene(fund, days=5, rounds=3, news=early))
    two = simulate(scene(fund, days=5, rounds=3, news=late))
    assert one.to_frame().iloc[:4].equals(two.to_frame().iloc[:4])
    assert not one.to_frame().iloc[4:].equals(two.to_frame().iloc[4:])


def test_a_path_is_the_same_in_whatever_batch_it_runs():
    noisy = scene(
        Levered(name="f", assets=2e9, leverage=5, limit=5.0, mix={"a": 1.0}),
        days=3, rounds=3, noise=Noise(own=1.0, common=0.01),
    )  # fmt: skip
    together = run(noisy, seed=3, paths=[0, 1, 2]).state.book.price
    for path in range(3):
        alone = run(noisy, seed=3, paths=[path]).state.book.price
        assert alone[:, 0] == pytest.approx(together[:, path], rel=1e-13)
    assert len(np.unique(together)) == 3
    assert not np.allclose(run(noisy, seed=4, paths=[0, 1, 2]).state.book.price, together)


@pytest.mark.feature("M06")
def test_impact_grows_when_depth_shrinks():
    sale = Seller(name="x", assets=1e9, share=0.5, mix={"a": 1.0})
    shock = (News(day=1, move=-0.1),)
    deep = simulate(scene(sale, news=shock)).prices.iloc[0]
    thin = simulate(scene(sale, news=shock, depth=Depth(stress=10.0))).prices.iloc[0]
    locked = simulate(scene(sale, news=shock, depth=Depth(stress=10.0, floor=0.9))).prices.iloc[0]
    assert thin < locked < deep


def test_an_exploding_cascade_ends_in_a_closed_market_not_in_a_hang():
    mad = Levered(name="f", assets=1e14, leverage=20, limit=20.0, mix={"a": 1.0})
    index = Index(name="I", weights={"a": 1.0})
    end = simulate(scene(mad, indices=(index,), days=5, rounds=5, news=(News(day=1, move=-0.04),)))
    assert end.market.name == "CLOSED"
    assert np.isfinite(end.prices).all()
    assert end.holders["outcome"].iloc[0] == "defaulted"
    assert end.ledger["day"].max() < 5


def test_impact_laws_are_undone_by_their_inverses():
    x = np.linspace(-3, 3, 61)
    for law in LAWS:
        impact = Impact(law=law, strength=1.3, exponent=0.7, floor=0.4)
        sigma = np.full_like(x, 0.02)
        assert impact.pressure(impact.offset(x, sigma), sigma) == pytest.approx(x, abs=1e-9)
        assert (np.diff(impact.offset(x, sigma)) > 0).all()
    assert PLAIN.offset(np.array([1.0]), np.array([0.02]))[0] == 0.02
