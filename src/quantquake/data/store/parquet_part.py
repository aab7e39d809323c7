"""One Parquet file of the lake: written whole or not at all, and checked against its record."""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantquake.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Part:
    """A file that counts; the columns of the manifest's table ``part``.

    Attributes
    ----------
    kind : str
    year : int
    file : str
        Path inside the lake, with forward slashes.
    rows : int
    size : int
        Length of the file. [bytes]
    digest : str
        SHA-256 of the file.
    first, last : str
        First and last date inside, ISO.
    """

    kind: str
    year: int
    file: str
    rows: int
    size: int
    digest: str
    first: str
    last: str


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def source(path: Path) -> str:
    """SQL that reads one file, whatever characters its folder's name has."""
    return f"read_parquet({quoted(glob.escape(str(path)))})"


def write_part(connection: Any, table: str, folder: Path, kind: str, year: int) -> Part:
    """Write a DuckDB table sorted by symbol and date, under a name nobody else will choose.

    The file is on the disk, under its final name, before this returns.
    """
    file = f"{kind}/{year}-{secrets.token_hex(8)}.parquet"
    path, draft = folder / file, folder / f"{file}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(
            f"copy (from {table} order by symbol, date) to {quoted(str(draft))} "
            "(format parquet, compression zstd)"
        )
        _sync(draft)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise ConfigError(
            f"{path.parent} cannot be written: {error.strerror or error}. The rows were not kept; "
            "what the store held before stands. Free some space, or name another folder with "
            "QUANTQUAKE_HOME."
        ) from error
    rows, first, last = connection.execute(
        f"select count(*), min(date)::varchar, max(date)::varchar from {table}"
    ).fetchone()
    return Part(kind, year, file, rows, path.stat().st_size, digest_of(path), first, last)


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def part_problem(path: Path, part: Part) -> str | None:
    """Say what is wrong with a file that counts: "missing", "damaged", or None."""
    if not path.is_file():
        return "missing"
    same = path.stat().st_size == part.size and digest_of(path) == part.digest
    return None if same else "damaged"


def _sync(path: Path) -> None:
    """Wait until the disk has it; a folder too, where the system can do that."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
