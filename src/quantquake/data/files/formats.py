"""Tables out of files, streams and memory: Parquet, CSV and Excel, told apart by their content."""

from __future__ import annotations

import csv
import glob
import io
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import as_pandas
from quantquake.errors import DataError, FileError

Chooser = Callable[[Iterable[object]], tuple[list[str], list[str]]]
"""Given the column names: the columns to read, and those among them that are text."""

_SEPARATORS = ",;\t|"
_MISSING = ("", "-", "--", "—", "NA", "N/A", "nan", "NaN", "NAN", "null", "NULL", "None", "#N/A")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table as it was found.

    Attributes
    ----------
    table : DataFrame
        Wanted columns only, original names; its index counts the rows of the source from 0.
    columns : list of str
        All columns of the source.
    name : str
        What to call it in messages.
    issues : list of Issue
        What was noticed while loading.
    first_line : int or None
        Line of the first row in a text file or sheet; None where rows have no line.
    """

    table: pd.DataFrame
    columns: list[str]
    name: str
    issues: list[Issue]
    first_line: int | None = None

    def place(self, row: int) -> str:
        """Where a row is, in the user's words."""
        if self.first_line is None:
            return f"row {row} (counted from 0)"
        return f"line {row + self.first_line}"


def load(
    source: Any,
    choose: Chooser,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
) -> Loaded:
    """Load the wanted columns of a table.

    Parameters
    ----------
    source : path, "-", bytes, file object, or pandas, polars or arrow frame
        "-" is standard input. The kind of file is told by its first bytes, not by its name.
    choose : callable
        Picks columns once their names are known.
    encoding, separator : str, optional
        Of CSV; found out when not given (UTF-8 with or without BOM, UTF-16, GB18030 which
        includes GBK; comma, semicolon, tab, bar).
    sheet : str or int
        Of Excel.

    Raises
    ------
    FileError
        Missing, a folder, empty, damaged, or of a kind that is not read.
    DataError
        If `source` is a frame that cannot be read.
    """
    if hasattr(source, "columns"):
        return _from_frame(source, choose)
    if isinstance(source, (str, Path)) and str(source) != "-":
        path = Path(source).expanduser()
        _check_path(path)
        if path.is_file():
            return _from_file(path, choose, encoding=encoding, separator=separator, sheet=sheet)
        # A pipe, e.g. of the shell's <(...), gives its bytes once.
        content, name = _bytes_of(path), path.name
    else:
        content = _content(source)
        name = "standard input" if isinstance(source, str) else "the given bytes"
    with tempfile.TemporaryDirectory() as folder:
        # DuckDB reads Parquet from files only; the copy is gone before this returns.
        path = Path(folder, "input")
        path.write_bytes(content)
        return _from_file(
            path, choose, encoding=encoding, separator=separator, sheet=sheet, name=name
        )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> FileError:
    return FileError(
        f"{_short(str(path))} cannot be opened: {error.strerror or error}. Nothing was read. Check "
        "its name and your right to read it."
    )


def _short(text: str, most: int = 60) -> str:
    """Text for a message; a torn file has column names of any length."""
    return text if len(text) <= most else f"{text[:most]}..."


def _check_path(path: Path) -> None:
    try:
        exists, folder = path.exists(), path.is_dir()
    except OSError as error:
        raise _unreadable(path, error) from error
    if folder:
        raise FileError(
            f"{path} is a folder, not a file: which of its files is meant cannot be told. Name "
            "one file."
        )
    if not exists:
        near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:5]
        there = f" {path.parent} holds {', '.join(near)}." if near else ""
        raise FileError(
            f"{path} does not exist, so there is nothing to read.{there} Check the spelling and "
            "the folder you are in."
        )


def _content(source: Any) -> bytes:
    if isinstance(source, str):
        return sys.stdin.buffer.read()
    if isinstance(source, (bytes, bytearray)):
        return bytes(source)
    if not hasattr(source, "read"):
        raise DataError(
            f"a {type(source).__name__} is neither a path, a file, nor a frame: there is no table "
            "in it. Give a path, '-', bytes, or a pandas, polars or arrow frame."
        )
    content = source.read()
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)


def _from_file(
    path: Path,
    choose: Chooser,
    *,
    encoding: str | None,
    separator: str | None,
    sheet: str | int,
    name: str | None = None,
) -> Loaded:
    name = name or path.name
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head:
        raise FileError(
            f"{name} is empty (0 bytes): there is no table in it. Export it again, and check that "
            "the export finished."
        )
    if head.startswith(b"PAR1"):
        return _from_parquet(path, choose, name)
    if head.startswith(b"PK\x03\x04"):
        return _from_excel(path, choose, name, sheet)
    if head.startswith((b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF", b"BZh", b"\xfd7zXZ")):
        raise FileError(
            f"{name} is an old Excel, compressed or PDF file: such files are not read. Unpack it "
            "or save it as .xlsx, .csv (UTF-8 or GBK) or .parquet."
        )
    return _from_csv(_bytes_of(path), choose, name, encoding, separator)


def _from_frame(source: Any, choose: Chooser) -> Loaded:
    frame = as_pandas(source, name="the table")
    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index()
    names = [str(column) for column in frame.columns]
    wanted, _ = choose(names)
    table = frame.set_axis(names, axis=1)[wanted].reset_index(drop=True)
    return Loaded(table, names, "the table", [])


def _from_parquet(path: Path, choose: Chooser, name: str) -> Loaded:
    import duckdb

    try:
        with duckdb.connect() as connection, warnings.catch_warnings():
            # DuckDB itself calls pandas in ways that pandas announces to end.
            warnings.simplefilter("ignore", DeprecationWarning)
            # Parquet keeps instants without their zone; the machine's own must not decide a day.
            connection.execute("set TimeZone = 'UTC'")
            # Escaped, because DuckDB takes a name such as "prices[1].parquet" for a pattern.
            relation = connection.read_parquet(glob.escape(str(path)))
            names = list(relation.columns)
            wanted, _ = choose(names)
            picked = ", ".join('"' + column.replace('"', '""') + '"' for column in wanted)
            table = relation.project(picked).df() if wanted else pd.DataFrame()
    except duckdb.Error as error:
        raise FileError(
            f"{name} cannot be read as Parquet: {str(error).splitlines()[0]}. It is damaged or "
            "was not written to its end. Export it again."
        ) from error
    return Loaded(table, names, name, [])


def _from_excel(path: Path, choose: Chooser, name: str, sheet: str | int) -> Loaded:
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheets = [str(title) for title in book.sheet_names]
            names = [str(c) for c in pd.read_excel(book, sheet_name=sheet, nrows=0).columns]
            wanted, texts = choose(names)
            # Codes as text keep their zeros where the sheet has them as text.
            table = pd.read_excel(
                book,
                sheet_name=sheet,
                usecols=wanted,
                dtype=dict.fromkeys(texts, object),
                keep_default_na=False,
                na_values=list(_MISSING),
            )
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise FileError(
            f"{name} cannot be read as an Excel workbook: {error}. Check the sheet with `sheet=`, "
            "or save the table as CSV."
        ) from error
    skipped = [s for s in sheets if s != sheet] if isinstance(sheet, str) else sheets[1:]
    issues = [issue("other sheets", ", ".join(skipped), "left out")] if skipped else []
    return Loaded(table, names, name, issues, first_line=2)


def _from_csv(
    content: bytes, choose: Chooser, name: str, encoding: str | None, separator: str | None
) -> Loaded:
    text, used = _decoded(content, name, encoding)
    if "\0" in text:
        raise FileError(
            f"{name} holds {text.count(chr(0)):,} null bytes, first in line "
            f"{text[: text.index(chr(0))].count(chr(10)) + 1}: it is no text, or was torn while "
            "being written, so what it says cannot be trusted. Export it again."
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    header = text.partition("\n")[0]
    separator = separator or max(_SEPARATORS, key=header.count)
    try:
        cells = next(csv.reader([header], delimiter=separator), [])
    except csv.Error as error:
        raise FileError(
            f"{name} has a header that cannot be split into columns: {error}. Without names no "
            "column can be used. Check that its first line holds the column names."
        ) from error
    names = [column.strip() for column in cells]
    wanted, texts = choose(names)
    try:
        table = _split(text, separator, names, wanted, texts)
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
        raise FileError(
            f"{name} cannot be split into columns: {str(error).strip().rstrip('.')}. A field may hold the "
            f"separator {separator!r} unquoted, or a title may stand above the header. Mend that "
            "line, or give `separator=`."
        ) from error
    issues = [] if used.startswith("utf-8") else [issue("encoding", name, f"read as {used}")]
    return Loaded(_without_blank(table, texts), names, name, issues, first_line=2)


def _split(
    text: str, separator: str, names: list[str], wanted: list[str], texts: list[str]
) -> pd.DataFrame:
    with warnings.catch_warnings():
        # pandas only warns when every line is longer than the header, and then drops the rest.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        # All columns are split, wanted or not: with `usecols` a line that is too long goes unseen.
        table = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            header=0,
            names=names,
            index_col=False,
            dtype=dict.fromkeys(texts, "str"),
            keep_default_na=False,
            na_values={column: _MISSING for column in wanted if column not in texts},
            skip_blank_lines=False,
            skipinitialspace=True,
            low_memory=False,
        )
    return table[wanted]


def _without_blank(table: pd.DataFrame, texts: list[str]) -> pd.DataFrame:
    """Drop lines without any content; the index keeps counting them, for line numbers."""
    blank = table.isna().all(axis=1) if not texts else (table[texts[0]].fillna("") == "")
    for column in table.columns if blank.any() else ():
        blank &= table[column].isna() | (table[column] == "")
    return table[~blank] if blank.any() else table


def _decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    if encoding is not None:
        tries: tuple[str, ...] = (encoding,)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ("utf-16",)
    else:
        tries = ("utf-8-sig", "gb18030")
    for attempt in tries:
        try:
            return content.decode(attempt), attempt
        except (UnicodeDecodeError, LookupError):
            continue
    raise FileError(
        f"{name} is not text in {' or '.join(tries)}, and neither Parquet nor Excel by its first "
        "bytes: read as text, its names and numbers would come out garbled. Export it again as "
        "Parquet, Excel or CSV in UTF-8, or give `encoding=`."
    )
