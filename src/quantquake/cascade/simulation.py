"""Run a scenario and hand back what happened, labelled."""

from __future__ import annotations

from quantquake.cascade.draws import Draws
from quantquake.cascade.engine import Engine
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.state import assemble


def run(scenario: Scenario, seed: int, paths):
    engine = Engine.of(scenario, assemble(scenario), Draws.of(seed, paths))
    engine.run()
    return engine
