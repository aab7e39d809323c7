"""Numbers as design/UI.md section 7 writes them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from quantquake.measures.crowding.number_words import (
    day_text,
    level_text,
    money,
    percent,
    rank_text,
)


@pytest.mark.parametrize(
    ("amount", "en", "zh"),
    [
        (43e9, "CNY 43bn", "430 亿元"),
        (1.42e12, "CNY 1.42trn", "1.42 万亿元"),
        (37e6, "CNY 37m", "0.37 亿元"),
        (279.7e9, "CNY 280bn", "2,797 亿元"),
        (562e6, "CNY 562m", "5.6 亿元"),
        (-5.1e9, "CNY −5.1bn", "−51.0 亿元"),
        (0.0, "CNY 0", "0 元"),
    ],
)
def test_money(amount, en, zh):
    assert money(amount, "CNY", zh=False) == en
    assert money(amount, "CNY", zh=True) == zh


def test_ranks_percents_and_dates():
    assert [rank_text(x) for x in (0.004, 0.042, 0.968, 1.0, math.nan)] == [
        "<1",
        "4",
        "97",
        ">99",
        "—",
    ]
    assert percent(-0.237, signed=True) == "−23.7%"
    assert percent(0.002, signed=True) == "+0.2%"
    assert percent(0.325) == "32.5%"
    day = pd.Timestamp("2024-02-05")
    assert (day_text(day, zh=False), day_text(day, zh=True)) == ("5 Feb 2024", "2024年2月5日")
    assert level_text("turnover", 0.00656, "CNY", zh=False) == "0.66%"
    assert level_text("news_score", -0.25, "CNY", zh=False) == "−0.25"
    assert level_text("ep", math.nan, "CNY", zh=False) == "—"
    assert money(1e9, "USD", zh=True) == "10.0 亿USD"
