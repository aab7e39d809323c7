"""Simulations for the tests of this room: small, with noise, each in the parts a page is made of."""

from __future__ import annotations

from functools import cache

from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.ensembles.order import order
from quantquake.cascade.events import events
from quantquake.cascade.overlap import overlap
from quantquake.cascade.readings import difference
from quantquake.cascade.scenario import Noise, Scenario
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import simulate
from quantquake.report.cascade_parts import Against, CascadeParts


def one(scenario: Scenario, **other) -> CascadeParts:
    """One path."""
    result = simulate(scenario)
    fields = {"overlap": overlap(scenario)} | other
    return CascadeParts(scenario=scenario, result=result, events=events(result, scenario), **fields)


@cache
def library_run(name: str) -> CascadeParts:
    return one(load(name))


@cache
def many_paths() -> CascadeParts:
    """Many paths of the margin spiral beside the same without its swaps."""
    scenario = load("margin-spiral").but(noise=Noise(common=0.01, own=0.5))
    calm = scenario.without("swaps")
    run, other = (ensemble(s, paths=16) for s in (scenario, calm))
    against = Against(
        name="without swaps", result=simulate(calm), ensemble=other,
        difference=difference(run, other),
    )  # fmt: skip
    return one(scenario, ensemble=run, order=order(run, scenario), against=against)
