"""The answers: is it crowded, what does hedging cost, who must sell, what kind of day was it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from quantquake.report import numbers, snowball_words
from quantquake.report.crowd_parts import CrowdParts
from quantquake.report.crowd_words import loss_key, loss_rest
from quantquake.report.day_words import day_label, day_sentence
from quantquake.report.flow_parts import FlowParts
from quantquake.report.flow_words import detail_sentence, level_sentence
from quantquake.report.headline import dearest
from quantquake.report.parts import INDICATORS, BasketRow, ReportParts, Today, last_alarm, today_of
from quantquake.report.words import name, say

MOST_NAMES = 3
LEAST_DAYS = 20  # a place among fewer days says nothing
YEAR = 250  # sessions; an older alarm is no news


class Answer(NamedTuple):
    """One question, its short answer (printed bold), the evidence, and where to look."""

    code: str
    question: str
    key: str
    rest: str
    anchor: str


def answers(parts: ReportParts, lang: str) -> list[Answer]:
    """Return the answers: is it crowded, what does hedging cost, who must sell, what kind of day.

    Where there is a book of snowballs: where do they knock in.
    Parts that hold one topic were asked one question and answer that one only.
    """
    found = [_crowded(parts, lang), _hedging(parts, lang), _day(parts, lang)]
    crowd = [] if parts.crowd is None else [_exit(parts.crowd, lang)]
    held = [bool(parts.baskets), bool(parts.basis), parts.day is not None]
    # Positions are shown only where somebody gave them: without them nobody asked.
    if parts.flows is not None:
        found.insert(2, _forced(parts.flows, lang))
        held.insert(2, True)
    if parts.snowball is not None:
        found.append(_answer("snowball", *snowball_words.answer(parts.snowball, lang), lang))
        held.append(True)
    if sum(held) == 1:
        return [answer for answer, there in zip(found, held, strict=True) if there]
    return found + crowd


def _exit(crowd: CrowdParts, lang: str) -> Answer:
    key = loss_key(crowd, lang)
    return _answer("exit", key, loss_rest(crowd, lang), "crowd_arms", lang)


def _forced(flows: FlowParts, lang: str) -> Answer:
    key, rest = level_sentence(flows, lang), detail_sentence(flows, lang, short=True)
    return _answer("forced", key, rest, "flows", lang)


def _answer(code: str, key: str, rest: str, anchor: str, lang: str) -> Answer:
    return Answer(code, say(f"answers.{code}_q", lang), key, rest, anchor)


def _crowded(parts: ReportParts, lang: str) -> Answer:
    rows = parts.rows()
    states = [(row, today_of(row.score, parts.as_of)) for row in rows]
    if not states or math.isnan(states[0][1].score):
        unknown = say("answers.crowded_unknown", lang)
        return _answer("crowded", unknown, say("answers.crowded_unknown_rest", lang), "board", lang)
    alarms = [(row, today) for row, today in states if today.alarm]
    if not alarms:
        row, today = states[0]
        rest = say(
            "answers.crowded_closest", lang,
            name=name(row.basket.name, lang), score=numbers.number(today.score),
            line=f"{row.score.rules.signal_above:g}",
        )  # fmt: skip
        rest += _last_alarm(rows, parts.as_of, lang)
        return _answer("crowded", say("answers.crowded_no", lang), rest, "board", lang)
    weak = all(today.weak for _, today in alarms)
    names = listing([name(row.basket.name, lang) for row, _ in alarms], lang)
    key = say("answers.crowded_weak" if weak else "answers.crowded_yes", lang, names=names)
    return _answer("crowded", key, _alarm_detail(*alarms[0], parts.as_of, lang), "board", lang)


def _last_alarm(rows: Sequence[BasketRow], as_of: pd.Timestamp, lang: str) -> str:
    """Say which basket rang last within a year: a crowd often goes quiet before it runs."""
    rung = [(row, last_alarm(row.score, as_of)) for row in rows]
    recent = [(row, when) for row, when in rung if when is not None and when[1] < YEAR]
    if not recent:
        return ""
    row, (date, ago) = min(recent, key=lambda pair: pair[1][1])
    gap = " " if lang == "en" else ""
    return gap + say(
        "answers.crowded_last", lang,
        name=name(row.basket.name, lang), date=numbers.date_text(date, lang), n=ago,
    )  # fmt: skip


def _alarm_detail(row: BasketRow, today: Today, as_of: pd.Timestamp, lang: str) -> str:
    rest = say(
        "answers.crowded_since", lang,
        score=numbers.number(today.score), since=numbers.date_short(today.since, lang),
        dims=today.dims,
    )  # fmt: skip
    why = reasons(row, as_of, lang)
    return f"{rest} {why}".strip() if lang == "en" else rest + why


def reasons(row: BasketRow, as_of: pd.Timestamp, lang: str) -> str:
    """Name the indicators at or above their 95th percentile, "" if there are none."""
    hot = hot_indicators(row, as_of)
    if not hot:
        return ""
    why = listing([_lower(say(f"indicator.{code}", lang)) for code in hot], lang)
    return say("answers.crowded_why", lang, why=why)


def hot_indicators(row: BasketRow, as_of: pd.Timestamp) -> list[str]:
    """Return codes of the indicators whose flag is on at `as_of`."""
    flags = row.score.flags.loc[:as_of]
    if not len(flags):
        return []
    return [code for code in INDICATORS if code in flags and bool(flags[code].iloc[-1])]


def _lower(text: str) -> str:
    return text[0].lower() + text[1:] if text[:1].isascii() and not text[:2].isupper() else text


def listing(items: Sequence[str], lang: str, most: int = MOST_NAMES) -> str:
    """Join names as a sentence does: "A, B and C", "A、B和C", "A, B, C and 4 more"."""
    join = say("answers.list_join", lang)
    if len(items) > most:
        return say("answers.more", lang, first=join.join(items[:most]), n=len(items) - most)
    if len(items) == 1:
        return items[0]
    first = join.join(items[:-1])
    return say("answers.and", lang, first=first, last=items[-1])


def _hedging(parts: ReportParts, lang: str) -> Answer:
    hedge = dearest(parts)
    if hedge is None and parts.basis:
        unknown = say("answers.hedge_unknown", lang)
        return _answer("hedge", unknown, say("answers.hedge_unknown_rest", lang), "basis", lang)
    if hedge is None:
        none = say("answers.hedge_none", lang)
        return _answer("hedge", none, say("answers.hedge_none_rest", lang), "basis", lang)
    rate = numbers.percent(hedge.rate, sign=True)
    if hedge.rate > 0:
        key = say("answers.hedge_gain", lang, product=hedge.product, rate=rate)
        return _answer("hedge", key, say("answers.hedge_paid", lang), "basis", lang)
    key = say("answers.hedge_cost", lang, product=hedge.product, rate=rate)
    if hedge.n < LEAST_DAYS:
        return _answer("hedge", key, say("answers.hedge_young", lang, n=hedge.n), "basis", lang)
    code = "deepest" if hedge.rate <= hedge.low else "within"
    if hedge.rate >= hedge.high > hedge.low:
        code = "shallowest"
    rest = say(
        f"answers.hedge_{code}", lang,
        n=hedge.n, previous=numbers.percent(hedge.previous),
        **({"low": numbers.percent(hedge.low), "high": numbers.percent(hedge.high)}
           if code == "within" else {}),
    )  # fmt: skip
    return _answer("hedge", key, rest, "basis", lang)


def _day(parts: ReportParts, lang: str) -> Answer:
    if parts.day is None:
        none = say("answers.day_none", lang)
        return _answer("day", none, say("answers.day_none_rest", lang), "day", lang)
    key, rest = day_label(parts.day, lang), day_sentence(parts.day, lang)
    return _answer("day", key, rest, "day", lang)
