"""The real files beside the project read, and give the facts their README states."""

import numpy as np
import pytest

from quantquake.data.baskets import size_group_panel, smallest
from quantquake.data.files import read
from quantquake.data.market import Market
from quantquake.errors import ContractError, DataError

FEBRUARY = ["2024-02-05", "2024-02-06", "2024-02-07", "2024-02-08"]


@pytest.fixture(scope="module")
def market(shared_data):
    return Market.from_long(read(shared_data / "cn_stock_daily.parquet", volume_unit="lots"))


@pytest.mark.parametrize(
    ("name", "kind", "rows", "symbols"),
    [
        # Rows and symbols as printed in the README of the data.
        ("cn_index_daily", "index", 56_114, 17),
        ("cn_index_futures_daily", "futures", 19_832, 261),
        ("cn_etf_daily", "prices", 42_764, 30),
        ("us_sp500_close_2022_2026", "prices", 388_551, 495),
        ("us_etf_daily", "prices", 21_238, 16),
        ("us_stock_daily_2006_2007", "prices", 1_181_692, 3_341),
    ],
)
def test_files_read_in_full(shared_data, name, kind, rows, symbols):
    table = read(shared_data / f"{name}.parquet", kind)
    assert len(table) == rows
    assert table["symbol"].nunique() == symbols
    suffixes = set(table["symbol"].str.rpartition(".")[2])
    wanted = {"futures": {"CFE"}, "index": {"SH", "SZ", "CSI", "THS"}}.get(kind)
    assert suffixes == (wanted or ({"US"} if name.startswith("us") else {"SH", "SZ"}))


def test_a_million_and_a_half_rows_become_a_market(shared_data):
    market = Market.from_long(read(shared_data / "cn_stock_daily.parquet", volume_unit="lots"))
    assert market.close.shape == (417, 3769)
    assert int(market.close.count().sum()) == 1_541_250


def test_lots_are_shares_after_the_hint(market):
    # Money over shares is the day's mean price; forward adjustment keeps it near the close.
    ratio = (market.amount / market.volume / market.close).to_numpy()
    assert np.nanmedian(ratio) == pytest.approx(1.0, abs=0.03)


def test_lots_without_the_hint_are_pointed_out(shared_data):
    table = read(shared_data / "cn_stock_daily.parquet")
    assert any(note["what"] == "volume looks like lots of 100" for note in table.attrs["issues"])


def test_limit_down_on_5_february_2024(market):
    # README: 1,681 of 3,756 names at or below -9.8 %.
    day = market.returns().loc["2024-02-05"].dropna()
    assert (len(day), int((day <= -0.098).sum())) == (3_756, 1_681)


@pytest.mark.parametrize(
    ("first", "last", "printed"),
    [
        (1, 1, [-0.104, -0.009, -0.057, 0.092]),
        (2, 3, [-0.096, -0.023, -0.052, 0.082]),
        (7, 9, [-0.053, 0.062, 0.044, 0.033]),
    ],
)
def test_mean_returns_by_float_cap_to_the_printed_digit(market, first, last, printed):
    # README and features.md I04, I28. Ranking at the last session of January gives every digit;
    # ranking anew each day by the session before moves them by up to 0.41 points.
    returns = market.returns().loc[FEBRUARY]
    for rebalance, tolerance in (("month", 0.0005), (1, 0.0045)):
        groups = size_group_panel(market, rebalance=rebalance).loc[FEBRUARY]
        means = returns.where((groups >= first) & (groups <= last)).mean(axis=1)
        assert means.tolist() == pytest.approx(printed, abs=tolerance)


def test_the_smallest_four_hundred_follow_the_micro_cap_index(shared_data, market):
    # An independent twin: the published micro-cap index 883418, other members (ChiNext, with its
    # 20 % limit, is absent from ours), other ranking dates.
    mask = smallest(market, 400).mask(market.dates, market.symbols)
    ours = market.returns().where(mask).mean(axis=1)
    index = read(shared_data / "cn_index_daily.parquet", "index")
    close = index[index["symbol"] == "883418.THS"].set_index("date")["close"]
    both = ours.to_frame("ours").join(close.pct_change().rename("index"), how="inner").dropna()
    assert len(both) > 200
    assert both.corr().iloc[0, 1] > 0.95


def test_continuous_futures_and_broken_adjustment_are_refused(shared_data):
    with pytest.raises(ContractError, match="no expiry"):
        read(shared_data / "cn_index_futures_front_settle.parquet", "futures")
    with pytest.raises(DataError, match=r"145 negative values, first -0.004.* use a ratio"):
        read(shared_data / "cn_broad_etf_daily.parquet")
    with pytest.raises(DataError, match=r"no column for date, symbol, close"):
        read(shared_data / "cn_forum_sentiment.parquet")


def test_the_index_file_changes_the_unit_of_turnover_on_one_day(shared_data):
    # Found by looking: on 2018-12-26 turnover over volume rises a hundredfold in five indices.
    table = read(shared_data / "cn_index_daily.parquet", "index")
    notes = [n for n in table.attrs["issues"] if "factor 100" in n["what"]]
    assert len(notes) == 1
    assert "2018-12-25" in notes[0]["where"]
    one = table[table["symbol"] == "000905.SH"].set_index("date")["turnover"]
    before, after = one["2018-12-10":"2018-12-25"].mean(), one["2018-12-26":"2019-01-10"].mean()
    assert 0.5 < before / after < 2


def test_the_split_of_the_coal_fund_is_pointed_out(shared_data):
    # Found by looking at its figure: the unadjusted price halves in April 2024.
    table = read(shared_data / "cn_etf_daily.parquet", "prices", all_nan="drop")
    notes = [n for n in table.attrs["issues"] if "price limit" in n["what"]]
    assert len(notes) == 1
