"""Leveraged and inverse funds: multiple, assets and underlying of each, on one day or several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.files.cells import as_dates, as_numbers, distinct
from quantquake.data.files.formats import Loaded, load
from quantquake.data.files.gates import signed
from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.schemas import FUNDS, Column, quantity, recognise
from quantquake.data.files.units import factors
from quantquake.data.panel import listed
from quantquake.data.symbols import canonical_symbols
from quantquake.errors import DataError

_MULTIPLE = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:x|倍)?")
_SHORT = ("short", "bear", "inverse", "空", "做空", "反向", "看空")
_LONG = ("long", "bull", "多", "做多", "正向", "看多")
_CURRENCY = re.compile(r"(usd|cny|hkd)$", re.IGNORECASE)


def read_funds(
    source: Any,
    *,
    as_of: str | pd.Timestamp | None = None,
    units: Mapping[str, str | float] | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
) -> pd.DataFrame:
    """Read leveraged funds; nothing about a fund is guessed, what is missing stays NaN.

    Parameters
    ----------
    source, units, columns, encoding, separator, sheet
        As in :func:`quantquake.data.files.read`.
    as_of : date, optional
        Later rows are ignored, and counted in the notes; needs a column of dates.

    Returns
    -------
    DataFrame of shape (n_rows, ...)
        In the order of the source, its index counting rows from 0: ``symbol`` (canonical), ``name``,
        ``leverage`` (signed daily multiple [1]; NaN where none is fixed), ``assets`` [money],
        ``underlying`` (code as given, upper case), ``underlying_name``, ``date`` where there is
        one. `.attrs`: ``issues``; ``as_of``, the latest day of the rows or None; ``currency`` the
        assets' column states, or None; ``first_line`` of the source, or None.

    Raises
    ------
    DataError
        No symbol or no multiple column; a fund given twice for one day; negative assets.
    FileError, ConfigError
        As in :func:`quantquake.data.files.read`.
    """
    loaded, found = _load(source, columns, encoding=encoding, separator=separator, sheet=sheet)
    scale, issues = factors(found, FUNDS, dict(units or {}))
    issues = [*loaded.issues, *issues]
    cells = {column.field: loaded.table[column.source] for column in found}
    symbols, guesses = canonical_symbols(_present(cells["symbol"], loaded))
    table = pd.DataFrame({"symbol": symbols})
    table["name"] = _text(cells.get("name"), table.index)
    table["leverage"] = _leverage(cells, loaded, issues)
    table["assets"] = _assets(cells, scale, loaded, issues)
    table["underlying"] = _text(cells.get("underlying"), table.index).str.upper()
    table["underlying_name"] = _text(cells.get("underlying_name"), table.index)
    table = _dated(table, cells, as_of, loaded, issues)
    _once(table, loaded)
    money = next((c.unit or c.source for c in found if c.field == "assets"), "")
    match = _CURRENCY.search(money)
    table.attrs = {
        "kind": "funds",
        "issues": [*issues, *guesses],
        "as_of": table["date"].max() if "date" in table else _instant(cells),
        "currency": match[1].upper() if match else None,
        "first_line": loaded.first_line,
    }
    return table


def _load(
    source: Any, given: Mapping[str, str] | None, **options: Any
) -> tuple[Loaded, list[Column]]:
    found: list[Column] = []
    ignored: list[str] = []

    def choose(names: Iterable[object]) -> tuple[list[str], list[str]]:
        nonlocal found, ignored
        found, ignored = recognise(names, FUNDS, given=given)
        texts = [c.source for c in found if quantity(c.field) in ("date", "symbol", "text")]
        return [c.source for c in found], texts

    loaded = load(source, choose, **options)
    if ignored:
        loaded.issues.append(issue("columns not used", listed(ignored, 20), "left out"))
    there = {c.field for c in found}
    missing = [] if "symbol" in there else ["symbol"]
    missing += [] if there & {"leverage", "leverage_factor"} else ["leverage"]
    if missing:
        raise DataError(
            f"{loaded.name} has no column for {', '.join(missing)}; its columns are "
            f"{listed(map(repr, loaded.columns), 30)}. A fund's flow needs its symbol and daily "
            "multiple: rename the column that holds it, or say columns={'its name': "
            f"{missing[0]!r}}}."
        )
    if loaded.table.empty:
        raise DataError(
            f"{loaded.name} has a header and no rows: there is no fund to add up. Check the filter "
            "of the export."
        )
    return loaded, found


def _present(cells: pd.Series, loaded: Loaded) -> pd.Series:
    empty = cells.isna() | (cells.astype("str").str.strip() == "")
    if empty.any():
        rows = listed((loaded.place(int(row)) for row in cells.index[empty]), 10)
        raise DataError(
            f"{loaded.name} has {int(empty.sum())} rows without a symbol ({rows}): they belong to "
            "no fund. Fill it in, or drop these rows (a line of totals is a usual cause)."
        )
    return cells


def _text(cells: pd.Series | None, index: pd.Index) -> pd.Series:
    if cells is None:
        return pd.Series(np.nan, index=index, dtype=object)
    text = cells.astype(object).where(cells.notna(), np.nan).map(_stripped)
    return text.where(text != "", np.nan)


def _stripped(cell: object) -> object:
    return unicodedata.normalize("NFKC", cell).strip() if isinstance(cell, str) else cell


def _leverage(cells: Mapping[str, pd.Series], loaded: Loaded, issues: list[Issue]) -> pd.Series:
    """Signed multiple: a signed column first, else the text with the direction's sign."""
    sign = _sign(cells, loaded)
    told = pd.Series(np.nan, index=loaded.table.index)
    if "leverage" in cells:
        size = cells["leverage"].map(_multiple).astype(float)
        told = size.where(~((size > 0) & (sign < 0)), -size)
    if "leverage_factor" in cells:
        name = f"leverage_factor of {loaded.name}"
        told = as_numbers(cells["leverage_factor"], name=name, place=loaded.place).fillna(told)
    wrong = told * sign < 0
    if wrong.any():
        issues.append(issue("multiple against direction", _rows(wrong, loaded), "not used"))
    if told.isna().any():
        issues.append(issue("no fixed multiple", _rows(told.isna(), loaded), "kept as NaN"))
    return told.mask(wrong)


def _sign(cells: Mapping[str, pd.Series], loaded: Loaded) -> pd.Series:
    if "direction" not in cells:
        return pd.Series(np.nan, index=loaded.table.index)
    words = cells["direction"].astype("str").str.strip().str.lower()
    return pd.Series(
        np.select([words.isin(_SHORT), words.isin(_LONG)], [-1.0, 1.0], np.nan), words.index
    )


def _multiple(cell: object) -> float:
    """Read ``2x``, ``-1X``, ``3倍``, ``1.5``; NaN for ``variable`` and the like."""
    match = _MULTIPLE.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip().lower())
    return float(match[1]) if match else float("nan")


def _assets(
    cells: Mapping[str, pd.Series],
    scale: Mapping[str, float],
    loaded: Loaded,
    issues: list[Issue],
) -> pd.Series:
    if "assets" not in cells:
        issues.append(issue("no column of assets", loaded.name, "sizes unknown"))
        return pd.Series(np.nan, index=loaded.table.index)
    name = f"assets of {loaded.name}"
    numbers = as_numbers(cells["assets"], name=name, place=loaded.place)
    if numbers.isna().any():
        issues.append(issue("assets missing", _rows(numbers.isna(), loaded), "kept as NaN"))
    return signed(numbers, "assets", name, loaded, issues) * scale["assets"]


def _rows(where: pd.Series, loaded: Loaded) -> str:
    count = int(where.sum())
    places = listed((loaded.place(int(row)) for row in where.index[where]), 10)
    return f"{count} of {len(where)} rows: {places}"


def _dated(
    table: pd.DataFrame,
    cells: Mapping[str, pd.Series],
    as_of: str | pd.Timestamp | None,
    loaded: Loaded,
    issues: list[Issue],
) -> pd.DataFrame:
    if "date" not in cells:
        if as_of is not None:
            issues.append(issue("as_of not applied", loaded.name, "its rows have no dates"))
        return table
    dates, notes = as_dates(cells["date"], name=f"date of {loaded.name}", place=loaded.place)
    issues += notes
    table = table.assign(date=dates)
    if as_of is None:
        return table
    later = table["date"] > pd.Timestamp(as_of)
    if later.all():
        raise DataError(
            f"{loaded.name} starts on {table['date'].min():%Y-%m-%d}, after as_of "
            f"{pd.Timestamp(as_of):%Y-%m-%d}: nothing was known then. Choose a later `as_of`."
        )
    if later.any():
        issues.append(issue("rows after as_of", _rows(later, loaded), "ignored"))
    return table[~later]


def _instant(cells: Mapping[str, pd.Series]) -> pd.Timestamp | None:
    """Day of the latest time stamp of a snapshot, in world time."""
    if "updated_at" not in cells:
        return None
    stamps = pd.to_datetime(cells["updated_at"], utc=True, errors="coerce").max()
    return None if pd.isna(stamps) else stamps.tz_localize(None).normalize()


def _once(table: pd.DataFrame, loaded: Loaded) -> None:
    keys = ["symbol", "date"] if "date" in table else ["symbol"]
    repeated = table.duplicated(keys, keep=False)
    if not repeated.any():
        return
    _, names = distinct(table.loc[repeated, "symbol"], name=loaded.name, place=loaded.place)
    raise DataError(
        f"{loaded.name} gives {len(names)} funds more than once for one day, first {listed(names)}"
        f" ({_rows(repeated, loaded)}): each would be counted as often. Remove the duplicates."
    )
