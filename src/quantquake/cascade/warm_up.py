"""Compile every kernel of the cascade ahead, so that nobody waits for the first answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from quantquake.cascade.closed_form import (
    caccioli_border,
    contagion_map,
    thurner_farmer_geanakoplos,
)
from quantquake.cascade.crowd import Precision, crowded_funds
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import run, simulate


def warm_up() -> dict[str, float]:
    """Run each kind of cascade once on a tiny crowd; returns seconds by kind."""
    return {name: _seconds(call) for name, call in CALLS.items()}


def _seconds(call: Callable[[Any], Any]) -> float:
    begin = time.perf_counter()
    call(None)
    return time.perf_counter() - begin


def _crowd(precision: Precision, *scenarios: int) -> None:
    shocks = np.zeros((2, 6, *scenarios))
    crowd = crowded_funds(
        np.arange(6).reshape(1, 6), np.ones((1, 6)), [3.0], [2.0], np.ones(6), np.full(6, 0.02),
        shocks, 2, precision=precision,
    )  # fmt: skip
    for threads in (1, 2):
        simulate(crowd, threads=threads)


def _contagion() -> None:
    contagion_map([2.0], [9.0], n_banks=9, n_assets=9, runs=1)
    caccioli_border([2.0], [9.0], draws=9)


def _engine() -> None:
    # With limits that bind, so that both ways of keeping books are used.
    run(load("margin-spiral").but(days=2), seed=0, paths=range(2))
    simulate(load("cn-2024-02").but(days=2))


CALLS: dict[str, Callable[[Any], Any]] = {
    "engine": lambda _: _engine(),
    "crowd": lambda _: _crowd("float64"),
    "crowd, float32": lambda _: _crowd("float32"),
    "crowd, sixteen scenarios": lambda _: _crowd("float32", 2),
    "contagion": lambda _: _contagion(),
    "leveraged value": lambda _: thurner_farmer_geanakoplos(2.0, steps=100, burn_in=0),
}
