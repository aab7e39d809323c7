"""The SQLite file that says what the store holds; nothing counts before it is written here."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from quantquake.errors import ConfigError, FileError

VERSION = 1
"""Version of the tables; kept in the file's ``user_version``."""

_TABLES = """
create table part (
    kind text not null, year integer not null, file text not null, rows integer not null,
    size integer not null, digest text not null, first text not null, last text not null,
    primary key (kind, year)
);
create table call_log (
    sequence integer primary key, written_at text not null, as_of text not null,
    data_until text not null, market text not null, basket text not null, index_symbol text,
    preset text not null, signal integer not null, score real,
    dimensions_present integer not null, dimensions text not null, percentiles text not null,
    rules text not null, horizons text not null, loss real not null, price real,
    fingerprint text not null, version text not null, late integer not null, late_because text,
    revises integer, previous text not null, hash text not null
);
create index call_log_key on call_log (as_of, basket, market, preset);
"""


class Manifest:
    """One SQLite file, shared by any number of threads and processes.

    A connection lives as long as one `reading` or `writing` block, so a manifest can be handed to
    threads, forked and pickled. Write-ahead logging lets readers go on while one process writes.

    Attributes
    ----------
    path : Path
    timeout : float
        How long to wait for another writer. [s]
    """

    __slots__ = ("path", "timeout")

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self.path = path
        self.timeout = timeout
        with self._connection() as db:
            _use_wal(db, self.timeout)
            if _version(db) == 0:
                _create(db)
            _check_version(_version(db), path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose every query sees one committed state."""
        with self._connection() as db:
            db.execute("begin")
            yield db
            db.execute("rollback")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that alone may write; committed at the end, or nothing at all."""
        with self._connection() as db:
            # Taken at once: a lock asked for after reading could only fail, not wait.
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(self._connect()) as db:
                yield db
        except sqlite3.OperationalError as error:
            raise ConfigError(_refused(error, self.path, self.timeout)) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise  # a fault of ours, not of the file
            raise FileError(
                f"{self.path} cannot be read as the store's manifest: {error}. What the store "
                "holds is not known without it. Restore the file from a copy, or name another "
                "folder with QUANTQUAKE_HOME."
            ) from error

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=self.timeout, isolation_level=None)
        db.row_factory = sqlite3.Row
        # In full: the replaced Parquet file is deleted after the commit, so a commit that a power
        # cut could take back would point at a file that is gone.
        db.execute("pragma synchronous = full")
        return db


def _use_wal(db: sqlite3.Connection, timeout: float) -> None:
    """Switch to write-ahead logging; SQLite does not wait for others here, so we do."""
    until = time.monotonic() + timeout
    while db.execute("pragma journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])


def _create(db: sqlite3.Connection) -> None:
    db.execute("begin immediate")
    # Another process may have been first while this one waited for the lock.
    if _version(db) == 0:
        for statement in _TABLES.split(";"):
            db.execute(statement)
        db.execute(f"pragma user_version = {VERSION}")
    db.execute("commit")


def _check_version(found: int, path: Path) -> None:
    if found != VERSION:
        raise ConfigError(
            f"{path} has store version {found}, this quantquake knows version {VERSION}: its "
            "tables may mean something else. Use the quantquake that wrote it (or a newer one), "
            "or name another folder with QUANTQUAKE_HOME."
        )


def _refused(error: sqlite3.OperationalError, path: Path, timeout: float) -> str:
    if "locked" in str(error) or "busy" in str(error):
        return (
            f"{path} was kept locked by another process for {timeout:g} s: writing now could "
            "lose its rows or ours. Wait for the other process to end, then try again."
        )
    return (
        f"{path} cannot be opened or written: {error}. The store needs a folder it may write to, "
        "with space left. Name another one with QUANTQUAKE_HOME."
    )
