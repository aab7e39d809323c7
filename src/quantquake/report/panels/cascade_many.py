"""Panels over many paths: how often and when, and what differs from another run."""

from __future__ import annotations

from quantquake.report import cascade_paths, numbers, tables
from quantquake.report import cascade_titles as titles
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.words import say


def chances_panel(parts: CascadeParts, setting: Setting) -> Panel:
    """How often something came first, and when."""
    lang = setting.lang
    assert parts.order is not None
    assert parts.ensemble is not None
    rows = cascade_paths.chance_rows(parts.order, parts, lang)
    return Panel(
        code="cascade_chances",
        title=say("simulate.chances_title", lang),
        subtitle=say("simulate.chances_subtitle", lang, n=numbers.count(parts.ensemble.paths)),
        foot=say("simulate.order_foot", lang),
        how="cascade",
        body=tables.table(cascade_paths.chance_head(lang), rows, kind="plain"),
    )


def difference_panel(parts: CascadeParts, lang: str) -> Panel:
    """What differs from the other run."""
    assert parts.against is not None
    paths = 1 if parts.ensemble is None else parts.ensemble.paths
    code = "simulate.difference_subtitle" if paths > 1 else "simulate.difference_subtitle_one"
    return Panel(
        code="cascade_difference",
        title=titles.compared(parts, lang),
        subtitle=say(code, lang, n=numbers.count(paths)),
        foot=say("simulate.difference_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_paths.difference_head(parts, lang),
            cascade_paths.difference_rows(parts, lang),
            kind="plain",
        ),
    )
