"""Tables of the user kept as Parquet, one file a kind and year."""

from __future__ import annotations

import contextlib
import glob
import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.data.files.schemas import schema_of
from quantquake.data.panel import listed
from quantquake.data.store.lake_merge import Merged, merge_year
from quantquake.data.store.manifest import Manifest
from quantquake.data.store.parquet_part import Part, part_problem
from quantquake.errors import DataError

_LEFT_OVER = 24 * 3600.0
"""Age after which a file nobody names is left over from a kill, not about to be named. [s]"""

_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of the rows given to the store.

    Attributes
    ----------
    kind : str
    given : int
        Rows in the table.
    new : int
        Rows of a date and symbol the store did not have.
    changed : int
        Rows whose empty cells were filled or, when asked for, whose values were replaced.
    issues : tuple of dict
        What reading the table noticed.
    """

    kind: str
    given: int
    new: int
    changed: int
    issues: tuple[Any, ...] = ()

    @property
    def known(self) -> int:
        """Rows the store had already, cell by cell."""
        return self.given - self.new - self.changed


class Lake:
    """Parquet by kind and year; the manifest says which files count.

    A file is never changed. New rows make a new file beside the old one; then one row of the
    manifest moves from the old to the new. Killed before that, the old state stands; after it,
    the new one.
    """

    __slots__ = ("folder", "manifest")

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    def parts(self, kind: str | None = None) -> list[Part]:
        """List the files that count, by kind and year."""
        with self.manifest.reading() as db:
            found = db.execute(
                "select * from part where ? is null or kind = ? order by kind, year", (kind, kind)
            ).fetchall()
        return [Part(**dict(row)) for row in found]

    def ingest(self, kind: str, table: pd.DataFrame, *, replace: bool = False) -> Ingested:
        """Add a checked long table; see `Store.ingest`."""
        self._sweep()
        years = {int(year): rows for year, rows in table.groupby(table["date"].dt.year)}
        while True:
            before = self.parts(kind)
            try:
                merged = self._merged(kind, years, before, replace=replace)
            except DataError:
                if self.parts(kind) == before:
                    raise
                continue
            if self._commit(kind, merged):
                break
            # Another process moved a year first: what we wrote lacks its rows. It made progress,
            # so repeating cannot go round for ever.
            self._forget(_written(merged))
        return Ingested(
            kind=kind,
            given=len(table),
            new=sum(one.new for one in merged),
            changed=sum(one.changed for one in merged),
            issues=tuple(table.attrs.get("issues", ())),
        )

    def load(
        self,
        kind: str,
        symbols: Sequence[str] | None = None,
        start: Any = None,
        end: Any = None,
    ) -> pd.DataFrame:
        """Read rows back; see `Store.load`."""
        schema = schema_of(kind)
        for _ in range(_TRIES):
            parts = _between(self.parts(kind), start, end)
            files = [self.folder / part.file for part in parts]
            try:
                table = _query(files, schema.fields, symbols, start, end) if files else None
            except DataError:
                # Perhaps replaced by another process between the manifest and the file.
                if _between(self.parts(kind), start, end) == parts:
                    raise
                continue
            return _answer(table, kind, symbols, start, end)
        raise DataError(
            f"the store's files of {kind} were replaced {_TRIES} times while they were read: no "
            "state could be read whole. Try again when the ingests have ended."
        )

    def problems(self) -> list[tuple[str, str]]:
        """Compare every file with the manifest: (file, "missing" or "damaged")."""
        found = ((part.file, part_problem(self.folder / part.file, part)) for part in self.parts())
        return [(file, problem) for file, problem in found if problem is not None]

    def left_over(self) -> list[Path]:
        """Files on disk that do not count: a kill left them, or an ingest is under way."""
        named = {part.file for part in self.parts()}
        there = sorted(self.folder.glob("*/*.parquet*"))
        return [path for path in there if path.relative_to(self.folder).as_posix() not in named]

    def _merged(
        self, kind: str, years: dict[int, pd.DataFrame], before: list[Part], *, replace: bool
    ) -> list[Merged]:
        """Write the new files of all years; none of them counts yet."""
        old = {part.year: part for part in before}
        merged: list[Merged] = []
        try:
            for year, rows in sorted(years.items()):
                one = merge_year(self.folder, kind, year, rows, old.get(year), replace=replace)
                merged.append(one)
        except BaseException:
            self._forget(_written(merged))
            raise
        return merged

    def _commit(self, kind: str, merged: list[Merged]) -> bool:
        """Let the new files count, all or none; False if a year has moved meanwhile."""
        moves = [(one.part, one.replaces) for one in merged if one.part is not None]
        with self.manifest.writing() as db:
            rows = db.execute("select year, file from part where kind = ?", (kind,)).fetchall()
            current = {row["year"]: row["file"] for row in rows}
            if any(current.get(part.year) != old for part, old in moves):
                return False
            db.executemany(
                "insert or replace into part values (?, ?, ?, ?, ?, ?, ?, ?)",
                [astuple(part) for part, _ in moves],
            )
        self._forget(old for _, old in moves if old is not None)
        return True

    def _forget(self, files: Iterable[str]) -> None:
        for file in files:
            # Windows keeps a file that is being read; it is swept later.
            with contextlib.suppress(OSError):
                (self.folder / file).unlink()

    def _sweep(self) -> None:
        for path in self.left_over():
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _LEFT_OVER:
                    path.unlink()


def _written(merged: list[Merged]) -> list[str]:
    return [one.part.file for one in merged if one.part is not None]


def _between(parts: list[Part], start: Any, end: Any) -> list[Part]:
    first = None if start is None else f"{pd.Timestamp(start):%Y-%m-%d}"
    last = None if end is None else f"{pd.Timestamp(end):%Y-%m-%d}"
    return [
        part
        for part in parts
        if (first is None or part.last >= first) and (last is None or part.first <= last)
    ]


def _query(
    files: list[Path], fields: Sequence[str], symbols: Sequence[str] | None, start: Any, end: Any
) -> pd.DataFrame:
    """Rows of some files, by date and symbol, in the columns and types `read` gives."""
    import duckdb

    tables = [glob.escape(str(file)) for file in files]
    wanted: dict[str, Any] = {}
    if symbols is not None:
        wanted["list_contains($symbols, symbol)"] = ("symbols", [str(s) for s in symbols])
    if start is not None:
        wanted["date >= $start"] = ("start", pd.Timestamp(start).date())
    if end is not None:
        wanted["date <= $end"] = ("end", pd.Timestamp(end).date())
    try:
        with duckdb.connect() as connection:
            found = connection.execute(
                "select * from read_parquet($files, union_by_name = true) "
                f"where {' and '.join(wanted) or 'true'} order by date, symbol",
                {"files": tables, **dict(wanted.values())},
            ).df()
    except duckdb.Error as error:
        raise DataError(
            f"the store's files cannot be read: {str(error).splitlines()[0]}. Rows that were "
            "committed are missing or damaged. Run `quantquake data verify` to see which, and "
            "ingest them again."
        ) from error
    table = found[[field for field in fields if field in found]]
    return table.assign(date=table["date"].astype("datetime64[ns]"))


def _answer(
    table: pd.DataFrame | None, kind: str, symbols: Sequence[str] | None, start: Any, end: Any
) -> pd.DataFrame:
    """Refuse an empty answer, and one that lacks a symbol asked for."""
    found = set() if table is None else set(table["symbol"].unique())
    missing = [symbol for symbol in symbols or () if symbol not in found]
    if table is None or table.empty or missing:
        what = f"no {kind}" if not missing else f"no {kind} of {listed(missing)}"
        span = f" between {start or 'the first day'} and {end or 'the last'}"
        raise DataError(
            f"the store holds {what}{span if (start, end) != (None, None) else ''}: there is "
            f"nothing to measure. Add them with `quantquake data ingest FILE --kind {kind}`, or see "
            "what is there with `quantquake data status`."
        )
    table.attrs = {"kind": kind, "issues": []}
    return table
