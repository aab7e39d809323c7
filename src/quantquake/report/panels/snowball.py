"""Panels of a book of snowballs: the knock-in map, falls, the hedge's ladder and its sign."""

from __future__ import annotations

from markupsafe import Markup

from quantquake.report import numbers, tables
from quantquake.report import snowball_tables as cells
from quantquake.report.figures import snowball as figures
from quantquake.report.figures.template import MEDIUM
from quantquake.report.panels.frame import Panel, Setting
from quantquake.report.parts import ReportParts
from quantquake.report.snowball_parts import IndexNotes, SnowballParts
from quantquake.report.snowball_words import discount_words, index_name, money, nearest_text
from quantquake.report.words import say

MAP, CURVE = 300, MEDIUM


def snowball_panels(parts: ReportParts, setting: Setting) -> list[Panel]:
    """Return the panels of every index the book has notes on, largest first, then what was left out."""
    book = parts.snowball
    if book is None:
        return []
    when = numbers.date_short(parts.as_of, setting.lang)
    found: list[Panel] = []
    for place, notes in enumerate(book.notes):
        # The first map stands beside the answer; its table then fills the row of the others.
        kind = "main" if place == 0 else "half"
        told = discount_words(notes, book.fall, setting.lang)
        found += [_map(notes, when, kind, setting), _shocks(notes, when, told, setting)]
        found += [_ladder(notes, when, setting), _sign(notes, when, setting)]
        found += [_bins(notes, when, setting.lang)] if place == 0 else []
    left = _left_out(book, setting.lang)
    return [*found, *left]


def _map(notes: IndexNotes, when: str, kind: str, setting: Setting) -> Panel:
    lang, index = setting.lang, index_name(notes, setting.lang)
    title = say("snowball.map_title", lang, index=index)
    near = notes.alarm["notional"].get(0.05)
    if near is not None and near > 0 and notes.waiting > 0:
        share = numbers.percent(float(near) / notes.waiting, 0)
        title = say("snowball.map_title_near", lang, index=index, share=share)
    elif notes.waiting > 0:
        title = say("snowball.map_title_far", lang, index=index, distance=nearest_text(notes))
    unit = say("snowball.unit", lang)
    return Panel(
        code=f"knock_in_{_key(notes)}",
        title=title,
        subtitle=say("snowball.map_subtitle", lang, unit=unit, date=when),
        foot=say(
            "snowball.map_foot", lang,
            waiting=money(notes.waiting, lang), already=money(notes.already, lang),
        ),
        how="snowball",
        kind=kind,
        figure=setting.slot(
            lambda theme: figures.knock_in_bars(notes, lang=lang, theme=theme, height=MAP),
            MAP, title,
        ),
        data=tables.table(_head(cells.BIN_HEAD, lang), cells.bin_cells(notes, lang), kind="plain"),
    )  # fmt: skip


def _bins(notes: IndexNotes, when: str, lang: str) -> Panel:
    return Panel(
        code=f"knock_in_bins_{_key(notes)}",
        title=say("snowball.bins_title", lang, index=index_name(notes, lang)),
        subtitle=say("snowball.bins_subtitle", lang, product=notes.product or "—", date=when),
        how="snowball",
        kind="half",
        body=tables.table(_head(cells.BIN_HEAD, lang), cells.bin_cells(notes, lang), kind="plain"),
    )


def _shocks(notes: IndexNotes, when: str, told: str, setting: Setting) -> Panel:
    lang = setting.lang
    shocks = tables.table(
        _head(cells.SHOCK_HEAD, lang), cells.shock_cells(notes, lang), kind="plain"
    )
    alarm = tables.table(
        _head(cells.ALARM_HEAD, lang), cells.alarm_cells(notes, lang), kind="plain"
    )
    return Panel(
        code=f"knock_in_falls_{_key(notes)}",
        title=say("snowball.shocks_title", lang, index=index_name(notes, lang)),
        subtitle=say("snowball.shocks_subtitle", lang, product=notes.product or "—", date=when),
        foot=say("snowball.shocks_foot", lang),
        how="snowball",
        kind="half",
        body=shocks
        + _verdict(told)
        + Markup('<p class="sub">{}</p>').format(say("snowball.alarm", lang))
        + alarm,
    )


def _verdict(told: str) -> Markup:
    return Markup('<p class="verdict">{}</p>').format(told) if told else Markup()


def _ladder(notes: IndexNotes, when: str, setting: Setting) -> Panel:
    lang = setting.lang
    title = say("snowball.ladder_title", lang, index=index_name(notes, lang))
    return Panel(
        code=f"hedge_ladder_{_key(notes)}",
        title=title,
        subtitle=say(
            "snowball.ladder_subtitle", lang, unit=say("snowball.unit", lang), date=when
        ),
        foot=say("snowball.ladder_foot", lang),
        how="snowball",
        kind="half",
        figure=setting.slot(
            lambda theme: figures.hedge_ladder(notes, lang=lang, theme=theme, height=CURVE),
            CURVE, title,
        ),
        data=tables.table(
            _head(cells.LADDER_HEAD, lang), cells.ladder_cells(notes, lang), kind="plain"
        ),
    )  # fmt: skip


def _sign(notes: IndexNotes, when: str, setting: Setting) -> Panel:
    lang, profile = setting.lang, notes.profile.sort_index()
    at = profile.index.to_series().sub(notes.here).abs().to_numpy().argmin() if len(profile) else 0
    code = "sign_title"
    if len(profile):
        code = "sign_title_calms" if bool(profile["calms"].iloc[at]) else "sign_title_pushes"
    title = say(f"snowball.{code}", lang, index=index_name(notes, lang))
    return Panel(
        code=f"hedge_sign_{_key(notes)}",
        title=title,
        subtitle=say("snowball.sign_subtitle", lang, unit=say("snowball.unit", lang), date=when),
        foot=say("snowball.sign_foot", lang),
        how="snowball",
        kind="half",
        figure=setting.slot(
            lambda theme: figures.sign_bars(notes, lang=lang, theme=theme, height=CURVE),
            CURVE, title,
        ),
    )  # fmt: skip


def _left_out(book: SnowballParts, lang: str) -> list[Panel]:
    lines = cells.reject_lines(book.rejected, lang)
    if not lines:
        return []
    items = Markup().join(Markup("<li>{}</li>").format(line) for line in lines)
    return [
        Panel(
            code="snowball_rejected",
            title=say("snowball.rejected_title", lang, n=len(book.rejected)),
            subtitle=say("snowball.rejected_subtitle", lang),
            how="snowball",
            kind="half",
            body=Markup("<ul>{}</ul>").format(items),
        )
    ]


def _head(codes: tuple[str, ...], lang: str) -> list[str]:
    return [say(f"snowball.column.{code}", lang) for code in codes]


def _key(notes: IndexNotes) -> str:
    return notes.product or "index"
