"""Compile every kernel of the forced flows ahead, so that nobody waits for the first answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from quantquake.flows.gamma import gamma_exposure
from quantquake.flows.options import black_scholes, implied_volatility
from quantquake.flows.snowball import value
from quantquake.flows.snowball.variants import variant


def warm_up() -> dict[str, float]:
    """Run each kernel once on tiny input; returns seconds by name."""
    return {name: _seconds(call) for name, call in CALLS.items()}


def _seconds(call: Callable[[Any], Any]) -> float:
    begin = time.perf_counter()
    call(None)
    return time.perf_counter() - begin


def _gamma(_: Any) -> None:
    terms = {"strike": [95.0, 105.0], "option_type": ["put", "call"], "tau": 0.1}
    chain = pd.DataFrame(terms).assign(iv=0.2, open_interest=1.0)
    gamma_exposure(chain, 100.0)


def _snowball(_: Any) -> None:
    note = variant("classic", months=1, lock=1)
    value(note, 0.9, vol=0.2, rate=0.02, carry=0.04)


CALLS: dict[str, Callable[[Any], Any]] = {
    "option Greeks": lambda _: black_scholes(100.0, np.array([90.0, 110.0]), 0.5, 0.2),
    "implied volatility": lambda _: implied_volatility(5.0, 100.0, 100.0, 0.5),
    "gamma profile": _gamma,
    "snowball": _snowball,
}
"""Name -> a call that compiles what stands behind it; the argument, a panel, is not used."""
