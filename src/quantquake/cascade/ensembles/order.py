"""The order of events over many paths: how often something happens, and on which day first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.notes import SnowballIssuer
from quantquake.cascade.scenario import Scenario

FloatArray = npt.NDArray[np.float64]
_KINDS = {
    Outcome.MARGIN_CALLED: "margin_call",
    Outcome.DEFAULTED: "default",
    Outcome.STOPPED: "stop",
    Outcome.GATED: "gate",
}


def order(ensemble: Ensemble, scenario: Scenario) -> pd.DataFrame:
    """When things happen first, over paths.

    Returns
    -------
    DataFrame
        ``kind`` (as in :func:`quantquake.cascade.events.events`), ``who``, ``share`` of the paths on
        which it happens [1], and over those paths the day of the first time: ``day`` (median), ``low``,
        ``high`` (90 % of them) [d]. Sorted by day; what never happens is left out.
    """
    rows = []
    for kind, who, first in (
        *_turns(ensemble),
        *_knock_ins(ensemble, scenario),
        *_lowest(ensemble),
    ):
        seen = first[np.isfinite(first)]
        if len(seen):
            low, day, high = np.quantile(seen, [0.05, 0.5, 0.95])
            rows.append((kind, who, len(seen) / len(first), day, low, high))
    table = pd.DataFrame(rows, columns=["kind", "who", "share", "day", "low", "high"])
    return table.sort_values(["day", "low"], kind="stable").reset_index(drop=True)


def _turns(ensemble: Ensemble) -> Iterator[tuple[str, str, FloatArray]]:
    for outcome, kind in _KINDS.items():
        for p, name in enumerate(ensemble.names["participants"]):
            yield kind, name, ensemble.arrays["first"][outcome, p]


def _knock_ins(ensemble: Ensemble, scenario: Scenario) -> Iterator[tuple[str, str, FloatArray]]:
    for issuer in scenario.participants:
        if not isinstance(issuer, SnowballIssuer) or not issuer.layers:
            continue
        level = ensemble.arrays["index"][:, ensemble.names["indices"].index(issuer.index)]
        below = level[1:] / level[0] <= max(layer.knock_in for layer in issuer.layers)
        yield (
            "knock_in",
            issuer.name,
            np.where(below.any(axis=0), below.argmax(axis=0) + 1.0, np.nan),
        )


def _lowest(ensemble: Ensemble) -> Iterator[tuple[str, str, FloatArray]]:
    for g, name in enumerate(ensemble.names["groups"]):
        path = ensemble.arrays["groups"][:, g]
        fell = path.min(axis=0) < 1.0
        yield "lowest", name, np.where(fell, path.argmin(axis=0).astype(float), np.nan)
