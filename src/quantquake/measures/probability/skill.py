"""Is a probability right, and is it better than another one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from quantquake.measures.evidence.intervals import Interval, percentile_interval
from quantquake.measures.evidence.resampling import Blocks, block_sums
from quantquake.measures.kernels import evidence as kernels
from quantquake.types import Result

Array = npt.NDArray[Any]


def brier(chance: Array, hit: Array) -> float:
    """Mean squared error of a probability; 0 is perfect. [1]"""
    return float(np.mean((chance - hit) ** 2))


def log_loss(chance: Array, hit: Array) -> float:
    """Mean negative log likelihood, probabilities kept 1e-6 away from certainty. [nat]"""
    p = np.clip(chance, 1e-6, 1.0 - 1e-6)
    return float(-np.mean(hit * np.log(p) + (1.0 - hit) * np.log(1.0 - p)))


def reliability(chance: Array, hit: Array, *, bins: int = 10) -> pd.DataFrame:
    """Set the stated probability beside the share that came true, in bins of equal count.

    Returns
    -------
    DataFrame
        ``forecast``, ``observed`` [1], ``cases`` by bin, from low to high.
    """
    parts = np.array_split(np.argsort(chance, kind="stable"), bins)
    rows = [(chance[p].mean(), hit[p].mean(), len(p)) for p in parts if len(p)]
    return pd.DataFrame(rows, columns=["forecast", "observed", "cases"])


def reliability_line(chance: Array, hit: Array) -> tuple[float, float]:
    """Slope and intercept of the outcome's log odds on the forecast's; (1, 0) is well calibrated.

    Returns
    -------
    (float, float)
        Maximum likelihood of ``logit P(hit) = intercept + slope * logit(chance)``. [1], [nat] NaN
        where the forecast hardly varies, or only one outcome was seen.

    References
    ----------
    .. [1] D. R. Cox, "Two further applications of a model for binary regression", Biometrika 45,
       1958.
    """
    lean = special.logit(np.clip(chance, 1e-6, 1.0 - 1e-6))
    if not 0.0 < hit.mean() < 1.0 or lean.std() < 1e-6:
        return float("nan"), float("nan")
    # Centred and scaled: Newton's step is then well conditioned wherever the forecasts lie.
    centre, scale = lean.mean(), lean.std()
    design = np.column_stack([np.ones_like(lean), (lean - centre) / scale])
    weights = np.array([special.logit(hit.mean()), 0.0])
    for _ in range(50):
        p = special.expit(design @ weights)
        curvature = design.T @ (design * (p * (1.0 - p))[:, None])
        step = np.linalg.lstsq(curvature, design.T @ (hit - p), rcond=None)[0]
        weights = weights + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    slope = weights[1] / scale
    return float(slope), float(weights[0] - slope * centre)


def murphy(chance: Array, hit: Array, *, bins: int = 10) -> dict[str, float]:
    """Split the Brier score of the binned forecast: reliability - resolution + uncertainty. [1]

    References
    ----------
    .. [1] A. Murphy, "A new vector partition of the probability score", J. Applied Meteorology
       12, 1973.
    """
    table, base = reliability(chance, hit, bins=bins), float(hit.mean())
    weight = (table["cases"] / table["cases"].sum()).to_numpy()
    error = ((table["forecast"] - table["observed"]) ** 2).to_numpy()
    spread = ((table["observed"] - base) ** 2).to_numpy()
    return {
        "reliability": float(weight @ error),
        "resolution": float(weight @ spread),
        "uncertainty": base * (1.0 - base),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Result):
    """One forecast against another on the same samples.

    Attributes
    ----------
    skill, skill_interval : float, (float, float)
        1 - Brier / Brier of the reference; above 0 is better. [1]
    auc, reference_auc : float
        ROC areas. [1]
    auc_gain, auc_gain_interval
        Difference of ROC areas. [1]
    weight, weight_interval
        Best weight of the forecast in a mixture with the reference: 0 means that the reference
        encompasses it. [1]
    """

    skill: float
    skill_interval: Interval
    auc: float
    reference_auc: float
    auc_gain: float
    auc_gain_interval: Interval
    weight: float
    weight_interval: Interval


def compare(chance: Array, reference: Array, hit: Array, blocks: Blocks) -> Comparison:
    """Judge a forecast against a reference with block-bootstrap intervals.

    Parameters
    ----------
    chance, reference, hit : ndarray of shape (n_samples,)
        Probabilities [1] and outcomes, sorted by date so that blocks are stretches of calendar.
    blocks : Blocks
        Drawn over the samples.
    """
    gap = chance - reference
    columns = np.stack(
        [(chance - hit) ** 2, (reference - hit) ** 2, gap * (hit - reference), gap**2], axis=1
    )
    seen, drawn = columns.sum(axis=0), block_sums(blocks, columns).T
    whole = Blocks(np.zeros((1, 1), dtype=np.int64), np.full((1, 1), len(hit)))
    areas = [roc_areas(p, hit, whole)[0] for p in (chance, reference)]
    gains = roc_areas(chance, hit, blocks) - roc_areas(reference, hit, blocks)
    with np.errstate(divide="ignore", invalid="ignore"):
        skills, weights = 1.0 - drawn[0] / drawn[1], drawn[2] / drawn[3]
        skill, weight = 1.0 - seen[0] / seen[1], seen[2] / seen[3]
    return Comparison(
        skill=float(skill),
        skill_interval=percentile_interval(skills),
        auc=float(areas[0]),
        reference_auc=float(areas[1]),
        auc_gain=float(areas[0] - areas[1]),
        auc_gain_interval=percentile_interval(gains),
        weight=float(weight),
        weight_interval=percentile_interval(weights),
    )


def roc_areas(chance: Array, hit: Array, blocks: Blocks) -> Array:
    """ROC area of each drawn history; shape (n_draws,). [1]"""
    order = np.argsort(-chance, kind="stable")
    closes = np.append(np.diff(chance[order]) != 0.0, True)
    areas = np.empty((len(blocks.starts), 2))
    # A copy: pandas hands out read-only columns, which the compiled signature refuses.
    kernels.ranking_areas(blocks.starts, blocks.lengths, order, closes, np.array(hit), areas)
    return areas[:, 0]
