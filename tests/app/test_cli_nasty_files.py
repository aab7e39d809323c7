"""Files as spreadsheets, terminals and torn downloads make them: read rightly or refused."""

from __future__ import annotations

import json
import os
import re
import threading

import duckdb
import numpy as np
import pandas as pd
import pytest

DAY = ("day", "--prices")


@pytest.fixture(scope="module")
def short(tables):
    prices = tables["prices"]
    last = prices["date"].drop_duplicates().nlargest(30)
    table = prices.loc[prices["date"].isin(last), ["date", "symbol", "close"]]
    return table.round({"close": 4}).reset_index(drop=True)


@pytest.fixture(scope="module")
def text(short):
    return short.to_csv(index=False)


@pytest.fixture
def plain(run, tmp_path, text):
    """What the same prices say as an ordinary file."""
    path = tmp_path / "plain.csv"
    path.write_text(text, encoding="utf-8")
    return run(*DAY, path, "--format", "csv")


@pytest.fixture
def as_file(tmp_path):
    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def as_parquet(tmp_path, short):
    """Write a Parquet file with DuckDB, whose columns may be of any type."""

    def write(columns):
        path = tmp_path / "mine.parquet"
        path.unlink(missing_ok=True)
        with duckdb.connect() as connection:
            connection.register("short", short)
            source = "" if " from " in columns else "from short"
            connection.execute(f"copy (select {columns} {source}) to '{path}' (format parquet)")
        return path

    return write


SPELLINGS = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "carriage returns and line feeds": lambda text: text.replace("\n", "\r\n").encode(),
    "carriage returns only": lambda text: text.replace("\n", "\r").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "blanks after commas": lambda text: text.replace(",", ", ").encode(),
    "quotes": lambda text: text.replace("600005.SH", '"600005.SH"').encode(),
    "blank lines at the end": lambda text: (text + "\n\n,,\n").encode(),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
    "capitals": lambda text: text.replace("date,symbol,close", "Date,SYMBOL,Close").encode(),
    "lower-case symbols": lambda text: text.replace(".SH", ".sh").encode(),
    "symbols as tushare writes them": lambda text: text.replace(".SH", ".XSHG").encode(),
    "codes without an exchange": lambda text: text.replace(".SH", "").encode(),
    "codes a spreadsheet took for numbers": lambda text: text.replace(".SH", ".0").encode(),
    "dates with slashes in every other line": lambda text: "".join(
        line.replace("-", "/") if n % 2 else line
        for n, line in enumerate(text.splitlines(keepends=True))
    ).encode(),
    "dates with a clock": lambda text: re.sub(r"(?m)^(\d{4}\S{6}),", r"\1 15:00:00,", text).encode(),
    "full-width dates": lambda text: text.replace("2024-", "２０２４－").encode(),
    "an empty column": lambda text: text.replace("\n", ",\n").encode(),
    "a column with a title of its own": lambda text: text.replace("\n", ",x\n").replace(
        "close,x", "close,备注"
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("how", [*SPELLINGS])
def test_one_table_in_many_spellings(run, as_file, plain, text, how):
    assert plain.code == 0
    answer = run(*DAY, as_file(SPELLINGS[how](text)), "--format", "csv")
    assert answer == plain


def test_leading_zeros_a_spreadsheet_ate_come_back_with_a_note(run, as_file, short, plain):
    number = short["symbol"].str.slice(0, 6).astype(int) - 600_000  # 000001.SZ ... as 1 ...
    eaten = short.assign(symbol=number.to_numpy()).to_csv(index=False)
    answer = run(*DAY, as_file(eaten), "--format", "json")
    said = " ".join(json.loads(answer.out)["issues"])
    assert "leading zeros lost" in said
    assert "1 -> 000001.SZ" in said
    assert run(*DAY, as_file(eaten), "--format", "csv") == plain


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: t.replace("600005.SH", "600\0005.SH", 1), "1 null bytes, first in line 6"),
        (lambda t: t + "\0" * 300, "300 null bytes"),
        (lambda t: t.replace("close", "clo\0se", 1), "null bytes, first in line 1"),
        (lambda t: t.replace("close", "close,close").replace(".SH,", ".SH,1,"), "all look like"),
        (lambda t: "出口于 2024\n" + t, "a title may stand above the header"),
        (lambda t: t.split("\n", 1)[1], "no column for date, symbol, close"),
        (lambda t: "<html><body>Not found</body></html>", "no column for date, symbol, close"),
        (lambda t: '[{"date": "2024-01-02"}]', "no column for date, symbol, close"),
        (lambda t: t + "合计,,1234\n", "no date, first '合计' in line 2402"),
        (lambda t: t + "2024-03-29\n", "without a symbol, first in line 2402"),
        (lambda t: t + "2024-03-29,600001.SH,1,2\n", "cannot be split into columns"),
        (lambda t: t.replace("600005.SH", '"600005.SH', 1), "cannot be split into columns"),
        (lambda t: t.replace(",", ";").replace(".SH", "#").replace(".", ",").replace("#", ".SH"),
         "no number, first '"),
        (lambda t: t.replace("2024-", "24"), "no date"),
        (lambda t: t.replace("2024-02-19", "45341"), "no date, first '45341' in line 2"),
        (lambda t: t.replace("2024-02-19", "1708300800000000000"), "no date"),
        (lambda t: t.replace("2024-02-19", "10000-01-01"), "no date"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_rightly(run, refused, as_file, text, spoil, says):
    refused(run(*DAY, as_file(spoil(text))), says)


def test_a_wide_table(run, refused, as_file, short):
    wide = short.pivot(index="date", columns="symbol", values="close").reset_index()
    said = refused(run(*DAY, as_file(wide.to_csv(index=False))), "no column for symbol, close")
    assert len(said) < 1000


def test_a_name_of_any_length_is_cut_in_the_message(run, refused, as_file):
    assert len(refused(run(*DAY, as_file("x" * 100_000 + "\n1\n")), "no column")) < 1000
    assert len(refused(run(*DAY, as_file(f"date,symbol,close\n{'9' * 9999},1,1\n")))) < 1000


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("date, symbol, {'a': close} as close", "2400 cells that are no number, first {'a':"),
        ("date, [symbol] as symbol, close", "2400 cells that hold lists or records"),
        ("{'d': date} as date, symbol, close", "2400 cells that hold lists or records"),
        ("map {'x': 1} as date, symbol, close", "lists or records"),
        ("date, symbol, [close] as close", "no number"),
        ("date, symbol, close from (select * from short limit 0) as t", "and no rows"),
        ("1 as x", "no column for date, symbol, close"),
        ("date - interval 8 hour as date, symbol, close", "on which XSHG was closed"),
        (
            "(date::timestamp at time zone 'Asia/Shanghai') as date, symbol, close",
            "instants of world time",
        ),
    ],
)
def test_parquet_with_columns_of_odd_types(run, refused, as_parquet, columns, says):
    refused(run(*DAY, as_parquet(columns)), says)


@pytest.mark.parametrize(
    "columns",
    [
        "date, symbol, close, [1, 2] as list, {'a': 1} as record",
        "date::date as date, symbol, close::decimal(12, 4) as close",
        "(date::timestamp at time zone 'UTC') as date, symbol, close",
        "strftime(date, '%Y%m%d')::integer as date, symbol, close::varchar as close",
        "date, symbol, close::float as close32, close",
    ],
)
def test_parquet_with_columns_of_other_types_that_mean_the_same(
    run, as_parquet, plain, columns, monkeypatch
):
    # The zone of the machine must not decide on which day a row falls.
    monkeypatch.setenv("TZ", "America/New_York")
    answer = run(*DAY, as_parquet(columns), "--format", "csv")
    assert answer == plain


def test_a_pipe_of_the_shell_is_read_once(run, tmp_path, text, plain):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=pipe.write_text, args=(text,), daemon=True)
    feeder.start()
    assert run(*DAY, pipe, "--format", "csv") == plain
    feeder.join(timeout=5)


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", ""])
def test_names_no_file_can_have(run, refused, name):
    assert len(refused(run(*DAY, name))) < 1000


def test_a_file_one_may_not_read(run, refused, as_file, text, monkeypatch):
    path = as_file(text)

    def denied(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    refused(run(*DAY, path), "Permission denied", "your right to read it")


# --- little or degenerate data ------------------------------------------------------------------


def test_one_symbol(run, as_file, short):
    one = short[short["symbol"] == "600001.SH"].to_csv(index=False)
    found = json.loads(run(*DAY, as_file(one), "--format", "json").out)
    assert found["names"] == 1
    # One name is its own market: it moves as much as the index and beats nobody.
    assert found["volatility_ratio"] == pytest.approx(1.0)
    assert found["breadth"] == 0.0


@pytest.mark.parametrize("verb", ["day", "report"])
@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_two_dates(run, as_file, tables, verb, form):
    prices = tables["prices"]
    last = prices["date"].drop_duplicates().nlargest(2)
    two = as_file(prices[prices["date"].isin(last)].to_csv(index=False))
    answer = run(verb, "--prices", two, "--format", form)
    assert (answer.code, answer.err) == (0, "")


def test_two_dates_are_too_little_for_a_score(run, as_file, tables):
    index = tables["index"]
    last = index["date"].drop_duplicates().nlargest(2)
    two = as_file(index[index["date"].isin(last)].to_csv(index=False))
    found = json.loads(run("score", "--index", two, "--format", "json").out)
    assert [b["score"] for b in found["baskets"]] == [None] * 3
    assert [b["signal"] for b in found["baskets"]] == [False] * 3
    assert "Too little history" in run("score", "--index", two).out


def test_prices_that_never_move_divide_by_nothing(run, as_file, short):
    still = as_file(short.assign(close=7.0).to_csv(index=False))
    found = json.loads(run(*DAY, still, "--format", "json").out)
    assert (found["median_return"], found["advance_share"]) == (0.0, 0.0)
    assert found["volatility_ratio"] is None
    assert found["contrarian_sigma"] is None


@pytest.mark.parametrize("cap", [np.nan, 0.0])
def test_caps_that_are_never_seen(run, as_file, tables, cap):
    prices = tables["prices"].drop(columns=["amount", "turnover"]).assign(float_cap=cap)
    path = as_file(prices.to_csv(index=False))
    answer = run("report", "--prices", path, "--format", "json")
    if cap == 0.0:
        assert answer.code == 2
        assert "`float_cap` has 24317 values that are not positive" in answer.err
    else:
        assert answer.code == 0
        assert json.loads(answer.out)["day"]["size_groups"] is None


def test_a_market_where_nothing_was_traded(run, as_file, tables):
    prices = tables["prices"].assign(amount=0.0, turnover=0.0)
    answer = run("report", "--prices", as_file(prices.to_csv(index=False)), "--format", "json")
    assert answer.code == 0
    baskets = json.loads(answer.out)["crowding"]
    shares = [r["value"] for b in baskets for r in b["contributions"] if r["indicator"] == "share"]
    assert shares
    assert all(share is None for share in shares)


def test_names_that_are_markup(run, as_file, files):
    theme = as_file(
        "theme,symbol\n[/red],600002.SH\n[/red],600003.SH\n<script>alert(1)</script>,600004.SH\n",
        "themes.csv",
    )
    args = ("report", "--prices", files.prices, "--themes", theme, "--market", "<i>[/b]")
    answer = run(*args, "--out", "page.html")
    assert answer.code == 0
    assert "[/red]" in answer.out
    with open("page.html", encoding="utf-8") as page:  # noqa: PTH123
        text = page.read()
    assert "<script>alert(1)" not in text
    assert "<i>[/b]" not in text


def test_symbols_of_two_exchanges_are_pointed_out(run, as_file, short):
    one = short[short["symbol"] == "600001.SH"].assign(symbol="NVDA")
    both = as_file(pd.concat([short, one]).to_csv(index=False))
    found = json.loads(run(*DAY, both, "--format", "json").out)
    said = " ".join(found["issues"])
    assert "symbols of several or unknown exchanges" in said
    assert "NVDA -> NVDA.US" in said
    assert found["names"] == 81
