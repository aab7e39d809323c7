"""Do the names of a trade move together beyond what common factors explain?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.kernels import correlation as kernels
from quantquake.measures.labels import Matrix, strip


def mean_pairwise_correlation(returns: Any, *, window: int = 250) -> Any:
    """How alike all names moved over the trailing window: 0 scattered, 1 in lockstep.

    Parameters
    ----------
    returns : DataFrame or ndarray of shape (n_dates, n_symbols)
        Simple returns, or residuals of them. [1] NaN = not observed; a name counts on dates
        whose whole window it was observed and did move. float32 halves the time, and moves
        the answer by about 1e-8.
    window : int
        Rows looked at, the date itself included. [rows]

    Returns
    -------
    Series (ndarray for ndarray input) of shape (n_dates,)
        Mean of the correlations of all pairs. [1] NaN until a window is full, and with fewer
        than two complete names.

    Raises
    ------
    ConfigError
        If `window` is below 2.
    DataError
        If `returns` is no table of finite numbers.

    References
    ----------
    .. [1] The identity ``(||Z 1||^2 - n) / (n (n - 1))`` for standardised columns Z; checked
       against the full matrix in the tests.
    """
    _check(returns, window)
    matrix, _ = strip(returns, name="returns")
    with np.errstate(invalid="ignore"):
        suspect = not np.isfinite(np.sum(matrix))
    if suspect and np.isinf(matrix).any():
        raise DataError(
            f"`returns` holds {int(np.isinf(matrix).sum())} infinities: every window they touch "
            "loses its mean. Set them to NaN, or mend the zero prices behind them."
        )
    out, names = np.empty(len(matrix)), np.empty(len(matrix), np.int64)
    kernels.mean_correlation(np.ascontiguousarray(matrix), window, out, names)
    if isinstance(returns, pd.DataFrame):
        return pd.Series(out, index=returns.index, name="mean_pairwise_correlation")
    return out


def comomentum(
    returns: pd.DataFrame,
    legs: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    window: int = 52,
    factors: pd.DataFrame | pd.Series | None = None,
) -> Any:
    """How alike the names of a leg move, market and style taken out: arbitrage money at work.

    For each name the correlation of its residual with the mean residual of the *other* names of
    its leg, averaged over names. Above the mean pairwise correlation by construction: a mean
    over others carries less noise than one other.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns, weekly in the paper. [1] NaN = not observed.
    legs : DataFrame of bool, shape (n_rebalances, n_symbols), or mapping of name to such
        Who is in the leg, on the dates it is measured. Each date reads rows up to itself.
    window : int
        Rows looked at, 52 weeks in the paper; names with a gap inside are left out. [rows]
    factors : DataFrame of shape (n_dates, n_factors), optional
        Returns regressed out, with a constant, name by name. [1] Only a constant if not given.

    Returns
    -------
    Series of shape (n_rebalances,); DataFrame with a column a leg and ``mean`` for a mapping
        Leave-one-out comomentum. [1] NaN before `window` rows, with fewer than two complete
        names, or where a factor is missing in the window.

    Raises
    ------
    ConfigError
        If `window` leaves no freedom after the factors.
    DataError
        If dates of `legs` are absent from `returns`, or `factors` are on other dates.

    References
    ----------
    .. [1] D. Lou and C. Polk, "Comomentum: Inferring Arbitrage Activity from Return
       Correlations", Review of Financial Studies 35(7), 2022, section 2.
    """
    table = _factor_table(returns, factors, window)
    if isinstance(legs, Mapping):
        each = {name: _leg(returns, leg, window, table) for name, leg in legs.items()}
        frame = pd.DataFrame(each)
        return frame.assign(mean=frame.mean(axis=1, skipna=False))
    return _leg(returns, legs, window, table)


def leave_one_out_correlation(residuals: Matrix) -> float:
    """Mean correlation of each column with the mean of the others; NaN for fewer than two.

    residuals : (n_rows, n_names), finite, column means zero. Columns without any move are left
    out. O(rows x names): the others' covariance and variance follow from the total.
    """
    own = np.einsum("ij,ij->j", residuals, residuals)
    moved = own > 1e-24 * max(float(own.max(initial=0.0)), np.finfo(float).tiny)
    e, own = residuals[:, moved], own[moved]
    if e.shape[1] < 2:
        return float("nan")
    total = e.sum(axis=1)
    with_total = total @ e
    others = total @ total - 2.0 * with_total + own
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nanmean((with_total - own) / np.sqrt(own * np.maximum(others, 0.0))))


def _leg(returns: pd.DataFrame, leg: pd.DataFrame, window: int, factors: Matrix) -> pd.Series:
    rows = returns.index.get_indexer(leg.index)
    if (rows < 0).any():
        raise DataError(
            f"`legs` names {int((rows < 0).sum())} dates that `returns` lacks, first "
            f"{leg.index[int(np.argmax(rows < 0))]}: there is no window to read. "
            "Measure legs on dates of the returns."
        )
    inside = leg.reindex(columns=returns.columns, fill_value=False).to_numpy(dtype=bool)
    matrix = returns.to_numpy(dtype=np.float64)
    out = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        if row + 1 >= window:
            span = slice(row + 1 - window, row + 1)
            out[i] = _comomentum_of(matrix[span][:, inside[i]], factors[span])
    return pd.Series(out, index=leg.index, name="comomentum")


def _comomentum_of(block: Matrix, factors: Matrix) -> float:
    if np.isnan(factors).any():
        return float("nan")
    block = block[:, np.isfinite(block).all(axis=0)]
    basis, _ = np.linalg.qr(np.column_stack([np.ones(len(block)), factors]))
    return leave_one_out_correlation(block - basis @ (basis.T @ block))


def _factor_table(
    returns: pd.DataFrame, factors: pd.DataFrame | pd.Series | None, window: int
) -> Matrix:
    _check(returns, window)
    if factors is None:
        return np.empty((len(returns), 0))
    if not factors.index.equals(returns.index):
        raise DataError(
            f"`factors` has {len(factors)} dates and `returns` {len(returns)}, and they are not "
            "the same ones: residuals would mix weeks. Reindex the factors to the returns."
        )
    table, _ = strip(factors, name="factors")
    if table.shape[1] + 2 >= window:
        raise ConfigError(
            f"`window` is {window} rows for {table.shape[1]} factors and a constant: nothing is "
            "left to correlate. Give a longer window."
        )
    return table


def _check(returns: Any, window: int) -> None:
    if window < 2:
        raise ConfigError(f"`window` is {window}: a correlation needs 2 rows or more.")
    if np.ndim(returns) != 2:
        raise DataError(
            f"`returns` has {np.ndim(returns)} axes: correlation needs several names side by side. "
            "Pass a date x symbol table."
        )
