"""Dated facts, orders and claims of the crises the project tells, with their sources.

``load_events()`` gives every statement in order of date; ``policies(as_of)`` the orders known by a
date. Where sources disagree both statements are kept and name each other. Figures nobody verified
are not in here.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from quantquake.data.events.event import (
    CONFIDENCES,
    KINDS,
    Event,
    Source,
    parse_event,
    parse_source,
)
from quantquake.errors import ConfigError

__all__ = [
    "KINDS",
    "Event",
    "Source",
    "as_frame",
    "in_force",
    "load_events",
    "load_sources",
    "policies",
    "select",
    "stories",
]

_FOLDER = Path(__file__).parent
_SOURCES = "sources.toml"


@cache
def stories() -> Mapping[str, tuple[str, str]]:
    """Built-in stories: name -> (English title, Chinese title)."""
    titles = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        if path.name != _SOURCES:
            table = _read(path)
            titles[path.stem] = (table["title_en"], table["title_zh"])
    return MappingProxyType(titles)


@cache
def load_sources() -> Mapping[str, Source]:
    """Every source that statements may cite, by id."""
    path = _FOLDER / _SOURCES
    return MappingProxyType(
        {
            name: parse_source(name, row, where=f"{path.name}: {name}")
            for name, row in _read(path).items()
        }
    )


def load_events(name: str | Path | None = None) -> tuple[Event, ...]:
    """Statements of one story, or of all built-in ones, sorted by first day.

    Parameters
    ----------
    name : str or Path, optional
        A story (``cn-2024-02``), or a path to your own TOML file in the same form.

    Raises
    ------
    ConfigError
        If the story is unknown or a file breaks the schema; names file and field.
    """
    if isinstance(name, Path):
        return _load(name)
    if name is None:
        return _builtin()
    if name not in stories():
        raise ConfigError(
            f"story {name!r} is unknown: there are no statements to load. "
            f"Use one of {', '.join(stories())}, or pass a Path to your own file."
        )
    return tuple(event for event in _builtin() if event.story == name)


def select(
    events: Iterable[Event],
    *,
    kind: str | None = None,
    feature: str | None = None,
    as_of: str | dt.date | None = None,
    rumours: bool = True,
    confidence: str = "low",
) -> tuple[Event, ...]:
    """Filter statements; calibration should ask for ``rumours=False``.

    Parameters
    ----------
    events : iterable of Event
    kind : str, optional
        One of `KINDS`.
    feature : str, optional
        A row of the catalogue, ``L09``.
    as_of : date, optional
        Keep statements about spans that had ended by this day (a statement known only to the month
        counts from the month's end: never early). This is when things happened; when the text
        about them appeared is ``event.source.date``.
    rumours : bool, default True
        False drops hearsay.
    confidence : str, default "low"
        Least confidence kept.
    """
    for text, allowed, field in ((kind, KINDS, "kind"), (confidence, CONFIDENCES, "confidence")):
        if text is not None and text not in allowed:
            raise ConfigError(
                f"{field}={text!r} is unknown: the filter would drop everything. "
                f"Use one of {', '.join(allowed)}."
            )
    limit = pd.Timestamp.max if as_of is None else pd.Timestamp(as_of)
    least = CONFIDENCES.index(confidence)
    return tuple(
        event
        for event in events
        if (kind is None or event.kind == kind)
        and (feature is None or feature in event.features)
        and event.end <= limit
        and (rumours or not event.rumour)
        and CONFIDENCES.index(event.confidence) >= least
    )


def policies(
    as_of: str | dt.date | None = None, *, story: str | None = None, rumours: bool = True
) -> tuple[Event, ...]:
    """Orders and measures certainly taken by `as_of`, in order of date."""
    return select(load_events(story), kind="policy", as_of=as_of, rumours=rumours)


def in_force(
    as_of: str | dt.date, *, story: str | None = None, rumours: bool = True
) -> Mapping[str, Event]:
    """Levers switched on and not yet off by `as_of`: action -> the statement that says so.

    A switch dated only to a month or span takes effect on its last day: never early. Where two
    sources date the same switch, the first day one of them is sure of decides. One-off measures
    are never in force.
    """
    state: dict[str, Event] = {}
    for event in sorted(policies(as_of, story=story, rumours=rumours), key=lambda e: e.end):
        if event.switch != "once":
            state[str(event.action)] = event
    return {action: event for action, event in state.items() if event.switch == "on"}


def as_frame(events: Iterable[Event]) -> pd.DataFrame:
    """Statements as a table: one row each, `source` as its id, lists joined by commas."""
    rows = []
    for event in events:
        row = {field.name: getattr(event, field.name) for field in fields(event)}
        for name in ("features", "disagrees_with"):
            row[name] = ", ".join(row[name])
        rows.append(row | {"source": event.source.id})
    return pd.DataFrame(rows, columns=[field.name for field in fields(Event)])


@cache
def _builtin() -> tuple[Event, ...]:
    events = [event for name in stories() for event in _load(_FOLDER / f"{name}.toml")]
    _check_unique(events, "the built-in stories")
    return tuple(sorted(events, key=lambda event: (event.date, event.end)))


def _load(path: Path) -> tuple[Event, ...]:
    table = _read(path)
    for field in ("title_en", "title_zh"):
        if not isinstance(table.get(field), str):
            raise ConfigError(
                f"{path.name}: {field} is missing: a story is listed by its titles. "
                f'Add `{field} = "..."` at the top of the file.'
            )
    events = [
        parse_event(
            row, story=path.stem, where=f"{path.name}: event[{number}]", sources=load_sources()
        )
        for number, row in enumerate(table.get("event", []))
    ]
    _check_unique(events, path.name)
    _check_disagreements(events, path.name)
    return tuple(sorted(events, key=lambda event: (event.date, event.end)))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path.name} cannot be read ({error.strerror}): there are no statements to load. "
            "Check the path."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path.name} is not valid TOML ({error}): no statement in it can be trusted. "
            "Mend the line named."
        ) from error


def _check_unique(events: Iterable[Event], where: str) -> None:
    seen: set[str] = set()
    for event in events:
        if event.id in seen:
            raise ConfigError(
                f"{where}: id {event.id!r} stands twice, so links to it are ambiguous. Rename one."
            )
        seen.add(event.id)


def _check_disagreements(events: Iterable[Event], where: str) -> None:
    """A disagreement is mutual and both sides stand in the same file."""
    by_id = {event.id: event for event in events}
    for event in by_id.values():
        for other in event.disagrees_with:
            if other not in by_id or event.id not in by_id[other].disagrees_with:
                raise ConfigError(
                    f"{where}: {event.id}.disagrees_with names {other!r}, which does not name it "
                    "back: a reader of that statement would not learn it is disputed. Add both."
                )
