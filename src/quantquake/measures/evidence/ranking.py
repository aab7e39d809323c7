"""Does a higher score mean a likelier fall? Judged over every cut at once, not at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.measures.evidence.intervals import Interval, percentile_interval
from quantquake.measures.evidence.resampling import Blocks
from quantquake.measures.kernels import evidence as kernels
from quantquake.types import Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking(Result):
    """How well the score orders days by what followed them.

    Attributes
    ----------
    roc_auc : float
        Chance that a day before a fall scores above a day before none; 0.5 is no skill. [1]
    roc_interval : (float, float)
        From blocks of days drawn anew. [1]
    pr_auc : float
        Average precision over all cuts; no skill scores `prevalence`. [1]
    pr_interval : (float, float)
    prevalence : float
        Share of days followed by a fall. [1]
    """

    roc_auc: float
    roc_interval: Interval
    pr_auc: float
    pr_interval: Interval
    prevalence: float


def rank_score(score: Array, hit: Array, blocks: Blocks) -> Ranking:
    """Area under both curves, with block-bootstrap intervals.

    Parameters
    ----------
    score : ndarray of shape (n_dates,)
        Higher means more warning; NaN days are left out.
    hit : ndarray of shape (n_dates,)
        1 where the fall followed, else 0.
    blocks : Blocks
        Drawn over the same days.
    """
    order = np.argsort(-score, kind="stable")
    order = order[np.isfinite(score[order])]
    closes = np.append(np.diff(score[order]) != 0.0, np.ones(min(1, len(order)), dtype=bool))
    whole = Blocks(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), len(score)))
    first, drawn = (_areas(part, order, closes, hit) for part in (whole, blocks))
    return Ranking(
        roc_auc=float(first[0, 0]),
        roc_interval=percentile_interval(drawn[:, 0]),
        pr_auc=float(first[0, 1]),
        pr_interval=percentile_interval(drawn[:, 1]),
        prevalence=float(hit[order].mean()) if len(order) else float("nan"),
    )


def _areas(blocks: Blocks, order: Array, closes: Array, hit: Array) -> Array:
    areas = np.full((len(blocks.starts), 2), np.nan)
    if len(order):
        kernels.ranking_areas(blocks.starts, blocks.lengths, order, closes, np.array(hit), areas)
    return areas
