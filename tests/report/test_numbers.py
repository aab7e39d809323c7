"""Numbers and dates as UI.md section 7 prints them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from quantquake.report import numbers as n

NAN = math.nan
DAY = pd.Timestamp("2024-02-05")  # a Monday


@pytest.mark.parametrize(
    ("value", "digits", "sign", "text"),
    [
        (1234.5, 1, False, "1,234.5"),
        (999.0, 0, False, "999"),
        (-2.345, 2, False, "\u22122.35"),
        (3.1, 1, True, "+3.1"),
        (-0.04, 1, True, "0.0"),  # rounds to zero: no sign
        (0.0, 0, True, "0"),
        (NAN, 1, True, "—"),
        (None, 1, False, "—"),
    ],
)
def test_number(value, digits, sign, text):
    assert n.number(value, digits, sign=sign) == text


def test_percent_in_text_and_in_a_column():
    assert n.percent(-0.271) == "\u221227.1%"
    assert n.percent(-0.271, unit=False) == "\u221227.1"
    assert n.percent(NAN) == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.004, "<1"), (0.01, "1"), (0.954, "95"), (0.99, "99"), (0.996, ">99"), (NAN, "—")],
)
def test_percentile_edges(value, text):
    assert n.percentile(value) == text


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (43e9, "CNY 43bn", "430 亿元"),
        (1.42e12, "CNY 1.42trn", "1.42 万亿元"),
        (37e6, "CNY 37m", "0.37 亿元"),
        (-2.3e9, "\u2212CNY 2.3bn", "\u221223 亿元"),
        (NAN, "—", "—"),
    ],
)
def test_money(value, en, zh):
    assert n.money(value, "en") == en
    assert n.money(value, "zh") == zh


def test_money_of_another_currency():
    assert n.money(18e9, "en", "USD") == "USD 18bn"
    assert n.money(18e9, "zh", "USD") == "180 亿美元"


def test_exact_halves_in_full():
    assert [n.exact(x) for x in (0.625, 1.25, 0.0, NAN)] == ["0.625", "1.25", "0", "—"]


def test_ranges():
    assert n.spread(0.042, 0.089, "en") == "4.2–8.9"
    assert n.spread(-0.089, -0.042, "en") == "\u22128.9 to \u22124.2"
    assert n.spread(-0.089, -0.042, "zh") == "\u22128.9 至 \u22124.2"
    assert n.spread(NAN, 0.1, "en") == "—"


def test_dates():
    assert n.date_text(DAY, "en") == "5 Feb 2024"
    assert n.date_text(DAY, "zh") == "2024年2月5日"
    assert n.date_short(DAY, "en") == "5 Feb"
    assert n.date_short(DAY, "zh") == "2月5日"
    assert n.date_long(DAY, "en") == "Mon 5 Feb 2024"
    assert n.date_long(DAY, "zh") == "2024年2月5日 周一"
    assert n.date_iso(DAY) == "2024-02-05"
    assert n.date_iso(None) == "—"


@pytest.mark.parametrize(
    ("scale", "en", "zh"), [("day", "05 Feb", "02-05"), ("month", "Feb 24", "24-02"),
                            ("year", "2024", "2024")],
)  # fmt: skip
def test_axis_dates(scale, en, zh):
    assert n.date_tick(DAY, "en", scale) == en
    assert n.date_tick(DAY, "zh", scale) == zh
