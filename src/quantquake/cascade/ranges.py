"""Numbers that mean something: every field of a scenario has a range, whatever form it is given in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """Where a number may lie.

    Attributes
    ----------
    low, high : float
        Ends, included unless `above`.
    above : bool
        The lower end itself is not allowed.
    """

    low: float
    high: float
    above: bool = False

    def __str__(self) -> str:
        """Words for a complaint."""
        if np.isinf(self.high):
            return f"above {self.low:g}" if self.above else f"of at least {self.low:g}"
        end = f"{self.high:g}"
        return f"above {self.low:g}, at most {end}" if self.above else f"from {self.low:g} to {end}"

    def holds(self, values: FloatArray) -> bool:
        """Whether all values lie inside; NaN lies nowhere."""
        inside = (values > self.low) if self.above else (values >= self.low)
        return bool((inside & (values <= self.high)).all())


#: More than that is no amount of any currency, and its products overflow.
LARGEST = 1e24
MONEY = Range(0.0, LARGEST)
MARKET = Range(1e-24, LARGEST)  # what orders are weighed against
SIGNED = Range(-LARGEST, LARGEST)
SHARE = Range(0.0, 1.0)
GAIN = Range(0.0, 1e9)  # a slope, a power, a multiple
MULTIPLE = Range(1e-6, 1e9)
WHOLE = Range(1, 10**9)  # days and rounds
LIMIT = Range(0.0, float("inf"), above=True)
MOVE = Range(-1.0, 1e3, above=True)


def check_ranges(thing: Any, where: str, ranges: Mapping[str, Range]) -> None:
    """Refuse a dataclass with a field outside its range.

    Parameters
    ----------
    thing : dataclass
        Fields may be a number, a list, a spread between two numbers, a mapping to numbers, or None.
    where : str
        Path of `thing` in the scenario.
    ranges : mapping of field to Range

    Raises
    ------
    ConfigError
        With the path of the field.
    """
    for name, allowed in ranges.items():
        given = getattr(thing, name)
        if isinstance(given, list) and allowed.holds(np.array(given, dtype=float)):
            continue  # one number for each of many holders
        for part, value in _parts(given):
            if not allowed.holds(np.array(value, dtype=float)):
                raise ConfigError(
                    f"{where}.{name}{part}={value!r}: outside its range; what it stands for does not exist "
                    f"there, and whatever is computed from it would be no number. Give a number {allowed}."
                )


def _parts(given: Any) -> list[tuple[str, Any]]:
    """Numbers inside a field, each with the rest of its path."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [(f".{key}", value) for key, value in given.items()]
    if isinstance(given, list):
        return [(f".{k}", value) for k, value in enumerate(given)]
    if hasattr(given, "low"):
        return [(".low", given.low), (".high", given.high)]
    return [("", given)]
