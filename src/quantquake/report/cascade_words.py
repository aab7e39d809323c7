"""Sentences about a simulation: what happened, in order. They never say why."""

from __future__ import annotations

import pandas as pd

from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.words import known, name, say

#: Kinds of events that a summary leaves to the day's own columns.
DAILY = ("largest_seller", "largest_futures_seller")
#: Holders turning again are told if they are at least this share of their kind.
MANY = 0.10
#: A lowest close this near to the start is not told. [1]
FLAT = 0.0005
_TURNS = ("margin_call", "default", "stop", "gate")


def scenario_title(parts: CascadeParts, lang: str) -> str:
    """Return the scenario's own title in the reader's language, else its name."""
    return str(parts.scenario.title.get(lang) or name(parts.scenario.name, lang))


def event_text(event: pd.Series, parts: CascadeParts, lang: str) -> str:
    """Say one row of the events."""
    kind, size = str(event["kind"]), float(event["size"])
    who = participant(str(event["who"]), lang)
    if kind == "news" and event["who"] == "all":
        who = say("simulate.all_prices", lang)
    words: dict[str, str] = {"who": who}
    if kind in _TURNS:
        words |= {"n": numbers.count(size), "total": numbers.count(parts.counts[event["who"]])}
    elif kind in ("buys", "knock_in", *DAILY):
        words["money"] = numbers.money(size, lang, parts.scenario.currency)
    elif kind in ("rule", "rule_ends"):
        words["label"] = rule_text(str(event["label"]), who, lang)
    else:
        words["move"] = numbers.percent(size, 2 if kind == "deepest_basis" else 1, sign=True)
        words["label"] = name(str(event["label"]), lang) if event["label"] else ""
    code = "margin_call_first" if kind == "margin_call" and event["nth"] == 1 else kind
    if kind == "news" and words["label"]:
        code = "news_labelled"
    return say(f"event.{code}", lang, **words)


def rule_text(label: str, who: str, lang: str) -> str:
    """Word an order by its label, or by what it rules where it has none."""
    if known(f"rule.{label}", lang):
        return say(f"rule.{label}", lang, who=who)
    return name(label, lang)


def participant(who: str, lang: str) -> str:
    """Return the name of a participant, a group, or a whole kind of participants."""
    return say(f"kind.{who}", lang) if known(f"kind.{who}", lang) else name(who, lang)


def when_text(event: pd.Series, parts: CascadeParts, lang: str) -> str:
    """Say at what time of its day an event came."""
    if event["round"] == 0:
        return say("simulate.overnight", lang)
    if event["round"] > parts.scenario.rounds:
        return say("simulate.close", lang)
    return say("simulate.round", lang, n=int(event["round"]))


def told(parts: CascadeParts) -> pd.DataFrame:
    """Keep the events a summary tells: first times, many at once, named news, and the largest sale."""
    rows = parts.events
    counts = rows["who"].map(parts.counts).fillna(1.0)
    turns = rows["kind"].isin(_TURNS) & (rows["size"] >= MANY * counts)
    first = (rows["nth"] == 1) & ~rows["kind"].isin(DAILY) & (rows["kind"] != "news")
    news = (rows["kind"] == "news") & ((rows["label"] != "") | (rows["nth"] == 1))
    orders = rows["kind"].isin(["rule", "rule_ends"])
    sales = rows[rows["kind"] == "largest_seller"]["size"]
    largest = rows.index == (sales.idxmax() if len(sales) else -1)
    flat = (rows["kind"] == "lowest") & (rows["size"] > -FLAT)
    return rows[(first | turns | news | orders | largest) & ~flat]


def stories(parts: CascadeParts, lang: str) -> dict[int, str]:
    """Return what happened on each day on which a summary tells something, in order."""
    found: dict[int, list[str]] = {}
    for _, event in told(parts).iterrows():
        found.setdefault(int(event["day"]), []).append(event_text(event, parts, lang))
    return {day: say("simulate.join", lang).join(texts) for day, texts in sorted(found.items())}


def note(lang: str) -> str:
    """Say what the numbers are not."""
    return say("simulate.uncalibrated", lang)


def sentence(text: str) -> str:
    """Begin with a capital letter where the script has them."""
    return text[:1].upper() + text[1:] if text[:1].isascii() else text


def which_path(parts: CascadeParts, lang: str) -> str:
    """Say which path is told in detail."""
    if parts.ensemble is None or parts.ensemble.paths < 2:
        return say("simulate.the_path", lang)
    return say("simulate.middle", lang, n=parts.path, paths=numbers.count(parts.ensemble.paths))


def run_line(parts: CascadeParts, lang: str) -> str:
    """Say what was run: days, rounds, paths, seed, changes."""
    scenario, paths = parts.scenario, 1 if parts.ensemble is None else parts.ensemble.paths
    said = [
        say("simulate.days", lang, days=scenario.days, rounds=scenario.rounds),
        say("simulate.paths" if paths > 1 else "simulate.one_path", lang, n=numbers.count(paths)),
        say("page.seed", lang, seed=parts.seed),
    ]
    if parts.stopped and parts.ensemble is not None:
        wanted = numbers.count(parts.ensemble.wanted)
        said[1] = say("simulate.stopped", lang, n=numbers.count(paths), wanted=wanted)
    return " · ".join([*said, *parts.changes])
