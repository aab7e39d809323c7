"""Tables of a simulation as cells: page and terminal print the same ones."""

from __future__ import annotations

import math

import pandas as pd

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.readings import readings
from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.cascade_words import event_text, told, when_text
from quantquake.report.figures.day_axis import day_name
from quantquake.report.tables import Cell, signed
from quantquake.report.words import name, say

#: Sales below are rounding of a clearing, not sales. [money]
LEAST_SOLD = 5e5


def order_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return the order of events of the path told in detail: day, time of day, what happened."""
    rows = []
    before = None
    for _, event in told(parts).iterrows():
        day = day_name(int(event["day"]), parts.dates, lang)
        rows.append(
            [
                Cell("" if day == before else day),
                Cell(when_text(event, parts, lang), "mute"),
                Cell(event_text(event, parts, lang)),
            ]
        )
        before = day
    return rows


def order_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in ("day", "when", "what")]


def holder_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return one row a participant: holders, book, value, sold, called, gone; by book size.

    With several paths each number is their mean, the lowest value as well.
    """
    run = parts.ensemble or parts.result
    mean = readings(run).mean()
    currency = parts.scenario.currency
    rows = []
    for one in _everybody(parts):
        seen = {what: float(mean.get((what, one), math.nan)) for what in _HOLDER}
        rows.append(
            [
                Cell(name(one, lang)),
                Cell(
                    numbers.count(parts.counts[one])
                    if one in parts.result.funded
                    else numbers.MISSING
                ),
                *_book(parts, one, lang),
                signed(seen["value"] - 1.0),
                signed(seen["value_low"] - 1.0),
                Cell(_money(seen["sold"], lang, currency)),
                Cell(_share(seen["called"])),
                Cell(_share(seen["gone"]), "strong" if seen["gone"] > 0 else ""),
            ]
        )
    return rows


HOLDER_COLUMNS = (
    "participant", "holders", "book", "leverage", "value", "worst", "sold", "called", "gone",
)  # fmt: skip
_HOLDER = ("value", "value_low", "sold", "called", "gone")


def holder_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in HOLDER_COLUMNS]


def _everybody(parts: CascadeParts) -> list[str]:
    """Those with a book, largest first; then those who act on a budget and traded."""
    funded = parts.funded
    traded = set(parts.result.ledger["participant"])
    return [*funded, *(n for n in parts.result.nav if n in traded and n not in funded)]


def _book(parts: CascadeParts, one: str, lang: str) -> list[Cell]:
    if parts.overlap is None or one not in parts.overlap.nodes.index:
        return [Cell(numbers.MISSING)] * 2
    row = parts.overlap.nodes.loc[one]
    size = numbers.money(float(row["gross"]), lang, parts.scenario.currency)
    return [Cell(size), Cell(numbers.number(float(row["leverage"]), 1))]


def _money(value: float, lang: str, currency: str) -> str:
    """Money sold; less than a unit of the last digit is nothing."""
    return numbers.money(value, lang, currency) if value >= LEAST_SOLD else "0"


def _share(value: float) -> str:
    if math.isnan(value):
        return numbers.MISSING
    return numbers.percent(value, 0, unit=False)


def group_rows(parts: CascadeParts, lang: str) -> list[list[Cell]]:
    """Return one row a group or index: where it ends, its lowest, depth; means over paths."""
    run: CascadeParts | Ensemble | object = parts.ensemble or parts.result
    mean = readings(run).mean()  # type: ignore[arg-type]
    what, names = parts.priced
    keys = ("end", "low") if what == "groups" else ("index_end", "index_low")
    return [
        [
            Cell(name(n, lang)),
            signed(float(mean[(keys[0], n)]) - 1.0),
            signed(float(mean[(keys[1], n)]) - 1.0),
            Cell(_deepest(mean, n)),
        ]
        for n in names
    ]


def _deepest(mean: pd.Series, one: str) -> str:
    value = float(mean.get(("basis", one), math.nan))
    return numbers.percent(value, 2, unit=False)


def group_head(lang: str) -> list[str]:
    """Names of its columns."""
    return [say(f"simulate.{c}", lang) for c in ("priced", "ends", "lowest", "basis")]
