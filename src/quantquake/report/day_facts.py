"""The numbers of a day board that a report prints, whichever of them were computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """One day, as fractions; None where the board has no such number.

    Attributes
    ----------
    on : Timestamp
    label : str
        Code, worded under ``day.label``.
    reasons : tuple of str
    n_symbols : int or None
        Names with a return on the day.
    falling, beat_index : float or None
        Share of names that fell, that beat the index. [1]
    median_return, index_return : float or None
        [1]
    volatility_ratio, volatility_ratio_percentile : float or None
        Mean stock volatility over index volatility [1]; its rank in its window, in [0, 1].
    contrarian_return, contrarian_sigma : float or None
        Day's return of the contrarian book [1]; the same in its standard deviations.
    momentum_spread, momentum_sigma : float or None
        Winners minus losers [1]; in standard deviations.
    size_returns : Series or None
        Mean return by size group, smallest first. [1]
    index_returns : Series or None
        Return by index symbol. [1]
    falling_history, ratio_history : Series or None
        The same numbers by date.
    """

    on: pd.Timestamp
    label: str
    reasons: tuple[str, ...] = ()
    n_symbols: int | None = None
    falling: float | None = None
    beat_index: float | None = None
    median_return: float | None = None
    index_return: float | None = None
    volatility_ratio: float | None = None
    volatility_ratio_percentile: float | None = None
    contrarian_return: float | None = None
    contrarian_sigma: float | None = None
    momentum_spread: float | None = None
    momentum_sigma: float | None = None
    size_returns: pd.Series | None = None
    index_returns: pd.Series | None = None
    falling_history: pd.Series | None = None
    ratio_history: pd.Series | None = None


def day_facts(board: Any) -> DayFacts | None:
    """Read a day board; None stays None."""
    if board is None or isinstance(board, DayFacts):
        return board
    names = [f for f in DayFacts.__slots__ if hasattr(board, f)]
    return DayFacts(**{name: getattr(board, name) for name in names})
