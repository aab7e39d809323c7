"""`quantquake flows` and its calculators, called as a user calls them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from quantquake.flows.stops import forced_source, stop_book

SMALL = "000852.SH"


@pytest.fixture(scope="module")
def closes(tables) -> pd.DataFrame:
    return tables["index"].pivot(index="date", columns="symbol", values="close")


@pytest.fixture
def products(tmp_path: Path, closes) -> Path:
    path = tmp_path / "products.csv"
    day = closes.index[-120].strftime("%Y-%m-%d")
    path.write_text(
        "产品名称,基准,成立日期,累计超额(%),净值,规模(亿元),止损线\n"
        "近,000852,,,0.72,10,0.7\n"
        f"远,中证500,{day},3,,5,0.7\n"
        "坏,000852,,,0.9,0,0.7\n",
        encoding="gbk",
    )
    return path


@pytest.fixture
def margin(tmp_path: Path) -> Path:
    path = tmp_path / "margin.csv"
    path.write_text("name,assets,leverage,limit,target\na,4e9,4,5,4\nb,1e9,0,5,4\n")
    return path


@pytest.fixture
def base(files) -> list[object]:
    return ["flows", "--index", files.index, "--underlying", "000852"]


@pytest.mark.feature("E11", "E08")
def test_table_names_sources_levels_and_what_is_not_given(run, base, products, margin):
    answer = run(*base, "--products", products, "--margin", margin)
    assert answer.code == 0, answer.err
    for text in ("CSI 1000", "Stop lines", "Levered funds", "next open", "−5%", "−20%"):
        assert text in answer.out
    plain = " ".join(answer.out.split())
    assert "Not given: Option dealers (--chain), Snowball hedgers (--snowballs)" in plain
    assert "the total is a lower bound" in plain
    assert "Stop lines, rows not used: 4 (assets: not above 0 or missing)" in plain
    assert "Levered funds, rows not used: 3 (leverage: not above 0)" in plain
    assert "Nearest to it, Stop lines: 近 −2.8%" in plain


@pytest.mark.feature("E11", "P06")
def test_json_says_the_same_as_the_api_and_nothing_after_the_day(run, base, products, closes):
    day = closes.index[-10].strftime("%Y-%m-%d")
    answer = run(
        *base, "--products", products, "--as-of", day, "--moves=-3%,-0.2", "--format", "json"
    )
    found = json.loads(answer.out)
    assert found["schema"] == "quantquake.flows/1"
    assert (found["underlying"], found["as_of"], found["lower_bound"]) == (SMALL, day, True)
    seen = closes.loc[:day]
    table = pd.DataFrame(
        {"name": ["a", "b"], "benchmark": [SMALL, "000905.SH"], "assets": [10e8, 5e8],
         "nav": [0.72, None], "launch": [None, closes.index[-120]], "excess": [None, 0.03]}
    )  # fmt: skip
    alone = forced_source(stop_book(table, seen), [-0.2, -0.03], underlying=SMALL)
    levels = {level["move"]: level["sources"]["stop"] for level in found["levels"]}
    assert levels[-0.03]["flow"] == pytest.approx(alone.flow[1])
    assert levels[-0.03]["flow"] == pytest.approx(-0.97 * 10e8)
    # The product on the other index goes with a beta, which the API was not given.
    assert levels[-0.2]["flow"] <= alone.flow[0]
    assert found["levels"][0]["level"] == pytest.approx(0.8 * found["spot"])
    cut = run(*base, "--products", products, "--as-of", day, "--moves=-3%,-0.2", "--format", "json")
    assert json.loads(cut.out) == found


def test_csv_has_one_row_a_move_and_source_and_its_sums_add_up(run, base, products, margin):
    answer = run(*base, "--products", products, "--margin", margin, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert {r["source"] for r in rows} == {"stop", "margin", "total"}
    for move in {r["move"] for r in rows}:
        flow = {r["source"]: float(r["flow"]) for r in rows if r["move"] == move}
        assert flow["total"] == pytest.approx(flow["stop"] + flow["margin"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_holds_the_section(run, base, products, lang, tmp_path):
    out = tmp_path / "page.html"
    answer = run(*base, "--products", products, "--format", "html", "--lang", lang, "--out", out)
    assert (answer.code, answer.out) == (0, "")
    page = out.read_text(encoding="utf-8")
    said = {"en": "Who must trade at which level", "zh": "谁在哪个点位必须交易"}[lang]
    assert said in page
    assert 'id="how-flows"' in page
    assert "近" in page


@pytest.mark.feature("E09", "E11")
def test_snowballs_stand_on_the_same_axis_and_their_bad_rows_are_listed(
    run, base, closes, products, tmp_path, refused
):
    day = closes.index[-60]
    book = tmp_path / "book.csv"
    book.write_text(
        "交易编号,标的,起始日,名义本金,期初价格,敲入,敲出,期限,票息,锁定期\n"
        f"好,中证1000,{day:%Y-%m-%d},5亿,{closes.loc[day, SMALL]:.2f},75%,150%,24,15%,3\n"
        f"无敲入,中证1000,{day:%Y-%m-%d},5亿,{closes.loc[day, SMALL]:.2f},,103%,24,15%,3\n"
        f"负,中证1000,{day:%Y-%m-%d},-5亿,{closes.loc[day, SMALL]:.2f},75%,103%,24,15%,3\n"
    )
    answer = run(*base, "--snowballs", book, "--products", products, "--format", "json")
    found = json.loads(answer.out)
    assert found["left_out"] == {}
    assert found["timing"]["snowball"] == "intraday"
    assert [r["row"] for r in found["refused"]["snowball"]] == [3, 4]
    for level in found["levels"]:
        parts = level["sources"]
        total = parts["snowball"]["flow"] + parts["stop"]["flow"]
        assert level["total"]["flow"] == pytest.approx(total)
    assert any(level["sources"]["snowball"]["flow"] != 0 for level in found["levels"])
    zh = run(*base, "--snowballs", book, "--lang", "zh").out
    assert "缺敲入" in zh
    lines = book.read_text().splitlines()
    book.write_text("\n".join([lines[0], lines[1].replace("150%", "100%")]) + "\n")
    over = json.loads(run(*base, "--snowballs", book, "--format", "json").out)
    assert all(level["sources"]["snowball"]["flow"] == 0 for level in over["levels"])
    assert over["coverage"]["snowball: trades"] == "0 of 1"
    book.write_text("\n".join([lines[0], lines[2]]) + "\n")
    assert "none of the 1 trades" in refused(run(*base, "--snowballs", book))


@pytest.mark.feature("E11")
def test_sources_of_unknown_size_are_ranges(run, base, tables, files, tmp_path):
    funds = tmp_path / "neutral.csv"
    funds.write_text("name,equity,leverage,outside\nneutral,2e10,1,0.4\nDMA,1e10,4,0.6\n")
    answer = run(
        *base, "--futures", files.futures, "--neutral", funds, "--trend", "1e9:2e9",
        "--format", "json",
    )  # fmt: skip
    found = json.loads(answer.out)
    level = found["levels"][0]
    assert level["sources"]["neutral"]["flow"] is None
    assert level["sources"]["neutral"]["low"] < level["sources"]["neutral"]["high"] <= 0
    assert level["sources"]["trend"]["flow"] is None
    assert level["total"]["flow"] is None
    known = run(
        *base, "--futures", files.futures, "--neutral", funds, "--closing-rate", "1",
        "--widening", "0.3", "--format", "json",
    )  # fmt: skip
    assert json.loads(known.out)["levels"][0]["total"]["flow"] is not None
    banned = run(
        *base, "--futures", files.futures, "--neutral", funds, "--closing-banned",
        "--format", "json",
    )  # fmt: skip
    assert json.loads(banned.out)["levels"][0]["sources"]["neutral"]["low"] == 0


@pytest.mark.feature("E11")
def test_one_source_that_fails_is_named_and_the_rest_computed(run, base, products, tmp_path):
    bad = tmp_path / "chain.csv"
    bad.write_text("strike,option_type\n6000,call\n")
    answer = run(*base, "--products", products, "--chain", bad, "--format", "json")
    found = json.loads(answer.out)
    assert list(found["left_out"]) == ["dealer_gamma"]
    assert "stop" in found["levels"][0]["sources"]
    alone = run(*base, "--chain", bad)
    assert (alone.code, alone.out) == (2, "")


@pytest.mark.feature("E11")
def test_assumed_stops_and_redemptions_move_with_their_options(run, tmp_path):
    funds = tmp_path / "r.csv"
    funds.write_text("name,assets,performance\na,1e10,-30%\n")
    words = ["flows", "--spot", 5000, "--stop-assets", "20e9:150e9", "--redemption", funds]
    flat = json.loads(run(*words, "--stop-navs", "0.92:0.07", "--format", "json").out)
    assert flat["levels"][0]["sources"]["stop"]["flow"] is None
    near = json.loads(run(*words, "--stop-navs", "0.80:0.07", "--format", "json").out)
    deep = {level["move"]: level["sources"]["stop"]["low"] for level in near["levels"]}
    calm = {level["move"]: level["sources"]["stop"]["low"] for level in flat["levels"]}
    assert deep[-0.1] < calm[-0.1] < 0
    sloped = run(
        *words, "--stop-navs", "0.92:0.07", "--redemption-slope", "0.5", "--format", "json"
    )
    assert json.loads(sloped.out)["levels"][0]["sources"]["redemption"]["flow"] < 0


BAD = [
    ([], "no position of anybody was given"),
    (["--products", "NONE"], "does not exist"),
    (["--products", "FILE", "--moves", "deep"], "--moves 'deep' is no number"),
    (["--products", "FILE", "--moves=-2"], "moves are fractions between -1 and 1"),
    (["--products", "FILE", "--moves="], "--moves"),
    (["--products", "FILE", "--underlying", "000016"], "not among the indices given"),
    (["--products", "FILE", "--spot", "5000"], "both --index and --spot"),
    (["--products", "FILE", "--volume", "-5"], "a size of 0 or below"),
    (["--products", "FILE", "--as-of", "someday"], "no single day"),
    (["--products", "FILE", "--as-of", "2001-01-02"], "2001-01-02"),
    (["--products", "FILE", "--nav-error", "-1"], "nav-error"),
    (["--products", "FILE", "--trend", "5:1"], "down to 1"),
    (["--products", "FILE", "--trend", "1:2:3"], "give one number or two"),
    (["--products", "FILE", "--redemption-slope", "-1"], "0 or more"),
    (["--products", "FILE", "--closing-rate", "-1"], "`closing_rate`=-1"),
    (["--products", "-", "--margin", "-"], "can be read only once"),
    (["--stop-assets", "1e9"], "need both --stop-assets"),
    (["--neutral", "FILE"], "no futures were given"),
    (["--products", "FILE", "--colour", "red"], "--colour"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_bad_input_ends_in_one_paragraph_and_exit_2(run, base, products, words, said, refused):
    given = [products if word == "FILE" else word for word in words]
    repeated = base[:3] if "--underlying" in words else base
    answer = run(*repeated, *given)
    refused(answer)
    assert said in answer.err


def test_two_indices_need_a_name_and_a_spot_needs_none(run, files, products, refused):
    assert "Name it with --underlying" in refused(
        run("flows", "--index", files.index, "--products", products)
    )
    assert "above 0" in refused(run("flows", "--spot", -1, "--products", products))


@pytest.mark.feature("M01", "M02", "M04", "I17")
def test_margin_calculator(run, refused):
    found = json.loads(
        run("flows", "margin", "--leverage", 20, "--payout", 0.36, "--format", "json").out
    )
    assert found["leverage_after"] == pytest.approx(31.25)
    full = run(
        "flows", "margin", "--leverage", 4, "--loss", 0.05, "--maintenance", 0.2, "--target", 4,
        "--excess", -0.06, "--basis", -0.04, "--format", "json",
    )  # fmt: skip
    found = json.loads(full.out)
    assert found["return"] == pytest.approx(-0.40)
    assert found["sale"] == pytest.approx(0.15)
    after = found["leverage_after"]
    assert found["call"] == pytest.approx(-(1 - after * 0.2) / (after * 0.8))
    gone = run("flows", "margin", "--leverage", 4, "--loss", 0.3, "--maintenance", 0.2)
    assert "The equity is gone." in gone.out
    assert "[1]" not in refused(run("flows", "margin", "--leverage", -1))
    refused(run("flows", "margin", "--leverage", 4, "--format", "html"))


@pytest.mark.feature("M03")
def test_stop_calculator(run, files, closes, refused):
    found = json.loads(run("flows", "stop", "--nav", 0.875, "--spot", 5000, "--format", "json").out)
    assert found["move"] == pytest.approx(-0.2)
    assert found["points"] == pytest.approx(-1000)
    day = closes.index[-100].strftime("%Y-%m-%d")
    words = ["flows", "stop", "--launch", day, "--index", files.index, "--underlying", "000852"]
    found = json.loads(run(*words, "--format", "json").out)
    path = closes[SMALL].iloc[-100:]
    assert found["nav"] == pytest.approx(path.iloc[-1] / path.iloc[0])
    assert found["level"] == pytest.approx(0.7 * path.iloc[0])
    assert "give --nav, or --launch" in refused(run("flows", "stop"))
    # A stop that was passed on the way is the end, wherever the index stands today.
    top = closes[SMALL].iloc[:250].idxmax()
    since = closes[SMALL].loc[top:] / closes[SMALL].loc[top]
    low = since.iloc[:-1].min() * 1.0001
    assert since.iloc[-1] > low
    words[3] = f"{top:%Y-%m-%d}"
    assert "reached its stop on" in refused(run(*words, "--stop", low))
    zh = run("flows", "stop", "--nav", 0.69, "--lang", "zh")
    assert "已到止损线" in zh.out


@pytest.mark.feature("M09", "I11")
def test_redeem_calculator(run, tmp_path, refused):
    path = tmp_path / "holdings.csv"
    path.write_text(
        "symbol,value,daily_amount,market_cap,volatility\n"
        "600000,6e8,6e9,2e11,1.5%\n600001,3e8,3e8,5e9,0.025\n600002,1e8,2e7,1e9,0.035\n"
    )
    words = ["flows", "redeem", path, "--amount", "2.5亿", "--cash", "5000万"]
    found = json.loads(run(*words, "--format", "json").out)
    assert [r["sold"] for r in found["rows"]] == [2e8, 0.0, 0.0]
    assert found["paid_in_cash"] + found["sold"] == pytest.approx(found["asked"])
    small = json.loads(run(*words, "--order", "small_first", "--format", "json").out)
    assert [r["sold"] for r in small["rows"]] == [0.0, 1e8, 1e8]
    assert small["first_mover_gap"] < 0 < found["first_mover_gap"]
    assert "弃小保大" in run(*words, "--order", "small_first", "--lang", "zh").out
    assert "'best' is unknown" in refused(run(*words, "--order", "best"))
    assert "--amount" in refused(run("flows", "redeem", path, "--amount", "all"))


@pytest.mark.feature("M05", "M06")
def test_exit_calculator(run, refused):
    words = ["flows", "exit", "--position", "5亿", "--daily-amount", "2e8", "--volatility", 0.025]
    found = json.loads(run(*words, "--format", "json").out)["rows"]
    assert [r["days"] for r in found] == [5.0, 500.0]
    assert found[1]["risk"] == pytest.approx(10 * found[0]["risk"])
    thin = json.loads(run(*words, "--volume-left", 0.5, "--format", "json").out)["rows"]
    assert thin[1]["cost_high"] > found[1]["cost_high"]
    none = run(*words, "--volume-left", 0.1)
    assert "more than all that trades" in none.out
    refused(run(*words, "--days", "soon"))


def test_options_before_a_sub_view_are_not_lost_silently(run, refused):
    said = refused(run("flows", "--spot", 5000, "margin", "--leverage", 4))
    assert "stand before 'margin'" in said
    shown = run("flows", "--help").out
    assert "--snowballs" in shown
    assert all(view in shown for view in ("margin", "stop", "redeem", "exit"))
