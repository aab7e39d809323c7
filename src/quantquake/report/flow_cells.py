"""The forced-flow table as cells: sources down, moves across, sums below."""

from __future__ import annotations

import math

from markupsafe import Markup

from quantquake.report import numbers
from quantquake.report.figures.money_axis import MoneyUnit
from quantquake.report.flow_parts import FlowParts
from quantquake.report.flow_words import source_name
from quantquake.report.tables import Cell
from quantquake.report.words import say


def unit_of(flows: FlowParts, lang: str) -> MoneyUnit:
    """Return the unit all cells of the table are written in."""
    curve = flows.curve
    ends = [*curve.total_low.abs(), *curve.total_high.abs(), *curve.total.abs()]
    largest = max((v for v in ends if math.isfinite(v)), default=1.0)
    return MoneyUnit.fitting(largest, lang, curve.currency)


def flow_head(flows: FlowParts, lang: str) -> list[str]:
    """Return the column names: source, when, then the moves, smallest fall first."""
    return [
        say("flow.column.source", lang),
        say("flow.column.when", lang),
        *(_move(float(m)) for m in reversed(flows.curve.parts.index)),
    ]


def _move(move: float) -> str:
    digits = 0 if abs(100 * move - round(100 * move)) < 1e-9 else 1
    return numbers.percent(move, digits, sign=True)


def flow_cells(flows: FlowParts, lang: str) -> list[list[Cell]]:
    """Return one row a source, then the sums."""
    unit = unit_of(flows, lang)
    rows = [
        [
            Cell(source_name(str(code), lang)),
            Cell(say(f"flow.when.{flows.curve.timing[code]}", lang)),
            *_across(flows, str(code), unit, lang),
        ]
        for code in flows.curve.parts
    ]
    return [*rows, *_sums(flows, unit, lang)]


def _across(flows: FlowParts, code: str, unit: MoneyUnit, lang: str) -> list[Cell]:
    curve = flows.curve
    cells = [
        _cell(flow, low, high, unit, lang)
        for flow, low, high in zip(
            curve.parts[code], curve.low[code], curve.high[code], strict=True
        )
    ]
    return cells[::-1]


def _cell(flow: float, low: float, high: float, unit: MoneyUnit, lang: str) -> Cell:
    if math.isfinite(flow):
        return Cell(_money(flow, unit))
    if not (math.isfinite(low) and math.isfinite(high)):
        return Cell(numbers.MISSING, "mute")
    least, most = _money(low, unit), _money(high, unit)
    if least == most:
        return Cell(least, "mute")
    # One end under the other: side by side they would be twice as wide as any number.
    stacked = say("flow.range", lang, low=least, high="\n" + most).replace(" \n", "<br>")
    return Cell(Markup(stacked), "mute")


def _money(value: float, unit: MoneyUnit) -> str:
    text = unit.write(value) if math.isfinite(value) else numbers.MISSING
    return "0" if text.strip("0.") == "" else text


def _sums(flows: FlowParts, unit: MoneyUnit, lang: str) -> list[list[Cell]]:
    curve = flows.curve
    out = []
    for code, series in (
        ("total", curve.total), ("low", curve.total_low), ("high", curve.total_high)
    ):  # fmt: skip
        kind = "strong" if code == "total" else "mute"
        cells = [Cell(_money(float(v), unit), kind) for v in series][::-1]
        out.append([Cell(say(f"flow.row.{code}", lang), kind), Cell(""), *cells])
    if flows.volume:
        share = [numbers.percent(abs(float(v)) / flows.volume, 0) for v in curve.total][::-1]
        out.append(
            [
                Cell(say("flow.row.volume", lang), "mute"),
                Cell(""),
                *(Cell(t, "mute") for t in share),
            ]
        )
    return out
