"""`quantquake simulate`: every form, every option moves the answer, bad input in one paragraph."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from quantquake.app.scenario_options import Request, altered, noise, rule
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.events import events
from quantquake.cascade.readings import difference, readings
from quantquake.cascade.scenario import Noise
from quantquake.cascade.scenario_file import library, load, text_of
from quantquake.cascade.simulation import one_path, simulate
from quantquake.errors import ConfigError

NAME = "margin-spiral"
NOISY = ("--noise", "0.01,0.5")


def strict(text):
    """Parse JSON, refusing NaN and Infinity, which JSON does not have."""

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def told(run, *args, **options):
    answer = run("simulate", *args, "--format", "json", **options)
    assert (answer.code, answer.err) == (0, "")
    return strict(answer.out)


def reading(found, what, name):
    return next(r["mean"] for r in found["readings"] if (r["what"], r["name"]) == (what, name))


def written(**changes) -> bytes:
    """The margin spiral with changes, as somebody would send it."""
    content = yaml.safe_load(text_of(NAME))
    return yaml.safe_dump(content | changes, allow_unicode=True).encode()


def people(**changes) -> list[dict]:
    """Its participants, the first of them changed."""
    rows = yaml.safe_load(text_of(NAME))["participants"]
    return [rows[0] | changes, *rows[1:]]


# --- forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_names_every_scenario(run, lang):
    answer = run("simulate", "--list", "--lang", lang)
    assert (answer.code, answer.err) == (0, "")
    for name in library():
        assert name in answer.out
    found = strict(run("simulate", "--list", "--format", "json", "--lang", lang).out)
    assert [s["name"] for s in found["scenarios"]] == list(library())
    assert found["scenarios"][0]["title"] == load(found["scenarios"][0]["name"]).title[lang]


def test_what_is_shown_can_be_run_again(run):
    shown = run("simulate", "--show", NAME).out
    assert shown == text_of(NAME)
    again = told(run, "-", stdin=shown.encode())
    assert again["readings"] == told(run, NAME)["readings"]


def test_json_says_what_the_api_says_in_every_language(run):
    scenario = load(NAME)
    result = simulate(scenario)
    found = told(run, NAME)
    assert found == told(run, NAME, "--lang", "zh")
    assert found["schema"] == "quantquake.simulate/1"
    assert found["calibrated"] is False
    assert "order of events, not their size" in found["note"]
    assert (found["market"], found["paths"]) == ("open", 1)
    mean = readings(result).iloc[0]
    for row in found["readings"]:
        assert row["mean"] == pytest.approx(mean[(row["what"], row["name"])], rel=1e-12)
    table = events(result, scenario)
    assert [e["kind"] for e in found["events"]] == table["kind"].tolist()
    assert [e["size"] for e in found["events"]] == pytest.approx(table["size"].tolist())


def test_csv_holds_every_day_of_every_quantity(run):
    table = pd.read_csv(io.StringIO(run("simulate", NAME, "--format", "csv").out))
    result = simulate(load(NAME))
    small = table[(table["what"] == "groups") & (table["name"] == "small")]
    assert small["value"].tolist() == pytest.approx(result.groups["small"].tolist(), rel=1e-12)
    assert set(table[table["what"] == "nav"]["name"]) == {"swaps", "stat-arb", "quants"}
    assert "basis" not in set(table["what"])  # no futures in this one
    many = run("simulate", NAME, "--paths", 3, *NOISY, "--format", "csv").out
    assert {"0.05", "0.5", "0.95"} <= set(pd.read_csv(io.StringIO(many)).columns)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_is_written(run, lang, tmp_path):
    page = tmp_path / "page.html"
    answer = run("simulate", NAME, "--format", "html", "--out", page, "--lang", lang)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    text = page.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert 'lang="zh' in text if lang == "zh" else 'lang="en"' in text


def test_the_terminal_answers_in_the_language_asked_for(run):
    english, chinese = (run("simulate", NAME, "--lang", lang) for lang in ("en", "zh"))
    assert (english.code, chinese.code) == (0, 0)
    assert "Uncalibrated: shows the order of events, not their size." in english.out
    assert "未校准" in chinese.out
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.out)


# --- options ------------------------------------------------------------------------------------


def test_every_option_moves_the_answer(run):
    plain = told(run, NAME)["readings"]
    for option in (
        ("--days", 3),
        NOISY,
        ("--without", "swaps"),
        ("--rule", "who=dma,what=close,first=2,last=4"),
    ):
        assert told(run, NAME, *option)["readings"] != plain, option
    noisy = told(run, NAME, *NOISY)["readings"]
    assert told(run, NAME, *NOISY, "--seed", 1)["readings"] != noisy
    assert told(run, NAME, *NOISY, "--seed", 0)["readings"] == noisy


def test_many_paths_are_those_of_the_api_and_one_of_them_is_told(run):
    found = told(run, NAME, "--paths", 6, *NOISY, "--seed", 4)
    scenario = load(NAME).but(noise=Noise(common=0.01, own=0.5))
    many = ensemble(scenario, paths=6, seed=4)
    assert reading(found, "end", "small") == pytest.approx(many.final("groups", "small").mean())
    ends = many.final("groups", "small").sort_values()
    assert found["path_told"] == ends.index[2]  # the lower of the two in the middle
    table = events(one_path(scenario, seed=4, number=int(ends.index[2])), scenario)
    assert [e["kind"] for e in found["events"]] == table["kind"].tolist()
    assert {o["kind"] for o in found["order"]} >= {"margin_call", "lowest"}


def test_against_itself_as_written_is_the_effect_of_the_changes_on_the_same_numbers(run):
    args = ("--paths", 5, *NOISY, "--without", "swaps")
    found = told(run, NAME, *args, "--against", NAME)["against"]
    plain = load(NAME).but(noise=Noise(common=0.01, own=0.5))
    wanted = difference(ensemble(plain.without("swaps"), paths=5), ensemble(plain, paths=5))
    for row in found["difference"]:
        got = wanted.loc[(row["what"], row["name"])]
        for column in ("run", "against", "difference", "low", "high"):
            assert row[column] == pytest.approx(got[column], rel=1e-9, abs=1e-9), row
    assert found["name"] == NAME
    assert "as written" in run("simulate", NAME, *args, "--against", NAME).out


def test_against_another_scenario_of_the_same_days(run):
    found = told(run, NAME, "--days", 4, "--against", "redemption-run")
    assert found["against"]["name"] == "redemption-run"
    shared = {(r["what"], r["name"]) for r in found["against"]["difference"]}
    assert ("end", "small") in shared
    assert {r["low"] for r in found["against"]["difference"]} == {None}


def test_a_kind_can_be_left_out_as_a_whole():
    scenario = load("cn-2024-02")
    left = altered(scenario, Request(scenario="x", without=("snowball_issuer", "swaps")))
    gone = {p.name for p in scenario.participants} - {p.name for p in left.participants}
    assert gone == {"snowball issuers 500", "snowball issuers 1000", "swaps"}


def test_a_rule_is_read_from_its_fields():
    got = rule("who=neutral funds, what=net_sell,first=2,last=4,cap=0.1,rounds=1-2,label=ban")
    assert (got.who, got.what, got.first, got.last, got.cap) == (
        "neutral funds",
        "net_sell",
        2,
        4,
        0.1,
    )
    assert (got.rounds, got.label) == ((1, 2), "ban")
    assert noise("0.02") == Noise(common=0.02)
    assert noise("0.02,1") == Noise(common=0.02, own=1.0)


def test_finished_paths_are_taken_up_again(run, tmp_path):
    folder = tmp_path / "kept"
    args = (NAME, "--paths", 20, *NOISY, "--resume", folder)
    first = told(run, *args)
    files = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert len(files) == 2
    again = told(run, *args)
    assert again == first
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()} == files


def test_processes_compute_the_same(run):
    args = (NAME, "--days", 2, "--paths", 17, *NOISY)
    assert told(run, *args, "--executor", "processes:2") == told(run, *args)


# --- Ctrl-C -------------------------------------------------------------------------------------

SLOW = """
import sys, time
import quantquake.cascade.ensembles.batch as batch
plain = batch.Batch.compute
def slow(self):
    print("batch", self.number, file=sys.stderr, flush=True)
    time.sleep(1.0)
    return plain(self)
batch.Batch.compute = slow
from quantquake.app.cli import main
sys.argv = ["quantquake", "simulate", "margin-spiral", "--paths", "800",
            "--noise", "0.01", "--format", "json"]
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_ctrl_c_keeps_the_paths_that_are_finished(tmp_path):
    work = subprocess.Popen(
        [sys.executable, "-c", SLOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path,
    )  # fmt: skip
    for line in work.stderr:
        if line.startswith("batch 1"):
            break
    work.send_signal(signal.SIGINT)
    out, err = work.communicate(timeout=120)
    assert work.returncode == 130
    assert "stopping" in err
    found = strict(out)
    assert found["paths_wanted"] == 800
    assert found["paths"] % 16 == 0
    assert 0 < found["paths"] < 800


# --- bad input ----------------------------------------------------------------------------------

BAD = [
    ({"participants": people(leverage=-3)}, ("participants.swaps.leverage", "above")),
    ({"participants": people(leverage=0)}, ("participants.swaps.leverage", "bankrupt")),
    ({"participants": people(type="dmz")}, ("participants.0.type", "dmz", "dma")),
    ({"rules": [{"who": "nobody", "what": "sell"}]}, ("rules.0.who", "nobody", "swaps")),
    ({"participants": people(leverag=4)}, ("leverag",)),
    ({"schema": 7}, ("schema",)),
    ({"groups": []}, ("groups",)),
    ({"participants": people(leverage={"low": -1, "high": 4})}, ("participants.swaps.leverage",)),
    ({"participants": people(count=10**9)}, ("participants.swaps.count", "holders")),
    ({"participants": people(leverage=1e30)}, ("participants.swaps.leverage", "1e+30")),
    ({"participants": people(mix={"smal": 1})}, ("participants.swaps.mix", "smal", "small")),
    ({"participants": people(name="quants")}, ("participants", "quants", "once")),
    (
        {"groups": [{"name": "small", "cap": 1.0, "daily_amount": 1.0, "assets": 10**9}]},
        ("groups.small.assets",),
    ),
    ({"rounds": 0}, ("rounds=0",)),
    ({"days": 10**9}, ("days=1,000,000,000",)),
    ({"rounds": 10**9}, ("rounds=1,000,000,000",)),
    ({"impact": [1]}, ("impact",)),
    ({"start": "soon"}, ("start='soon'",)),
]


@pytest.mark.parametrize(("changes", "words"), BAD)
def test_a_scenario_that_cannot_be_is_refused_with_the_path_of_its_field(
    run, refused, changes, words
):
    refused(run("simulate", "-", stdin=written(**changes)), *words)


def test_a_stop_above_the_unit_value_is_refused(run, refused):
    rows = yaml.safe_load(text_of(NAME))["participants"]
    for stop in (1.2, {"low": 0.7, "high": 1.2}, [0.7] * 19 + [1.2]):
        rows[2] = rows[2] | {"stop": stop}
        answer = run("simulate", "-", stdin=written(participants=rows))
        refused(answer, "participants.quants.stop", "1.2")


def test_a_holding_that_is_no_number_is_refused(run, refused):
    rows = [{"type": "mutual_fund", "name": "f", "count": 1, "holdings": [[float("nan"), 1.0]]}]
    refused(
        run("simulate", "-", stdin=written(participants=rows)),
        "participants.0.holdings.0.0",
        "not a number",
    )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("nope",), ("nope", "margin-spiral")),
        ((), ("SCENARIO", "--list")),
        ((NAME, "--without", "ghosts"), ("--without", "ghosts", "swaps")),
        ((NAME, "--rule", "dma"), ("--rule", "`=`")),
        ((NAME, "--rule", "who=dma"), ("--rule.what",)),
        ((NAME, "--rule", "who=dma,what=jump"), ("--rule.what", "jump")),
        ((NAME, "--rule", "who=nobody,what=sell"), ("rules.0.who", "nobody")),
        ((NAME, "--rule", "who=dma,what=sell,first=5,last=2"), ("5",)),
        ((NAME, "--rule", "who=dma,what=sell,rounds=1"), ("--rule.rounds",)),
        ((NAME, "--noise", "much"), ("--noise", "much")),
        ((NAME, "--noise", "-1"), ("--noise",)),
        ((NAME, "--noise", "0.1,0.2,0.3"), ("--noise",)),
        ((NAME, "--noise", "nan"), ("--noise",)),
        ((NAME, "--paths", "0"), ("--paths",)),
        ((NAME, "--days", "0"), ("--days",)),
        ((NAME, "--paths", "5"), ("no noise", "--noise")),
        ((NAME, "--paths", "1000000000", *NOISY), ("paths=1,000,000,000", "GiB")),
        ((NAME, "--days", "1000000000"), ("days=1,000,000,000",)),
        ((NAME, "--seed", "-1"), ("--seed",)),
        ((NAME, "--noise", "0.01,1e300"), ("noise.own",)),
        ((NAME, "--rule", "who=dma,what=sell,cap=nan"), ("cap=nan",)),
        ((".",), ("is a folder",)),
        ((NAME, "--executor", "processes"), ("--executor", "--paths")),
        ((NAME, "--resume", "kept"), ("--resume", "--paths")),
        ((NAME, "--paths", "5", *NOISY, "--executor", "cloud"), ("cloud", "processes")),
        ((NAME, "--paths", "5", *NOISY, "--executor", "processes:x"), ("x",)),
        ((NAME, "--against", "nope"), ("nope",)),
        ((NAME, "--against", "us-2007-08"), ("--against us-2007-08", "6 days", "--days")),
        (("--show", "nope"), ("nope",)),
        (("--list", "--format", "html"), ("--list",)),
        ((NAME, "--out", ".", "--format", "html"), ("folder",)),
    ],
)
def test_what_cannot_be_run_is_refused(run, refused, args, words):
    refused(run("simulate", *args), *words)


@pytest.mark.parametrize("sent", [b"", b"- a\n", b"a: [", b"\xff\xfe\x00", b"schema: 1\n", b"5"])
def test_what_is_no_scenario_is_refused(run, refused, sent):
    refused(run("simulate", "-", stdin=sent))


def test_a_folder_that_is_a_file_is_refused(run, refused, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("x")
    refused(run("simulate", NAME, "--paths", 5, *NOISY, "--resume", taken), "--resume", "folder")


def test_a_file_that_is_no_text_is_refused(run, refused, tmp_path):
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(bytes(range(256)))
    refused(run("simulate", odd), "UTF-8")


def test_the_answer_never_lands_on_the_scenario(run, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(text_of(NAME), encoding="utf-8")
    answer = run("simulate", mine, "--out", mine)
    assert answer.code == 2
    assert mine.read_text(encoding="utf-8") == text_of(NAME)


def test_an_exploding_cascade_ends_in_a_closed_market_not_in_a_hang(run):
    groups = [{"name": "large", "cap": 1e12, "daily_amount": 1e8, "volatility": 0.05},
              {"name": "small", "cap": 1e12, "daily_amount": 1e8, "volatility": 0.05}]  # fmt: skip
    wild = written(groups=groups, impact={"law": "linear", "strength": 1e6, "permanent": 1.0})
    found = told(run, "-", stdin=wild)
    assert found["market"] == "closed"
    assert found["events"][-1]["kind"] == "closed"
    levels = [row["value"] for row in found["daily"] if row["what"] == "groups"]
    assert np.isfinite(levels).all()
    assert min(levels) >= 0
    assert "trading stops" in run("simulate", "-", stdin=wild).out


def test_an_option_of_the_page_is_checked_before_anything_is_read():
    with pytest.raises(ConfigError, match="no `=`"):
        altered(load(NAME), Request(scenario=NAME, rules=("x",)))
