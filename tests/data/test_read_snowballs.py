"""A book of snowballs read from a desk's file: headers, units, bad cells with their lines."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import quantquake as qq
from quantquake.errors import ConfigError, DataError

CHINESE = """产品代码,挂钩标的,名义本金(万元),起始日,敲入,敲出,期限(月),锁定期,年化票息,是否敲入
A1,中证500,5000,2023-05-04,80%,103%,24,3,16%,
A2,IC,"1,000",2023/6/5,0.75,1.03;1.025;1.02,24,3,0.15,否
A3,000852.SH,2亿,20230703,４８００,100%,12,3,12%,是
"""


def notes(table):
    return " | ".join(f"{i['what']}; {i['where']}; {i['action']}" for i in table.attrs["issues"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_chinese_headers_units_and_lists(encoding):
    table = qq.read(CHINESE.encode(encoding), kind="snowballs")
    assert table["line"].tolist() == [2, 3, 4]
    assert table["symbol"].tolist() == ["000905.SH", "000905.SH", "000852.SH"]
    assert table["notional"].tolist() == [5e7, 1e7, 2e8]  # 万元 by header, 亿 in the cell
    assert table["knock_in"].tolist() == [0.8, 0.75, 4800.0]
    assert table["knock_out"].tolist() == [(1.03,), (1.03, 1.025, 1.02), (1.0,)]
    assert table["coupon"].to_numpy() == pytest.approx([0.16, 0.15, 0.12])
    assert table["knocked_in"].tolist() == [None, False, True]
    assert table["date"].tolist() == list(
        pd.to_datetime(["2023-05-04", "2023-06-05", "2023-07-03"])
    )
    assert "中证500 -> 000905.SH" in notes(table)


def test_excel_and_frames_read_the_same(tmp_path):
    frame = pd.read_csv(io.StringIO(CHINESE), dtype=str)
    frame.to_excel(tmp_path / "book.xlsx", index=False)
    by_file = qq.read(tmp_path / "book.xlsx", kind="snowballs")
    by_frame = qq.read(frame, kind="snowballs")
    text = qq.read(CHINESE.encode(), kind="snowballs")
    for table in (by_file, by_frame):
        pd.testing.assert_frame_equal(
            table.drop(columns="line"), text.drop(columns="line"), check_dtype=False
        )


def test_a_bad_cell_costs_only_itself_and_is_named_with_its_line():
    text = CHINESE.replace("80%", "eighty").replace("2023/6/5", "5/6/2023")
    table = qq.read(text.encode(), kind="snowballs")
    assert len(table) == 3
    assert np.isnan(table["knock_in"][0])
    assert pd.isna(table["date"][1])
    said = notes(table)
    assert "'eighty' in line 2" in said
    assert "'5/6/2023' in line 3" in said


@pytest.mark.parametrize("cell", ["", "-", "--", "—", "nan", "N/A", "无"])
def test_empty_is_not_zero(cell):
    table = qq.read(CHINESE.replace("80%", cell).encode(), kind="snowballs")
    assert np.isnan(table["knock_in"][0])
    assert "cannot be read" not in notes(table)


def test_trades_of_one_day_and_index_are_not_duplicates():
    frame = pd.DataFrame(
        {"symbol": "IC", "notional": 1e6, "knock_in": 0.8, "knock_out": 1.0, "date": "2023-05-04"},
        index=range(3),
    )
    assert len(qq.read(frame, kind="snowballs")) == 3


def test_later_trades_are_ignored_and_counted():
    table = qq.read(CHINESE.encode(), kind="snowballs", as_of="2023-06-05")
    assert table["line"].tolist() == [2, 3]
    assert "1 trades issued after 2023-06-05" in notes(table)


def test_a_table_without_barriers_or_rows_is_refused_as_a_whole():
    with pytest.raises(DataError, match="no column for knock_in"):
        qq.read(CHINESE.replace("敲入,", "x,", 1).encode(), kind="snowballs")
    with pytest.raises(DataError, match="nothing to measure"):
        qq.read(CHINESE.splitlines()[0].encode(), kind="snowballs")
    with pytest.raises(ConfigError, match="snowballs"):
        qq.read(CHINESE.encode(), kind="noteballs")


def test_the_store_keeps_panels_only(tmp_path):
    from quantquake.data.store import Store

    store = Store(tmp_path / "store")
    with pytest.raises(ConfigError, match="not kept in the store"):
        store.ingest("snowballs", CHINESE.encode())
    assert "snowballs" not in store.rows()
