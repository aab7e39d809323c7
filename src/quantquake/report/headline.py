"""The headline, chosen by rule from the numbers: one sentence a manager could repeat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from quantquake.report import numbers, snowball_words
from quantquake.report.day_words import label_code
from quantquake.report.flow_words import level_sentence
from quantquake.report.parts import BasketRow, ReportParts, today_of, upto
from quantquake.report.words import known, name, say

YEAR = 250  # sessions the hedging cost is compared with
DEAR = -0.10  # a hedge dearer than this, a year, belongs in the headline
STRESS = frozenset(
    {"small_caps_sold", "unwind_signature", "unwind_rebound", "momentum_crash", "broad_fall"}
)


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
    if parts.snowball is not None and not (parts.baskets or parts.basis or parts.day):
        return snowball_words.headline(parts.snowball, lang)
    rows, as_of, hedge = parts.rows(), parts.as_of, dearest(parts)
    if parts.flows is not None and not rows and parts.day is None:
        return level_sentence(parts.flows, lang)
    code = label_code(parts.day) if parts.day is not None else ""
    if code in STRESS:
        return _joined(say(f"headline.day_{code}", lang), _crowd_clause(rows, as_of, lang), lang)
    alarm = _alarm_clause(rows, as_of, lang)
    if alarm:
        return _joined(alarm, _hedge_clause(hedge, lang), lang)
    if hedge and hedge.deepest and hedge.rate < DEAR:
        return _joined(_dear(hedge, lang), _crowd_clause(rows, as_of, lang), lang)
    if hedge and not rows and parts.day is None:
        return _hedge_only(hedge, lang)
    return _quiet(rows, as_of, lang)


def _hedge_only(hedge: Hedge, lang: str) -> str:
    """A page that was asked about hedging only says what that costs."""
    code = "hedge_earns" if hedge.rate > 0 else "hedge_costs"
    return say(
        f"headline.{code}", lang, product=hedge.product, rate=numbers.percent(abs(hedge.rate))
    )


def _joined(first: str, second: str | None, lang: str) -> str:
    return say("headline.join", lang, first=first, second=second) if second else first


def _dear(hedge: Hedge, lang: str) -> str:
    rate = numbers.percent(-hedge.rate)
    return say("headline.hedge_deep", lang, product=hedge.product, n=hedge.n, rate=rate)


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


def _crowd_clause(rows: Sequence[BasketRow], as_of: pd.Timestamp, lang: str) -> str | None:
    if not any(
        today_of(row.score, as_of).score == today_of(row.score, as_of).score for row in rows
    ):
        return None  # no basket has a score: nothing can be said, least of all "nothing is crowded"
    if not today_of(rows[0].score, as_of).alarm:
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
        if parts.as_of not in seen.index:
            continue  # an older cost must not be read as today's
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
