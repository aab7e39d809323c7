"""What a book of snowballs says in words: the headline, the answer, and its evidence."""

from __future__ import annotations

from quantquake.report import numbers
from quantquake.report.snowball_parts import IndexNotes, SnowballParts
from quantquake.report.words import name, say

NEAR = 0.05
"""Distance below the index that the answer speaks of. [1]"""


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
    near = float(notes.alarm["notional"].get(NEAR, 0.0))
    key = say(
        "snowball.answer" if near > 0 else "snowball.answer_far", lang,
        index=index_name(notes, lang),
        waiting=money(notes.waiting, lang),
        near=money(near, lang),
        distance=nearest_text(notes),
    )  # fmt: skip
    first, rest = _told(notes, parts.fall, lang)
    told = say("snowball.told", lang, key=first, rest=rest)
    return key, told, f"knock_in_{notes.product or 'index'}"


def nearest_text(notes: IndexNotes) -> str:
    """How far below the index the nearest bin that holds notional lies."""
    held = notes.levels[notes.levels["notional"] > 0]
    if not len(held):
        return numbers.MISSING
    return numbers.percent(-float(held["distance"].max()), 0)


def money(value: float, lang: str) -> str:
    """Money, "0" where it rounds to nothing."""
    return "0" if abs(value) < 5e5 else numbers.money(value, lang)


def _told(notes: IndexNotes, fall: float, lang: str) -> tuple[str, str]:
    """What the fall knocks in, and what the hedge does."""
    row = notes.shock(fall)
    key = say(
        "snowball.knocks_in" if row["knocked_in"] > 0 else "snowball.knocks_in_none", lang,
        index=index_name(notes, lang),
        fall=numbers.percent(-float(row.name), 0),
        notional=money(float(row["knocked_in"]), lang),
    )  # fmt: skip
    return key, trade_words(float(row["lots"]), float(row["flow"]), float(row["of_volume"]),
                            notes.product, lang)  # fmt: skip


def discount_words(notes: IndexNotes, fall: float, lang: str) -> str:
    """Say what the trades have done to the discount before, "" where it was not asked."""
    seen = notes.response
    if seen is None:
        return ""
    row = notes.shock(fall)
    if not seen.distinguishable or numbers.is_missing(float(row["of_volume"])):
        return say("snowball.discount_none", lang, n=seen.n, r2=numbers.number(seen.r_squared, 2))
    middle, low, high = seen.change(float(row["of_volume"]))
    return say(
        "snowball.discount", lang, n=seen.n, r2=numbers.number(seen.r_squared, 2),
        change=numbers.percent(middle, 1, sign=True),
        range=numbers.spread(low, high, lang),
        fall=numbers.percent(-float(row.name), 0),
    )  # fmt: skip


def trade_words(lots: float, flow: float, of_volume: float, product: str, lang: str) -> str:
    """Say what the hedge trades: lots of a future, or money, and how much of a day that is."""
    side = "sells" if flow < 0 else "buys"
    if numbers.is_missing(lots):
        return say(f"snowball.{side}_money", lang, money=numbers.money(abs(flow), lang))
    told = say(f"snowball.{side}_lots", lang, lots=numbers.count(abs(lots)), product=product)
    if numbers.is_missing(of_volume):
        return told
    return told + say("snowball.of_day", lang, share=numbers.percent(abs(of_volume), 0))
