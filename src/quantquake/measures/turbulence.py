"""How unusual today's returns are given yesterday's risk: size and togetherness apart.

References
----------
.. [1] Kritzman, Li, "Skulls, Financial Turbulence, and Risk Management", Financial Analysts
   Journal, 2010.
.. [2] Kinlaw, Turkington, "Correlation Surprise", Journal of Asset Management, 2014.
.. [3] Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices",
   Journal of Multivariate Analysis, 2004 (the shrinkage).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError


def turbulence(returns: pd.DataFrame, *, window: int = 250) -> pd.DataFrame:
    """Mahalanobis distance of each day from the days before it.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_assets)
        Simple returns. [1] Assets missing on day t or anywhere in its window are left out that day.
    window : int
        Sessions before t (t excluded) that define normal. [d]

    Returns
    -------
    DataFrame of shape (n_dates, 3)
        ``turbulence``: ``(y-mu)' S^-1 (y-mu) / n`` with shrunk covariance S, about 1 on a normal
        day; ``magnitude``: the same with correlations set to zero; ``correlation_surprise``:
        their ratio, above 1 when assets moved together in an unusual way. [1] NaN before the
        first full window and where fewer than two assets are complete.

    Raises
    ------
    DataError
        If `window` is shorter than 20 sessions.
    """
    if window < 20:
        raise DataError(
            f"`window`={window}: a covariance from fewer than 20 sessions is mostly noise: every "
            "day would look turbulent. Use 20 or more; 250 is the default."
        )
    values = returns.to_numpy(float)
    out = np.full((len(values), 3), np.nan)
    for row in range(window, len(values)):
        past = values[row - window : row]
        known = ~np.isnan(past).any(axis=0) & ~np.isnan(values[row]) & (past.std(axis=0) > 0)
        if known.sum() >= 2:
            out[row] = _day(past[:, known], values[row, known])
    columns = ["turbulence", "magnitude", "correlation_surprise"]
    return pd.DataFrame(out, index=returns.index, columns=columns)


def _day(past: np.ndarray, today: np.ndarray) -> tuple[float, float, float]:
    from sklearn.covariance import ledoit_wolf

    covariance, _ = ledoit_wolf(past)
    move = today - past.mean(axis=0)
    whole = float(move @ np.linalg.solve(covariance, move)) / len(move)
    alone = float((move**2 / np.diag(covariance)).mean())
    return whole, alone, whole / alone if alone > 0 else np.nan
