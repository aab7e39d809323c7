"""The same question at several depths, so that -5 % is no lucky cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[Any]

#: Declared beforehand; never chosen after looking.
DEPTHS = (0.03, 0.05, 0.08, 0.10)


def loss_curve(
    worst: Array, first: Array, *, depths: tuple[float, ...] = DEPTHS, minimum: int = 10
) -> pd.DataFrame:
    """Rate and base rate at each depth.

    Parameters
    ----------
    worst : ndarray of shape (n_days,)
        Worst price of the horizon after every counted day. [1]
    first : ndarray of int
        Positions of the episodes' first days.
    depths : tuple of float
        Positive. [1]
    minimum : int
        Below this many episodes rate and lift are None.

    Returns
    -------
    DataFrame
        Index ``loss``; columns ``episodes``, ``hits``, ``rate``, ``base_rate``, ``lift``.
    """
    rows = []
    for depth in depths:
        hit = worst <= -depth
        hits, cases = int(hit[first].sum()), len(first)
        base = float(hit.mean()) if hit.size else None
        rate = hits / cases if cases >= minimum else None
        lift = rate / base if rate is not None and base else None
        rows.append((cases, hits, rate, base, lift))
    names = ["episodes", "hits", "rate", "base_rate", "lift"]
    return pd.DataFrame(rows, columns=names, index=pd.Index(depths, name="loss"))


def worst_prices(worst: Array, first: Array, *, minimum: int = 10) -> pd.DataFrame:
    """Mean and worst twentieth of the lowest price of the horizon, after alarms and any day. [1]"""
    rows = {"alarm": worst[first] if len(first) >= minimum else worst[:0], "any_day": worst}
    numbers = {
        name: (v.mean(), np.quantile(v, 0.05)) if v.size else (np.nan, np.nan)
        for name, v in rows.items()
    }
    return pd.DataFrame.from_dict(numbers, orient="index", columns=["mean", "q05"])
