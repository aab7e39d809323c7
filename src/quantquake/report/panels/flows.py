"""Who must sell at which level: the stack, its table, and the positions nearest to the edge."""

from __future__ import annotations

from markupsafe import Markup

from quantquake.report import numbers, tables
from quantquake.report.figures.flows import supply_bars
from quantquake.report.figures.template import SMALL
from quantquake.report.flow_cells import flow_cells, flow_head, unit_of
from quantquake.report.flow_parts import FlowParts
from quantquake.report.flow_words import gaps, index_name, level_sentence, source_name
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.parts import ReportParts
from quantquake.report.tables import Cell
from quantquake.report.words import say

MOST = 10


def flow_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the figure, the table and the nearest positions."""
    flows = parts.flows
    if flows is None:
        return []
    found = [_figure(flows, setting), _table(flows, setting.lang)]
    rows = _nearest_rows(flows, setting.lang)
    if rows:
        found.append(_nearest(rows, setting.lang))
    return found


def _words(flows: FlowParts, lang: str) -> dict[str, str]:
    return {
        "index": index_name(flows, lang),
        "date": numbers.date_iso(flows.as_of),
    }


def _figure(flows: FlowParts, setting: Setting) -> Panel:
    lang = setting.lang
    return Panel(
        code="flows",
        title=_finding(flows, lang),
        subtitle=say("flow.figure_subtitle", lang, **_words(flows, lang)),
        foot=say("flow.figure_foot", lang),
        how="flows",
        figure=setting.slot(
            lambda theme: supply_bars(flows.curve, volume=flows.volume, lang=lang, theme=theme),
            SMALL,
            level_sentence(flows, lang),
        ),
        data=_body(flows, lang),
    )


def _finding(flows: FlowParts, lang: str) -> str:
    """Name the largest seller at the deepest fall, if there is one of known size."""
    deepest = flows.curve.parts.iloc[0].dropna()
    if not len(deepest) or float(deepest.min()) >= 0.0:
        return say("flow.figure_title_none", lang)
    return say("flow.figure_title", lang, source=source_name(str(deepest.idxmin()), lang))


def _table(flows: FlowParts, lang: str) -> Panel:
    unit = unit_of(flows, lang).text
    return Panel(
        code="flow_table",
        title=say("flow.title", lang),
        subtitle=say("flow.table_subtitle", lang, unit=unit, **_words(flows, lang)),
        foot=("" if lang == "zh" else " ").join(gaps(flows, lang)),
        how="flows",
        body=_body(flows, lang),
    )


def _body(flows: FlowParts, lang: str) -> Markup:
    """The table with each source's timing under its name: a column of its own has no room."""
    head = flow_head(flows, lang)
    rows = [[_named(row[0], row[1]), *row[2:]] for row in flow_cells(flows, lang)]
    return tables.table([head[0], *head[2:]], rows, kind="plain tight")


def _named(name_cell: Cell, when: Cell) -> Cell:
    if not when.text:
        return name_cell
    text = Markup('{}<br><span class="mute">{}</span>').format(name_cell.text, when.text)
    return Cell(text, name_cell.kind)


def _nearest_rows(flows: FlowParts, lang: str) -> list[list[Cell]]:
    every = [
        (float(one.distance), code, one)
        for code, rows in flows.positions.items()
        for one in rows.itertuples(index=False)
        if one.distance == one.distance
    ]
    every.sort(key=lambda item: -item[0])
    return [
        [
            Cell(str(one.name)),
            Cell(source_name(code, lang)),
            Cell(numbers.money(float(one.money), lang, flows.curve.currency)),
            Cell(say(f"flow.state.{one.state}", lang) if one.state == "due" else
                 numbers.percent(distance, 1, sign=True, unit=False), "strong"),
        ]
        for distance, code, one in every[:MOST]
    ]  # fmt: skip


def _nearest(rows: list[list[Cell]], lang: str) -> Panel:
    head = [say(f"flow.column.{c}", lang) for c in ("name", "rule", "money", "distance")]
    return Panel(
        code="flow_nearest",
        title=say("flow.nearest_title", lang),
        subtitle=say("flow.nearest_subtitle", lang),
        foot=say("flow.nearest_foot", lang),
        how="flows",
        body=tables.table(head, rows, kind="plain"),
    )
