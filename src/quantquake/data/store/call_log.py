"""The sealed call log: what was said on each day, appended and never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from quantquake.data.store.calls import Call
from quantquake.data.store.chain import GENESIS, ChainCheck, Head, check_chain, link
from quantquake.data.store.manifest import Manifest
from quantquake.errors import DataError

_TEXTS = ("dimensions", "percentiles", "rules", "horizons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of the calls given to the log.

    Attributes
    ----------
    new : int
        First calls on their question.
    known : int
        Said before in the same words; not written again.
    revised : int
        Another answer than the last one; written beside it, and never counted in its place.
    late : int
        Of the rows written, those made with hindsight.
    head : Head
        Of the log now; write it down outside this machine.
    """

    new: int
    known: int
    revised: int
    late: int
    head: Head


class CallLog:
    """Rows in the manifest, each carrying the hash of all before it; see `chain`."""

    __slots__ = ("_manifest",)

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def append(self, calls: Iterable[Call], *, now: datetime | None = None) -> Receipt:
        """Append calls: all of them, or none.

        Parameters
        ----------
        calls : iterable of Call
        now : datetime, optional
            Time of writing, with a time zone; default the clock.

        Raises
        ------
        DataError
            If two of the calls answer the same question.
        """
        wanted = _distinct(list(calls))
        written_at = datetime.now(UTC) if now is None else now.astimezone(UTC)
        written: list[dict[str, Any]] = []
        with self._manifest.writing() as db:
            head = _head(db)
            for call in wanted:
                before = _earlier(db, call)
                if before and _same(before[-1], call):
                    continue
                row = _row(
                    call, head, written_at, revises=before[0]["sequence"] if before else None
                )
                _insert(db, row)
                written.append(row)
                head = Head(row["sequence"], row["hash"])
        revised = sum(row["revises"] is not None for row in written)
        return Receipt(
            new=len(written) - revised,
            known=len(wanted) - len(written),
            revised=revised,
            late=sum(row["late"] for row in written),
            head=head,
        )

    def head(self) -> Head:
        """Return the number of rows and the hash of the last."""
        with self._manifest.reading() as db:
            return _head(db)

    def verify(self, head: Head | str | None = None) -> ChainCheck:
        """Follow the chain from the first row; with a `head` written down, to that row too."""
        known = Head.parse(head) if isinstance(head, str) else head
        with self._manifest.reading() as db:
            rows = db.execute("select * from call_log order by sequence")
            return check_chain((dict(row) for row in rows), known)

    def rows(self) -> pd.DataFrame:
        """Every row, oldest first.

        Returns
        -------
        DataFrame of shape (n_rows, ...)
            The fields of `Call` and ``sequence``, ``written_at`` (UTC), ``late`` (made with
            hindsight), ``late_because`` ("data", "clock", None), ``revises`` (sequence of the
            first call on the same question, None if this is it), ``previous``, ``hash``.
        """
        with self._manifest.reading() as db:
            found = db.execute("select * from call_log order by sequence")
            columns = [column[0] for column in found.description]
            rows = [_parsed(dict(row)) for row in found]
        # As objects, so that no text stays None and does not become a NaN.
        table = pd.DataFrame(rows, columns=columns, dtype=object)
        return table.astype(
            {
                "sequence": "int64",
                "as_of": "datetime64[ns]",
                "data_until": "datetime64[ns]",
                "signal": bool,
                "late": bool,
                "score": float,
                "price": float,
                "loss": float,
                "dimensions_present": "int64",
                "revises": "Int64",
            }
        )


def _distinct(calls: list[Call]) -> list[Call]:
    keys = [call.key for call in calls]
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if twice:
        raise DataError(
            f"{len(twice)} calls are given twice, first {twice[0][3]!r} of {twice[0][0]}: which of "
            "the two was meant cannot be told later. Give each basket a name of its own."
        )
    return calls


def _head(db: sqlite3.Connection) -> Head:
    last = db.execute("select sequence, hash from call_log order by sequence desc limit 1")
    row = last.fetchone()
    return Head(0, GENESIS) if row is None else Head(row["sequence"], row["hash"])


def _earlier(db: sqlite3.Connection, call: Call) -> list[Mapping[str, Any]]:
    """Rows that answer the same question, oldest first."""
    found = db.execute(
        "select * from call_log where as_of = ? and market = ? and index_symbol is ? "
        "and basket = ? and preset = ? order by sequence",
        call.key,
    )
    return [dict(row) for row in found]


def _same(row: Mapping[str, Any], call: Call) -> bool:
    return all(row[name] == value for name, value in call.said().items())


def _row(call: Call, head: Head, written_at: datetime, *, revises: int | None) -> dict[str, Any]:
    because = call.hindsight(written_at)
    content = {
        "sequence": head.sequence + 1,
        "written_at": written_at.isoformat(timespec="seconds"),
        "data_until": f"{call.data_until:%Y-%m-%d}",
        **call.said(),
        "version": call.version,
        "late": int(because is not None),
        "late_because": because,
        "revises": revises,
    }
    return {**content, "previous": head.hash, "hash": link(head.hash, content)}


def _insert(db: sqlite3.Connection, row: Mapping[str, Any]) -> None:
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"insert into call_log ({names}) values ({places})", dict(row))


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{name: json.loads(row[name]) for name in _TEXTS}}
