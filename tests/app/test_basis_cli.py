"""`quantquake basis` and its sub-views: the flat form stays, the views say the API's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.measures.test_parity import FUTURES, chain
from tests.measures.test_roll import world

from quantquake.book import entry_dates, nav_attribution, neutral_ledger
from quantquake.measures.basis.curve import weighted
from quantquake.measures.roll import compare_rolls
from quantquake.measures.roll.costs import RollCosts


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return world(start="2022-01-04", end="2023-12-29", noise=10.0)


@pytest.fixture(scope="module")
def futures(table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = table[["date", "contract", "price", "open_interest", "volume", "index_level"]]
    names = {"contract": "symbol", "price": "close", "index_level": "spot_close"}
    file = tmp_path_factory.mktemp("basis") / "futures.csv"
    rows.rename(columns=names).to_csv(file, index=False)
    return file


def test_flat_form_and_curve_are_the_same(run, futures: Path) -> None:
    words = ("--futures", futures, "--on", "2023-06-01", "--product", "IC", "--format", "json")
    flat, named = run("basis", *words), run("basis", "curve", *words)
    assert flat.code == named.code == 0
    assert flat.out == named.out
    answer = json.loads(flat.out)
    assert answer["schema"] == "quantquake.basis/1"
    assert answer["products"][0]["product"] == "IC"
    assert len(answer["products"][0]["curve"]) == 4


def test_history_says_where_today_stands(run, futures: Path, table: pd.DataFrame) -> None:
    words = ("basis", "history", "--futures", futures, "--method", "sessions")
    answer = json.loads(run(*words, "--format", "json").out)
    assert answer["schema"] == "quantquake.basis-history/1"
    one = answer["products"][0]
    expected = weighted(table, "sessions", 250)
    assert one["today"] == pytest.approx(expected.iloc[-1], rel=1e-6)
    assert one["deepest"]["date"] == f"{expected.idxmin():%Y-%m-%d}"
    assert len(one["discount"]) == expected.notna().sum()
    assert sum(r["days"] for r in one["regimes"]) == len(expected.dropna())
    assert set(one["neutral_funds"]) == {"paper", "locked_annual", "closing", "opening", "net"}
    assert "IC" in run(*words, "--lang", "zh").out
    assert run(*words, "--format", "csv").out.startswith("date,IC")


@pytest.mark.feature("F25", "F31")
def test_roll_prints_the_numbers_of_the_api(run, futures: Path, table: pd.DataFrame) -> None:
    words = ("basis", "roll", "--futures", futures, "--product", "IC", "--lots", "80")
    answer = json.loads(run(*words, "--format", "json").out)
    expected = compare_rolls(table, costs=RollCosts(lots=80))
    got = {row["strategy"]: row["total"] for row in answer["costs"]}
    assert got == pytest.approx(expected.costs["total"].to_dict(), rel=1e-4)
    assert answer["hold"] == expected.paths["planned"].iloc[-1]
    screen = run(*words).out
    assert "always the front" in screen
    assert "hindsight (bound)" in screen
    assert "事后最优" in run(*words, "--lang", "zh").out


@pytest.mark.feature("F27")
def test_ledger_by_entry_date(run, futures: Path, table: pd.DataFrame) -> None:
    words = ("basis", "ledger", "--futures", futures, "--product", "IC", "--on", "2023-05-31")
    answer = json.loads(run(*words, "--contract", "IC2306", "--format", "json").out)
    expected = entry_dates(table, "IC2306.CFE", "2023-05-31")
    assert answer["contract"] == "IC2306.CFE"
    assert [row["paper"] for row in answer["entries"]] == pytest.approx(
        expected["paper"].tolist(), abs=1e-8
    )
    assert "a hedge opened today locks" in " ".join(run(*words).out.split())
    assert run(*words, "--contract", "IC9912").code == 2


@pytest.mark.feature("M08", "F07")
def test_ledger_of_a_book_file(run, futures: Path, table: pd.DataFrame, tmp_path: Path) -> None:
    days = table["date"].unique()[-60:-20]
    stocks = pd.Series(np.linspace(1e8, 1.05e8, len(days)), index=days)
    book = pd.DataFrame({"日期": days, "股票市值": stocks, "合约": "IC2403", "手数": -70})
    book.to_csv(tmp_path / "book.csv", index=False, encoding="gbk")
    words = ("basis", "ledger", "--futures", futures, "--product", "IC")
    answer = json.loads(run(*words, "--book", tmp_path / "book.csv", "--format", "json").out)
    mine = table[table["contract"] == "IC2403.CFE"].set_index("date").loc[days]
    expected = neutral_ledger(
        stocks, mine["index_level"], mine["price"], -70.0, multiplier=200, expiry="2024-03-15"
    )
    assert answer["ledger"][-1]["total"] == pytest.approx(expected["total"].iloc[-1], rel=1e-6)
    assert "The book made CNY" in run(*words, "--book", tmp_path / "book.csv").out
    page = tmp_path / "ledger.html"
    run(*words, "--book", tmp_path / "book.csv", "--format", "html", "--out", page)
    assert "Where the hedged book" in page.read_text(encoding="utf-8")
    book.assign(合约="IF2403").to_csv(tmp_path / "book.csv", index=False)
    refused = run(*words, "--book", tmp_path / "book.csv")
    assert refused.code == 2
    assert "not among the IC rows" in refused.err


@pytest.mark.feature("O06")
def test_ledger_of_navs(run, futures: Path, table: pd.DataFrame, tmp_path: Path) -> None:
    days = table["date"].unique()[::5]
    rng = np.random.default_rng(0)
    navs = pd.DataFrame(
        {f: np.cumprod(1 + rng.normal(0.001, 0.005, len(days))) for f in ("甲", "乙")},
        index=pd.DatetimeIndex(days, name="date"),
    )
    navs.to_csv(tmp_path / "nav.csv")
    words = (
        "basis",
        "ledger",
        "--futures",
        futures,
        "--product",
        "IC",
        "--nav",
        tmp_path / "nav.csv",
    )
    answer = json.loads(run(*words, "--format", "json").out)["nav"]
    expected = nav_attribution(navs["甲"], table)
    assert answer["funds"]["甲"]["hedge"] == pytest.approx(expected.hedge, abs=1e-4)
    assert 1 <= answer["bets"]["bets"] <= 2
    assert "independent bets" in run(*words).out
    assert run(*words, "--book", tmp_path / "nav.csv").code == 2


@pytest.mark.feature("F19")
def test_parity_with_and_without_futures_quotes(run, tmp_path: Path) -> None:
    chain().to_csv(tmp_path / "chain.csv", index=False)
    FUTURES.rename_axis("contract").to_csv(tmp_path / "quotes.csv")
    words = (
        "basis",
        "parity",
        "--chain",
        tmp_path / "chain.csv",
        "--spot",
        "6000",
        "--on",
        "2024-01-02",
    )
    answer = json.loads(run(*words, "--format", "json").out)
    assert answer["forwards"][0]["forward"] == pytest.approx(6000 * (1 - 0.1 * 17 / 365), abs=1e-4)
    assert answer["edges"] is None
    both = json.loads(run(*words, "--quotes", tmp_path / "quotes.csv", "--format", "json").out)
    assert both["edges"][0]["side"] == "take_discount"
    assert both["edges"][0]["edge"] > 50
    assert "points are left after costs" in run(*words, "--quotes", tmp_path / "quotes.csv").out
    assert run(*words, "--format", "html").code == 2
    chain().drop(columns=["bid", "ask"]).to_csv(tmp_path / "chain.csv", index=False)
    refused = run(*words)
    assert refused.code == 2
    assert "lacks ['bid', 'ask']" in refused.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("basis",), "Missing option '--futures'"),
        (
            ("basis", "--futures", "x.csv", "history", "--futures", "x.csv"),
            "stand before 'history'",
        ),
        (("basis", "roll", "--futures", "FILE", "--product", "IF"), "'IF' is absent"),
        (("basis", "roll", "--futures", "FILE", "--product", "IC", "--lots", "0"), "lots"),
        (("basis", "roll", "--futures", "FILE", "--product", "IC", "--lots", "9e9"), "may be held"),
        (("basis", "history", "--futures", "FILE", "--method", "weeks"), "'weeks' is unknown"),
        (
            ("basis", "parity", "--chain", "none.csv", "--spot", "1", "--on", "2024-01-02"),
            "none.csv",
        ),
    ],
)
def test_bad_input_ends_in_one_paragraph(run, futures: Path, words, said: str) -> None:
    answer = run(*(futures if word == "FILE" else word for word in words))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
