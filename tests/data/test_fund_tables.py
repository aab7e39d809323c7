"""Hand-kept tables of funds: names and units understood, bad cells kept for whoever names the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quantquake.data.files.fund_tables import FUND_TABLES, read_fund_table
from quantquake.errors import DataError, FileError


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.feature("E08")
def test_a_chinese_product_table_as_a_desk_keeps_it(tmp_path):
    text = (
        "产品名称,基准,成立日期,累计超额(%),规模(亿元),止损线,仓位\n"
        "甲,中证1000,2023年11月21日,3.5,12,0.7,95%\n"
        "\n"
        '乙,000905,2023/6/1,-1,"1,200",０.８,1\n'
        "丙,IM,去年,四,3,,\n"
    )
    table = read_fund_table(write(tmp_path, text, "gbk"), "products")
    assert table.index.tolist() == [2, 4, 5]  # lines of the file, blank ones counted
    assert table["benchmark"].tolist() == ["000852.SH", "000905.SH", "000852.SH"]
    assert table["assets"].tolist() == [12e8, 1200e8, 3e8]
    assert table["excess"].tolist() == [pytest.approx(0.035), -0.01, "四"]
    assert table["launch"].tolist()[:2] == [pd.Timestamp("2023-11-21"), pd.Timestamp("2023-06-01")]
    assert table["launch"].iloc[2] == "去年"
    assert table["stop"].tolist()[:2] == [0.7, 0.8]
    assert table["equity_share"].tolist()[:2] == [pytest.approx(0.95), 1.0]
    said = {i["what"] for i in table.attrs["issues"]}
    assert {"encoding", "unit converted"} <= said


def test_every_kind_is_read_by_its_own_names(tmp_path):
    for kind, schema in FUND_TABLES.items():
        row = dict.fromkeys(schema.fields, 0.5) | {"name": "a", "symbol": "600000"}
        row |= {"benchmark": "000852", "launch": "2024-01-02", "nav_date": "2024-01-02"}
        row = {k: v for k, v in row.items() if k in schema.fields}
        table = read_fund_table(pd.DataFrame([row]), kind)
        assert list(table.columns) == list(schema.fields), kind
        assert table.index.tolist() == [0]


def test_other_columns_are_named_and_missing_ones_refused(tmp_path):
    table = read_fund_table(write(tmp_path, "name,nav,assets,colour\na,0.8,1e8,red\n"), "products")
    assert table.attrs["issues"] == [
        {"what": "columns not used", "where": "colour", "action": "left out"}
    ]
    for text, said in (
        ("name,nav\na,0.8\n", "lacks assets"),
        ("colour,size_of_shoe\nred,43\n", "lacks assets"),
        ("name,nav,assets\n", "0 rows"),
    ):
        with pytest.raises(DataError, match=said):
            read_fund_table(write(tmp_path, text), "products")
    with pytest.raises(DataError, match="any column known here"):
        read_fund_table(write(tmp_path, "colour\nred\n"), "neutral funds")
    with pytest.raises(DataError, match="look like `assets`"):
        read_fund_table(write(tmp_path, "aum,size,nav\n1,2,0.8\n"), "products")
    with pytest.raises(FileError, match="does not exist"):
        read_fund_table(tmp_path / "no.csv", "products")


def test_empty_cells_are_missing(tmp_path):
    table = read_fund_table(write(tmp_path, "name,nav,assets\na,,1e8\nb,-,2e8\n"), "products")
    assert np.isnan(pd.to_numeric(table["nav"])).all()
