"""What users bring that cannot be measured: one paragraph, exit 2, nothing written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

DAY = ("day", "--prices")
BASIS = ("basis", "--futures")


@pytest.fixture(scope="module")
def short(tables):
    """The last 30 sessions of the prices: enough for every gate."""
    prices = tables["prices"]
    last = prices["date"].drop_duplicates().nlargest(30)
    return prices.loc[prices["date"].isin(last), ["date", "symbol", "close"]].reset_index(drop=True)


@pytest.fixture
def given(tmp_path):
    """Write a table or raw bytes to a file of the user."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        if isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False)
        else:
            path.write_bytes(content)
        return path

    return write


def spoiled(table, row, column, value):
    """The table with one cell changed."""
    table = table.astype({column: object})
    table.loc[table.index[row], column] = value
    return table


def notes(answer):
    """What a command that succeeded noted about its data."""
    assert (answer.code, answer.err) == (0, "")
    return " | ".join(json.loads(answer.out)["issues"])


# --- the file -----------------------------------------------------------------------------------


def test_a_missing_file(run, refused):
    refused(run(*DAY, "nope.csv"), "nope.csv does not exist", "Check the spelling")


def test_a_folder(run, refused, tmp_path):
    refused(run(*DAY, tmp_path), "is a folder", "Name one file")


def test_an_empty_file(run, refused, given):
    refused(run(*DAY, given(b"")), "0 bytes", "Export it again")
    refused(run(*DAY, given(b"date,symbol,close\n")), "a header and no rows")


def test_garbage_named_parquet(run, refused, given):
    for content in (bytes(range(1, 256)) * 20, b"PAR1" + b"\xff" * 400, b"PAR1"):
        refused(run(*DAY, given(content, "x.parquet")), "x.parquet", "Export it again")
    for content in (b"\x00" * 4000, b"PK\x03\x04" + b"\x01" * 400, b"%PDF-1.7 "):
        refused(run(*DAY, given(content, "x.xlsx")), "x.xlsx")


def test_a_gbk_file_with_chinese_headers_works(run, given, short):
    names = {"date": "交易日期", "symbol": "股票代码", "close": "收盘价"}
    content = short.rename(columns=names).to_csv(index=False).encode("gbk")
    plain = run(*DAY, given(short), "--format", "csv")
    assert run(*DAY, given(content), "--format", "csv") == plain
    assert plain.code == 0


def test_two_tables_from_standard_input(run, refused):
    for args in (
        ("day", "--prices", "-", "--index", "-"),
        ("report", "--prices", "-", "--futures", "-"),
        ("score", "--index", "-", "--index", "-"),
        ("score", "--prices", "-", "--themes", "-"),
    ):
        refused(run(*args, stdin=b"date,symbol,close\n"), "standard input", "only once")
    refused(run(*DAY, "-"), "standard input is empty")


def test_no_table_at_all(run, refused):
    refused(run("score"), "no table was named")
    refused(run("report"), "no table was named")
    refused(run("day"), "--prices", "`quantquake day --help`")
    refused(run("basis"), "--futures", "`quantquake basis --help`")


# --- the table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["date", "symbol", "close"])
def test_a_missing_column(run, refused, given, short, column):
    said = refused(run(*DAY, given(short.drop(columns=column))), f"no column for {column}")
    for name in set(short.columns) - {column}:
        assert repr(name) in said
    assert "Rename the column" in said


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("close", "abc", "no number, first 'abc' in line 9"),
        ("close", "1,234.5", "no number, first '1,234.5' in line 9"),
        ("close", "inf", "no number, first inf in line 9"),
        ("close", "1e400", "no number, first inf in line 9"),
        ("close", "true", "no number, first 'true' in line 9"),
        ("close", -1.0, "negative values, first -1.0 in line 9"),
        ("date", "5 Feb", "no date, first '5 Feb' in line 9"),
        ("date", "05/02/2024", "no date, first '05/02/2024' in line 9"),
        ("date", "2024-02-30", "no date, first '2024-02-30' in line 9"),
        ("date", "9999-12-31", "no date, first '9999-12-31' in line 9"),
        ("date", "", "no date, first '' in line 9"),
        ("symbol", "", "without a symbol, first in line 9"),
        ("symbol", "???", "symbols cannot be read, first '???'"),
    ],
)
def test_a_cell_of_the_wrong_type_is_named_with_its_line(
    run, refused, given, short, column, value, says
):
    refused(run(*DAY, given(spoiled(short, 7, column, value))), says)


def test_a_repeated_row(run, refused, given, short):
    again = pd.concat([short, short.iloc[[3]]])
    refused(run(*DAY, given(again)), "1 (date, symbol) pairs more than once", "Remove")
    spellings = pd.concat([short, short.assign(symbol=short["symbol"].str.slice(0, 6))])
    refused(run(*DAY, given(spellings)), f"{len(short)} (date, symbol) pairs more than once")


def test_unsorted_rows_are_taken_with_a_note(run, given, short):
    mixed = short.sample(frac=1, random_state=1)
    answer = run(*DAY, given(mixed), "--format", "json")
    assert "rows not sorted" in notes(answer)
    sorted_ = json.loads(run(*DAY, given(short), "--format", "json").out)
    assert {**json.loads(answer.out), "issues": []} == {**sorted_, "issues": []}


def test_a_date_without_a_session(run, refused, given, short):
    last = short["date"].max()
    sunday = short.assign(date=short["date"].mask(short["date"] == last, last + pd.Timedelta("2D")))
    refused(run(*DAY, given(sunday)), "1 of 30 dates on which XSHG was closed", "2024-03-31 Sun")


def test_a_symbol_that_was_never_seen(run, refused, given, short):
    gone = short.assign(close=short["close"].mask(short["symbol"] == "600001.SH"))
    refused(run(*DAY, given(gone)), "1 of 80 symbols without a single close", "600001.SH")


def test_one_row_has_no_return(run, refused, given, short, tables):
    refused(run(*DAY, given(short.iloc[:1])), "1 row(s) on 1 date(s)", "longer history")
    refused(run("score", "--index", given(tables["index"].iloc[:1])), "1 row(s) on 1 date(s)")


def test_a_zero_price_is_missing_and_counted(run, given, short):
    zero = spoiled(short, -1, "close", 0)
    answer = run(*DAY, given(zero), "--format", "json")
    assert "zero prices; 1 cells" in notes(answer)
    assert json.loads(answer.out)["names"] == 79


def test_turnover_in_percent_is_not_guessed(run, refused, given, tables):
    percent = tables["prices"].assign(turnover=tables["prices"]["turnover"] * 100)
    refused(run("score", "--prices", given(percent)), "in percent", "turnover_pct")
    named = percent.rename(columns={"turnover": "turnover_pct"})
    assert run("score", "--prices", given(named)).code == 0


def test_prices_and_index_without_a_common_date(run, refused, given, files, tables):
    old = given(tables["index"][tables["index"]["date"] < "2023-06-01"], "old.csv")
    new = given(tables["prices"][tables["prices"]["date"] > "2024-01-01"], "new.csv")
    refused(run("day", "--prices", new, "--index", old), "share no date", "Give index rows")
    contracts = tables["futures"].drop(columns="spot_close")
    late = given(contracts[contracts["date"] > "2024-01-01"], "late.csv")
    refused(run("basis", "--futures", late, "--index", old), "no futures row is dated 2023-05-31")


def test_tables_that_end_on_different_days_are_pointed_out(run, given, files, tables):
    early = given(tables["index"][tables["index"]["date"] <= "2024-03-15"], "early.csv")
    answer = run("day", "--prices", files.prices, "--index", early, "--format", "json")
    assert "prices to 2024-03-29, index to 2024-03-15" in notes(answer)
    assert json.loads(answer.out)["on"] == "2024-03-15"


def test_a_symbol_in_two_index_files(run, refused, files):
    refused(run("score", "--index", files.index, "--index", files.index), "more than one --index")


def test_a_table_of_another_kind(run, refused, files):
    refused(run(*DAY, files.index), "4 indices among 4 symbols", "--index")
    refused(run(*DAY, files.futures), "dated futures", "--futures")
    refused(run("score", "--index", files.futures), "dated futures", "--futures")
    refused(run(*BASIS, files.index), "not the symbol of a dated index-futures contract")
    refused(run(*BASIS, files.prices), "not the symbol of a dated index-futures contract")


def test_a_few_indices_among_the_prices(run, refused, given, short, tables):
    index = tables["index"].loc[tables["index"]["symbol"] == "000300.SH", short.columns]
    mixed = pd.concat([short, index[index["date"].isin(short["date"])]])
    refused(run(*DAY, given(mixed)), "1 indices among 81 symbols, first 000300.SH")


def test_shares_given_as_indices_are_pointed_out(run, given, tables):
    prices = tables["prices"]
    few = given(prices[prices["symbol"].isin(["600002.SH", "600003.SH"])])
    answer = run("score", "--index", few, "--format", "json")
    assert "shares among the indices" in notes(answer)


# --- futures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["IF00", "IF主连", "IF.CFE", "IF9999", "沪深300主力"])
def test_a_continuous_series_has_no_expiry(run, refused, given, tables, name):
    rows = tables["futures"].drop_duplicates("date").assign(symbol=name)
    refused(run(*BASIS, given(rows)), f"{name!r} is a continuous series", "no expiry")


def test_futures_without_any_identity(run, refused, given, tables):
    refused(run(*BASIS, given(tables["futures"].drop(columns="symbol"))), "no column for symbol")
    unknown = tables["futures"].drop_duplicates("date").assign(symbol="XX2403")
    refused(run(*BASIS, given(unknown)), "'XX2403' is not the symbol", "IF, IH, IC, IM")


def test_a_row_after_the_expiry(run, refused, given, tables):
    futures = tables["futures"]
    last = (futures["date"] == "2024-03-29") & (futures["symbol"] == "IC2404.CFE")
    wrong = futures.assign(symbol=futures["symbol"].mask(last, "IC2401.CFE"))
    refused(
        run(*BASIS, given(wrong)), "IC2401.CFE on 2024-03-29 (expiry 2024-01-19)", "Drop these rows"
    )


def test_prices_of_contracts(run, refused, given, tables):
    refused(run(*BASIS, given(spoiled(tables["futures"], 5, "close", -1))), "no such close exists")
    zero = tables["futures"].assign(
        close=tables["futures"]["close"].mask(tables["futures"]["symbol"] == "IF2404.CFE", 0.0)
    )
    refused(run(*BASIS, given(zero)), "1 of 60 symbols without a single close", "IF2404.CFE")


def test_no_open_interest(run, refused, given, tables):
    rows = tables["futures"].drop(columns="open_interest")
    refused(run(*BASIS, given(rows)), "no `open_interest`", "Add the column")


def test_no_level_of_the_index(run, refused, given, files, tables):
    bare = given(tables["futures"].drop(columns="spot_close"))
    refused(run(*BASIS, bare), "spot_close")
    assert run(*BASIS, bare, "--index", files.index).code == 0
    report = run("report", "--prices", files.prices, "--futures", bare)
    assert report.code == 0
    assert "hedging cost: left out" in report.out
    assert "No futures were given" not in report.out


def test_a_level_that_is_never_seen_is_not_priced(run, given, tables):
    blind = given(tables["futures"].assign(spot_close=np.nan))
    answer = run(*BASIS, blind, "--format", "json")
    assert json.loads(answer.out)["products"][0]["basis"] is None
    assert "It cannot be told." in run(*BASIS, blind).out


def test_a_product_that_ended_does_not_hide_the_others(run, refused, given, tables):
    futures = tables["futures"]
    gone = futures[(futures["product"] != "IM") | (futures["date"] < "2024-03-29")]
    answer = run(*BASIS, given(gone), "--format", "json")
    assert "IM: left out; no contract is quoted on 2024-03-29" in notes(answer)
    assert [p["product"] for p in json.loads(answer.out)["products"]] == ["IC", "IF"]
    refused(run(*BASIS, given(gone), "--product", "IM"), "2024-03-29 is not among", "2024-03-28")


# --- the day asked for --------------------------------------------------------------------------

DATED = {
    "day": ("--prices", "prices", "--index", "index"),
    "score": ("--index", "index"),
    "basis": ("--futures", "futures"),
    "report": ("--prices", "prices", "--index", "index", "--futures", "futures"),
}


@pytest.mark.parametrize("verb", [*DATED])
@pytest.mark.parametrize(
    ("on", "says"),
    [
        ("2024-02-03", "nearest earlier are 2024-01-31, 2024-02-01, 2024-02-02"),  # a Saturday
        ("2024-02-12", "nearest earlier"),  # new year's holiday
        ("2001-01-01", "after as_of 2001-01-01"),
        ("2030-01-02", "nearest earlier are 2024-03-27, 2024-03-28, 2024-03-29"),
        ("garbage", "'garbage' is no single day"),
        ("2024", "'2024' is no single day"),
        ("today", "'today' is no single day"),
        ("05/02/2024", "'05/02/2024' is no single day"),
        ("2024-02-05T10:00", "is no single day"),
        ("2024-13-01", "is no single day"),
        ("9999-12-31", "is no single day"),
        ("", "is no single day"),
    ],
)
def test_a_day_that_is_none(run, refused, files, verb, on, says):
    args = [getattr(files, word, word) for word in DATED[verb]]
    refused(run(verb, *args, "--on", on), says)


@pytest.mark.parametrize("on", ["2024-02-03", "2001-01-01", "garbage", "today"])
def test_the_demo_refuses_such_days_too(run, refused, on):
    refused(run("demo", "--on", on))


def test_other_spellings_of_one_day(run, files):
    args = ("score", "--index", files.index, "--format", "csv", "--as-of")
    answers = {run(*args, day) for day in ("2024-02-05", "20240205", "2024/2/5", "2024年2月5日")}
    assert len(answers) == 1
    assert answers.pop().code == 0


# --- words that mean nothing --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("basis", "--futures", "futures", "--product", "XX"), "'XX' is absent"),
        (("score", "--index", "index", "--preset", "xx"), "preset 'xx' is unknown"),
        (("score", "--index", "index", "--basket", "xx"), "basket ['xx'] is not among the 3"),
        (("day", "--prices", "prices", "--index", "index", "--benchmark", "ZZ"), "'ZZ' is not among"),
        (("day", "--prices", "prices", "--benchmark", "000300.SH"), "not among the 0 indices"),
        (("report", "--prices", "prices", "--benchmark", "ZZ"), "'ZZ' is not among the 0"),
        (("report", "--index", "index", "--benchmark", "ZZ"), "'ZZ' is not among the 0"),
        (("score", "--index", "index", "--format", "xml"), "'xml' is not one of 'table', 'json'"),
        (("score", "--index", "index", "--lang", "fr"), "'fr' is not one of 'en', 'zh'"),
        (("score", "--idx", "index"), "--idx"),
        (("score", "--index"), "requires an argument"),
        (("scor",), "'scor'"),
        (("demo", "--seed", "x"), "'--seed'"),
        (("demo", "--seed", "-1"), "'--seed'"),
        (("evidence", "--index", "index", "--seed", "-1"), "'--seed'"),
        (("evidence", "--index", "index", "--draws", "0"), "'--draws'"),
        (("evidence", "--index", "index", "--horizon", "0"), "`horizons` is (0,)"),
        (("evidence", "--index", "index", "--loss", "nan"), "`loss` is nan"),
        (("evidence", "--index", "index", "--since", "soon"), "'soon' is no single day"),
        (("evidence", "--index", "index", "--since", "2030-01-02"), "later than 2024-03-29"),
        (("evidence", "--index", "index", "--head", "3:ab"), "--log"),
        (("evidence", "--index", "index", "--on", "2024-02-03"), "nearest earlier"),
        (("basis", "ledger", "--futures", "futures", "--product", "IM", "--fee-rate", "-1"), "'--fee"),
        (("basis", "roll", "--futures", "futures", "--product", "IM", "--lots", "0"), "lots"),
        (("basis", "history", "--futures", "futures", "--on", "soon"), "'soon' is no single day"),
        (("day", "--prices", "prices", "--volume-unit", "bushels"), "unit 'bushels' is unknown"),
        (("score", "--index", "index", "--themes", "themes.csv"), "there are no --prices"),
        (("score", "--prices", "prices", "--themes", "nope.csv"), "nope.csv does not exist"),
    ],
)  # fmt: skip
def test_options(run, refused, files, args, says):
    refused(run(*(getattr(files, word, word) for word in args)), says)


def test_stocks_without_sizes_and_no_index_have_no_basket(run, refused, given, short):
    refused(run("score", "--prices", given(short)), "there is no basket to score", "float_cap")


def test_a_unit_for_a_column_that_is_not_there(run, refused, given, short):
    refused(run(*DAY, given(short), "--volume-unit", "lots"), "does not have")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("theme,symbol\n", "no theme"),
        ("theme,symbol\n,600001.SH\n", "without a theme"),
        ("theme,symbol\nA,\n", "symbols cannot be read"),
        ("theme,symbol\nA,600001.SH\nA,600001\n", "members given twice"),
        ("theme,stock\nA,600001.SH\n", "no column for symbol"),
    ],
)
def test_themes_as_a_table(run, refused, given, files, content, says):
    theme = given(content.encode(), "themes.csv")
    refused(run("score", "--prices", files.prices, "--themes", theme), says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "names no theme"),
        ("[A", "cannot be read as TOML"),
        ("A = 3", "means nothing here"),
        ("[A]\nsymbols = '600001'", "no list of symbols"),
        ("[A]\nsymbols = ['600001.SH']\nweights = ['x']", "no list of numbers"),
        ("[A]\nsymbols = ['600001.SH']\nweights = [1, 2]", "2 weights for 1 symbols"),
        ("[A]\nsymbols = ['600001.SH']\npremium = 'up'", "premium 'up'"),
        ("[A]\nsymbol = ['600001.SH']", "means nothing here"),
    ],
)
def test_themes_as_toml(run, refused, given, files, content, says):
    theme = given(content.encode(), "themes.toml")
    refused(run("score", "--prices", files.prices, "--themes", theme), says)
