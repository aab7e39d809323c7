"""Option chains of the user: rows stay in their order, and what a contract's code says is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from quantquake.data.calendars import third_friday_expiry
from quantquake.data.files.cells import as_dates, as_numbers, distinct, first_bad
from quantquake.data.files.formats import Loaded
from quantquake.data.files.gates import known_by, signed
from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.schemas import OPTIONS, Column, quantity
from quantquake.errors import DataError

_KINDS = {
    **dict.fromkeys(("call", "c", "认购", "看涨", "购"), "call"),
    **dict.fromkeys(("put", "p", "认沽", "看跌", "沽"), "put"),
}
_OCC = re.compile(r"([A-Z]{1,6})\s*(\d\d)(\d\d)(\d\d)([CP])(\d{8})")
_CFFEX = re.compile(r"(IO|MO|HO)(\d\d)(\d\d)-?([CP])-?(\d+)(?:\.[A-Z]+)?")
_TERMS = ("expiry", "option_type", "strike")


def option_table(
    loaded: Loaded,
    found: list[Column],
    scale: Mapping[str, float],
    date_format: str | None,
    as_of: str | pd.Timestamp | None,
    issues: list[Issue],
) -> pd.DataFrame:
    """Chain with our column names; its index counts the rows of the source from 0.

    Returns
    -------
    DataFrame
        ``strike`` [points], ``option_type`` ("call"/"put") and, where given, ``date``, ``expiry``
        (also out of codes such as SPXW220207C02400000 and IO2403-C-3500), ``underlying``,
        ``symbol`` as text, quotes and ``spot`` [points; 0 is missing], ``iv`` [1/yr**0.5],
        ``gamma`` [1/point], ``open_interest`` [contracts], ``multiplier`` [units a contract]. NaN,
        NaT or None where a cell was empty.

    Raises
    ------
    DataError
        No strike or option type, not even in a code; text where numbers should be; a volatility
        in per cent.
    """
    source = {c.field: c.source for c in found}
    typed: dict[str, pd.Series] = {}
    for field in OPTIONS.fields:
        if field in source:
            typed[field] = _column(field, source[field], loaded, scale, date_format, issues)
    table = pd.DataFrame(typed, index=loaded.table.index)
    table = _from_codes(table, issues)
    _require(table, loaded)
    _suspect_percent(table, loaded)
    if "date" in table:
        table = known_by(table, as_of, loaded, issues)
    table.attrs = {"kind": "options", "issues": issues}
    return table


def _column(
    field: str,
    name: str,
    loaded: Loaded,
    scale: Mapping[str, float],
    date_format: str | None,
    issues: list[Issue],
) -> pd.Series:
    cells, words = loaded.table[name], f"column {name!r} of {loaded.name}"
    if quantity(field) == "date":
        return _dates(cells, loaded, date_format, issues)
    if field == "option_type":
        return _kinds(cells, words, loaded)
    if quantity(field) in ("text", "symbol"):
        return cells.astype("object").where(cells.notna(), None)
    numbers = as_numbers(cells, name=words, place=loaded.place)
    return signed(numbers, field, words, loaded, issues) * scale[field]


def _dates(
    cells: pd.Series, loaded: Loaded, date_format: str | None, issues: list[Issue]
) -> pd.Series:
    """Dates; an empty cell stays empty, since only its own contract lacks the day."""
    empty = cells.isna() | (cells.astype("str").str.strip() == "")
    out = pd.Series(np.datetime64("NaT", "ns"), index=cells.index)
    if not empty.all():
        out[~empty], notes = as_dates(
            cells[~empty], name=loaded.name, place=loaded.place, date_format=date_format
        )
        issues += notes
    return out


def _kinds(cells: pd.Series, words: str, loaded: Loaded) -> pd.Series:
    codes, values = distinct(cells, name=words, place=loaded.place)
    known = np.array([_KINDS.get(str(v).strip().lower()) for v in values] + [None], dtype=object)
    kinds = pd.Series(known[codes], index=cells.index, dtype=object)
    unread = kinds.isna() & cells.notna() & (cells.astype("str").str.strip() != "")
    if unread.any():
        raise DataError(
            f"{words} has {int(unread.sum())} cells that are neither call nor put, first "
            f"{first_bad(cells, unread, loaded.place)}: the sign of such an option is unknown. "
            "Write call or put, C or P, 认购 or 认沽."
        )
    return kinds


def _from_codes(table: pd.DataFrame, issues: list[Issue]) -> pd.DataFrame:
    """Fill terms that are missing from what the contract's own code says."""
    terms = [t for t in _TERMS if t not in table or table[t].isna().any()]
    if "symbol" not in table or not terms:
        return table
    codes, values = pd.factorize(table["symbol"])
    read = pd.DataFrame([*map(_terms, values), (None,) * 3], columns=_TERMS).iloc[codes]
    read.index = table.index
    for term in terms:
        known = read[term].notna() & (table[term].isna() if term in table else True)
        if known.any():
            table[term] = table[term].where(~known, read[term]) if term in table else read[term]
            issues.append(issue(f"{term} from the code", f"{int(known.sum())} rows", "filled in"))
    if "expiry" in table:
        table["expiry"] = pd.to_datetime(table["expiry"]).dt.as_unit("ns")
    if "strike" in table:
        table["strike"] = table["strike"].astype(float)
    return table


def _terms(code: object) -> tuple[pd.Timestamp | None, str | None, float | None]:
    text = str(code).strip().upper()
    if match := _OCC.fullmatch(text):
        day = pd.to_datetime(f"20{match[2]}{match[3]}{match[4]}", errors="coerce")
        return None if pd.isna(day) else day, _KINDS[match[5].lower()], int(match[6]) / 1000
    if (match := _CFFEX.fullmatch(text)) and 1 <= int(match[3]) <= 12:
        day = third_friday_expiry(2000 + int(match[2]), int(match[3]), "XSHG", provisional=True)
        return day, _KINDS[match[4].lower()], float(match[5])
    return None, None, None


def _require(table: pd.DataFrame, loaded: Loaded) -> None:
    missing = [t for t in ("strike", "option_type") if t not in table]
    if missing:
        raise DataError(
            f"{loaded.name} has no column for {', '.join(missing)}, which an option cannot do "
            f"without; its columns are {', '.join(loaded.columns[:30]) or '(none)'}. Rename them, "
            "say columns={'its name': 'strike'}, or give codes such as IO2403-C-3500."
        )
    if table.empty:
        raise DataError(
            f"{loaded.name} has a header and no rows: there is nothing to measure. Check the "
            "filter of the export."
        )


def _suspect_percent(table: pd.DataFrame, loaded: Loaded) -> None:
    if "iv" not in table or not table["iv"].median() > 3.0:
        return
    raise DataError(
        f"implied volatility in {loaded.name} has the median {table['iv'].median():.3g}: half the "
        "market at over 300 % a year means per cent taken for fractions, and every gamma would be "
        "a hundredth. Name the column iv_pct, or say units={'iv': 'pct'}."
    )
