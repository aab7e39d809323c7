"""Reading what users bring: formats, names, units, and the refusals."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from quantquake.data.files import read
from quantquake.data.files.cells import as_dates
from quantquake.data.market import Market
from quantquake.errors import ConfigError, ContractError, DataError, FileError

DAYS = ["2024-02-05", "2024-02-06", "2024-02-07"]
PLAIN = "date,symbol,close\n" + "".join(f"{d},600000.SH,{7 + i}.5\n" for i, d in enumerate(DAYS))


def prices(**columns):
    rows = {"date": DAYS, "symbol": "600000.SH", "close": [7.5, 8.5, 9.5]}
    return pd.DataFrame(rows).assign(**columns)


def issues(table):
    return {note["what"]: note for note in table.attrs["issues"]}


def write(tmp_path, text, encoding="utf-8", name="prices.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def written(tmp_path, form):
    """The same three rows in every format that is read."""
    path = tmp_path / f"prices.{form}"
    if form == "xlsx":
        prices().to_excel(path, index=False)
    elif form == "parquet":
        duckdb = pytest.importorskip("duckdb")
        with duckdb.connect() as connection:
            connection.register("given", prices())
            connection.execute(f"copy given to '{path}' (format parquet)")
    else:
        separator = {"csv": ",", "tsv": "\t", "semicolon": ";"}[form]
        prices().to_csv(path, index=False, sep=separator)
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "semicolon", "xlsx", "parquet"])
def test_every_format_gives_the_same_table(tmp_path, form):
    table = read(written(tmp_path, form))
    assert list(table.columns) == ["date", "symbol", "close"]
    assert table["date"].dtype == "datetime64[ns]"
    assert table["date"].tolist() == list(pd.to_datetime(DAYS))
    assert table["symbol"].tolist() == ["600000.SH"] * 3
    assert table["close"].tolist() == [7.5, 8.5, 9.5]
    assert table.attrs == {"kind": "prices", "issues": []}


def test_content_counts_not_the_name(tmp_path):
    path = written(tmp_path, "parquet")
    assert len(read(path.rename(tmp_path / "prices.csv"))) == 3
    assert len(read((tmp_path / "prices.csv").rename(tmp_path / "prices[1]*.csv"))) == 3


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_bytes_streams_and_standard_input(tmp_path, form, monkeypatch):
    content = written(tmp_path, form).read_bytes()

    class Stdin:
        buffer = io.BytesIO(content)

    monkeypatch.setattr("sys.stdin", Stdin)
    for source in (content, io.BytesIO(content), "-"):
        assert read(source)["close"].tolist() == [7.5, 8.5, 9.5]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", object, "float32"])
def test_any_type_of_number(dtype):
    table = read(prices(close=pd.array([7, 8, 9], dtype=dtype)))
    assert table["close"].dtype == np.float64
    assert table["close"].tolist() == [7.0, 8.0, 9.0]
    missing = prices(close=pd.array([7, None, 9], dtype="Int64"))
    np.testing.assert_array_equal(read(missing)["close"], [7.0, np.nan, 9.0])


def test_a_frame_without_columns():
    with pytest.raises(DataError, match=r"its columns are \(none\)"):
        read(pd.DataFrame())


def test_text_streams_and_frames():
    assert len(read(io.StringIO(PLAIN))) == 3
    assert len(read(prices())) == 3
    indexed = prices(date=pd.to_datetime(DAYS)).set_index(["date", "symbol"])
    assert read(indexed)["close"].tolist() == [7.5, 8.5, 9.5]
    with pytest.raises(DataError, match="a int is neither a path, a file, nor a frame"):
        read(5)


def test_polars():
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({"date": DAYS, "symbol": ["600000"] * 3, "close": [7.5, None, 9.5]})
    got = read(table.with_columns(pl.col("date").str.to_date()))
    np.testing.assert_array_equal(got["close"], [7.5, np.nan, 9.5])


CHINESE = "交易日期,股票代码,股票简称,收盘价,成交量(手),成交额(万元),换手率(%)\n" + "".join(
    f"{d.replace('-', '')},1,平安银行,10.5,2000,210,0.5\n" for d in DAYS
)


@pytest.mark.feature("P07")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_exports(tmp_path, encoding):
    table = read(write(tmp_path, CHINESE, encoding))
    row = table.iloc[0].to_dict()
    assert row == {
        "date": pd.Timestamp("2024-02-05"),
        "symbol": "000001.SZ",
        "close": 10.5,
        "volume": 200_000.0,
        "amount": pytest.approx(2.1e6),
        "turnover": pytest.approx(0.005),
        "name": "平安银行",
    }
    assert ("encoding" in issues(table)) == (not encoding.startswith("utf-8"))
    converted = [n["where"] for n in table.attrs["issues"] if n["what"] == "unit converted"]
    assert converted == ["成交量(手)", "成交额(万元)", "换手率(%)"]
    market = Market.from_long(table)
    # 2.1e6 yuan at 0.5 % of the float.
    assert market.float_cap.iloc[0, 0] == pytest.approx(4.2e8)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-02-05", "2024-02-05"),
        ("2024/2/5", "2024-02-05"),
        ("2024.2.5", "2024-02-05"),
        ("20240205", "2024-02-05"),
        (20240205, "2024-02-05"),
        (20240205.0, "2024-02-05"),
        ("2024年2月5日", "2024-02-05"),
        ("２０２４-０２-０５", "2024-02-05"),
        ("2024-02-05 15:00:00", "2024-02-05"),
        (pd.Timestamp("2024-02-05 15:00"), "2024-02-05"),
        (pd.Timestamp("2024-02-05").date(), "2024-02-05"),
        (np.datetime64("2024-02-05"), "2024-02-05"),
    ],
)
def test_spellings_of_dates(cell, day):
    dates, _ = as_dates(pd.Series([cell] * 2, dtype=object), name="x", place=str)
    assert dates.tolist() == [pd.Timestamp(day)] * 2


def test_a_time_of_day_and_a_zone_are_dropped_with_a_note():
    stamps = pd.to_datetime(DAYS) + pd.Timedelta(hours=15)
    table = read(prices(date=stamps.tz_localize("Asia/Shanghai")))
    assert table["date"].tolist() == list(pd.to_datetime(DAYS))
    assert issues(table)["time zone"]["where"] == "Asia/Shanghai"
    assert "time of day" in issues(table)
    with pytest.raises(DataError, match="3 different times of day"):
        read(prices(date=pd.to_datetime(DAYS) + pd.to_timedelta([1, 2, 3], unit="h")))
    with pytest.raises(DataError, match="2 different times of day"):
        read(prices(date=["2024-02-05 09:31", "2024-02-05 09:32", "2024-02-05 09:32"]))


def test_unusual_dates_need_their_format():
    table = prices(date=["05/02/2024", "06/02/2024", "07/02/2024"])
    with pytest.raises(DataError, match="3 cells that are no date, first '05/02/2024' in row 0"):
        read(table)
    assert read(table, date_format="%d/%m/%Y")["date"].tolist() == list(pd.to_datetime(DAYS))


def test_units_are_taken_from_the_name_or_the_hint_never_from_the_value():
    given = prices(amount_1e4cny=3.0, volume=2.0, turnover_pct=0.5, market_cap=5.0)
    table = read(given, units={"market_cap": "亿"}, volume_unit="lots")
    row = table.iloc[0]
    assert row["amount"] == 3e4
    assert row["volume"] == 200.0
    assert row["turnover"] == pytest.approx(0.005)
    assert row["market_cap"] == 5e8
    plain = read(prices(amount=3.0, volume=2.0))
    assert plain.iloc[0][["amount", "volume"]].tolist() == [3.0, 2.0]
    assumed = [n["where"] for n in plain.attrs["issues"] if n["what"] == "unit not stated"]
    assert assumed == ["volume", "amount"]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("1e4", 1e4),
        (1e4, 1e4),
        ("万元", 1e4),
        ("亿", 1e8),
        ("千元", 1e3),
        ("1e8cny", 1e8),
        ("元", 1),
    ],
)
def test_units_of_money(unit, factor):
    assert read(prices(amount=3.0), units={"amount": unit})["amount"].iloc[0] == 3.0 * factor


def test_turnover_in_percent_is_not_taken_for_a_fraction():
    given = prices(turnover=[2.0, 3.0, 4.0])
    with pytest.raises(DataError, match=r"turnover in the table exceeds 1 .* units=\{'turnover'"):
        read(given)
    assert read(given, units={"turnover": "%"})["turnover"].tolist() == pytest.approx(
        [0.02, 0.03, 0.04]
    )


def test_volume_that_looks_like_lots_is_pointed_out_and_kept():
    table = read(prices(volume=1000.0, amount=[7.5e5, 8.5e5, 9.5e5]))
    assert table["volume"].tolist() == [1000.0] * 3
    assert "volume_unit='lots'" in issues(table)["volume looks like lots of 100"]["action"]
    fine = read(prices(volume=1000.0, amount=[7.5e3, 8.5e3, 9.5e3]))
    assert "volume looks like lots of 100" not in issues(fine)


@pytest.mark.parametrize(
    ("hints", "says"),
    [
        ({"units": {"amount": "furlong"}}, "unit 'furlong' is unknown"),
        ({"units": {"amount": -1}}, "unit -1 is unknown"),
        ({"units": {"amount": "nan"}}, "unit 'nan' is unknown"),
        ({"units": {"turnover": "pct"}}, "`units` names turnover, which the table does not have"),
        ({"units": {"amount": "亿"}}, "states the unit '1e4cny', `units` says '亿'"),
        ({"columns": {"x": "close"}}, "`columns` maps 'x' to 'close'"),
        ({"columns": {"close": "price"}}, "maps 'close' to 'price', which does not fit"),
        ({"kind": "holdings"}, "kind 'holdings' is not read yet.*prices, index, futures"),
        ({"kind": "stocks"}, "kind 'stocks' is unknown"),
    ],
)
def test_hints_that_cannot_be_followed_are_refused(hints, says):
    with pytest.raises(ConfigError, match=says):
        read(prices(amount_1e4cny=1.0), **hints)


def test_columns_by_hand_and_columns_left_out():
    given = prices().rename(columns={"close": "my price"}).assign(mood="fine")
    table = read(given, columns={"my price": "close"})
    assert table["close"].tolist() == [7.5, 8.5, 9.5]
    assert issues(table)["columns not used"]["where"] == "mood"


def test_two_columns_for_one_field():
    # A column spelled exactly like the field wins; otherwise somebody has to say.
    assert read(prices(收盘价=1.0))["close"].tolist() == [7.5, 8.5, 9.5]
    given = prices().rename(columns={"close": "收盘"}).assign(收盘价=1.0)
    with pytest.raises(DataError, match="columns '收盘', '收盘价' all look like `close`"):
        read(given)
    assert read(given, columns={"收盘": "close"})["close"].tolist() == [7.5, 8.5, 9.5]


def test_a_table_of_one_symbol():
    given = prices().drop(columns="symbol")
    with pytest.raises(DataError, match=r"no column for symbol.*give `symbol=`"):
        read(given, "index")
    assert read(given, "index", symbol="300")["symbol"].unique().tolist() == ["000300.SH"]


def test_unsorted_rows_are_sorted_with_a_note():
    table = read(prices().iloc[[2, 0, 1]])
    assert table["date"].is_monotonic_increasing
    assert "rows not sorted" in issues(table)
    by_symbol = pd.concat([prices(), prices(symbol="000001.SZ")])
    assert "rows not sorted" not in issues(read(by_symbol.sort_values(["symbol", "date"])))


def test_zero_prices_are_missing_and_counted():
    table = read(prices(close=[7.5, 0.0, 9.5]))
    np.testing.assert_array_equal(table["close"], [7.5, np.nan, 9.5])
    assert issues(table)["zero prices"]["where"].startswith("1 cells of column 'close'")


@pytest.mark.feature("P06")
def test_rows_after_as_of_are_ignored_and_counted():
    table = read(prices(), as_of="2024-02-06")
    assert table["date"].max() == pd.Timestamp("2024-02-06")
    assert issues(table)["rows after as_of"]["where"] == "1 rows after 2024-02-06"
    with pytest.raises(DataError, match="starts on 2024-02-05, after as_of 2024-02-01"):
        read(prices(), as_of="2024-02-01")


def test_symbols_without_a_close():
    given = pd.concat([prices(), prices(symbol="000001.SZ", close=np.nan)])
    with pytest.raises(DataError, match=r"1 of 2 symbols without a single close, first 000001.SZ"):
        read(given)
    table = read(given, all_nan="drop")
    assert table["symbol"].unique().tolist() == ["600000.SH"]
    assert issues(table)["symbols without a close"]["where"] == "000001.SZ"
    with pytest.raises(DataError, match="1 of 1 symbols without"):
        read(prices(close=np.nan), all_nan="drop")


def test_dates_must_be_sessions_of_the_exchange():
    # 2024-02-19 was a session in Shanghai (first after Spring Festival), a holiday in New York.
    days = ["2024-02-08", "2024-02-12", "2024-02-19"]
    with pytest.raises(DataError, match="1 of 3 dates on which XSHG was closed, first 2024-02-12"):
        read(prices(date=days))
    with pytest.raises(DataError, match="XNYS was closed, first 2024-02-19"):
        read(prices(date=days, symbol="SPY"))
    assert len(read(prices(date=days), calendar=None)) == 3
    table = read(prices(date=days, symbol="00700.HK"))
    assert "dates not checked" in issues(table)


def test_futures():
    given = prices(symbol="if2403", open_interest=[1, 2, 3], volume=5, product="nonsense")
    table = read(given, "futures")
    assert table["symbol"].unique().tolist() == ["IF2403.CFE"]
    assert table["product"].unique().tolist() == ["IF"]
    assert table["open_interest"].tolist() == [1.0, 2.0, 3.0]
    assert table["volume"].tolist() == [5.0] * 3
    assert len(read(given.iloc[:1], "futures")) == 1  # one day is a term structure
    # A lot is one contract here, whatever the column calls it.
    lots = given.rename(columns={"volume": "成交量(手)"})
    assert read(lots, "futures")["volume"].tolist() == [5.0] * 3


def test_continuous_futures_are_refused_because_they_have_no_expiry():
    with pytest.raises(ContractError, match="no expiry"):
        read(prices(symbol="IF8888"), "futures")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x\n1\n", "no column for date, symbol, close, which prices cannot do without"),
        ("date,symbol\n2024-02-05,600000\n", "no column for close.*columns are 'date', 'symbol'"),
        ("date,symbol,close\n", "a header and no rows"),
        (PLAIN + "2024-02-08,600000.SH,abc\n", "1 cells that are no number, first 'abc' in line 5"),
        (PLAIN + "\n2024-02-08,600000.SH,abc\n", "first 'abc' in line 6"),
        (PLAIN + "2024-02-08,600000.SH,inf\n", "no number, first inf in line 5"),
        (PLAIN + "2024-02-08,600000.SH,-1\n", "1 negative values, first -1.0 in line 5"),
        (PLAIN + "soon,600000.SH,1\n", "1 cells that are no date, first 'soon' in line 5"),
        (PLAIN + "2024-02-30,600000.SH,1\n", "no date, first '2024-02-30' in line 5"),
        (PLAIN + ",600000.SH,1\n", "no date, first '' in line 5"),
        (PLAIN + "2024-02-08,,1\n", "1 rows without a symbol, first in line 5"),
        (PLAIN + "2024-02-07,SH600000,1\n", r"more than once, first 2024-02-07 600000.SH \(2 rows"),
        ("\n".join(PLAIN.split("\n")[:2]), r"1 row\(s\) on 1 date\(s\), 2024-02-05: a return"),
        (PLAIN.replace("600000.SH", "浦发银行"), "1 symbols cannot be read, first '浦发银行'"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path, text, says):
    with pytest.raises(DataError, match=says) as caught:
        read(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileError, match=r"missing.csv does not exist"):
        read(tmp_path / "missing.csv")
    with pytest.raises(FileError, match="is a folder, not a file"):
        read(tmp_path)
    with pytest.raises(FileError, match=r"prices.csv is empty \(0 bytes\)"):
        read(write(tmp_path, ""))
    with pytest.raises(FileError, match="old Excel, compressed or PDF"):
        read(b"\x1f\x8b\x08 compressed")
    with pytest.raises(FileError, match="cannot be read as Parquet"):
        read(b"PAR1 cut short")
    with pytest.raises(FileError, match="cannot be read as an Excel workbook"):
        read(b"PK\x03\x04 cut short")
    with pytest.raises(FileError, match="is not text in utf-8-sig or gb18030"):
        read(b"date,symbol,close\n\xff\xff\xff\xff")
    with pytest.raises(FileError, match="is not text in latin-99"):
        read(PLAIN.encode(), encoding="latin-99")


def test_a_missing_file_names_its_neighbours(tmp_path):
    write(tmp_path, PLAIN, name="priecs.csv")
    with pytest.raises(FileError, match=r"holds priecs.csv\. Check the spelling"):
        read(tmp_path / "prices.csv")


def test_lines_with_too_many_fields_are_not_shifted(tmp_path):
    with pytest.raises(FileError, match="cannot be split into columns"):
        read(write(tmp_path, PLAIN + "2024-02-08,600000.SH,1,234.5\n"))


def test_codes_keep_their_zeros_and_tickers_their_letters(tmp_path):
    text = "date,symbol,close\n" + "".join(f"{d},{s},1\n" for d in DAYS for s in ("000001", "NA"))
    # NA is a company too, not a missing cell; two markets in one file: no calendar fits both.
    table = read(write(tmp_path, text))
    assert sorted(table["symbol"].unique()) == ["000001.SZ", "NA.US"]
    assert "leading zeros lost (a spreadsheet took the code for a number)" not in issues(table)


@pytest.mark.parametrize("cell", ["", "-", "--", "NA", "nan", "null", "#N/A"])
def test_empty_cells_are_not_observed(tmp_path, cell):
    table = read(write(tmp_path, PLAIN.replace("8.5", cell)))
    np.testing.assert_array_equal(table["close"], [7.5, np.nan, 9.5])


def test_excel_sheets(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        prices(close=1.0).to_excel(book, sheet_name="old", index=False)
        prices(date=pd.to_datetime(DAYS), symbol=1).to_excel(book, sheet_name="new", index=False)
    table = read(path, sheet="new")
    assert table["close"].tolist() == [7.5, 8.5, 9.5]
    assert table["symbol"].unique().tolist() == ["000001.SZ"]
    assert issues(table)["other sheets"]["where"] == "old"
    with pytest.raises(FileError, match="sheet"):
        read(path, sheet="none")


def test_notes_are_json_ready(tmp_path):
    table = read(write(tmp_path, CHINESE, "gbk"))
    notes = json.loads(json.dumps(table.attrs["issues"]))
    assert all(set(note) == {"what", "where", "action"} for note in notes)
