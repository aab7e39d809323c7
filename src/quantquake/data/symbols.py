"""One spelling for every symbol: ``600000.SH 000300.SH IF2403.CFE NVDA.US``.

Codes without an exchange are guessed from the ranges the exchanges hand out; every guess is
reported. A code that could be two things depends on the kind of table: 000001 is a bank among
prices (000001.SZ) and the Shanghai Composite among indices (000001.SH).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from quantquake.data.files.cells import distinct
from quantquake.data.files.issues import Issue, examples, issue
from quantquake.data.panel import listed
from quantquake.errors import DataError

_SUFFIX = {
    **dict.fromkeys(("SH", "SS", "SSE", "SHA", "XSHG"), "SH"),
    **dict.fromkeys(("SZ", "SZSE", "SHE", "XSHE"), "SZ"),
    **dict.fromkeys(("BJ", "BSE", "XBSE"), "BJ"),
    # Reuters codes of the two US exchanges; other single letters are share classes.
    **dict.fromkeys(("US", "O", "OQ", "N", "XNYS", "XNAS", "NYSE", "NASDAQ"), "US"),
    **dict.fromkeys(("CFE", "CFX", "CFFEX", "CCFX"), "CFE"),
}
_STOCK_RANGES = {
    "SH": ("60", "68", "900", "5", "11"),
    "SZ": ("00", "30", "20", "12", "15", "16", "18", "399"),
    "BJ": ("43", "83", "87", "92"),
}
"""First digits of shares, funds and convertibles by exchange."""

_INDEX_RANGES = {"SH": ("000",), "SZ": ("399",), "CSI": ("93", "H"), "BJ": ("899",)}

_CHINA = frozenset({"SH", "SZ", "BJ", "CSI", "CNI", "THS", "WI", "SI", "CFE"})
"""Suffixes of exchanges and index publishers whose sessions are those of Shanghai."""

_NUMBER = re.compile(r"(\d{1,6})(?:\.0+)?")
_PREFIXED = re.compile(r"(SH|SZ|BJ)[.:]?(\d{6})")
_SUFFIXED = re.compile(r"(.+)\.([A-Z]{1,6})")
_CSI_CODE = re.compile(r"H\d{5}")
_TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}(?:[-_/.][A-Z]?)?")

_RESTORED = "leading zeros lost (a spreadsheet took the code for a number)"
_GUESSED = "no exchange given"
_US = "no exchange given, taken for a US ticker"
_SPELLED = "another spelling of the exchange"
_CLASS = "share class after a dot"
_KEPT = "no exchange known for this index"


class _Reading(NamedTuple):
    symbol: str | None
    """Canonical symbol; None if the text cannot be read."""
    why: str | None = None
    """What had to be guessed or changed; None if nothing."""


def canonical_symbol(text: object, *, kind: str = "prices") -> str:
    """Canonical spelling of one symbol.

    Parameters
    ----------
    text : str or int
        ``600000``, ``600000.SH``, ``SH600000``, ``sh.600000``, ``600000.XSHG``, ``1`` (for
        000001), ``NVDA``, ``BRK.B``, ``H30269`` (index), ``IF2403`` (futures), full width too.
    kind : str
        Kind of table it stands in; "index" and "futures" have rules of their own.

    Raises
    ------
    DataError
        If the text is no symbol, or its exchange cannot be told.
    ContractError
        For futures: a continuous series, or no known product.
    """
    return _required(text, _read(text, kind))


def canonical_symbols(values: pd.Series, *, kind: str = "prices") -> tuple[pd.Series, list[Issue]]:
    """Canonical spelling of a column of symbols, and what was guessed on the way.

    Each distinct spelling is looked at once. Raises as `canonical_symbol`; missing values must
    have been refused before.
    """
    codes, spellings = distinct(values, name="the column of symbols", place="row {}".format)
    readings = [_read(text, kind) for text in spellings]
    unread = [t for t, r in zip(spellings, readings, strict=True) if r.symbol is None]
    if unread:
        raise DataError(_unreadable(unread))
    symbols = np.array([r.symbol for r in readings], dtype=object)
    return (
        pd.Series(symbols[codes], index=values.index, name="symbol", dtype="str"),
        _guesses(spellings, readings),
    )


def calendar_of(symbols: pd.Index) -> str | None:
    """Exchange calendar all these symbols trade on: "XSHG", "XNYS", or None if unknown or mixed."""
    venues = {symbol.rpartition(".")[2] for symbol in symbols}
    if venues and venues <= _CHINA:
        return "XSHG"
    return "XNYS" if venues == {"US"} else None


def _guesses(spellings: pd.Index, readings: list[_Reading]) -> list[Issue]:
    changed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for text, reading in zip(spellings, readings, strict=True):
        if reading.why is not None and reading.symbol is not None:
            changed[reading.why].append((str(text), reading.symbol))
    return [
        issue(why, examples(sorted(pairs)), f"{len(pairs)} symbols normalised")
        for why, pairs in sorted(changed.items())
    ]


def _read(text: object, kind: str) -> _Reading:
    code = unicodedata.normalize("NFKC", str(text)).strip().upper()
    if kind == "futures":
        return _future(code)
    for attempt in (_number, _prefixed, _suffixed, _other):
        reading = attempt(code, kind == "index")
        if reading is not None:
            return reading
    return _Reading(None)


def _future(code: str) -> _Reading:
    from quantquake.data.contracts import future_symbol

    return _Reading(future_symbol(code))


def _number(code: str, index: bool) -> _Reading | None:
    match = _NUMBER.fullmatch(code)
    if match is None:
        return None
    if len(match[1]) < 6 and match[1].startswith("0"):
        return _Reading(None)  # zeros are still there, so this is a five-digit Hong Kong code
    digits = match[1].zfill(6)
    venue = _venue(digits, index)
    if venue is None:
        return _Reading(digits, _KEPT) if index else _Reading(None)
    return _Reading(f"{digits}.{venue}", _GUESSED if len(match[1]) == 6 else _RESTORED)


def _prefixed(code: str, _index: bool) -> _Reading | None:
    match = _PREFIXED.fullmatch(code)
    return None if match is None else _Reading(f"{match[2]}.{match[1]}", _SPELLED)


def _suffixed(code: str, _index: bool) -> _Reading | None:
    match = _SUFFIXED.fullmatch(code)
    if match is None:
        return None
    body, suffix = match[1], match[2]
    venue = _SUFFIX.get(suffix)
    if venue is None and len(suffix) == 1:
        return _Reading(f"{body}-{suffix}.US", _CLASS) if _TICKER.fullmatch(body) else None
    if venue in ("SH", "SZ", "BJ"):
        if not body.isdecimal() or len(body) > 6:
            return _Reading(None)
        if len(body) < 6:
            return _Reading(f"{body.zfill(6)}.{venue}", _RESTORED)
    return _Reading(f"{body}.{venue or suffix}", None if venue in (None, suffix) else _SPELLED)


def _other(code: str, index: bool) -> _Reading | None:
    if index and _CSI_CODE.fullmatch(code):
        return _Reading(f"{code}.CSI", _GUESSED)
    if _TICKER.fullmatch(code):
        return _Reading(f"{code}.US", _US)
    return _Reading(code, _KEPT) if index and code else None


def _venue(digits: str, index: bool) -> str | None:
    ranges = _INDEX_RANGES if index else _STOCK_RANGES
    return next((venue for venue, heads in ranges.items() if digits.startswith(heads)), None)


def _required(text: object, reading: _Reading) -> str:
    if reading.symbol is None:
        raise DataError(_unreadable([text]))
    return reading.symbol


def _unreadable(texts: list[object]) -> str:
    return (
        f"{len(texts)} symbols cannot be read, first {listed(map(repr, texts))}: neither a code "
        "with its exchange nor one in a range of a known exchange, so prices could be joined to "
        "the wrong name. Write the exchange after the code, e.g. 600000.SH, 000300.SH, NVDA.US."
    )
