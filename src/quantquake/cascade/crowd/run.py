"""The door of the room: a scenario in, what happens when they all sell out."""

from __future__ import annotations

import numpy as np

from quantquake.cascade.crowd.funds import CrowdedFunds
from quantquake.cascade.crowd.result import CrowdedResult
from quantquake.cascade.crowd.rounds import run_crowd
from quantquake.errors import ConfigError
from quantquake.types import Origin


def simulate_crowd(
    scenario: CrowdedFunds, *, seed: int = 0, threads: int = 1, path: bool = False
) -> CrowdedResult:
    """Run a scenario round by round.

    Parameters
    ----------
    scenario : CrowdedFunds
    seed : int
        Of the shocks, where the scenario brings none of its own.
    threads : int
        Threads that share the funds; the result is the same to the last bit.
    path : bool
        Keep prices and shares sold of every round.

    Raises
    ------
    ConfigError
        If `scenario` is nothing that can be run, or `threads` is below 1.
    """
    if not isinstance(scenario, CrowdedFunds):
        raise ConfigError(
            f"`scenario` is a {type(scenario).__name__}: it describes no cascade. Build one with "
            "`quantquake.cascade.crowded_funds`."
        )
    if threads < 1:
        raise ConfigError(f"`threads` is {threads}: somebody must do the work. Give 1 or more.")
    shocks, drawn = scenario.shocks, scenario.shocks is None
    if shocks is None:
        shape = (scenario.rounds, scenario.holdings.n_assets)
        shocks = np.random.default_rng(seed).standard_normal(shape)
    return run_crowd(
        scenario, shocks, _origin(scenario, seed if drawn else None), threads=threads, path=path
    )


def _origin(crowd: CrowdedFunds, seed: int | None) -> Origin:
    return Origin(
        coverage={
            "funds": f"{crowd.holdings.n_funds:,}",
            "names": f"{crowd.holdings.n_assets:,}",
            "rounds": f"{crowd.rounds:,}",
        },
        assumptions=(
            f"funds sell in proportion when leverage is {crowd.rule.tolerance:.0%} above target",
            f"square-root impact on what all sell, at most {crowd.law.cap:.0%} a round",
            "sales are paid at the middle of the prices before and after them",
            f"holdings in {crowd.precision}",
        ),
        seed=seed,
    )
