"""Symbols: one spelling, and every guess reported."""

import numpy as np
import pandas as pd
import pytest

from quantquake.data.symbols import calendar_of, canonical_symbol, canonical_symbols
from quantquake.errors import ContractError, DataError


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("600000.SH", "600000.SH"),
        ("600000", "600000.SH"),
        (600000, "600000.SH"),
        (600000.0, "600000.SH"),
        ("SH600000", "600000.SH"),
        ("sh.600000", "600000.SH"),
        ("sh600000", "600000.SH"),
        ("600000.XSHG", "600000.SH"),
        ("600000.ss", "600000.SH"),
        (" ６０００００ ", "600000.SH"),  # full width
        ("000001.XSHE", "000001.SZ"),
        ("1", "000001.SZ"),
        (1, "000001.SZ"),
        ("1.SZ", "000001.SZ"),
        ("2594", "002594.SZ"),
        ("300750", "300750.SZ"),
        ("688981", "688981.SH"),
        ("430047", "430047.BJ"),
        ("920819.BJ", "920819.BJ"),
        ("510300", "510300.SH"),
        ("159915", "159915.SZ"),
        ("NVDA", "NVDA.US"),
        ("nvda.us", "NVDA.US"),
        ("NVDA.O", "NVDA.US"),
        ("BRK.B", "BRK-B.US"),
        ("BRK-B", "BRK-B.US"),
        ("SH", "SH.US"),  # an inverse ETF, not the exchange
        ("00700.HK", "00700.HK"),
        ("000300.SH", "000300.SH"),
    ],
)
def test_among_prices(text, symbol):
    assert canonical_symbol(text) == symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("000300", "000300.SH"),
        (300, "000300.SH"),
        ("000001", "000001.SH"),  # the composite, where prices have a bank
        ("399006", "399006.SZ"),
        ("930713", "930713.CSI"),
        ("H30269", "H30269.CSI"),
        ("H30269.CSI", "H30269.CSI"),
        ("883418.THS", "883418.THS"),
        ("883418", "883418"),  # publisher unknown: kept
        ("8841431.WI", "8841431.WI"),
        ("000300.XSHG", "000300.SH"),
        ("SPX", "SPX.US"),
        ("万得微盘", "万得微盘"),
    ],
)
def test_among_indices(text, symbol):
    assert canonical_symbol(text, kind="index") == symbol


@pytest.mark.parametrize("text", ["IF2403", "if2403", "IF2403.CFE", "IF2403.CFX", "CFFEX.IF2403"])
def test_among_futures(text):
    assert canonical_symbol(text, kind="futures") == "IF2403.CFE"


@pytest.mark.parametrize("text", ["IF.CFE", "IF00", "IF8888", "IF主力", "IFL0", "IC00C1", "999999"])
def test_a_future_without_contract_has_no_expiry(text):
    with pytest.raises(ContractError, match="expiry"):
        canonical_symbol(text, kind="futures")


@pytest.mark.parametrize("text", ["贵州茅台", "777777", "00700", "", "A.SH", "1234567", "a b"])
def test_what_is_no_symbol_is_refused(text):
    with pytest.raises(DataError, match="cannot be read, first") as caught:
        canonical_symbol(text)
    assert repr(text) in str(caught.value)


PRICES = ["600000", "1", "SH600000", "NVDA", "BRK.B", "AHL_C", "KSU_", "00700.HK"]
INDICES = ["000300", "1", "SH000300", "H30269", "883418", "SPX", "883418.THS", "万得微盘"]


@pytest.mark.parametrize(
    ("text", "kind"), [(t, "prices") for t in PRICES] + [(t, "index") for t in INDICES]
)
def test_reading_twice_changes_nothing(text, kind):
    once = canonical_symbol(text, kind=kind)
    assert canonical_symbol(once, kind=kind) == once


def test_a_column_reports_what_was_guessed():
    given = pd.Series([1, 600000, 1], index=[5, 6, 7])
    symbols, issues = canonical_symbols(given)
    assert symbols.tolist() == ["000001.SZ", "600000.SH", "000001.SZ"]
    assert list(symbols.index) == [5, 6, 7]
    assert {i["what"].split(" (")[0]: i["where"] for i in issues} == {
        "leading zeros lost": "1 -> 000001.SZ",
        "no exchange given": "600000 -> 600000.SH",
    }


def test_canonical_spellings_are_no_news():
    _, issues = canonical_symbols(pd.Series(["600000.SH", "NVDA.US", "00700.HK"]))
    assert issues == []


def test_all_unreadable_symbols_are_counted():
    with pytest.raises(DataError, match="2 symbols cannot be read, first '茅台', '五粮液'"):
        canonical_symbols(pd.Series(["茅台", "600000", "五粮液", "茅台"]))


def test_any_column_type_will_do():
    for dtype in (object, "str", "category"):
        symbols, _ = canonical_symbols(pd.Series(["600000", "1"], dtype=dtype))
        assert symbols.tolist() == ["600000.SH", "000001.SZ"]
    symbols, _ = canonical_symbols(pd.Series(np.array([600000.0, 1.0])))
    assert symbols.tolist() == ["600000.SH", "000001.SZ"]


@pytest.mark.parametrize(
    ("symbols", "calendar"),
    [
        (["600000.SH", "000001.SZ", "H30269.CSI", "IF2403.CFE"], "XSHG"),
        (["NVDA.US"], "XNYS"),
        (["NVDA.US", "600000.SH"], None),
        (["00700.HK"], None),
        ([], None),
    ],
)
def test_the_calendar_goes_by_the_exchange(symbols, calendar):
    assert calendar_of(pd.Index(symbols, dtype="str")) == calendar
