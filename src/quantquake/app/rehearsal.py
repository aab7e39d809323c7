"""From what a user asks of a simulation to what the page shows."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.ensembles.order import order
from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.events import events
from quantquake.cascade.overlap import Overlap, overlap
from quantquake.cascade.readings import difference
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Noise, Scenario
from quantquake.cascade.scenario_file import load, parse, rule_of
from quantquake.cascade.simulation import run, simulate
from quantquake.errors import ConfigError
from quantquake.report.cascade_parts import Against, CascadeParts
from quantquake.report.words import say

Progress = Callable[[str, int, int], None]


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


def rehearse(
    asked: Request,
    *,
    lang: str = "en",
    progress: Progress = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CascadeParts:
    """Run what was asked for.

    Parameters
    ----------
    asked : Request
    lang : {"en", "zh"}
        For the name of the other run.
    progress : callable
        Told what runs, paths done and paths wanted.
    cancelled : callable
        Asked between batches; what is finished by then is shown.

    Raises
    ------
    QuantquakeError
        Whatever the scenario, the rules or the executor are refused for.
    """
    _sensible(asked)
    plain = read_scenario(asked.scenario)
    scenario = altered(plain, asked)
    other = None if asked.against is None else _other(plain, asked)
    many = _paths(scenario, asked, progress, cancelled)
    number = 0 if many is None else middle_path(many, scenario)
    result = simulate(scenario, seed=asked.seed, path=number)
    return CascadeParts(
        scenario=scenario,
        result=result,
        events=events(result, scenario),
        path=number,
        seed=asked.seed,
        ensemble=many,
        order=None if many is None else order(many, scenario),
        overlap=_overlap(scenario),
        against=_against(other, asked, (result, many, number), lang, progress, cancelled),
        changes=asked.changes,
        stopped=many is not None and many.paths < many.wanted,
    )


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
            f"--noise {text!r}: it takes the daily volatility common to all, such as 0.01, and after a comma "
            "each name's own move as a share of its volatility, such as 0.01,0.5. Nothing else can be drawn from."
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
                f"--rule {text!r}: {part.strip()!r} has no `=`, so it is unclear what it says. Write fields "
                "as who=dma,what=close,first=2,last=4; fields are who, what, first, last, cap, rounds, label."
            )
        given[key] = tuple(value.split("-")) if key == "rounds" else value
    return rule_of(given, "--rule")


def _sensible(asked: Request) -> None:
    for name in ("executor", "resume"):
        if getattr(asked, name) is not None and asked.paths == 1:
            raise ConfigError(
                f"--{name} was given for one path: there is nothing to hand out or take up again. Ask for "
                "more with --paths, or leave it out."
            )


def _paths(
    scenario: Scenario, asked: Request, progress: Progress, cancelled: Callable[[], bool]
) -> Ensemble | None:
    if asked.paths == 1:
        return None
    _vary(scenario, asked)
    try:
        return ensemble(
            scenario,
            paths=asked.paths,
            executor=asked.executor,
            seed=asked.seed,
            folder=asked.resume,
            progress=lambda done, wanted: progress(scenario.name, done, wanted),
            cancelled=cancelled,
        )
    except OSError as error:  # a folder that is none, a cluster that does not answer
        where = f"--resume {asked.resume}" if asked.resume else f"--executor {asked.executor}"
        raise ConfigError(
            f"{where}: {error.strerror or str(error) or type(error).__name__}. The paths would have no place "
            "to run or to be kept. Give a folder you may write to and an executor that is there."
        ) from None


def _vary(scenario: Scenario, asked: Request) -> None:
    """Refuse many paths of a scenario in which nothing is drawn: their spread would read as certainty."""
    if scenario.noise.common or scenario.noise.own:
        return
    price = run(scenario, seed=asked.seed, paths=[0, 1]).state.book.price
    if (price[:, 0] == price[:, 1]).all():
        raise ConfigError(
            f"{scenario.name} has no noise, so all {asked.paths} paths would be the same and the interval would "
            "say certainty where there is none. Add --noise 0.01 (daily volatility common to all), or `noise:` "
            "in the file, or ask for one path."
        )


def middle_path(many: Ensemble, scenario: Scenario) -> int:
    """Number of the path that stands in the middle at the end, by the group that ends lowest."""
    ends = {g.name: many.final("groups", g.name) for g in scenario.groups}
    worst = min(ends.values(), key=lambda path_ends: float(path_ends.median()))
    ranked = worst.sort_values(kind="stable")
    return int(ranked.index[(len(ranked) - 1) // 2])


def _overlap(scenario: Scenario) -> Overlap | None:
    """Overlap of the books, where anybody has one."""
    if not any(p.assets > 0 or p.holdings is not None for p in scenario.participants):
        return None
    return overlap(scenario)


def _other(plain: Scenario, asked: Request) -> Scenario:
    """The run to compare with: another scenario, or this one without the changes."""
    assert asked.against is not None
    other = _market(plain if asked.against == asked.scenario else read_scenario(asked.against), asked)
    days = plain.days if asked.days is None else asked.days
    if other.days != days:
        raise ConfigError(
            f"--against {other.name}: it runs {other.days} days and {plain.name} {days}, so prices at the two "
            "ends are of different days and the difference would be time. Give both the same with --days."
        )
    return other


def _against(
    other: Scenario | None,
    asked: Request,
    mine: tuple[CascadeResult, Ensemble | None, int],
    lang: str,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Against | None:
    if other is None or cancelled():
        return None
    result, many, number = mine
    theirs = _paths(other, asked, progress, cancelled)
    path = simulate(other, seed=asked.seed, path=number)
    same = asked.against == asked.scenario
    return Against(
        name=say("simulate.as_written", lang) if same else other.name,
        result=path,
        ensemble=theirs,
        difference=difference(result if many is None else many, path if theirs is None else theirs),
    )
