"""One question on the terminal: the answer sentence and its table (verbs score, basis, day)."""

from __future__ import annotations

from typing import cast

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.measures.evidence.verdict import Verdict, sentence
from quantquake.report import numbers
from quantquake.report.answers import answers
from quantquake.report.outlook import outlook_block
from quantquake.report.parts import BasisLike, BasketRow, ReportParts, today_of
from quantquake.report.tables import contract_cells, contract_head
from quantquake.report.terminal import (
    WIDTH,
    basis_table,
    crowding_board,
    day_table,
    spoken,
    wrapped,
)
from quantquake.report.words import name, say


def score_screen(parts: ReportParts, *, lang: str, width: int = WIDTH) -> RenderableType:
    """Return the crowding board under its sentence, every basket shown, with the notes below."""
    board = crowding_board(parts, lang, most=None)
    return Group(
        _said(parts, "crowded", lang, width),
        board,
        *_records(parts, lang, width),
        Text(),
        outlook_block(parts.rows(), lang, width),
        Text(),
        _notes(parts, width),
    )


def _records(parts: ReportParts, lang: str, width: int) -> list[Text]:
    """Say for the baskets in alarm, else for the first one, what followed their past alarms."""
    rows = [row for row in parts.rows() if row.evidence is not None]
    ringing = [row for row in rows if today_of(row.score, parts.as_of).alarm] or rows[:1]
    lead = say("single.colon", lang) + (" " if lang == "en" else "")
    said = [f"{name(row.basket.name, lang)}{lead}{_record(row, lang)}" for row in ringing]
    return [wrapped(Text(line), width) for line in said]


def _record(row: BasketRow, lang: str) -> str:
    seen = row.evidence
    assert seen is not None
    return sentence(
        cast("Verdict", seen.verdict),
        hits=seen.hits,
        episodes=seen.alarms,
        interval=seen.interval,
        chance=seen.base_rate,
        language="zh" if lang == "zh" else "en",
    )


def basis_screen(parts: ReportParts, *, lang: str, width: int = WIDTH) -> RenderableType:
    """Return the cost of hedging: products, then every contract of each."""
    tables: list[RenderableType] = [basis_table(parts.basis, lang)]
    tables += [contracts_table(card, lang) for card in parts.basis]
    return Group(
        _said(parts, "hedge", lang, width),
        *tables,
        *_paid(parts, lang, width),
        _notes(parts, width),
    )


def _paid(parts: ReportParts, lang: str, width: int) -> list[Text]:
    """Say of each product what holding the future instead of an index fund pays, and may cost."""
    if parts.hedge is None:
        return []
    gap = "；" if lang == "zh" else "; "
    said = gap.join(change.title(lang) for change in parts.hedge.context)
    context = [wrapped(Text(say("basis.context", lang, what=said)), width)] if said else []
    lines = [
        say(
            "substitution.said", lang, product=product, contract=one.best.split(".")[0],
            days=numbers.count(float(one.contracts["sessions"].loc[one.best])),
            head=numbers.percent(one.head_start, 1, sign=True),
            worst=numbers.percent(one.worst, 1, sign=True),
        )
        for product, one in parts.hedge.substitutions.items()
    ]  # fmt: skip
    return [*(wrapped(Text(line), width) for line in lines), *context]


def day_screen(parts: ReportParts, *, lang: str, width: int = WIDTH) -> RenderableType:
    """Return the facts of the day under its label."""
    return Group(_said(parts, "day", lang, width), day_table(parts, lang), _notes(parts, width))


def contracts_table(card: BasisLike, lang: str) -> Table:
    """Return one product's contracts, nearest first; rates in percent."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    head = contract_head(card.curve)
    for place, code in enumerate(head):
        justify = "right" if place else "left"
        table.add_column(say(f"basis.{code}", lang), justify=justify)  # type: ignore[arg-type]
    for row in contract_cells(card):
        table.add_row(*(str(row[code].text) for code in head))
    return table


def _said(parts: ReportParts, code: str, lang: str, width: int) -> Text:
    found = next(answer for answer in answers(parts, lang) if answer.code == code)
    when = Text(f"{numbers.date_iso(parts.as_of)}  ", style="dim")
    return wrapped(when.append_text(spoken(found, lang)), width)


def _notes(parts: ReportParts, width: int) -> RenderableType:
    lines = [wrapped(Text(f"· {issue}", style="dim"), width) for issue in parts.issues]
    return Group(*lines) if lines else Text("")
