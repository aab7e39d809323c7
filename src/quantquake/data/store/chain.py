"""A chain of hashes: each row carries the hash of everything before it.

A row's hash is the SHA-256 of the previous row's hash, a line feed, and the row as canonical JSON
(keys sorted, no spaces, UTF-8, floats as Python writes them, which is exact). Changing, removing
or moving a row breaks the chain there. The chain cannot see two things by itself: rows cut off at
its end, and a log rewritten whole. A head written down elsewhere shows both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError

GENESIS = hashlib.sha256(b"quantquake call log, version 1").hexdigest()
"""What the first row follows."""

DIGITS = 6
"""Digits a fingerprint looks at: the last ones of a double differ between processors."""


class Head(NamedTuple):
    """Last row of a log; written down elsewhere it seals everything up to it.

    Attributes
    ----------
    sequence : int
        Number of rows.
    hash : str
        Hash of the last row, `GENESIS` if there is none.
    """

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read a head as it is printed, ``<rows>:<hash>``."""
        match = re.fullmatch(r"\s*(\d+):([0-9a-f]{64})\s*", text)
        if match is None:
            raise ConfigError(
                f"head {text!r} is not of the form 12:<64 hexadecimal digits>: it names no row to "
                "compare with. Copy the whole line that `score --log` printed."
            )
        return cls(int(match[1]), match[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCheck:
    """What following the chain found.

    Attributes
    ----------
    intact : bool
    rows : int
        Rows of the log.
    head : Head
        Of the log as it is now.
    broken : int or None
        Sequence of the first row that is wrong; None if intact.
    reason : str or None
        "edited" (its content does not have its hash), "removed" (a row of this number is
        missing), "inserted" (its number comes out of turn), "unlinked" (sound in itself, but does
        not follow the row before: one of the two was rewritten), "truncated" (the log ends before
        the head given), "replaced" (another row stands where the head given was).
    row : mapping or None
        The row named, if it is there.
    """

    intact: bool
    rows: int
    head: Head
    broken: int | None = None
    reason: str | None = None
    row: Mapping[str, Any] | None = None


def canonical(row: Mapping[str, Any]) -> str:
    """One text for one content."""
    return json.dumps(
        dict(row), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr
    )


def link(previous: str, row: Mapping[str, Any]) -> str:
    """Hash of a row that follows `previous`."""
    return hashlib.sha256(f"{previous}\n{canonical(row)}".encode()).hexdigest()


def check_chain(rows: Iterable[Mapping[str, Any]], known: Head | None = None) -> ChainCheck:
    """Follow the chain and name the first row that breaks it.

    Parameters
    ----------
    rows : iterable of mapping
        In order of ``sequence``, each with ``previous`` and ``hash`` beside its content.
    known : Head, optional
        A head written down earlier.
    """
    head, count = Head(0, GENESIS), 0
    first: tuple[int, str, Mapping[str, Any] | None] | None = None
    for row in rows:
        count += 1
        first = first or _fault(row, head) or _replaced(row, known)
        head = Head(int(row["sequence"]), str(row["hash"]))
    if first is None and known is not None and known.sequence > count:
        first = (count + 1, "truncated", None)
    if first is None:
        return ChainCheck(intact=True, rows=count, head=head)
    broken, reason, found = first
    return ChainCheck(intact=False, rows=count, head=head, broken=broken, reason=reason, row=found)


def _fault(
    row: Mapping[str, Any], before: Head
) -> tuple[int, str, Mapping[str, Any] | None] | None:
    sequence = int(row["sequence"])
    if sequence > before.sequence + 1:
        return before.sequence + 1, "removed", None
    if sequence < before.sequence + 1:
        return sequence, "inserted", row
    content = {name: value for name, value in row.items() if name not in ("previous", "hash")}
    if link(str(row["previous"]), content) != row["hash"]:
        return sequence, "edited", row
    return None if row["previous"] == before.hash else (sequence, "unlinked", row)


def _replaced(
    row: Mapping[str, Any], known: Head | None
) -> tuple[int, str, Mapping[str, Any] | None] | None:
    if known is None or row["sequence"] != known.sequence or row["hash"] == known.hash:
        return None
    return known.sequence, "replaced", row


def fingerprint(table: pd.DataFrame, *, rows: int = 250) -> str:
    """SHA-256 over the last rows of a table: dates, column names, values to six digits.

    Parameters
    ----------
    table : DataFrame of shape (n_dates, n_columns)
        Numbers, indexed by date. NaN counts as such.
    rows : int
        How far back to look. [sessions]
    """
    recent = table.iloc[-rows:]
    cells = np.char.mod(f"%.{DIGITS - 1}e", recent.to_numpy(dtype=np.float64) + 0.0)
    days = pd.DatetimeIndex(recent.index).strftime("%Y-%m-%d")
    lines = [["date", *map(str, recent.columns)]]
    lines += [[day, *line] for day, line in zip(days, cells.tolist(), strict=True)]
    text = "\n".join(",".join(line) for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()
