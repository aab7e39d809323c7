"""The only reader of tables from outside: files, standard input, frames in memory.

A table goes through the same gates whatever its kind: load, recognise columns, symbols, dates,
numbers and units, signs, keys, order, coverage. What is refused is refused with its place; what
is changed is noted in ``.attrs["issues"]``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.data.files.cells import as_dates, as_numbers
from quantquake.data.files.formats import Loaded, load
from quantquake.data.files.funds import read_funds
from quantquake.data.files.futures_rows import check_contracts
from quantquake.data.files.gates import (
    check_calendar,
    covered,
    known_by,
    of_this_kind,
    signed,
    suspect_units,
)
from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.options import option_table
from quantquake.data.files.schemas import FUNDS, Column, Schema, quantity, recognise, schema_of
from quantquake.data.files.snowballs import read_trades
from quantquake.data.files.splits import suspect_splits
from quantquake.data.files.turnover_units import mend_turnover
from quantquake.data.files.units import factors
from quantquake.data.keys import LongKeys
from quantquake.data.panel import listed
from quantquake.data.symbols import canonical_symbols
from quantquake.errors import DataError


def read(
    path_or_frame: Any,
    kind: str = "prices",
    *,
    as_of: str | pd.Timestamp | None = None,
    calendar: str | None = "auto",
    units: Mapping[str, str | float] | None = None,
    volume_unit: str | None = None,
    columns: Mapping[str, str] | None = None,
    symbol: str | None = None,
    all_nan: Literal["refuse", "drop"] = "refuse",
    min_dates: int | None = None,
    date_format: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
) -> pd.DataFrame:
    """Read a table of the user, checked and in our units.

    Parameters
    ----------
    path_or_frame : path, "-", bytes, file object, or pandas, polars or arrow frame
        Parquet, CSV (comma, semicolon, tab; UTF-8, GBK) or Excel, told apart by content; "-" is
        standard input.
    kind : {"prices", "index", "futures", "options", "snowballs", "funds"}
        What the rows are. Options are a chain, one row a contract, in the order they came: see
        `options.option_table`. Snowballs are trades, not a panel: one row a trade in the file's
        order, read cell by cell (see `snowballs.read_trades`), with the `line` of each; of the
        arguments below only `as_of`, `units`, `columns`, `symbol` and those of the file apply.
        "funds": leveraged and inverse funds with their assets; see `funds.read_funds`.
    as_of : date, optional
        Later rows are ignored, and counted in the notes.
    calendar : str or None
        Exchange whose sessions the dates must be: "XSHG", "XNYS"; "auto" goes by the symbols,
        None accepts any date.
    units : mapping of str to str or float, optional
        Unit of a field when its column does not say: ``{"amount": "1e4", "turnover": "pct"}``.
    volume_unit : str, optional
        Short for ``units={"volume": ...}``: "lots" (100 shares) or "shares".
    columns : mapping of str to str, optional
        Column -> field, where a name is not recognised.
    symbol : str, optional
        Symbol of every row, for a table without such a column.
    all_nan : {"refuse", "drop"}
        What to do with symbols that have no close at all.
    min_dates : int, optional
        Fewest distinct dates accepted; default that of the kind, 2 where a return is needed.
    date_format : str, optional
        Spelling of dates other than 2024-02-05, 2024/2/5, 20240205, 2024年2月5日.
    encoding, separator, sheet
        Of CSV and Excel, when they are not found out rightly.

    Returns
    -------
    DataFrame of shape (n_rows, ...)
        ``date`` (datetime64[ns]), canonical ``symbol``, then the fields found (float64; names and
        products as text), sorted by date and symbol. Money in the market's currency, volume in
        shares (contracts for futures), rates as fractions; NaN where a cell was empty or a price
        zero. ``.attrs["issues"]`` lists what was noticed, each ``{what, where, action}``.

    Raises
    ------
    FileError
        The file is missing, empty, damaged or of another kind.
    DataError
        The table cannot be used as it is; the message says where and what to do.
    ContractError
        Futures that are continuous series.
    ConfigError
        A kind or hint that is unknown, or contradicts the table.
    """
    if kind == FUNDS.kind:
        return read_funds(
            path_or_frame, as_of=as_of, units=units, columns=columns, encoding=encoding,
            separator=separator, sheet=sheet,
        )  # fmt: skip
    schema = schema_of(kind)
    if min_dates is not None:
        schema = dataclasses.replace(schema, min_dates=min_dates)
    loaded, found = _load(
        path_or_frame, schema, columns, symbol, encoding=encoding, separator=separator, sheet=sheet
    )
    told = dict(units or {}) | ({} if volume_unit is None else {"volume": volume_unit})
    scale, notes = factors(found, schema, told)
    issues = [*loaded.issues, *notes]
    if schema.loose:
        table = read_trades(loaded, found, scale, schema, as_of=as_of, issues=issues)
        table.attrs = {"kind": kind, "issues": issues}
        return table
    if kind == "options":
        return option_table(loaded, found, scale, date_format, as_of, issues)
    table = _typed(loaded, found, scale, schema, date_format, issues)
    of_this_kind(table, schema, loaded, issues)
    table = known_by(table, as_of, loaded, issues)
    keys = LongKeys(table, name=loaded.name)
    if not keys.is_sorted():
        issues.append(issue("rows not sorted", loaded.name, "sorted by date and symbol"))
    table = table.iloc[keys.order].reset_index(drop=True)
    table = covered(table, keys, schema, loaded, all_nan, issues)
    check_calendar(keys, calendar, loaded, issues)
    table, mended = mend_turnover(table, name=loaded.name)
    issues += mended
    issues += suspect_splits(table, name=loaded.name) if kind != "futures" else []
    suspect_units(table, schema, loaded, issues)
    table.attrs = {"kind": kind, "issues": issues}
    return table


def _load(
    source: Any,
    schema: Schema,
    given: Mapping[str, str] | None,
    symbol: str | None,
    **options: Any,
) -> tuple[Loaded, list[Column]]:
    found: list[Column] = []
    ignored: list[str] = []

    def choose(names: Iterable[object]) -> tuple[list[str], list[str]]:
        nonlocal found, ignored
        found, ignored = recognise(names, schema, given=given)
        sorts = ("date", "symbol", "text")
        texts = [c.source for c in found if schema.loose or quantity(c.field) in sorts]
        return [c.source for c in found], texts

    loaded = load(source, choose, **options)
    if ignored:
        loaded.issues.append(issue("columns not used", listed(ignored, 20), "left out"))
    if symbol is not None and "symbol" not in {c.field for c in found}:
        # The column is made up under a name no header has, and recognised like any other.
        loaded.table["\0symbol"] = symbol
        found.append(Column("\0symbol", "symbol", None))
    _require(found, schema, loaded)
    return loaded, found


def _require(found: list[Column], schema: Schema, loaded: Loaded) -> None:
    missing = [f for f in schema.required if f not in {c.field for c in found}]
    if missing:
        advice = "Rename the column that holds it, or say columns={'its name': '" + missing[0]
        advice += "'}."
        if "symbol" in missing:
            advice += " For a table of one symbol, give `symbol=`."
            advice += " A wide date x symbol table goes to Market.from_frames(close=...)."
        there = listed((repr(name[:60]) for name in loaded.columns), 30) or "(none)"
        raise DataError(
            f"{loaded.name} has no column for {', '.join(missing)}, which {schema.kind} cannot do "
            f"without; its columns are {there}. {advice}"
        )
    if loaded.table.empty:
        raise DataError(
            f"{loaded.name} has a header and no rows: there is nothing to measure. Check the "
            "filter of the export."
        )


def _typed(
    loaded: Loaded,
    found: list[Column],
    scale: Mapping[str, float],
    schema: Schema,
    date_format: str | None,
    issues: list[Issue],
) -> pd.DataFrame:
    """Table with our column names, every cell a date, a symbol, a text or a number."""
    source = {c.field: c.source for c in found}
    cells = {field: loaded.table[source[field]] for field in schema.fields if field in source}
    dates, notes = as_dates(
        cells.pop("date"), name=loaded.name, place=loaded.place, date_format=date_format
    )
    symbols, guesses = _symbols(cells.pop("symbol"), loaded, schema)
    issues += [*notes, *guesses]
    typed: dict[str, Any] = {"date": dates, "symbol": symbols}
    if schema.kind == "futures":
        typed["product"] = check_contracts(dates, symbols, cells.pop("product", None), loaded)
    for field, column in cells.items():
        if quantity(field) == "text":
            typed[field] = column
            continue
        name = f"column {source[field]!r} of {loaded.name}"
        numbers = as_numbers(column, name=name, place=loaded.place)
        typed[field] = signed(numbers, field, name, loaded, issues) * scale[field]
    return pd.DataFrame(typed)


def _symbols(cells: pd.Series, loaded: Loaded, schema: Schema) -> tuple[pd.Series, list[Issue]]:
    empty = cells.isna() | (cells.astype("str").str.strip() == "")
    if empty.any():
        raise DataError(
            f"{loaded.name} has {int(empty.sum())} rows without a symbol, first in "
            f"{loaded.place(int(cells.index[np.flatnonzero(empty)[0]]))}: they belong to nobody. "
            "Fill it in, or drop these rows (a line of totals is a usual cause)."
        )
    return canonical_symbols(cells, kind=schema.kind)
