"""Futures terms, symbol spellings, contract months; refusal of stitched series."""

from __future__ import annotations

import pandas as pd
import pytest

from quantquake.data.calendars import calendar, sessions, shift
from quantquake.data.contracts import (
    INDEX_FUTURES,
    future_symbol,
    live_contracts,
    parse_future,
)
from quantquake.errors import CalendarError, ContractError


def months(contracts):
    return [contract.symbol[2:6] for contract in contracts]


def test_terms_of_the_exchange_contract_tables():
    # spec/derivatives.md 1.1, CFFEX contract tables.
    rows = {
        "IF": ("000300.SH", 300, "2010-04-16"),
        "IH": ("000016.SH", 300, "2015-04-16"),
        "IC": ("000905.SH", 200, "2015-04-16"),
        "IM": ("000852.SH", 200, "2022-07-22"),
    }
    assert set(INDEX_FUTURES) == set(rows)
    for product, (underlying, multiplier, listed) in rows.items():
        spec = INDEX_FUTURES[product]
        assert (spec.underlying, spec.multiplier) == (underlying, multiplier)
        assert spec.listed == pd.Timestamp(listed)
        assert (spec.tick, spec.minimum_margin) == (0.2, 0.08)
    with pytest.raises(TypeError):
        INDEX_FUTURES["XX"] = INDEX_FUTURES["IF"]


@pytest.mark.feature("F24")
@pytest.mark.parametrize(
    "text",
    [
        *("IF2003", "if2003", "IF2003.CFE", "IF2003.CFX", "if2003.cffex", "IF2003.CCFX"),
        *("CFFEX.IF2003", "cffex:IF2003", "CFE.IF2003", " IF2003 ", "IF2003", "IF 2003"),
    ],
)
def test_every_usual_spelling_is_the_same_contract(text):
    contract = parse_future(text)
    assert (contract.product, contract.year, contract.month) == ("IF", 2020, 3)
    assert contract.symbol == future_symbol(text) == "IF2003.CFE"
    assert contract.expiry == pd.Timestamp("2020-03-20")  # the source article's delivery day
    assert contract.spec.multiplier == 300
    assert contract.provisional is False


@pytest.mark.parametrize(
    "text",
    [
        *("IF00", "IF.CFX", "IFL0", "IF888", "IF0", "IF主连", "IF", "IF88", "IF99", "IF9999.CCFX"),
        *("CFFEX.IF", "IFL1.CFX", "IF00.CFE", "沪深300主力", "IC当月连续", "im8888", "IF_MAIN"),
        *("KQ.m@CFFEX.IF", "IHM"),
    ],
)
def test_stitched_series_are_refused_with_the_reason(text):
    with pytest.raises(ContractError, match=r"no expiry.*annualised.*dated contracts"):
        parse_future(text)
    with pytest.raises(ContractError, match="continuous"):
        future_symbol(text)


@pytest.mark.parametrize("text", ["", "RB2003", "IF2013", "IO2003-C-4000", "600000.SH", "IF20031"])
def test_other_symbols_are_refused(text):
    with pytest.raises(ContractError, match="not the symbol of a dated index-futures contract"):
        parse_future(text)


def test_contract_before_its_product():
    with pytest.raises(ContractError, match="first IM contract was IM2208"):
        parse_future("IM2003")
    with pytest.raises(ContractError, match="first IF contract was IF1005"):
        future_symbol("IF1004")


@pytest.mark.feature("F24")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        # spec/derivatives.md 1.1: quarter months strictly after the next month.
        ("2024-01-02", ["2401", "2402", "2403", "2406"]),
        ("2024-02-01", ["2402", "2403", "2406", "2409"]),
        ("2024-03-01", ["2403", "2404", "2406", "2409"]),
        # The source article's day, and the front replaced only after its last day.
        ("2020-03-16", ["2003", "2004", "2006", "2009"]),
        ("2020-03-20", ["2003", "2004", "2006", "2009"]),
        ("2020-03-21", ["2004", "2005", "2006", "2009"]),
        ("2020-03-23", ["2004", "2005", "2006", "2009"]),
        # The February 2024 contract traded until Monday the 19th, after the holiday.
        ("2024-02-19", ["2402", "2403", "2406", "2409"]),
        ("2024-02-20", ["2403", "2404", "2406", "2409"]),
        ("2023-12-18", ["2401", "2402", "2403", "2406"]),
    ],
)
def test_live_contracts(date, expected):
    assert months(live_contracts("IF", date)) == expected


@pytest.mark.parametrize(
    ("product", "expected"),
    # CFFEX listing notice of April 2015 for IH and IC: the first months were 05, 06, 09, 12.
    [("IC", ["1505", "1506", "1509", "1512"]), ("IH", ["1505", "1506", "1509", "1512"])],
)
def test_first_listing_day(product, expected):
    assert months(live_contracts(product, INDEX_FUTURES[product].listed)) == expected
    with pytest.raises(ContractError, match="listed on"):
        live_contracts(product, INDEX_FUTURES[product].listed - pd.Timedelta(days=1))


def test_live_contracts_change_exactly_the_session_after_an_expiry():
    days = sessions("XSHG", "2010-04-16", "2025-06-30")
    previous = live_contracts("IF", days[0])
    for day in days[1:]:
        now = live_contracts("IF", day)
        assert len(now) == 4
        assert [c.expiry for c in now] == sorted(c.expiry for c in now)
        expired = previous[0].expiry < day
        assert (now != previous) == expired
        if expired:
            assert shift(previous[0].expiry, 1) == day
            assert now[0] == previous[1]
        previous = now


def test_contracts_past_the_announced_year():
    assert future_symbol("IF2703") == "IF2703.CFE"  # identity needs no calendar
    with pytest.raises(CalendarError, match="2026-12-31"):
        parse_future("IF2703")
    guess = parse_future("IF2703", provisional=True)
    assert guess.provisional is True
    assert guess.expiry == pd.Timestamp("2027-03-19")
    with pytest.raises(CalendarError):
        live_contracts("IM", "2026-11-23")
    four = live_contracts("IM", "2026-11-23", provisional=True)
    assert months(four) == ["2612", "2701", "2703", "2706"]
    assert [c.provisional for c in four] == [False, True, True, True]
    longer = calendar().with_holidays(["2027-03-19"], announced="2027-12-31")
    assert parse_future("IF2703", exchange=longer).expiry == pd.Timestamp("2027-03-22")
    assert parse_future("IF2703", exchange=longer).provisional is False


def test_unknown_product():
    with pytest.raises(ContractError, match="IF, IH, IC, IM"):
        live_contracts("TS", "2024-01-02")
    assert months(live_contracts("if", "2024-01-02")) == ["2401", "2402", "2403", "2406"]
