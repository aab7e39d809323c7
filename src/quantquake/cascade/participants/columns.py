"""Typed columns: what differs from holder to holder of one participant."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.cascade.draws import Draws
from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A column drawn evenly between two numbers, one for each holder."""

    low: float
    high: float

    def __str__(self) -> str:
        """As it is written in a scenario file."""
        return f"{{low: {self.low:g}, high: {self.high:g}}}"


#: A typed column: one number for all holders, one for each, or drawn between two.
Column = float | list[float] | Spread


def column(given: Column, holders: npt.NDArray[np.uint64], seed: int, stream: str) -> FloatArray:
    """Turn a typed column into one number for each holder, shape (n,)."""
    if isinstance(given, Spread):
        draw = Draws.of(seed, [0]).normals(stream, 2, holders)[:, 0]
        even = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(draw / np.sqrt(2.0)))
        return given.low + (given.high - given.low) * even
    values = np.asarray(given, dtype=float)
    if values.ndim and len(values) != len(holders):
        raise ConfigError(
            f"A column of {stream} has {len(values)} numbers for {len(holders)} holders: it is "
            "unclear whose they are. Give one number, one for each, or {{low, high}}."
        )
    return np.broadcast_to(values, len(holders)).astype(float)


def check_column(thing: Any, where: str, name: str, holders: int) -> None:
    """Refuse a column that cannot be shared out among its holders.

    Raises
    ------
    ConfigError
        If a list has another length than there are holders, or a spread ends before it begins.
    """
    given = getattr(thing, name)
    if isinstance(given, list) and len(given) != holders:
        raise ConfigError(
            f"{where}.{name}: {len(given)} numbers for {holders} holders: it is unclear whose they are. "
            "Give one number, one for each holder, or {low, high}."
        )
    if hasattr(given, "low") and not given.low <= given.high:
        raise ConfigError(
            f"{where}.{name}: low={given.low}, high={given.high}: nothing lies between them to be drawn. "
            "Give the smaller one as low."
        )


def columns_of(thing: Any) -> list[str]:
    """Names of the fields that hold one number for each holder."""
    return [f.name for f in fields(thing) if str(f.type).startswith("Column")]


def ends(given: Any) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest number a column can give: one for all, or one for each in a list."""
    if hasattr(given, "low"):
        return np.array(float(given.low)), np.array(float(given.high))
    values = np.asarray(given, dtype=float)
    return values, values
