"""What every result carries: where it came from, and how to leave Python."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd


def _version() -> str:
    from quantquake import __version__

    return __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a number came from; printed beside it everywhere.

    Attributes
    ----------
    as_of : Timestamp or None
        Last date any input was read at. Nothing later was seen.
    coverage : mapping of str to str
        What was present of what was wanted, e.g. ``{"dimensions": "3 of 5"}``.
    assumptions : tuple of str
        Conventions that change the number, one short phrase each.
    seed : int or None
        Seed of the random numbers used, None if none were.
    version : str
        Version of quantquake that computed it.
    """

    as_of: pd.Timestamp | None = None
    coverage: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    seed: int | None = None
    version: str = field(default_factory=_version)


def jsonable(value: Any) -> Any:
    """Turn a result into plain JSON values; NaN, NaT and infinities become None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, pd.DataFrame):
        return [jsonable(row) for row in value.reset_index().to_dict("records")]
    if isinstance(value, pd.Series):
        return {_key(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, Mapping):
        return {_key(k): jsonable(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return [jsonable(v) for v in value.tolist()]
    if isinstance(value, (list, tuple, set, frozenset, pd.Index)):
        return [jsonable(v) for v in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%dT%H:%M:%S")
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _key(key: Any) -> str:
    return str(_scalar(key))


class Result:
    """Base of every frozen result dataclass: adds the JSON-ready form."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values of every field (dates as ISO text, missing as None)."""
        return cast("dict[str, Any]", jsonable(self))
