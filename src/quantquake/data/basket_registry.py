"""The baskets people name: their index, their premium class, and what trades on them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from quantquake.errors import ConfigError, FileError

_PREMIA = ("divergence", "convergence")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredBasket:
    """One named basket.

    Attributes
    ----------
    key : str
        Short name, as in the file's headings.
    name_en, name_zh : str
        Names to print.
    index : str or None
        Published index that stands for it.
    premium : str
        "divergence" or "convergence": what crowding does to this kind of style (Baltas 2019).
    trackers : tuple of str
        Funds that follow it.
    largest : tuple of str
        Well-known large members.
    index_confidence, trackers_confidence, largest_confidence : str
        "source", "provider", "common" or "none": how the codes are known.
    note : str
        What to be careful about.
    """

    key: str
    name_en: str
    name_zh: str
    premium: str
    index: str | None = None
    trackers: tuple[str, ...] = ()
    largest: tuple[str, ...] = ()
    index_confidence: str = "none"
    trackers_confidence: str = "none"
    largest_confidence: str = "none"
    note: str = ""


@cache
def registry(path: str | Path | None = None) -> Mapping[str, RegisteredBasket]:
    """Load the named baskets: the six of the source, or a user's own file of the same form.

    Raises
    ------
    FileError
        If the file is missing or is no TOML.
    ConfigError
        If an entry lacks a field, has an unknown one, or an unknown premium class.
    """
    source = files("quantquake.data").joinpath("baskets.toml") if path is None else Path(path)
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileError(
            f"the basket file {source} cannot be read ({error}): no basket is known. Give a TOML "
            "file with one [section] per basket."
        ) from error
    return MappingProxyType({key: _entry(key, row) for key, row in table.items()})


def trackers(basket: str) -> tuple[str, ...]:
    """Return the funds and well-known members one can trade for a named basket.

    Parameters
    ----------
    basket : str
        Key ("dividend"), printed name in either language, or symbol of its index.

    Raises
    ------
    ConfigError
        If no basket goes by that name; the known ones are listed.
    """
    found = find(basket)
    return (*found.trackers, *found.largest)


def find(basket: str) -> RegisteredBasket:
    """Return the basket that goes by a key, a printed name or an index symbol.

    Raises
    ------
    ConfigError
        If there is none.
    """
    for one in registry().values():
        if basket in (one.key, one.name_en, one.name_zh, one.index):
            return one
    raise ConfigError(
        f"no basket is called {basket!r}: its index and its trackers are not known. Known are "
        f"{_listed(registry())}."
    )


def _entry(key: str, row: Any) -> RegisteredBasket:
    known = {f.name for f in fields(RegisteredBasket)} - {"key"}
    needed = {"name_en", "name_zh", "premium"}
    if not isinstance(row, dict) or not needed <= row.keys() <= known:
        given = row.keys() if isinstance(row, dict) else ()
        raise ConfigError(
            f"basket [{key}] lacks {_listed(needed - set(given))} or has unknown fields "
            f"{_listed(set(given) - known)}: it cannot be registered. Fields are {_listed(known)}."
        )
    if row["premium"] not in _PREMIA:
        raise ConfigError(
            f"basket [{key}] has premium {row['premium']!r}: what crowding does to it would be "
            "unknown. Use divergence or convergence."
        )
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return RegisteredBasket(key=key, **values)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
