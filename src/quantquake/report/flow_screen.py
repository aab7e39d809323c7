"""Forced flows on the terminal: the sentence, the table, and what is not in it."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.flow_cells import flow_cells, flow_head, unit_of
from quantquake.report.flow_parts import FlowParts
from quantquake.report.flow_words import (
    coverage_lines,
    detail_sentence,
    gaps,
    level_sentence,
    refusals,
    source_name,
)
from quantquake.report.terminal import wrapped
from quantquake.report.words import say

NEAREST = 5


def flow_screen(flows: FlowParts, *, lang: str = "en", width: int = 96) -> RenderableType:
    """Return what must be traded at each move, and what that leaves out."""
    when = "" if flows.as_of is None else f"{numbers.date_iso(flows.as_of)}  "
    said = Text(when, style="dim").append(level_sentence(flows, lang), style="bold not dim")
    said.append(("" if lang == "zh" else " ") + detail_sentence(flows, lang), style="not dim")
    blocks: list[RenderableType] = [wrapped(said, width), _table(flows, lang)]
    notes = [
        *gaps(flows, lang),
        *refusals(flows, lang),
        *_nearest(flows, lang),
        *_said(flows, lang),
    ]
    blocks += [wrapped(Text(f"· {note}", style="dim"), width) for note in notes]
    return Group(*blocks)


def _table(flows: FlowParts, lang: str) -> Table:
    table = Table(
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim",
        caption=say("flow.unit", lang, unit=unit_of(flows, lang).text), caption_justify="left",
        caption_style="dim",
    )  # fmt: skip
    for place, text in enumerate(flow_head(flows, lang)):
        table.add_column(text, justify="right" if place > 1 else "left", no_wrap=True)
    styles = {"strong": "bold", "mute": "dim"}
    for row in flow_cells(flows, lang):
        plain = [str(c.text).replace("<br>", "\n") for c in row]
        kinds = [styles.get(c.kind, "") for c in row]
        table.add_row(*(Text(t, style=k) for t, k in zip(plain, kinds, strict=True)))
    return table


def _nearest(flows: FlowParts, lang: str) -> list[str]:
    """Name the positions nearest to being forced."""
    said = []
    for code, rows in flows.positions.items():
        near = rows[rows["distance"].notna()].head(NEAREST)
        if len(near):
            items = [
                f"{one.name} {numbers.percent(float(one.distance), 1, sign=True)}"
                for one in near.itertuples(index=False)
            ]
            names = say("answers.list_join", lang).join(items)
            said.append(say("flow.nearest_said", lang, source=source_name(code, lang), names=names))
    return said


def _said(flows: FlowParts, lang: str) -> list[str]:
    """Coverage of each source, then what was noticed while reading."""
    covered = coverage_lines(flows, lang)
    join = "；" if lang == "zh" else "; "
    lines = [say("flow.coverage", lang, text=join.join(covered))] if covered else []
    return [*lines, *flows.notes]
