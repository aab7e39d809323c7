"""From what a user asks of a simulation to what the page shows."""

from __future__ import annotations

from collections.abc import Callable

from quantquake.app.scenario_options import Request, altered, compared_with, read_scenario
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.ensembles.order import order
from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.events import events
from quantquake.cascade.overlap import Overlap, overlap
from quantquake.cascade.readings import difference
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.simulation import one_path, run
from quantquake.errors import ConfigError
from quantquake.report.cascade_parts import Against, CascadeParts
from quantquake.report.words import say

Progress = Callable[[str, int, int], None]


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
    other = None if asked.against is None else compared_with(plain, asked)
    many = _paths(scenario, asked, progress, cancelled)
    number = 0 if many is None else middle_path(many, scenario)
    result = one_path(scenario, seed=asked.seed, number=number)
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
            f"{where}: {error.strerror or str(error) or type(error).__name__}. The paths would have "
            "no place to run or to be kept. Give a folder you may write to and an executor that is there."
        ) from None


def _vary(scenario: Scenario, asked: Request) -> None:
    """Refuse many paths of a scenario in which nothing is drawn: their spread would read as certainty."""
    if scenario.noise.common or scenario.noise.own:
        return
    price = run(scenario, seed=asked.seed, paths=[0, 1]).state.book.price
    if (price[:, 0] == price[:, 1]).all():
        raise ConfigError(
            f"{scenario.name} has no noise, so all {asked.paths} paths would be the same and the "
            "interval would say certainty where there is none. Add --noise 0.01 (daily volatility common "
            "to all), or `noise:` in the file, or ask for one path."
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
    path = one_path(other, seed=asked.seed, number=number)
    same = asked.against == asked.scenario
    return Against(
        name=say("simulate.as_written", lang) if same else other.name,
        result=path,
        ensemble=theirs,
        difference=difference(result if many is None else many, path if theirs is None else theirs),
    )
