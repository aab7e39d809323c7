"""Panels of a simulation: where the paths go, what happened in which order, who sold, who is left."""

from __future__ import annotations

from quantquake.report import cascade_days, cascade_tables, numbers, tables
from quantquake.report import cascade_titles as titles
from quantquake.report import cascade_words as words
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.figures.path_fan import Fan, path_fan
from quantquake.report.figures.seller_ribbon import by_day, ribbon_unit, seller_ribbon
from quantquake.report.figures.template import SMALL
from quantquake.report.panels.cascade_books import (
    ends_panel,
    holders_panel,
    network_panel,
    stress_panel,
)
from quantquake.report.panels.cascade_many import chances_panel, difference_panel
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
        found += [holders_panel(parts, setting), ends_panel(parts, lang)]
    if parts.overlap is not None and len(parts.overlap.nodes) > 1:
        found.append(network_panel(parts, parts.overlap, setting))
    found.append(stress_panel(parts, setting))
    if parts.order is not None and len(parts.order):
        found.append(chances_panel(parts, setting))
    if parts.against is not None:
        found.append(difference_panel(parts, lang))
    return found


def fans(parts: CascadeParts, lang: str) -> list[Fan]:
    """What is drawn as prices, with bands where there are paths and the other run beside it."""
    what, names = parts.priced
    return [_fan_of(parts, what, n, lang) for n in names]


def _stops(parts: CascadeParts, lang: str) -> tuple[int, str] | None:
    """Day on which the path ends early, and what to write there."""
    if parts.closed_on is None or parts.ensemble is not None:
        return None
    return parts.closed_on, say("simulate.closed_mark", lang)


def _fan_of(parts: CascadeParts, what: str, one: str, lang: str) -> Fan:
    other = parts.against
    if parts.ensemble is not None:
        bands = parts.ensemble.fan(what, one)
        bands = bands / bands.iloc[0]
    else:
        line = parts.path_of(what, one).loc[: parts.closed_on]
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
    title = titles.extremes(parts, lang)
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
                drawn,
                dates=parts.dates,
                against=other,
                days=parts.scenario.days,
                stop=_stops(parts, lang),
                lang=lang,
                theme=theme,
                height=SMALL,
            ),
            SMALL,
            title,
        ),
        data=tables.table(
            cascade_tables.group_head(lang), cascade_tables.group_rows(parts, lang), kind="plain"
        ),
    )


def _order(parts: CascadeParts, lang: str) -> Panel:
    head, rows = cascade_days.day_rows(parts, lang)
    return Panel(
        code="cascade_order",
        title=say("simulate.order_title", lang),
        subtitle=words.which_path(parts, lang),
        foot=say("simulate.order_foot", lang),
        how="cascade",
        body=tables.table(
            cascade_tables.order_head(lang),
            cascade_tables.order_rows(parts, lang),
            kind="plain story",
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
