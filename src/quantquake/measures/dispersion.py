"""Single names far wilder than their index: calm on top, storm beneath."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.kernels import dispersion as kernels
from quantquake.measures.labels import Matrix, dates_of, strip

Volatility = Literal["root_mean_square", "deviation"]


def volatility_ratio(
    returns: Any,
    index_returns: Any,
    *,
    window: int = 5,
    weights: Any = None,
    volatility: Volatility = "root_mean_square",
) -> Any:
    """How many times wilder the mean member is than its index; high while names cancel out.

    Parameters
    ----------
    returns : DataFrame or ndarray of shape (n_dates, n_symbols)
        Simple daily returns of the members. [1] NaN = not observed; a member counts on days
        whose whole window it was observed.
    index_returns : Series or ndarray of shape (n_dates,)
        Of the index, on the same dates. [1]
    window : int
        Days of the realised volatility. [d]
    weights : Series, DataFrame or ndarray of shape (n_symbols,) or (n_dates, n_symbols), optional
        Member weights in the mean, equal if not given; those of day t are used at t. [1]
    volatility : {"root_mean_square", "deviation"}
        "root_mean_square": ``sqrt(sum r^2 / window)``, mean taken as zero, the default because
        five days do not show a mean. "deviation": ``sqrt(sum (r - mean)^2 / (window - 1))``.

    Returns
    -------
    Series (ndarray for ndarray input) of shape (n_dates,)
        Mean member volatility over index volatility. [1] NaN until a window is complete, and
        where the index did not move.

    Raises
    ------
    DataError
        If members, index and weights do not share their dates and symbols.
    ConfigError
        If `window` is too short or `volatility` unknown.
    """
    sums, index = _sums(returns, index_returns, window, weights, volatility)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums[:, 1] / sums[:, 0] / np.where(index > 0, index, np.nan)
    return _label(ratio, returns, "volatility_ratio")


def implied_correlation(
    returns: Any,
    index_returns: Any,
    *,
    window: int = 5,
    weights: Any = None,
    volatility: Volatility = "root_mean_square",
) -> Any:
    """Average correlation that members must have had for the index to move as it did.

    ``(s^2 - sum w_i^2 s_i^2) / (sum_{i != j} w_i w_j s_i s_j)`` with weights scaled to one over
    the members observed. [1] Below zero when the index moved less than independent members
    would have made it. Parameters, NaN rule and errors as `volatility_ratio`.
    """
    sums, index = _sums(returns, index_returns, window, weights, volatility)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = sums[:, 2] / sums[:, 0] ** 2
        cross = (sums[:, 1] / sums[:, 0]) ** 2 - own
        rho = (index**2 - own) / np.where(cross > 0, cross, np.nan)
    return _label(rho, returns, "implied_correlation")


def ratio_ceiling(weights: Any) -> float:
    """Largest volatility ratio that independent, equally wild members can show: 1/sqrt(HHI).

    An index as concentrated as 47 equal names cannot pass 6.9 however calm it is, so a ratio
    is read against this. `weights` : (n_symbols,), scaled to one here; NaN = no member. [1]
    """
    w = np.asarray(weights, dtype=float)
    w = w[np.isfinite(w)]
    if w.size == 0 or (w < 0).any() or w.sum() <= 0:
        raise DataError(
            f"`weights` holds {w.size} usable values with sum {w.sum():g}: a concentration needs "
            "shares of a whole. Give weights of zero or more, at least one positive."
        )
    return float(1.0 / np.sqrt(np.sum((w / w.sum()) ** 2)))


def correlation_from_ratio(ratio: Any, *, ceiling: float = np.inf) -> Any:
    """Average correlation behind a volatility ratio, if all members were equally wild.

    ``(1 / ratio^2 - h) / (1 - h)`` with ``h = 1 / ceiling^2``, from
    ``ratio = 1 / sqrt(h + (1 - h) rho)``; `ceiling` from `ratio_ceiling`, infinite for an index
    of countless small members. `ratio` : array-like [1]. Returns the like. [1]
    """
    h = 1.0 / ceiling**2
    return (1.0 / ratio**2 - h) / (1.0 - h)


def _sums(
    returns: Any, index_returns: Any, window: int, weights: Any, volatility: str
) -> tuple[Matrix, Matrix]:
    demean = _check(window, volatility)
    matrix, _ = strip(returns, name="returns")
    _same_dates(returns, index_returns)
    index, _ = strip(index_returns, name="index_returns")
    sums = np.empty((len(matrix), 3))
    w = _weights(weights, returns, matrix).astype(matrix.dtype, copy=False)
    kernels.member_volatility(np.ascontiguousarray(matrix), w, window, demean, sums)
    own = np.empty((len(matrix), 3))
    kernels.member_volatility(
        np.ascontiguousarray(index, dtype=np.float64), np.ones((1, 1)), window, demean, own
    )
    return sums, own[:, 1]


def _check(window: int, volatility: str) -> bool:
    if volatility not in ("root_mean_square", "deviation"):
        raise ConfigError(
            f"`volatility` is {volatility!r}: five-day figures differ by it. "
            "Give 'root_mean_square' or 'deviation'."
        )
    demean = volatility == "deviation"
    if window < 1 + demean:
        raise ConfigError(
            f"`window` is {window}: too few days for a volatility. Give {1 + demean} or more."
        )
    return demean


def _same_dates(returns: Any, index_returns: Any) -> None:
    n, m = len(returns), len(index_returns)
    labelled = isinstance(returns, pd.DataFrame) and isinstance(
        index_returns, (pd.Series, pd.DataFrame)
    )
    if n != m or (labelled and not returns.index.equals(index_returns.index)):
        raise DataError(
            f"`returns` has {n} dates and `index_returns` {m}, and they are not the same ones: "
            "volatilities of different weeks cannot be compared. Reindex the index to the "
            "members' dates."
        )
    if np.ndim(index_returns) == 2 and np.shape(index_returns)[1] != 1:
        raise DataError(
            f"`index_returns` has {np.shape(index_returns)[1]} columns: the ratio is against one "
            "index. Pass one column."
        )


def _weights(weights: Any, returns: Any, matrix: Matrix) -> Matrix:
    n_symbols = matrix.shape[1]
    if weights is None:
        return np.ones((1, n_symbols))
    if isinstance(returns, pd.DataFrame):
        if isinstance(weights, pd.Series):
            weights = weights.reindex(returns.columns)
        elif isinstance(weights, pd.DataFrame):
            weights = weights.reindex(index=returns.index, columns=returns.columns)
    table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    if table.shape not in ((1, n_symbols), matrix.shape):
        raise DataError(
            f"`weights` has shape {table.shape} and `returns` {matrix.shape}: each member needs "
            "its own. Give one weight a symbol, or one a date and symbol."
        )
    return np.ascontiguousarray(table)


def _label(values: Matrix, like: Any, name: str) -> Any:
    if isinstance(like, pd.DataFrame):
        return pd.Series(values, index=dates_of(like), name=name)
    return values
