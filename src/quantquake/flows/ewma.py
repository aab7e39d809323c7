"""Volatility after one more day: the update every limit and target in this room uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]

#: Weight of yesterday's variance in the daily RiskMetrics update.
DECAY = 0.94


def updated_volatility(
    sigma: float | FloatArray, move: float | Sequence[float] | FloatArray, *, decay: float = DECAY
) -> FloatArray:
    """Daily volatility once a day's move is in it: ``sqrt(decay s^2 + (1 - decay) r^2)``.

    Parameters
    ----------
    sigma : float or array
        Volatility before the day, > 0. [1/sqrt(d)]
    move : float or array
        The day's return. [1] NaN gives NaN.
    decay : float
        Weight of the old variance, in (0, 1). [1] 0.94 is RiskMetrics' daily figure.

    Raises
    ------
    ConfigError
        `decay` outside (0, 1): the day would not count, or nothing but the day.
    DataError
        A volatility not above 0, or a move of -1 or below.
    """
    if not 0.0 < decay < 1.0:
        raise ConfigError(
            f"`decay`={decay}: at 1 or above no day ever counts, at 0 or below a quiet day leaves no "
            "volatility at all. Give the weight of yesterday's variance, above 0 and under 1."
        )
    before, r = np.asarray(sigma, dtype=float), np.asarray(move, dtype=float)
    if not (before > 0).all() or not np.isfinite(before).all() or (r <= -1).any():
        raise DataError(
            f"`sigma`={sigma}, moves from {np.min(r):g}: a volatility must be a number above 0 and "
            "a move above -1, or exposures are divided by nothing. Give sigma per day (0.012 for "
            "1.2 %) and falls as negative fractions."
        )
    return np.sqrt(decay * before**2 + (1.0 - decay) * r**2)
