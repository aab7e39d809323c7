"""A book of snowballs, or one note, on the terminal: the sentence, then its tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report import snowball_tables as cells
from quantquake.report.answers import answers
from quantquake.report.parts import ReportParts
from quantquake.report.snowball_parts import IndexNotes
from quantquake.report.snowball_words import discount_words, index_name, money
from quantquake.report.tables import Cell
from quantquake.report.terminal import WIDTH, spoken, wrapped
from quantquake.report.words import say

NOTE_COLUMNS = ("price", "delta", "gamma", "knock_in", "knock_out", "years")


def book_screen(parts: ReportParts, *, lang: str, width: int = WIDTH) -> RenderableType:
    """Return the answer, then for each index its falls, its alarm and its map; what was left out."""
    book = parts.snowball
    assert book is not None
    said = next(one for one in answers(parts, lang) if one.code == "snowball")
    when = Text(f"{numbers.date_iso(parts.as_of)}  ", style="dim")
    blocks: list[RenderableType] = [wrapped(when.append_text(spoken(said, lang)), width)]
    for notes in book.notes:
        blocks += _index(notes, lang)
        told = discount_words(notes, book.fall, lang)
        blocks += [wrapped(Text(told), width)] if told else []
    lines = [*cells.reject_lines(book.rejected, lang), *cells.ended_line(book.ended, lang)]
    lines += [*parts.issues, *_priced_with(book.curves, lang)]
    blocks += [wrapped(Text(f"· {line}", style="dim"), width) for line in lines]
    return Group(*blocks)


def _index(notes: IndexNotes, lang: str) -> list[RenderableType]:
    title = say("snowball.screen_title", lang, index=index_name(notes, lang),
                level=numbers.count(notes.here), already=money(notes.already, lang))  # fmt: skip
    return [
        Text(title, style="bold"),
        _table(cells.SHOCK_HEAD, cells.shock_cells(notes, lang), lang),
        _table(cells.ALARM_HEAD, cells.alarm_cells(notes, lang), lang),
        _table(cells.BIN_HEAD, cells.bin_cells(notes, lang), lang),
    ]


def _priced_with(curves: pd.DataFrame, lang: str) -> list[str]:
    return [
        say(
            "snowball.priced_with", lang, index=str(symbol),
            vol=numbers.percent(float(row["vol"])), rate=numbers.percent(float(row["rate"])),
            carry=numbers.percent(float(row["carry"])),
        )
        for symbol, row in curves.iterrows()
    ]  # fmt: skip


def note_screen(table: pd.DataFrame, said: str, lang: str, width: int = WIDTH) -> RenderableType:
    """Return one note's price, Greeks and endings at each level asked for."""
    rows = [
        [
            Cell(numbers.number(float(str(level)), 4 if float(str(level)) < 100 else 1)),
            *(Cell(numbers.number(float(row[c]), 6 if c == "price" else 4)) for c in
              ("price", "delta", "gamma")),
            *(Cell(numbers.percent(float(row[c]), 1, unit=False)) for c in NOTE_COLUMNS[3:5]),
            Cell(numbers.number(float(row["years"]), 2)),
        ]
        for level, row in table.iterrows()
    ]  # fmt: skip
    head = ("spot", *NOTE_COLUMNS)
    return Group(wrapped(Text(said), width), _table(head, rows, lang, "note"))


def _table(
    head: Sequence[str], rows: Sequence[Sequence[Cell]], lang: str, group: str = "column"
) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, code in enumerate(head):
        table.add_column(
            say(f"snowball.{group}.{code}", lang), justify="right" if place else "left"
        )
    for row in rows:
        table.add_row(*(Text(str(c.text), style="bold" if c.kind == "strong" else "") for c in row))
    return table
