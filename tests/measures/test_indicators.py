"""The ten indicators, each against arithmetic done by hand or by another road."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from crowding_standins import StandInBasket, StandInMarket, panel, sessions

from quantquake.errors import ConfigError, DataError
from quantquake.measures.crowding import (
    COLUMNS,
    IndicatorParams,
    ScoreRules,
    indicators,
    score,
)
from quantquake.measures.crowding.benchmark import (
    basket_return,
    benchmark_return,
    equal_weight_return,
)
from quantquake.measures.crowding.valuation import percentile_windows, yield_from_multiple

QUICK = IndicatorParams(seasoning=1)
NAN = np.nan


def walk(n: int = 60, *, seed: int = 0, symbols=("A", "B", "C")) -> pd.DataFrame:
    steps = np.random.default_rng(seed).normal(0, 0.02, size=(n, len(symbols)))
    return panel(100 * np.exp(np.cumsum(steps, axis=0)), symbols)


@pytest.mark.feature("A04")
def test_excess_volatility_of_a_21_day_fixture():
    # Basket = A, market = A and B. B stands still, A alternates +1 % / 0 %:
    # excess = r_A - (r_A + 0) / 2 = r_A / 2, ten times 0.005 and ten times 0.
    close = [100.0]
    for day in range(20):
        close.append(close[-1] * (1.01 if day % 2 else 1.0))
    market = StandInMarket(close=panel(np.column_stack([close, np.full(21, 50.0)]), "AB"))
    got = indicators(market, StandInBasket(members=["A"]), params=QUICK)["excess_vol"]
    by_hand = 0.0025 * np.sqrt(20 / 19) * np.sqrt(250)  # sample deviation of a two-point series
    assert got.iloc[-1] == pytest.approx(by_hand, rel=1e-12)
    assert got.iloc[:-1].isna().all(), "20 returns need 21 closes"


@pytest.mark.feature("A04")
def test_the_benchmark_leaves_out_suspended_and_new_names():
    close = panel([[10, 20, NAN], [11, 20, NAN], [11, NAN, 5], [22, NAN, 10], [22, 30, 10]])
    market = StandInMarket(close=close)
    got = equal_weight_return(market, seasoning=1)
    # Day 4: A doubles, B suspended, C doubles. Day 5: A and C still, B comes back: no return.
    assert got.tolist()[1:] == pytest.approx([0.05, 0.0, 1.0, 0.0])
    seasoned = equal_weight_return(market, seasoning=3)
    # C has its third close only on day 5, so day 4 is A alone; before day 3 nobody is seasoned.
    assert seasoned.isna().tolist() == [True, True, False, False, False]
    assert seasoned.iloc[3] == 1.0


def test_a_published_index_can_stand_for_the_market():
    market = StandInMarket(close=walk(3), index_close=panel([[10], [11], [22]], ["000985.CSI"]))
    assert benchmark_return(market, symbol="000985.CSI").tolist()[1:] == pytest.approx([0.1, 1.0])
    with pytest.raises(DataError, match="not a column of `index_close`"):
        benchmark_return(market, symbol="000300.SH")


def test_members_earn_from_the_day_after_they_join():
    close = panel([[10, 10], [20, 10], [20, 15], [20, 30]], "AB")
    held = panel([[1, 0], [1, 0], [0, 1], [0, 1]], "AB").astype(bool)
    got = basket_return(StandInMarket(close=close), StandInBasket(members=held))
    # On day 3 B joins at the close: A's return counts that day, B's +50 % does not.
    assert got.tolist()[1:] == pytest.approx([1.0, 0.0, 1.0])


def test_given_weights_are_shared_among_the_observed():
    close = panel([[10, 10, 10], [11, 12, 10], [NAN, 12, 20]])
    basket = StandInBasket(members=["A", "B", "C"], weights={"A": 2, "B": 1, "C": 1})
    got = basket_return(StandInMarket(close=close), basket)
    assert got.tolist()[1:] == pytest.approx([0.5 * 0.1 + 0.25 * 0.2, 0.5])


def test_the_published_index_comes_before_the_members_and_one_of_them_must_exist():
    market = StandInMarket(close=walk(3), index_close=panel([[10], [11], [22]], ["I"]))
    got = basket_return(market, StandInBasket(members=["A"], index="I"))
    assert got.tolist()[1:] == pytest.approx([0.1, 1.0])
    with pytest.raises(DataError, match="no price to score"):
        basket_return(market, StandInBasket(index="J"))


@pytest.mark.feature("A06")
def test_momentum_is_the_past_years_return():
    params = IndicatorParams(year=3, seasoning=1)
    level = panel([[100], [80], [90], [120], [60]], ["I"])
    market = StandInMarket(close=walk(5), index_close=level)
    got = indicators(market, StandInBasket(index="I"), params=params)["momentum"]
    assert got.tolist()[3:] == pytest.approx([0.2, -0.25])
    assert got.iloc[:3].isna().all()
    stock = StandInMarket(close=panel(np.column_stack([level, level]), "AB"))
    same = indicators(stock, StandInBasket(members=["A"]), params=params)["momentum"]
    assert same.tolist()[3:] == pytest.approx([0.2, -0.25])


@pytest.mark.feature("A05", "A06")
def test_a_rebound_fires_volatility_but_not_momentum():
    # 700 quiet days, then a V in 20 days: ten at -4 %, ten at +2 %, half of the fall regained.
    rng = np.random.default_rng(2)
    market_steps = rng.normal(0, 0.005, 720)
    own = market_steps + rng.normal(0, 0.004, 720) - 0.0005
    own[700:710] -= 0.04
    own[710:] += 0.02
    close = panel(np.exp(np.cumsum(np.column_stack([own, market_steps]), axis=0)), ["V", "M"])
    market = StandInMarket(close=close, index_close=close)
    table = indicators(market, StandInBasket(index="V"), params=IndicatorParams(benchmark="M"))
    got = score(table)
    assert got.flags["excess_vol"].iloc[-1]
    assert not got.flags["momentum"].iloc[-1]
    assert got.state().direction == "after_fall"
    assert "comes after a fall" in got.explain()
    assert "下跌之后" in got.explain(lang="zh")


@pytest.mark.feature("A07", "A08")
def test_amount_is_the_sum_of_the_parts_and_share_its_part_of_the_market():
    amount = panel([[1, 2, 4], [NAN, 2, 4], [NAN, NAN, 4], [0, 0, 4]])
    market = StandInMarket(close=walk(4), amount=amount)
    got = indicators(market, StandInBasket(members=["A", "B"]), params=QUICK)
    assert got["amount"].tolist()[:2] == [3, 2]
    assert np.isnan(got["amount"].iloc[2]), "nobody observed is not zero"
    assert got["amount"].iloc[3] == 0.0, "zero volume observed is zero"
    assert got["share"].tolist()[:2] == pytest.approx([3 / 7, 2 / 6])
    parts = [indicators(market, StandInBasket(members=[s]), params=QUICK) for s in "ABC"]
    whole = indicators(market, StandInBasket(members=list("ABC")), params=QUICK)
    assert sum(p["amount"].fillna(0) for p in parts).tolist() == whole["amount"].tolist()
    assert whole["share"].tolist() == [1.0] * 4
    dead = StandInMarket(close=walk(4), amount=amount * 0)
    assert indicators(dead, StandInBasket(members=["C"]), params=QUICK)["share"].isna().all()


@pytest.mark.feature("A08")
def test_a_share_above_one_is_a_unit_error():
    amount = panel([[1.0, 2.0, 4.0]] * 3)
    market = StandInMarket(close=walk(3), amount=amount, market_amount=amount["A"] / 10)
    with pytest.raises(DataError, match="currency unit"):
        indicators(market, StandInBasket(members=["B"]), params=QUICK)


def test_share_of_an_index_without_stocks():
    close = panel([[10, 20], [11, 21], [12, 22]], ["I", "ALL"])
    amount = panel([[1, 4], [2, 4], [NAN, 4]], ["I", "ALL"])
    market = StandInMarket(close=close, index_close=close, index_amount=amount)
    got = indicators(market, StandInBasket(index="I"), params=IndicatorParams(benchmark="ALL"))
    assert got["share"].tolist()[:2] == [0.25, 0.5]
    assert np.isnan(got["share"].iloc[2])
    assert "market amount = amount of ALL" in got.attrs["assumptions"]


@pytest.mark.feature("A10")
def test_turnover_is_volume_over_float_shares_by_three_roads():
    # A: 100 of 1,000 float shares at 5; B: 300 of 1,500 at 20; C is no member.
    volume = panel([[100, 300, 7]] * 3)
    turnover = panel([[0.1, 0.2, 0.7]] * 3)
    close = panel([[5, 20, 1]] * 3)
    basket = StandInBasket(members=["A", "B"])
    by_shares = StandInMarket(close=close, volume=volume, turnover=turnover)
    got = indicators(by_shares, basket, params=QUICK)["turnover"]
    assert got.tolist() == pytest.approx([400 / 2500] * 3)
    cap = close * panel([[1000, 1500, 10]] * 3)
    by_value = StandInMarket(close=close, amount=close * volume, float_cap=cap)
    got = indicators(by_value, basket, params=QUICK)["turnover"]
    assert got.tolist() == pytest.approx([6500 / 35000] * 3)
    plain = StandInMarket(close=close, turnover=turnover)
    assert indicators(plain, basket, params=QUICK)["turnover"].tolist() == pytest.approx([0.15] * 3)


@pytest.mark.feature("A10")
def test_an_untraded_name_keeps_its_float_and_a_suspended_one_drops_out():
    volume = panel([[100, 300], [100, 0], [100, NAN]], "AB")
    turnover = panel([[0.1, 0.2], [0.1, 0.0], [0.1, NAN]], "AB")
    market = StandInMarket(close=walk(3, symbols="AB"), volume=volume, turnover=turnover)
    got = indicators(market, StandInBasket(members=["A", "B"]), params=QUICK)["turnover"]
    assert got.tolist() == pytest.approx([400 / 2500, 100 / 2500, 100 / 1000])


@pytest.mark.feature("A13")
def test_yields_are_sums_over_sums_with_losses_kept():
    # Earnings 5, -3, 2 on caps 100, 50, 10: sum 4 of 160.
    cap = panel([[100, 50, 10], [100, 50, 10], [NAN, 50, 10]])
    ep = panel([[0.05, -0.06, 0.2], [0.05, NAN, 0.2], [0.05, -0.06, 0.2]])
    market = StandInMarket(close=walk(3), market_cap=cap, earnings_yield=ep, book_yield=ep)
    basket = StandInBasket(members=["A", "B", "C"])
    got = indicators(market, basket, params=QUICK)
    assert got["ep"].tolist() == pytest.approx([4 / 160, 7 / 110, -1 / 60])
    assert got["bp"].tolist() == got["ep"].tolist()
    notes = got.attrs["notes"]
    assert "1 of 3 members with negative book, kept in the sum" in notes
    assert "1 of 3 members with a loss, kept in the sum" in notes
    plain = dataclasses.replace(market, market_cap=None)
    assert indicators(plain, basket, params=QUICK)["ep"].iloc[0] == pytest.approx(0.19 / 3)


@pytest.mark.feature("A13")
def test_price_up_moves_the_yield_percentile_down():
    n = 260
    up = np.exp(np.linspace(0, 1, n))
    market = StandInMarket(
        close=panel(np.column_stack([up, up]), "AB"),
        earnings_yield=panel(np.column_stack([5 / up, 5 / up]), "AB"),
    )
    got = score(indicators(market, StandInBasket(members=["A"]), params=QUICK))
    assert got.percentiles["ep"].iloc[-1] == 1 / 250
    assert got.flags["ep"].iloc[-1]
    assert got.crowdedness["ep"].iloc[-1] == 1.0
    down = dataclasses.replace(
        market, earnings_yield=market.earnings_yield.iloc[::-1].set_axis(market.close.index)
    )
    other = score(indicators(down, StandInBasket(members=["A"]), params=QUICK))
    assert other.percentiles["ep"].iloc[-1] == 1.0
    assert not other.flags["ep"].any()


def test_multiples_become_yields_without_infinities():
    got = yield_from_multiple(pd.Series([10.0, -20.0, 0.0, NAN]))
    assert got.tolist()[:2] == [0.1, -0.05]
    assert got.iloc[2:].isna().all()


@pytest.mark.feature("A15")
def test_a_basket_reweighted_by_yield_is_dear_against_one_year_and_not_against_five():
    # 20 stocks rise 15 % a year on flat earnings. The dividend basket sells what became dear and
    # moves into fresh names at a 6 % yield every 250 days; the other one holds what it has.
    n, year = 1400, 250
    days = np.arange(n)
    rise = 1.15 ** (1 / year)
    held = 0.06 / rise**days
    rebalanced = 0.06 / rise ** (days % year)
    index = sessions(n)
    both = [percentile_windows(pd.Series(ep, index=index)) for ep in (held, rebalanced)]
    late = 5 * year + np.arange(100, 148)  # mid-cycle days with full windows in both
    hold, again = (frame.iloc[late] for frame in both)
    assert list(again.columns) == [250, 1250]
    assert (hold[1250] <= 0.05).all(), "held still, it only ever becomes dearer"
    assert (again[1250] > 0.3).all(), "re-weighting damps the long-run reading"
    end_of_cycle = both[1].iloc[[5 * year - 1]]
    assert (end_of_cycle[250] <= 0.05).all(), "against one year it still rings"


@pytest.mark.feature("A12")
def test_capital_structure_is_absent_unless_supplied():
    n = 300
    rng = np.random.default_rng(0)
    hf = panel(rng.uniform(0.2, 0.4, size=(n, 3)))
    market = StandInMarket(close=walk(n), hf_crowding=hf)
    basket = StandInBasket(members=["A", "B"])
    base = indicators(market, basket, params=QUICK)
    assert base["capital_structure_volatility"].isna().all()
    # Without amounts the members' intraday statistic is averaged plainly.
    assert base["hf_crowding"].tolist() == hf[["A", "B"]].mean(axis=1).tolist()
    ours = indicators(
        market, basket, params=IndicatorParams(seasoning=1, capital_structure="hf_std")
    )
    twin = hf[["A", "B"]].mean(axis=1).rolling(20).std()
    assert ours["capital_structure_volatility"].iloc[20:].tolist() == pytest.approx(
        twin.iloc[20:].tolist()
    )
    others = [c for c in COLUMNS if c != "capital_structure_volatility"]
    pd.testing.assert_frame_equal(ours[others], base[others])
    series = pd.Series(np.arange(n, dtype=float), index=base.index)
    mine = indicators(market, basket, params=IndicatorParams(seasoning=1, capital_structure=series))
    got, plain = score(mine), score(base)
    assert got.flags["capital_structure_volatility"].iloc[-1]
    hf_fires = plain.flags["hf_crowding"].iloc[-1]
    assert plain.dimensions["structure"].iloc[-1] == float(hf_fires)
    assert got.dimensions["structure"].iloc[-1] == (float(hf_fires) + 1) / 2


def test_intraday_crowding_is_averaged_by_amount_over_members():
    hf = panel([[0.2, 0.5, 0.9], [NAN, 0.5, 0.9]])
    amount = panel([[300, 100, 1], [300, 100, 1]])
    market = StandInMarket(close=walk(2), hf_crowding=hf, amount=amount)
    got = indicators(market, StandInBasket(members=["A", "B"]), params=QUICK)["hf_crowding"]
    assert got.tolist() == pytest.approx([0.275, 0.5])


def test_an_empty_news_feed_is_missing_and_not_neutral():
    market = StandInMarket(close=walk(3))
    basket = StandInBasket(name="toy", members=["A"])
    silent = pd.Series([NAN] * 3, index=sessions(3))
    for news in (None, silent, silent.to_frame("other")):
        got = indicators(dataclasses.replace(market, news_score=news), basket, params=QUICK)
        assert got["news_score"].isna().all()
    feed = pd.Series([0.1, 0.2, NAN], index=sessions(3))
    for news in (feed, feed.to_frame("toy"), feed.to_frame("news_score")):
        got = indicators(dataclasses.replace(market, news_score=news), basket, params=QUICK)
        assert got["news_score"].tolist()[:2] == [0.1, 0.2]
        assert np.isnan(got["news_score"].iloc[2])


def full_market(n: int = 330) -> StandInMarket:
    rng = np.random.default_rng(7)
    close = walk(n)
    volume = panel(rng.lognormal(10, 0.5, size=(n, 3)))
    float_cap = close * 1e6
    return StandInMarket(
        close=close,
        volume=volume,
        amount=close * volume,
        turnover=volume / 1e6,
        market_cap=float_cap * 2,
        float_cap=float_cap,
        earnings_yield=5 / close,
        book_yield=50 / close,
        hf_crowding=panel(rng.uniform(size=(n, 3))),
        news_score=pd.Series(rng.normal(size=n), index=close.index),
    )


@pytest.mark.feature("A17")
@pytest.mark.parametrize("cut", [1, 21, 100, 251])
def test_rows_after_t_change_nothing_at_t(cut):
    market, basket = full_market(300), StandInBasket(members=["A", "B"])
    params = IndicatorParams(seasoning=5, year=40, capital_structure="hf_std")
    whole = indicators(market, basket, params=params)
    short = dataclasses.replace(
        market,
        **{
            f.name: getattr(market, f.name).iloc[:cut]
            for f in dataclasses.fields(market)
            if hasattr(getattr(market, f.name), "iloc")
        },
    )
    pd.testing.assert_frame_equal(
        indicators(short, basket, params=params), whole.iloc[:cut], check_freq=False
    )


def test_all_ten_columns_always_and_units_of_money_matter_only_to_amount():
    market, basket = full_market(), StandInBasket(members=["A", "B"])
    params = IndicatorParams(seasoning=5, capital_structure="hf_std")
    table = indicators(market, basket, params=params)
    assert tuple(table.columns) == COLUMNS
    assert table.iloc[-1].notna().all()
    bare = indicators(StandInMarket(close=market.close), basket, params=QUICK)
    assert tuple(bare.columns) == COLUMNS
    assert bare.iloc[-1].notna().sum() == 2
    scaled = dataclasses.replace(
        market,
        amount=market.amount * 100,
        market_cap=market.market_cap * 100,
        float_cap=market.float_cap * 100,
    )
    other = indicators(scaled, basket, params=params)
    pd.testing.assert_frame_equal(
        other.drop(columns="amount"), table.drop(columns="amount"), rtol=1e-12
    )
    assert np.allclose(other["amount"], table["amount"] * 100)


def test_every_parameter_moves_an_indicator():
    market, basket = full_market(), StandInBasket(members=["A", "B"])
    market = dataclasses.replace(market, index_close=market.close)
    base = indicators(market, basket, params=IndicatorParams())
    for change in (
        {"month": 10},
        {"year": 100},
        {"days_per_year": 252},
        {"seasoning": 5},
        {"benchmark": "C"},
        {"capital_structure": "hf_std"},
    ):
        assert not indicators(market, basket, params=IndicatorParams(**change)).equals(base), change


def test_members_without_a_price_are_listed():
    close = walk(3)
    close.iloc[-1, 0] = NAN
    got = indicators(StandInMarket(close=close), StandInBasket(members=["A", "B"]), params=QUICK)
    assert "1 of 2 members priced on the last day" in got.attrs["notes"]
    assert any("members known the day before" in text for text in got.attrs["assumptions"])
    long = score(got, rules=ScoreRules(window=2))
    assert "1 of 2 members priced on the last day" in long.origin.coverage.values()


def test_windows_too_short_are_refused():
    with pytest.raises(ConfigError, match="`month` is 1"):
        IndicatorParams(month=1)


@pytest.mark.feature("A04")
def test_a_basket_that_is_the_market_never_fires_on_rounding():
    market = StandInMarket(close=walk(400, symbols="ABCDEFG"))
    table = indicators(market, StandInBasket(members=list("ABCDEFG")), params=QUICK)
    assert set(table["excess_vol"].dropna()) == {0.0}
    assert not score(table).flags["excess_vol"].any()


def test_an_index_among_the_symbols_needs_no_index_panels():
    n = 300
    close, own = walk(n, symbols=["I", "ALL"]), panel(np.full((n, 2), 0.02), ["I", "ALL"])
    apart = StandInMarket(
        close=walk(n),
        index_close=close,
        index_amount=close,
        index_turnover=own,
        index_earnings_yield=own * 3,
        index_book_yield=own * 9,
        market_amount=close.sum(axis=1),
    )
    inside = StandInMarket(
        close=close,
        amount=close,
        turnover=own,
        earnings_yield=own * 3,
        book_yield=own * 9,
        market_amount=close.sum(axis=1),
    )
    params, basket = IndicatorParams(benchmark="ALL"), StandInBasket(index="I")
    one, other = (indicators(m, basket, params=params) for m in (apart, inside))
    pd.testing.assert_frame_equal(one, other)
    assert one.iloc[-1].notna().sum() == 7
