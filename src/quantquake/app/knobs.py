"""Turn the four knobs of the score on every basket: the surface behind `evidence --sensitivity`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from quantquake.app.grid import first_day
from quantquake.app.inputs import Inputs
from quantquake.app.scoring import Step, preset_of, score_baskets, silent
from quantquake.errors import DataError
from quantquake.measures.crowding import CrowdingScore, ScoreRules, score
from quantquake.measures.evidence.sensitivity import Build, Surface, sensitivity
from quantquake.report.parts import BasketRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """The surface and what it was measured on.

    Attributes
    ----------
    surface : Surface
        Votes of all baskets added up.
    rules : ScoreRules
        Where the knobs stand by default.
    baskets : tuple of str
    horizon : int
        [d]
    as_of : Timestamp
    issues : tuple of str
    """

    surface: Surface
    rules: ScoreRules
    baskets: tuple[str, ...]
    horizon: int
    as_of: pd.Timestamp
    issues: tuple[str, ...]


def turn_knobs(
    inputs: Inputs,
    *,
    as_of: str | None = None,
    since: str | None = None,
    only: Sequence[str] | None = None,
    preset: str = "default",
    horizon: int = 60,
    step: Step = silent,
) -> Knobs:
    """Score every basket at each setting of the knobs and judge all of its alarms together.

    Parameters
    ----------
    as_of, since, only, preset
        As in `evidence_grid`; the knobs are turned on top of the preset.
    horizon : int
        Sessions looked ahead. [d]

    Raises
    ------
    DataError
        If no basket has a score at any setting.
    """
    on, rules = inputs.day(as_of), preset_of(preset)
    seen = inputs.until(on)
    start = None if since is None else first_day(since, on)
    rows, notes = score_baskets(seen, rules=rules, only=only, record=False, step=step)
    rows = [row for row in rows if row.score.score.notna().any()]
    if not rows:
        raise DataError(
            "no basket has a score on any day: there is no alarm whose knobs could be turned. Give "
            "amounts and longer history (two dimensions and a year are needed)."
        )
    prices = pd.DataFrame({row.basket.name: row.price for row in rows}).sort_index()
    step("sensitivity")
    builds = {row.basket.name: _build(row, rules, prices.index, start) for row in rows}
    counted = prices.index if start is None else prices.index[prices.index >= start]
    surface = sensitivity(builds, prices, horizon=horizon, split=counted[len(counted) // 2])
    return Knobs(
        surface=surface,
        rules=rules,
        baskets=tuple(builds),
        horizon=horizon,
        as_of=on,
        issues=(*seen.issues, *notes),
    )


def _build(row: BasketRow, rules: ScoreRules, dates: pd.Index, start: pd.Timestamp | None) -> Build:
    """The alarm of one basket as a function of the knobs; each score is computed once."""
    known: dict[tuple[float, int], CrowdingScore] = {}

    def build(cut: float, window: int, threshold: float) -> pd.Series:
        key = (cut, window)
        if key not in known:
            turned = dataclasses.replace(
                rules, threshold=cut, low=round(1.0 - cut, 12), window=window, min_periods=None
            )
            known[key] = score(row.score.indicators, rules=turned)  # type: ignore[attr-defined]
        scored = known[key].score
        signal = (scored > threshold).astype(float).where(scored.notna()).reindex(dates)
        return signal if start is None else signal.where(signal.index >= start)

    return build
