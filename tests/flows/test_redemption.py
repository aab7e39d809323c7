"""Redemptions: the curve, lock-ups, what is sold first, and who is left with what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.flows.redemption import (
    FlowPerformance,
    forced_source,
    lockup_calendar,
    redemption_book,
    waterfall,
)

MOVES = np.array([-0.20, -0.10, -0.05, 0.0, 0.05])


# --- the curve ----------------------------------------------------------------------------------


@pytest.mark.feature("E10", "H03")
@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_redemptions_are_convex_in_performance_and_never_fall_with_a_loss(power):
    curve = FlowPerformance(base=0.01, slope=0.3, power=power)
    rate = curve.rate(np.linspace(-0.6, 0.6, 241))
    assert (np.diff(rate) <= 1e-15).all()
    assert (np.diff(rate, 2) >= -1e-12).all()
    assert rate[-1] == pytest.approx(0.01)


@pytest.mark.feature("E10", "H03")
def test_the_rule_of_chen_goldstein_jiang_worked_by_hand():
    curve = FlowPerformance(base=0.01, slope=0.2, illiquidity=0.5, patience=0.1)
    assert curve.rate(-0.1) == pytest.approx(0.03)
    assert curve.rate(-0.1, illiquid=1.0) == pytest.approx(0.01 + 0.02 * 1.5)
    assert curve.rate(-0.1, institutional=1.0) == pytest.approx(0.01)
    assert curve.rate(-0.1, months=5.0) == pytest.approx(0.01 + 0.02 * 1.5)
    assert FlowPerformance(slope=50.0).rate(-0.5) == 1.0
    with pytest.raises(ConfigError, match="power of 1 or more"):
        FlowPerformance(slope=0.1, power=0.5)
    with pytest.raises(ConfigError, match="no redemption"):
        FlowPerformance(slope=-0.1)


# --- lock-ups -----------------------------------------------------------------------------------


@pytest.mark.feature("I16", "H03")
def test_lockups_of_three_years_end_in_the_month_three_years_on():
    vintages = pd.DataFrame(
        {
            "name": list("abcd"),
            "launch": ["2020-12-15", "2021-01-29", "2021-01-04", "2021-03-01"],
            "assets": [10.0, 20.0, 5.0, 7.0],
        }
    )
    calendar = lockup_calendar(vintages)
    assert list(calendar.index.strftime("%Y-%m")) == ["2023-12", "2024-01", "2024-02", "2024-03"]
    assert calendar["opens"].tolist() == [10.0, 25.0, 0.0, 7.0]
    assert calendar["open_so_far"].tolist() == [10.0, 35.0, 35.0, 42.0]
    assert calendar["funds"].tolist() == [1, 2, 0, 1]
    sooner = lockup_calendar(vintages, years=1.0)
    assert sooner.index[0] == pd.Timestamp("2021-12-31")
    own = lockup_calendar(vintages.assign(lockup_years=[3, 3, 3, 0.25]))
    assert own.loc["2021-06-30", "opens"] == 7.0


def test_vintages_that_cannot_be_used_are_listed():
    vintages = pd.DataFrame({"launch": ["2021-01-04", None, "x"], "assets": [1.0, 2.0, 3.0]})
    calendar = lockup_calendar(vintages)
    assert calendar["opens"].sum() == 1.0
    assert [r["row"] for r in calendar.attrs["refused"]] == [1, 2]
    with pytest.raises(DataError, match="none of the 1 rows"):
        lockup_calendar(vintages.iloc[1:2])


# --- funds by level -----------------------------------------------------------------------------

FUNDS = pd.DataFrame(
    {
        "name": ["mutual", "closed"],
        "assets": [1000.0, 500.0],
        "performance": [-0.10, -0.10],
        "cash": [0.02, 0.0],
        "equity_share": [0.90, 1.0],
        "lockup_end": [None, "2024-06-30"],
    }
)


@pytest.mark.feature("E10", "E11", "H03")
def test_supply_of_one_fund_worked_by_hand():
    book = redemption_book(FUNDS, "2024-01-31")
    assert book.funds["open"].tolist() == [True, False]
    curve = FlowPerformance(slope=0.5)
    source = forced_source(book, [-0.10, 0.0], curve=curve)
    # No move: 5 % of 1000 asked, 20 in cash, 30 sold. A fall of 10 %: assets 910, performance
    # 0.9 x 0.91 - 1 = -18.1 %, asked 0.0905 x 910, less 20.
    assert source.flow.tolist() == pytest.approx([-(0.5 * 0.181 * 910 - 20), -30.0])
    assert source.low.tolist() == source.flow.tolist()
    assert source.origin.coverage["locked up"] == "1 left out"
    quarter = redemption_book(FUNDS, "2024-01-31", horizon=6.0)
    assert quarter.funds["open"].tolist() == [True, True]
    asked = 1 - 0.95**6
    sold = forced_source(quarter, [0.0], curve=curve).flow[0]
    assert sold == pytest.approx(-(1000 * asked - 20 + 500 * asked))


@pytest.mark.feature("E10")
def test_without_a_slope_there_is_a_range_only():
    source = forced_source(redemption_book(FUNDS.iloc[:1]), MOVES)
    assert np.isnan(source.flow).all()
    assert (source.high == 0.0).all()
    # The most: 0.1 x 28 % of loss on 820, less 20 of cash; at -10 % the cash is enough.
    loss = 1 - 0.9 * 0.82
    assert source.low.tolist() == pytest.approx([-(0.1 * loss * 820 - 20), 0.0, 0.0, 0.0, 0.0])
    assert "prior" in " ".join(source.origin.assumptions)
    named = forced_source(
        redemption_book(FUNDS.iloc[:1]), MOVES, curve=FlowPerformance(slope=0.3),
        curves=(FlowPerformance(slope=0.2), FlowPerformance(slope=0.4)),
    )  # fmt: skip
    assert (named.low[:3] < named.flow[:3]).all()
    assert (named.flow[:3] < named.high[:3]).all()


def test_nobody_sells_more_stocks_than_there_are():
    book = redemption_book(FUNDS.iloc[:1])
    source = forced_source(book, MOVES, curve=FlowPerformance(slope=100.0))
    assert source.flow.tolist() == pytest.approx((-900.0 * (1 + MOVES)).tolist())


def test_bad_funds_are_listed_and_lock_ups_need_a_day():
    rows = pd.DataFrame(
        {
            "name": list("abcde"),
            "assets": [10.0, 0.0, 10.0, 10.0, 10.0],
            "performance": [-0.1, -0.1, None, -0.1, -0.1],
            "cash": [0.0, 0.0, 0.0, 0.5, 0.0],
            "equity_share": [1.0, 1.0, 1.0, 0.8, 1.5],
        }
    )
    book = redemption_book(rows)
    assert book.funds["name"].tolist() == ["a"]
    assert book.refused["row"].tolist() == [1, 2, 3, 4]
    source = forced_source(book, [-0.1, 0.0], curve=FlowPerformance(slope=0.0))
    assert source.low.tolist() == pytest.approx([-27.0, 0.0])
    with pytest.raises(ConfigError, match="`on` is not given"):
        redemption_book(FUNDS)
    with pytest.raises(ConfigError, match="look ahead"):
        redemption_book(FUNDS, "2024-01-31", horizon=0.0)


# --- what is sold first -------------------------------------------------------------------------

HOLDINGS = pd.DataFrame(
    {
        "value": [600.0, 300.0, 100.0],
        "daily_amount": [6000.0, 300.0, 20.0],
        "market_cap": [2e11, 5e9, 1e9],
        "volatility": [0.015, 0.025, 0.035],
    },
    index=["big", "mid", "tiny"],
)


@pytest.mark.feature("M09", "I11")
def test_the_three_orders_worked_by_hand():
    def sold(order: str) -> list[float]:
        return waterfall(HOLDINGS, 250.0, order=order, cash=50.0).positions["sold"].tolist()

    assert sold("liquid_first") == pytest.approx([200.0, 0.0, 0.0])
    assert sold("small_first") == pytest.approx([0.0, 100.0, 100.0])  # 弃小保大
    share = 250 / 1050
    assert sold("pro_rata") == pytest.approx([600 * share, 300 * share, 100 * share])


@pytest.mark.feature("I10", "M09")
def test_whoever_leaves_first_is_paid_with_the_liquid_part():
    first = waterfall(HOLDINGS, 250.0, cash=50.0)
    even = waterfall(HOLDINGS, 250.0, order="pro_rata", cash=50.0)
    small = waterfall(HOLDINGS, 250.0, order="small_first", cash=50.0)
    assert first.first_mover_gap > even.first_mover_gap > small.first_mover_gap
    assert first.first_mover_gap > 0 > small.first_mover_gap
    # By hand: the leaver sells 200 of big: 2/3 x 0.015 x sqrt(200/6000) x 200 over 250.
    assert first.cost_leaving == pytest.approx(2 / 3 * 0.015 * (200 / 6000) ** 0.5 * 200 / 250)
    double = waterfall(HOLDINGS, 250.0, cash=50.0, impact=2.0)
    assert double.cost_leaving == pytest.approx(2 * first.cost_leaving)
    # The book that stays takes as long as before on less money; slower buyers need longer.
    assert small.days_after < first.days_after
    slow = waterfall(HOLDINGS, 250.0, cash=50.0, participation=0.05)
    assert slow.days_before == pytest.approx(2 * first.days_before)


@pytest.mark.feature("M09")
def test_a_fund_that_cannot_pay_says_how_much_is_missing():
    found = waterfall(HOLDINGS, 1500.0, cash=50.0)
    assert found.positions["left"].tolist() == [0.0, 0.0, 0.0]
    assert found.shortfall == pytest.approx(450.0)
    nothing = waterfall(HOLDINGS, 0.0, cash=50.0)
    assert nothing.positions["sold"].sum() == nothing.paid_in_cash == nothing.shortfall == 0.0
    assert np.isnan(nothing.cost_leaving)


def test_without_volatility_costs_are_unknown_and_days_are_not():
    found = waterfall(HOLDINGS.drop(columns="volatility"), 250.0)
    assert np.isnan(found.first_mover_gap)
    assert found.days_before > 0


@pytest.mark.parametrize(
    ("holdings", "options", "error", "said"),
    [
        (HOLDINGS, {"order": "best_first"}, ConfigError, "'best_first' is unknown"),
        (HOLDINGS, {"cash": -1.0}, ConfigError, "0 or more"),
        (HOLDINGS, {"participation": 0.0}, ConfigError, "0 or more"),
        (HOLDINGS.drop(columns="market_cap"), {"order": "small_first"}, DataError, "market_cap"),
        (HOLDINGS.drop(columns="daily_amount"), {}, DataError, "daily_amount"),
        (HOLDINGS.assign(value=[-1.0, 1.0, 1.0]), {}, DataError, "first 'big'"),
        (HOLDINGS.assign(market_cap=np.nan), {"order": "small_first"}, DataError, "company size"),
        (HOLDINGS.set_axis(["a", "a", "b"]), {}, DataError, "1 repeated symbols"),
        (HOLDINGS.iloc[:0], {}, DataError, "0 rows"),
    ],
)
def test_holdings_that_cannot_be_queued_are_refused(holdings, options, error, said):
    with pytest.raises(error, match=said):
        waterfall(holdings, 100.0, **options)
    with pytest.raises(ConfigError, match="0 or more"):
        waterfall(HOLDINGS, -5.0)
