"""What the options of `simulate` make of a scenario: fewer participants, more rules, noise, days."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Noise, Scenario
from quantquake.cascade.scenario_file import load, parse, rule_of
from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for, as the options of the command line name it."""

    scenario: str
    paths: int = 1
    executor: str | None = None
    resume: str | None = None
    seed: int = 0
    days: int | None = None
    noise: str | None = None
    without: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    against: str | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs from the scenario as written, as options."""
        rules = (f"--rule '{text}'" for text in self.rules)
        said = {"days": self.days, "noise": self.noise}
        plain = (f"--{name} {value}" for name, value in said.items() if value is not None)
        return (*plain, *(f"--without '{name}'" for name in self.without), *rules)


def read_scenario(source: str) -> Scenario:
    """Read a scenario by name, file, or from standard input ("-")."""
    if source != "-":
        return load(source)
    try:
        return parse(sys.stdin.buffer.read().decode("utf-8"), "standard input")
    except UnicodeDecodeError:
        raise ConfigError(
            "standard input is no UTF-8 text: its names would come out as others. Send a scenario saved "
            "as UTF-8, or give its file."
        ) from None


def altered(scenario: Scenario, asked: Request) -> Scenario:
    """Apply what the command line changes."""
    scenario = _market(scenario, asked)
    if asked.without:
        scenario = scenario.without(*_named(scenario, asked.without))
    return scenario.with_rules(*(rule(text) for text in asked.rules))


def _market(scenario: Scenario, asked: Request) -> Scenario:
    """Apply what both runs of a comparison share: days and noise."""
    if asked.days is not None:
        scenario = scenario.but(days=asked.days)
    if asked.noise is not None:
        scenario = scenario.but(noise=noise(asked.noise))
    return scenario


def noise(text: str) -> Noise:
    """Read ``0.01`` (common daily volatility) or ``0.01,0.5`` (and each name's own share).

    Raises
    ------
    ConfigError
        If it is no one or two numbers from 0.
    """
    try:
        common, own = (float(part) for part in f"{text},0".split(",")[:2])
        if text.count(",") > 1 or not (0 <= common < 1 and 0 <= own < math.inf):
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"--noise {text!r}: it takes the daily volatility common to all, such as 0.01, and after a "
            "comma each name's own move as a share of its volatility, such as 0.01,0.5. Nothing else can "
            "be drawn from."
        ) from None
    return Noise(common=common, own=own)


def _named(scenario: Scenario, wanted: Sequence[str]) -> list[str]:
    """Names of participants meant by names or kinds."""
    found: list[str] = []
    for who in wanted:
        meant = [p.name for p in scenario.participants if who in (p.name, p.kind)]
        if not meant:
            raise ConfigError(
                f"--without {who!r}: nobody of that name or kind takes part, so nothing would be left out "
                f"and the run would look like one without it. Participants are "
                f"{[p.name for p in scenario.participants]}."
            )
        found += meant
    return found


def rule(text: str) -> Rule:
    """Read ``who=dma,what=close,first=2,last=4``; `rounds` as ``1-2``.

    Raises
    ------
    ConfigError
        If a part has no "=", a field is unknown or a value impossible.
    """
    given: dict[str, Any] = {}
    for part in text.split(","):
        key, equals, value = (side.strip() for side in part.partition("="))
        if not equals:
            raise ConfigError(
                f"--rule {text!r}: {part.strip()!r} has no `=`, so it is unclear what it says. Write "
                "fields as who=dma,what=close,first=2,last=4; there are who, what, first, last, cap, "
                "rounds, label."
            )
        given[key] = tuple(value.split("-")) if key == "rounds" else value
    return rule_of(given, "--rule")


def compared_with(plain: Scenario, asked: Request) -> Scenario:
    """The run to compare with: another scenario, or this one without the changes."""
    assert asked.against is not None
    other = _market(
        plain if asked.against == asked.scenario else read_scenario(asked.against), asked
    )
    days = plain.days if asked.days is None else asked.days
    if other.days != days:
        raise ConfigError(
            f"--against {other.name}: it runs {other.days} days and {plain.name} {days}, so prices at "
            "the two ends are of different days and the difference would be time. Give both the same with "
            "--days."
        )
    return other
