"""Baskets out of a file of the user: which symbols make up a theme, and since when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from quantquake.data.baskets import Basket
from quantquake.data.files.cells import as_dates, as_numbers, first_bad
from quantquake.data.files.formats import Loaded, load
from quantquake.data.files.schemas import THEMES, recognise
from quantquake.data.membership import ALWAYS
from quantquake.data.panel import listed
from quantquake.data.symbols import canonical_symbol, canonical_symbols
from quantquake.errors import ConfigError, DataError, FileError

_TOML_KEYS = ("symbols", "weights", "index", "premium")


def read_themes(path: str | Path) -> dict[str, Basket]:
    """Baskets by name from a CSV, Excel, Parquet or TOML file.

    Parameters
    ----------
    path : path
        A table with the columns ``theme`` and ``symbol``, and optionally ``date`` (the row's
        theme has its full list of members given anew on that date) and ``weight``; or a TOML file
        with one table a theme::

            ["茅指数"]
            symbols = ["600519", "000858.SZ"]
            weights = [0.6, 0.4]          # optional
            index = "8841415.WI"          # optional
            premium = "divergence"        # optional

    Returns
    -------
    dict of str to Basket
        In the order of the file. Without dates the same members count at every date, which
        backcasts today's list: ``basket.point_in_time`` is False.

    Raises
    ------
    DataError
        Missing columns, unreadable symbols, a member given twice on one date.
    ConfigError
        A TOML key that is unknown.
    """
    found = _from_toml(Path(path)) if Path(path).suffix.lower() == ".toml" else _from_table(path)
    if not found:
        raise DataError(
            f"{path} names no theme: there would be no basket of yours to score. Give at least one "
            "theme with its symbols."
        )
    return found


def _from_table(path: str | Path) -> dict[str, Basket]:
    fields: dict[str, str] = {}

    def choose(names: Iterable[object]) -> tuple[list[str], list[str]]:
        columns, _ = recognise(names, THEMES)
        fields.update({c.field: c.source for c in columns})
        texts = [c.source for c in columns if c.field != "weight"]
        return [c.source for c in columns], texts

    loaded = load(str(path), choose)
    missing = [field for field in THEMES.required if field not in fields]
    if missing:
        raise DataError(
            f"{loaded.name} has no column for {', '.join(missing)}; its columns are "
            f"{listed(map(repr, loaded.columns), 30)}. A theme needs its name and its members: "
            "rename the columns to theme, symbol and, if there, date and weight."
        )
    rows = _rows(loaded, fields)
    return {
        str(theme): Basket(str(theme), members=_members(group))
        for theme, group in rows.groupby("theme", sort=False)
    }


def _rows(loaded: Loaded, fields: Mapping[str, str]) -> pd.DataFrame:
    cells = {field: loaded.table[source] for field, source in fields.items()}
    nameless = cells["theme"].isna() | (cells["theme"].astype("str").str.strip() == "")
    if nameless.any():
        raise DataError(
            f"{loaded.name} has {int(nameless.sum())} rows without a theme, first "
            f"{first_bad(cells['symbol'], nameless, loaded.place)}: they belong to no basket and "
            "would be lost. Name their theme, or drop the rows."
        )
    symbols, _ = canonical_symbols(cells["symbol"])
    rows = pd.DataFrame({"theme": cells["theme"], "symbol": symbols})
    if "date" in cells:
        rows["date"], _ = as_dates(cells["date"], name=loaded.name, place=loaded.place)
    if "weight" in cells:
        rows["weight"] = as_numbers(cells["weight"], name=loaded.name, place=loaded.place)
    return rows


def _members(rows: pd.DataFrame) -> Any:
    if "date" in rows:
        return rows.drop(columns="theme")
    if "weight" not in rows:
        return list(rows["symbol"])
    return rows.drop(columns="theme").assign(date=ALWAYS)


def _from_toml(path: Path) -> dict[str, Basket]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise FileError(
            f"{path} cannot be read as TOML: {why}. No theme can be taken from it. Mend it at "
            "the place named; it must be UTF-8."
        ) from error
    return {name: _from_keys(name, keys) for name, keys in tables.items()}


def _from_keys(name: str, keys: Any) -> Basket:
    strangers = sorted(set(keys) - set(_TOML_KEYS)) if isinstance(keys, dict) else [str(keys)]
    if strangers:
        raise ConfigError(
            f"theme {name!r} has {', '.join(strangers)}, which means nothing here and would be "
            f"lost. A theme is a table with the keys {', '.join(_TOML_KEYS)}."
        )
    _check_keys(name, keys)
    members = [canonical_symbol(text) for text in keys["symbols"]] if "symbols" in keys else None
    weights = keys.get("weights")
    if weights is not None and len(weights) != len(members or ()):
        raise ConfigError(
            f"theme {name!r} has {len(weights)} weights for {len(members or ())} symbols: which "
            "weight belongs to whom cannot be told. Give one each."
        )
    return Basket(
        name,
        members=members,
        weights=None if weights is None else dict(zip(members or (), weights, strict=True)),
        index=keys.get("index"),
        premium=keys.get("premium", "divergence"),
    )


def _check_keys(name: str, keys: Mapping[str, Any]) -> None:
    """Refuse a text where a list belongs: its letters would be taken for members."""
    kinds = {"symbols": (str, int), "weights": (int, float)}
    for key, kind in kinds.items():
        value = keys.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            what = 'symbols, e.g. ["600519", "000858.SZ"]' if key == "symbols" else "numbers"
            raise ConfigError(
                f"theme {name!r} has {key} = {value!r}, which is no list of {what}: its members "
                "would have to be guessed. Write a list."
            )
