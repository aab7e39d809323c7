"""Forecast only with what was known: fit on the past, leave a gap as long as the label, move on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: ``fit(features, hit)`` -> ``predict(features)`` giving probabilities.
Fit = Callable[[Array, Array], Callable[[Array], Array]]


def folds(
    n_dates: int, *, start: int, refit: int, horizon: int, embargo: int
) -> Iterator[tuple[int, int, int]]:
    """Yield (train_end, test_start, test_end), rows of the calendar, ends exclusive.

    The label of row t is known at ``t + horizon``. Training stops `horizon` + `embargo` rows before
    the first row forecast, so no label of the training set overlaps a forecast day.
    """
    for first in range(start, n_dates, refit):
        train_end = first - horizon - embargo
        if train_end > 0:
            yield train_end, first, min(first + refit, n_dates)


def walk_forward(
    features: Array,
    hit: Array,
    row: Array,
    fit: Fit,
    *,
    n_dates: int,
    start: int = 750,
    refit: int = 60,
    horizon: int,
    embargo: int = 20,
) -> Array:
    """Probability of each sample by models fitted on earlier ones only.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_features)
        Samples with a NaN are neither fitted nor forecast.
    hit : ndarray of shape (n_samples,)
        1, 0, or NaN while unknown.
    row : ndarray of int, shape (n_samples,)
        Row of the calendar of each sample; several baskets share a row.
    fit : callable
        Returns the predictor of one fold.
    n_dates, start, refit, horizon, embargo : int
        Rows of the calendar; first row forecast; rows between fits; label length; gap. [d]

    Returns
    -------
    ndarray of shape (n_samples,)
        NaN before `start` and where features are missing, or the past knows one outcome only.
    """
    chance = np.full(len(hit), np.nan)
    usable = np.isfinite(features).all(axis=1)
    for train_end, first, last in folds(
        n_dates, start=start, refit=refit, horizon=horizon, embargo=embargo
    ):
        past = usable & (row < train_end) & np.isfinite(hit)
        now = usable & (row >= first) & (row < last)
        if now.any() and past.any() and 0.0 < hit[past].mean() < 1.0:
            chance[now] = fit(features[past], hit[past])(features[now])
    return chance


def climatology(features: Array, hit: Array) -> Callable[[Array], Array]:  # noqa: ARG001
    """Forecast the share of falls so far, whatever the features say."""
    rate = float(hit.mean())
    return lambda new: np.full(len(new), rate)


def ridge_logistic(features: Array, hit: Array) -> Callable[[Array], Array]:
    """Logistic regression on standardised columns, ridge strength 1."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-12, scale, 1.0)
    model = LogisticRegression(C=1.0, max_iter=500).fit((features - mean) / scale, hit)
    return lambda new: model.predict_proba((new - mean) / scale)[:, 1]


def isotonic(features: Array, hit: Array) -> Callable[[Array], Array]:
    """Bend one column of forecasts to the frequencies seen, never turning its order round.

    Nothing is ever certain: the fitted rates are kept between 0.01 and 0.99.
    """
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0.01, y_max=0.99, out_of_bounds="clip")
    model.fit(features[:, 0], hit)
    return lambda new: np.asarray(model.predict(new[:, 0]))


def boosted_trees(rising: Array) -> Fit:
    """Gradient-boosted trees that may only rise in the columns marked 1, fall in those marked -1."""

    def fit(features: Array, hit: Array) -> Callable[[Array], Array]:
        from sklearn.ensemble import HistGradientBoostingClassifier

        model = HistGradientBoostingClassifier(
            max_iter=60,
            max_depth=3,
            learning_rate=0.05,
            min_samples_leaf=200,
            monotonic_cst=rising,
            early_stopping=False,
            random_state=0,
        ).fit(features, hit)
        return lambda new: model.predict_proba(new)[:, 1]

    return fit
