"""Findings of a simulation, chosen by rule: what a title says. Never why."""

from __future__ import annotations

import pandas as pd

from quantquake.cascade.outcome import MarketOutcome
from quantquake.cascade.overlap import Overlap
from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.cascade_words import sentence
from quantquake.report.figures.day_axis import day_name
from quantquake.report.figures.overlap_layout import exposed
from quantquake.report.words import name, say


def headline(parts: CascadeParts, lang: str) -> str:
    """Return one sentence on how it ends in the model, chosen by rule."""
    closed = parts.events[parts.events["kind"] == "closed"]
    if parts.result.market is MarketOutcome.CLOSED and len(closed):
        when = day_name(int(closed["day"].iloc[0]), parts.dates, lang)
        return say(
            "simulate.headline_closed", lang, day=when, who=name(closed["who"].iloc[0], lang)
        )
    end = ending(parts, lang)
    sold = _sold(parts)
    if not len(sold) or not sold.max() > 0:
        return say("simulate.headline_quiet", lang, end=end)
    money = numbers.money(float(sold.max()), lang, parts.scenario.currency)
    who = name(str(sold.idxmax()), lang)
    return say("simulate.headline", lang, end=end, who=who, money=money)


def _sold(parts: CascadeParts) -> pd.Series:
    """Money sold by participant, gross: mean over paths, or of the one."""
    if parts.ensemble is None:
        return parts.result.ledger.groupby("participant")["sold"].sum()
    sold = parts.ensemble.arrays["sold"].sum(axis=(0, 2)).mean(axis=-1)
    return pd.Series(sold, index=parts.ensemble.names["participants"])


def ending(parts: CascadeParts, lang: str) -> str:
    """Say where the worst group (or index) ends, with its range over paths."""
    ends = parts.ends()
    worst = min(ends, key=lambda n: ends[n])
    end = _move(ends[worst] - 1.0)
    if parts.ensemble is None or parts.ensemble.paths < 2:
        return say("simulate.end_path", lang, who=name(worst, lang), end=end)
    fan = parts.ensemble.fan(parts.priced[0], worst)
    low, high = (float(fan[q].iloc[-1] / fan[q].iloc[0]) - 1.0 for q in (0.05, 0.95))
    spread = numbers.spread(low, high, lang)
    return say("simulate.end_paths", lang, who=name(worst, lang), end=end, range=spread)


def extremes(parts: CascadeParts, lang: str) -> str:
    """Name what ends lowest and what highest."""
    ends = parts.ends()
    low, high = min(ends, key=lambda n: ends[n]), max(ends, key=lambda n: ends[n])
    if low == high:
        return sentence(name(low, lang))
    return sentence(say("simulate.fan_title", lang, low=name(low, lang), high=name(high, lang)))


def survivors(parts: CascadeParts, lang: str) -> str:
    """Say how many holders with a balance sheet are gone at the end, and how many were called."""
    holders = parts.result.holders
    mine = holders[holders["participant"].isin(parts.result.funded)]
    total = numbers.count(len(mine))
    gone = int(mine["outcome"].isin(["stopped", "defaulted"]).sum())
    called = int((mine["outcome"] == "margin_called").sum())
    if gone:
        return say("simulate.gone_title", lang, n=numbers.count(gone), total=total)
    if called:
        return say("simulate.called_title", lang, n=numbers.count(called), total=total)
    return say("simulate.all_hold", lang, total=total)


def likest(overlap: Overlap, lang: str) -> str:
    """Name the two whose books cost each other most."""
    pairs = exposed(overlap)
    top = pairs.loc[pairs["size"].abs().idxmax()]
    names = [name(str(overlap.nodes.index[int(top[c])]), lang) for c in ("one", "other")]
    if top["size"] <= 0:
        return say("simulate.no_overlap", lang)
    return sentence(say("simulate.overlap_title", lang, one=names[0], other=names[1]))


def compared(parts: CascadeParts, lang: str) -> str:
    """Say by how much the group with the largest difference ends elsewhere than in the other run."""
    assert parts.against is not None
    table = parts.against.difference
    code = "end" if parts.priced[0] == "groups" else "index_end"
    ends = table.loc[[key for key in table.index if key[0] == code and key[1] in parts.priced[1]]]
    if not len(ends):
        return say("simulate.nothing_shared", lang, other=parts.against.name)
    top = ends["difference"].abs().idxmax()
    gap = float(ends.loc[top, "difference"])
    way = "higher" if gap > 0 else "lower"
    points = numbers.number(100 * abs(gap), 1)
    if not points.strip("0."):
        return sentence(say("simulate.ends_same", lang, other=parts.against.name))
    return sentence(
        say(
            f"simulate.ends_{way}", lang, who=name(str(top[1]), lang), points=points,
            other=parts.against.name,
        )
    )  # fmt: skip


def _move(value: float, digits: int = 1) -> str:
    return numbers.percent(value, digits, sign=True)
