"""Scenario files: YAML in, a checked :class:`Scenario` out; the complaint names the field's path."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from quantquake.cascade.assets import Group, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.base import Holder, kinds
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Attention, Depth, News, Noise, Scenario
from quantquake.cascade.yaml_text import yaml_of
from quantquake.errors import ConfigError, FileError, QuantquakeError

#: Version of the file's layout; a file of another version is refused, never guessed at.
VERSION = 1

_LISTS: dict[str, type[Any]] = {"groups": Group, "indices": Index, "news": News, "rules": Rule}
_BLOCKS: dict[str, type[Any]] = {
    "impact": Impact,
    "depth": Depth,
    "noise": Noise,
    "attention": Attention,
}
_PLAIN = {f.name for f in fields(Scenario)} - {*_LISTS, *_BLOCKS, "participants", "start"}


def library() -> dict[str, str]:
    """Names of the built-in scenarios and their English titles."""
    folder = resources.files("quantquake.cascade") / "library"
    texts = {
        f.name.removesuffix(".yaml"): f.read_text("utf-8")
        for f in folder.iterdir()
        if f.name.endswith(".yaml")
    }
    return {name: yaml.safe_load(text)["title"]["en"] for name, text in sorted(texts.items())}


def load(source: str | Path | Mapping[str, Any]) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source : str, Path or mapping
        Name of a built-in scenario, a YAML file, or the same content as a mapping.

    Raises
    ------
    FileError
        If there is no such scenario, or the file is not YAML.
    ConfigError
        If a field is unknown, missing or impossible; the message gives its path.
    """
    if isinstance(source, Mapping):
        return _scenario(source)
    return parse(text_of(source), str(source))


def parse(text: str, source: str) -> Scenario:
    """Read a scenario from YAML text; `source` names it in complaints.

    Raises
    ------
    FileError, ConfigError
        As :func:`load`.
    """
    content = yaml_of(text, source)
    if not isinstance(content, Mapping):
        raise FileError(
            f"{source} holds {type(content).__name__}, not fields with names: a scenario needs at least "
            "`schema`, `groups` and `participants`. Start from a built-in scenario."
        )
    return _scenario(content)


def rule_of(given: Mapping[str, Any], where: str) -> Rule:
    """Check one rule written as fields; `where` names it in complaints."""
    checked: Rule = _checked(Rule, given, where)
    return checked


def text_of(source: str | Path) -> str:
    """Return the YAML text of a built-in scenario or a file.

    Raises
    ------
    FileError
        If there is neither, or the file is no text.
    """
    built_in = resources.files("quantquake.cascade") / "library" / f"{source}.yaml"
    if isinstance(source, str) and "/" not in source and built_in.is_file():
        return built_in.read_text("utf-8")
    path = Path(source)
    if _is(path, Path.is_dir):
        raise FileError(
            f"{source} is a folder, not a scenario: it is unclear which of its files is meant. Give "
            "the file."
        )
    if not _is(path, Path.is_file):
        raise FileError(
            f"There is neither a file nor a built-in scenario `{source}`, so nothing can be run. "
            f"Built in are {list(library())}."
        )
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{source} is no UTF-8 text (byte {error.start + 1}): its names would come out as others. Save "
            "it as UTF-8."
        ) from None


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    try:
        return what(path)
    except (OSError, ValueError):  # a name no file can have
        return False


def _scenario(content: Mapping[str, Any]) -> Scenario:
    given = dict(content)
    version = given.pop("schema", None)
    if isinstance(version, bool) or version != VERSION:
        raise ConfigError(
            f"schema: {content.get('schema')!r} instead of {VERSION}: the fields of another layout may "
            f"mean something else. Write `schema: {VERSION}`."
        )
    _no_nan(given, "")
    _known(given, "", {*_LISTS, *_BLOCKS, *_PLAIN, "participants", "start"})
    out: dict[str, Any] = {k: given[k] for k in _PLAIN if k in given}
    for name, cls in _LISTS.items():
        rows = _listed(given.get(name, []), name)
        out[name] = tuple(_checked(cls, row, f"{name}.{k}") for k, row in enumerate(rows))
    for name, cls in _BLOCKS.items():
        if name in given:
            out[name] = _checked(cls, given[name], name)
    rows = _listed(given.get("participants", []), "participants")
    out["participants"] = tuple(_participant(row, k) for k, row in enumerate(rows))
    if given.get("start") is not None:
        out["start"] = _date(given["start"])
    out.setdefault("name", "scenario")
    return _plain_checked(out)


def _date(given: Any) -> pd.Timestamp:
    """Date of day 1; YAML turns 2024-01-02 into a date by itself."""
    if isinstance(given, (str, date)):
        try:
            return pd.Timestamp(given).tz_localize(None).normalize()
        except (ValueError, TypeError):
            pass
    raise ConfigError(
        f"start={given!r}: not a date, so the days could not be named. Write it as 2024-01-02, or leave it "
        "out."
    )


def _plain_checked(out: dict[str, Any]) -> Scenario:
    types = {
        "days": int,
        "rounds": int,
        "seed": int,
        "queue": bool,
        "financing": float,
        "close_below": float,
        "name": str,
        "currency": str,
        "title": dict[str, str],
        "about": dict[str, str],
    }
    for name, kind in types.items():
        if name in out:
            out[name] = _checked(kind, out[name], name)
    return Scenario(**out)


def _listed(rows: Any, where: str) -> list[Any]:
    if not isinstance(rows, list):
        raise ConfigError(
            f"{where}: {type(rows).__name__} instead of a list: it is unclear where one ends and the "
            "next begins. Put a dash before each."
        )
    return rows


def _participant(row: Any, k: int) -> Holder:
    where = f"participants.{k}"
    if not isinstance(row, Mapping) or "type" not in row:
        raise ConfigError(
            f"{where}: no `type`, so it is unknown how it behaves. Types are {sorted(kinds())}."
        )
    given = dict(row)
    kind = given.pop("type")
    if not isinstance(kind, str) or kind not in kinds():
        raise ConfigError(
            f"{where}.type: unknown participant `{kind}`; leaving it out would change the result "
            f"silently. Types are {sorted(kinds())}; others can be registered with "
            "`quantquake.cascade.participants.participant`."
        )
    return _checked(kinds()[kind], given, where)


def _no_nan(value: Any, path: str) -> None:
    """Refuse a number that is none: comparisons with it are False, so a limit never binds."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _no_nan(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            _no_nan(inner, f"{path}.{k}")
    elif isinstance(value, float) and math.isnan(value):
        raise ConfigError(
            f"{path}: not a number; a limit that is none never binds and a holding that is none hides its "
            "losses. Give a number, or leave the field out."
        )


def _known(given: Mapping[str, Any], where: str, known: set[str]) -> None:
    odd = sorted(set(given) - known)
    if odd:
        raise ConfigError(
            f"{where}{odd[0]}: no such field; a misspelt field would be ignored and the scenario be "
            f"another than you wrote. Fields here are {sorted(known)}."
        )


def _checked(cls: type[Any], given: Any, where: str) -> Any:
    try:
        return _adapter(cls).validate_python(given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        inner = first.get("ctx", {}).get("error")
        if isinstance(inner, QuantquakeError):
            raise inner from None
        # A column may be one of several kinds; pydantic names the kind it tried, which is no field.
        told = [str(p) for p in first["loc"] if p not in ("float", "list[float]", "Spread")]
        path = ".".join([where, *told])
        raise ConfigError(
            f"{path}: {first['msg']} (given {first['input']!r}): the scenario cannot be run as written. "
            f"Correct this field{_others(error.error_count() - 1, where)}."
        ) from None


def _others(more: int, where: str) -> str:
    if more == 0:
        return ""
    return f"; {more} more {'is' if more == 1 else 'are'} wrong in `{where}`"


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    if cls in (int, float, str, bool, dict[str, str]):
        return TypeAdapter(cls)
    _forbid(cls, set())
    return TypeAdapter(cls)


def _forbid(cls: Any, seen: set[Any]) -> None:
    """Refuse unknown fields in a dataclass and in the dataclasses its fields name."""
    if cls in seen or not hasattr(cls, "__dataclass_fields__"):
        return
    seen.add(cls)
    if "__pydantic_config__" not in vars(cls):
        cls.__pydantic_config__ = ConfigDict(extra="forbid", strict=False)
