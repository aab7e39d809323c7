"""Cells read one by one: a bad one is NaN and is named with its place, the others are kept.

For tables whose rows stand alone, such as the trades of a book: one unreadable barrier must not
cost ten thousand other trades.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.files.cells import Place, one_date
from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.errors import ConfigError

EMPTY = frozenset({"", "-", "--", "—", "na", "n/a", "nan", "nat", "null", "none", "#n/a", "无"})
_NUMBER = re.compile(r"([+-]?\d[\d,]*\.?\d*(?:e[+-]?\d+)?|[+-]?\.\d+)\s*(%|万|亿)?元?")
_SCALE = {"%": 0.01, "万": 1e4, "亿": 1e8}
_PARTS = re.compile(r"[;；、|\s]+")
_TRUE = frozenset({"true", "yes", "y", "1", "1.0", "是", "已敲入", "敲入", "knocked in", "ki"})
_FALSE = frozenset({"false", "no", "n", "0", "0.0", "否", "未敲入", "未", "存续", "alive"})


class UnreadableError(ValueError):
    """A cell that is there and cannot be read."""


def loosely(
    cells: pd.Series, read: Callable[[Any], Any], *, name: str, place: Place, issues: list[Issue]
) -> list[Any]:
    """Read each cell; an unreadable one is None and noted with its place.

    Parameters
    ----------
    cells : Series of shape (n_rows,)
    read : callable
        Raises `UnreadableError` for what it cannot read; an empty cell is None.
    name, place
        Words for the notes.
    issues : list of Issue
        Notes are added to it.
    """
    seen: dict[str, Any] = {}
    values: list[Any] = []
    bad: list[str] = []
    for row, cell in zip(cells.index, cells, strict=True):
        key = f"{type(cell).__name__} {cell}"
        if key not in seen:
            seen[key] = _attempt(read, cell)
        if isinstance(seen[key], UnreadableError):
            bad.append(f"{str(cell)[:20]!r} in {place(int(row))}")
        values.append(None if isinstance(seen[key], UnreadableError) else seen[key])
    if bad:
        issues.append(
            issue(f"{len(bad)} cells cannot be read", f"{name}: {listed(bad, 5)}", "empty")
        )
    return values


def _attempt(read: Callable[[Any], Any], cell: Any) -> Any:
    try:
        return read(cell)
    except UnreadableError as error:
        return error


def plain(cell: Any) -> str:
    """Text of a cell: half width, without space around, "" where it is empty."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    return "" if text.lower() in EMPTY else text


def number(factor: float = 1.0) -> Callable[[Any], float | None]:
    """Reader of one number: 0.8, 80%, 1,234.5, 5000万, 1.2亿; `factor` is the column's unit."""

    def read(cell: Any) -> float | None:
        text = plain(cell)
        return _number(text, factor) if text else None

    return read


def numbers(factor: float = 1.0) -> Callable[[Any], tuple[float, ...] | None]:
    """Reader of one number or several: 1.03, or 1.03;1.025;1.02, or a list."""

    def read(cell: Any) -> tuple[float, ...] | None:
        parts = _parts(cell)
        return tuple(_number(part, factor) for part in parts) or None

    return read


def dates(cell: Any) -> tuple[pd.Timestamp, ...] | None:
    """Days of a list such as 2024-01-15;2024-02-15."""
    return tuple(_date(part) for part in _parts(cell)) or None


def date(cell: Any) -> pd.Timestamp | None:
    """One day, in any spelling `one_date` understands."""
    return _date(cell) if plain(cell) else None


def flag(cell: Any) -> bool | None:
    """Yes or no, in English, Chinese or as a number."""
    text = plain(cell).lower()
    if not text:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise UnreadableError(text)


def _number(text: str, factor: float) -> float:
    match = _NUMBER.fullmatch(text.lower())
    if match is None:
        raise UnreadableError(text)
    value = float(match[1].replace(",", ""))
    # A unit in the cell itself goes before the one in the column's name.
    value *= _SCALE[match[2]] if match[2] else factor
    if not math.isfinite(value):
        raise UnreadableError(text)
    return value


def _date(cell: Any) -> pd.Timestamp:
    try:
        return one_date(cell if isinstance(cell, pd.Timestamp) else plain(cell), name="date")
    except ConfigError as error:
        raise UnreadableError(str(cell)) from error


def _parts(cell: Any) -> list[str]:
    if isinstance(cell, (list, tuple, np.ndarray)):
        return [plain(part) for part in cell]
    found: Iterable[str] = _PARTS.split(plain(cell))
    return [part for part in found if part]
