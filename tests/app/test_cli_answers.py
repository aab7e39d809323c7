"""Every verb in every form and language: parses, carries its schema, says what the API says."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

import quantquake as qq
from quantquake.data.baskets import index_basket
from quantquake.measures.crowding import PRESETS, IndicatorParams, indicators, score

VERBS = {
    "score": ("--prices", "prices", "--index", "index"),
    "basis": ("--futures", "futures"),
    "day": ("--prices", "prices", "--index", "index"),
    "report": ("--prices", "prices", "--index", "index", "--futures", "futures"),
    "demo": (),
}
HAN = range(0x4E00, 0x9FFF)


def arguments(verb, files):
    named = files._asdict()
    return (verb, *(named.get(word, word) for word in VERBS[verb]))


def strict(text):
    """Parse JSON, refusing NaN and Infinity, which JSON does not have."""

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def without_words(text):
    """The answer without the sentences that differ by language."""
    found = strict(text)
    for basket in found.get("baskets", found.get("crowding", [])):
        assert basket.pop("explanation")
    return found


def rows(text):
    return pd.read_csv(io.StringIO(text), index_col=0)


def near(value):
    """The same number to the last digits: text keeps 17, addition may not."""
    return pytest.approx(value, rel=1e-12, nan_ok=True)


@pytest.fixture
def market(files):
    return qq.Market.from_long(
        qq.read(files.prices), qq.read(files.index, "index"), market_amount="000985.CSI"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("verb", ["score", "basis", "day", "report"])
def test_tables_speak_the_language_asked_for(run, files, verb, lang):
    answer = run(*arguments(verb, files), "--format", "table", "--lang", lang)
    assert (answer.code, answer.err) == (0, "")
    assert "2024-03-29" in answer.out
    assert any(ord(letter) in HAN for letter in answer.out) == (lang == "zh")


@pytest.mark.parametrize("verb", ["score", "basis", "day", "report"])
def test_json_is_strict_named_and_the_same_in_every_language(run, files, verb):
    english, chinese = (
        run(*arguments(verb, files), "--format", "json", "--lang", lang) for lang in ("en", "zh")
    )
    assert (english.code, english.err) == (0, "")
    found = strict(english.out)
    assert found["schema"] == f"quantquake.{verb}/1"
    assert found["issues"] is not None
    assert without_words(english.out) == without_words(chinese.out)


def test_score_says_what_the_api_says(run, files, market):
    found = strict(run(*arguments("score", files), "--format", "json").out)
    assert found["as_of"] == "2024-03-29"
    indices = qq.Market.from_frames(
        close=market.index_close,
        amount=market.index_amount,
        index_close=market.index_close,
        market_amount=market.market_amount,
    )
    for entry in (e for e in found["baskets"] if e["index"]):
        params = IndicatorParams(benchmark="000985.CSI")
        wanted = score(indicators(indices, index_basket(entry["index"]), params=params))
        day = wanted.score.index[-1]
        assert entry["date"] == f"{day:%Y-%m-%d}"
        assert entry["score"] == near(wanted.score[day])
        assert entry["signal"] == bool(wanted.signal[day])
        assert entry["dimensions_present"] == wanted.coverage[day]
        shares = [row["adds"] for row in entry["contributions"]]
        assert sum(share or 0 for share in shares) == near(entry["score"])
    assert {e["name"] for e in found["baskets"]} == {
        "smallest tenth", "largest tenth", "000300.SH", "000905.SH", "000852.SH",
    }  # fmt: skip


def test_presets_reach_the_score(run, files):
    args = (*arguments("score", files), "--format", "json", "--preset")
    results = {name: run(*args, name).out for name in ("default", "missing_as_zero")}
    assert set(PRESETS) >= set(results)
    assert results["default"] != results["missing_as_zero"]


def test_basis_says_what_the_api_says(run, files):
    found = strict(run(*arguments("basis", files), "--format", "json", "--product", "ic").out)
    rows_given = qq.read(files.futures, "futures")
    card = qq.measures.basis.basis_card(rows_given, None, found["on"], product="IC")
    assert [product["product"] for product in found["products"]] == ["IC"]
    got = found["products"][0]
    for field in ("basis", "basis_ratio", "annualised", "weighted_discount", "nav_move"):
        assert got[field] == near(getattr(card, field))
    curve = qq.measures.basis.term_structure(rows_given, None, found["on"], product="IC")
    assert [row["contract"] for row in got["curve"]] == list(curve.index)
    assert [row["annualised"] for row in got["curve"]] == near(curve["annualised"].tolist())


def test_day_says_what_the_api_says(run, files, market):
    found = strict(run(*arguments("day", files), "--format", "json").out)
    board = qq.measures.day.day_board(market, "2024-03-29", index="000300.SH")
    wanted = board.to_dict()
    assert found.pop("schema") == "quantquake.day/1"
    assert found.pop("issues") is not None
    assert found.keys() == wanted.keys()
    assert found["label"] == board.label
    assert found["breadth"] == near(board.breadth)
    assert found["contrarian_pnl"] == near(board.contrarian_pnl)
    assert [g["mean"] for g in found["size_groups"]] == near(board.size_groups["mean"].tolist())
    assert {r["code"]: r["fired"] for r in found["reasons"]} == {
        r.code: r.fired for r in board.reasons
    }


def test_report_holds_the_same_numbers_as_the_single_verbs(run, files):
    whole = strict(run(*arguments("report", files), "--format", "json").out)
    single = {
        verb: strict(run(*arguments(verb, files), "--format", "json").out)
        for verb in ("score", "basis", "day")
    }
    assert whole["crowding"] == single["score"]["baskets"]
    assert whole["basis"] == single["basis"]["products"]
    assert whole["day"] == {
        key: value for key, value in single["day"].items() if key not in ("schema", "issues")
    }


def test_csv_parses_back_to_the_numbers_of_the_json(run, files):
    told = {
        verb: (
            rows(run(*arguments(verb, files), "--format", "csv").out),
            strict(run(*arguments(verb, files), "--format", "json").out),
        )
        for verb in ("score", "basis", "day")
    }
    table, found = told["score"]
    for entry in found["baskets"]:
        assert table["score"][entry["name"]] == near(entry["score"])
        assert bool(table["signal"][entry["name"]]) == entry["signal"]
    table, found = told["basis"]
    for product in found["products"]:
        for row in product["curve"]:
            assert table["annualised"][row["contract"]] == near(row["annualised"])
            assert table["product"][row["contract"]] == product["product"]
    table, found = told["day"]
    for measure, value in table["value"].items():
        assert value == near(float("nan") if found[measure] is None else float(found[measure]))


@pytest.mark.parametrize("verb", ["report", "demo"])
def test_a_page_is_written_and_named_on_the_screen(run, files, verb, tmp_path):
    page = tmp_path / "page.html"
    answer = run(*arguments(verb, files), "--out", page, "--lang", "zh")
    assert (answer.code, answer.err) == (0, "")
    assert str(page) in answer.out.replace("\n", "")
    text = page.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    assert 'lang="zh' in text
    assert ("扎堆" in answer.out) == (verb == "demo")


@pytest.mark.parametrize("verb", ["score", "basis", "day"])
def test_a_single_answer_can_be_a_page_too(run, files, verb):
    answer = run(*arguments(verb, files), "--format", "html")
    assert answer.code == 0
    assert answer.out.rstrip().endswith("</html>")


def test_a_report_is_no_csv(run, files, refused):
    refused(run(*arguments("report", files), "--format", "csv"), "several tables")
    refused(run("demo", "--format", "csv"), "several tables")


def test_standard_input_takes_the_place_of_a_file(run, files):
    for verb, option in (("score", "--prices"), ("day", "--prices"), ("basis", "--futures")):
        name = "futures" if verb == "basis" else "prices"
        path = getattr(files, name)
        wanted = run(verb, option, path, "--format", "csv")
        got = run(verb, option, "-", "--format", "csv", stdin=path.read_bytes())
        assert (got.code, got.out) == (0, wanted.out)


def test_same_seed_same_answer_another_seed_another(run):
    first, again, other = (
        run("demo", "--format", "json", "--seed", seed, "--lang", lang)
        for seed, lang in ((2, "en"), (2, "zh"), (3, "en"))
    )
    found = without_words(first.out)
    assert found["schema"] == "quantquake.report/1"
    assert found["seed"] == 2
    assert found == without_words(again.out)
    assert found["crowding"] != without_words(other.out)["crowding"]


def test_the_twin_is_said_to_have_no_crowd(run):
    assert "makes a few funds crowd" not in run("demo", "--format", "table", "--twin").out


def test_a_theme_of_ones_own_is_scored(run, files, tables, tmp_path):
    members = sorted(tables["prices"]["symbol"].unique())[:12]
    theme = tmp_path / "themes.csv"
    theme.write_text("theme,symbol\n" + "".join(f"我的,{m}\n" for m in members), encoding="utf-8")
    args = ("score", "--prices", files.prices, "--themes", theme, "--format", "json")
    found = strict(run(*args).out)
    assert [basket["name"] for basket in found["baskets"]] == ["我的"]
    assert found["baskets"][0]["dimensions_present"] == 3


def test_warmup_names_what_it_compiled(run):
    answer = run("warmup")
    assert answer.code == 0
    assert "kernels ready" in answer.out
