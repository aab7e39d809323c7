"""Arrays at the door: of the right shape, finite, in range; else the rows that are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError, DataError

Array = npt.NDArray[np.float64]
SHOWN = 5  # rows listed before "..."
LARGEST, SMALLEST = 1e60, 1e-60  # beyond is no amount of anything, and its square overflows


def numbers(name: str, value: Any, shape: tuple[int | None, ...], why: str) -> Array:
    """Return `value` as finite float64 of the given shape, None standing for any length.

    Raises
    ------
    DataError
        If it holds no numbers, is of another shape, or holds NaN or infinity (or more than 1e60);
        says `why` it matters.
    """
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError) as reason:
        raise DataError(
            f"`{name}` does not hold numbers ({reason}): {why}. Give an array of floats."
        ) from reason
    fits = array.ndim == len(shape) and all(
        wanted in (None, n) for wanted, n in zip(shape, array.shape, strict=True)
    )
    if not fits:
        wanted = " x ".join("any" if n is None else f"{n:,}" for n in shape) or "one number"
        raise DataError(
            f"`{name}` has shape {array.shape}, wanted is {wanted}: {why}. Give one number for each."
        )
    size = np.abs(array)
    refuse(name, ~(size <= LARGEST), "is not finite", why, "Fill or drop it before")
    dust = (size < SMALLEST) & (size > 0)
    return np.where(dust, 0.0, array) if dust.any() else array


def refuse(name: str, wrong: npt.NDArray[np.bool_], what: str, why: str, remedy: str) -> None:
    """Raise a DataError that lists where `wrong` is true; pass if it is nowhere."""
    if not wrong.any():
        return
    found = np.argwhere(np.atleast_1d(wrong))
    listed = ", ".join(f"{name}[{', '.join(map(str, place))}]" for place in found[:SHOWN].tolist())
    more = ", ..." if len(found) > SHOWN else ""
    raise DataError(
        f"`{name}` {what} in {len(found):,} of {wrong.size:,} places ({listed}{more}): {why}. {remedy}."
    )


def setting(name: str, value: float, low: float, high: float, why: str) -> float:
    """Return `value` if it lies between `low` and `high`, ends included.

    Raises
    ------
    ConfigError
        If it does not; says `why` it matters.
    """
    if not (isinstance(value, (int, float, np.number)) and low <= value <= high):
        raise ConfigError(f"`{name}` is {value!r}: {why}. Give a number from {low:g} to {high:g}.")
    return float(value)
