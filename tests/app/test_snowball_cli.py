"""`quantquake snowball`: one note, a book file, made books, and what it refuses."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from tests.flows.snowball_worlds import INDEX, path, trades

from quantquake.flows.snowball_book import SnowballBook

CLOSES = path(start="2021-06-01", end="2024-02-08")
NOTE = ("--knock-in", 0.75, "--knock-out", 1.03, "--coupon", 0.15,
        "--vol", 0.2, "--rate", 0.02, "--carry", 0.04)  # fmt: skip
CURVES = ("--vol", 0.2, "--rate", 0.02, "--carry", 0.04)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    book = trades(CLOSES, 30)
    bad = book.iloc[:2].assign(trade=["neg", "above"], notional=[-5.0, 1e7], knock_in=[0.8, 1.1])
    pd.concat([book, bad]).to_csv(folder / "book.csv", index=False)
    rows = CLOSES.rename("close").rename_axis("date").reset_index().assign(symbol=INDEX)
    rows.to_csv(folder / "index.csv", index=False)
    days = CLOSES.index[-40:]
    futures = pd.DataFrame(
        {"date": days.repeat(2), "symbol": ["IC2403.CFE", "IC2406.CFE"] * len(days),
         "close": [c * f for c in CLOSES[days] for f in (0.99, 0.97)], "volume": 40000,
         "open_interest": 100000, "spot_close": CLOSES[days].repeat(2).to_numpy()}
    )  # fmt: skip
    futures.to_csv(folder / "futures.csv", index=False)
    return folder


def book_args(tables, *more):
    return ("snowball", "--book", tables / "book.csv", "--index", tables / "index.csv", *more)


@pytest.mark.feature("G01")
def test_one_note_is_the_published_reference(run):
    answer = run("snowball", *NOTE, "--spot", 1, "--spot", 0.9, "--format", "json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["schema"] == "quantquake.snowball-note/1"
    # Spec derivatives 3.3, sigma 20, q 4: 0.97825199 and 0.89816413.
    assert [row["price"] for row in found["rows"]] == pytest.approx(
        [0.97825199, 0.89816413], abs=1e-5
    )
    assert 0 < found["rows"][0]["knock_in"] < found["rows"][1]["knock_in"] < 1
    assert found["assumptions"] == ["months of 21 sessions, 252 a year"]
    table = run("snowball", *NOTE, "--lang", "zh")
    assert "0.978252" in table.out
    assert "敲入概率" in table.out
    csv = pd.read_csv(io.StringIO(run("snowball", *NOTE, "--format", "csv").out), index_col="level")
    assert csv["price"].iloc[0] == pytest.approx(0.97825199, abs=1e-5)


@pytest.mark.parametrize(
    "more", [("--step", 0.005), ("--months", 12), ("--lock", 1), ("--age", 100), ("--knocked-in",),
             ("--spot0", 1.1)],
)  # fmt: skip
def test_every_term_of_a_note_moves_its_price(run, more):
    plain = json.loads(run("snowball", *NOTE, "--spot", 1, "--format", "json").out)
    other = json.loads(run("snowball", *NOTE, "--spot", 1, *more, "--format", "json").out)
    assert other["rows"][0]["price"] != pytest.approx(plain["rows"][0]["price"], abs=1e-6)


@pytest.mark.feature("G03", "G09")
def test_a_book_gives_the_same_numbers_as_the_api(run, tables):
    answer = run(*book_args(tables, *CURVES, "--format", "json"))
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    book = SnowballBook(tables / "book.csv", index=CLOSES, vol=0.2, rate=0.02, carry=0.04)
    want = book.knock_in_map()
    assert found["schema"] == "quantquake.snowball/1"
    index = found["indices"][0]
    assert index["waiting"] == pytest.approx(want.levels["notional"].sum())
    assert [row["notional"] for row in index["alarm"]] == pytest.approx(
        want.alarm["notional"].tolist()
    )
    assert len(index["ladder"]) == 81
    flow = {round(row["move"], 6): row["lots"] for row in index["flow"]}
    assert flow[-0.05] == pytest.approx(
        book.hedge_flow(moves=[-0.05]).frame["lots"].iloc[0], rel=1e-4
    )
    assert [(row["line"], row["reason"]) for row in found["rejected"]] == [
        (32, "notional_not_positive"), (33, "knock_in_above_start")]  # fmt: skip
    assert found["coverage"]["trades"] == f"{len(book)} of 32"


def test_a_table_says_what_a_fall_sets_off_and_what_was_left_out(run, tables):
    en = run(*book_args(tables, *CURVES, "--fall", 0.07, "--mode", "template"))
    assert en.code == 0, en.err
    assert "If the CSI 500 falls 7%" in " ".join(en.out.split())
    assert "1 left out, lines 33: knock-in at or above the level at issue" in en.out
    zh = run(*book_args(tables, *CURVES, "--mode", "template", "--lang", "zh"))
    assert "中证500若下跌5%" in "".join(zh.out.split())
    assert "敲入不低于期初点位" in zh.out


@pytest.mark.parametrize("view", ["map", "ladder", "flow", "alarm", "sign"])
def test_csv_holds_the_view_asked_for(run, tables, view):
    args = ("--futures", tables / "futures.csv", "--mode", "template", "--view", view)
    answer = run(*book_args(tables, *args, "--format", "csv"))
    assert answer.code == 0, answer.err
    table = pd.read_csv(io.StringIO(answer.out))
    assert (table["underlying"] == INDEX).all()
    column = {"map": "drop_lots", "ladder": "gamma_money_per_1pct", "flow": "of_volume",
              "alarm": "share", "sign": "calms"}[view]  # fmt: skip
    assert table[column].notna().all()


def test_futures_alone_bring_the_index_path(run, tables):
    answer = run("snowball", "--synthetic", "IC", "--futures", tables / "futures.csv",
                 "--outstanding", 5e9, "--mode", "template", "--format", "json")  # fmt: skip
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["source"] == "synthetic"
    assert found["indices"][0]["waiting"] == pytest.approx(5e9)
    assert any("constant issuance" in text for text in found["assumptions"])


def test_as_of_sees_nothing_later(run, tables):
    answer = run(*book_args(tables, "--as-of", "2023-06-30", *CURVES, "--mode", "template",
                            "--format", "json"))  # fmt: skip
    assert json.loads(answer.out)["on"] == "2023-06-30"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_is_one_file_with_its_panels(run, tables, tmp_path, lang):
    out = tmp_path / "here" / "book.html"
    answer = run(*book_args(tables, "--futures", tables / "futures.csv", "--mode", "template",
                            "--format", "html", "--out", out, "--lang", lang))  # fmt: skip
    assert answer.code == 0, answer.err
    page = out.read_text(encoding="utf-8")
    for code in ("knock_in_IC", "knock_in_falls_IC", "hedge_ladder_IC", "hedge_sign_IC",
                 "knock_in_bins_IC", "snowball_rejected"):  # fmt: skip
        assert f'id="{code}"' in page
    assert "http" not in page.split("<script>")[0].replace("http-equiv", "")


@pytest.mark.parametrize(
    ("args", "words"),
    [((), ("--knock-in, --knock-out, --coupon not given",)),
     (("--knock-in", 0.75), ("--knock-out, --coupon",)),
     ((*NOTE, "--format", "html"), ("not a page",)),
     ((*NOTE, "--lock", 30), ("nothing left to price",)),
     ((*NOTE, "--age", 504), ("nothing left to price",)),
     ((*NOTE, "--spot", -1), ("above 0",)),
     (("--knock-in", 1.2, *NOTE[2:]), ("knock",)),
     (("--knock-in", 0.75, "--knock-out", 1.03, "--coupon", 0.1, "--vol", 20), ("--vol 20",)),
     (("--published",), ("needs the path",)),
     (("--published", "--synthetic", "IC"), ("exactly one",)),
     (("--book", "nope.csv"), ("does not exist",))],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused(run, refused, args, words):
    refused(run("snowball", *args), *words)


def test_terms_of_a_note_beside_a_book_are_refused(run, refused, tables):
    refused(run(*book_args(tables, "--knock-in", 0.8)), "--knock-in")
    refused(run("snowball", "--book", tables / "book.csv"), "no day to stand on")
    refused(run(*book_args(tables, "--synthetic", "IC")), "exactly one")
    refused(run("snowball", "--synthetic", "IF", "--index", tables / "index.csv"), "--synthetic")
    refused(run("snowball", "--book", tables / "index.csv", "--index", tables / "index.csv"),
            "no column for")  # fmt: skip


@pytest.mark.feature("G03")
def test_discount_is_estimated_from_what_is_given_or_not_at_all(run, refused, tables, tmp_path):
    refused(run(*book_args(tables, "--discount")), "--discount")
    short = run(*book_args(tables, "--futures", tables / "futures.csv", "--discount",
                           "--mode", "template", "--format", "json"))  # fmt: skip
    assert short.code == 0, short.err
    assert json.loads(short.out)["indices"][0]["discount_response"] is None  # 40 sessions: too few
    rows = pd.read_csv(tables / "futures.csv")
    days = CLOSES.index[-150:]
    months = ["IC2403.CFE", "IC2406.CFE"]
    long = pd.DataFrame(
        {"date": days.repeat(2), "symbol": months * len(days), "volume": 40000,
         "close": [c * f for c in CLOSES[days] for f in (0.99, 0.97)], "open_interest": 100000,
         "spot_close": CLOSES[days].repeat(2).to_numpy()}
    )[list(rows.columns)]  # fmt: skip
    long.to_csv(tmp_path / "long.csv", index=False)
    answer = run(*book_args(tables, "--futures", tmp_path / "long.csv", "--discount",
                            "--mode", "template", "--format", "json"))  # fmt: skip
    assert answer.code == 0, answer.err
    index = json.loads(answer.out)["indices"][0]
    found = index["discount_response"]
    assert found["n"] >= 60
    assert found["interval"][0] <= found["kappa"] <= found["interval"][1]
    row = index["flow"][4]
    assert row["basis_change"] == pytest.approx(found["kappa"] * row["of_volume"])
