"""The order of events: what a path shows, when it shows it, and nothing that did not happen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.cascade.small import PLAIN, group, scene

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.days import session_dates
from quantquake.cascade.events import KINDS, events
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.funds import MutualFund, Redemption
from quantquake.cascade.participants.hedged import Dma
from quantquake.cascade.participants.liquidity import DipBuyer
from quantquake.cascade.participants.notes import Layer, SnowballIssuer
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import News
from quantquake.cascade.scenario_file import library, load
from quantquake.cascade.simulation import simulate

#: So deep a market that selling moves nothing: what happens follows from the news alone.
DEEP = group(daily_amount=1e18, cap=1e20)
MARKET = Index(name="i", weights={"a": 1.0}, level=1000, futures=Futures(daily_amount=1e18))


def told(*people, **changes) -> pd.DataFrame:
    """Events of a small scenario in a market too deep to be moved."""
    fields = {"days": 4, "rounds": 2, "groups": [DEEP], "indices": (MARKET,)} | changes
    scenario = scene(*people, **fields)
    return events(simulate(scenario), scenario)


def only(table: pd.DataFrame, kind: str) -> pd.Series:
    (row,) = [row for _, row in table[table["kind"] == kind].iterrows()]
    return row


@pytest.mark.feature("M04")
@pytest.mark.parametrize(("fall", "called"), [(-0.029, True), (-0.028, False)])
def test_a_margin_call_comes_where_algebra_puts_it(fall, called):
    # Leverage 4 after a fall f is 4 (1 + f) / (1 + 4 f): it passes 4.4 at f = -0.4 / 13.6 = -2.94 %
    # of the price; news is a log move of log1p, so the price falls by exactly f.
    limit = 4 * (1 - 0.0285) / (1 - 4 * 0.0285)
    fund = Dma(name="d", count=3, assets=3e9, leverage=4, limit=limit, target=4, mix={"a": 1.0})
    table = told(fund, news=(News(day=2, move=fall),))
    assert (table["kind"] == "margin_call").any() == called
    if called:
        row = only(table, "margin_call")
        assert (row["day"], row["round"], row["who"], row["size"], row["nth"]) == (2, 1, "d", 3, 1)


@pytest.mark.feature("H11")
@pytest.mark.feature("I09")
def test_a_stop_is_struck_at_the_close_and_sold_on_the_next_day():
    fund = MutualFund(name="f", count=2, assets=2e9, leverage=1.0, mix={"a": 1.0}, stop=0.9)
    table = told(fund, news=(News(day=2, move=-0.11),))
    row = only(table, "stop")
    assert (row["day"], row["round"], row["size"]) == (2, 3, 2)
    assert only(table, "largest_seller")["day"] == 3
    assert only(table, "largest_seller")["size"] == pytest.approx(2e9 * 0.89, rel=1e-9)


@pytest.mark.feature("H08")
def test_a_layer_knocks_in_on_the_first_close_at_its_barrier():
    layers = [Layer(notional=1e9, knock_in=0.95), Layer(notional=2e9, knock_in=0.95),
              Layer(notional=4e9, knock_in=0.80)]  # fmt: skip
    issuer = SnowballIssuer(name="s", index="i", layers=layers)
    table = told(issuer, news=(News(day=2, move=-0.04), News(day=3, move=-0.02)))
    row = only(table, "knock_in")  # 0.96, then 0.9408: both layers at 0.95, not the third
    assert (row["day"], row["round"], row["size"]) == (3, 3, 3e9)


@pytest.mark.feature("H13")
def test_orders_and_news_are_told_on_their_days_and_never_after_the_end():
    rule = Rule(who="f", what="net_sell", first=2, last=3)
    late = Rule(who="f", what="sell", first=9, label="never in force")
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0})
    news = (News(day=1, move=-0.01, label="x"), News(day=9, move=-0.1))
    table = told(fund, rules=(rule, late), news=news)
    dated = table[table["kind"].isin(["news", "rule", "rule_ends"])]
    assert [(r.day, r.round, r.kind, r.label) for r in dated.itertuples()] == [
        (1, 0, "news", "x"), (2, 0, "rule", "net_sell"), (4, 0, "rule_ends", "net_sell"),
    ]  # fmt: skip


def test_redemptions_that_cannot_be_paid_are_told():
    fund = MutualFund(
        name="f", assets=1e9, mix={"a": 1.0},
        redemption=Redemption(sensitivity=1.0, most=0.5),
    )  # fmt: skip
    ban = Rule(who="f", what="sell", cap=0.0)
    table = told(fund, rules=(ban,), news=(News(day=1, move=-0.2),))
    assert only(table, "gate")["day"] == 2


def test_buyers_on_a_budget_are_told_on_their_first_day():
    buyer = DipBuyer(name="b", mix={"a": 1.0}, trigger=-0.05, budget=1e8, pace=0.1)
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0})
    table = told(fund, buyer, news=(News(day=2, move=-0.1),))
    row = only(table, "buys")
    assert (row["day"], row["who"]) == (2, "b")
    assert row["size"] == pytest.approx(2e7)  # a tenth of the budget in each of two rounds


def test_no_shock_no_event():
    fund = Dma(name="d", count=3, assets=3e9, leverage=4, limit=4.4, target=4, mix={"a": 1.0})
    assert told(fund).empty


def test_a_market_that_closes_is_the_last_thing_told():
    fund = Dma(name="d", count=3, assets=3e13, leverage=6, limit=6.1, target=3, mix={"a": 1.0})
    steep = Impact(law="linear", strength=50.0, permanent=1.0)
    scenario = scene(
        fund, groups=[group(daily_amount=1e8)], indices=(MARKET,), impact=steep, days=6, rounds=3,
        news=(News(day=2, move=-0.05), News(day=5, move=-0.5)), close_below=0.02,
    )  # fmt: skip
    table = events(simulate(scenario), scenario)
    last = table.iloc[-1]
    assert (last["kind"], last["day"]) == ("closed", 2)
    assert 0 <= last["size"] < 0.02


def test_a_group_at_its_limit_all_day_is_told():
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0})
    table = told(fund, groups=[group(limit=0.1)], impact=PLAIN, news=(News(day=2, move=-0.3),),
                 days=6)  # fmt: skip
    # A fall of 30 % takes three days at 10 % a day: 0.9, 0.81, 0.729; the fourth is free.
    locked = table[table["kind"] == "limit_down"]
    assert locked["day"].tolist() == [2, 3, 4]
    assert locked["size"].tolist() == pytest.approx([-0.1] * 3)


@pytest.mark.parametrize("name", sorted(library()))
def test_largest_sellers_are_those_of_the_ledger(name):
    scenario = load(name)
    result = simulate(scenario)
    table = events(result, scenario)
    told_of = table[table["kind"] == "largest_seller"].set_index("day")
    sold = result.ledger.pivot_table(
        index="day", columns="participant", values="sold", aggfunc="sum", sort=False
    )
    for day, row in told_of.iterrows():
        assert row["size"] == sold.loc[day].max()
        assert sold.loc[day, row["who"]] == row["size"]


@pytest.mark.parametrize("name", sorted(library()))
def test_the_table_is_in_order_and_counts_its_firsts(name):
    scenario = load(name)
    table = events(simulate(scenario), scenario)
    moments = list(zip(table["day"], table["round"], strict=True))
    assert moments == sorted(moments)
    assert set(table["kind"]) <= set(KINDS)
    assert table["day"].between(1, scenario.days).all()
    firsts = table[table["nth"] == 1]
    assert not firsts.duplicated(["kind", "who"]).any()
    assert len(firsts) == len(table.drop_duplicates(["kind", "who"]))


def test_holders_turn_as_often_as_they_end():
    scenario = load("cn-2024-02")
    result = simulate(scenario)
    holders = result.holders.dropna(subset="outcome")
    assert set(holders["participant"]) == set(result.funded)
    ends = holders[holders["outcome"] != "survived"]
    last = result.turns.drop_duplicates(["participant", "holder"], keep="last")
    pair = ["participant", "holder", "outcome"]
    got = last[pair].sort_values(pair).reset_index(drop=True)
    assert got.equals(ends[pair].sort_values(pair).reset_index(drop=True))
    left = result.holding_on().iloc[-1].dropna()
    gone = holders["outcome"].isin(["stopped", "defaulted"])
    share = 1 - gone.groupby(holders["participant"]).mean()
    assert left.to_dict() == pytest.approx(share.to_dict())


def test_days_have_the_dates_of_their_exchange():
    chinese = load("cn-2024-02")
    dates = session_dates(chinese)
    # 2 January to 8 February 2024: 28 sessions, the last before the Spring Festival.
    assert (str(dates[0].date()), str(dates[-1].date())) == ("2024-01-02", "2024-02-08")
    american = session_dates(load("us-2007-08"))
    assert [f"{d:%m-%d}" for d in american] == [
        "08-06",
        "08-07",
        "08-08",
        "08-09",
        "08-10",
        "08-13",
    ]
    assert session_dates(load("margin-spiral")) is None
    table = events(simulate(chinese), chinese)
    assert (table["date"] == dates[table["day"] - 1]).all()
    assert events(simulate(load("margin-spiral")), load("margin-spiral"))["date"].isna().all()


def test_days_past_the_calendar_or_of_no_exchange_are_weekdays():
    far = load("margin-spiral").but(start=pd.Timestamp("2099-01-01"))
    other = load("margin-spiral").but(start=pd.Timestamp("2024-02-08"), currency="EUR")
    for scenario in (far, other):
        dates = session_dates(scenario)
        assert len(dates) == scenario.days
        assert (dates.day_of_week < 5).all()
    assert np.all(session_dates(other)[:3].day == [8, 9, 12])
