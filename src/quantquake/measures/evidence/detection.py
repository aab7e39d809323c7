"""The alarm seen from the falls: how many it met, and how often it cried for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.measures.evidence.base_rate import DAYS_PER_YEAR
from quantquake.types import Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection(Result):
    """How the alarm looks from the falls' side, and what it costs to listen to it.

    Attributes
    ----------
    true_positive, false_positive, false_negative, true_negative : int
        Days by signal and by what followed. [d]
    precision, recall_days, specificity : float
        tp/(tp+fp), tp/(tp+fn), tn/(tn+fp). [1] NaN where nothing is below the line.
    falls, warned : int
        Falls of the declared size, and those with a signal in the horizon before the touch.
    recall : float
        `warned` over `falls`: what a backward look shows. [1]
    recall_chance : float
        The same for a signal slid along the calendar at random. [1]
    false_alarms : int
        Settled episodes without a fall.
    false_alarms_per_year : float
        [1/yr]
    """

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    precision: float
    recall_days: float
    specificity: float
    falls: int
    warned: int
    recall: float
    recall_chance: float
    false_alarms: int
    false_alarms_per_year: float


def detect(
    signal: Array, hit: Array, false_alarms: int, falls: pd.DataFrame, chance: float
) -> Detection:
    """Count days by signal and outcome, and falls by whether they were warned of.

    Parameters
    ----------
    signal, hit : ndarray of shape (n_days,)
        1 on signal days; 1 where the fall followed; counted days only.
    false_alarms : int
        Settled episodes without a fall.
    falls : DataFrame
        From `lead_time.warned_falls`.
    chance : float
        Share of days with a signal in the horizon before them. [1]
    """
    on, fell = signal > 0.0, hit > 0.0
    tp, fp = int((on & fell).sum()), int((on & ~fell).sum())
    fn, tn = int((~on & fell).sum()), int((~on & ~fell).sum())
    warned = int(falls["warned"].sum())
    return Detection(
        true_positive=tp,
        false_positive=fp,
        false_negative=fn,
        true_negative=tn,
        precision=_share(tp, tp + fp),
        recall_days=_share(tp, tp + fn),
        specificity=_share(tn, tn + fp),
        falls=len(falls),
        warned=warned,
        recall=_share(warned, len(falls)),
        recall_chance=chance,
        false_alarms=false_alarms,
        false_alarms_per_year=_share(false_alarms * DAYS_PER_YEAR, len(hit)),
    )


def share_covered(signal: Array, horizon: int, since: int) -> float:
    """Share of days from `since` on with a signal in the `horizon` days before them. [1]"""
    ons = np.concatenate([[0.0], np.cumsum(np.nan_to_num(signal))])
    day = np.arange(max(since, 1), len(signal))
    return _share(int((ons[day] > ons[np.maximum(day - horizon, 0)]).sum()), len(day))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
