"""Where does today stand in its own trailing window? The percentile every alarm is read from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.kernels import last_day
from quantquake.measures.kernels import percentile as kernels
from quantquake.measures.labels import Matrix, strip


def rolling_percentile(
    values: Any, *, window: int = 250, min_periods: int | None = None, dtype: Any = np.float64
) -> Any:
    """How extreme each day is against its own last year: 0.95 means the top 13 of 250 days.

    Parameters
    ----------
    values : DataFrame, Series or ndarray of shape (n_dates, n_symbols) or (n_dates,)
        Any unit. NaN = not observed; infinities count as not observed, as in pandas.
    window : int
        Rows looked at, the day itself included. [d]
    min_periods : int, optional
        Observed values needed in the window, `window` if not given. [d]
    dtype : float64 or float32
        Of the result. float32 halves its memory; each value is then rounded once.

    Returns
    -------
    same kind and shape as `values`
        ``(less + (equal + 1) / 2) / n`` in (0, 1], n the observed values in the window. [1]
        NaN where the day itself or `min_periods` values are missing.

    Raises
    ------
    ConfigError
        If `window` is below 1, or `min_periods` outside 0 ... `window`.
    DataError
        If `values` are not numbers.

    Notes
    -----
    Equals ``values.rolling(window, min_periods).rank(pct=True)`` of pandas to the last bit,
    ties, gaps and infinities included.
    """
    needed = _check_window(window, min_periods)
    matrix, restore = strip(values, name="values")
    return restore(_rank(matrix, window, needed, np.dtype(dtype)))


def rolling_percentile_last(values: Any, *, min_periods: int | None = None) -> Any:
    """Where the last day stands among the rows given: the daily update of `rolling_percentile`.

    Parameters
    ----------
    values : DataFrame, Series or ndarray of shape (window, n_symbols) or (window,)
        The last `window` days, today in the last row. Any unit; NaN = not observed.
    min_periods : int, optional
        Observed values needed, all rows if not given. [d]

    Returns
    -------
    Series (ndarray for ndarray input) of shape (n_symbols,); float for one column
        The last row of ``rolling_percentile(values, window=len(values))``. [1]

    Raises
    ------
    ConfigError
        If there is no row, or `min_periods` is outside 0 ... `window`.
    DataError
        If `values` are not numbers.
    """
    matrix, _ = strip(values, name="values")
    needed = _check_window(len(matrix), min_periods)
    out = np.empty(matrix.shape[1])
    last_day.rank_last(np.ascontiguousarray(matrix), needed, out)
    if isinstance(values, pd.DataFrame):
        return pd.Series(out, index=values.columns, name=values.index[-1])
    return out if np.ndim(values) == 2 else float(out[0])


def _rank(matrix: Matrix, window: int, needed: int, dtype: np.dtype[Any]) -> Matrix:
    out = np.empty_like(matrix, dtype=dtype)
    kernels.rank_panel(matrix, window, needed, out)
    return out


def _check_window(window: int, min_periods: int | None) -> int:
    if window < 1:
        raise ConfigError(
            f"`window` is {window}: a rank needs at least the day itself. Give 1 or more days."
        )
    needed = window if min_periods is None else min_periods
    if not 0 <= needed <= window:
        raise ConfigError(
            f"`min_periods` is {needed} with a window of {window}: a window cannot hold that many "
            f"values, so every day would be empty. Give 0 to {window}."
        )
    return needed
