"""The answer on one terminal screen: headline, who is crowded and why, hedge, kind of day."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.answers import Answer, answers
from quantquake.report.board import BoardRow, HeatCell, board_rows
from quantquake.report.crowd_parts import CrowdParts
from quantquake.report.crowd_words import arm_head, arm_rows
from quantquake.report.headline import headline, market_name, truth_text
from quantquake.report.parts import DIMENSIONS, INDICATORS, BasisLike, ReportParts
from quantquake.report.tables import Cell, basis_cells, basis_head, day_cells
from quantquake.report.theme import DARK
from quantquake.report.words import check_language, name, say

WIDTH = 96
MOST_BASKETS = 10
WIDE = 92
_CLOSING = frozenset("，。、；：？！）》”%,.;:?!)")
_OPENING = frozenset("（《“(−+")
_MISSING = "//"  # a hatch that survives a copy into a mail


def screen(
    parts: ReportParts, *, lang: str = "en", path: str | None = None, width: int = WIDTH
) -> RenderableType:
    """Return the one-screen answer for a console of at least 80 columns.

    Parameters
    ----------
    parts : ReportParts
    lang : {"en", "zh"}
    path : str, optional
        Where the full report was written, printed last.
    width : int
        Columns to fill; under 92 the five-day return is left out of the board.

    Returns
    -------
    rich renderable
        About 40 lines. Percentiles carry the seven colours of the scale as background; without
        colour the numbers say the same, and missing ones read "//".
    """
    check_language(lang)
    found = answers(parts, lang)
    blocks: list[RenderableType] = [_title(parts, lang)]
    if parts.truth is not None:
        blocks.append(wrapped(Text(truth_text(parts, lang), style="dim"), width))
    said = {one.code: wrapped(spoken(one, lang), width) for one in found}
    blocks.append(Text())
    if "crowded" in said:
        blocks += [said["crowded"], crowding_board(parts, lang, week=width >= WIDE)]
    if "hedge" in said:
        blocks.append(said["hedge"])
    if parts.basis:
        blocks.append(basis_table(parts.basis, lang))
    if "forced" in said:
        blocks.append(said["forced"])
    if "day" in said:
        blocks.append(said["day"])
    if parts.crowd is not None:
        blocks += ["", said["exit"], crowd_table(parts.crowd, lang)]
    blocks += [*_left_out(parts, width), Text()]
    if path is not None:
        blocks.append(Text(say("terminal.report_at", lang, path=path)))
    return Group(*blocks)


def _left_out(parts: ReportParts, width: int) -> list[Text]:
    """Say on the screen, not only in the page, what was given and could not be measured."""
    texts = [text for text in parts.issues if ": left out" in text]
    return [wrapped(Text(f"· {text}", style="dim"), width) for text in texts]


def render(
    parts: ReportParts, *, lang: str = "en", path: str | None = None, width: int = WIDTH
) -> str:
    """Return the screen as plain text without colour."""
    console = Console(file=StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(screen(parts, lang=lang, path=path, width=width))
    return console.file.getvalue()  # type: ignore[attr-defined]


def _title(parts: ReportParts, lang: str) -> Text:
    text = Text(headline(parts, lang), style="bold")
    when = f"{market_name(parts.market, lang)} · {numbers.date_iso(parts.as_of)}"
    return text.append(f"\n{when}", style="dim")


def spoken(answer: Answer, lang: str) -> Text:
    """Return one answer as the terminal says it: question, key part in bold, evidence."""
    gap = " " if lang == "en" else ""
    text = Text(f"{answer.question}{gap}", style="dim")
    text.append(answer.key, style="bold not dim")
    return text.append(f"{gap}{answer.rest}", style="not dim")


def wrapped(text: Text, width: int) -> Text:
    """Break lines between Chinese characters as well as at spaces; rich breaks at spaces only.

    A closing mark never begins a line.
    """
    plain, breaks, start, here = text.plain, [], 0, 0
    chance = 0
    for place, char in enumerate(plain):
        if place > start and (char == " " or _breakable(plain[place - 1], char)):
            chance = place + (char == " ")
        here += cell_len(char)
        if here > width and chance > start:
            breaks.append(chance)
            start, here = chance, cell_len(plain[chance : place + 1])
    lines = text.divide(breaks)
    for line in lines:
        line.rstrip()
    return Text("\n").join(lines)


def _breakable(before: str, char: str) -> bool:
    """Tell whether a line may end between two characters."""
    if char in _CLOSING or before in _OPENING:
        return False
    return cell_len(before) == 2 or cell_len(char) == 2


def crowding_board(
    parts: ReportParts, lang: str, *, week: bool = True, most: int | None = MOST_BASKETS
) -> RenderableType:
    """Return the crowding board; indicators no basket has are left out to fit the width."""
    rows = board_rows(parts, lang)
    shown = [c for c in INDICATORS if any(_cell(r, c).step is not None for r in rows)]
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, header_style="dim")
    table.add_column(say("board.basket", lang), no_wrap=True)
    if week:
        table.add_column(say("board.five_days", lang), justify="right", no_wrap=True)
    for code in shown:
        table.add_column(say(f"indicator_short.{code}", lang), justify="right", no_wrap=True)
    table.add_column(say("board.score", lang), justify="right", no_wrap=True)
    table.add_column(say("board.dims", lang), justify="right", no_wrap=True)
    proof = any(row.source.evidence is not None for row in rows)
    if proof:
        table.add_column(say("board.hits", lang), justify="right", no_wrap=True)
    for row in rows[:most]:
        table.add_row(*_board_cells(row, shown, week=week), *(_proof(row) if proof else ()))
    absent = [say(f"dimension.{d}", lang) for d in _absent(shown)]
    if not absent:
        return table
    join = say("answers.list_join", lang)
    note = Text(f"{_MISSING} {say('board.no_data', lang)}: {join.join(absent)}", style="dim")
    return Group(table, note)


def _proof(row: BoardRow) -> list[Text]:
    """Past alarms that were followed by the fall, of all: no score without its record."""
    seen = row.source.evidence
    return [Text(_MISSING if seen is None else f" {seen.hits}/{seen.alarms}", style="dim")]


def _absent(shown: Sequence[str]) -> list[str]:
    return [d for d, codes in DIMENSIONS.items() if not set(codes) & set(shown)]


def _cell(row: BoardRow, code: str) -> HeatCell:
    return next(cell for cell in row.cells if cell.indicator == code)


def _board_cells(row: BoardRow, shown: Sequence[str], *, week: bool) -> list[Text]:
    mark = ("○ " if row.today.weak else "● ") if row.today.alarm else "  "
    bold = "bold" if row.today.alarm else ""
    cells = [Text(mark + row.name, style=bold)]
    if week:
        cells.append(Text(numbers.percent(row.week, sign=True, unit=False)))
    cells += [_heat(_cell(row, code)) for code in shown]
    return [*cells, Text(row.score, style=bold), Text(row.dims, style="dim")]


def _heat(cell: HeatCell) -> Text:
    if cell.step is None:
        return Text(_MISSING, style="dim")
    # Backgrounds are set with their own text colour, so they read on any terminal.
    return Text(f" {cell.text:>3}", style=f"{DARK.heat_text[cell.step]} on {DARK.heat[cell.step]}")


def basis_table(cards: Sequence[BasisLike], lang: str) -> Table:
    """Return each product's front basis, effect on money in, and cost for new money."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    head = basis_head(cards)
    for place, code in enumerate(head):
        justify = "right" if place else "left"
        table.add_column(say(f"basis.{code}", lang), justify=justify)  # type: ignore[arg-type]
    for card in cards:
        cells = basis_cells(card)
        bold = {"new_money": "bold"}
        table.add_row(*(Text(str(cells[c].text), style=bold.get(c, "")) for c in head))
    return table


def crowd_table(crowd: CrowdParts, lang: str) -> Table:
    """Return each way out of the crowd: loss, range, lowest price, what is left, difference."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, text in enumerate(arm_head(lang)):
        table.add_column(text, justify="right" if place else "left")
    for row in arm_rows(crowd, lang):
        table.add_row(*(Text(_plain(c), style="bold" if c.kind == "strong" else "") for c in row))
    return table


def day_table(parts: ReportParts, lang: str) -> RenderableType:
    """Return the day board as two columns of facts."""
    day = parts.day
    if day is None:
        return Text(say("answers.day_none", lang))
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(say("day.head_fact", lang))
    table.add_column(numbers.date_iso(day.on), justify="right")
    words = {"line": numbers.percent(day.limit_threshold), "index": name(day.index, lang)}
    for code, cell in day_cells(day):
        table.add_row(say(f"day.row.{code}", lang, **words), _plain(cell))
    return table


def _plain(cell: Cell) -> str:
    return str(cell.text)
