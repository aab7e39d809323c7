"""`--as-of`: later rows change nothing, neither numbers nor words."""

from __future__ import annotations

import json

import pytest

AS_OF = "2024-02-05"
VERBS = {
    "score": ("--prices", "prices", "--index", "index"),
    "basis": ("--futures", "futures"),
    "day": ("--prices", "prices", "--index", "index"),
    "report": ("--prices", "prices", "--index", "index", "--futures", "futures"),
}


@pytest.fixture(scope="module")
def cut(tables, tmp_path_factory):
    """The same tables as they were known on the day."""
    folder = tmp_path_factory.mktemp("cut")
    for name, table in tables.items():
        table[table["date"] <= AS_OF].to_csv(folder / f"{name}.csv", index=False)
    return lambda word: folder / f"{word}.csv" if word in tables else word


@pytest.fixture(scope="module")
def scrambled(tables, tmp_path_factory):
    """The same tables with every later close and amount of another world."""
    folder = tmp_path_factory.mktemp("scrambled")
    for name, table in tables.items():
        later = table["date"] > AS_OF
        wild = table.assign(
            **{c: table[c].mask(later, table[c] * 3.7) for c in ("close", "amount") if c in table}
        )
        wild.to_csv(folder / f"{name}.csv", index=False)
    return lambda word: folder / f"{word}.csv" if word in tables else word


def told(answer):
    """The JSON without the count of rows that were ignored."""
    found = json.loads(answer.out)
    issues = found.pop("issues")
    return found, [issue for issue in issues if "rows after as_of" not in issue]


def lines(answer):
    """What a screen says, without the count of rows that were ignored."""
    said = [line.rstrip() for line in answer.out.splitlines()]
    return [line for line in said if line and "rows after as_of" not in line]


@pytest.mark.feature("P06")
@pytest.mark.parametrize("verb", [*VERBS])
def test_later_rows_are_ignored_and_counted(run, files, cut, scrambled, verb):
    args = VERBS[verb]
    known = run(verb, *map(cut, args), "--format", "json")
    assert known.code == 0
    for world in (lambda word: getattr(files, word, word), scrambled):
        answer = run(verb, *map(world, args), "--format", "json", "--as-of", AS_OF)
        assert "rows after as_of" in " ".join(json.loads(answer.out)["issues"])
        assert told(answer) == told(known)


@pytest.mark.parametrize("verb", [*VERBS])
def test_the_table_is_that_of_the_day_too(run, files, cut, verb):
    args = VERBS[verb]
    known = run(verb, *map(cut, args), "--format", "table")
    whole = (getattr(files, word, word) for word in args)
    seen = run(verb, *whole, "--format", "table", "--as-of", AS_OF)
    assert lines(seen) == lines(known)


def test_the_demo_sees_nothing_later(run):
    early = json.loads(run("demo", "--format", "json", "--as-of", "2022-06-06").out)
    dates = {basket["date"] for basket in early["crowding"]} | {early["as_of"], early["day"]["on"]}
    assert dates == {"2022-06-06"}
    assert {card["on"] for card in early["basis"]} == {"2022-06-06"}


def test_without_a_day_the_last_one_all_tables_reach_is_taken(run, files, cut):
    args = ("report", "--prices", files.prices, "--index", cut("index"), "--format", "json")
    assert json.loads(run(*args).out)["as_of"] == AS_OF
