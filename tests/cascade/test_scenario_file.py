"""Scenario files: what is wrong is named by its path, and nothing wrong runs."""

from __future__ import annotations

import copy
import math

import pytest

from quantquake.cascade.participants.hedged import Dma
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import simulate
from quantquake.errors import ConfigError, DataError, FileError

GOOD = {
    "schema": 1,
    "name": "t",
    "days": 2,
    "groups": [{"name": "a", "cap": 1e9, "daily_amount": 1e7}],
    "indices": [{"name": "I", "weights": {"a": 1}, "futures": {"basis": -0.01}}],
    "participants": [
        {"type": "dma", "name": "d", "assets": 1e8, "leverage": {"low": 3, "high": 4}, "mix": {"a": 1},
         "limit": 5, "hedge": {"I": -1}},
    ],
    "rules": [{"who": "dma", "what": "close"}],
}  # fmt: skip


def broken(path: str, value) -> dict:
    content = copy.deepcopy(GOOD)
    *way, last = path.split(".")
    at = content
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return content


def test_the_good_one_runs():
    assert simulate(GOOD).nav.shape == (3, 1)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", 2, "schema"),
        ("days", "many", "days"),
        ("dayz", 1, "dayz: no such field"),
        ("groups.0.cap", -1, "groups.a.cap"),
        ("groups.0.capp", 1, r"groups\.0\.capp"),
        ("groups.0.limit", 2, "groups.a.limit"),
        ("participants.0.type", "ghost", "unknown participant"),
        ("participants.0.limit", "x", r"participants\.0\.limit"),
        ("participants.0.limit", math.nan, r"participants\.0\.limit: not a number"),
        ("participants.0.leverage", -1, "leverage"),
        ("participants.0.mix", {"b": 1}, "group `b` does not exist"),
        ("participants.0.hedge", {"J": -1}, "no futures"),
        ("participants.0.holdings", [[math.nan]], "not a number"),
        ("participants.0.holdings", [[1.0], [2.0]], "has 2 rows"),
        ("indices.0.futures.depth", 1, r"indices\.0\.futures\.depth"),
        ("rules.0.what", "shout", r"rules\.0\.what"),
        ("rules.0.who", "nobody", "names nobody"),
        ("rules.0.cap", -1, "cap=-1"),
        ("rules.0.rounds", [4, 1], "no round lies in it"),
        ("participants", {}, "instead of a list"),
        ("participants.0.type", ["dma"], "unknown participant"),
        ("participants.0.mix", ["a"], r"participants\.0\.mix"),
        ("participants.0.limit", {"low": 2}, r"participants\.0\.limit"),
        ("groups", {"a": 1}, "groups: dict instead of a list"),
        ("days", 10**9, "days=1,000,000,000"),
        ("title", ["x"], "title"),
        ("start", "tomorrow", "start='tomorrow'"),
        ("start", 5, "start=5"),
        ("schema", True, "schema"),
    ],
)
def test_the_message_names_the_field(path: str, value, said: str):
    with pytest.raises((ConfigError, DataError), match=said):
        simulate(broken(path, value))


def test_the_same_is_refused_in_python():
    with pytest.raises(ConfigError, match="limit: not a number"):
        Dma(name="d", limit=math.nan)
    with pytest.raises(ConfigError, match="no round"):
        Rule(who="all", what="sell", rounds=(3, 2))


LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not fields with names"),
        ("- a\n- b\n", "not fields with names"),
        ("a:\t- b", "is not YAML"),
        ("!!python/object/apply:os.system [exit]", "is not YAML"),
        ("schema: 1\ndays: 3\nname: x\ndays: 4\n", "`days` is given twice"),
        (f"schema: 1\n{LAUGHS}", "reading it would not end"),
        ("schema: 1\nname: &x\n- *x\n", "refers to itself"),
        ("[" * 3000 + "]" * 3000, "nested"),
    ],
)
def test_files_that_are_none(tmp_path, text, said):
    file = tmp_path / "x.yaml"
    file.write_text(text)
    with pytest.raises(FileError, match=said):
        load(file)


def test_neither_a_name_nor_a_file(tmp_path):
    with pytest.raises(FileError, match="neither a file nor a built-in"):
        load("nowhere")
    with pytest.raises(FileError, match="is a folder"):
        load(tmp_path)


def test_a_reference_in_a_file_is_a_way_of_writing(tmp_path):
    text = """
schema: 1
groups: [{name: a, cap: 1.0e9, daily_amount: 1.0e7}]
participants:
  - &one {type: dma, name: d, assets: 1.0e8, leverage: 3, mix: {a: 1}}
  - {<<: *one, name: e, leverage: 2}
"""
    file = tmp_path / "x.yaml"
    file.write_text(text)
    told = {p.name: (p.assets, p.leverage) for p in load(file).participants}
    assert told == {"d": (1e8, 3), "e": (1e8, 2)}
