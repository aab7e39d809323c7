"""One explanatory variable, honest standard error: the slope behind several gauges.

Reference
---------
.. [1] Newey, West, "A Simple, Positive Semi-Definite, Heteroskedasticity and Autocorrelation
   Consistent Covariance Matrix", Econometrica, 1987.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quantquake.errors import DataError
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope(Result):
    """Slope of y on x with an autocorrelation-robust interval.

    Attributes
    ----------
    value : float
        Change of y per unit of x.
    interval : tuple of float
        95 % interval.
    r_squared : float
        Share of the variance of y explained. [1]
    n : int
        Pairs used.
    """

    value: float
    interval: tuple[float, float]
    r_squared: float
    n: int

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out zero."""
        return not self.interval[0] <= 0 <= self.interval[1]


def slope(x: ArrayLike, y: ArrayLike, *, lags: int = 0) -> Slope:
    """Regress y on x and a constant.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        Pairs in time order; a pair with a NaN is left out.
    lags : int
        Lags of the Newey-West covariance; at least the overlap of the observations. [d]

    Raises
    ------
    DataError
        With fewer than 10 pairs, or an x that does not vary.
    """
    pairs = np.column_stack([np.asarray(x, float).ravel(), np.asarray(y, float).ravel()])
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) < 10 or not np.ptp(pairs[:, 0]) > 0:
        raise DataError(
            f"{len(pairs)} complete pairs, spread of x {np.ptp(pairs[:, 0]) if len(pairs) else 0:g}: "
            "a slope needs at least 10 pairs and an x that varies, otherwise any number comes out. "
            "Supply a longer or livelier history."
        )
    dx = pairs[:, 0] - pairs[:, 0].mean()
    dy = pairs[:, 1] - pairs[:, 1].mean()
    beta = float(dx @ dy / (dx @ dx))
    residual = dy - beta * dx
    error = _newey_west(dx * residual, min(lags, len(pairs) - 2)) / (dx @ dx)
    total = float(dy @ dy)
    return Slope(
        value=beta,
        interval=(beta - 1.96 * error, beta + 1.96 * error),
        r_squared=1 - float(residual @ residual) / total if total > 0 else float("nan"),
        n=len(pairs),
    )


def _newey_west(moment: np.ndarray, lags: int) -> float:
    """Square root of the long-run sum of squares, with the small-sample factor n / (n - 2)."""
    n = len(moment)
    total = moment @ moment
    for k in range(1, lags + 1):
        total += 2 * (1 - k / (lags + 1)) * (moment[k:] @ moment[:-k])
    return float(np.sqrt(max(total, 0.0) * n / (n - 2)))
