"""What crowding was found to add to a forecast of falls: dated figures, said beside every forecast."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Result):
    """One dated measurement of what crowding adds; see docs/decisions/0003.

    Attributes
    ----------
    horizon : int
        Sessions ahead. [d]
    loss : float
        Depth of the fall. [1]
    against_market : (float, float, float)
        Brier skill over market-only, and its 95 % interval: the declared comparison. [1]
    against_barrier : (float, float, float)
        Brier skill of the formula with crowding over the formula alone, and its interval. [1]
    lowest_tenth, highest_tenth : (float, float)
        What the formula said in its lowest and highest tenth of forecasts, and what came. [1]
    passed : bool
        Whether crowding passed the declared rule.
    measured_on : Timestamp
        Day of the run.
    indices : int
        Price series it was measured on.
    first, last : Timestamp
        First and last day forecast and settled.
    """

    horizon: int
    loss: float
    against_market: tuple[float, float, float]
    against_barrier: tuple[float, float, float]
    lowest_tenth: tuple[float, float]
    highest_tenth: tuple[float, float]
    passed: bool
    measured_on: pd.Timestamp
    indices: int
    first: pd.Timestamp
    last: pd.Timestamp


@cache
def measured() -> tuple[Measured, ...]:
    """Give the figures of the last declared run, one a horizon.

    They are a record of a measurement, as a rule book is a record of rules; the test
    ``tests/real/test_probability_real.py`` measures them again.
    """
    text = files("quantquake.measures.probability").joinpath("measured.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return tuple(_one(row, table) for row in table["horizon"])


def _one(row: dict[str, Any], table: dict[str, Any]) -> Measured:
    return Measured(
        horizon=row["sessions"],
        loss=table["loss"],
        against_market=tuple(row["against_market"]),
        against_barrier=tuple(row["against_barrier"]),
        lowest_tenth=tuple(row["lowest_tenth"]),
        highest_tenth=tuple(row["highest_tenth"]),
        passed=row["passed"],
        measured_on=pd.Timestamp(table["measured_on"]),
        indices=table["indices"],
        first=pd.Timestamp(row["first"]),
        last=pd.Timestamp(row["last"]),
    )
