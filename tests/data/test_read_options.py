"""Option chains read: names, types, terms out of codes, and the refusals."""

import numpy as np
import pandas as pd
import pytest

import quantquake as qq
from quantquake.data.files import read
from quantquake.errors import DataError

CHAIN = pd.DataFrame(
    {
        "quote_date": "2024-02-05", "contract": ["A", "B"], "expiry": "2024-03-15",
        "option_type": ["call", "P"], "strike": [3500, 3400.0], "bid": [1.2, 0.0], "ask": [1.4, 0.2],
        "open_interest": [10, 20], "iv": [0.2, 0.25],
    }
)  # fmt: skip


def issues(table):
    return {note["what"]: note for note in table.attrs["issues"]}


def test_an_english_chain():
    table = read(CHAIN, kind="options")
    assert table.attrs["kind"] == "options"
    assert table["date"].tolist() == [pd.Timestamp("2024-02-05")] * 2
    assert table["option_type"].tolist() == ["call", "put"]
    assert table["symbol"].tolist() == ["A", "B"]
    assert np.isnan(table["bid"][1])  # a bid of zero is no bid
    assert table["open_interest"].tolist() == [10.0, 20.0]


def test_a_chinese_chain_in_gbk_with_terms_in_the_code(tmp_path):
    lines = (
        "日期,合约代码,结算价,持仓量,隐含波动率(%)",
        "20240205,IO2403-C-3500,12.4,100,18",
        "20240205,MO2403-P-5000,90,50,40",
    )
    file = tmp_path / "链.csv"
    file.write_bytes("\n".join(lines).encode("gbk"))
    table = qq.read(file, kind="options")
    assert table["option_type"].tolist() == ["call", "put"]
    assert table["strike"].tolist() == [3500.0, 5000.0]
    # The third Friday of March 2024.
    assert (table["expiry"] == pd.Timestamp("2024-03-15")).all()
    assert table["iv"].tolist() == pytest.approx([0.18, 0.40])
    assert issues(table)["strike from the code"]["where"] == "2 rows"


def test_codes_of_the_us_and_of_cffex():
    codes = ["SPXW220207C02400000", "SPY230915P00449500", "HO2606-C-2800", "nonsense"]
    table = read(pd.DataFrame({"contractSymbol": codes, "openInterest": 1}), kind="options")
    assert table["strike"].tolist()[:3] == [2400.0, 449.5, 2800.0]
    assert table["expiry"].tolist()[:2] == [pd.Timestamp("2022-02-07"), pd.Timestamp("2023-09-15")]
    # Third Friday 2026-06-19 is a holiday: CFFEX rolls to the next session (contract table).
    assert table["expiry"][2] == pd.Timestamp("2026-06-22")
    assert pd.isna(table["strike"][3])


def test_terms_that_are_given_go_before_the_code():
    table = read(
        CHAIN.assign(contract=["SPXW240315C09990000", "SPXW240315P09990000"]), kind="options"
    )
    assert table["strike"].tolist() == [3500.0, 3400.0]
    gap = CHAIN.assign(contract=["SPXW240315C09990000", "B"], strike=[np.nan, 3400.0])
    assert read(gap, kind="options")["strike"].tolist() == [9990.0, 3400.0]


def test_rows_keep_their_order_and_their_numbers():
    shuffled = CHAIN.iloc[[1, 0]]
    assert read(shuffled, kind="options")["strike"].tolist() == [3400.0, 3500.0]
    later = read(
        CHAIN.assign(quote_date=["2024-02-05", "2024-02-06"]), kind="options", as_of="2024-02-05"
    )
    assert later.index.tolist() == [0]
    assert issues(later)["rows after as_of"]["action"] == "ignored"


def test_what_is_refused_says_where():
    with pytest.raises(DataError, match=r"no column for strike.*its columns are quote_date"):
        read(CHAIN.drop(columns="strike"), kind="options")
    with pytest.raises(DataError, match="neither call nor put, first 'future' in row 1"):
        read(CHAIN.assign(option_type=["call", "future"]), kind="options")
    with pytest.raises(DataError, match="per cent taken for fractions"):
        read(CHAIN.assign(iv=[20.0, 25.0]), kind="options")
    with pytest.raises(DataError, match="no number, first 'many' in row 0"):
        read(CHAIN.assign(open_interest=["many", 1]), kind="options")
    with pytest.raises(DataError, match="negative"):
        read(CHAIN.assign(open_interest=[-5, 1]), kind="options")
    with pytest.raises(DataError, match="no rows"):
        read(CHAIN.iloc[:0], kind="options")
    with pytest.raises(DataError, match="no date"):
        read(CHAIN.assign(expiry=["2024-03-15", "soon"]), kind="options")


def test_an_empty_expiry_is_that_contracts_own():
    table = read(CHAIN.assign(expiry=["2024-03-15", None]), kind="options")
    assert table["expiry"].isna().tolist() == [False, True]


def test_the_store_keeps_no_chains(tmp_path):
    from quantquake.data.store import Store
    from quantquake.errors import ConfigError

    store = Store(tmp_path)
    for act in (lambda: store.ingest("options", CHAIN), lambda: store.load("options")):
        with pytest.raises(ConfigError, match=r"'options' is not kept.*prices, index, futures"):
            act()
