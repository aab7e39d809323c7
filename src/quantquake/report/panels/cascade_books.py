"""Panels of who holds what: how each fared, how alike their books are, how thin the market got."""

from __future__ import annotations

from markupsafe import Markup

from quantquake.cascade.fund_units import funds_of
from quantquake.cascade.overlap import Overlap, share_hit
from quantquake.report import cascade_tables, numbers, tables
from quantquake.report import cascade_titles as titles
from quantquake.report import cascade_words as words
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.figures import holder_strips, overlap_network, stress_strips
from quantquake.report.figures.template import SMALL
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.words import name, say


def holders_panel(parts: CascadeParts, setting: Setting) -> Panel:
    """What became of each kind of holder."""
    lang, result = setting.lang, parts.result
    other = None if parts.against is None else parts.against.result.nav
    title = titles.survivors(parts, lang)
    return Panel(
        code="cascade_holders",
        title=title,
        subtitle=say("simulate.holders_subtitle", lang),
        foot=words.which_path(parts, lang),
        how="cascade",
        figure=setting.slot(
            lambda theme: holder_strips.holder_strips(
                result.nav, result.leverage, result.holding_on(), names=parts.hardest_hit,
                against=other, other="" if parts.against is None else parts.against.name,
                dates=parts.dates, lang=lang, theme=theme,
            ),
            holder_strips.HEIGHT,
            title,
        ),
    )  # fmt: skip


def ends_panel(parts: CascadeParts, lang: str) -> Panel:
    """The table of what each ends with."""
    paths = 1 if parts.ensemble is None else parts.ensemble.paths
    code = "simulate.ends_subtitle" if paths > 1 else "simulate.ends_subtitle_one"
    return Panel(
        code="cascade_ends",
        title=say("simulate.ends_title", lang),
        subtitle=say(code, lang, n=numbers.count(paths)),
        foot=say("simulate.ends_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_tables.holder_head(lang),
            cascade_tables.holder_rows(parts, lang),
            kind="plain tight",
        ),
    )


def network_panel(parts: CascadeParts, overlap: Overlap, setting: Setting) -> Panel:
    """The network of books, with its matrix as data."""
    lang = setting.lang
    title = titles.likest(overlap, lang)
    return Panel(
        code="cascade_network",
        title=title,
        subtitle=say("simulate.network_subtitle", lang),
        foot=say("simulate.network_foot", lang),
        how="cascade",
        figure=setting.slot(
            lambda theme: overlap_network.overlap_network(
                overlap, kinds=parts.kinds, hit=share_hit(parts.result),
                currency=parts.scenario.currency, lang=lang, theme=theme,
            ),
            overlap_network.HEIGHT,
            title,
        ),
        data=_matrix(overlap, lang),
    )  # fmt: skip


def _matrix(overlap: Overlap, lang: str) -> Markup:
    """What the row loses if the column closes its book, in per cent of its equity."""
    own = overlap.nodes["equity"].fillna(overlap.nodes["gross"])
    loss = overlap.money.div(own, axis=0).clip(-1.0, 1.0)
    body = [
        [
            tables.Cell(name(str(row), lang)),
            *(tables.Cell(numbers.percent(float(v), 1, unit=False)) for v in loss.loc[row]),
        ]
        for row in loss.index
    ]
    head = [say("simulate.row_loses", lang), *(name(str(n), lang) for n in loss)]
    return tables.table(head, body, kind="plain")


def stress_panel(parts: CascadeParts, setting: Setting) -> Panel:
    """Depth and basis; the premium of a fund is no basis and stands in the table of days."""
    lang, result = setting.lang, parts.result
    basis = result.basis.drop(columns=funds_of(parts.scenario))
    thin = result.depth.min()
    alike = len(thin) > 1 and bool(result.depth.eq(result.depth.iloc[:, 0], axis=0).all(axis=None))
    who = say("simulate.all_groups", lang) if alike else name(str(thin.idxmin()), lang)
    title = say("simulate.stress_title", lang, who=who, depth=numbers.percent(float(thin.min()), 0))
    if thin.min() > 1 - 1e-9:
        title = say("simulate.stress_calm", lang)
    return Panel(
        code="cascade_stress",
        title=words.sentence(title),
        subtitle=say("simulate.stress_subtitle", lang),
        foot=words.which_path(parts, lang),
        how="cascade",
        figure=setting.slot(
            lambda theme: stress_strips.stress_strips(
                result.depth, basis, dates=parts.dates, lang=lang, theme=theme
            ),
            SMALL,
            title,
        ),
    )
