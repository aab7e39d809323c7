"""How long before the fall did the warning come? A warning after the peak is a report."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.falls import Falls, Path

Array = npt.NDArray[Any]

MARKS = ("touch", "trough", "peak")


def lead_times(path: Path, first: Array, *, loss: float, horizon: int) -> pd.DataFrame:
    """Sessions from each warning to the fall that followed it within the horizon.

    Parameters
    ----------
    path : Path
        Closes without holes.
    first : ndarray of int, shape (n_episodes,)
        Position of each episode's first day.
    loss, horizon
        What counts as a fall. [1], [d]

    Returns
    -------
    DataFrame of shape (n_episodes, 3)
        ``touch``: to the first price `loss` below the first day's close; ``trough``: to the lowest
        price of the horizon; ``peak``: to the highest close before the touch, 0 if the warning
        stood at the top. [d] NaN (censored at the horizon) where no fall came.
    """
    table = np.full((len(first), 3), np.nan)
    for row, start in zip(table, first, strict=True):
        low = path.low[start + 1 : start + 1 + horizon]
        hits = np.flatnonzero(low <= (1.0 - loss) * path.close[start])
        if hits.size:
            touch = int(hits[0]) + 1
            before = path.close[start : start + touch]
            # The last of equal tops: a fall leads away from where it starts.
            row[:] = touch, int(np.argmin(low)) + 1, touch - 1 - int(np.argmax(before[::-1]))
    return pd.DataFrame(table, columns=list(MARKS))


def summarise_leads(leads: pd.DataFrame) -> pd.DataFrame:
    """Median and quartiles of each lead over the episodes that were followed by a fall.

    Returns
    -------
    DataFrame
        Index ``touch``, ``trough``, ``peak``; columns ``median``, ``q25``, ``q75`` [d], ``cases``
        and ``censored`` (episodes without a fall, which have no lead).
    """
    quartiles = leads.quantile([0.5, 0.25, 0.75]).T.set_axis(["median", "q25", "q75"], axis=1)
    quartiles["cases"] = leads.notna().sum()
    quartiles["censored"] = leads.isna().sum()
    return quartiles.rename_axis("to")


def warned_falls(falls: Falls, signal: Array, *, horizon: int) -> pd.DataFrame:
    """For each fall: was there a signal in the `horizon` sessions before, and since when?

    Parameters
    ----------
    falls : Falls
        Positions of peaks and touches.
    signal : ndarray of shape (n,)
        1 on signal days, on the same positions.
    horizon : int
        Sessions looked back, the touch itself left out. [d]

    Returns
    -------
    DataFrame of shape (n_falls, 5)
        ``peak``, ``touch`` (positions), ``warned``, and ``before_touch``, ``before_peak``: sessions
        from the first signal of those to each; negative where the signal came after the peak.
        NaN where nothing warned. [d]
    """
    rows = []
    on = np.nan_to_num(np.asarray(signal, dtype=np.float64)) > 0.0
    for peak, touch in zip(falls.peak, falls.touch, strict=True):
        days = np.flatnonzero(on[max(0, touch - horizon) : touch])
        first = max(0, touch - horizon) + int(days[0]) if days.size else np.nan
        rows.append((int(peak), int(touch), bool(days.size), touch - first, peak - first))
    names = ["peak", "touch", "warned", "before_touch", "before_peak"]
    return pd.DataFrame(rows, columns=names).astype({"warned": bool})
