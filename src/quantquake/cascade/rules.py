"""Rules of the day as data: who may not do what, when, and up to how much.

A policy is a list of rules, so two policies differ by a few lines of the scenario file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
What = Literal["sell", "net_sell", "buy", "close", "short_futures", "redeem"]

#: A cap is a share of a holding; nobody trades a million times what it holds.
LARGEST_CAP = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One order of the authorities.

    A cap is money: a share of what the holder's stocks were worth when the day began. It is held
    against orders when they are given, at the price everybody sees, as a broker checks them before
    they reach the market. They are filled at the middle of the prices before and after the round,
    so the money of the last round may pass the cap by half of that round's rise (a cap of 0 is
    exact: nothing is ordered). Later rounds count what was received and allow that much less.

    Attributes
    ----------
    who : str
        A participant's name, a type of participants, or ``all``.
    what : {"sell", "net_sell", "buy", "close", "short_futures", "redeem"}
        ``sell``: money sold in a day; ``net_sell``: sold less bought in a day; ``buy``: bought in a
        day; ``close``: a hedged book may be neither sold down nor its futures bought back, only
        moved from one holding to another; ``short_futures``: new short futures in a day;
        ``redeem``: paid out to investors in a day.
    first, last : int
        Days on which it holds, counted from 1, both included.
    cap : float
        What remains allowed, as a share of the holding at the day's start. [1]
    rounds : tuple of (int, int) or None
        Rounds of the day, counted from 1; None holds all day.
    label : str
        What it is called in the results.
    """

    who: str
    what: What
    first: int = 1
    last: int = 10**6
    cap: float = 0.0
    rounds: tuple[int, int] | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.cap <= LARGEST_CAP or self.last < self.first or self.first < 1:
            raise ConfigError(
                f"rules ({self.who}, {self.what}): cap={self.cap}, days {self.first} to "
                f"{self.last}: a rule that allows less than nothing, allows everything, or ends before "
                f"it begins cannot hold. Give a cap from 0 to {LARGEST_CAP:g}, and days in order from 1."
            )
        first, last = self.rounds or (1, 1)
        if first < 1 or last < first:
            raise ConfigError(
                f"rules ({self.who}, {self.what}): rounds={list(self.rounds or ())}: no round lies in it, "
                "so the rule could never hold. Give the first and the last round, counted from 1."
            )

    def holds(self, day: int, round_: int) -> bool:
        """Whether the rule is in force in this round (both counted from 1)."""
        inside = self.rounds is None or self.rounds[0] <= round_ <= self.rounds[1]
        return self.first <= day <= self.last and inside


@dataclass(frozen=True, slots=True)
class Allowed:
    """Caps in force for every holder, shape (n_holders,); infinite where nothing is ruled. [1]

    `bound` names the kinds of caps that bind anyone; `may_sell` is False for who may not sell on
    balance.
    """

    sell: FloatArray
    net_sell: FloatArray
    buy: FloatArray
    close: FloatArray
    short_futures: FloatArray
    redeem: FloatArray
    bound: frozenset[str]
    may_sell: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, caps: Mapping[str, FloatArray]) -> Allowed:
        """Take the caps by name."""
        lowest = np.minimum.reduce([caps[name] for name in ("sell", "net_sell", "close")])
        bound = frozenset(name for name, cap in caps.items() if np.isfinite(cap).any())
        return cls(**caps, bound=bound, may_sell=lowest > 0)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules matched to the holders they bind.

    Attributes
    ----------
    rules : tuple of Rule
    binds : ndarray of bool, shape (n_rules, n_holders)
    """

    rules: tuple[Rule, ...]
    binds: npt.NDArray[np.bool_]
    _known: dict[tuple[bool, ...], Allowed] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, rules: Sequence[Rule], kinds: Mapping[str, tuple[str, slice]], n: int) -> Rulebook:
        """Match each rule to holders; `kinds` maps a participant's name to its type and rows.

        Raises
        ------
        ConfigError
            If a rule names nobody.
        """
        binds = np.zeros((len(rules), n), dtype=bool)
        for k, rule in enumerate(rules):
            for name, (kind, rows) in kinds.items():
                if rule.who in ("all", name, kind):
                    binds[k, rows] = True
            if not binds[k].any():
                raise ConfigError(
                    f"rules.{k}.who: `{rule.who}` names nobody in this scenario, so the rule would "
                    f"change nothing and look like a policy without effect. Participants are "
                    f"{sorted(kinds)}, of types {sorted({kind for kind, _ in kinds.values()})}."
                )
        return cls(tuple(rules), binds)

    def allowed(self, day: int, round_: int) -> Allowed:
        """Return the tightest cap in force for each holder (day and round counted from 1)."""
        holding = tuple(rule.holds(day, round_) for rule in self.rules)
        if holding not in self._known:
            self._known[holding] = self._tightest(holding)
        return self._known[holding]

    def _tightest(self, holding: Sequence[bool]) -> Allowed:
        caps = {what: np.full(self.binds.shape[1], np.inf) for what in get_args(What)}
        for rule, bound, holds in zip(self.rules, self.binds, holding, strict=True):
            if holds:
                cap = caps[rule.what]
                cap[bound] = np.minimum(cap[bound], rule.cap)
        return Allowed.of(caps)
