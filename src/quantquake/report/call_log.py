"""The sealed log on the terminal: what was sealed today, and what became of earlier calls."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.terminal import WIDTH, wrapped
from quantquake.report.words import name, say

MOST_CALLS = 20


def receipt_text(receipt: Any, *, lang: str) -> str:
    """Say what `score --log` sealed, and the head to write down."""
    counts = {key: getattr(receipt, key) for key in ("new", "known", "revised")}
    said = say("log.receipt", lang, **counts)
    if receipt.late:
        said += say("log.receipt_late", lang, n=receipt.late)
    return f"{said}\n{say('log.head', lang, head=receipt.head)}"


def chain_text(chain: Any, *, lang: str) -> Text:
    """Say whether the chain holds, and the first row that breaks it."""
    if chain.intact:
        said = say("log.intact", lang, n=numbers.count(chain.rows))
        return Text(f"{said} {say('log.head', lang, head=chain.head)}")
    said = say(f"log.broken.{chain.reason}", lang, row=chain.broken)
    if chain.row is not None:
        where = {"date": chain.row["as_of"], "basket": name(str(chain.row["basket"]), lang)}
        said += " " + say("log.broken_row", lang, **where)
    return Text(said, style="bold red")


def record_screen(record: Any, chain: Any, *, lang: str, width: int = WIDTH) -> RenderableType:
    """Return the record of a log: its chain, the counts, the last calls, what is missing."""
    blocks: list[RenderableType] = [wrapped(chain_text(chain, lang=lang), width)]
    if record.calls.empty:
        return Group(*blocks, Text(say("log.empty", lang)))
    blocks += [tally_table(record.tally, lang), *_notes(record, lang, width)]
    warned = record.calls[record.calls["signal"].astype(bool)]
    if len(warned):
        blocks += [Text(say("log.warnings_title", lang)), calls_table(warned, lang)]
    return Group(*blocks)


def tally_table(tally: pd.DataFrame, lang: str) -> Table:
    """Return the counts by horizon."""
    columns = ("warnings", "hits", "false_alarms", "open", "no_price")
    table = _grid(("horizon", *columns, "episodes", "rate", "quiet", "base_rate"), lang)
    for _, row in tally.iterrows():
        table.add_row(
            say(
                "log.horizon_value",
                lang,
                n=int(row["horizon"]),
                loss=numbers.exact(100 * row["loss"]),
            ),
            *(numbers.count(row[column]) for column in columns),
            say("log.of", lang, hits=int(row["episode_hits"]), n=int(row["episodes"])),
            _rate(row, lang),
            say("log.of", lang, hits=int(row["quiet_falls"]), n=int(row["quiet"])),
            numbers.percent(row["base_rate"], 0, unit=False),
        )
    return table


def calls_table(calls: pd.DataFrame, lang: str) -> Table:
    """Return the newest warnings, one row a call and horizon."""
    table = _grid(("as_of", "basket", "score", "horizon", "outcome", "worst"), lang)
    for _, row in calls.iloc[::-1].head(MOST_CALLS).iterrows():
        table.add_row(
            numbers.date_iso(row["as_of"]) + _mark(row, lang),
            name(str(row["basket"]), lang),
            numbers.number(row["score"], 2),
            str(row["horizon"]),
            _outcome(row, lang),
            numbers.percent(row["worst"], 1, sign=True, unit=False),
        )
    return table


def _grid(columns: tuple[str, ...], lang: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, code in enumerate(columns):
        right = place and code not in ("basket", "outcome")
        head = say(f"log.column.{code}", lang)
        table.add_column(head, justify="right" if right else "left", no_wrap=True)
    return table


def _rate(row: pd.Series, lang: str) -> str:
    if numbers.is_missing(float(row["rate"])):
        return say("log.too_few", lang)
    range_ = numbers.spread(float(row["low"]), float(row["high"]), lang, 0)
    return f"{numbers.percent(row['rate'], 0, unit=False)} ({range_})"


def _outcome(row: pd.Series, lang: str) -> str:
    code = row["outcome"]
    if code == "no_price":
        return say(f"log.why.{row['why']}", lang)
    if code == "open":
        return say("log.outcome.open", lang, n=int(row["sessions_left"]))
    return say(f"log.outcome.{code}", lang)


def _mark(row: pd.Series, lang: str) -> str:
    marks = [
        code for code, on in (("late", row["late"]), ("revision", pd.notna(row["revises"]))) if on
    ]
    return "".join(f" {say(f'log.mark.{code}', lang)}" for code in marks)


def _notes(record: Any, lang: str, width: int) -> list[RenderableType]:
    """Say what the counts leave out."""
    notes = []
    # A call stands in the table once a horizon, and is one call.
    once = record.calls.drop_duplicates("sequence")
    for code, count in once["left_out"].value_counts().items():
        notes.append(say(f"log.note.{code}", lang, n=count))
    restated = once.loc[once["restated"].astype(bool), "basket"]
    if len(restated):
        first = name(str(restated.iloc[0]), lang)
        notes.append(say("log.note.restated", lang, n=len(restated), first=first))
    if record.missing:
        join = say("answers.list_join", lang)
        names = join.join(name(basket, lang) for basket in record.missing)
        notes.append(say("log.note.missing", lang, names=names))
    return [wrapped(Text(f"· {note}", style="dim"), width) for note in notes]
