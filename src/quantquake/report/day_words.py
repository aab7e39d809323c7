"""A day board in words: its label, the numbers behind it, and why the label was given."""

from __future__ import annotations

from quantquake.report import numbers
from quantquake.report.parts import DayLike, ReasonLike
from quantquake.report.words import known, name, phrase, say

# Rules whose value is a return; the others are standard deviations or plain numbers.
_RETURNS = frozenset({"small_caps_sold", "small_caps_rebound", "broad_fall", "broad_rise"})


def label_code(day: DayLike) -> str:
    """Return the label's code; the rebound after an unwind is told apart from the loss."""
    if day.label == "unwind_signature" and day.unwind_phase == "rebound":
        return "unwind_rebound"
    return day.label


def day_label(day: DayLike, lang: str) -> str:
    """Word the label; one we have no words for reads "not enough data", never a bare code."""
    return phrase("day.label", label_code(day), lang) or say("day.label.unknown", lang)


def day_sentence(day: DayLike, lang: str) -> str:
    """Return the numbers behind the label, those that are known."""
    parts = [_breadth(day, lang), _limit(day, lang), _sizes(day, lang), _ratio(day, lang)]
    return (" " if lang == "en" else "").join(part for part in parts if part)


def _breadth(day: DayLike, lang: str) -> str:
    if numbers.is_missing(float(day.advance_share)):
        return ""
    return say(
        "day.answer_breadth", lang,
        rising=numbers.count(round(day.advance_share * day.names)), n=numbers.count(day.names),
        median=numbers.percent(day.median_return, sign=True),
        index=index_name(day, lang), move=numbers.percent(day.index_return, sign=True),
    )  # fmt: skip


def _limit(day: DayLike, lang: str) -> str:
    if not day.limit_down:
        return ""
    line = numbers.percent(day.limit_threshold)
    return say("day.answer_limit", lang, n=numbers.count(day.limit_down), line=line)


def _sizes(day: DayLike, lang: str) -> str:
    groups = day.size_groups
    if groups is None or len(groups) < 2:
        return ""
    small, large = (numbers.percent(float(groups["mean"].iloc[i]), sign=True) for i in (0, -1))
    return say("day.answer_sizes", lang, small=small, large=large)


def _ratio(day: DayLike, lang: str) -> str:
    if numbers.is_missing(float(day.volatility_ratio)):
        return ""
    rank = say("unit.rank", lang, rank=numbers.percentile(day.volatility_ratio_percentile))
    return say("day.answer_ratio", lang, ratio=numbers.number(day.volatility_ratio), rank=rank)


def index_name(day: DayLike, lang: str) -> str:
    """Return the board's index in the reader's language."""
    return name(day.index, lang)


def why(day: DayLike, lang: str) -> str:
    """Return the rule that gave the label with its value and line, and the others that fired."""
    out = []
    won = [r for r in day.reasons if r.fired and r.code == day.label]
    if won and known(f"day.reason.{won[0].code}", lang):
        out.append(say("day.why", lang, reason=_reason(won[0], lang)))
    also = [text for code in day.also if (text := phrase("day.also", code, lang)) is not None]
    if also:
        join = say("answers.list_join", lang)
        out.append(say("day.also_fired", lang, labels=join.join(also)))
    return (" " if lang == "en" else "").join(out)


def _reason(reason: ReasonLike, lang: str) -> str:
    write = numbers.percent if reason.code in _RETURNS else numbers.number
    return say(
        f"day.reason.{reason.code}", lang,
        value=write(reason.value, 1), line=write(reason.threshold, 1),
    )  # fmt: skip
