"""The participant of the documents: short, and it runs as it stands there."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from quantquake.cascade.participants import Holder, kinds

DOCS = Path(__file__).parents[2] / "docs"


def example(lang: str) -> str:
    text = (DOCS / lang / "simulate.md").read_text("utf-8")
    (found,) = [b for b in re.findall(r"(?ms)^```python\n(.*?)^```", text) if "@participant" in b]
    return found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_participant_takes_at_most_thirty_lines_and_no_change_of_the_engine(lang):
    code = example(lang)
    assert len(code.strip().splitlines()) <= 30
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    sold = {
        int(day): float(money) for day, money in re.findall(r"(?m)^(\d+)\s+(\S+)$", done.stdout)
    }
    # The news comes on day 2 and takes the group through its line; day 1 is calm.
    assert sold[1] == 0.0
    assert sold[2] > 1e9
    assert set(sold) == set(range(1, 9))


def test_the_examples_of_both_languages_are_the_same_code():
    def bare(code: str) -> str:
        return re.sub(r"#.*|\"\"\".*?\"\"\"", "", code)

    assert bare(example("en")).split() == bare(example("zh")).split()


def test_the_python_of_the_page_prints_what_it_says():
    text = (DOCS / "en" / "simulate.md").read_text("utf-8")
    code = next(b for b in re.findall(r"(?ms)^```python\n(.*?)^```", text) if "difference" in b)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "margin_call" in done.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_participants_has_every_kind_and_no_field_that_is_not_there(lang):
    text = (DOCS / lang / "simulate.md").read_text("utf-8")
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \|[^|]*\| ([^|]*) \|$", text))
    shared = {f.name for f in dataclasses.fields(Holder)}
    known = {k: v for k, v in kinds().items() if not k.startswith("test_")}
    assert known.keys() <= rows.keys()
    for kind, cls in known.items():
        told = set(re.findall(r"`(\w+)`", rows[kind]))
        own = {f.name for f in dataclasses.fields(cls)} - shared
        assert told <= own or told <= known.keys()
        assert told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_of_fund_units_of_the_page_runs(lang):
    text = (DOCS / lang / "simulate.md").read_text("utf-8")
    code = next(b for b in re.findall(r"(?ms)^```python\n(.*?)^```", text) if "fund_units" in b)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "premium" in done.stdout
