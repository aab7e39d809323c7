"""Panels of one hedge in detail: what each entry locked in, the way to expiry, the ledger, rolls."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from quantquake.report import numbers, tables
from quantquake.report.figures import basis_ledger as figures
from quantquake.report.figures.template import MEDIUM
from quantquake.report.hedge_cells import ENTRY_HEAD, ROLL_HEAD, entry_cells, roll_cells
from quantquake.report.hedge_parts import HedgeParts
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.panels.hedge_tables import hedge_tables
from quantquake.report.parts import ReportParts
from quantquake.report.tables import Cell
from quantquake.report.words import say


def hedge_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return whatever of the hedge's detail is there."""
    hedge = parts.hedge
    if hedge is None:
        return []
    found = []
    if hedge.entries is not None and len(hedge.entries):
        found.append(_entries(hedge, hedge.entries, setting))
        if hedge.path is not None and hedge.expiry is not None:
            found.append(_to_expiry(hedge, hedge.entries, hedge.path, hedge.expiry, setting))
    if hedge.ledger is not None:
        found.append(_waterfall(hedge.ledger, setting))
    if hedge.rolls is not None:
        found.append(_rolls(hedge, hedge.rolls, setting))
    return [*found, *hedge_tables(hedge, setting)]


def _entries(hedge: HedgeParts, entries: pd.DataFrame, setting: Setting) -> Panel:
    lang = setting.lang
    head = [say(f"ledger.{code}", lang) for code in ENTRY_HEAD]
    body = tables.table(head, entry_cells(entries), kind="plain")
    return Panel(
        code="entries",
        title=say("ledger.entries_title", lang),
        subtitle=say("ledger.entries_subtitle", lang, contract=_short(hedge.contract)),
        foot=say("ledger.entries_foot", lang),
        how="basis",
        body=body,
    )


def _to_expiry(
    hedge: HedgeParts,
    entries: pd.DataFrame,
    path: pd.Series,
    expiry: pd.Timestamp,
    setting: Setting,
) -> Panel:
    lang = setting.lang
    title = say("ledger.path_title", lang)
    return Panel(
        code="to_expiry",
        title=title,
        subtitle=say("ledger.path_subtitle", lang, contract=_short(hedge.contract)),
        foot=say("ledger.path_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: figures.basis_to_expiry(path, entries, expiry, lang=lang, theme=theme),
            MEDIUM,
            title,
        ),
        data=tables.last_rows({hedge.contract: path}, lang, digits=2, percent=True),
    )


def _waterfall(ledger: pd.DataFrame, setting: Setting) -> Panel:
    lang = setting.lang
    title = say("ledger.waterfall_title", lang)
    dates = {"start": numbers.date_iso(ledger.index[0]), "end": numbers.date_iso(ledger.index[-1])}
    return Panel(
        code="waterfall",
        title=title,
        subtitle=say("ledger.waterfall_subtitle", lang, **dates),
        foot=say("ledger.waterfall_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: figures.ledger_waterfall(ledger, lang=lang, theme=theme), MEDIUM, title
        ),
        data=_ledger_rows(ledger, lang),
    )


def _ledger_rows(ledger: pd.DataFrame, lang: str, most: int = 10) -> Markup:
    columns = ["alpha", "basis_pnl", "realised", "paper", "locked_cost", "fees", "total"]
    body = [
        [
            Cell(numbers.date_iso(pd.Timestamp(str(date)))),
            *(Cell(numbers.book_money(float(one[c]), lang)) for c in columns),
        ]
        for date, one in ledger.iloc[-most:].iloc[::-1].iterrows()
    ]
    head = [say("method.date", lang), *(say(f"ledger.{c}", lang) for c in columns)]
    return tables.table(head, body, kind="plain")


def _rolls(hedge: HedgeParts, rolls: pd.DataFrame, setting: Setting) -> Panel:
    lang = setting.lang
    head = [say(f"roll.{code}", lang) for code in ROLL_HEAD]
    return Panel(
        code="rolls",
        title=say("roll.title", lang),
        subtitle=say("roll.subtitle", lang, product=hedge.product),
        foot=say("roll.foot", lang),
        how="basis",
        body=tables.table(head, roll_cells(rolls, lang), kind="plain"),
    )


def _short(contract: str) -> str:
    return contract.split(".")[0]
