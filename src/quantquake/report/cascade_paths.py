"""Tables over many paths: how often something came first, and what differs from another run."""

from __future__ import annotations

import math

import pandas as pd

from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.cascade_words import participant
from quantquake.report.figures.day_axis import day_name
from quantquake.report.tables import Cell
from quantquake.report.words import name, say

#: What a difference is shown of, and how its numbers are written.
COMPARED = ("end", "low", "basis", "value", "gone")


def chance_rows(order: pd.DataFrame, parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return how often each first time came over the paths, and when."""
    rows = []
    for _, one in order.iterrows():
        days = [day_name(round(float(one[c])), parts.dates, lang) for c in ("day", "low", "high")]
        who = participant(str(one["who"]), lang)
        rows.append(
            [
                Cell(say(f"simulate.first_{one['kind']}", lang, who=who)),
                Cell(numbers.percent(float(one["share"]), 0, unit=False)),
                Cell(days[0]),
                Cell(days[1] if days[1] == days[2] else f"{days[1]} – {days[2]}", "mute"),
            ]
        )
    return rows


def chance_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [
        say(f"simulate.{c}", lang) for c in ("first_time", "of_paths", "median_day", "range_days")
    ]


def difference_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return the differences to the other run that a reader asks for first."""
    if parts.against is None:
        return []
    table, rows = parts.against.difference, []
    for what in COMPARED:
        for (code, one), row in table.iterrows():
            if code == what and _worth(what, one, row, parts):
                rows.append(_difference(what, one, row, lang))
    return rows


def _worth(what: str, one: str, row: pd.Series, parts: CascadeParts) -> bool:
    if what == "gone":
        return bool(row["run"] + row["against"] > 0)
    return what == "value" or one in _priced(parts)


def _priced(parts: CascadeParts) -> set[str]:
    """Names of what is drawn as prices, and of the indices with futures."""
    return {*parts.priced[1], *(i.name for i in parts.scenario.indices if i.futures is not None)}


def _difference(what: str, one: str, row: pd.Series, lang: str) -> list[Cell]:
    digits = 2 if what == "basis" else 0 if what == "gone" else 1

    def write(value: float, *, sign: bool = True) -> str:
        return numbers.percent(float(value), digits, sign=sign, unit=False)

    ends = numbers.MISSING
    if not math.isnan(row["low"]):
        ends = say("simulate.between", lang, low=write(row["low"]), high=write(row["high"]))
    return [
        Cell(say(f"simulate.read_{what}", lang, who=name(one, lang))),
        Cell(write(row["against"], sign=False)),
        Cell(write(row["run"], sign=False)),
        Cell(write(row["difference"]), "strong"),
        Cell(ends, "mute"),
    ]


def difference_head(parts: CascadeParts, lang: str) -> list[str]:
    """Names of its columns."""
    other = "" if parts.against is None else parts.against.name
    return [
        say("simulate.reading", lang),
        other,
        say("simulate.this_run", lang),
        say("simulate.difference", lang),
        say("simulate.interval", lang),
    ]
