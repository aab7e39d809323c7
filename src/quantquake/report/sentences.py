"""The headline and the three answers, chosen by rule from the numbers and linked to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from quantquake.report import numbers
from quantquake.report.day_facts import DayFacts, day_facts
from quantquake.report.parts import (
    INDICATORS,
    BasketRow,
    ReportParts,
    Today,
    today_of,
    upto,
)
from quantquake.report.words import known, name, phrase, say

YEAR = 250  # sessions the hedging cost is compared with
DEAR = -0.10  # a hedge dearer than this, a year, belongs in the headline
STRESS = frozenset({"small_caps_sold", "unwind_signature", "momentum_crash", "broad_fall"})
MOST_NAMES = 3


class Answer(NamedTuple):
    """One question, its short answer (printed bold), the evidence, and where to look."""

    code: str
    question: str
    key: str
    rest: str
    anchor: str


class Hedge(NamedTuple):
    """The dearest product's discount, read off its history."""

    product: str
    rate: float
    previous: float
    low: float
    high: float
    n: int

    @property
    def deepest(self) -> bool:
        """Tell whether today is the dearest day of the window."""
        return self.n >= YEAR and self.rate <= self.low


def headline(parts: ReportParts, lang: str) -> str:
    """Return one sentence a manager could repeat.

    The kind of day leads if it was one of stress, then an alarm, then a hedge dearer than any
    day of the past year, then what comes closest. A second clause says what the first left open.
    """
    facts = day_facts(parts.day)
    rows = parts.rows()
    if facts is not None and facts.label in STRESS:
        first = say(f"headline.day_{facts.label}", lang)
        second = _crowd_clause(rows, parts.as_of, lang)
        return say("headline.join", lang, first=first, second=second)
    hedge = dearest(parts)
    first = _alarm_clause(rows, parts.as_of, lang)
    if first:
        second = _hedge_clause(hedge, lang)
        return say("headline.join", lang, first=first, second=second) if second else first
    if hedge and hedge.deepest and hedge.rate < DEAR:
        first = say(
            "headline.hedge_deep", lang,
            product=hedge.product, n=hedge.n, rate=numbers.percent(-hedge.rate),
        )  # fmt: skip
        return say(
            "headline.join", lang, first=first, second=_crowd_clause(rows, parts.as_of, lang)
        )
    return _quiet(rows, parts.as_of, lang)


def _alarm_clause(rows: Sequence[BasketRow], as_of: pd.Timestamp, lang: str) -> str | None:
    alarms = [(row, today_of(row.score, as_of)) for row in rows]
    alarms = [(row, today) for row, today in alarms if today.alarm]
    if not alarms:
        return None
    row, today = alarms[0]
    basket = name(row.basket.name, lang)
    if len(alarms) > 1:
        return say("headline.crowded_more", lang, basket=basket, n=len(alarms) - 1)
    if today.weak:
        return say("headline.crowded_weak", lang, basket=basket, dims=today.dims)
    return say("headline.crowded", lang, basket=basket, score=numbers.number(today.score))


def _crowd_clause(rows: Sequence[BasketRow], as_of: pd.Timestamp, lang: str) -> str:
    if not rows or not today_of(rows[0].score, as_of).alarm:
        return say("headline.also_none", lang)
    code = "also_crowded_weak" if today_of(rows[0].score, as_of).weak else "also_crowded"
    return say(f"headline.{code}", lang, basket=name(rows[0].basket.name, lang))


def _hedge_clause(hedge: Hedge | None, lang: str) -> str | None:
    if hedge is None or hedge.rate > DEAR:
        return None
    rate = numbers.percent(-hedge.rate)
    return say("headline.also_hedge", lang, product=hedge.product, rate=rate)


def _quiet(rows: Sequence[BasketRow], as_of: pd.Timestamp, lang: str) -> str:
    best = rows[0] if rows else None
    if best is None or math.isnan(today_of(best.score, as_of).score):
        return say("headline.nothing", lang)
    score = numbers.number(today_of(best.score, as_of).score)
    return say("headline.quiet", lang, basket=name(best.basket.name, lang), score=score)


def dearest(parts: ReportParts) -> Hedge | None:
    """Return the product with the deepest discount at the report's date, None without futures."""
    best: Hedge | None = None
    for product, series in parts.discounts.items():
        seen = upto(series, parts.as_of).dropna()
        if not len(seen):
            continue
        window = seen.iloc[-YEAR:]
        hedge = Hedge(
            product=product,
            rate=float(seen.iloc[-1]),
            previous=float(seen.iloc[-2]) if len(seen) > 1 else float("nan"),
            low=float(window.min()),
            high=float(window.max()),
            n=len(window),
        )
        if best is None or hedge.rate < best.rate:
            best = hedge
    return best


def answers(parts: ReportParts, lang: str) -> list[Answer]:
    """Return the three answers: is it crowded, what does hedging cost, what kind of day was it."""
    return [_crowded(parts, lang), _hedging(parts, lang), _day(parts, lang)]


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
        return _answer("crowded", say("answers.crowded_no", lang), rest, "board", lang)
    weak = all(today.weak for _, today in alarms)
    names = listing([name(row.basket.name, lang) for row, _ in alarms], lang)
    key = say("answers.crowded_weak" if weak else "answers.crowded_yes", lang, names=names)
    return _answer("crowded", key, _alarm_detail(*alarms[0], parts.as_of, lang), "board", lang)


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
    why = listing([_lower(say(f"indicator.{code}", lang)) for code in hot], lang, most=5)
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
    """Join names as a sentence does: "A, B and C", "A、B和C", "A and 4 more"."""
    if len(items) > most:
        return say("answers.more", lang, first=items[0], n=len(items) - 1)
    if len(items) == 1:
        return items[0]
    first = say("answers.list_join", lang).join(items[:-1])
    return say("answers.and", lang, first=first, last=items[-1])


def _hedging(parts: ReportParts, lang: str) -> Answer:
    hedge = dearest(parts)
    if hedge is None:
        none = say("answers.hedge_none", lang)
        return _answer("hedge", none, say("answers.hedge_none_rest", lang), "basis", lang)
    rate = numbers.percent(hedge.rate, sign=True)
    if hedge.rate > 0:
        key = say("answers.hedge_gain", lang, product=hedge.product, rate=rate)
        return _answer("hedge", key, say("answers.hedge_paid", lang), "basis", lang)
    key = say("answers.hedge_cost", lang, product=hedge.product, rate=rate)
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
    facts = day_facts(parts.day)
    if facts is None:
        none = say("answers.day_none", lang)
        return _answer("day", none, say("answers.day_none_rest", lang), "day", lang)
    return _answer("day", day_label(facts.label, lang), day_sentence(facts, lang), "day", lang)


def day_label(code: str, lang: str) -> str:
    """Word a day label; an unknown one is shown as "not enough data", never as a bare code."""
    return phrase("day.label", code, lang) or say("day.label.unknown", lang)


def day_sentence(facts: DayFacts, lang: str) -> str:
    """Return the numbers behind the label, those that are known."""
    out: list[str] = []
    if facts.falling is not None and facts.n_symbols:
        out.append(
            say(
                "day.answer_breadth", lang,
                falling=numbers.count(round(facts.falling * facts.n_symbols)),
                n=numbers.count(facts.n_symbols),
                median=numbers.percent(facts.median_return, sign=True),
            )
        )  # fmt: skip
    sizes = facts.size_returns
    if sizes is not None and len(sizes) > 1:
        small, large = float(sizes.iloc[0]), float(sizes.iloc[-1])
        small_text, large_text = (numbers.percent(v, sign=True) for v in (small, large))
        out.append(say("day.answer_sizes", lang, small=small_text, large=large_text))
    if facts.volatility_ratio is not None:
        rank = say("unit.rank", lang, rank=numbers.percentile(facts.volatility_ratio_percentile))
        ratio = numbers.number(facts.volatility_ratio)
        out.append(say("day.answer_ratio", lang, ratio=ratio, rank=rank))
    return (" " if lang == "en" else "").join(out)


def verdict(row: BasketRow) -> str | None:
    """Return the code of the fixed verdict on a basket's alarms, None without evidence."""
    seen = row.evidence
    if seen is None:
        return None
    if seen.alarms < LEAST_EPISODES:
        return "too_few"
    low, high = seen.interval
    if low > seen.base_rate:
        return "above"
    return "below" if high < seen.base_rate else "no_evidence"


LEAST_EPISODES = 10  # under ten episodes counts are shown and no rate


def truth_text(parts: ReportParts, lang: str) -> str:
    """Say what a synthetic market was built to contain."""
    truth = parts.truth
    if truth is None:
        return ""
    if truth.basket is None:
        return say("truth.none", lang, seed=truth.seed)
    code = "crowded_only" if truth.unwind_on is None else "crowded"
    when = {} if truth.unwind_on is None else {"unwind": numbers.date_text(truth.unwind_on, lang)}
    out = [say(f"truth.{code}", lang, seed=truth.seed, basket=name(truth.basket, lang), **when)]
    if truth.decoy is not None:
        out.append(say("truth.decoy", lang, decoy=name(truth.decoy, lang)))
    out.append(say("truth.blind", lang))
    return (" " if lang == "en" else "").join(out)


def market_name(code: str, lang: str) -> str:
    """Word a market's code, or return its own name."""
    return say(f"market.{code}", lang) if known(f"market.{code}", lang) else code
