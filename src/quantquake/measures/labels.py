"""Take the labels off a panel before a kernel sees it, and put them back on what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

Matrix: TypeAlias = npt.NDArray[np.floating[Any]]
Labelled: TypeAlias = pd.DataFrame | pd.Series | npt.NDArray[Any]


def strip(values: Any, *, name: str) -> tuple[Matrix, Callable[[Matrix], Any]]:
    """Return the (n_dates, n_symbols) numbers and a function that relabels a like-shaped array.

    float32 stays float32, everything else becomes float64; a Series or a one-dimensional array
    becomes one column. The caller's memory is shared where possible, and read-only.

    Raises
    ------
    DataError
        If the values are not numbers, or have more than two axes.
    """
    matrix = _numbers(values, name).view()
    # Read-only for one and the same kernel variant: pandas hands out read-only arrays, NumPy not.
    matrix.flags.writeable = False
    if matrix.ndim not in (1, 2):
        raise DataError(
            f"`{name}` has {matrix.ndim} axes: a measure reads dates down and symbols across. "
            "Pass one column (Series) or a date x symbol table."
        )
    column = matrix.ndim == 1
    return (matrix[:, None] if column else matrix), _restorer(values, column)


def dates_of(values: Any) -> pd.Index:
    """Labels of the rows: the frame's own index, or 0, 1, 2 ... for a bare array."""
    if isinstance(values, (pd.DataFrame, pd.Series)):
        return values.index
    return pd.RangeIndex(len(values))


def _numbers(values: Any, name: str) -> Matrix:
    try:
        if isinstance(values, (pd.DataFrame, pd.Series)):
            kinds = values.dtypes if isinstance(values, pd.DataFrame) else [values.dtype]
            single = len(kinds) > 0 and all(kind == np.float32 for kind in kinds)
            return values.to_numpy(dtype=np.float32 if single else np.float64, na_value=np.nan)
        array = np.asarray(values)
        return array if array.dtype == np.float32 else array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as reason:
        raise DataError(
            f"`{name}` holds values that are no numbers ({reason}): they cannot be measured. "
            "Convert the columns to numbers, missing ones to NaN."
        ) from None


def _restorer(values: Any, column: bool) -> Callable[[Matrix], Any]:
    if isinstance(values, pd.DataFrame):
        return lambda out: pd.DataFrame(out, index=values.index, columns=values.columns, copy=False)
    if isinstance(values, pd.Series):
        return lambda out: pd.Series(out[:, 0], index=values.index, name=values.name)
    return (lambda out: out[:, 0]) if column else (lambda out: out)
