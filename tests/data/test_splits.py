import pandas as pd
import pytest

from quantquake.data.files import read


def rows(closes, symbol="515220.SH"):
    dates = pd.bdate_range("2024-04-08", periods=len(closes))
    return pd.DataFrame({"date": dates, "symbol": symbol, "close": closes})


def notes(table):
    return [n for n in read(table, "prices").attrs["issues"] if "price limit" in n["what"]]


def test_a_halved_price_is_pointed_out_and_left():
    table = rows([2.6, 2.6, 1.3, 1.3])
    assert len(notes(table)) == 1
    assert "515220.SH 2024-04-10 -50%" in notes(table)[0]["where"]
    assert read(table, "prices")["close"].tolist() == [2.6, 2.6, 1.3, 1.3]


@pytest.mark.parametrize("closes", [[10.0, 8.0, 6.4], [10.0, 30.0], [10.0, 7.0]])
def test_limit_falls_and_first_day_rises_are_not(closes):
    assert notes(rows(closes)) == []


def test_other_markets_have_no_limit():
    assert notes(rows([10.0, 5.0, 5.0], "NVDA.US").assign(symbol="NVDA.US")) == []
