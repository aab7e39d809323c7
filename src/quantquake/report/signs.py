"""Was there a sign? Each indicator's weeks before a day, and how often it says as much."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.measures.evidence.back_cast import BackCast
from quantquake.report import numbers
from quantquake.report.terminal import WIDTH, wrapped
from quantquake.report.theme import DARK, heat_step
from quantquake.report.words import known, say


def signs_screen(
    found: BackCast,
    *,
    names: int,
    notes: Sequence[str] = (),
    lang: str,
    width: int = WIDTH,
) -> RenderableType:
    """Return the answer in a sentence, then one row an indicator, loudest first."""
    lead = say(
        "signs.lead", lang,
        weeks=found.weeks.shape[1], date=numbers.date_iso(found.event), n=numbers.count(names),
        until=numbers.date_iso(found.origin.as_of),
    )  # fmt: skip
    return Group(
        wrapped(Text(lead, style="dim"), width),
        wrapped(Text(sentence(found, lang), style="bold"), width),
        _table(found, lang),
        wrapped(Text(say("signs.foot", lang, level=numbers.percent(found.level, 0))), width),
        *[wrapped(Text(f"· {note}", style="dim"), width) for note in notes],
    )


def sentence(found: BackCast, lang: str) -> str:
    """Say in one line whether anything stood out, and how often as much does."""
    words = {
        "loud": found.loud,
        "judged": found.judged,
        "usual": numbers.number(found.usual, 1),
        "chance": numbers.percent(found.chance_of_as_many, 0),
        "weeks": found.weeks.shape[1],
        "date": numbers.date_text(found.event, lang),
    }
    if found.verdict == "no_warning" and not found.loud:
        return say("signs.none", lang, **words)
    return say(f"signs.{found.verdict}", lang, **words)


def _table(found: BackCast, lang: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(say("signs.column.indicator", lang), no_wrap=True)
    for week in found.weeks.columns:
        table.add_column(say("signs.column.week", lang, n=-int(week)), justify="right")
    for code in ("as_loud", "chance"):
        table.add_column(say(f"signs.column.{code}", lang), justify="right")
    table.add_column(say("signs.column.verdict", lang))
    order = found.table["chance"].sort_values(kind="stable", na_position="last").index
    for indicator in order:
        row = found.table.loc[indicator]
        table.add_row(
            _name(str(indicator), lang),
            *(_place(float(value)) for value in found.weeks.loc[indicator]),
            numbers.percent(_number(row["as_loud"]), 0, unit=False),
            numbers.percent(_number(row["chance"]), 0, unit=False),
            say(f"signs.verdict.{row['verdict']}", lang),
        )
    return table


def _name(code: str, lang: str) -> str:
    return say(f"signs.indicator.{code}", lang) if known(f"signs.indicator.{code}", lang) else code


def _place(value: float) -> Text:
    """One week's place among the earlier ones, in the seven colours of the board."""
    step = heat_step(value)
    if step is None:
        return Text("//", style="dim")
    text = f" {numbers.percentile(value):>3}"
    return Text(text, style=f"{DARK.heat_text[step]} on {DARK.heat[step]}")


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type]
