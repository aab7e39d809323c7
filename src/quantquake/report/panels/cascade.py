"""Panels of a simulation: where the paths go, what happened in which order, who sold, who is left."""

from __future__ import annotations

from markupsafe import Markup

from quantquake.cascade.overlap import Overlap, share_hit
from quantquake.report import cascade_tables, numbers, tables
from quantquake.report import cascade_words as words
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.figures import holder_strips, overlap_network, stress_strips
from quantquake.report.figures.path_fan import Fan, path_fan
from quantquake.report.figures.seller_ribbon import by_day, ribbon_unit, seller_ribbon
from quantquake.report.figures.template import SMALL
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.words import name, say

#: Events marked in the ribbon, the most telling first, and how many at most.
MARKED = ("rule", "margin_call", "knock_in", "stop", "default", "buys", "limit_down")
MOST_MARKS = 4


def cascade_panels(parts: CascadeParts, setting: Setting) -> list[Panel]:
    """Return every panel the simulation allows."""
    lang = setting.lang
    found = [_fan(parts, setting), _order(parts, lang)]
    if len(parts.result.ledger):
        found.append(_sellers(parts, setting))
    if parts.funded:
        found += [_holders(parts, setting), _ends(parts, lang)]
    if parts.overlap is not None and len(parts.overlap.nodes) > 1:
        found.append(_network(parts, parts.overlap, setting))
    found.append(_stress(parts, setting))
    if parts.order is not None and len(parts.order):
        found.append(_chances(parts, setting))
    if parts.against is not None:
        found.append(_difference(parts, lang))
    return found


def fans(parts: CascadeParts, lang: str) -> list[Fan]:
    """What is drawn as prices, with bands where there are paths and the other run beside it."""
    what, names = parts.priced
    return [_fan_of(parts, what, n, lang) for n in names]


def _fan_of(parts: CascadeParts, what: str, one: str, lang: str) -> Fan:
    other = parts.against
    if parts.ensemble is not None:
        bands = parts.ensemble.fan(what, one)
        bands = bands / bands.iloc[0]
    else:
        line = parts.path_of(what, one)
        bands = line.to_frame().iloc[:, [0] * 5].set_axis([0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    against = None
    if other is not None and one in getattr(other.result, what):
        own = getattr(other.result, what)[one]
        if other.ensemble is not None:
            own = other.ensemble.fan(what, one, (0.5,))[0.5]
        against = own / own.iloc[0]
    return Fan(name=name(one, lang), bands=bands, against=against)


def _fan(parts: CascadeParts, setting: Setting) -> Panel:
    lang = setting.lang
    title = words.extremes(parts, lang)
    paths = 1 if parts.ensemble is None else parts.ensemble.paths
    code = "simulate.fan_subtitle" if paths > 1 else "simulate.fan_subtitle_one"
    drawn = fans(parts, lang)
    other = "" if parts.against is None else parts.against.name
    return Panel(
        code="cascade_fan",
        title=title,
        subtitle=say(code, lang, n=numbers.count(paths)),
        foot=words.note(lang),
        how="cascade",
        figure=setting.slot(
            lambda theme: path_fan(
                drawn, dates=parts.dates, against=other, lang=lang, theme=theme, height=SMALL
            ),
            SMALL,
            title,
        ),
        data=tables.table(
            cascade_tables.group_head(lang), cascade_tables.group_rows(parts, lang), kind="plain"
        ),
    )


def _order(parts: CascadeParts, lang: str) -> Panel:
    head, rows = cascade_tables.day_rows(parts, lang)
    return Panel(
        code="cascade_order",
        title=say("simulate.order_title", lang),
        subtitle=words.which_path(parts, lang),
        foot=say("simulate.order_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_tables.order_head(lang), cascade_tables.order_rows(parts, lang), kind="plain story"
        ),
        data=tables.table(head, rows, kind="plain wordy"),
    )


def _sellers(parts: CascadeParts, setting: Setting) -> Panel:
    lang, scenario = setting.lang, parts.scenario
    sold = parts.result.ledger.groupby("participant")["sold"].sum()
    size = {"days": scenario.days, "rounds": scenario.rounds}
    unit = ribbon_unit(parts.result.ledger, **size, currency=scenario.currency, lang=lang)
    title = say("simulate.sellers_title", lang, who=name(str(sold.idxmax()), lang))
    slot = "simulate.each_day" if by_day(**size) else "simulate.each_round"
    return Panel(
        code="cascade_sellers",
        title=words.sentence(title),
        subtitle=say("simulate.sellers_subtitle", lang, unit=unit.text, slot=say(slot, lang)),
        foot=say("simulate.sellers_foot", lang),
        how="cascade",
        figure=setting.slot(
            lambda theme: seller_ribbon(
                parts.result.ledger, **size, kinds=parts.kinds, dates=parts.dates,
                events=_marks(parts, lang), currency=scenario.currency, lang=lang, theme=theme,
            ),
            SMALL,
            title,
        ),
    )  # fmt: skip


def _marks(parts: CascadeParts, lang: str) -> list[tuple[int, str]]:
    """Days of the first event of each telling kind."""
    rows = parts.events
    firsts = {k: rows[rows["kind"] == k]["day"].min() for k in MARKED}
    seen = {k: int(day) for k, day in firsts.items() if day == day}
    return [(seen[k], say(f"simulate.mark_{k}", lang)) for k in list(seen)[:MOST_MARKS]]


def _holders(parts: CascadeParts, setting: Setting) -> Panel:
    lang, result = setting.lang, parts.result
    other = None if parts.against is None else parts.against.result.nav
    title = words.survivors(parts, lang)
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


def _ends(parts: CascadeParts, lang: str) -> Panel:
    paths = 1 if parts.ensemble is None else parts.ensemble.paths
    code = "simulate.ends_subtitle" if paths > 1 else "simulate.ends_subtitle_one"
    return Panel(
        code="cascade_ends",
        title=say("simulate.ends_title", lang),
        subtitle=say(code, lang, n=numbers.count(paths)),
        foot=say("simulate.ends_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_tables.holder_head(lang), cascade_tables.holder_rows(parts, lang), kind="plain tight"
        ),
    )


def _network(parts: CascadeParts, overlap: Overlap, setting: Setting) -> Panel:
    lang = setting.lang
    title = words.likest(overlap, lang)
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


def _stress(parts: CascadeParts, setting: Setting) -> Panel:
    lang, result = setting.lang, parts.result
    thin = result.depth.min()
    who = name(str(thin.idxmin()), lang)
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
                result.depth, result.basis, dates=parts.dates, lang=lang, theme=theme
            ),
            SMALL,
            title,
        ),
    )


def _chances(parts: CascadeParts, setting: Setting) -> Panel:
    lang = setting.lang
    assert parts.order is not None
    assert parts.ensemble is not None
    rows = cascade_tables.chance_rows(parts.order, parts, lang)
    return Panel(
        code="cascade_chances",
        title=say("simulate.chances_title", lang),
        subtitle=say("simulate.chances_subtitle", lang, n=numbers.count(parts.ensemble.paths)),
        foot=say("simulate.order_foot", lang),
        how="cascade",
        body=tables.table(cascade_tables.chance_head(lang), rows, kind="plain"),
    )


def _difference(parts: CascadeParts, lang: str) -> Panel:
    assert parts.against is not None
    paths = 1 if parts.ensemble is None else parts.ensemble.paths
    code = "simulate.difference_subtitle" if paths > 1 else "simulate.difference_subtitle_one"
    return Panel(
        code="cascade_difference",
        title=words.compared(parts, lang),
        subtitle=say(code, lang, n=numbers.count(paths)),
        foot=say("simulate.difference_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_tables.difference_head(parts, lang),
            cascade_tables.difference_rows(parts, lang),
            kind="plain",
        ),
    )
