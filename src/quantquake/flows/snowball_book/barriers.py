"""Barriers as a desk writes them: a ratio, a percentage or an index level; told apart by size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.flows.snowball_book.terms import Floats

LOW, HIGH = 0.2, 2.0
"""Barriers of a note lie between these shares of its first level."""

LARGEST_STEP = 0.05
"""A knock-out that steps down by more than this a month is a percentage."""


def as_ratio(value: Floats, spot0: Floats) -> Floats:
    """Read a barrier as a share of the first level: 0.8, 80 or 4800 of 6000.

    Returns
    -------
    ndarray of the shape of `value`
        [1 of spot0] NaN where the value is missing, fits no reading, or fits two that differ.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        readings = np.stack(np.broadcast_arrays(value, value / 100.0, value / spot0))
        fits = (readings >= LOW) & (readings <= HIGH)
        shown = np.where(fits, readings, np.nan)
        least, most = np.fmin.reduce(shown), np.fmax.reduce(shown)
        return np.where(most - least <= 1e-9, most, np.nan)


def as_step(value: Floats, spot0: Floats) -> Floats:
    """Read what a knock-out loses a month: 0.005, 0.5 (per cent), or 30 points of 6000."""
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.abs(value)
        ratio = np.where(size <= LARGEST_STEP, size, size / 100.0)
        return np.where(ratio <= LARGEST_STEP, ratio, size / spot0)


def rates(values: Floats, field: str, table: pd.DataFrame, issues: list[Issue]) -> Floats:
    """Yearly rates as fractions; above 1 they are percentages, and noted."""
    percent = np.abs(values) > 1.0
    if percent.any():
        lines = table["line"][percent] if "line" in table else np.flatnonzero(percent)
        where = f"{int(percent.sum())} trades, lines {listed(lines, 5)}"
        issues.append(issue(f"{field} above 1", where, "taken as per cent"))
    return np.where(percent, values / 100.0, values)
