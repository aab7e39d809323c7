"""Compile every kernel of the measures ahead, so that nobody waits for the first answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from quantquake.measures import comomentum, contrarian, dispersion, percentile
from quantquake.measures.kernels import spectrum


def warm_up() -> dict[str, float]:
    """Run each measure once on a tiny panel, in both precisions and both memory orders.

    Returns seconds by measure: a few each after an install, about a tenth once cached.
    """
    rng = np.random.default_rng(0)
    panel = 0.01 * rng.standard_normal((40, 36))
    return {name: _seconds(call, panel) for name, call in CALLS.items()}


def _seconds(call: Callable[[Any], Any], panel: Any) -> float:
    begin = time.perf_counter()
    for kind in (np.float32, np.float64):
        call(panel.astype(kind))
    return time.perf_counter() - begin


def _dispersion(panel: Any) -> None:
    for kind in ("root_mean_square", "deviation"):
        dispersion.volatility_ratio(panel, panel[:, 0], volatility=kind)


CALLS: dict[str, Callable[[Any], Any]] = {
    "percentile": lambda panel: percentile.rolling_percentile(panel, window=5),
    "percentile, column order": lambda panel: percentile.rolling_percentile(
        np.asfortranarray(panel), window=5
    ),
    "percentile, float32 result": lambda panel: percentile.rolling_percentile(
        panel, window=5, dtype=np.float32
    ),
    "percentile, last day": percentile.rolling_percentile_last,
    "contrarian": contrarian.contrarian_returns,
    "dispersion": _dispersion,
    "correlation": lambda panel: comomentum.mean_pairwise_correlation(panel, window=5),
    "spectrum": lambda _: spectrum.top_share_batch(
        np.random.default_rng(0).random((32, 480), dtype=np.float32)
    ),
}
