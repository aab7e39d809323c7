"""What a book of snowballs says in words: the headline, the answer, and its evidence."""

from __future__ import annotations

from quantquake.report import numbers
from quantquake.report.snowball_parts import IndexNotes, SnowballParts
from quantquake.report.words import name, say


def index_name(notes: IndexNotes, lang: str) -> str:
    """Index of the notes in the reader's language."""
    return name(notes.underlying, lang) if notes.underlying else say("snowball.the_index", lang)


def headline(parts: SnowballParts, lang: str) -> str:
    """One sentence a desk could repeat: what a fall knocks in, and what it sells."""
    if not parts.notes:
        return say("snowball.headline_none", lang)
    notes = parts.notes[0]
    if not notes.waiting > 0:
        return say("snowball.headline_through", lang, index=index_name(notes, lang))
    key, rest = _told(notes, parts.fall, lang)
    return say("snowball.headline", lang, key=key, rest=rest)


def answer(parts: SnowballParts, lang: str) -> tuple[str, str, str]:
    """Key part, evidence and anchor of the answer to: where do the snowballs knock in?"""
    if not parts.notes or not parts.notes[0].waiting > 0:
        return headline(parts, lang), "", "method"
    notes = parts.notes[0]
    key = say(
        "snowball.answer", lang,
        index=index_name(notes, lang),
        waiting=numbers.money(notes.waiting, lang),
        near=numbers.money(float(notes.alarm["notional"].loc[0.05]), lang)
        if 0.05 in notes.alarm.index else numbers.MISSING,
    )  # fmt: skip
    first, rest = _told(notes, parts.fall, lang)
    told = say("snowball.told", lang, key=first, rest=rest)
    return key, told, f"knock_in_{notes.product or 'index'}"


def money(value: float, lang: str) -> str:
    """Money, "0" where it rounds to nothing."""
    return "0" if abs(value) < 5e5 else numbers.money(value, lang)


def _told(notes: IndexNotes, fall: float, lang: str) -> tuple[str, str]:
    """What the fall knocks in, and what the hedge does."""
    row = notes.shock(fall)
    key = say(
        "snowball.knocks_in", lang,
        index=index_name(notes, lang),
        fall=numbers.percent(-float(row.name), 0),
        notional=numbers.money(float(row["knocked_in"]), lang),
    )  # fmt: skip
    return key, trade_words(float(row["lots"]), float(row["flow"]), float(row["of_volume"]),
                            notes.product, lang)  # fmt: skip


def trade_words(lots: float, flow: float, of_volume: float, product: str, lang: str) -> str:
    """Say what the hedge trades: lots of a future, or money, and how much of a day that is."""
    side = "sells" if flow < 0 else "buys"
    if numbers.is_missing(lots):
        return say(f"snowball.{side}_money", lang, money=numbers.money(abs(flow), lang))
    told = say(f"snowball.{side}_lots", lang, lots=numbers.count(abs(lots)), product=product)
    if numbers.is_missing(of_volume):
        return told
    return told + say("snowball.of_day", lang, share=numbers.percent(abs(of_volume), 0))
