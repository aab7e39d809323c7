"""Does the record hang on one setting? Every position of every knob, and the split by date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.measures.evidence.sensitivity import KNOBS, Surface
from quantquake.report import numbers
from quantquake.report.answers import listing
from quantquake.report.terminal import WIDTH, wrapped
from quantquake.report.words import name, say

COLUMNS = ("position", "settings", "episodes", "excess", "lowest", "highest")


def knobs_screen(
    surface: Surface,
    *,
    defaults: Mapping[str, float],
    baskets: Sequence[str],
    horizon: int,
    as_of: pd.Timestamp,
    notes: Sequence[str] = (),
    lang: str,
    width: int = WIDTH,
) -> RenderableType:
    """Return what each position of each knob does, then what the best one of the past was worth.

    Parameters
    ----------
    surface : Surface
    defaults : mapping of knob to float
        Where each knob stands by default; marked in the table.
    baskets : sequence of str
    horizon : int
    as_of : Timestamp
    notes : sequence of str
        Printed below.
    lang : {"en", "zh"}
    width : int
    """
    lead = say(
        "knobs.lead", lang,
        date=numbers.date_iso(as_of), n=len(surface.table), horizon=horizon,
        baskets=listing([name(basket, lang) for basket in baskets], lang),
    )  # fmt: skip
    return Group(
        wrapped(Text(lead, style="dim"), width),
        _table(surface.by_knob(), defaults, lang),
        wrapped(Text(default_text(surface, defaults, lang)), width),
        wrapped(Text(flat_text(surface, lang)), width),
        wrapped(Text(split_text(surface, lang)), width),
        *[wrapped(Text(f"· {note}", style="dim"), width) for note in notes],
    )


def _table(table: pd.DataFrame, defaults: Mapping[str, float], lang: str) -> Table:
    grid = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    grid.add_column(say("knobs.column.knob", lang))
    for code in COLUMNS:
        grid.add_column(say(f"knobs.column.{code}", lang), justify="right")
    for knob in KNOBS:
        for place, (position, row) in enumerate(table.loc[knob].iterrows()):
            label = say(f"knobs.{knob}", lang) if not place else ""
            stands = abs(float(position) - defaults[knob]) < 1e-9
            grid.add_row(label, *_cells(knob, float(position), row, lang, stands=stands))
    return grid


def _cells(knob: str, position: float, row: pd.Series, lang: str, *, stands: bool) -> list[Text]:
    mark = say("knobs.default_mark", lang) if stands else ""
    excess = [
        numbers.percent(row[c], 0, sign=True, unit=False) for c in ("excess", "lowest", "highest")
    ]
    cells = [
        mark + _position(knob, position),
        numbers.count(row["settings"]),
        numbers.count(row["episodes"]),
        *excess,
    ]
    return [Text(cell, style="bold" if stands else "") for cell in cells]


def _position(knob: str, value: float) -> str:
    if knob in ("cut", "loss"):
        return f"{100.0 * value:g}%"
    return f"{value:g}"


def default_text(surface: Surface, defaults: Mapping[str, float], lang: str) -> str:
    """Say the record at the default setting."""
    table = surface.table
    here = [abs(table[knob].astype(float) - defaults[knob]) < 1e-9 for knob in KNOBS]
    rows = table[here[0] & here[1] & here[2] & here[3]]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    code = "knobs.default_few" if pd.isna(row["excess"]) else "knobs.default"
    return say(
        code, lang,
        hits=numbers.count(row["hits"]), episodes=numbers.count(row["episodes"]),
        excess=numbers.percent(row["excess"], 0, sign=True, unit=False),
    )  # fmt: skip


def flat_text(surface: Surface, lang: str) -> str:
    """Say whether the surface is more uneven than chance makes it."""
    settings = int(surface.table["excess"].notna().sum())
    if numbers.is_missing(surface.flat_p_value):
        return say("knobs.too_few", lang, n=settings, total=len(surface.table))
    code = "knobs.uneven" if surface.flat_p_value <= 0.05 else "knobs.flat"
    return say(
        code, lang, n=settings, total=len(surface.table),
        spread=numbers.percent(surface.spread, 0, unit=False),
        share=numbers.percent(surface.flat_p_value, 0),
    )  # fmt: skip


def split_text(surface: Surface, lang: str) -> str:
    """Say what the best setting of the first part was worth in the second."""
    best = surface.best
    date = numbers.date_iso(surface.split)
    if best is None:
        return say("knobs.split_none", lang, date=date)
    code = "knobs.split_few" if pd.isna(surface.best_after) else "knobs.split"
    return say(
        code, lang, date=date,
        setting=say("knobs.setting", lang, **{k: _position(k, float(best[k])) for k in KNOBS}),
        before=numbers.percent(surface.best_before, 0, sign=True, unit=False),
        after=numbers.percent(surface.best_after, 0, sign=True, unit=False),
        n=numbers.count(best["episodes_after"]),
    )  # fmt: skip
