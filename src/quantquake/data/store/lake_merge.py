"""New rows against those the store has: added, filled in, known already, or in conflict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.data.files.schemas import quantity
from quantquake.data.store.parquet_part import Part, source, write_part
from quantquake.errors import DataError

_KEYS = ("date", "symbol")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One year of a kind with the new rows in it.

    Attributes
    ----------
    part : Part or None
        The file written; None if the store had every cell already.
    replaces : str or None
        File it was made from.
    new, changed : int
        Rows added; rows that had a cell filled or replaced.
    """

    part: Part | None
    replaces: str | None
    new: int
    changed: int


def merge_year(
    folder: Path, kind: str, year: int, rows: pd.DataFrame, old: Part | None, *, replace: bool
) -> Merged:
    """Write the year's file anew with `rows` in it; an empty cell never erases a value.

    Raises
    ------
    DataError
        If a cell has another value than the store, unless `replace`.
    """
    import duckdb

    with duckdb.connect() as connection:
        connection.register("rows", rows)
        given = [str(column) for column in rows.columns if column not in _KEYS]
        connection.execute(f"create temp table given as select {_typed(given)} from rows")
        stored = _stored(connection, folder, old)
        new, changed = _counted(connection, given, stored)
        if not replace and changed:
            _refuse_conflicts(connection, f"{kind} in {year}", [f for f in given if f in stored])
        if not new and not changed:
            return Merged(part=None, replaces=None, new=0, changed=0)
        fields = list(dict.fromkeys((*stored, *given)))
        cells = ", ".join(_cell(field, given, stored) for field in fields)
        connection.execute(
            f"create temp table merged as select date, symbol, {cells} "
            "from given g full join stored o using (date, symbol)"
        )
        part = write_part(connection, "merged", folder, kind, year)
    return Merged(part=part, replaces=old.file if old else None, new=new, changed=changed)


def _typed(fields: list[str]) -> str:
    kinds = {f: "varchar" if quantity(f) == "text" else "double" for f in fields}
    return ", ".join(
        ("date::date as date", "symbol", *(f"{f}::{k} as {f}" for f, k in kinds.items()))
    )


def _stored(connection: Any, folder: Path, old: Part | None) -> list[str]:
    """Make the table `stored`, empty if there is no file yet; return its fields."""
    import duckdb

    origin = "given where false" if old is None else source(folder / old.file)
    try:
        connection.execute(f"create temp table stored as select * from {origin}")
    except duckdb.Error as error:
        raise DataError(
            f"the stored file {old.file if old else ''} cannot be read: {error}. New rows cannot "
            "be put beside the old ones. Run `quantquake data verify`."
        ) from error
    columns = [row[0] for row in connection.execute("describe stored").fetchall()]
    return [column for column in columns if column not in _KEYS]


def _counted(connection: Any, given: list[str], stored: list[str]) -> tuple[int, int]:
    """Rows that are new, and known rows that bring a value the store has not."""
    news = " or ".join(
        f"g.{f} is not null and g.{f} is distinct from o.{f}"
        if f in stored
        else f"g.{f} is not null"
        for f in given
    )
    new, changed = connection.execute(
        "select count(*) filter (where o.symbol is null), "
        f"count(*) filter (where o.symbol is not null and ({news or 'false'})) "
        "from given g left join stored o on g.date = o.date and g.symbol = o.symbol"
    ).fetchone()
    return int(new), int(changed)


def _refuse_conflicts(connection: Any, what: str, shared: list[str]) -> None:
    """Raise if known cells have other values, naming the first."""
    if not shared:
        return
    differs = " or ".join(f"g.{f} <> o.{f}" for f in shared)
    joined = f"from given g join stored o using (date, symbol) where {differs}"
    count = connection.execute(f"select count(*) {joined}").fetchone()[0]
    if not count:
        return
    pairs = ", ".join(f"g.{f}, o.{f}" for f in shared)
    day, symbol, *cells = connection.execute(
        f"select date, symbol, {pairs} {joined} order by date, symbol limit 1"
    ).fetchone()
    field, ours, theirs = next(
        (f, ours, theirs)
        for f, ours, theirs in zip(shared, cells[::2], cells[1::2], strict=True)
        if None not in (ours, theirs) and ours != theirs
    )
    raise DataError(
        f"{count} rows of {what} have other values than the store, first {field} of {symbol} on "
        f"{day}: {ours!r} given, {theirs!r} stored. Were both kept, a return from one to the other "
        "would be invented (a new price adjustment is a usual cause). Nothing was written. Give "
        "the whole history again with --replace (replace=True), or leave these rows out."
    )


def _cell(field: str, given: list[str], stored: list[str]) -> str:
    if field not in stored:
        return f"g.{field} as {field}"
    if field not in given:
        return f"o.{field} as {field}"
    return f"coalesce(g.{field}, o.{field}) as {field}"
