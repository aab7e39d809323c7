"""The order of events: what happened first, read off a finished path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from quantquake.cascade.days import session_dates
from quantquake.cascade.fund_units import desks_of, funds_of
from quantquake.cascade.outcome import MarketOutcome
from quantquake.cascade.participants.notes import SnowballIssuer
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario

#: Kinds in the order in which they are told when they share a moment.
KINDS = (
    "news",
    "rule",
    "rule_ends",
    "buys",
    "margin_call",
    "default",
    "limit_down",
    "knock_in",
    "stop",
    "gate",
    "largest_seller",
    "largest_futures_seller",
    "lowest",
    "deepest_basis",
    "closed",
)

#: Endings of holders and the kind of event they are.
_TURNS = {
    "margin_called": "margin_call",
    "defaulted": "default",
    "stopped": "stop",
    "gated": "gate",
}

#: Share of the largest day's sales below which a day has no largest seller: rounding, not selling.
_LEAST = 1e-3


class Event(NamedTuple):
    """One row of :func:`events`."""

    day: int
    round: int
    kind: str
    who: str
    size: float
    label: str = ""


def events(result: CascadeResult, scenario: Scenario) -> pd.DataFrame:
    """What happened, in the order in which it happened.

    Parameters
    ----------
    result : CascadeResult
    scenario : Scenario
        The one `result` is a path of; its news, rules and notes are told by their own dates.

    Returns
    -------
    DataFrame
        ``day``, ``round`` (0 overnight, ``rounds + 1`` the closing auction and the evening after
        it), ``date`` (NaT without a start), ``kind``, ``who``, ``size``, ``label``, ``nth`` (1 for
        the first event of its kind and participant). Unit of ``size`` by kind:

        ========================  ===================================================
        news, lowest, limit_down  return; of `lowest` since the start [1]
        rule                      cap [1]; rule_ends NaN; ``label`` is the code of what
                                  is ruled where the rule has no label of its own
        margin_call, default,     holders that came to it on that day [holders]
        stop, gate
        buys                      bought net on the first day of buying, by those that
                                  act on a budget [money]
        knock_in                  notional of the layers broken at the close [money]
        largest_seller            sold by the largest seller of the day [money]
        largest_futures_seller    the same, net, in futures; sales positive [money]
        deepest_basis             futures over index minus one [1]
        closed                    index over its start [1]
        ========================  ===================================================

        The order is what happened in this path; one event standing before another does not make
        it the cause.
    """
    found = [
        *_news(scenario),
        *_rules(scenario),
        *_purchases(result, scenario),
        *_turned(result),
        *_limits(result, scenario),
        *_knock_ins(result, scenario),
        *_sellers(result, scenario),
        *_futures_sellers(result, scenario),
        *_lowest(result, scenario),
        *_closed(result, scenario),
    ]
    # After the market has closed nothing reaches it: neither news nor orders.
    end = min((e.day for e in found if e.kind == "closed"), default=scenario.days)
    found = [e for e in found if e.day <= end]
    found.sort(key=lambda e: (e.day, e.round, KINDS.index(e.kind)))
    table = pd.DataFrame(found, columns=list(Event._fields))
    dates = session_dates(scenario)
    when = [pd.NaT if dates is None else dates[day - 1] for day in table["day"]]
    table.insert(2, "date", pd.to_datetime(pd.Series(when, dtype="datetime64[ns]")))
    return table.assign(nth=table.groupby(["kind", "who"]).cumcount() + 1)


def _news(scenario: Scenario) -> Iterator[Event]:
    for news in scenario.news:
        if news.day <= scenario.days:
            yield Event(news.day, 0, "news", news.group or "all", news.move, news.label)


def _rules(scenario: Scenario) -> Iterator[Event]:
    for rule in scenario.rules:
        if rule.first <= scenario.days:
            yield Event(rule.first, 0, "rule", rule.who, rule.cap, rule.label or rule.what)
        if rule.last < scenario.days:
            yield Event(rule.last + 1, 0, "rule_ends", rule.who, np.nan, rule.label or rule.what)


def _purchases(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    """First day of buying of those without a balance sheet: state buyers, buyers of falls."""
    net = -result.sellers() + _units_bought(result, scenario)
    # A desk buys no more than it sells units for: those who buy are the others.
    others = [n for n in net if n not in result.funded and n not in desks_of(scenario)]
    for name in others:
        bought = net[name][net[name] > 0]
        if len(bought):
            first = int(bought.index[0])
            yield Event(first, scenario.rounds + 1, "buys", str(name), float(bought.iloc[0]))


def _units_bought(result: CascadeResult, scenario: Scenario) -> pd.DataFrame:
    """Money spent on units of funds, net, by day and participant; shaped as `sellers()`."""
    flow = result.futures[result.futures["index"].isin(funds_of(scenario))]
    table = flow.pivot_table(index="day", columns="participant", values="flow", aggfunc="sum")
    days, names = result.groups.index[1:], result.nav.columns
    return table.reindex(index=days, columns=names).fillna(0.0)


def _turned(result: CascadeResult) -> Iterator[Event]:
    by = result.turns.groupby(["day", "participant", "outcome"], sort=False)["round"]
    for (day, name, outcome), rounds in by:
        yield Event(int(day), int(rounds.min()), _TURNS[outcome], name, float(len(rounds)))


def _limits(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    """Days on which every name of a group stood at its lower limit."""
    for group in scenario.groups:
        if group.limit is None:
            continue
        move = result.low[group.name] / result.groups[group.name].shift() - 1.0
        for day, size in move[move <= -group.limit * (1 - 1e-9)].items():
            yield Event(int(day), scenario.rounds + 1, "limit_down", group.name, float(size))


def _knock_ins(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    """Layers whose barrier a close stood at or below for the first time."""
    starts = {index.name: index.level for index in scenario.indices}
    for issuer in scenario.participants:
        if not isinstance(issuer, SnowballIssuer):
            continue
        ratio = result.index[issuer.index].iloc[1:] / starts[issuer.index]
        broken: dict[int, float] = {}
        for layer in issuer.layers:
            below = ratio.index[ratio <= layer.knock_in]
            if len(below):
                broken[int(below[0])] = broken.get(int(below[0]), 0.0) + layer.notional
        for day, notional in broken.items():
            yield Event(day, scenario.rounds + 1, "knock_in", issuer.name, notional)


def _sellers(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    sold = result.ledger.groupby(["day", "participant"])["sold"].sum().unstack()
    yield from _largest(sold, scenario, "largest_seller")


def _futures_sellers(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    flow = result.futures[~result.futures["index"].isin(funds_of(scenario))]
    sold = -flow.groupby(["day", "participant"])["flow"].sum().unstack()
    yield from _largest(sold, scenario, "largest_futures_seller")


def _largest(sold: pd.DataFrame, scenario: Scenario, kind: str) -> Iterator[Event]:
    daily = sold.max(axis=1)
    for day, most in daily[daily > _LEAST * max(daily.max(), 0.0)].items():
        yield Event(int(day), scenario.rounds + 1, kind, str(sold.loc[day].idxmax()), float(most))


def _lowest(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    """Lowest close of each group below its start, deepest basis of each index with futures.

    The discount of a fund is told by `fund_units`: nothing hedges with it.
    """
    for name, path in result.groups.items():
        if path.min() < 1.0:
            day = int(path.idxmin())
            yield Event(day, scenario.rounds + 1, "lowest", str(name), float(path.min()) - 1.0)
    futures = result.basis.dropna(axis=1, how="all").drop(
        columns=funds_of(scenario), errors="ignore"
    )
    for name, path in futures.items():
        after = path.iloc[1:]
        if after.min() < path.iloc[0]:
            day = int(after.idxmin())
            size = float(after.min())
            yield Event(day, scenario.rounds + 1, "deepest_basis", str(name), size)


def _closed(result: CascadeResult, scenario: Scenario) -> Iterator[Event]:
    if result.market is not MarketOutcome.CLOSED:
        return
    levels = pd.Series({index.name: index.level for index in scenario.indices})
    ratio = result.index / levels
    day = int((ratio < scenario.close_below).any(axis=1).idxmax())
    name = str(ratio.loc[day].idxmin())
    yield Event(day, scenario.rounds + 1, "closed", name, float(ratio.loc[day, name]))
