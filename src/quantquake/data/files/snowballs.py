"""A book of snowballs as a desk exports it: one trade a line, a bad cell costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.files import loose
from quantquake.data.files.cells import one_date
from quantquake.data.files.formats import Loaded
from quantquake.data.files.issues import Issue, examples, issue
from quantquake.data.files.schemas import Column, Schema
from quantquake.data.symbols import canonical_symbol
from quantquake.errors import DataError, QuantquakeError

#: What desks write instead of a code: 中证500, CSI 500, IC.
INDEX_NAMES = {
    name.lower().replace(" ", ""): spec.underlying
    for spec in INDEX_FUTURES.values()
    for name in (spec.product, spec.name_en, spec.name_zh)
}
_TEXTS = ("trade", "style")
_DAYS = ("date", "maturity")
Reader = Callable[[float], Callable[[Any], Any]]
_READERS: dict[str, Reader] = {
    "knock_out": loose.numbers,
    "observations": lambda _: loose.dates,
    "date": lambda _: loose.date,
    "maturity": lambda _: loose.date,
    "knocked_in": lambda _: loose.flag,
}
"""How the cells of a field are read, given its column's unit; others hold one number."""


def read_trades(
    loaded: Loaded,
    found: list[Column],
    scale: Mapping[str, float],
    schema: Schema,
    *,
    as_of: str | pd.Timestamp | None,
    issues: list[Issue],
) -> pd.DataFrame:
    """Trades of a table, one row each, in the order of the file.

    Parameters
    ----------
    loaded : Loaded
        Its cells are text, or what the frame held.
    found : list of Column
        Recognised columns.
    scale : mapping of field to factor
        Unit of each column.
    schema : Schema
        "snowballs".
    as_of : date, optional
        Trades issued later are left out and counted.
    issues : list of Issue
        Notes are added to it.

    Returns
    -------
    DataFrame of shape (n_trades, ...)
        `line` of the file (or row of the frame, counted from 0), then the fields found. Barriers
        and rates as they stand, percent signs applied; `knock_out` and `observations` are tuples.
        NaN, NaT or None where a cell was empty or could not be read.
    """
    source = {c.field: c.source for c in found}
    columns: dict[str, Any] = {"line": loaded.table.index.to_numpy() + (loaded.first_line or 0)}
    for field in schema.fields:
        if field in source:
            cells = loaded.table[source[field]]
            columns[field] = _column(field, cells, scale.get(field, 1.0), loaded, issues)
    table = pd.DataFrame(columns)
    if table.empty:
        raise DataError(
            f"{loaded.name} has a header and no trades: there is no book. Check the filter of the "
            "export."
        )
    return _known_by(table, as_of, issues)


def _column(
    field: str, cells: pd.Series, factor: float, loaded: Loaded, issues: list[Issue]
) -> Any:
    if field == "symbol":
        return _underlyings(cells, loaded, issues)
    if field in _TEXTS:
        return [loose.plain(cell) or None for cell in cells]
    as_number: Reader = loose.number
    reader = _READERS.get(field, as_number)(factor)
    name = f"column {cells.name!r}"
    values = loose.loosely(cells, reader, name=name, place=loaded.place, issues=issues)
    if field in _DAYS:
        return pd.to_datetime(pd.Series(values, dtype="datetime64[ns]"))
    if field in _READERS:
        return pd.Series(values, dtype=object)
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _underlyings(cells: pd.Series, loaded: Loaded, issues: list[Issue]) -> list[str | None]:
    named: dict[str, str] = {}

    def read(cell: Any) -> str | None:
        text = loose.plain(cell)
        if not text:
            return None
        known = INDEX_NAMES.get(text.lower().replace(" ", "").removesuffix("指数"))
        try:
            symbol = known or canonical_symbol(text, kind="index")
        except QuantquakeError as error:
            raise loose.UnreadableError(text) from error
        if symbol != text:
            named[text] = symbol
        return symbol

    found = loose.loosely(cells, read, name="underlying", place=loaded.place, issues=issues)
    if named:
        said = examples(sorted(named.items()))
        issues.append(issue("underlying by another name", said, "taken as these symbols"))
    return found


def _known_by(
    table: pd.DataFrame, as_of: str | pd.Timestamp | None, issues: list[Issue]
) -> pd.DataFrame:
    if as_of is None or "date" not in table:
        return table
    last = one_date(as_of, name="as_of")
    later = table["date"] > last
    if later.any():
        where = f"{int(later.sum())} trades issued after {last:%Y-%m-%d}"
        issues.append(issue("trades after as_of", where, "ignored"))
    return table[~later].reset_index(drop=True)
