"""Does a sentiment score tell good news from bad? Shares, ranks and their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from quantquake.errors import DataError
from quantquake.types import Origin, Result

Floats = NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSkill(Result):
    """Agreement of scores with labels; every interval is a 95 % bootstrap over days.

    Attributes
    ----------
    n, positive_share : int, float
        Texts judged and the share labelled positive (accuracy of always saying "positive"). [1]
    coverage : float
        Share of texts with a score other than 0. [1]
    accuracy_covered : float
        Share of right signs among those. [1]
    accuracy : float
        Share of right signs with score 0 read as positive, the commoner label. [1]
    auc : float
        Chance that a positive text outranks a negative one, ties counted half. [1]
    auc_interval, accuracy_interval : tuple of float
        Of `auc` and `accuracy`. [1]
    """

    n: int
    positive_share: float
    coverage: float
    accuracy_covered: float
    accuracy: float
    accuracy_interval: Interval
    auc: float
    auc_interval: Interval
    origin: Origin


def skill(
    scores: ArrayLike,
    labels: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    draws: int = 1_000,
    seed: int = 0,
) -> SentimentSkill:
    """Judge scores against labels 1 (good) and 0 (bad).

    Parameters
    ----------
    scores, labels : array of shape (n_texts,)
        Scores around 0 (NaN = left out) and labels 0 or 1.
    groups : array of shape (n_texts,), optional
        Texts resampled together, for example their dates: news of one day is alike, and an
        interval over single texts would be too narrow. Default each text alone.
    draws, seed : int
        Of the bootstrap.

    Raises
    ------
    DataError
        If lengths differ, a label is not 0 or 1, or one of the two is absent.
    """
    s, y, g = _checked(scores, labels, groups)
    blocks = [np.flatnonzero(g == code) for code in range(int(g.max()) + 1)]
    rng = np.random.default_rng(seed)

    def interval(measure: Callable[[Floats, NDArray[np.bool_]], float]) -> Interval:
        values = []
        for _ in range(draws):
            rows = np.concatenate([blocks[i] for i in rng.integers(len(blocks), size=len(blocks))])
            values.append(measure(s[rows], y[rows]))
        low, high = np.nanquantile(values, [0.025, 0.975])
        return float(low), float(high)

    decided = s != 0
    return SentimentSkill(
        n=len(s),
        positive_share=float(y.mean()),
        coverage=float(decided.mean()),
        accuracy_covered=accuracy(s[decided], y[decided]),
        accuracy=accuracy(s, y),
        accuracy_interval=interval(accuracy),
        auc=auc(s, y),
        auc_interval=interval(auc),
        origin=Origin(seed=seed, assumptions=("score 0 read as positive in `accuracy`",)),
    )


def accuracy(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Share of right signs, 0 read as positive; NaN when empty."""
    return float(np.mean((scores >= 0) == positive)) if len(scores) else float("nan")


def auc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks (Mann-Whitney), ties half; NaN without both labels."""
    n_positive, n = int(positive.sum()), len(positive)
    if n_positive in (0, n):
        return float("nan")
    above = rankdata(scores)[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * (n - n_positive)))


def brier(probability: ArrayLike, labels: ArrayLike) -> float:
    """Mean squared error of the probability of "good"; smaller is better. [1]"""
    p, y = np.asarray(probability, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    return float(np.mean((p - y) ** 2))


def _checked(
    scores: ArrayLike, labels: ArrayLike, groups: ArrayLike | None
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels)
    g = np.arange(len(s)) if groups is None else np.asarray(groups)
    if not s.shape == y.shape == g.shape or not set(np.unique(y)) == {0, 1}:
        raise DataError(
            f"{s.size} scores, {y.size} labels with values {np.unique(y)[:5].tolist()}, {g.size} "
            "groups: skill compares good news with bad. Give equally many, labels 0 and 1 both."
        )
    keep = ~np.isnan(s)
    codes = np.unique(g[keep], return_inverse=True)[1]
    return s[keep], y[keep] == 1, codes.astype(np.int64)
