"""Arguments of option formulas: single values and arrays, calls and puts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]
Numbers = npt.ArrayLike


def is_call(kind: str | npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """True for calls, False for puts, from "call"/"put" (or C/P) or from bool itself."""
    cells = np.asarray(kind)
    if cells.dtype == bool:
        return cells
    texts = np.char.lower(cells.astype(str))
    call, put = np.isin(texts, ("call", "c")), np.isin(texts, ("put", "p"))
    if not (call | put).all():
        raise ConfigError(
            f"kind {np.ravel(cells[~(call | put)])[0]!r} is neither call nor put: the sign of its "
            "delta is unknown. Write call or put, or True for calls."
        )
    return call


def arrays(*given: Numbers) -> list[FloatArray]:
    """As float64; a `DataError` says what is no number."""
    try:
        return [np.asarray(a, dtype=np.float64) for a in given]
    except (TypeError, ValueError) as error:
        raise DataError(
            f"An argument is no number ({str(error).rstrip('.')}): nothing can be computed from "
            "it. Give plain numbers, NaN where one is missing."
        ) from error


def shape(*given: npt.NDArray[np.generic]) -> tuple[int, ...]:
    """Common shape; a `DataError` says that there is none."""
    try:
        return np.broadcast_shapes(*(a.shape for a in given))
    except ValueError as error:
        raise DataError(
            f"The arguments have shapes {[a.shape for a in given]}: which spot belongs to which "
            "strike cannot be told. Give arrays of one length, or single values."
        ) from error


def flat(a: npt.NDArray[np.generic], wanted: tuple[int, ...]) -> npt.NDArray[np.generic]:
    """One value, or as many as options; always read-only, so that one compiled form serves all."""
    row = a.reshape(1) if a.size == 1 else np.ascontiguousarray(np.broadcast_to(a, wanted)).ravel()
    row = row.view()
    row.flags.writeable = False
    return row
