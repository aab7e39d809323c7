"""Market: alignment, returns, what was known when."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from quantquake.data.market import Market
from quantquake.errors import DataError

DAYS = pd.DatetimeIndex(
    pd.to_datetime(["2024-02-05", "2024-02-06", "2024-02-07", "2024-02-08"]), name="date"
)


def frame(values, columns, index=DAYS):
    return pd.DataFrame(np.array(values, dtype=float), index=index, columns=list(columns))


CLOSE = frame([[10, 20], [11, np.nan], [11, 24], [9.9, 30]], ["A.SH", "B.SZ"])


def test_returns_by_hand_and_no_return_across_a_gap():
    returns = Market.from_frames(close=CLOSE).returns()
    np.testing.assert_allclose(returns["A.SH"], [np.nan, 0.1, 0.0, -0.1], atol=1e-15)
    np.testing.assert_allclose(returns["B.SZ"], [np.nan, np.nan, np.nan, 0.25])


def test_close_sets_the_axes_of_every_other_panel():
    amount = frame([[3, 1, 7], [4, 2, 7]], ["B.SZ", "A.SH", "Z.SH"], DAYS[[1, 3]])
    market = Market.from_frames(close=CLOSE, amount=amount)
    assert market.amount.columns.equals(market.symbols)
    assert market.amount.index.equals(market.dates)
    np.testing.assert_array_equal(market.amount["A.SH"], [np.nan, 1, np.nan, 2])
    assert "amount: left out 1 symbols without a close" in market.assumptions


def test_market_amount_is_the_sum_of_the_names_unless_given():
    amount = frame([[1, 2], [3, np.nan], [np.nan, np.nan], [5, 6]], ["A.SH", "B.SZ"])
    derived = Market.from_frames(close=CLOSE, amount=amount)
    np.testing.assert_array_equal(derived.market_amount, [3, 3, np.nan, 11])
    assert "market_amount is the sum over the 2 names supplied" in derived.assumptions
    whole = pd.Series(100.0, index=DAYS.union(pd.to_datetime(["2024-02-19"])))
    given = Market.from_frames(close=CLOSE, amount=amount, market_amount=whole)
    assert given.market_amount.tolist() == [100.0] * 4
    assert given.assumptions == ()
    assert Market.from_frames(close=CLOSE).market_amount is None


def test_index_panels_keep_their_own_symbols_and_may_be_longer():
    longer = DAYS.union(pd.to_datetime(["2024-02-02", "2024-02-19"]))
    index = frame([[1.0], [2], [3], [3.3], [5], [6]], ["000300.SH"], longer)
    market = Market.from_frames(close=CLOSE, index_close=index)
    assert market.index_close.index.equals(market.dates)
    np.testing.assert_allclose(market.index_returns()["000300.SH"], [np.nan, 0.5, 0.1, 5 / 3.3 - 1])
    with pytest.raises(DataError, match="no `index_close`"):
        Market.from_frames(close=CLOSE).index_returns()


def futures(dates=DAYS):
    return pd.DataFrame(
        {"date": dates[::-1], "symbol": "IF2402.CFE", "product": "IF", "close": 3300.0}
    )


def test_futures_are_sorted_and_end_with_the_closes():
    later = DAYS.union(pd.to_datetime(["2024-02-19"]))
    market = Market.from_frames(close=CLOSE, futures=futures(later))
    assert market.futures["date"].tolist() == list(DAYS)
    assert market.futures["open_interest"].isna().all()
    assert "futures: left out 1 rows after the last close" in market.assumptions
    with pytest.raises(DataError, match="`futures` has no column 'product'; its columns are"):
        Market.from_frames(close=CLOSE, futures=futures().drop(columns="product"))
    with pytest.raises(DataError, match="more than once"):
        Market.from_frames(close=CLOSE, futures=pd.concat([futures(), futures()]))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"close": CLOSE.iloc[:1]}, r"1 date\(s\)"),
        ({"close": CLOSE.replace(9.9, -9.9)}, "not positive"),
        ({"close": CLOSE.assign(c=np.nan)}, "1 symbols without a single value, first c"),
        ({"close": CLOSE.set_axis(DAYS + pd.Timedelta(hours=15))}, "with a time of day"),
        ({"close": CLOSE, "amount": -CLOSE}, "`amount` has 7 values that are negative"),
        ({"close": CLOSE, "float_cap": CLOSE * 0}, "`float_cap` has 7 values that are not pos"),
        ({"close": CLOSE, "volume": CLOSE.add_suffix("X")}, "shares no symbol with `close`"),
        ({"close": CLOSE, "volume": CLOSE.shift(9, freq="D")}, "shares no date with `close`"),
        ({"close": CLOSE, "index_close": CLOSE.shift(9, freq="D")}, "shares no date"),
        ({"close": CLOSE, "chains": pd.DataFrame({"strike": [1.0]})}, "no column 'date'"),
    ],
)
def test_what_cannot_be_aligned_is_refused(fields, says):
    with pytest.raises(DataError, match=says):
        Market.from_frames(**fields)


def test_sessions_are_checked_when_asked_for():
    weekend = CLOSE.set_axis(pd.date_range("2024-02-02", periods=4))
    assert len(Market.from_frames(close=weekend).dates) == 4
    with pytest.raises(DataError, match="2 of 4 dates on which XSHG was closed, first 2024-02-03"):
        Market.from_frames(close=weekend, check_calendar=True)


def test_a_dropped_symbol_is_noted():
    market = Market.from_frames(close=CLOSE.assign(c=np.nan), all_nan="drop")
    assert list(market.symbols) == ["A.SH", "B.SZ"]
    assert market.assumptions == ("close: symbols without a single value dropped (c)",)


@pytest.mark.feature("P06")
def test_until_shows_the_market_as_it_was():
    chains = pd.DataFrame({"quote_date": DAYS, "strike": 1.0})
    market = Market.from_frames(
        close=CLOSE, amount=CLOSE, index_close=CLOSE, futures=futures(), chains=chains
    )
    early = market.until("2024-02-06 12:00")
    assert list(early.dates) == list(DAYS[:2])
    assert len(early.amount) == len(early.market_amount) == len(early.index_close) == 2
    assert early.futures["date"].max() == DAYS[1]
    assert len(early.chains) == 2
    assert market.until("2030-01-01").dates.equals(market.dates)
    assert len(market.until("2024-02-05").dates) == 1
    with pytest.raises(DataError, match="before the market's first session 2024-02-05"):
        market.until("2024-02-04")


def test_a_market_is_frozen_and_checks_its_axes_however_it_is_built():
    market = Market.from_frames(close=CLOSE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        market.close = CLOSE
    with pytest.raises(DataError, match="does not have the 2 symbols of `close`"):
        Market(close=CLOSE, amount=CLOSE[["A.SH"]])
    with pytest.raises(DataError, match="does not have the 4 dates of `close`"):
        Market(close=CLOSE, market_amount=pd.Series([1.0], index=DAYS[:1]))


def test_coverage_says_what_is_there():
    coverage = Market.from_frames(close=CLOSE, futures=futures()).coverage()
    assert coverage["close"] == (
        "4 sessions of 2 symbols, 2024-02-05 to 2024-02-08, 87.5% observed"
    )
    assert coverage["float_cap"] == "not given"
    assert coverage["futures"] == "4 rows"
    json.dumps(coverage)


def test_a_market_introduces_itself_in_one_line():
    assert repr(Market.from_frames(close=CLOSE, volume=CLOSE)) == (
        "<Market 4 sessions 2024-02-05 to 2024-02-08, 2 symbols: close, volume>"
    )


def long_prices(**columns):
    rows = {"date": DAYS.repeat(2), "symbol": ["600000.SH", "000001.SZ"] * 4, "close": 10.0}
    return pd.DataFrame(rows).assign(**columns)


def test_from_long_derives_float_cap_and_yields_and_says_so():
    market = Market.from_long(
        long_prices(amount=50.0, turnover=[0.01, 0.0] * 4, pe=[20.0, -4.0] * 4, pb=[0.0, 2.0] * 4)
    )
    assert market.float_cap["600000.SH"].tolist() == [5000.0] * 4
    assert market.float_cap["000001.SZ"].isna().all()  # no turnover that day: the cap is unknown
    assert market.earnings_yield.iloc[0].to_dict() == {"000001.SZ": -0.25, "600000.SH": 0.05}
    assert market.book_yield["000001.SZ"].iloc[0] == 0.5
    assert market.book_yield["600000.SH"].isna().all()
    assert "float_cap derived as amount / turnover" in market.assumptions
    assert "earnings_yield derived as 1 / pe" in market.assumptions
    assert (market.currency, market.calendar) == ("CNY", "XSHG")


def test_from_long_prefers_what_is_given():
    market = Market.from_long(long_prices(amount=50.0, turnover=0.01, float_cap=7.0))
    assert (market.float_cap == 7.0).all(axis=None)
    assert not any("float_cap" in phrase for phrase in market.assumptions)


def test_from_long_takes_the_whole_market_from_an_index():
    index = pd.DataFrame(
        {"date": DAYS, "symbol": "000985.CSI", "close": 5000.0, "amount": [8e11, 9e11, 1e12, 1e12]}
    )
    market = Market.from_long(long_prices(amount=1.0), index, market_amount="000985.CSI")
    assert market.market_amount.tolist() == [8e11, 9e11, 1e12, 1e12]
    assert "market_amount is the amount of 000985.CSI" in market.assumptions
    with pytest.raises(DataError, match=r"has amounts for: 000985.CSI"):
        Market.from_long(long_prices(), index, market_amount="000001.SH")
    with pytest.raises(DataError, match="has amounts for: none"):
        Market.from_long(long_prices(), market_amount="000001.SH")


def test_us_symbols_bring_dollars_and_new_york():
    prices = long_prices().assign(symbol=["NVDA.US", "SPY.US"] * 4)
    market = Market.from_long(prices)
    assert (market.currency, market.calendar) == ("USD", "XNYS")
    assert Market.from_long(prices, currency="HKD").currency == "HKD"


def test_no_return_is_formed_across_a_hole_in_the_table():
    dates = pd.DatetimeIndex(["2024-12-12", "2024-12-13", "2025-02-03", "2025-02-04"], name="date")
    close = pd.DataFrame({"A.US": [100.0, 110.0, 220.0, 231.0]}, index=dates)
    got = Market.from_frames(close=close, calendar="XNYS").returns()["A.US"]
    assert got.isna().tolist() == [True, False, True, False]
    # The longest real closure of Shanghai, 2020-01-23 to 2020-02-03, is no hole.
    closure = pd.DatetimeIndex(["2020-01-22", "2020-01-23", "2020-02-03"], name="date")
    kept = Market.from_frames(close=close.iloc[:3].set_axis(closure))
    assert kept.returns().notna().sum().item() == 2
