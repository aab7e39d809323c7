"""The embedded store: the user's tables, and the sealed log of what was said on each day.

::

    QUANTQUAKE_HOME/            default: the platform's folder for user data
      manifest.sqlite           which files count; the call log
      lake/prices/2024-<id>.parquet

A file first, its row in the manifest second; readers follow the manifest. A kill at any moment
loses nothing that was committed, and several processes may write at once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.data.files.schemas import FUNDS, OPTIONS, SCHEMAS
from quantquake.data.store.call_log import CallLog
from quantquake.data.store.chain import ChainCheck, Head
from quantquake.data.store.lake import Ingested, Lake
from quantquake.data.store.manifest import Manifest
from quantquake.errors import ConfigError

#: Kinds the store keeps: those with one row a date and symbol. A book or a chain is a day's state.
KINDS = tuple(
    kind for kind, schema in SCHEMAS.items() if {"date", "symbol"} <= set(schema.required)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    """What `Store.verify` found.

    Attributes
    ----------
    problems : tuple of (str, str)
        File that counts, and "missing" or "damaged".
    left_over : tuple of str
        Files that do not count: a kill left them, or an ingest is under way. Harmless.
    files : int
        Files that count.
    chain : ChainCheck
        Of the call log.
    """

    problems: tuple[tuple[str, str], ...]
    left_over: tuple[str, ...]
    files: int
    chain: ChainCheck

    @property
    def intact(self) -> bool:
        """Whether everything that was committed is there, unchanged."""
        return not self.problems and self.chain.intact


class Store:
    """The embedded store in one folder; opening makes what is not there yet.

    Parameters
    ----------
    root : path, optional
        Default: the environment variable ``QUANTQUAKE_HOME``, else the platform's user data
        folder.

    Attributes
    ----------
    root : Path
    calls : CallLog
        The sealed log of calls.

    Raises
    ------
    ConfigError
        The folder cannot be made or written, or was written by another version.
    FileError
        The manifest is damaged.
    """

    __slots__ = ("calls", "lake", "manifest", "root")

    def __init__(self, root: str | Path | None = None) -> None:
        self.root = _folder(root)
        self.manifest = Manifest(self.root / "manifest.sqlite")
        self.lake = Lake(self.root / "lake", self.manifest)
        self.calls = CallLog(self.manifest)

    def ingest(self, kind: str, table: Any, *, replace: bool = False, **hints: Any) -> Ingested:
        """Add rows to the store; all of them are kept, or none.

        Parameters
        ----------
        kind : {"prices", "index", "futures"}
        table : path, "-", or frame
            Anything `quantquake.read` takes; a table it returned passes unchanged.
        replace : bool
            Let given values replace stored ones. Without it a cell that differs is refused; a
            cell that was empty may always be filled, and an empty one never erases.
        **hints
            Of `quantquake.read`. A single day is accepted here, and symbols without a close
            (suspended that day) are left out and noted.

        Raises
        ------
        DataError
            What `read` refuses; values that differ from the stored, with the first place named.
        """
        from quantquake.data.files import read

        _check_kept(kind)
        rows = read(table, kind, **{"all_nan": "drop", "min_dates": 1, **hints})
        return self.lake.ingest(kind, rows, replace=replace)

    def load(
        self, kind: str, symbols: Any = None, start: Any = None, end: Any = None
    ) -> pd.DataFrame:
        """Read rows back as `quantquake.read` would return them.

        Parameters
        ----------
        kind : {"prices", "index", "futures"}
        symbols : sequence of str, optional
            Canonical symbols; default all.
        start, end : date, optional
            Both included.

        Returns
        -------
        DataFrame of shape (n_rows, ...)
            ``date``, ``symbol`` and the fields stored, sorted by date and symbol; NaN where no
            value was ever given. One committed state, even while others write.

        Raises
        ------
        DataError
            No such rows, a symbol that is not there, or files that are damaged.
        """
        _check_kept(kind)
        return self.lake.load(kind, symbols, start, end)

    def rows(self) -> dict[str, int]:
        """Rows of each kind, those without any included, and of the call log ("calls")."""
        counts = dict.fromkeys(KINDS, 0)
        for part in self.lake.parts():
            counts[part.kind] = counts.get(part.kind, 0) + part.rows
        return {**counts, "calls": self.calls.head().sequence}

    def kinds(self) -> list[dict[str, Any]]:
        """List what the lake holds: kind, rows, first and last date, files, size [bytes]."""
        parts = self.lake.parts()
        return [_about(kind, [p for p in parts if p.kind == kind]) for kind in KINDS]

    def verify(self, head: Head | str | None = None) -> StoreCheck:
        """Check every file against the manifest, and the chain of the call log.

        Parameters
        ----------
        head : Head or str, optional
            A head of the log written down earlier: finds rows cut off at the end, too.
        """
        root = self.root
        return StoreCheck(
            problems=tuple(self.lake.problems()),
            left_over=tuple(p.relative_to(root).as_posix() for p in self.lake.left_over()),
            files=len(self.lake.parts()),
            chain=self.calls.verify(head),
        )

    def __repr__(self) -> str:
        return f"<Store {self.root}>"


def _folder(root: str | Path | None) -> Path:
    named = root if root is not None else os.environ.get("QUANTQUAKE_HOME") or None
    if named is None:
        import platformdirs

        named = platformdirs.user_data_path("quantquake", appauthor=False)
    folder = Path(named).expanduser().absolute()
    try:
        (folder / "lake").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"the store's folder {folder} cannot be made or written: {error.strerror or error}. "
            "Nothing could be kept in it. Name a folder you may write to with QUANTQUAKE_HOME."
        ) from error
    return folder


def _check_kept(kind: str) -> None:
    if kind in (*SCHEMAS, OPTIONS.kind, FUNDS.kind) and kind not in KINDS:
        raise ConfigError(
            f"kind {kind!r} is not kept in the store: its rows are a day's book or chain, not a "
            "symbol's days. Read the file each time with quantquake.read(..., "
            f"kind={kind!r}); the store keeps {', '.join(KINDS)}."
        )


def _about(kind: str, parts: list[Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "rows": sum(part.rows for part in parts),
        "first": min((part.first for part in parts), default=None),
        "last": max((part.last for part in parts), default=None),
        "files": len(parts),
        "size": sum(part.size for part in parts),
    }
