"""`quantquake basis` and its sub-views: the flat form stays, the views say the API's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.measures.parity_worlds import csi1000, etf300
from tests.measures.test_parity import FUTURES, chain
from tests.measures.test_roll import world

from quantquake.book import dma_ledger, entry_dates, nav_attribution, neutral_ledger
from quantquake.data.events import load_events
from quantquake.measures.basis.curve import weighted
from quantquake.measures.roll import compare_rolls, walk_forward
from quantquake.measures.roll.costs import RollCosts


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return world(start="2021-11-01", end="2023-12-29", noise=10.0)


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
    trial = walk_forward(table, costs=RollCosts(lots=80))
    lead = {row["habit"]: row["saved"] for row in answer["walk_forward"]["lead"]}
    assert lead == pytest.approx(trial.lead["saved"].to_dict(), abs=1e-6)
    assert "nights its settings were not chosen on" in " ".join(screen.split())
    short = ("--on", "2022-09-30", "--format", "json")
    assert json.loads(run(*words, *short).out)["walk_forward"] is None
    assert "310 nights are needed" in run(*words, "--on", "2022-09-30").out


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


@pytest.mark.feature("M02", "M08")
def test_ledger_of_a_levered_book(run, futures: Path, table: pd.DataFrame, tmp_path: Path) -> None:
    days = table["date"].unique()[-60:-20]
    stocks = pd.Series(np.linspace(1e8, 1.05e8, len(days)), index=days)
    book = pd.DataFrame({"date": days, "stocks": stocks, "contract": "IC2403", "lots": -70})
    book.to_csv(tmp_path / "book.csv", index=False)
    words = ("basis", "ledger", "--futures", futures, "--product", "IC", "--book",
             tmp_path / "book.csv", "--format", "json")  # fmt: skip
    bare = json.loads(run(*words).out)
    assert bare["levered"] is None
    swap = json.loads(run(*words, "--leverage", "4", "--financing", "0.05").out)
    ledger = pd.DataFrame(swap["ledger"]).drop(columns="date").astype(float)
    ledger.index = pd.DatetimeIndex(days)
    expected = dma_ledger(ledger, 1e8 / 4, leverage=4, financing=0.05)
    got = pd.DataFrame(swap["levered"])
    np.testing.assert_allclose(got["total"], expected["total"], atol=1e-9)
    assert got["total"].iloc[1] == pytest.approx(
        (ledger["alpha"].iloc[1] + ledger["basis_pnl"].iloc[1]) / 2.5e7 - 0.05 * 3 / 250
    )
    richer = json.loads(run(*words, "--leverage", "4", "--own-money", "5e7").out)["levered"]
    assert richer[5]["alpha"] == pytest.approx(got["alpha"].iloc[5] / 2, abs=1e-9)
    screen = run(*words[:-2], "--leverage", "4").out
    assert "On own money" in screen
    assert run(*words[:-4], "--leverage", "4").code == 2  # nothing to lever
    assert run(*words, "--leverage", "0.5").code == 2


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
    expected = nav_attribution(navs["甲"], table, habit="best")
    assert answer["funds"]["甲"]["hedge"] == pytest.approx(expected.hedge, abs=1e-4)
    assert answer["funds"]["甲"]["habit"] == expected.habit
    named = json.loads(run(*words, "--habit", "next", "--format", "json").out)["nav"]
    assert named["funds"]["甲"]["habit"] == "next"
    assert run(*words, "--habit", "oldest").code == 2
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


@pytest.mark.feature("F18", "F19")
def test_parity_sizes_the_pair_by_product_and_draws_the_band(run, tmp_path: Path) -> None:
    world = csi1000(borrow=0.08)
    world.chain(bid_size=10.0, ask_size=10.0).to_csv(tmp_path / "chain.csv", index=False)
    expiry = world.expiries[0]
    forward = world.forward(expiry)
    quotes = pd.DataFrame(
        {"contract": ["IM2004"], "expiry": [expiry], "bid": [forward - 40.4], "ask": [forward - 40],
         "bid_size": [50], "ask_size": [50]}
    )  # fmt: skip
    quotes.to_csv(tmp_path / "quotes.csv", index=False)
    words = ("basis", "parity", "--chain", tmp_path / "chain.csv", "--quotes",
             tmp_path / "quotes.csv", "--spot", str(world.spot), "--on", "2020-03-16",
             "--rate", str(world.rate))  # fmt: skip
    sized = json.loads(run(*words, "--product", "IM", "--format", "json").out)
    assert sized["edges"][0]["lots"] == 5.0  # ten pairs, two to a future
    plain = json.loads(run(*words, "--format", "json").out)
    assert plain["edges"][0]["lots"] == 10.0
    (band,) = plain["band"]
    assert (band["lower"], band["side"]) == (0.0, "inside")  # nothing to borrow: no lower edge
    (lent,) = json.loads(run(*words, "--borrow-cost", "0.08", "--format", "json").out)["band"]
    cost = (0.0015 + 0.0001) * world.spot
    assert lent["lower"] == pytest.approx(forward - cost, abs=1e-3)
    assert lent["side"] == "discount"
    assert "below the band" in run(*words, "--borrow-cost", "0.08").out
    assert "无" in run(*words, "--lang", "zh").out
    assert run(*words, "--product", "XX").code == 2
    shifted = json.loads(run(*words, "--index-dividends", "30", "--format", "json").out)
    assert shifted["band"][0]["fair"] < band["fair"] - 29


@pytest.mark.feature("F19", "F20")
def test_parity_of_etf_options(run, tmp_path: Path) -> None:
    world = etf300(borrow=0.05)
    level = 1000 * world.spot
    world.chain(unit=10_000).to_csv(tmp_path / "chain.csv", index=False)
    forward = level * np.exp((world.rate - 0.05) * world.tau("2020-04-17"))
    pd.DataFrame(
        {
            "contract": ["IF2004"],
            "expiry": ["2020-04-17"],
            "bid": [forward - 30],
            "ask": [forward - 29.6],
        }
    ).to_csv(tmp_path / "quotes.csv", index=False)
    words = ("basis", "parity", "--chain", tmp_path / "chain.csv", "--quotes",
             tmp_path / "quotes.csv", "--spot", str(level), "--on", "2020-03-16", "--rate",
             str(world.rate), "--product", "IF")  # fmt: skip
    assert (
        "ETF options with etf_edges" in run(*words).err
    )  # other expiries: refused as index options
    both = json.loads(run(*words, "--etf-price", str(world.spot), "--format", "json").out)
    best = both["edges"][0]
    assert (best["contract"], best["side"], best["open_days"]) == ("IF2004", "take_discount", 5)
    assert 20 < best["edge"] < 29.6  # the planted gap less spreads, fees and funding
    assert both["forwards"][0]["forward"] == pytest.approx(
        level * np.exp((world.rate - 0.05) * world.tau("2020-03-25")), rel=1e-4
    )
    assert "open days" in run(*words, "--etf-price", str(world.spot)).out
    paid = json.loads(
        run(
            *words, "--etf-price", str(world.spot), "--etf-dividends", "0.05", "--format", "json"
        ).out
    )
    assert paid["edges"][0]["synthetic"] > best["synthetic"] + 5


def test_history_tells_extremes_causes_and_what_came_after(
    run, futures: Path, table: pd.DataFrame
) -> None:
    words = ("basis", "history", "--futures", futures, "--format", "json")
    (one,) = json.loads(run(*words).out)["products"]
    assert one["method"] == "sessions"
    months = json.loads(run(*words, "--method", "months").out)["products"][0]
    assert months["today"] == pytest.approx(weighted(table, "months", 250).iloc[-1], rel=1e-6)
    assert months["today"] != one["today"]
    audit = one["audit"]
    assert audit["rows"] == audit["measured"] == len(table)
    assert audit["expiry_day"] == int((table["sessions"] == 1).sum())
    assert {row["part"] for row in one["moved_with"]["shares"]} >= {"mood", "unexplained"}
    study = pd.DataFrame(one["study"]["table"])
    assert {"deepest", "shallowest"} <= set(study["bucket"])
    screen = run(*words[:-2]).out
    assert one["deepest"]["date"] in screen
    assert "too few" in screen
    page = run(*words[:-2], "--format", "html", "--lang", "zh").out
    for code in ("past", "study", "split"):
        assert f'id="{code}"' in page
    assert one["deepest"]["date"] in page


def test_one_day_has_a_history_of_one_day(run, futures: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(futures)
    rows[rows["date"] == rows["date"].iloc[-1]].to_csv(tmp_path / "day.csv", index=False)
    answer = run("basis", "history", "--futures", tmp_path / "day.csv", "--format", "json")
    (one,) = json.loads(answer.out)["products"]
    assert one["neutral_funds"] is one["study"] is one["moved_with"] is None
    assert one["deepest"]["date"] == rows["date"].iloc[-1]
    assert run("basis", "history", "--futures", tmp_path / "day.csv").code == 0


@pytest.mark.feature("F14", "F25")
def test_dividends_by_number_by_table_and_by_member(run, futures: Path, tmp_path: Path) -> None:
    words = (
        "basis",
        "--futures",
        futures,
        "--on",
        "2023-03-15",
        "--product",
        "IC",
        "--format",
        "json",
    )

    def card(*more: object) -> dict[str, object]:
        answer = run(*words, *more)
        assert answer.code == 0, answer.err
        return json.loads(answer.out)["products"][0]

    bare, flat = card(), card("--dividend-yield", "0.02")
    assert bare["adjusted_annual"] is None
    points = [row["dividends"] for row in flat["curve"]]
    assert points == sorted(points)
    # Mid-March to the September expiry: nearly the whole year's dividends.
    assert points[-1] == pytest.approx(0.02 * flat["curve"][-1]["index_level"], rel=0.1)
    assert flat["adjusted_annual"] < bare["locked_annual"]
    pd.DataFrame({"date": ["2023-03-01"], "指数代码": ["000905"], "股息率(%)": [2.0]}).to_csv(
        tmp_path / "yields.csv", index=False
    )
    assert card("--dividend-yield", tmp_path / "yields.csv") == flat
    stale = card("--dividend-yield", tmp_path / "yields.csv", "--on", "2023-09-15")
    assert stale["adjusted_annual"] is None  # half a year old: not today's
    pd.DataFrame(
        {"symbol": ["600000", "600001", "600001"], "dividend": [1.0, 2.0, 9.0],
         "ex_date": ["2022-06-16", "2023-04-06", "2023-05-04"],
         "announced_on": ["", "2023-03-01", "2023-04-01"]}
    ).to_csv(tmp_path / "payouts.csv", index=False)  # fmt: skip
    pd.DataFrame(
        {"symbol": ["600000", "600001"], "weight": [0.6, 0.4], "price": [20.0, 50.0]}
    ).to_csv(tmp_path / "members.csv", index=False)
    own = card("--payouts", tmp_path / "payouts.csv", "--members", tmp_path / "members.csv")
    level = own["curve"][0]["index_level"]
    # 0.4 x 2/50 in April (the May one was not announced yet), 0.6 x 1/20 in June as last year.
    found = [row["dividends"] / level for row in own["curve"]]
    assert found == pytest.approx(
        [0.0, 0.4 * 2 / 50, 0.4 * 2 / 50 + 0.6 / 20, 0.4 * 2 / 50 + 0.6 / 20]
    )
    screen = run(*words[:-2], "--dividend-yield", "0.02").out
    assert "after dividends" in " ".join(screen.split())
    for wrong, said in (
        (("--dividend-yield", "2"), "outside 0 to 0.2"),
        (("--payouts", tmp_path / "payouts.csv"), "go together"),
        (("--dividend-yield", "0.02", "--payouts", "a", "--members", "b"), "twice"),
        (("--dividend-yield", tmp_path / "members.csv"), "lacks ['date']"),
    ):
        refused = run(*words, *wrong)
        assert refused.code == 2
        assert said in " ".join(refused.err.split())


@pytest.mark.feature("F30")
def test_the_day_of_the_article_shows_what_else_happened(run, tmp_path: Path) -> None:
    # Seed article of 16 March 2020: ChiNext plunged, US trading halted that night (looked up in the
    # built-in events, never typed into the report).
    rows = "date,symbol,close,open_interest,spot_close\n" + "".join(
        f"{day},{symbol},{price},1000,{spot}\n"
        for day, spot in (("2020-03-13", 3900.0), ("2020-03-16", 3727.84))
        for symbol, price in (("IF2003", 3692.0), ("IF2004", 3673.0), ("IF2006", 3644.6))
    )
    (tmp_path / "f.csv").write_text(rows)
    words = ("basis", "--futures", tmp_path / "f.csv")
    answer = json.loads(run(*words, "--format", "json").out)
    (event,) = answer["context"]
    assert event["date"] == "2020-03-16"
    (told,) = (e for e in load_events() if "F30" in e.features)
    assert (event["title_en"], event["title_zh"]) == (told.title_en, told.title_zh)
    assert told.title_en in run(*words).out
    assert told.title_zh in run(*words, "--lang", "zh").out
    assert told.title_zh in run(*words, "--format", "html", "--lang", "zh").out  # on the chart
    before = json.loads(run(*words, "--on", "2020-03-13", "--format", "json").out)
    assert before["context"] == []


def test_far_expiries_are_marked_and_blind_contracts_named(run, tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"date": "2026-11-16", "symbol": ["IF2612", "IF2701", "IF2703", "IF2706"],
         "close": [3692.0, 3673.0, 3644.6, 3601.2], "open_interest": 1e4,
         "spot_close": [3727.84, 3727.84, np.nan, 3727.84]}
    )  # fmt: skip
    rows.to_csv(tmp_path / "f.csv", index=False)
    said = " ".join(run("basis", "--futures", tmp_path / "f.csv").out.split())
    assert (
        "IF: provisional: IF2701.CFE, IF2703.CFE, IF2706.CFE expire past the last announced" in said
    )
    assert "no price or no index level for IF2703.CFE" in said
    assert "24*" not in said  # December is announced; the others carry a star
    assert said.count("*") == 3


REFUSED = {
    "continuous": ("IF2003", "IF888", "is a continuous series"),
    "expired": (
        "2020-03-16,IF2003",
        "2020-03-23,IF2003",
        "line 2 IF2003.CFE on 2020-03-23 (expiry",
    ),
    "negative": ("3644.6", "-5", "negative values, first -5.0 in line 4"),
    "zero": ("3644.6", "0", "a price of zero or none is no price"),
    "text": ("3644.6", "abc", "first 'abc' in line 4"),
    "other product": ("3644.6,IF", "3644.6,IC", "line 4 IF2006.CFE as IC"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_bad_futures_are_refused_with_their_lines(run, tmp_path: Path, name: str) -> None:
    rows = (
        "date,symbol,close,product,open_interest,spot_close\n"
        "2020-03-16,IF2003,3692.0,IF,83045,3727.84\n2020-03-16,IF2004,3673.0,IF,34000,3727.84\n"
        "2020-03-16,IF2006,3644.6,IF,43182,3727.84\n2020-03-16,IF2009,3601.2,IF,22818,3727.84\n"
    )
    good, bad, said = REFUSED[name]
    (tmp_path / "f.csv").write_text(rows)
    assert run("basis", "--futures", tmp_path / "f.csv").code == 0
    (tmp_path / "f.csv").write_text(rows.replace(good, bad, 1))
    for view in ((), ("history",)):
        answer = run("basis", *view, "--futures", tmp_path / "f.csv")
        assert (answer.code, answer.out) == (2, "")
        assert said in " ".join(answer.err.split())
        assert answer.err.count("\n") == 1


def test_index_and_futures_of_other_years_are_named_with_their_spans(run, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("date,symbol,close\n2020-03-16,IF2003,3692.0\n")
    (tmp_path / "i.csv").write_text(
        "date,symbol,close\n2019-03-15,000300.SH,3700\n2019-03-18,000300.SH,3750\n"
    )
    for view in ((), ("history",)):
        answer = run("basis", *view, "--futures", tmp_path / "f.csv", "--index", tmp_path / "i.csv")
        assert answer.code == 2
        assert "--futures 2020-03-16..2020-03-16" in answer.err
        assert "--index 2019-03-15..2019-03-18" in answer.err
    alone = run("basis", "--futures", tmp_path / "f.csv")
    assert "give the underlying index (--index" in alone.err


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
        (
            ("basis", "parity", "--chain", "none.csv", "--spot", "-1", "--on", "2024-01-02"),
            "index at or below zero",
        ),
        (
            ("basis", "parity", "--chain", "c", "--spot", "1", "--on", "2024-01-02", "--rate", "2"),
            "rate beyond 50%",
        ),
        (("basis", "--futures", "FILE", "--method", "weeks"), "'weeks' is unknown"),
    ],
)
def test_bad_input_ends_in_one_paragraph(run, futures: Path, words, said: str) -> None:
    answer = run(*(futures if word == "FILE" else word for word in words))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
