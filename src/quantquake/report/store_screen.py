"""The embedded store on the terminal: its content, an ingest, a check."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.call_log import chain_text
from quantquake.report.terminal import wrapped
from quantquake.report.words import say


def status_screen(found: Mapping[str, Any], *, lang: str, width: int) -> RenderableType:
    """Return what the store holds by kind, and the head of the call log."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, code in enumerate(("kind", "rows", "first", "last", "size")):
        table.add_column(say(f"store.{code}", lang), justify="right" if place else "left")
    for one in found["kinds"]:
        table.add_row(
            say(f"store.kinds.{one['kind']}", lang),
            numbers.count(one["rows"]),
            one["first"] or numbers.MISSING,
            one["last"] or numbers.MISSING,
            numbers.number(one["size"] / 1e6, 1),
        )
    log = found["call_log"]
    rows = say("store.calls", lang, n=numbers.count(log["rows"]))
    said = f"{rows} {say('log.head', lang, head=log['head'])}"
    return Group(_root(found, lang), table, wrapped(Text(said), width))


def ingest_screen(found: Mapping[str, Any], *, lang: str, width: int) -> RenderableType:
    """Return how many rows were new, and what reading them noticed."""
    counts = {key: numbers.count(found[key]) for key in ("given", "new", "changed", "known")}
    kind = say(f"store.kinds.{found['kind']}", lang)
    said = say("store.ingested", lang, kind=kind, total=numbers.count(found["rows"]), **counts)
    notes = [f"· {one['what']}; {one['where']}; {one['action']}" for one in found["issues"]]
    lines = [wrapped(Text(note, style="dim"), width) for note in notes]
    return Group(wrapped(Text(said), width), _root(found, lang), *lines)


def verify_screen(found: Mapping[str, Any], *, lang: str, width: int) -> RenderableType:
    """Return every file that is not as it was written, and the state of the chain."""
    code = "store.files_broken" if found["problems"] else "store.files_intact"
    lines = [Text(say(code, lang, n=len(found["problems"]), total=found["files"]))]
    lines += [
        Text(f"  {one['file']}: {say('store.problem.' + one['problem'], lang)}", style="bold red")
        for one in found["problems"]
    ]
    if found["left_over"]:
        lines.append(Text(say("store.left_over", lang, n=len(found["left_over"])), style="dim"))
    chain = SimpleNamespace(**found["chain"])
    return Group(_root(found, lang), *lines, wrapped(chain_text(chain, lang=lang), width))


def _root(found: Mapping[str, Any], lang: str) -> Text:
    return Text(say("store.root", lang, path=found["root"]), style="dim")
