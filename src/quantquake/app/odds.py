"""How likely is a fall, forecast day by day on the user's own data: `evidence --probability`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from quantquake.app.inputs import Inputs
from quantquake.app.scoring import Step, preset_of, score_baskets, silent
from quantquake.errors import DataError
from quantquake.measures.probability import FallOutlook, Probability, fall_forecasts, fall_outlook
from quantquake.report.parts import BasketRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """Chances from the last close, and what forecasts made in the past were worth.

    Attributes
    ----------
    outlooks : dict of str to FallOutlook
        From the last close of each basket.
    found : tuple of Probability
        One a horizon.
    as_of : Timestamp
    issues : tuple of str
    """

    outlooks: dict[str, FallOutlook]
    found: tuple[Probability, ...]
    as_of: pd.Timestamp
    issues: tuple[str, ...]


def forecast_odds(
    inputs: Inputs,
    *,
    as_of: str | None = None,
    only: Sequence[str] | None = None,
    preset: str = "default",
    horizons: Sequence[int] = (20, 60),
    loss: float = 0.05,
    trees: bool = False,
    draws: int = 1000,
    seed: int = 0,
    step: Step = silent,
) -> Odds:
    """Forecast falls of every basket walking forward, with and without crowding.

    Parameters
    ----------
    as_of, only, preset
        As in `evidence_grid`.
    horizons, loss, trees, draws, seed
        As in `measures.probability.fall_forecasts`.

    Raises
    ------
    DataError
        If no basket has a percentile, or the history is too short for a first fit.
    """
    on = inputs.day(as_of)
    seen = inputs.until(on)
    rows, notes = score_baskets(seen, rules=preset_of(preset), only=only, record=False, step=step)
    prices = pd.DataFrame({row.basket.name: row.price for row in rows}).sort_index()
    crowding = {row.basket.name: _percentiles(row, prices.index) for row in rows}
    crowding = {name: table for name, table in crowding.items() if table.shape[1]}
    if not crowding:
        raise DataError(
            "no basket has a percentile of any indicator: there is no crowding whose worth could be "
            "measured. Give a year of closes and amounts, or more."
        )
    alarms = {row.basket.name: _alarm(row, prices.index) for row in rows}
    found = []
    for horizon in horizons:
        step(f"forecasts {horizon}")
        one = fall_forecasts(
            prices, crowding, alarms=alarms, horizon=horizon, loss=loss, trees=trees,
            recalibrate=("barrier",), draws=draws, seed=seed,
        )  # fmt: skip
        found.append(one)
    return Odds(
        outlooks=outlooks_of(rows, horizons, loss),
        found=tuple(found),
        as_of=on,
        issues=(*seen.issues, *notes),
    )


def outlooks_of(
    rows: Sequence[BasketRow], horizons: Sequence[int], loss: float
) -> dict[str, FallOutlook]:
    """Chances from the last close of each basket at the horizons asked for."""
    return {
        row.basket.name: fall_outlook(row.price, horizons=tuple(horizons), loss=loss)
        for row in rows
    }


def _percentiles(row: BasketRow, dates: pd.Index) -> pd.DataFrame:
    return row.score.percentiles.dropna(axis=1, how="all").reindex(dates)


def _alarm(row: BasketRow, dates: pd.Index) -> pd.Series:
    return row.score.signal.astype(float).where(row.score.score.notna()).reindex(dates)
