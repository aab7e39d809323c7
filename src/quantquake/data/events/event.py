"""One dated statement: who said what about which day, and how sure that is."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.types import Result

KINDS = {
    "fact": "something that happened, as the source tells it",
    "policy": "an order or measure, switched on or off",
    "claim": "a source's reading of causes, or a forecast",
    "counterfactual": "what a source says might have been; to be simulated, never reported",
    "check": "what public market data or arithmetic say",
}
CONFIDENCES = ("low", "medium", "high")
SWITCHES = ("on", "off", "once")
UNITS = (
    "1",
    "1/yr",
    "x",
    "points",
    "CNY",
    "USD",
    "d",
    "sessions",
    "months",
    "years",
    "lots",
    "count",
)
_PERIODS = {"day": "D", "month": "M", "quarter": "Q", "year": "Y"}
PRECISIONS = (*_PERIODS, "range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Result):
    """Where statements were read.

    Attributes
    ----------
    id : str
        ``S0`` to ``S4`` for the five seed articles, else a short name.
    title, title_zh, publisher, language : str
    date : Timestamp
        Date of the text. Nothing was knowable from it earlier.
    kind : str
        ``seed``, ``press``, ``paper``, ``exchange``, ``data`` or ``arithmetic``.
    """

    id: str
    title: str
    title_zh: str
    publisher: str
    date: pd.Timestamp
    language: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Result):
    """One dated statement of one source.

    Attributes
    ----------
    id, story : str
        Unique name, and the file it stands in (``cn-2024-02``).
    kind : str
        One of `KINDS`.
    date, end : Timestamp
        First and last day the statement is about; equal for one day. A statement known only to the
        month covers the whole month.
    precision : str
        ``day``, ``month``, ``quarter``, ``year``, or ``range`` (a span of days).
    title_en, title_zh : str
    statement : str
        The statement in our own words.
    quote : str
        A few original words, or empty.
    value : float, (low, high) or None
        Falls, losses, sales and discounts are negative; rates are fractions. [`unit`]
    unit : str or None
    source : Source
    confidence : str
        ``low``, ``medium`` or ``high``.
    rumour : bool
        The source itself calls it hearsay, or it is a private order no document confirms.
    features : tuple of str
        Rows of the feature catalogue.
    disagrees_with : tuple of str
        Statements about the same thing that cannot all be right. All are kept.
    action, switch : str or None
        Policies only: which lever, and ``on``, ``off`` or ``once``.
    """

    id: str
    story: str
    kind: str
    date: pd.Timestamp
    end: pd.Timestamp
    precision: str
    title_en: str
    title_zh: str
    statement: str
    quote: str
    value: float | tuple[float, float] | None
    unit: str | None
    source: Source
    confidence: str
    rumour: bool
    features: tuple[str, ...]
    disagrees_with: tuple[str, ...]
    action: str | None
    switch: str | None


_REQUIRED = {
    "id": str,
    "date": dt.date,
    "title_en": str,
    "title_zh": str,
    "statement": str,
    "source": str,
    "confidence": str,
    "features": list,
}
_OPTIONAL = {
    "kind": str,
    "end": dt.date,
    "precision": str,
    "quote": str,
    "value": (int, float, list),
    "unit": str,
    "rumour": bool,
    "disagrees_with": list,
    "action": str,
    "switch": str,
}
_TYPES: dict[str, Any] = _REQUIRED | _OPTIONAL
_PATTERNS = {"id": r"[a-z0-9][a-z0-9.-]*", "features": r"[A-P]\d\d", "disagrees_with": r"\S+"}
_CHOICES = {
    "kind": tuple(KINDS),
    "precision": PRECISIONS,
    "confidence": CONFIDENCES,
    "switch": SWITCHES,
    "unit": UNITS,
}


def parse_event(
    row: Mapping[str, Any], *, story: str, where: str, sources: Mapping[str, Source]
) -> Event:
    """Check one ``[[event]]`` table and freeze it.

    Raises
    ------
    ConfigError
        Naming the file and field (`where` + field), what is wrong and what to write.
    """
    _check_fields(row, where)
    _check_choices(row, where)
    source = sources.get(row["source"])
    if source is None:
        raise ConfigError(
            f"{where}.source = {row['source']!r} is not in sources.toml: a number without its "
            f"source cannot be judged. Use one of {', '.join(sources)}, or add the source."
        )
    first, last = _span(row, where)
    return Event(
        id=row["id"],
        story=story,
        kind=row.get("kind", "fact"),
        date=first,
        end=last,
        precision=row.get("precision", "day"),
        title_en=row["title_en"],
        title_zh=row["title_zh"],
        statement=row["statement"],
        quote=row.get("quote", ""),
        value=_value(row, where),
        unit=row.get("unit"),
        source=source,
        confidence=row["confidence"],
        rumour=row.get("rumour", False),
        features=tuple(row["features"]),
        disagrees_with=tuple(row.get("disagrees_with", ())),
        action=row.get("action"),
        switch=row.get("switch"),
    )


def parse_source(name: str, row: Mapping[str, Any], *, where: str) -> Source:
    """Check one table of ``sources.toml``."""
    wanted = ("title", "title_zh", "publisher", "date", "language", "kind")
    if missing := [key for key in wanted if key not in row]:
        raise ConfigError(
            f"{where}.{missing[0]} is missing: a source must say who wrote it and when. "
            f"Write all of {', '.join(wanted)}."
        )
    return Source(
        id=name, **{key: row[key] for key in wanted} | {"date": pd.Timestamp(row["date"])}
    )


def _check_fields(row: Mapping[str, Any], where: str) -> None:
    for key, value in row.items():
        if key not in _TYPES:
            raise ConfigError(
                f"{where}.{key} is not a field of an event: a misspelt field would be lost "
                f"silently. Known fields are {', '.join(_TYPES)}."
            )
        stamp, flag = isinstance(value, dt.datetime), isinstance(value, bool)
        if not isinstance(value, _TYPES[key]) or stamp or flag != (key == "rumour"):
            raise ConfigError(
                f"{where}.{key} = {value!r} has the wrong type ({type(value).__name__}): it cannot "
                "be compared with other events. Dates are bare (2024-02-05), numbers unquoted, "
                "lists in brackets, rumour true or false."
            )
    if missing := [key for key in _REQUIRED if not row.get(key)]:
        raise ConfigError(
            f"{where}.{missing[0]} is missing or empty: every statement needs an id, a date, both "
            "titles, a source, a confidence and its catalogue rows. Add the field."
        )


def _check_choices(row: Mapping[str, Any], where: str) -> None:
    for key, allowed in _CHOICES.items():
        if key in row and row[key] not in allowed:
            raise ConfigError(
                f"{where}.{key} = {row[key]!r} is unknown: filters would miss this event. "
                f"Use one of {', '.join(allowed)}."
            )
    for key, pattern in _PATTERNS.items():
        values = row.get(key, ())
        for value in [values] if isinstance(values, str) else values:
            if not isinstance(value, str) or not re.fullmatch(pattern, value):
                raise ConfigError(
                    f"{where}.{key} has {value!r}: links to it would break. Write ids in small "
                    "letters with hyphens, catalogue rows as one letter and two digits (L09)."
                )
    policy = row.get("kind") == "policy"
    if {policy} != {"action" in row, "switch" in row}:
        raise ConfigError(
            f"{where}.action: a policy, and only a policy, names its lever and switch, else no "
            'scenario can turn it on. Give both `action` and `switch`, or set kind = "policy".'
        )


def _span(row: Mapping[str, Any], where: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    first, precision = pd.Timestamp(row["date"]), row.get("precision", "day")
    if precision == "range":
        if "end" in row and row["end"] > row["date"]:
            return first, pd.Timestamp(row["end"])
        raise ConfigError(
            f'{where}.end must lie after date {first:%Y-%m-%d} when precision is "range": the '
            "span decides from when the statement may be used. Add `end = YYYY-MM-DD`."
        )
    if "end" in row:
        raise ConfigError(
            f"{where}.end is given but precision is {precision!r}: two lengths contradict each "
            'other. Set precision = "range" or drop `end`.'
        )
    period = first.to_period(_PERIODS[precision])
    return period.start_time.normalize(), period.end_time.normalize()


def _value(row: Mapping[str, Any], where: str) -> float | tuple[float, float] | None:
    value = row.get("value")
    if (value is None) != ("unit" not in row):
        raise ConfigError(
            f"{where}.unit and value come together: a number without unit, or the reverse, means "
            f"nothing. Units are {', '.join(UNITS)}."
        )
    if value is None or (isinstance(value, (int, float)) and math.isfinite(value)):
        return None if value is None else float(value)
    numbers = [n for n in (value if isinstance(value, list) else []) if isinstance(n, (int, float))]
    if len(numbers) != 2 or not -math.inf < numbers[0] < numbers[1] < math.inf:
        raise ConfigError(
            f"{where}.value = {value!r} is neither a finite number nor a range: it cannot be "
            "compared with a result. Write a number, or low before high: [-0.10, -0.08]."
        )
    return float(numbers[0]), float(numbers[1])
