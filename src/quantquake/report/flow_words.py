"""Sentences about forced flows: what one level means, and what the figures do not contain."""

from __future__ import annotations

import math

from quantquake.report import numbers
from quantquake.report.flow_parts import FlowParts
from quantquake.report.words import known, name, phrase, say

#: The fall a sentence speaks of, where there is one near it.
SPOKEN = -0.05


def source_name(code: str, lang: str) -> str:
    """Return the name of a kind of trader; a user's own is shown as it is."""
    return say(f"flow.source.{code}", lang) if known(f"flow.source.{code}", lang) else code


def spoken_move(flows: FlowParts) -> float:
    """Return the move a sentence is about: the fall nearest to five per cent.

    Where nothing is sold there on balance, the first deeper fall at which something is.
    """
    moves = [float(m) for m in flows.curve.parts.index]
    falls = [m for m in moves if m < 0] or moves
    usual = min(falls, key=lambda m: abs(m - SPOKEN))
    if not float(flows.curve.total.loc[usual]) >= 0:
        return usual
    sold = [m for m in falls if m < usual and float(flows.curve.total.loc[m]) < 0]
    return max(sold, default=usual)


def level_sentence(flows: FlowParts, lang: str, move: float | None = None) -> str:
    """Say what must be traded at one move."""
    at = spoken_move(flows) if move is None else move
    total, low, high = (
        float(getattr(flows.curve, side).loc[at]) for side in ("total", "total_low", "total_high")
    )
    words = {
        "index": index_name(flows, lang),
        "move": numbers.percent(at, _digits(at), sign=True),
    }
    if math.isnan(total):
        return say("flow.said_range", lang, range=money_range(flows, low, high, lang), **words)
    code = "said_buy" if total > 0 else "said_none" if total == 0 else "said_sell"
    money = numbers.money(abs(total), lang, flows.curve.currency)
    return say(f"flow.{code}", lang, money=money, **words)


def index_name(flows: FlowParts, lang: str) -> str:
    """Return what moves, as people call it."""
    symbol = flows.curve.underlying
    return name(symbol.removesuffix(".US"), lang) or say("flow.the_index", lang)


def _digits(move: float) -> int:
    return 0 if abs(100 * move - round(100 * move)) < 1e-9 else 1


def detail_sentence(
    flows: FlowParts, lang: str, move: float | None = None, *, short: bool = False
) -> str:
    """Say the range, how many days of trading that is, and who sells most; `short`: the range."""
    at = spoken_move(flows) if move is None else move
    curve = flows.curve
    said = []
    total = float(curve.total.loc[at])
    low, high = float(curve.total_low.loc[at]), float(curve.total_high.loc[at])
    if math.isfinite(total) and high - low > 1e-9 * abs(total):
        # With sources that are a range only, the sum of the others may lie outside the whole range.
        code = "between_all" if bool(curve.range_only.loc[at].any()) else "between"
        said.append(say(f"flow.{code}", lang, range=money_range(flows, low, high, lang)))
    if not short:
        said += _scale(flows, lang, at)
    if flows.is_lower_bound:
        said.append(say("flow.lower_bound", lang))
    return ("" if lang == "zh" else " ").join(said)


def _scale(flows: FlowParts, lang: str, at: float) -> list[str]:
    """How much of a day's trading the sum is, and whose part is largest."""
    said, curve = [], flows.curve
    total = float(curve.total.loc[at])
    if flows.volume and math.isfinite(total) and total != 0:
        days = numbers.percent(abs(total) / flows.volume, 0)
        said.append(say("flow.of_volume", lang, share=days))
    parts = curve.parts.loc[at].dropna()
    if len(parts) and float(parts.min()) < 0:
        first = str(parts.idxmin())
        money = numbers.money(abs(float(parts.min())), lang, curve.currency)
        said.append(say("flow.most", lang, source=source_name(first, lang), money=money))
    return said


def money_range(flows: FlowParts, low: float, high: float, lang: str) -> str:
    """Write a range of signed money, the larger sale first."""
    currency = flows.curve.currency
    ends = {"low": low, "high": high}
    # Under a million it would read "CNY 0m".
    said = {k: numbers.money(v, lang, currency) if abs(v) >= 5e5 else "0" for k, v in ends.items()}
    return say("flow.range", lang, **said)


def gaps(flows: FlowParts, lang: str) -> list[str]:
    """Say what is in no figure, or only in the range."""
    said = []
    if flows.missing:
        pairs = [f"{source_name(c, lang)} ({o})" for c, o in flows.missing.items()]
        said.append(say("flow.not_given", lang, names=_join(pairs, lang)))
    only = [str(c) for c in flows.curve.range_only if flows.curve.range_only[c].any()]
    if only:
        names = _join([source_name(c, lang) for c in only], lang)
        said.append(say("flow.range_only", lang, names=names))
    unknown = [str(c) for c in flows.curve.unknown if flows.curve.unknown[c].any()]
    if unknown:
        names = _join([source_name(c, lang) for c in unknown], lang)
        said.append(say("flow.unknown", lang, names=names))
    return said


def refusals(flows: FlowParts, lang: str) -> list[str]:
    """Say which sources could not be read at all, and which rows of the others."""
    said = [
        say("flow.failed", lang, source=source_name(c, lang), why=why)
        for c, why in flows.failed.items()
    ]
    for code, rows in flows.refused.items():
        counts = rows.groupby("why", sort=False)["row"].agg(list)
        for why, which in counts.items():
            said.append(
                say(
                    "flow.rows", lang, source=source_name(code, lang),
                    why=_why(str(why), lang),
                    which=", ".join(map(str, which[:8])) + (" ..." if len(which) > 8 else ""),
                )
            )  # fmt: skip
    return said


def _why(text: str, lang: str) -> str:
    """Word a reason, or what follows the column it begins with; one we have no words for stays."""
    column, colon, problem = text.partition(": ")
    if colon and (worded := phrase("why", problem, lang)):
        return column + ("：" if lang == "zh" else ": ") + worded
    rooms = ("why", "snowball.reason", "letf.reason")
    return next((worded for room in rooms if (worded := phrase(room, text, lang))), text)


def coverage_by_source(flows: FlowParts, lang: str) -> dict[str, str]:
    """Say of each source how much of it was covered."""
    by_source: dict[str, list[str]] = {}
    for key, value in flows.curve.origin.coverage.items():
        source, _, what = key.partition(": ")
        worded = phrase("coverage", what, lang) or what
        amount = phrase("value", value, lang) or value
        by_source.setdefault(source_name(source, lang), []).append(f"{worded} {amount}")
    return {source: _join(items, lang) for source, items in by_source.items()}


def coverage_lines(flows: FlowParts, lang: str) -> list[str]:
    """Coverage, one text a source."""
    lead = "：" if lang == "zh" else ": "
    return [source + lead + text for source, text in coverage_by_source(flows, lang).items()]


def _join(items: list[str], lang: str) -> str:
    return say("answers.list_join", lang).join(items)
