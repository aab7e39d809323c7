"""The regime table: dates and values of the spec, unknown where nobody told us."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from quantquake.data.rules import trading_rules
from quantquake.errors import ConfigError

# spec/derivatives.md 1.2: effective, lots, close-today fee.
SPEC = [
    ("2015-08-26", None, 0.000115),
    ("2015-09-07", 10, 0.0023),
    ("2017-02-17", 20, 0.00092),
    ("2017-09-18", 20, 0.00069),
    ("2018-12-03", 50, 0.00046),
    ("2019-04-22", 500, 0.000345),
    ("2023-03-20", 500, 0.00023),
]


@pytest.mark.feature("F15")
@pytest.mark.parametrize(("date", "lots", "fee"), SPEC)
def test_values_hold_from_their_day(date: str, lots: float | None, fee: float) -> None:
    rules = trading_rules()
    assert rules.value("open_limit", "IC", date) == lots
    assert rules.value("close_today_fee", "IC", date) == fee
    before = pd.Timestamp(date) - pd.Timedelta(days=1)
    assert rules.value("close_today_fee", "IC", before) != fee


@pytest.mark.feature("F15")
def test_three_levers_were_tightened_once_and_eased_five_times() -> None:
    rules = trading_rules()
    kinds = rules.changes["direction"].value_counts()
    assert kinds["easing"] == 5
    dates = rules.changes.set_index("id")["date"]
    # seed 003: third easing 2018-12-03, fourth 2019-04-22
    assert dates["easing-3"] == pd.Timestamp("2018-12-03")
    assert dates["easing-4"] == pd.Timestamp("2019-04-22")
    for field, looser in (("open_limit", 1), ("margin", -1), ("close_today_fee", -1)):
        since = rules.series(field, "IC").loc["2015-09-07":]
        assert (since.diff().dropna() * looser >= 0).all(), field


def test_unverified_rows_say_so() -> None:
    rules = trading_rules()
    assert rules.verified("open_limit", "IF", "2019-06-03")
    assert not rules.verified("close_today_fee", "IF", "2024-01-02")
    assert not rules.verified("fee", "IF", "2024-01-02")
    assert not rules.table.loc[rules.table["source"].str.contains("general"), "verified"].any()
    assert rules.value("position_limit", "IM", "2022-07-21") is None
    filled = rules.on_dates("open_limit", "IF", pd.DatetimeIndex(["2010-05-04", "2020-01-02"]))
    assert filled.isna().tolist() == [True, False]
    assert rules.listings.loc[rules.listings["date"] == "2019-12-23", "products"].iloc[0] == ["IF"]


GOOD = """
exchange = "X"
[fields.fee]
unit = "1"
[[regime]]
id = "a"
date = 2020-01-01
title_en = "a"
title_zh = "甲"
direction = "easing"
source = "me"
verified = false
values = [{ field = "fee", products = ["IF"], value = 0.1 }]
"""


def test_own_table_and_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert trading_rules(file).value("fee", "IF", "2021-01-01") == 0.1
    with pytest.raises(ConfigError, match="'margin' is not in the table of X"):
        trading_rules(file).value("margin", "IF", "2021-01-01")
    for change, match in (
        (("easing", "sideways"), "unknown direction"),
        (('field = "fee"', 'field = "toll"'), "no \\[fields\\] entry"),
        (('id = "a"\n', ""), "lacks 'id'"),
        (("exchange =", "exchange ?"), "cannot be read"),
    ):
        file.write_text(GOOD.replace(*change), encoding="utf-8")
        with pytest.raises(ConfigError, match=match):
            trading_rules(file)
    with pytest.raises(ConfigError, match="no rule table 'shfe'"):
        trading_rules("shfe")
