"""The axis of a simulated run: days counted from the start, or their dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from quantquake.report.numbers import date_tick
from quantquake.report.words import say


def day_name(day: int, dates: pd.DatetimeIndex | None, lang: str) -> str:
    """Return the short name of a day: its date, or its number; day 0 is the close before."""
    if day == 0:
        return say("simulate.axis_start", lang)
    if dates is None:
        return say("simulate.axis_day", lang, n=day)
    return date_tick(dates[day - 1], lang, "day")


def day_axis(
    days: int, dates: pd.DatetimeIndex | None, lang: str, *, most: int = 7, first: int = 0
) -> dict[str, Any]:
    """Return explicit range, tick values and texts for days `first` to `days`."""
    every = max(1, math.ceil((days - first + 1) / most))
    # Counted back from the last day: where it all ends is always named.
    shown = sorted(range(days, first - 1, -every))
    return {
        "range": [first, days],
        "tickvals": shown,
        "ticktext": [day_name(day, dates, lang) for day in shown],
    }


def day_names(days: Sequence[int], dates: pd.DatetimeIndex | None, lang: str) -> list[str]:
    """Names of days for the line that follows the pointer."""
    return [day_name(int(day), dates, lang) for day in days]
