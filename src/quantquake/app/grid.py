"""Judge the alarms of every basket together: the grid behind `quantquake evidence`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from quantquake.app.inputs import Inputs
from quantquake.app.odds import outlooks_of
from quantquake.app.scoring import Step, preset_of, score_baskets, silent
from quantquake.data.files.cells import one_date
from quantquake.errors import ConfigError
from quantquake.measures.evidence.family import Family, evaluate_family
from quantquake.measures.probability import FallOutlook
from quantquake.report.parts import ScoreLike


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The judged family and what could not enter it.

    Attributes
    ----------
    family : Family
        Table and pooled rows; see `measures.family`.
    outlooks : dict of str to FallOutlook
        How likely a fall is from the last close of each basket.
    as_of : Timestamp
        Last date seen.
    issues : tuple of str
        Notes of the reader, and baskets left out with the reason.
    """

    family: Family
    outlooks: dict[str, FallOutlook]
    as_of: pd.Timestamp
    issues: tuple[str, ...]


def evidence_grid(
    inputs: Inputs,
    *,
    as_of: str | None = None,
    since: str | None = None,
    only: Sequence[str] | None = None,
    preset: str = "default",
    by_indicator: bool = False,
    horizons: Sequence[int] = (20, 60),
    loss: float = 0.05,
    draws: int = 5000,
    seed: int = 0,
    step: Step = silent,
) -> Grid:
    """Score every basket and ask what followed its alarms.

    Parameters
    ----------
    since : date, optional
        Alarms before it are not counted; the scores still use the earlier rows.
    by_indicator : bool
        Judge each indicator's flag as well; all tests then share one false-discovery rate.
    horizons, loss, draws, seed
        As in `measures.evidence.evaluate`.
    """
    on = inputs.day(as_of)
    seen = inputs.until(on)
    start = None if since is None else first_day(since, on)
    rows, notes = score_baskets(seen, rules=preset_of(preset), only=only, record=False, step=step)
    prices = pd.DataFrame({row.basket.name: row.price for row in rows}).sort_index()
    signals = {
        row.basket.name: _signals(row.score, by_indicator, start).reindex(prices.index)
        for row in rows
    }
    step("evidence")
    family = evaluate_family(
        signals, prices, horizons=tuple(horizons), loss=loss, draws=draws, seed=seed
    )
    return Grid(
        family=family,
        outlooks=outlooks_of(rows, horizons, loss),
        as_of=on,
        issues=(*seen.issues, *notes),
    )


def first_day(since: str, on: pd.Timestamp) -> pd.Timestamp:
    """Day from which alarms count; one after the last day looked at is refused."""
    day = one_date(since, name="--since")
    if day > on:
        raise ConfigError(
            f"--since {day:%Y-%m-%d} is later than {on:%Y-%m-%d}, the last day looked at: no alarm "
            "would be left to judge. Choose an earlier date."
        )
    return day


def _signals(scored: ScoreLike, by_indicator: bool, since: pd.Timestamp | None) -> pd.DataFrame:
    """Alarm and flags as 1, 0 or NaN where not observed."""
    alarm = scored.signal.astype(float).where(scored.score.notna())
    table = alarm.rename("score").to_frame()
    if by_indicator:
        flags = scored.flags.astype(float).where(scored.percentiles.notna())
        table = table.join(flags.dropna(axis=1, how="all"))
    return table if since is None else table.loc[since:]
