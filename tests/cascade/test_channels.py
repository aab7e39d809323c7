"""How a loss travels: each channel of the source with its ablation, and a number where there is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.cascade.small import PLAIN, group, scene

from quantquake.cascade.assets import Futures, Group, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.funds import MutualFund, Redemption, StyleTimer
from quantquake.cascade.participants.hedged import Levered, LongShort, RelativeValue, VarFund
from quantquake.cascade.participants.liquidity import DipBuyer, MarketMaker, NoiseTrader
from quantquake.cascade.participants.mechanical import LeveragedEtf, OptionDealer
from quantquake.cascade.scenario import Depth, News, Noise
from quantquake.cascade.simulation import run, simulate


def deep(name: str = "a", **other) -> Group:
    return group(name, daily_amount=1e18, cap=1e20, **other)


def index(**weights: float) -> tuple[Index, ...]:
    return (Index(name="I", weights=weights or {"a": 1.0}),)


# --- I03, I12: factors stop working, and only with a crowd in them --------------------------------

N, FACTORS = 90, 3


def factor_world(crowd: float, seed: int = 0):
    """Information coefficients of three factors on a day on which their holders must sell.

    Each kind of fund holds the top third by its own factor against the bottom third, at eight times
    its money; a market move of two per cent breaks their limits only through leverage.
    """
    rng = np.random.default_rng(seed)
    score = np.linalg.qr(rng.normal(size=(N, FACTORS)))[0]
    books = np.where(score > np.quantile(score, 2 / 3, axis=0), 1.0, 0.0)
    books -= np.where(score < np.quantile(score, 1 / 3, axis=0), 1.0, 0.0)
    people = [
        LongShort(name=f"f{k}", holdings=[(books[:, k] * crowd * 2e8).tolist()], leverage=8.0,
                  limit=7.99, target=4.0)
        for k in range(FACTORS)
    ] if crowd else [Holder(name="idle")]  # fmt: skip
    names = group("a", assets=N, daily_amount=N * 1e8, volatility=0.02)
    day = scene(*people, groups=[names], rounds=2, noise=Noise(own=0.5))
    moved = np.log(simulate(day, seed=seed).prices.to_numpy())
    return np.array([np.corrcoef(score[:, k], moved)[0, 1] for k in range(FACTORS)])


@pytest.mark.feature("I03")
@pytest.mark.feature("I12")
def test_every_factor_fails_the_more_of_the_market_is_in_it_and_none_without_a_crowd():
    seeds = range(12)
    none, some, many = (
        np.mean([factor_world(c, seed=s) for s in seeds], axis=0) for c in (0.0, 0.2, 1.0)
    )
    # Without a crowd the score says nothing: within four standard errors of zero.
    assert (np.abs(none) < 4 / np.sqrt(N * len(seeds))).all()
    error = 1 / np.sqrt(N * len(seeds) * FACTORS)
    assert some.mean() < none.mean() - 2 * error
    assert many.mean() < some.mean() - 2 * error
    assert (many < -0.15).all()  # all of them, whatever they are made of


# --- I04 .. I11: who sells what ------------------------------------------------------------------


@pytest.mark.feature("I11")
@pytest.mark.feature("M09")
@pytest.mark.parametrize("order", ["pro_rata", "small_first", "large_first"])
def test_the_order_of_sale_decides_whose_price_falls(order):
    # A fund of 2e9, half of it large companies, pays 20 % of 1.8e9: 3.6e8.
    leaving = Redemption(sensitivity=2.0, most=0.2)
    fund = MutualFund(name="f", assets=2e9, mix={"large": 0.5, "small": 0.5}, order=order,
                      redemption=leaving)  # fmt: skip
    result = simulate(
        scene(fund, groups=[deep("large"), deep("small")], days=2, news=(News(day=1, move=-0.1),))
    )
    paid = result.ledger.groupby("group")["sold"].sum()
    half = {"pro_rata": (1.8e8, 1.8e8), "small_first": (0, 3.6e8), "large_first": (3.6e8, 0)}
    got = tuple(paid.reindex(["large", "small"], fill_value=0.0))
    assert got == pytest.approx(half[order], rel=1e-9)
    thin = scene(fund, groups=[group("large", daily_amount=1e10), group("small")], days=2,
                 news=(News(day=1, move=-0.1),))  # fmt: skip
    fall = simulate(thin).groups.iloc[-1] / 0.9
    # The exponential law: log price - sigma x shares / daily amount; a share has fallen to 0.9.
    shares = np.array(half[order]) / 0.9
    expected = np.exp(-0.02 * shares / [1e10, 1e9])
    assert fall[["large", "small"]].to_numpy() == pytest.approx(expected, rel=2e-6)


# --- I14, I18: from one market to all ------------------------------------------------------------


@pytest.mark.feature("I14")
@pytest.mark.parametrize(("fall", "spills"), [(-0.0587, False), (-0.0590, True)])
def test_it_spills_to_the_rest_of_the_market_where_leverage_passes_the_limit(fall, spills):
    # Half the book in `a`, leverage 4: after f it is 4 (1 + f/2) / (1 + 2 f), 4.4 at f = -0.4 / 6.8.
    fund = Levered(name="f", assets=1e10, leverage=4.0, limit=4.4, mix={"a": 0.5, "rest": 0.5})
    result = simulate(
        scene(fund, groups=[group("a"), group("rest")], news=(News(day=1, move=fall, group="a"),))
    )
    assert (result.groups["rest"].iloc[1] < 1.0) == spills
    assert abs(-0.4 / 6.8 + 0.0588) < 5e-5


@pytest.mark.feature("I14")
def test_neutral_books_spill_through_risk_limits_to_those_who_hold_the_index():
    # Day 1: a neutral book must go, and the index hardly moves. Its volatility counts tomorrow: a
    # fund that holds the rest of the market at a risk limit sells it then, though nothing hit it.
    def rest(limits: bool):
        quant = Levered(name="q", assets=3e10, leverage=8, limit=7.0, mix={"a": 1.0})
        holder = VarFund(name="v", assets=2e9, mix={"rest": 1.0}, pace=1.0 if limits else 0.0)
        market = [group("a", volatility=0.01), group("rest", volatility=0.01)]
        both = index(a=1.0, rest=1.0)
        return simulate(scene(quant, holder, groups=market, indices=both, days=3)).groups["rest"]

    spilled = rest(True)
    assert spilled.iloc[1] == 1.0
    assert spilled.iloc[2] < 0.999
    assert (rest(False) == 1.0).all()


@pytest.mark.feature("I18")
def test_a_default_widens_the_spread_by_more_where_the_counterparties_have_gone():
    # News of a default moves the risky leg down and the safe one up. A fund long the spread at 25
    # times its money is called; dealers who carry most of the depth step back.
    def spread(dealers: float, leverage: float) -> pd.Series:
        fund = RelativeValue(
            name="f", assets=4e9, leverage=leverage, haircut=min(1 / leverage, 1.0),
            mix={"risky": 0.5, "safe": -0.5},
        )  # fmt: skip
        makers = MarketMaker(name="m", share=dealers, fear=1.0, loss=0.05)
        flight = (News(day=1, move=-0.015, group="risky"), News(day=1, move=0.01, group="safe"))
        market = [group("risky", volatility=0.01), group("safe", volatility=0.01)]
        both = index(risky=1.0, safe=1.0)
        result = simulate(
            scene(fund, makers, groups=market, indices=both, days=4, rounds=2, news=flight,
                  depth=Depth(stress=5.0))
        )  # fmt: skip
        return np.log(result.groups["safe"] / result.groups["risky"])

    news = float(np.log(1.01 / 0.985))
    assert spread(0.8, 0.5).iloc[-1] == pytest.approx(news, rel=1e-9)  # nobody has to sell
    there, gone = spread(0.0, 25.0), spread(0.8, 25.0)
    assert news < there.iloc[-1] < gone.iloc[-1]


# --- I15: a fixed pie and a shrinking one --------------------------------------------------------


@pytest.mark.feature("I15")
@pytest.mark.parametrize("moves", [(0.05, 0.05), (0.05, -0.05), (-0.05, -0.04)])
def test_among_themselves_traders_win_what_others_lose(moves):
    # One follows the day's return, one takes the other side of the same size: no net flow, so no
    # price is moved, and at every close one has won what the other has lost.
    follow = NoiseTrader(name="follow", mix={"a": 1.0}, trend=1e9)
    lean = NoiseTrader(name="lean", mix={"a": 1.0}, trend=-1e9)
    news = tuple(News(day=d, move=m) for d, m in enumerate(moves, 1))
    result = simulate(scene(follow, lean, days=3, rounds=2, news=news))
    assert result.groups["a"].iloc[-1] == pytest.approx((1 + moves[0]) * (1 + moves[1]), rel=1e-12)
    gain = result.gain
    assert gain["follow"].to_numpy() == pytest.approx(-gain["lean"].to_numpy(), abs=1e-3)
    # A move that goes on pays who follows it; one that turns pays who leans against it.
    assert np.sign(gain["follow"].iloc[-1]) == np.sign(moves[0] * moves[1])


@pytest.mark.feature("I15")
@pytest.mark.parametrize("law", ["linear", "exponential", "square_root"])
def test_when_money_leaves_the_pie_shrinks_by_what_its_leaving_costs(law):
    # A fund pays 20 % out; others only hold. All together they lose what the price falls on what is
    # still held, and half of the fall on what was sold at the middle: to the last coin.
    leaving = Redemption(sensitivity=10.0, most=0.2)
    fund = MutualFund(name="f", assets=2e9, mix={"a": 1.0}, redemption=leaving)
    others = MutualFund(name="o", assets=3e9, mix={"a": 1.0})
    news = (News(day=1, move=-0.05),)
    base = {"days": 2, "news": news, "impact": Impact(law=law, permanent=1.0, half_life=1e12)}
    engine = run(scene(fund, others, **base), seed=0, paths=[0])
    after, before = engine.state.book.price[0, 0], 0.95
    money = engine.record.sold.sum()
    shares = money / ((before + after) / 2)
    lost = (5e9 - shares) * (before - after) + shares * (before - after) / 2
    equity = engine.state.cash.sum() + (5e9 - shares) * after
    paid = 0.2 * 0.95 * 2e9
    assert 0.95 * 5e9 - equity == pytest.approx(lost + min(paid, money), rel=1e-9)
    assert lost > 0


# --- I23, I24: money that follows ----------------------------------------------------------------


@pytest.mark.feature("I23")
@pytest.mark.feature("H20")
def test_money_that_follows_returns_makes_styles_lead_and_then_lag():
    # Two styles, noise alone: their relative price is a random walk. With a crowd that moves into
    # whichever leads, and impact that fades, a lead is first stretched and then given back.
    def follow_up(chase: float) -> tuple[float, float]:
        crowd = StyleTimer(name="c", assets=6e9, mix={"a": 0.5, "b": 0.5}, chase=chase)
        law = Impact(law="exponential", permanent=0.0, half_life=3.0)
        wild = scene(crowd, groups=[group("a"), group("b")], days=1500, rounds=2, impact=law,
                     noise=Noise(own=0.5))  # fmt: skip
        path = simulate(wild, seed=1).groups
        lead = np.log(path["a"] / path["b"])
        week = lead.diff(5)
        after = week.shift(-5)
        return float(lead.diff().std()), float(week.corr(after))

    quiet, cycle = follow_up(0.0), follow_up(20.0)
    error = 1 / np.sqrt(1500 / 5)
    assert abs(quiet[1]) < 3 * error
    assert cycle[1] < quiet[1] - 4 * error
    assert cycle[0] > 1.2 * quiet[0]


@pytest.mark.feature("I24")
def test_the_more_money_in_a_trade_the_less_each_of_it_earns():
    # A mispricing of 10 % that is corrected on day 3. Money q buys q / 0.9 shares and moves the price
    # by sigma for each day's volume of them (exponential law, permanent), paid at the middle.
    def earned(size: float) -> float:
        crowd = DipBuyer(name="c", mix={"a": 1.0}, trigger=-0.05, budget=size, pace=1.0)
        news = (News(day=1, move=-0.1), News(day=3, move=1 / 0.9 - 1))
        result = simulate(scene(crowd, days=3, rounds=1, news=news))
        push = np.exp(0.02 * size / 0.9 / 1e9)
        shares, paid = size / 0.9, size * (1 + push) / 2
        assert result.gain["c"].iloc[-1] == pytest.approx(shares * push - paid, rel=1e-9)
        # Against what the price would have been without it: its own push is no return.
        return shares / paid - 1

    sizes = [1e5, 1e9, 5e9, 1e10]
    alpha = [earned(s) for s in sizes]
    assert alpha[0] == pytest.approx(1 / 0.9 - 1, rel=1e-4)
    assert alpha == sorted(alpha, reverse=True)
    assert alpha[-1] < 0.02


# --- I26: several rules on one day ---------------------------------------------------------------


def stack(*names: str, move: float = -0.02) -> float:
    """Log fall of the index over two days, beyond its news."""
    everyone = {
        "var": VarFund(name="var", assets=4e9, mix={"a": 1.0}),
        "etf": LeveragedEtf(name="etf", assets=3e9, leverage=3, mix={"a": 1.0}),
        "gamma": OptionDealer(name="gamma", gamma=-4e8, index="I", mix={"a": 1.0}),
    }
    people = [everyone[n] for n in names] or [Holder(name="idle")]
    calm = (Index(name="I", weights={"a": 1.0}, futures=Futures(impact=0.0)),)
    shock = (News(day=1, move=move),)
    result = simulate(scene(*people, groups=[group(volatility=0.01)], indices=calm, days=2,
                            rounds=2, news=shock))  # fmt: skip
    return float(np.log(result.groups["a"].iloc[-1] / (1 + move)))


@pytest.mark.feature("I26")
def test_rules_that_sell_on_one_day_amplify_it_and_one_another():
    alone = {n: stack(n) for n in ("var", "etf", "gamma")}
    together = stack("var", "etf", "gamma")
    assert stack() == pytest.approx(0.0, abs=1e-12)
    assert max(alone.values()) < 0
    # The amplification factor is above one, and the stack is more than its parts.
    news = np.log(0.98)
    assert (news + together) / news > 1.05
    assert together < 1.02 * sum(alone.values())
    # The fund's part in closed form: it sells L (L - 1) of its money per unit of return, at the close.
    money = 3 * 2 * 1e9 * 0.02
    day_one = -0.01 * money / 1e9
    assert alone["etf"] == pytest.approx(day_one, rel=0.1)


@pytest.mark.feature("I26")
def test_amplification_is_gone_without_impact():
    free = PLAIN.__class__(law="exponential", strength=0.0, permanent=1.0, half_life=1e12)
    fund = LeveragedEtf(name="etf", assets=3e9, leverage=3, mix={"a": 1.0})
    result = simulate(scene(fund, impact=free, days=2, news=(News(day=1, move=-0.02),)))
    assert result.groups["a"].iloc[-1] == pytest.approx(0.98, rel=1e-12)
    assert len(result.ledger)
