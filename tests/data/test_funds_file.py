"""Reader of leveraged funds: what each row says, and what is listed instead of guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import quantquake as qq
from quantquake.errors import DataError, QuantquakeError


def issues(table: pd.DataFrame, what: str) -> list[str]:
    return [one["where"] for one in table.attrs["issues"] if one["what"] == what]


def csv(tmp_path, text: str):
    path = tmp_path / "funds.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.feature("E01")
def test_a_snapshot_with_text_multiples_and_a_direction(tmp_path):
    path = csv(
        tmp_path,
        "symbol,leverage,direction,underlying_ticker,aum_usd\n"
        "TQQQ,3x,long,qqq,30e9\nSQQQ,3x,short,QQQ,2e9\nSVOL,variable,short,VIX,6e8\n"
        "PSQ,-1x,short,QQQ,\n",
    )
    table = qq.read(path, kind="funds")
    assert list(table["leverage"].fillna(0.0)) == [3.0, -3.0, 0.0, -1.0]
    assert list(table["symbol"]) == ["TQQQ.US", "SQQQ.US", "SVOL.US", "PSQ.US"]
    assert list(table["underlying"]) == ["QQQ", "QQQ", "VIX", "QQQ"]
    assert table["assets"].isna().tolist() == [False, False, False, True]
    assert table.attrs["currency"] == "USD"
    assert issues(table, "no fixed multiple") == ["1 of 4 rows: line 4"]
    assert issues(table, "assets missing") == ["1 of 4 rows: line 5"]


def test_chinese_headers_and_units(tmp_path):
    path = csv(
        tmp_path,
        "基金代码,杠杆倍数,方向,规模(亿元),标的代码\n7226,2倍,做多,35,HSTECH\n".replace(
            "7226", "513000"
        ),
    )
    table = qq.read(path, kind="funds")
    assert table["assets"].tolist() == [35e8]
    assert table["leverage"].tolist() == [2.0]
    assert table["symbol"].tolist() == ["513000.SH"]


def test_the_signed_column_goes_before_the_text():
    frame = pd.DataFrame(
        {
            "symbol": ["A", "B"],
            "leverage": ["2x", "2x"],
            "leverage_factor": [-2.0, np.nan],
            "aum": 1e9,
        }
    )
    assert qq.read(frame, kind="funds")["leverage"].tolist() == [-2.0, 2.0]


def test_a_multiple_against_its_direction_is_not_used_but_named():
    frame = pd.DataFrame(
        {"symbol": ["A"], "leverage": ["-2x"], "direction": ["long"], "aum": [1.0]}
    )
    table = qq.read(frame, kind="funds")
    assert table["leverage"].isna().all()
    assert issues(table, "multiple against direction") == ["1 of 1 rows: row 0 (counted from 0)"]


def test_rows_with_dates_are_cut_at_as_of():
    frame = pd.DataFrame(
        {"date": ["2026-02-03", "2026-02-04"], "symbol": "A", "leverage": 2.0, "aum": [1.0, 2.0]}
    )
    table = qq.read(frame, kind="funds", as_of="2026-02-03")
    assert table["assets"].tolist() == [1.0]
    assert table.attrs["as_of"] == pd.Timestamp("2026-02-03")
    with pytest.raises(DataError, match="nothing was known then"):
        qq.read(frame, kind="funds", as_of="2020-01-01")


def test_the_day_of_a_time_stamp_is_the_day_of_the_snapshot():
    frame = pd.DataFrame(
        {
            "symbol": ["A"],
            "leverage": [2.0],
            "aum": [1.0],
            "updated_at": ["2026-02-04T19:43:26+00:00"],
        }
    )
    assert qq.read(frame, kind="funds").attrs["as_of"] == pd.Timestamp("2026-02-04")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            {"symbol": ["A", "A"], "leverage": [2.0, 2.0], "aum": [1.0, 1.0]},
            "more than once.*2 of 2",
        ),
        ({"symbol": ["A"], "leverage": [2.0], "aum": [-1.0]}, "1 negative values"),
        ({"symbol": ["A"], "leverage": [2.0], "aum": ["many"]}, "no number.*'many'"),
        ({"symbol": ["A"], "aum": [1.0]}, "no column for leverage"),
        ({"leverage": [2.0], "aum": [1.0]}, "no column for symbol"),
        ({"symbol": ["A", None], "leverage": [2.0, 2.0]}, "1 rows without a symbol .row 1"),
        ({"symbol": [], "leverage": []}, "no rows"),
    ],
)
def test_bad_tables_say_where_and_what_to_do(rows, said):
    with pytest.raises(QuantquakeError, match=said):
        qq.read(pd.DataFrame(rows), kind="funds")
