"""What would switch the alarm on: the level at which each silent indicator fires."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quantquake.measures.crowding.rules import LOW_IS_CROWDED, ScoreRules

# A return and a score in [-1, 1] move in points: their ratio to today's value says nothing.
IN_POINTS = ("momentum", "news_score")


def firing_level(
    others: NDArray[np.float64], *, threshold: float, side: str = "above", inclusive: bool = True
) -> float:
    """Return the level beyond which a new value ranks as extreme among its past.

    Parameters
    ----------
    others : ndarray of shape (n - 1,)
        The window without today, at least one value; no NaN.
    threshold : float
        Percentile to reach. [1]
    side : {"above", "below"}
        Fires at or above the threshold, or at or below it.
    inclusive : bool
        False: only strictly beyond the threshold.

    Returns
    -------
    float
        In the unit of `others`: every value beyond it fires, none short of it does; whether the
        level itself fires depends on ties (at 250 and 95 % it does). NaN if a window this short
        can never fire (lowest rank 1/n above the threshold).
    """
    past = np.sort(others)
    n = len(past) + 1
    # A new value just beyond past[i] ties with nothing, so its rank is a whole number.
    if side == "above":
        percentile = (np.searchsorted(past, past, side="right") + 1) / n
        reached = percentile >= threshold if inclusive else percentile > threshold
        return float(past[np.argmax(reached)])
    percentile = (np.searchsorted(past, past, side="left") + 1) / n
    reached = percentile <= threshold if inclusive else percentile < threshold
    return float(past[np.flatnonzero(reached)[-1]]) if reached.any() else float("nan")


def switch_levels(past: pd.DataFrame, flags: pd.Series, rules: ScoreRules) -> pd.DataFrame:
    """Return the firing level of every indicator silent on the last row of `past`.

    Parameters
    ----------
    past : DataFrame of shape (n_dates, 10)
        Indicators up to the day asked about.
    flags : Series
        Flags of that day.
    rules : ScoreRules
        Window and thresholds.

    Returns
    -------
    DataFrame
        `indicator`, `dimension`, `value`, `level`, `change`, `side`; see `CrowdingScore.flips`.
        Indicators without a percentile today are left out.
    """
    window = past.iloc[-rules.window :]
    needed = rules.needed
    rows = []
    for name in past.columns:
        values = window[name].dropna().to_numpy()
        if flags[name] or len(values) < needed or np.isnan(past[name].iloc[-1]):
            continue
        rows.append(_row(str(name), values, rules))
    columns = ["indicator", "dimension", "value", "level", "change", "side"]
    return pd.DataFrame(rows, columns=columns)


def _row(name: str, values: NDArray[np.float64], rules: ScoreRules) -> tuple[object, ...]:
    today = float(values[-1])
    side = "below" if name in LOW_IS_CROWDED else "above"
    threshold = rules.low if name in LOW_IS_CROWDED else rules.threshold
    level = firing_level(values[:-1], threshold=threshold, side=side, inclusive=rules.inclusive)
    change = level - today if name in IN_POINTS else level / today - 1.0 if today else np.nan
    return name, rules.dimension_of(name), today, level, change, side
