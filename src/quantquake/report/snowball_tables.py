"""Tables of the snowball panels and screens: shocks, alarm, bins, ladder, rejected rows."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from quantquake.report import numbers
from quantquake.report.snowball_parts import IndexNotes
from quantquake.report.snowball_words import money
from quantquake.report.tables import Cell
from quantquake.report.words import say

SHOCK_HEAD = ("fall", "level", "knocked_in", "share", "lots", "of_volume", "of_open_interest")
ALARM_HEAD = ("within", "notional", "share")
BIN_HEAD = ("level", "distance", "notional", "weekly_change", "lots_before", "lots_after")
LADDER_HEAD = ("level", "move", "value", "delta_lots", "gamma")
SHOCKS_SHOWN = (-0.01, -0.02, -0.03, -0.05, -0.07, -0.10, -0.15, -0.20)
"""Falls of the short table; the file forms hold all of them. [1]"""


def shock_cells(notes: IndexNotes, lang: str) -> list[list[Cell]]:
    """One row a fall: what knocks in, what the hedge trades (buy > 0, sell < 0)."""
    rows = notes.shocks[notes.shocks.index.to_series().round(6).isin(SHOCKS_SHOWN).to_numpy()]
    return [
        [
            Cell(numbers.percent(float(str(move)), 0)),
            Cell(numbers.count(float(row["level"]))),
            Cell(money(float(row["knocked_in"]), lang)),
            Cell(numbers.percent(float(row["share"]), 0, unit=False)),
            Cell(_lots(row["lots"]), "strong"),
            Cell(numbers.percent(float(row["of_volume"]), 0, unit=False)),
            Cell(numbers.percent(float(row["of_open_interest"]), 0, unit=False)),
        ]
        for move, row in rows.iterrows()
    ]


def alarm_cells(notes: IndexNotes, lang: str) -> list[list[Cell]]:
    """One row a distance below the index."""
    return [
        [
            Cell(numbers.percent(float(str(within)), 0)),
            Cell(money(float(row["notional"]), lang), "strong"),
            Cell(numbers.percent(float(row["share"]), 0, unit=False)),
        ]
        for within, row in notes.alarm.iterrows()
    ]


def bin_cells(notes: IndexNotes, lang: str) -> list[list[Cell]]:
    """One row a bin, nearest first."""
    return [
        [
            Cell(numbers.count(float(str(level)))),
            Cell(numbers.percent(float(row["distance"]), 1, unit=False)),
            Cell(money(float(row["notional"]), lang), "strong"),
            Cell(money(float(row["weekly_change"]), lang)),
            Cell(numbers.count(float(row["lots_before"]))),
            Cell(numbers.count(float(row["lots_after"]))),
        ]
        for level, row in notes.levels.iloc[::-1].iterrows()
    ]


def ladder_cells(notes: IndexNotes, lang: str, every: int = 8) -> list[list[Cell]]:
    """Every eighth level of the ladder, highest first."""
    return [
        [
            Cell(numbers.count(float(str(level)))),
            Cell(numbers.percent(float(row["move"]), 0, sign=True, unit=False)),
            Cell(money(float(row["value"]), lang)),
            Cell(numbers.count(float(row["delta_lots"]))),
            Cell(money(float(row["gamma_money_per_1pct"]), lang)),
        ]
        for level, row in notes.ladder.iloc[::-1].iloc[::every].iterrows()
    ]


def reject_lines(rejected: pd.DataFrame, lang: str, most: int = 8) -> list[str]:
    """Say which rows were left out and why, by reason."""
    lines = []
    for reason, rows in rejected.groupby("reason", sort=False):
        shown = ", ".join(str(line) for line in rows["line"].head(most))
        more = "…" if len(rows) > most else ""
        lines.append(
            say("snowball.rejected", lang, n=len(rows), lines=shown + more,
                reason=say(f"snowball.reason.{reason}", lang))
        )  # fmt: skip
    return lines


def ended_line(ended: pd.DataFrame, lang: str) -> list[str]:
    """Say how many trades have ended, and how."""
    counts: Mapping[str, int] = ended["outcome"].value_counts().to_dict()
    return [
        say("snowball.ended", lang, n=n, how=say(f"snowball.outcome.{how}", lang))
        for how, n in counts.items()
    ]


def _lots(lots: float) -> str:
    return numbers.number(float(lots), 0, sign=True)
