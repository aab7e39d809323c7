"""Run a scenario and hand back what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from quantquake.cascade.crowd import CrowdedFunds, CrowdedResult
from quantquake.cascade.crowd.run import simulate_crowd
from quantquake.cascade.draws import Draws
from quantquake.cascade.engine import Engine
from quantquake.cascade.result import CascadeResult, result_of
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scenario_file import load
from quantquake.cascade.state import assemble
from quantquake.errors import ConfigError


def as_scenario(source: Scenario | str | Path | Mapping[str, Any]) -> Scenario:
    """Return `source` itself, or read it."""
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, (str, Path, Mapping)):
        raise ConfigError(
            f"`scenario` is a {type(source).__name__}: it describes no cascade. Give a Scenario, a YAML "
            "file, the name of a built-in scenario, or `quantquake.cascade.crowded_funds(...)`."
        )
    return load(source)


@overload
def simulate(
    scenario: CrowdedFunds, *, seed: int = 0, threads: int = 1, path: bool = False
) -> CrowdedResult: ...
@overload
def simulate(
    scenario: Scenario | str | Path | Mapping[str, Any],
    *,
    seed: int = 0,
    threads: int = 1,
    path: bool = False,
) -> CascadeResult: ...
def simulate(
    scenario: CrowdedFunds | Scenario | str | Path | Mapping[str, Any],
    *,
    seed: int = 0,
    threads: int = 1,
    path: bool = False,
) -> CascadeResult | CrowdedResult:
    """Let everybody in a scenario act, day by day and round by round, and watch the prices.

    Parameters
    ----------
    scenario : Scenario, str, Path, mapping or CrowdedFunds
        A scenario, a YAML file of one, the name of a built-in one, the same as a mapping; or the
        crowd of :func:`quantquake.cascade.crowded_funds`, which runs in a kernel of its own.
    seed : int
        Of the path's random numbers; the same seed gives the same path on any machine.
    threads, path
        For crowds only: threads that share the funds (the result is the same to the last bit),
        and whether prices and shares sold of every round are kept. A scenario's result always
        holds its path.

    Returns
    -------
    CascadeResult, or CrowdedResult for a crowd

    Raises
    ------
    ConfigError, DataError, FileError
        If the scenario cannot be run; the message gives the path of the field. Economic ends
        (default, a stop, a market without prices) are values of the result.
    """
    if isinstance(scenario, CrowdedFunds):
        return simulate_crowd(scenario, seed=seed, threads=threads, path=path)
    asked = as_scenario(scenario)
    return result_of(run(asked, seed=seed, paths=[0]), path=0, seed=seed)


def one_path(scenario: Scenario, *, seed: int = 0, number: int = 0) -> CascadeResult:
    """Run the path that an ensemble of this seed counts under `number`, with all its detail.

    Number 0 is what :func:`simulate` shows.
    """
    return result_of(run(scenario, seed=seed, paths=[number]), path=0, seed=seed)


def run(scenario: Scenario, *, seed: int, paths: Sequence[int]) -> Engine:
    """Run a batch of paths side by side; path k is the same in whatever batch it runs."""
    engine = Engine.of(scenario, assemble(scenario), Draws.of(seed, paths))
    engine.run()
    return engine
