"""What participants trade, to the last digit, in a market too deep for their trades to move it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.basis_traders import BasisArbitrageur
from quantquake.cascade.participants.funds import (
    FrontRunnerFund,
    IndexEnhanced,
    MutualFund,
    Redemption,
    StyleTimer,
)
from quantquake.cascade.participants.hedged import MarketNeutral, RelativeValue
from quantquake.cascade.participants.liquidity import DipBuyer, Predator
from quantquake.cascade.participants.mechanical import OptionDealer
from quantquake.cascade.participants.run_off import RunOff
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Attention, News
from quantquake.cascade.simulation import run, simulate

DEEP = [group("a", daily_amount=1e18, cap=1e20)]
BOTH = [*DEEP, group("b", daily_amount=1e18, cap=1e20)]
FALL = (News(day=1, move=-0.1),)


def deep(*people, **other):
    return scene(*people, **({"groups": DEEP} | other))


def market(**futures: float) -> tuple[Index, ...]:
    """Futures that nobody's trades move, and whose basis stays where it is."""
    own = {"impact": 0.0, "reversion": 0.0, "premium_cap": None} | futures
    return (Index(name="I", weights={"a": 1.0}, futures=Futures(**own)),)


def sold(result, name: str):
    return result.sellers()[name]


@pytest.mark.feature("H01")
@pytest.mark.feature("H13")
def test_what_was_asked_for_under_a_ban_is_sold_on_the_day_it_is_lifted():
    leaving = Redemption(sensitivity=1.0, most=0.1)
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=leaving)
    ban = Rule(who="mutual_fund", what="net_sell", first=2, last=4)
    paid = sold(simulate(deep(fund, days=6, news=FALL, rules=(ban,))), "f")
    # After the fall of a tenth a tenth of 9e8 is asked for each night; four nights wait for day 5.
    assert paid.tolist() == pytest.approx([0, 0, 0, 0, 3.6e8, 5.4e7], rel=1e-9)


@pytest.mark.feature("H02")
def test_fear_sells_its_share_in_every_round_of_the_days_it_watches():
    fund = FrontRunnerFund(name="s", assets=1e9, mix={"a": 1.0}, fear=2.0, watches=(2, 3))
    fled = sold(simulate(deep(fund, days=4, rounds=2, news=FALL)), "s")
    # Twice the drawdown of 10 %: a fifth of what is left, in each of two rounds.
    assert fled.tolist() == pytest.approx(
        [0, 9e8 * (1 - 0.8**2), 9e8 * (0.8**2 - 0.8**4), 0], rel=1e-9
    )


@pytest.mark.feature("H03")
@pytest.mark.feature("I16")
@pytest.mark.parametrize("power", [1.0, 2.0])
@pytest.mark.parametrize("fall", [0.1, 0.2])
def test_redemptions_are_a_power_of_the_loss_from_the_exit_on(power: float, fall: float):
    rule = Redemption(sensitivity=2.0, convexity=power, tolerance=0.05, most=1.0, locked_until=3)
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=rule)
    paid = sold(simulate(deep(fund, days=4, news=(News(day=1, move=-fall),))), "f")
    first = 2.0 * (fall - 0.05) ** power * (1 - fall) * 1e9
    # Asked for on the evening of day 3, the exit, and paid on day 4.
    assert paid.tolist() == pytest.approx([0, 0, 0, first], rel=1e-9)


@pytest.mark.feature("H12")
@pytest.mark.feature("I22")
@pytest.mark.parametrize("gain", [0.0, 5.0, 10.0])
def test_talk_about_yesterdays_fall_multiplies_what_is_asked_for(gain: float):
    rule = Redemption(sensitivity=0.5, media=4.0, most=1.0)
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=rule)
    loud = Attention(gain=gain, fade=0.5)
    paid = sold(simulate(deep(fund, days=4, news=FALL, attention=loud)), "f")
    # Attention is gain x 10 % after day 1, half of that a day later; nights ask 5 % (1 + 4 x it).
    left, told = 9e8, []
    for attention in (0.0, gain * 0.1, gain * 0.05):
        told.append(left * min(0.05 * (1 + 4 * attention), 1.0))
        left -= told[-1]
    assert paid.tolist() == pytest.approx([0, *told], rel=1e-9)


@pytest.mark.feature("H04")
def test_the_tilt_of_an_enhanced_fund_is_in_its_holdings_and_in_its_excess():
    names = [group("index", assets=20, spread=1.0, daily_amount=1e18, cap=1e20),
             group("small", assets=10, spread=1.0, daily_amount=1e18, cap=1e18)]  # fmt: skip
    fund = IndexEnhanced(
        name="f", assets=1e9, mix={"index": 0.6, "small": 0.4}, names=8, tilt=0.5, overlap=1.0
    )
    csi = (Index(name="I", weights={"index": 1.0}),)
    scenario = scene(fund, groups=names, indices=csi, news=(News(day=1, move=-0.1, group="small"),))
    engine = run(scenario, seed=0, paths=[0])
    cast = engine.cast
    worth = cast.assets.cap**0.5
    for g, share in enumerate((0.6, 0.4)):
        held, weights = holding(cast, g)
        assert len(held) == 8
        assert weights == pytest.approx(share * worth[held] / worth[held].sum(), rel=1e-12)
    # The index does not fall; the fund falls by its tilt.
    result = simulate(scenario)
    assert result.index["I"].iloc[1] == pytest.approx(1000.0)
    assert result.nav["f"].iloc[1] == pytest.approx(1 - 0.4 * 0.1, rel=1e-9)


def holding(cast, g: int):
    """Names of the only holder in a group, and their share of its book."""
    table = cast.table
    b = table.basket[g]
    entries = slice(table.start[b], table.start[b + 1])
    return table.asset[entries], table.weight[entries] * table.held[g] / 1e9


@pytest.mark.feature("H05")
@pytest.mark.feature("I06")
@pytest.mark.parametrize("basis", [-0.01, -0.02, -0.05, -0.08])
def test_a_neutral_fund_closes_its_eagerness_times_the_discount_beyond_its_profit(basis: float):
    fund = MarketNeutral(name="n", assets=1e8, mix={"a": 1.0}, hedge={"I": -1.0}, eagerness=5.0,
                         take_profit=0.02)  # fmt: skip
    result = simulate(deep(fund, indices=market(basis=basis, mean=basis), days=2, rounds=2))
    share = max(-basis - 0.02, 0.0) * 5.0 / 2  # F28: of the book, in each of two rounds
    left = [1e8 * (1 - share) ** k for k in range(5)]
    expected = [left[0] - left[2], left[2] - left[4]]
    assert sold(result, "n").tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)
    flow = result.futures.groupby("day")["flow"].sum().reindex([1, 2], fill_value=0.0)
    assert flow.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.feature("H05")
@pytest.mark.feature("I07")
def test_new_hedged_books_open_only_where_the_hedge_is_cheap():
    def reopened(mean: float) -> float:
        fund = MarketNeutral(
            name="n", assets=1e8, mix={"a": 1.0}, hedge={"I": -1.0}, eagerness=10.0,
            take_profit=0.05, reopen_above=-0.01, growth=0.04,
        )  # fmt: skip
        # Day 1 at a discount of 10 %: (10 x 5 %) of the book closes; then the basis goes to its mean.
        own = market(basis=-0.1, mean=mean, reversion=1.0)
        result = simulate(deep(fund, indices=own, days=3, rounds=1))
        assert sold(result, "n")[1] == pytest.approx(0.5e8, rel=1e-9)
        return -float(sold(result, "n")[[2, 3]].sum())

    assert [reopened(m) for m in (-0.04, -0.02, -0.01)] == [0, 0, 0]
    # Above its line it adds 4 % of its first book in a day, whatever the hedge costs beyond that.
    assert reopened(-0.009) == reopened(0.0) == pytest.approx(2 * 0.04e8, rel=1e-9)


@pytest.mark.feature("I06")
def test_the_gain_of_the_loop_is_its_closed_form_and_without_eagerness_there_is_none():
    # One round: a share s = e (d - p) of the book A closes. Stocks: log price - sigma s A / V; their
    # futures: basis + impact s A / D. The loop feeds back through the stocks, not through the basis.
    def after(eagerness: float) -> tuple[float, float]:
        fund = MarketNeutral(name="n", assets=1e9, mix={"a": 1.0}, hedge={"I": -1.0},
                             eagerness=eagerness, take_profit=0.02)  # fmt: skip
        own = market(basis=-0.06, mean=-0.06, impact=0.05, daily_amount=1e10)
        result = simulate(scene(fund, indices=own))
        return float(np.log(result.groups["a"].iloc[1])), float(result.basis["I"].iloc[1])

    assert after(0.0) == pytest.approx((0.0, -0.06), abs=1e-15)
    for eagerness in (1.0, 2.0):
        money = eagerness * 0.04 * 1e9
        price, basis = after(eagerness)
        assert price == pytest.approx(-0.02 * money / 1e9, rel=1e-9)
        assert basis == pytest.approx(-0.06 + 0.05 * money / 1e10, rel=1e-9)


@pytest.mark.feature("H10")
def test_the_jumper_moves_its_chase_times_the_gap_and_the_patient_nothing():
    patient = IndexEnhanced(name="patient", assets=1e8, mix={"a": 0.5, "b": 0.5})
    jumpy = StyleTimer(name="jumpy", assets=1e8, mix={"a": 0.5, "b": 0.5}, chase=5.0)
    shock = (News(day=1, move=-0.04, group="a"),)
    result = simulate(scene(patient, jumpy, groups=BOTH, news=shock))
    # a is 2 % below the mean of both: a tenth of it is sold, and b is bought with the money.
    assert result.ledger["participant"].unique().tolist() == ["jumpy"]
    by_group = result.ledger.set_index("group")
    assert by_group.at["a", "sold"] == pytest.approx(0.1 * 0.96 * 0.5e8, rel=1e-9)
    assert by_group.at["b", "bought"] == pytest.approx(0.1 * 0.96 * 0.5e8, rel=1e-9)


@pytest.mark.feature("H16")
@pytest.mark.feature("H17")
@pytest.mark.parametrize("procyclical", [0.0, 1.0, 2.0])
def test_leverage_is_one_over_the_haircut_of_the_day(procyclical: float):
    fund = RelativeValue(
        name="f", assets=2e8, leverage=20, mix={"a": 1.0}, haircut=0.05, procyclical=procyclical
    )
    quiet = [group("a", volatility=0.005, daily_amount=1e18, cap=1e20)]
    own = (Index(name="I", weights={"a": 1.0}),)
    news = (News(day=1, move=-0.01),)
    result = simulate(scene(fund, groups=quiet, indices=own, days=2, news=news))
    sigma = np.sqrt(0.94 * 0.005**2 + 0.06 * 0.01**2)
    needed = 0.05 * (1 + procyclical * (sigma / 0.005 - 1))
    assert result.leverage["f"].iloc[1] == pytest.approx(20.0, rel=1e-9)
    assert result.leverage["f"].iloc[2] == pytest.approx(1 / needed, rel=1e-9)


@pytest.mark.feature("I19")
def test_collateral_and_rivals_are_worse_together_and_each_alone_does_something():
    quiet = [group("a", volatility=0.005)]
    own = (Index(name="I", weights={"a": 1.0}),)
    news = (News(day=1, move=-0.01), News(day=2, move=-0.01))

    def left(procyclical: float, rivals: bool) -> float:
        fund = RelativeValue(
            name="f", assets=4e8, leverage=20, mix={"a": 1.0}, haircut=0.05, procyclical=procyclical
        )
        hunter = Predator(name="p", mix={"a": 1.0}, mirror=2.0 * rivals, capacity=1e9)
        people = {"groups": quiet, "indices": own, "days": 4, "rounds": 4, "news": news}
        return float(simulate(scene(fund, hunter, **people)).nav["f"].iloc[3])

    none, collateral, rivals, both = left(0, False), left(1, False), left(0, True), left(1, True)
    assert both < min(collateral, rivals)
    assert max(collateral, rivals) < none


@pytest.mark.feature("H18")
def test_a_predator_earns_from_a_temporary_fall_what_the_victim_pays_more():
    victim = RunOff(name="v", assets=5e9, mix={"a": 1.0}, over=2)
    law = Impact(law="exponential", permanent=0.3, half_life=2.0)
    base = {"days": 12, "rounds": 4, "impact": law}
    hunter = Predator(name="p", mix={"a": 1.0}, mirror=1.0, capacity=2e9)
    idle = Predator(name="p", mix={"a": 1.0}, mirror=0.0, capacity=2e9)
    hunted, alone = simulate(scene(victim, hunter, **base)), simulate(scene(victim, idle, **base))
    assert hunted.gain["p"].iloc[-1] > 0
    assert (alone.gain["p"] == 0).all()
    assert hunted.nav["v"].iloc[-1] < alone.nav["v"].iloc[-1] - 0.01


@pytest.mark.feature("H19")
@pytest.mark.parametrize(
    ("trigger", "price"),
    # The path is 0.9, 0.81, 0.891 by news alone: early buys at 0.9, late at 0.81, never at 1.
    [(-0.05, 0.9), (-0.15, 0.81)],
)
def test_who_buys_after_the_trough_earns_and_who_buys_before_it_does_not(trigger, price):
    buyer = DipBuyer(name="b", mix={"a": 1.0}, trigger=trigger, budget=1e6, pace=1.0)
    path = (News(day=1, move=-0.1), News(day=2, move=-0.1), News(day=3, move=0.1))
    gain = simulate(deep(buyer, days=3, news=path)).gain["b"].iloc[-1]
    assert gain == pytest.approx(1e6 * (0.891 / price - 1), rel=1e-6)
    assert (gain > 0) == (price == 0.81)


@pytest.mark.feature("H22")
@pytest.mark.feature("E03")
@pytest.mark.parametrize("gamma", [3e8, -3e8])
def test_a_dealer_trades_its_gamma_for_each_per_cent(gamma: float):
    dealer = OptionDealer(name="d", gamma=gamma, index="I", mix={"a": 1.0})
    result = simulate(deep(dealer, indices=market(), news=(News(day=1, move=-0.02),)))
    # Two per cent down: long gamma buys twice its gamma, short gamma sells it.
    assert sold(result, "d")[1] == pytest.approx(-2 * gamma, rel=1e-9)


@pytest.mark.feature("H24")
@pytest.mark.parametrize(
    ("basis", "traded"),
    [(0.004, 0), (0.01, -6e7), (0.5, -1e9), (-0.034, 0), (-0.05, 1.6e8), (-0.5, 1e9)],
)
def test_arbitrage_trades_its_speed_times_the_basis_beyond_the_band(basis: float, traded: float):
    desk = BasisArbitrageur(
        name="x", mix={"a": 1.0}, index="I", cost=0.004, borrow=0.03, speed=1e10, inventory=1e9
    )
    result = simulate(deep(desk, indices=market(basis=basis, mean=basis)))
    assert result.futures["flow"].sum() == pytest.approx(traded, rel=1e-9, abs=1e-3)
    # Stocks the other way round, for the same money.
    assert sold(result, "x")[1] == pytest.approx(traded, rel=1e-9, abs=1e-3)


@pytest.mark.feature("H26")
def test_the_consortium_s_money_leaves_the_unit_value_and_lowers_leverage():
    fund = RelativeValue(
        name="f", assets=2e10, leverage=20, mix={"a": 1.0}, haircut=0.04, rescue_day=1,
        rescue=1e9, run_off=0.1,
    )  # fmt: skip
    result = simulate(deep(fund, days=3, rounds=1))
    # Equity 1e9 and 1e9 more: half the leverage; then a tenth of the book a day.
    assert result.nav["f"].tolist() == pytest.approx([1.0] * 4, rel=1e-9)
    assert result.leverage["f"].tolist() == pytest.approx([20, 10, 9, 8.1], rel=1e-9)
    assert sold(result, "f").tolist() == pytest.approx([0, 2e9, 1.8e9], rel=1e-9)


@pytest.mark.feature("I09")
@pytest.mark.feature("H11")
def test_a_stop_keeps_the_loss_that_holding_on_would_have_earned_back():
    def ends(stop: float | None, moves: tuple[float, float]) -> tuple[float, str]:
        fund = IndexEnhanced(name="f", assets=1e6, mix={"a": 1.0}, stop=stop, unit_value=0.8,
                             exit_rounds=1)  # fmt: skip
        news = tuple(News(day=d, move=m) for d, m in zip((1, 3), moves, strict=True))
        result = simulate(deep(fund, days=4, news=news))
        return float(result.nav["f"].iloc[-1]), str(result.holders["outcome"].iloc[0])

    down_up, up_down = (-0.2, 0.25), (0.25, -0.2)  # both end at 1
    assert ends(0.7, down_up) == (pytest.approx(0.8, rel=1e-9), "stopped")
    assert ends(0.7, up_down) == (pytest.approx(1.0, rel=1e-9), "survived")
    for path in (down_up, up_down):
        assert ends(None, path) == (pytest.approx(1.0, rel=1e-9), "survived")


@pytest.mark.feature("H11")
@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_a_liquidation_takes_its_rounds_however_many_a_day_has(rounds: int):
    fund = IndexEnhanced(name="f", assets=8e8, mix={"a": 1.0}, stop=0.95, exit_rounds=4)
    result = simulate(deep(fund, days=6, rounds=rounds, news=FALL))
    sales = result.ledger.sort_values(["day", "round"])["sold"]
    assert sales.tolist() == pytest.approx([0.25 * 7.2e8] * 4, rel=1e-9)
