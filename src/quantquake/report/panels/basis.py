"""What hedging costs: by contract, through time, for money in and for new money."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from quantquake.report import numbers, tables
from quantquake.report.figures import basis as figures
from quantquake.report.figures.template import MEDIUM
from quantquake.report.headline import dearest
from quantquake.report.panels.frame import Panel, Setting, span
from quantquake.report.parts import ReportParts, upto
from quantquake.report.words import say

YEAR = 250


def basis_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the term structure, its table, and the discount through time."""
    discounts = {p: upto(s, parts.as_of) for p, s in parts.discounts.items()}
    found: list[Panel] = []
    if parts.basis:
        found += [_term(parts, setting), _basis_table(parts, setting.lang)]
    if any(s.notna().any() for s in discounts.values()):
        found.append(_discounts(parts, discounts, setting))
    return found


def _term(parts: ReportParts, setting: Setting) -> Panel:
    lang = setting.lang
    ratios = pd.concat([card.curve["basis_ratio"] for card in parts.basis]).dropna()
    code = "term_title"
    if len(ratios):
        code += "_discount" if (ratios < 0).all() else "_premium" if (ratios > 0).all() else ""
    focus = (figures.deepest(parts.basis) or list(parts.basis))[0].product
    return Panel(
        code="term",
        title=say(f"basis.{code}", lang),
        subtitle=say(
            "basis.term_subtitle", lang,
            product=focus, days=YEAR, date=numbers.date_short(parts.as_of, lang),
        ),
        foot=say("basis.term_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: figures.term_structure(parts.basis, lang=lang, theme=theme),
            MEDIUM,
            say(f"basis.{code}", lang),
        ),
        data=tables.contracts_table(parts.basis, lang),
    )  # fmt: skip


def _discounts(parts: ReportParts, discounts: dict[str, pd.Series], setting: Setting) -> Panel:
    lang, hedge = setting.lang, dearest(parts)
    title = say("basis.history_title", lang)
    if hedge is not None and hedge.deepest:
        title = say("basis.history_title_deep", lang, n=hedge.n)
    seen = pd.concat(list(discounts.values())).dropna().index
    return Panel(
        code="discounts",
        title=title,
        subtitle=say(
            "basis.history_subtitle" if parts.hedge is None else "basis.history_subtitle_rules",
            lang,
            method=say(f"basis.by_{_method(parts)}", lang),
        ),
        foot=span(seen, "basis.history_foot", lang),
        how="basis",
        figure=setting.slot(
            lambda theme: figures.discount_history(
                discounts, lang=lang, theme=theme, **_shading(parts, discounts, lang)
            ),
            MEDIUM,
            title,
        ),
        data=tables.last_rows(discounts, lang, percent=True),
    )


def _method(parts: ReportParts) -> str:
    """How the roll discounts of the page are annualised."""
    return str(getattr(parts.basis[0], "method", "months")) if parts.basis else "months"


def _shading(parts: ReportParts, discounts: dict[str, pd.Series], lang: str) -> dict[str, Any]:
    """Rule changes as lines; regimes only of the product that is drawn in the accent colour."""
    if parts.hedge is None:
        return {}
    last = {p: s.dropna().iloc[-1] for p, s in discounts.items() if s.notna().any()}
    mine = min(last, key=lambda p: float(last[p])) == parts.hedge.product
    return {
        "events": [(change.date, change.title(lang)) for change in parts.hedge.changes],
        "regimes": parts.hedge.regimes if mine else None,
    }


def _basis_table(parts: ReportParts, lang: str) -> Panel:
    return Panel(
        code="basis",
        title=say("basis.table_title", lang),
        subtitle=say("basis.table_subtitle", lang, date=numbers.date_short(parts.as_of, lang)),
        foot=say("basis.table_foot", lang),
        how="basis",
        body=tables.basis_table(parts.basis, lang, narrow=bool(parts.baskets or parts.day))
        + _which_number(lang),
    )


def _which_number(lang: str) -> Markup:
    """Two questions, two numbers: the spot basis moves a NAV, the roll discount is the cost."""
    rows = Markup().join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(
            say(f"basis.{code}_q", lang), say(f"basis.{code}_a", lang)
        )
        for code in ("nav", "cost")
    )
    return Markup('<dl class="asked">{}</dl>').format(rows)
