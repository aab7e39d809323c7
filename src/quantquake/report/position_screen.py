"""One position on the terminal: its sentence, its numbers, its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.terminal import wrapped
from quantquake.report.words import known, say

#: Columns of the rows, and how each is written.
_ROWS = {
    "value": "money",
    "sold": "money",
    "left": "money",
    "days": "number",
    "days_left": "number",
    "participation": "percent",
    "impact_low": "percent",
    "impact_high": "percent",
    "cost_low": "money",
    "cost_high": "money",
    "risk": "money",
}


class PositionLike(Protocol):
    """What a calculator found."""

    @property
    def numbers(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def units(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def sentence(self) -> Callable[[str], str]: ...  # noqa: D102
    @property
    def table(self) -> pd.DataFrame | None: ...  # noqa: D102


def position_screen(found: PositionLike, *, lang: str, width: int) -> RenderableType:
    """Return the sentence, then one line a number, then the rows."""
    blocks: list[RenderableType] = [wrapped(Text(found.sentence(lang), style="bold"), width)]
    if found.numbers:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        for code, value in found.numbers.items():
            label = say(f"position.{code}", lang)
            table.add_row(Text(label, style="dim"), _written(value, found.units[code], lang))
        blocks.append(table)
    if found.table is not None:
        blocks.append(_rows(found.table, lang))
    return Group(*blocks)


def _rows(rows: pd.DataFrame, lang: str) -> Table:
    shown = [c for c in _ROWS if c in rows]
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(_label(str(rows.index.name), lang))
    for column in shown:
        table.add_column(_label(column, lang), justify="right")
    for place, one in rows.iterrows():
        first = str(place) if isinstance(place, str) else numbers.count(float(str(place)))
        table.add_row(first, *(_written(float(one[c]), _ROWS[c], lang) for c in shown))
    return table


def _label(column: str, lang: str) -> str:
    return say(f"position.{column}", lang) if known(f"position.{column}", lang) else column


def _written(value: float | None, unit: str, lang: str) -> str:
    if value is None or math.isnan(value):
        return numbers.MISSING
    if math.isinf(value):
        return say("position.never", lang)
    if unit == "percent":
        return numbers.percent(value, 2)
    if unit == "money":
        return numbers.book_money(value, lang)
    return numbers.count(value) if unit == "count" else numbers.number(value, 2)
