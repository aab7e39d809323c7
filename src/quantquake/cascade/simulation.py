"""Run a scenario and hand back what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from quantquake.cascade.draws import Draws
from quantquake.cascade.engine import Engine
from quantquake.cascade.result import CascadeResult, result_of
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scenario_file import load
from quantquake.cascade.state import assemble


def as_scenario(source: Scenario | str | Path | Mapping[str, Any]) -> Scenario:
    """Return `source` itself, or read it."""
    return source if isinstance(source, Scenario) else load(source)


def simulate(
    scenario: Scenario | str | Path | Mapping[str, Any], *, seed: int = 0, path: int = 0
) -> CascadeResult:
    """Let everybody in a scenario act, day by day and round by round, and watch the prices.

    Parameters
    ----------
    scenario : Scenario, str, Path or mapping
        A scenario, a YAML file of one, the name of a built-in one, or the same as a mapping.
    seed : int
        Of the path's random numbers; the same seed gives the same path on any machine.
    path : int
        Which path of that seed: the one an ensemble counts under this number.

    Returns
    -------
    CascadeResult

    Raises
    ------
    ConfigError, DataError, FileError
        If the scenario cannot be run; the message gives the path of the field. Economic ends
        (default, a stop, a market without prices) are values of the result.
    """
    asked = as_scenario(scenario)
    return result_of(run(asked, seed=seed, paths=[path]), path=0, seed=seed)


def run(scenario: Scenario, *, seed: int, paths: Sequence[int]) -> Engine:
    """Run a batch of paths side by side; path k is the same in whatever batch it runs."""
    engine = Engine.of(scenario, assemble(scenario), Draws.of(seed, paths))
    engine.run()
    return engine
