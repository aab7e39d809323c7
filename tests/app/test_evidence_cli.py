"""`quantquake evidence` and its views: says what the API says, heeds every option, refuses the rest."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from quantquake.app.grid import evidence_grid
from quantquake.app.inputs import read_inputs
from quantquake.app.knobs import turn_knobs
from quantquake.data.synthetic import hidden_holder_world
from quantquake.measures.early_warning import early_warning
from quantquake.measures.evidence.back_cast import back_cast
from quantquake.measures.probability import fall_outlook, measured

HAN = range(0x4E00, 0x9FFF)
N = 1500


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Three indices of six years with amounts; falls now and then."""
    days, rng = pd.bdate_range(end="2024-03-29", periods=N), np.random.default_rng(3)
    tables = []
    for symbol in ("AAA.IDX", "BBB.IDX", "CCC.IDX"):
        level = pd.Series(rng.standard_normal(N)).ewm(alpha=0.05).mean()
        growth = 0.015 * rng.standard_normal(N) + 0.0003
        tables.append(
            pd.DataFrame(
                {
                    "date": days,
                    "symbol": symbol,
                    "close": 1000 * np.exp(np.cumsum(growth)),
                    "amount": 1e9 * np.exp(2 * level + rng.normal(0, 0.1, N)),
                }
            )
        )
    path = tmp_path_factory.mktemp("evidence") / "index.csv"
    pd.concat(tables).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def stocks(tmp_path_factory):
    world = hidden_holder_world(0)
    long = world.close.stack().rename("close").reset_index()
    long.columns = ["date", "symbol", "close"]
    path = tmp_path_factory.mktemp("evidence") / "stocks.csv"
    long.assign(symbol="60" + long["symbol"].str[1:5] + ".SH").to_csv(path, index=False)
    return path, world


@pytest.mark.feature("O09")
def test_the_grid_says_what_the_api_says(run, index):
    found = strict(run("evidence", "--index", index, "--format", "json", "--draws", 50).out)
    assert found["schema"] == "quantquake.evidence/1"
    inputs = read_inputs(index=[str(index)])
    grid = evidence_grid(inputs, draws=50)
    assert [(t["basket"], t["horizon"]) for t in found["tests"]] == [
        (basket, horizon) for _, basket, horizon in grid.family.table.index
    ]
    for row, (_, wanted) in zip(found["tests"], grid.family.table.iterrows(), strict=True):
        assert row["hits"] == wanted["hits"]
        assert row["base_rate"] == pytest.approx(wanted["base_rate"])
    close = inputs.indices.close["BBB.IDX"]
    wanted = fall_outlook(close).at(20)
    row = next(
        r for r in found["fall_probability"] if (r["basket"], r["horizon"]) == ("BBB.IDX", 20)
    )
    assert row["probability"] == pytest.approx(wanted.probability)
    assert row["usual"] == pytest.approx(wanted.usual)
    assert [r["horizon"] for r in found["crowding_adds"]] == [one.horizon for one in measured()]
    assert found["crowding_adds"][0]["against_barrier"] == list(measured()[0].against_barrier)


@pytest.mark.feature("O09")
def test_score_states_the_chance_of_a_fall_in_every_form(run, index):
    found = strict(run("score", "--index", index, "--format", "json").out)
    close = read_inputs(index=[str(index)]).indices.close
    table = pd.read_csv(
        io.StringIO(run("score", "--index", index, "--format", "csv").out), index_col=0
    )
    for entry in found["baskets"]:
        wanted = fall_outlook(close[entry["name"]])
        for said, chance in zip(entry["fall_probability"], wanted.chances, strict=True):
            assert said["horizon"] == chance.horizon
            assert said["probability"] == pytest.approx(chance.probability)
            assert table.loc[entry["name"], f"fall_{chance.horizon}"] == pytest.approx(
                chance.probability
            )
    english = run("score", "--index", index).out.replace("\n", " ")
    assert "Crowding is left out: it adds nothing measurable to volatility" in english
    assert "−3.0% (−8.5 to 1.4) within 20 days" in english
    chinese = run("score", "--index", index, "--lang", "zh").out.replace("\n", "")
    assert "测不出它有任何贡献" in chinese
    earlier = strict(
        run("score", "--index", index, "--as-of", "2023-06-30", "--format", "json").out
    )
    cut = fall_outlook(close.loc[:"2023-06-30", "AAA.IDX"])
    entry = next(e for e in earlier["baskets"] if e["name"] == "AAA.IDX")
    assert entry["fall_probability"][0]["probability"] == pytest.approx(cut.at(20).probability)


VIEWS = {
    "grid": (),
    "probability": ("--probability", "--horizon", 20),
    "sensitivity": ("--sensitivity",),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("view", VIEWS)
def test_views_speak_the_language_asked_for(run, index, view, lang):
    words = ("evidence", *VIEWS[view], "--index", index, "--draws", 20)
    answer = run(*(w for w in words if view != "sensitivity" or w not in ("--draws", 20)),
                 "--lang", lang)  # fmt: skip
    assert (answer.code, answer.err) == (0, "")
    assert "AAA" in answer.out
    assert any(ord(letter) in HAN for letter in answer.out) == (lang == "zh")


@pytest.mark.feature("O09")
def test_probability_is_measured_on_the_data_given(run, index):
    words = ("evidence", "--probability", "--index", index, "--horizon", 20, "--draws", 30)
    found = strict(run(*words, "--format", "json").out)
    assert found["schema"] == "quantquake.fall_probability/1"
    (one,) = found["horizons"]
    models = {row["model"]: row for row in one["skill"]}
    assert {"barrier", "market", "crowding", "barrier_crowding", "barrier_isotonic"} <= set(models)
    for row in models.values():
        # Murphy's parts of ten bins add up to the Brier score, to the spread inside the bins.
        parts = row["reliability"] - row["resolution"] + row["uncertainty"]
        assert parts == pytest.approx(row["brier"], abs=0.006)
    low, high = one["crowding_on_formula"]["skill_interval"]
    assert low <= one["crowding_on_formula"]["skill"] <= high
    # Made-up walks: the rule must fail.
    assert one["passed"] is False
    assert "does not pass" in run(*words).out
    rows = pd.read_csv(io.StringIO(run(*words, "--format", "csv").out))
    assert rows["model"].tolist() == list(models)
    assert rows["brier"].tolist() == pytest.approx([row["brier"] for row in models.values()])
    other = strict(run(*words, "--loss", 0.1, "--format", "json").out)["horizons"][0]
    assert other["skill"][0]["brier"] != one["skill"][0]["brier"]


@pytest.mark.feature("B13")
def test_sensitivity_says_what_the_api_says(run, index):
    words = ("evidence", "--sensitivity", "--index", index)
    found = strict(run(*words, "--format", "json").out)
    assert found["schema"] == "quantquake.sensitivity/1"
    knobs = turn_knobs(read_inputs(index=[str(index)]))
    assert len(found["settings"]) == 108
    assert found["flat_p_value"] == pytest.approx(knobs.surface.flat_p_value)
    for row, (_, wanted) in zip(found["settings"], knobs.surface.table.iterrows(), strict=True):
        assert row["episodes"] == wanted["episodes"]
    assert found["baskets"] == ["AAA.IDX", "BBB.IDX", "CCC.IDX"]
    only = strict(run(*words, "--basket", "BBB.IDX", "--format", "json").out)
    assert only["baskets"] == ["BBB.IDX"]
    assert only["settings"][0]["episodes"] <= found["settings"][0]["episodes"]
    shorter = strict(run(*words, "--horizon", 20, "--format", "json").out)
    assert shorter["settings"] != found["settings"]
    later = strict(run(*words, "--since", "2021-01-01", "--format", "json").out)
    assert later["split"] > found["split"]
    table = run(*words).out
    assert "▸ 95%" in table
    assert "Flat" in table or "Uneven" in table or "too few" in table
    rows = pd.read_csv(io.StringIO(run(*words, "--format", "csv").out))
    assert len(rows) == 108


@pytest.mark.feature("B16")
def test_before_says_what_the_api_says(run, stocks):
    path, world = stocks
    words = ("evidence", "--before", f"{world.event:%Y-%m-%d}", "--prices", path)
    found = strict(run(*words, "--format", "json").out)
    assert found["schema"] == "quantquake.back_cast/1"
    measured_set = early_warning(world.returns()).drop(columns="illiquidity")
    wanted = back_cast(measured_set, world.event)
    assert found["verdict"] == wanted.verdict == "no_warning"
    assert found["chance_of_as_many"] == pytest.approx(wanted.chance_of_as_many)
    for row in found["indicators"]:
        assert row["chance"] == pytest.approx(wanted.table.loc[row["indicator"], "chance"])
    assert found["as_of"] < found["before"]
    for lang, said in (("en", "No warning"), ("zh", "没有预警")):
        assert said in run(*words, "--lang", lang).out
    fewer = strict(run(*words, "--weeks", 2, "--format", "json").out)
    assert "week -2" in fewer["indicators"][0]
    assert "week -3" not in fewer["indicators"][0]
    after = strict(
        run("evidence", "--before", "2007-08-25", "--prices", path, "--format", "json").out
    )
    assert after["verdict"] == "warning"
    assert (
        "Warning: in the 4 weeks" in run("evidence", "--before", "2007-08-25", "--prices", path).out
    )
    short = run("evidence", "--before", f"{world.close.index[60]:%Y-%m-%d}", "--prices", path)
    assert "Cannot be told" in short.out
    assert "too short" in short.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--log", "--sensitivity"), ("--log and --sensitivity", "one after the other")),
        (("--probability", "--before", "2024-01-01"), ("different questions",)),
        (("--trees",), ("--trees is read with --probability only",)),
        (("--weeks", "3"), ("--weeks is read with --before only",)),
        (("--head", "1:a"), ("--head is read with --log only",)),
        (("--include-late",), ("--include-late is read with --log only",)),
        (("--log", "--loss", "0.1"), ("--loss has no meaning with --log", "sealed with")),
        (("--log", "--indicators"), ("--indicators has no meaning with --log",)),
        (("--log", "--draws", "5"), ("--draws has no meaning with --log",)),
        (("--log", "--seed", "5"), ("--seed has no meaning with --log",)),
        (("--sensitivity", "--loss", "0.1"), ("one of the four knobs",)),
        (("--sensitivity", "--draws", "5"), ("nothing there reads it",)),
        (("--before", "2024-01-01", "--basket", "x"), ("all names given",)),
        (("--before", "2024-01-01"), ("there are no --prices",)),
        (("--format", "html"), ("no page of its own",)),
        (("--sensitivity", "--format", "html"), ("no page of its own",)),
        (("--sensitivity", "--horizon", "20", "--horizon", "60"), ("Give --horizon once",)),
        ((), ("no table was named",)),
    ],
)
def test_what_would_be_passed_over_is_refused(run, refused, words, said):
    refused(run("evidence", *words), *said)


def test_bad_numbers_and_days_are_refused(run, refused, index, stocks):
    base = ("evidence", "--index", index)
    refused(run(*base, "--horizon", 0), "`horizons` is (0,)")
    refused(run(*base, "--loss", 5), "`loss` is 5.0")
    refused(run(*base, "--since", "2030-01-01"), "no alarm would be left")
    refused(run(*base, "--since", "lately"), "is no single day")
    refused(run(*base, "--basket", "nobody"), "is not among the 3 there are")
    refused(run(*base, "--preset", "nope"), "preset 'nope' is unknown")
    refused(run(*base, "--sensitivity", "--horizon", -3), "`horizons` is (-3,)")
    refused(run(*base, "--probability", "--as-of", "2020-01-02"), "too few")
    path, _ = stocks
    refused(run("evidence", "--before", "1999-01-01", "--prices", path), "no week before it")
    refused(run("evidence", "--before", "soon", "--prices", path), "is no single day")


def test_a_horizon_longer_than_the_history_gives_counts_and_no_rate(run, index):
    answer = run("evidence", "--index", index, "--horizon", 5000, "--draws", 10, "--format", "json")
    found = strict(answer.out)
    assert all(row["rate"] is None and row["episodes"] == 0 for row in found["tests"])
    assert {row["verdict"] for row in found["tests"]} == {"too_few"}
    assert any(row["unsettled_episodes"] > 0 for row in found["tests"])
    assert found["pooled"] == []
    assert (
        "too few to say" in run("evidence", "--index", index, "--horizon", 5000, "--draws", 10).out
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_grid_fits_and_shows_what_is_not_over(run, index, lang):
    from rich.cells import cell_len

    found = strict(run("evidence", "--index", index, "--draws", 20, "--format", "json").out)
    still = [row for row in found["tests"] if row["unsettled_episodes"]]
    text = run("evidence", "--index", index, "--draws", 20, "--lang", lang).out
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert "…" not in text
    for row in still:
        counted = f"{row['hits']} / {row['episodes']} +{row['unsettled_episodes']}"
        assert counted in text
    cut = strict(
        run("evidence", "--index", index, "--horizon", 5000, "--draws", 5, "--format", "json").out
    )
    assert any(row["unsettled_episodes"] for row in cut["tests"])
