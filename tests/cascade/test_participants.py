"""Each participant does what the articles say of it, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import PLAIN, group, scene

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.basis_traders import BasisArbitrageur, LongSubstitute
from quantquake.cascade.participants.funds import (
    FrontRunnerFund,
    IndexEnhanced,
    MicroCapFund,
    MutualFund,
    Redemption,
    StyleTimer,
)
from quantquake.cascade.participants.hedged import (
    Dma,
    Levered,
    LongShort,
    MarketNeutral,
    RelativeValue,
    VarFund,
)
from quantquake.cascade.participants.liquidity import (
    DipBuyer,
    MarketMaker,
    NoiseTrader,
    Predator,
)
from quantquake.cascade.participants.mechanical import LeveragedEtf, OptionDealer, VolControl
from quantquake.cascade.participants.notes import Layer, SnowballIssuer
from quantquake.cascade.participants.rotator import Rotator
from quantquake.cascade.participants.state_buyer import Purchase, StateBuyer
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Attention, News, Noise
from quantquake.cascade.simulation import simulate
from quantquake.errors import ConfigError

FALL = (News(day=1, move=-0.1),)


def on_index(**futures: float) -> tuple[Index, ...]:
    return (Index(name="I", weights={"a": 1.0}, futures=Futures(**{"impact": 0.0} | futures)),)


def net_sales(result, name: str):
    return result.sellers()[name]


# --- funds with investors ------------------------------------------------------------------------


@pytest.mark.feature("H01")
@pytest.mark.feature("H13")
def test_a_large_fund_sells_nothing_on_balance_while_banned_and_everything_due_afterwards():
    leaving = Redemption(sensitivity=1.0, most=0.1)
    fund = MutualFund(name="large", assets=1e9, mix={"a": 1.0}, redemption=leaving)
    ban = Rule(who="mutual_fund", what="net_sell", first=2, last=4)
    result = simulate(scene(fund, days=6, news=FALL, rules=(ban,)))
    sold = net_sales(result, "large")
    assert (sold[[2, 3, 4]] == 0).all()
    assert sold[5] > 0
    assert result.holders["outcome"].iloc[0] == "gated"


@pytest.mark.feature("H02")
def test_a_small_fund_sells_more_when_the_large_ones_are_banned():
    def sold(watches: tuple[int, int]) -> float:
        fund = FrontRunnerFund(name="small", assets=1e9, mix={"a": 1.0}, fear=1.0, watches=watches)
        return net_sales(simulate(scene(fund, days=3, news=FALL)), "small").sum()

    assert sold((1, 0)) == 0
    assert sold((1, 3)) > 0


@pytest.mark.feature("H03")
@pytest.mark.feature("I16")
def test_a_closed_fund_pays_nobody_before_its_exit_and_deep_losses_more_than_in_proportion():
    def paid(fall: float, **other: float) -> float:
        rule = Redemption(sensitivity=2.0, convexity=2.0, most=1.0, **other)
        fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=rule)
        news = (News(day=1, move=fall),)
        return net_sales(simulate(scene(fund, days=2, news=news)), "f").sum()

    assert paid(-0.1, locked_until=5) == 0
    assert paid(-0.2) > 3 * paid(-0.1) > 0


@pytest.mark.feature("H12")
@pytest.mark.feature("I22")
def test_talk_about_the_fall_makes_more_leave():
    def end(gain: float) -> float:
        rule = Redemption(sensitivity=0.5, media=5.0, most=1.0)
        fund = MutualFund(name="f", assets=1e10, mix={"a": 1.0}, redemption=rule)
        loud = Attention(gain=gain)
        return simulate(scene(fund, days=5, news=FALL, attention=loud)).prices.iloc[0]

    assert end(10.0) < end(0.0) < 0.9


@pytest.mark.feature("H11")
@pytest.mark.feature("H04")
def test_a_stop_fires_at_the_next_open_and_is_never_taken_back():
    fund = IndexEnhanced(
        name="f", assets=1e9, mix={"a": 1.0}, stop=0.7, unit_value=0.75, exit_rounds=2
    )
    news = (News(day=1, move=-0.07), News(day=3, move=0.2))
    result = simulate(scene(fund, days=4, rounds=4, news=news))
    sold = result.ledger
    assert sold["day"].unique().tolist() == [2]
    assert sold["round"].max() == 2
    assert result.holders["outcome"].iloc[0] == "stopped"
    assert result.leverage["f"].iloc[4] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.feature("I09")
def test_the_same_end_of_the_index_leaves_different_survivors():
    def survivor(moves: tuple[float, float]) -> str:
        fund = IndexEnhanced(name="f", assets=1e3, mix={"a": 1.0}, stop=0.7, unit_value=0.8)
        news = tuple(News(day=d, move=m) for d, m in zip((1, 3), moves, strict=True))
        return simulate(scene(fund, days=4, news=news)).holders["outcome"].iloc[0]

    down_then_up, up_then_down = (-0.2, 1 / 0.8 * 0.9 - 1), (0.1, 0.9 / 1.1 - 1)
    assert (1 - 0.2) * (1 + down_then_up[1]) == pytest.approx(1.1 * (1 + up_then_down[1]))
    assert survivor(down_then_up) == "stopped"
    assert survivor(up_then_down) == "survived"


@pytest.mark.feature("H07")
def test_a_micro_cap_fund_leaves_no_faster_than_its_share_of_the_volume():
    rule = Redemption(sensitivity=10.0, most=1.0)
    slow = MicroCapFund(name="f", assets=1e9, mix={"a": 1.0}, redemption=rule, participation=0.1)
    sold = net_sales(simulate(scene(slow, days=3, rounds=2, news=FALL)), "f")
    assert sold[2] == pytest.approx(0.1 * 1e9, rel=0.02)


@pytest.mark.feature("H10")
def test_those_who_endure_trade_less_than_those_who_jump():
    patient = IndexEnhanced(name="patient", assets=1e8, mix={"a": 0.5, "b": 0.5})
    jumpy = StyleTimer(name="jumpy", assets=1e8, mix={"a": 0.5, "b": 0.5}, chase=5.0)
    noisy = [News(day=d, move=0.03 * (-1) ** d, group="a") for d in range(1, 7)]
    result = simulate(
        scene(patient, jumpy, groups=[group("a"), group("b")], days=6, news=tuple(noisy))
    )
    traded = result.ledger.groupby("participant")["sold"].sum()
    assert "patient" not in traded
    assert traded["jumpy"] > 1e7


# --- hedged and borrowed books -------------------------------------------------------------------


@pytest.mark.feature("I01")
def test_without_leverage_there_is_no_spiral_and_with_it_the_fall_grows():
    def end(leverage: float) -> float:
        fund = Levered(
            name="f", assets=2e10, leverage=leverage, limit=max(leverage, 1.0), mix={"a": 1.0}
        )
        return simulate(scene(fund, days=3, rounds=4, news=(News(day=1, move=-0.05),))).prices.iloc[
            0
        ]

    assert end(1.0) == pytest.approx(0.95)
    assert end(1.0) > end(2.0) > end(4.0) > 0


@pytest.mark.feature("I02")
def test_no_overlap_no_contagion():
    broken = Levered(name="broken", assets=2e10, leverage=10, limit=10.0, mix={"a": 1.0})
    other = Levered(name="other", assets=2e10, leverage=10, limit=10.0, mix={"b": 1.0})
    alike = Levered(name="other", assets=2e10, leverage=10, limit=10.0, mix={"a": 0.1, "b": 0.9})
    shock = (News(day=1, move=-0.05, group="a"),)
    groups = [group("a"), group("b")]
    apart = simulate(scene(broken, other, groups=groups, news=shock, days=2))
    close = simulate(scene(broken, alike, groups=groups, news=shock, days=2))
    assert (apart.nav["other"] == 1.0).all()
    assert apart.groups["b"].iloc[-1] == 1.0
    assert close.groups["b"].iloc[-1] < 1.0


@pytest.mark.feature("H06")
@pytest.mark.feature("I08")
@pytest.mark.feature("M02")
def test_a_swap_loses_its_leverage_times_excess_and_basis():
    # The group falls 10 % against its index, and the hedge does not help: 4 x (-10 %) = -40 %.
    held = Dma(name="d", assets=4e6, leverage=4.0, mix={"b": 1.0}, hedge={"I": -1.0})
    flat = simulate(
        scene(held, groups=[group("a"), group("b")], indices=on_index(),
              news=(News(day=1, move=-0.1, group="b"),))
    )  # fmt: skip
    assert flat.nav["d"].iloc[1] == pytest.approx(1 - 0.4, abs=1e-12)
    # A discount of 5 % that closes costs the short side 4 x 5 % of the index.
    back = simulate(
        scene(held, groups=[group("a"), group("b")], days=400,
              indices=on_index(basis=-0.05, mean=0.0, reversion=0.2))
    )  # fmt: skip
    assert back.nav["d"].iloc[-1] == pytest.approx(1 - 4 * 0.05 / 0.95, abs=1e-6)


@pytest.mark.feature("H05")
@pytest.mark.feature("I06")
@pytest.mark.feature("I07")
def test_a_neutral_fund_closes_into_a_deep_discount_and_comes_back_when_hedging_is_cheap():
    fund = MarketNeutral(
        name="n", assets=1e8, mix={"a": 1.0}, hedge={"I": -1.0},
        eagerness=5.0, take_profit=0.02, reopen_above=-0.005, growth=0.5,
    )  # fmt: skip
    result = simulate(
        scene(fund, indices=on_index(basis=-0.08, mean=0.0, reversion=0.3), days=15, rounds=2)
    )
    sold, futures = net_sales(result, "n"), result.futures.groupby("day")["flow"].sum()
    assert sold[1] > 0
    assert futures[1] > 0
    cheap = result.basis["I"].shift(1) > -0.005
    assert (sold[cheap.reindex(sold.index)] <= 0).all()
    assert sold[cheap.reindex(sold.index)].sum() < 0
    deeper = simulate(scene(fund, indices=on_index(basis=-0.16, mean=-0.16), days=1, rounds=2))
    assert net_sales(deeper, "n")[1] > sold[1]


@pytest.mark.feature("I04")
def test_a_banned_swap_moves_small_stocks_into_index_members():
    swap = Dma(
        name="d", assets=1e9, leverage=4, mix={"small": 1.0}, hedge={"I": -1.0}, eagerness=10.0,
        rotation=0.5, rotate_from=["small"], rotate_to=["a"],
    )  # fmt: skip
    ban = Rule(who="dma", what="close", first=1, last=2)
    market = [group("a"), group("small", daily_amount=1e8)]
    result = simulate(
        scene(swap, groups=market, indices=on_index(basis=-0.05, mean=-0.05), days=2, rules=(ban,))
    )
    assert result.groups["a"].iloc[-1] > 1 > result.groups["small"].iloc[-1]
    # What is bought costs what was sold; the market moves a little between order and fill.
    assert (result.sellers()["d"].abs() < 0.06 * result.ledger["sold"].max()).all()
    assert result.futures.empty


@pytest.mark.feature("H15")
def test_a_crowded_long_short_book_loses_while_the_market_stands_still():
    books = LongShort(
        name="crowd",
        count=10,
        assets=8e9,
        leverage=8,
        limit=8.2,
        target=6.0,
        mix={"a": 0.5, "b": -0.5},
    )
    market = [group("a"), group("b"), group("rest", cap=5e13)]
    index = (Index(name="M", weights={"a": 1, "b": 1, "rest": 48}),)
    shock = (News(day=1, move=-0.01, group="a"),)
    result = simulate(scene(books, groups=market, indices=index, news=shock, days=2, rounds=4))
    assert result.nav["crowd"].iloc[-1] < 0.9
    assert abs(result.index["M"].iloc[-1] / 1000 - 1) < 0.002
    assert result.groups["b"].iloc[-1] > 1


@pytest.mark.feature("H16")
@pytest.mark.feature("H17")
@pytest.mark.feature("I19")
def test_lenders_who_raise_haircuts_with_volatility_make_the_fund_sell_more():
    def end(procyclical: float) -> float:
        fund = RelativeValue(
            name="f", assets=2e8, leverage=20, mix={"a": 1.0}, haircut=0.05, procyclical=procyclical
        )
        news = (News(day=1, move=-0.01), News(day=2, move=-0.01))
        quiet = [group(volatility=0.005)]
        return simulate(
            scene(fund, groups=quiet, indices=on_index(), days=4, news=news)
        ).prices.iloc[0]

    assert end(1.0) < end(0.0) < 0.99**2


@pytest.mark.feature("H26")
@pytest.mark.feature("I20")
def test_a_rescue_replaces_the_forced_sale_by_a_slow_one():
    def path(rescue_day: int):
        fund = RelativeValue(
            name="f", assets=2e10, leverage=25, mix={"a": 1.0}, haircut=0.04,
            rescue_day=rescue_day, rescue=4e9, run_off=0.05,
        )  # fmt: skip
        shock = (News(day=2, move=-0.02),)
        return simulate(scene(fund, days=6, rounds=2, news=shock, impact=Impact(half_life=1.0)))

    saved, left = path(1), path(0)
    assert saved.holders["outcome"].iloc[0] == "survived"
    assert left.holders["outcome"].iloc[0] in ("margin_called", "defaulted")
    assert saved.low["a"].min() > left.low["a"].min()


@pytest.mark.feature("H23")
@pytest.mark.feature("E06")
def test_a_value_at_risk_limit_sells_what_volatility_has_added():
    fund = VarFund(name="f", assets=1e3, leverage=1.0, mix={"a": 1.0})
    market = [group(volatility=0.012)]
    result = simulate(
        scene(fund, groups=market, indices=on_index(), days=2, news=(News(day=1, move=-0.045),))
    )
    # sigma 1.2 % -> 1.6027 % after -4.5 % (spec/derivatives 4.4): exposure over equity -25.13 %.
    assert result.leverage["f"].iloc[2] == pytest.approx(1 - 0.2513, abs=5e-5)


# --- formulas ------------------------------------------------------------------------------------


@pytest.mark.feature("H21")
@pytest.mark.feature("E01")
@pytest.mark.parametrize(
    ("multiple", "share"), [(2.0, 0.02), (3.0, 0.06), (-1.0, 0.02), (-2.0, 0.06)]
)
def test_a_leveraged_etf_sells_its_published_share_at_the_close(multiple: float, share: float):
    fund = LeveragedEtf(
        name="f", assets=abs(multiple) * 1e3, leverage=abs(multiple), mix={"a": np.sign(multiple)}
    )
    result = simulate(scene(fund, rounds=3, news=(News(day=1, move=-0.01),)))
    assert net_sales(result, "f")[1] == pytest.approx(share * 1e3, rel=1e-6)
    assert result.ledger["round"].unique().tolist() == [4]


@pytest.mark.feature("H22")
@pytest.mark.feature("E03")
@pytest.mark.feature("E04")
def test_long_gamma_damps_and_short_gamma_amplifies():
    def variance(gamma: float) -> float:
        dealer = OptionDealer(name="d", gamma=gamma, index="I", mix={"a": 1.0})
        shaken = scene(dealer, indices=on_index(), days=60, rounds=4, noise=Noise(common=0.01))
        return float(np.log(simulate(shaken, seed=5).index["I"]).diff().var())

    calm, plain, wild = variance(3e8), variance(0.0), variance(-3e8)
    assert calm < plain < wild


@pytest.mark.feature("H22")
@pytest.mark.feature("E03")
@pytest.mark.feature("E04")
def test_a_dealer_who_hedges_in_futures_moves_them_and_the_stocks_through_arbitrage():
    def variances(gamma: float, *others: Holder) -> tuple[float, float]:
        dealer = OptionDealer(name="d", gamma=gamma, index="I", hedge_in="futures")
        market = on_index(impact=0.1, daily_amount=1e10, premium_cap=None)
        shaken = scene(dealer, *others, indices=market, days=60, rounds=4, noise=Noise(common=0.01))
        result = simulate(shaken, seed=5)
        assert "d" not in set(result.ledger["participant"])
        quoted = result.index["I"] * (1 + result.basis["I"])
        return tuple(float(np.log(x).diff().var()) for x in (quoted, result.index["I"]))

    calm, plain, wild = (variances(g) for g in (2e8, 0.0, -2e8))
    assert calm[0] < plain[0] < wild[0]
    assert calm[1] == plain[1] == wild[1]
    desk = BasisArbitrageur(
        name="x", mix={"a": 1.0}, index="I", cost=0.0, borrow=0.0, speed=3e10, inventory=1e12
    )
    calm, plain, wild = (variances(g, desk) for g in (2e8, 0.0, -2e8))
    assert calm[1] < plain[1] < wild[1]


@pytest.mark.feature("E05")
def test_volatility_targeting_sells_after_a_move_in_either_direction():
    def sold(move: float) -> float:
        fund = VolControl(name="f", assets=1e3, mix={"a": 1.0}, target=0.02, pace=1.0, most=1.0)
        return net_sales(
            simulate(scene(fund, indices=on_index(), news=(News(day=1, move=move),))), "f"
        )[1]

    assert sold(-0.05) > sold(-0.03) > 0
    assert sold(0.05) > 0
    assert sold(0.0) == 0


@pytest.mark.feature("H08")
@pytest.mark.feature("G08")
@pytest.mark.feature("E09")
def test_an_issuer_buys_the_fall_and_sells_at_once_when_the_barrier_breaks():
    notes = [Layer(notional=1e9, knock_in=0.85, issued_at=1.1, sessions=100)]
    desk = SnowballIssuer(name="s", layers=notes, index="I", carry=0.06)
    news = tuple(News(day=d, move=-0.04) for d in (1, 2, 3, 4, 5))
    result = simulate(scene(desk, indices=on_index(), days=6, news=news))
    flow = result.futures.groupby("day")["flow"].sum()
    broken = int(np.argmax(result.index["I"].to_numpy() <= 850))
    assert (flow[flow.index < broken] > 0).all()
    assert flow[broken + 1] < 0 or flow[broken] < 0
    capped = SnowballIssuer(name="s", layers=notes, index="I", carry=0.06, delta_cap=1.0)
    calm = (
        simulate(scene(capped, indices=on_index(), days=6, news=news)).futures["flow"].abs().sum()
    )
    assert calm < 0.5 * flow.abs().sum()


# --- the other side ------------------------------------------------------------------------------


@pytest.mark.feature("H14")
@pytest.mark.feature("I03")
def test_market_makers_step_back_when_it_moves():
    sale = Levered(name="f", assets=2e9, leverage=5, limit=5.0, mix={"a": 1.0})
    shock = (News(day=1, move=-0.04),)
    ends = [
        simulate(scene(sale, MarketMaker(name="m", share=s, loss=0.1), news=shock)).prices.iloc[0]
        for s in (0.0, 0.4, 0.8)
    ]
    assert ends[0] > ends[1] > ends[2]
    alone = simulate(scene(sale, news=shock)).prices.iloc[0]
    assert ends[0] == alone


@pytest.mark.feature("H18")
def test_a_predator_raises_the_cost_of_the_seller_it_knows_of():
    victim = Levered(name="v", assets=5e9, leverage=4, limit=4.0, pace=0.3, mix={"a": 1.0})
    hunter = Predator(name="p", mix={"a": 1.0}, mirror=1.0, capacity=2e9, cover=0.1)
    fading = Impact(law="exponential", permanent=0.0, half_life=2.0)
    base = {"days": 4, "rounds": 4, "news": (News(day=1, move=-0.03),), "impact": fading}
    alone, hunted = simulate(scene(victim, **base)), simulate(scene(victim, hunter, **base))
    assert hunted.nav["v"].iloc[1] < alone.nav["v"].iloc[1]
    assert hunted.low["a"].min() < alone.low["a"].min()
    # It sells short first and has bought most of it back in the end.
    short = hunted.ledger.query("participant == 'p'")
    assert short["sold"].iloc[0] > 0
    assert short["bought"].sum() > 0.5 * short["sold"].sum()


@pytest.mark.feature("H19")
@pytest.mark.feature("I13")
def test_a_buyer_of_the_fall_earns_where_the_fall_was_temporary():
    forced = MutualFund(
        name="v", assets=2e10, mix={"a": 1.0}, redemption=Redemption(sensitivity=3.0, most=0.5)
    )
    buyer = DipBuyer(name="b", mix={"a": 1.0}, trigger=-0.15, budget=1e6, pace=0.5)
    base = {"days": 25, "rounds": 4, "news": FALL}
    law = {"law": "exponential"}
    back = simulate(
        scene(forced, buyer, **base, impact=Impact(permanent=0.0, half_life=1.0, **law))
    )
    gone = simulate(
        scene(forced, buyer, **base, impact=Impact(permanent=1.0, half_life=1e9, **law))
    )
    assert back.gain["b"].iloc[-1] > 0
    assert gone.gain["b"].iloc[-1] < back.gain["b"].iloc[-1]
    spent = back.ledger.query("participant == 'b'")["bought"].sum()
    assert 0 < spent <= 1e6 * 1.0001


@pytest.mark.feature("H09")
def test_the_state_spends_no_more_than_its_budget():
    buys = [Purchase(day=d, money=2e8, groups=["a"]) for d in (1, 2, 3)]
    state = StateBuyer(name="s", budget=5e8, purchases=buys)
    plain = simulate(scene(state, groups=[group("a"), group("b")], days=4, rounds=4))
    assert plain.ledger["bought"].sum() == pytest.approx(5e8, rel=0.01)
    assert (plain.ledger.groupby("day")["bought"].sum() < 2.05e8).all()
    assert plain.groups["b"].iloc[-1] == 1.0
    many = StateBuyer(name="s", count=4, budget=5e8, purchases=buys)
    shared = simulate(scene(many, groups=[group("a"), group("b")], days=4, rounds=4))
    assert shared.ledger["bought"].sum() == pytest.approx(plain.ledger["bought"].sum(), rel=1e-12)


@pytest.mark.feature("I05")
def test_pulling_up_one_group_draws_the_public_s_money_out_of_the_other():
    buys = [Purchase(day=d, money=2e8, groups=["a"]) for d in (1, 2)]
    state = StateBuyer(name="s", budget=4e8, purchases=buys)

    def run_with(elasticity: float):
        public = Rotator(name="p", assets=2e10, mix={"b": 1.0}, elasticity=elasticity, into=["a"])
        market = [group("a"), group("b")]
        return simulate(scene(state, public, groups=market, days=6, rounds=4))

    plain, drained, more = run_with(0.0), run_with(0.2), run_with(0.4)
    assert set(plain.ledger["participant"]) == {"s"}
    assert plain.groups["b"].iloc[-1] == 1.0
    assert more.groups["b"].iloc[-1] < drained.groups["b"].iloc[-1] < 1.0
    assert drained.groups["a"].iloc[-1] > plain.groups["a"].iloc[-1]
    # The state sold nothing; what the public bought is what it had sold the round before.
    sold = drained.ledger.groupby("participant")[["sold", "bought"]].sum()
    assert sold.at["s", "sold"] == 0
    assert sold.at["p", "sold"] > 1e6
    spent = drained.ledger.query("participant == 'p'")["bought"].sum()
    # Buying moves the price between order and fill, by a fraction of a per cent here.
    assert spent == pytest.approx(sold.at["p", "sold"], rel=5e-3)
    # When nobody is pulled up any more, nothing moves but the echo of its own last purchase.
    daily = drained.ledger.query("participant == 'p'").groupby("day")["sold"].sum()
    assert daily.reindex(range(1, 7), fill_value=0.0)[6] < 1e-3 * daily.sum()
    greedy = run_with(1e6)
    assert greedy.ledger.query("participant == 'p'")["sold"].sum() < 2e10


def test_a_rotator_that_moves_into_what_it_sells_is_refused():
    for wrong in ({"into": ["a"]}, {"into": []}, {"into": ["b"], "elasticity": -1.0}):
        with pytest.raises(ConfigError, match="mix"):
            Rotator(name="p", mix={"a": 1.0}, **({"elasticity": 1.0} | wrong))


def test_a_backed_group_is_as_deep_as_in_calm():
    from quantquake.cascade.scenario import Depth

    sale = Levered(name="f", assets=5e9, leverage=5, limit=5.0, mix={"a": 1.0})
    base = {"news": FALL, "depth": Depth(stress=10.0)}
    buy = [Purchase(day=1, money=1.0, groups=["a"])]
    backed = StateBuyer(name="s", mix={"a": 1.0}, budget=1.0, purchases=buy, backs=True)
    assert (
        simulate(scene(sale, backed, **base)).prices.iloc[0]
        > simulate(scene(sale, **base)).prices.iloc[0]
    )


@pytest.mark.feature("H20")
@pytest.mark.feature("I23")
def test_noise_pushes_both_ways_and_trend_makes_moves_follow_each_other():
    def returns(trend: float):
        crowd = NoiseTrader(name="n", count=5, mix={"a": 1.0}, size=3e8, trend=trend)
        return (
            np.log(simulate(scene(crowd, days=250, rounds=2), seed=1).groups["a"]).diff().dropna()
        )

    quiet, chased = returns(0.0), returns(3e10)
    assert abs(quiet.mean()) < 4 * quiet.std() / np.sqrt(len(quiet))
    assert chased.std() > 1.2 * quiet.std()


@pytest.mark.feature("H24")
def test_arbitrage_trades_only_outside_its_band():
    def futures(basis: float) -> float:
        desk = BasisArbitrageur(
            name="x", mix={"a": 1.0}, index="I", cost=0.004, borrow=0.03, speed=1e10, inventory=1e9
        )
        market = on_index(basis=basis, mean=basis, premium_cap=None)
        flow = simulate(scene(desk, indices=market)).futures["flow"]
        return float(flow.sum())

    assert futures(0.01) < 0
    assert futures(0.003) == futures(-0.033) == 0
    assert futures(-0.05) > 0


@pytest.mark.feature("H25")
def test_a_long_investor_takes_the_futures_where_the_discount_pays():
    fund = LongSubstitute(name="l", assets=1e9, mix={"a": 1.0}, index="I", wanted=0.01, speed=5.0)
    deep = simulate(scene(fund, indices=on_index(basis=-0.03, mean=-0.03)))
    flat = simulate(scene(fund, indices=on_index(basis=-0.005, mean=-0.005)))
    assert deep.futures["flow"].sum() == pytest.approx(5 * 0.02 * 1e9)
    assert net_sales(deep, "l")[1] > 0
    assert flat.futures.empty
    assert flat.ledger.empty


@pytest.mark.feature("I10")
def test_later_leavers_get_less():
    def received(turn: int) -> float:
        class_ = [
            IndexEnhanced(name=f"f{k}", assets=5e9, mix={"a": 1.0}, stop=0.7, unit_value=start)
            for k, start in enumerate((0.71, 0.74, 0.85))
        ]
        result = simulate(scene(*class_, days=6, rounds=2, news=(News(day=1, move=-0.02),)))
        sold = result.ledger.groupby("participant")["sold"].sum()
        return float(sold.get(f"f{turn}", np.nan))

    assert received(0) > received(1) > received(2) > 0


def test_everyone_registers_under_one_name_and_can_be_built_without_arguments_but_a_name():
    from quantquake.cascade.participants.base import kinds

    for name, cls in kinds().items():
        if not name.startswith("test_"):
            made = cls(name="x")
            assert isinstance(made, Holder)
            assert made.kind == name
    assert PLAIN.permanent == 1.0
