"""One experiment, written down: the market, who is in it, what happens to it, and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pandas as pd

from quantquake.cascade.assets import Group, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.ranges import GAIN, MOVE, SHARE, WHOLE, Range, check_ranges
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario_names import check_names
from quantquake.cascade.scenario_size import check_size
from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How the sell side of the market thins out in stress and comes back.

    Attributes
    ----------
    stress : float
        Depth is ``exp(stress x drawdown)``; 0 keeps it whole. [1]
    limit : float
        Share of depth lost when every name of a group stands at its lower limit. [1]
    floor : float
        Depth never falls below it. [1]
    recovery : float
        Share of the lost depth that returns in a day. [1/d]
    reference : str or None
        Group whose drawdown frightens all of them; None: each its own.
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "stress": GAIN, "limit": SHARE, "floor": Range(1e-9, 1.0), "recovery": SHARE,
    }  # fmt: skip

    stress: float = 0.0
    limit: float = 0.0
    floor: float = 0.1
    recovery: float = 0.2
    reference: str | None = None

    def __post_init__(self) -> None:
        check_ranges(self, "depth", self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A move that needs no trade.

    Attributes
    ----------
    day : int
        From 1; it arrives before the first round, overnight.
    move : float
        Price move, falls negative. [1]
    group : str or None
        Whom it hits; None hits all groups by their beta.
    spread_over : int
        Rounds over which it arrives.
    label : str
    """

    ranges: ClassVar[Mapping[str, Range]] = {"day": WHOLE, "move": MOVE, "spread_over": WHOLE}

    day: int
    move: float
    group: str | None = None
    spread_over: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Daily news without a story: normal moves, common to all and of each name. [1]

    Attributes
    ----------
    common : float
        Daily standard deviation of the common move, times each group's beta.
    own : float
        Each name's own move, as a share of its volatility.
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "common": SHARE, "own": Range(0.0, 100.0),
    }  # fmt: skip

    common: float = 0.0
    own: float = 0.0

    def __post_init__(self) -> None:
        check_ranges(self, "noise", self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How loudly a fall is talked about: it rises with the fall of an index and fades. [1]

    Attributes
    ----------
    gain : float
        Attention added by a day's fall, per unit of return.
    fade : float
        Share forgotten in a day.
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "gain": GAIN, "fade": SHARE,
    }  # fmt: skip

    gain: float = 0.0
    fade: float = 0.5

    def __post_init__(self) -> None:
        check_ranges(self, "attention", self.ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything :func:`quantquake.cascade.simulate` needs; frozen, comparable line by line.

    Attributes
    ----------
    name : str
    groups : tuple of Group
    participants : tuple of Holder
    indices : tuple of Index
    days, rounds : int
        Trading days, and clearings in each before the closing auction.
    impact : Impact
    depth : Depth
    news : tuple of News
    noise : Noise
    attention : Attention
    rules : tuple of Rule
    financing : float
        Yearly rate on debt and cash. [1/yr]
    close_below : float
        Trading stops when an index has fallen to this share of its start. [1]
    queue : bool
        Unfilled orders stand until the close instead of lapsing after the round.
    start : Timestamp or None
        Date of day 1, for the labels only.
    currency : str
    title, about : mapping of language to str
    seed : int
        Of the holdings that are drawn; the paths have their own.
    """

    ranges: ClassVar[Mapping[str, Range]] = {
        "financing": Range(-1.0, 100.0), "close_below": Range(0.0, 1.0),
    }  # fmt: skip

    name: str
    groups: tuple[Group, ...]
    participants: tuple[Holder, ...]
    indices: tuple[Index, ...] = ()
    days: int = 10
    rounds: int = 4
    impact: Impact = field(default_factory=Impact)
    depth: Depth = field(default_factory=Depth)
    news: tuple[News, ...] = ()
    noise: Noise = field(default_factory=Noise)
    attention: Attention = field(default_factory=Attention)
    rules: tuple[Rule, ...] = ()
    financing: float = 0.0
    close_below: float = 0.02
    queue: bool = True
    start: pd.Timestamp | None = None
    currency: str = "CNY"
    title: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        _check(self)

    def but(self, **changes: Any) -> Scenario:
        """Return the same scenario with some fields changed, for a counterfactual."""
        return replace(self, **changes)

    def with_rules(self, *rules: Rule) -> Scenario:
        """Return the same scenario with more rules."""
        return replace(self, rules=(*self.rules, *rules))

    def without(self, *names: str) -> Scenario:
        """Return the same scenario without some participants (and the rules that bind only them).

        Parameters
        ----------
        names : str
            Names of participants, or kinds of them.

        Raises
        ------
        ConfigError
            If nobody is called so, or nobody would be left.
        """
        known = {p.name for p in self.participants} | {p.kind for p in self.participants}
        odd = sorted(set(names) - known)
        if odd:
            raise ConfigError(
                f"without({', '.join(map(repr, odd))}): nobody of that name or kind takes part, so nothing "
                "would be left out and the run would look like one without it. Participants are "
                f"{[p.name for p in self.participants]}."
            )
        left = tuple(p for p in self.participants if not {p.name, p.kind} & set(names))
        if not left:
            raise ConfigError(
                f"without({', '.join(map(repr, names))}): nobody would be left, and a market without "
                "participants shows nothing. Leave fewer out."
            )
        kept = {p.name for p in left} | {p.kind for p in left} | {"all"}
        return replace(self, participants=left, rules=tuple(r for r in self.rules if r.who in kept))


def _check(scenario: Scenario) -> None:
    for what, items in (
        ("groups", scenario.groups),
        ("participants", scenario.participants),
        ("indices", scenario.indices),
    ):
        names = [item.name for item in items]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice or (not names and what != "indices"):
            raise ConfigError(
                f"{what}: {'empty' if not names else f'{twice} given more than once'}; results are "
                f"told by name and would be mixed up or missing. Name each of the {what} once."
            )
    if scenario.days < 1 or scenario.rounds < 1:
        raise ConfigError(
            f"days={scenario.days}, rounds={scenario.rounds}: nothing would be traded. Give at "
            "least one day with one round."
        )
    check_ranges(scenario, "scenario", scenario.ranges)
    check_size(scenario)
    check_names(scenario)
    _check_news(scenario)


def _check_news(scenario: Scenario) -> None:
    for k, news in enumerate(scenario.news):
        if news.move <= -1:
            raise ConfigError(
                f"news.{k}.move={news.move}: a price cannot lose all of itself or more. Give -0.05 for a "
                "fall of five per cent."
            )
        check_ranges(news, f"news.{k}", news.ranges)
