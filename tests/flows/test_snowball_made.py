"""Books nobody has shown: issuance along a path, published distributions, and their status."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.flows.snowball_worlds import INDEX, path

from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball_book import (
    IssuanceTerms,
    SnowballBook,
    distribution_trades,
    market_book,
    synthetic_trades,
)
from quantquake.flows.snowball_book.published import anchors, published

CLOSES = path()
DAY = CLOSES.index[-1]


def made(**how):
    return synthetic_trades(CLOSES, underlying=INDEX, as_of=DAY, **how)


def opened(table, **how):
    return SnowballBook(table, index=CLOSES, as_of=DAY, mode="template", **how)


@pytest.mark.feature("G07")
def test_issuance_is_spread_over_the_sessions_of_each_month_at_their_closes():
    table = made(monthly=2e9)
    by_month = table.groupby(table["date"].dt.to_period("M"))["notional"].sum()
    assert by_month.iloc[1:-1].to_numpy() == pytest.approx(2e9)
    assert (table["spot0"].to_numpy() == CLOSES[table["date"]].to_numpy()).all()
    assert table["date"].min() >= DAY - pd.DateOffset(months=24)
    # A flat month and twice as much in one of them.
    months = pd.Series(1e9, index=pd.period_range("2022-01", "2024-02", freq="M").to_timestamp())
    months["2023-06-01"] = 2e9
    again = made(monthly=months)
    sizes = again.groupby(again["date"].dt.to_period("M"))["notional"].sum()
    assert sizes["2023-06"] == pytest.approx(2 * sizes["2023-05"])


@pytest.mark.feature("G07")
def test_shares_of_barriers_and_tenors_are_those_asked_for():
    terms = IssuanceTerms(knock_in={0.75: 0.3, 0.80: 0.7}, months={12: 0.5, 24: 0.5})
    table = made(terms=terms)
    share = table.groupby("knock_in")["notional"].sum() / table["notional"].sum()
    assert share.to_dict() == pytest.approx({0.75: 0.3, 0.80: 0.7})
    for wrong in ({0.8: 0.5}, {}, {0.8: 1.5, 0.7: -0.5}):
        with pytest.raises(ConfigError, match="add up to 1"):
            IssuanceTerms(knock_in=wrong)


@pytest.mark.feature("G07")
def test_the_size_is_set_and_no_share_moves():
    small, large = opened(made(outstanding=5e9)), opened(made(outstanding=1e11))
    for book, size in ((small, 5e9), (large, 1e11)):
        waiting = book.positions.notional[book.positions.waiting]
        assert waiting.sum() == pytest.approx(size)
    a, b = (book.knock_in_map().levels["notional"] for book in (small, large))
    assert (a / a.sum()).to_numpy() == pytest.approx((b / b.sum()).to_numpy())


def test_nothing_after_the_day_is_seen():
    scrambled = CLOSES.copy()
    scrambled.iloc[-60:] *= 0.5
    day = CLOSES.index[-61]
    a = synthetic_trades(CLOSES, underlying=INDEX, as_of=day, outstanding=1e9)
    b = synthetic_trades(scrambled, underlying=INDEX, as_of=day, outstanding=1e9)
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.feature("G07")
def test_a_distribution_given_is_the_distribution_had():
    levels = pd.Series({4000.0: 1e9, 4200.0: 3e9, 4600.0: 2e9})
    bare = SnowballBook(
        distribution_trades(levels, underlying=INDEX, as_of="2024-01-12"),
        as_of="2024-01-12", spot=5200.0,
    )  # fmt: skip
    got = bare.knock_in_map(width=100.0).levels.loc[INDEX, "notional"]
    assert got.to_dict() == pytest.approx(levels.to_dict())
    # With a path each bin takes the ages notes of that level have on it.
    there = opened(made()).knock_in_map(width=100.0).levels.loc[INDEX, "notional"]
    wanted = pd.Series(np.arange(1.0, len(there) + 1) * 1e9, index=there.index)
    book = opened(distribution_trades(wanted, CLOSES, underlying=INDEX, as_of=DAY))
    got = book.knock_in_map(width=100.0).levels.loc[INDEX, "notional"]
    assert got.to_dict() == pytest.approx(wanted.to_dict())
    assert len(np.unique(book.positions.columns.sessions)) > 20


def test_bins_the_path_leaves_empty_are_named():
    there = float(opened(made()).knock_in_map(width=100.0).levels.loc[INDEX].index[2])
    wanted = pd.Series({float(CLOSES.iloc[-1]) * 3: 5e9, there: 1e9})
    table = distribution_trades(wanted, CLOSES, underlying=INDEX, as_of=DAY)
    assert "1 of 2 bins" in table.attrs["issues"][0]["where"]
    with pytest.raises(DataError, match="no book in it"):
        distribution_trades(pd.Series({4000.0: -1.0}), underlying=INDEX, as_of=DAY)


@pytest.mark.feature("G07")
def test_the_published_distribution_is_the_one_of_the_source():
    # Spec derivatives 3.1 [D]: eleven bins of CSI 500 notional by knock-in level, CNY 100 million.
    source = published("csi500")
    in_bins = [19.48, 27.82, 50.08, 77.90, 89.03, 72.34, 122.42, 166.94, 164.15, 158.59, 111.29]
    assert (source.at() / 1e8).tolist() == pytest.approx(in_bins)
    assert source.at().index.tolist() == [float(x) for x in range(4100, 5200, 100)]
    assert (source.knock_in, source.knock_out, source.coupon) == (0.80, 1.00, 0.16)


@pytest.mark.feature("G07")
def test_the_buckets_are_those_quoted_and_need_to_know_where_the_index_stood():
    # Spec cascade section 4 [P]: 30 bn of CSI 1000 notes near their knock-in, 60 bn 5 to 10 % away.
    levels = published("csi1000").at(5307.0)
    distance = 1 - levels.index.to_numpy() / 5307.0
    assert levels[distance <= 0.05].sum() == pytest.approx(30e9)
    assert levels[(distance > 0.05) & (distance <= 0.10)].sum() == pytest.approx(60e9)
    with pytest.raises(ConfigError, match="guess"):
        published("csi1000").at()
    with pytest.raises(ConfigError, match="Choose"):
        published("csi300")


@pytest.mark.feature("G07")
def test_published_parts_add_up_to_the_published_whole():
    total = published("csi500").at().sum() + published("csi1000").at(5300.0).sum()
    # 196 bn CNY against USD 27 bn: a rate of 7.26 CNY per USD, which it was in that winter (7.1 to
    # 7.3); the sources are three, so the agreement is a check of each.
    assert 7.0 < total / anchors()["outstanding_usd"] < 7.5


def test_the_market_as_a_book():
    # Moved to where the published bins are: notes issued between 5,100 and 6,400.
    moved = CLOSES * 5300 / CLOSES.iloc[-1]
    closes = pd.DataFrame({INDEX: moved, "000852.SH": 1.06 * moved})
    book = market_book(closes, mode="template")
    assert set(book.underlyings) == {INDEX, "000852.SH"}
    near = market_book(closes, mode="template", csi1000_at=0.97 * closes["000852.SH"].iloc[-1])
    assert not near.knock_in_map().alarm.equals(book.knock_in_map().alarm)
    with pytest.raises(DataError, match="CSI 500"):
        market_book(closes[["000852.SH"]])


def test_a_path_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="no close"):
        synthetic_trades(CLOSES, underlying=INDEX, as_of="2019-01-04")
    with pytest.raises(ConfigError, match="outstanding"):
        made(outstanding=-1.0)
    with pytest.raises(DataError, match="knock_in_above_start"):
        made(outstanding=1e9, terms=IssuanceTerms(knock_in={1.2: 1.0}, knock_out=1.3))
