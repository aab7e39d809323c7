"""The crowding board: one row a basket, alarm first, and the same rows for page and terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from quantquake.report import numbers
from quantquake.report.parts import (
    DIMENSIONS,
    INDICATORS,
    BasketRow,
    ReportParts,
    Today,
    crowdedness,
    today_of,
    upto,
)
from quantquake.report.theme import heat_step
from quantquake.report.words import name, say

YEAR = 250  # sessions of the sparkline
WEEK = 5
LEAST_EPISODES = 10  # under ten episodes counts are shown and no rate


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One percentile, ready to print; `step` None means no data (hatched)."""

    indicator: str
    text: str
    step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One basket, ready to print."""

    name: str
    today: Today
    mark: str
    week: float
    cells: tuple[HeatCell, ...]
    score: str
    dims: str
    history: tuple[float, ...]
    source: BasketRow


def board_rows(parts: ReportParts, lang: str) -> list[BoardRow]:
    """Return the rows in the order of the board."""
    return [_row(row, parts.as_of, lang) for row in parts.rows()]


def _row(row: BasketRow, as_of: pd.Timestamp, lang: str) -> BoardRow:
    today = today_of(row.score, as_of)
    mark = say("board.alarm_weak_mark" if today.weak else "board.alarm_mark", lang)
    return BoardRow(
        name=name(row.basket.name, lang),
        today=today,
        mark=mark if today.alarm else "",
        week=_week_return(row.price, as_of),
        cells=heat_cells(row, as_of),
        score=numbers.number(today.score),
        dims=say("unit.of_short", lang, n=today.dims, total=len(DIMENSIONS)),
        history=tuple(float(v) for v in upto(row.score.score, as_of).iloc[-YEAR:]),
        source=row,
    )


def _week_return(price: pd.Series, as_of: pd.Timestamp) -> float:
    """Change over five sessions; NaN if either end was not observed."""
    seen = upto(price, as_of)
    if len(seen) <= WEEK:
        return math.nan
    return float(seen.iloc[-1] / seen.iloc[-1 - WEEK] - 1.0)


def heat_cells(row: BasketRow, as_of: pd.Timestamp) -> tuple[HeatCell, ...]:
    """Return one cell an indicator, turned so that high means crowded."""
    crowded = crowdedness(row.score).loc[:as_of]
    last = crowded.iloc[-1] if len(crowded) else pd.Series(math.nan, index=list(INDICATORS))
    return tuple(
        HeatCell(
            indicator=code,
            text=numbers.percentile(float(last[code])),
            step=heat_step(float(last[code])),
        )
        for code in INDICATORS
    )


def missing_dimensions(rows: Sequence[BoardRow]) -> list[str]:
    """Return the dimensions for which no basket has any data today."""
    return [
        dimension
        for dimension, names in DIMENSIONS.items()
        if all(c.step is None for r in rows for c in r.cells if c.indicator in names)
    ]


# Verdicts as `measures.verdict` codes them -> keys of the fixed wording.
_VERDICTS = {"more_often": "above", "less_often": "below"}


def verdict(row: BasketRow) -> str | None:
    """Return the code of the fixed verdict on a basket's alarms, None without evidence."""
    if row.evidence is None:
        return None
    return _VERDICTS.get(row.evidence.verdict, row.evidence.verdict)
