"""Snowball books on the true index paths: the published distribution, its sizes, what the falls set off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import quantquake as qq
from quantquake.data.events import load_events
from quantquake.flows.snowball_book import (
    IssuanceTerms,
    SnowballBook,
    discount_response,
    flow_history,
    market_book,
    synthetic_trades,
)
from quantquake.flows.snowball_book.published import anchors, published
from quantquake.measures.basis import weighted_discount

CSI500, CSI1000 = "000905.SH", "000852.SH"
#: Middle of the period the published distribution belongs to (December 2023 to January 2024).
DAY = "2023-12-29"


@pytest.fixture(scope="module")
def closes(shared_data):
    rows = qq.read(shared_data / "cn_index_daily.parquet", kind="index", all_nan="drop")
    wide = rows.pivot(index="date", columns="symbol", values="close")
    return wide[[CSI500, CSI1000]].dropna(how="all")


@pytest.fixture(scope="module")
def futures(shared_data):
    return qq.read(shared_data / "cn_index_futures_daily.parquet", kind="futures")


def shares(closes, day=DAY, terms=None) -> pd.Series:
    """Share of waiting notional by 100-point bin of a book of constant issuance. Nothing is fitted."""
    table = synthetic_trades(closes[CSI500], underlying=CSI500, as_of=day, terms=terms)
    book = SnowballBook(table, index=closes, as_of=day, mode="template")
    notional = book.knock_in_map(width=100.0).levels.loc[CSI500, "notional"]
    return notional / notional.sum()


def distance(a: pd.Series, b: pd.Series) -> float:
    """Earth mover's distance between two distributions over levels. [points]"""
    every = a.index.union(b.index)
    gap = a.reindex(every).fillna(0).cumsum() - b.reindex(every).fillna(0).cumsum()
    return float((gap.abs().iloc[:-1] * np.diff(every)).sum())


def overlap(a: pd.Series, b: pd.Series) -> float:
    every = a.index.union(b.index)
    return float(np.minimum(a.reindex(every).fillna(0), b.reindex(every).fillna(0)).sum())


@pytest.fixture(scope="module")
def wanted():
    notional = published("csi500").at()
    return notional / notional.sum()


@pytest.mark.feature("G07", "G03")
def test_issuance_times_path_has_the_shape_of_the_published_distribution(closes, wanted):
    # Constant issuance, barrier 80 %, knock-out 100 % monthly after three months: the source's own
    # usual terms. Nothing is fitted; the size drops out of the shares.
    for months, most in ((24, 60.0), (12, 40.0)):
        got = shares(closes, terms=IssuanceTerms(months={months: 1.0}))
        assert distance(got, wanted) < most
        assert overlap(got, wanted) > 0.78
        middle = (got.index * got).sum()
        assert middle == pytest.approx((wanted.index * wanted).sum(), abs=50)  # 4,745 points


@pytest.mark.feature("G07")
def test_the_path_is_what_makes_the_shape(closes, wanted):
    got = distance(shares(closes), wanted)
    flat = pd.Series(1 / 11, index=wanted.index)
    assert got < 0.45 * distance(flat, wanted)
    # Everything issued in two years, nothing knocked out or in: what the state machine is for.
    table = synthetic_trades(closes[CSI500], underlying=CSI500, as_of=DAY)
    level = np.rint(table["spot0"] * table["knock_in"] / 100) * 100
    issued = table["notional"].groupby(level).sum() / table["notional"].sum()
    assert got < 0.6 * distance(issued, wanted)
    # And the wrong barrier is far off.
    assert distance(shares(closes, terms=IssuanceTerms(knock_in={0.70: 1.0})), wanted) > 5 * got


@pytest.mark.feature("G07")
def test_mean_knock_in_lies_near_the_other_published_anchor(closes):
    # CICC, October 2023: 4,865 for the CSI 500, 4,997 for the CSI 1000; barriers are said to be 75
    # to 80 %. The book with all barriers at one end, and at the other, must hold it between them.
    def mean(symbol, barrier):
        terms = IssuanceTerms(knock_in={barrier: 1.0})
        table = synthetic_trades(closes[symbol], underlying=symbol, as_of="2023-10-16", terms=terms)
        book = SnowballBook(table, index=closes[[symbol]], as_of="2023-10-16", mode="template")
        waiting = book.positions.take(book.positions.waiting)
        return np.average(waiting.level, weights=waiting.notional)

    for symbol, want in anchors()["mean_knock_in"].items():
        low, high = mean(symbol, 0.75), mean(symbol, 0.80)
        assert 0.995 * low < want < 1.005 * high, (symbol, low, high)


@pytest.mark.feature("G07", "G09")
def test_the_market_book_reproduces_the_buckets_and_bins_it_is_made_of(closes):
    book = market_book(closes, as_of="2024-01-12", mode="template")
    alarm = book.knock_in_map().alarm["notional"]
    assert alarm[CSI1000, 0.05] == pytest.approx(30e9)
    assert alarm[CSI1000, 0.10] == pytest.approx(90e9)
    bins = book.knock_in_map(width={CSI500: 100.0}).levels.loc[CSI500, "notional"]
    source = published("csi500").at()
    assert bins[bins.index <= 5100].to_dict() == pytest.approx(source.to_dict(), rel=1e-9)


@pytest.mark.feature("G02", "G03")
def test_22_january_2024(closes, futures):
    # CSI 500 -4.7 %; "up to a third of products at some issuers knocked in" (Risk.net, spec cascade 4).
    book = market_book(closes, as_of="2024-01-19", futures=futures, mode="template")
    fall = closes.loc["2024-01-22"] / closes.loc["2024-01-19"] - 1
    assert fall[CSI500] == pytest.approx(-0.047, abs=5e-4)
    shock = book.knock_in_map(moves=[fall[CSI500]]).shocks.loc[CSI500].iloc[0]
    assert 0.25 < shock["share"] < 0.60
    assert shock["lots"] < 0
    # Large against a day's futures volume: this is why the discount is looked at.
    assert -1.0 < shock["of_volume"] < -0.1
    after = market_book(closes, as_of="2024-01-19", mode="template").after(
        {CSI500: closes.loc["2024-01-22", CSI500], CSI1000: closes.loc["2024-01-22", CSI1000]}
    )
    assert after.knock_in_map().already[CSI500] > shock["knocked_in"] * 0.999


@pytest.mark.feature("G06")
@pytest.mark.parametrize("symbol", [CSI500, CSI1000])
def test_knock_ins_start_in_early_january_2024_and_accelerate(closes, symbol):
    # Event `knock-ins-start` (S0): from early January, faster after large caps were supported. The
    # book is constant issuance along the index; the dates are the path's.
    table = synthetic_trades(closes[symbol], underlying=symbol, as_of="2024-02-05")
    book = SnowballBook(table, index=closes[[symbol]], as_of="2024-02-05", mode="template", vol=0.2)
    hits = flow_history(book, "2023-11-01", underlying=symbol)["newly_knocked_in"]
    started = next(e for e in load_events("cn-2024-02") if e.id == "knock-ins-start")
    assert hits[: started.date - pd.Timedelta(days=1)].sum() == 0
    assert hits[started.date : started.end].sum() > 0
    assert hits[started.end :].sum() > 3 * hits[started.date : started.end].sum()
    assert hits.idxmax() == pd.Timestamp("2024-01-22")


@pytest.mark.feature("G04", "G06")
def test_by_5_february_2024_the_csi_1000_buckets_are_gone(closes):
    # "only 1.1 bn left un-knocked 5 Feb" (Guotai Junan via Bloomberg): the buckets of 19 January
    # lay 0 to 10 % below 5,307; the close of the 5th was 4,293.
    book = market_book(closes, as_of="2024-01-19", mode="template")
    later = book.after(closes.loc["2024-02-05"].to_dict())
    waiting = later.positions.take(later.positions.waiting)
    assert waiting.on(CSI1000).notional.sum() == 0


@pytest.mark.feature("G08")
def test_the_same_book_calms_in_summer_and_sells_falls_in_january(closes):
    def calms(day):
        table = synthetic_trades(closes[CSI500], underlying=CSI500, as_of=day)
        book = SnowballBook(table, index=closes, as_of=day, mode="template", vol=0.2, carry=0.05)
        return bool(book.sign_profile(moves=[0.0])["calms"].iloc[0])

    assert calms("2023-06-30")
    assert not calms("2024-01-19")


@pytest.mark.feature("G03", "G05")
def test_answer_of_the_discount_is_small_before_the_crisis_and_confounded_in_it(closes, futures):
    table = synthetic_trades(closes[CSI500], underlying=CSI500, as_of="2024-02-05", monthly=1e10)
    book = SnowballBook(
        table, index=closes, as_of="2024-02-05", mode="template", vol=0.2, carry=0.06
    )
    lots = flow_history(book, "2022-08-01")["lots"]
    rows = futures[futures["product"] == "IC"]
    volume = rows.groupby("date")["volume"].sum()
    discount = weighted_discount(rows, closes[CSI500], product="IC", method="sessions")

    def answer(first, last):
        return discount_response(
            discount[first:last], lots[first:last], volume, index=closes[CSI500]
        )

    calm, crisis = answer("2022-08", "2023-11"), answer("2023-11", "2024-02")
    assert not calm.distinguishable
    assert crisis.kappa > calm.kappa
    assert max(calm.r_squared, crisis.r_squared) < 0.3  # most of the discount is something else


def test_a_year_of_the_market_takes_the_same_closes_as_a_day(closes):
    book = market_book(closes, as_of="2024-01-12", mode="template")
    history = flow_history(book, "2024-01-02", underlying=CSI500)
    today = book.ladder(moves=[0.0]).frame.loc[CSI500, "delta_lots"].iloc[0]
    assert history["held"].iloc[-1] == pytest.approx(today, rel=1e-9)
