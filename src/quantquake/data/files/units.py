"""Units a column may come in, and what turns them into ours (fractions, currency, shares)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.schemas import Column, Schema, quantity
from quantquake.errors import ConfigError

_FACTORS = {
    **dict.fromkeys(("%", "pct", "percent"), 0.01),
    **dict.fromkeys(("fraction", "cny", "usd", "元", "点", "股", "份", "shares", "倍"), 1.0),
    "千元": 1e3,
    **dict.fromkeys(("万", "万元", "万股"), 1e4),
    "百万元": 1e6,
    **dict.fromkeys(("亿", "亿元", "亿股"), 1e8),
}
_LOTS = ("lots", "lot", "手")
_EXAMPLE = {"money": "amount_1e4cny", "shares": "volume_lots", "rate": "turnover_pct"}
_OURS = {"money": "the market's currency", "shares": "shares", "rate": "a fraction"}
"""What a column is taken to be in when nothing is said, by quantity; others carry no unit."""


def unit_factor(unit: str | float, schema: Schema) -> float:
    """Factor that turns a value in `unit` into ours.

    Parameters
    ----------
    unit : str or float
        "pct", "%", "fraction", "lots", "手", "万元", "1e4", "1e8cny", or the factor itself.
    schema : Schema
        Says how many shares or contracts a lot has.

    Raises
    ------
    ConfigError
        If the unit is unknown or not positive.
    """
    text = unicodedata.normalize("NFKC", str(unit)).strip().lower()
    if text in _LOTS:
        return schema.lot
    if text in _FACTORS:
        return _FACTORS[text]
    try:
        factor = float(text.removesuffix("cny").removesuffix("usd"))
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise ConfigError(
            f"unit {unit!r} is unknown: a wrong factor moves every result by as much. Use one of "
            f"{', '.join((*_FACTORS, *_LOTS))}, or a number such as 1e4."
        )
    return factor


def factors(
    columns: list[Column], schema: Schema, told: Mapping[str, str | float]
) -> tuple[dict[str, float], list[Issue]]:
    """Factor of each column by field, and notes on what was converted or taken for granted.

    Parameters
    ----------
    columns : list of Column
        Recognised columns; their names may state a unit.
    schema : Schema
        Kind of table.
    told : mapping of str to str or float
        Units the user gives by field.

    Raises
    ------
    ConfigError
        If `told` names a field that is not there, or contradicts the unit in a column's name.
    """
    strangers = sorted(set(told) - {c.field for c in columns})
    if strangers:
        raise ConfigError(
            f"`units` names {', '.join(strangers)}, which the table does not have: a unit would be "
            f"lost silently. Its fields are {', '.join(c.field for c in columns)}."
        )
    result: dict[str, float] = {}
    notes: list[Issue] = []
    for column in columns:
        factor, note = _factor(column, schema, told.get(column.field))
        result[column.field] = factor
        notes += note
    return result, notes


def _factor(column: Column, schema: Schema, told: str | float | None) -> tuple[float, list[Issue]]:
    stated = None if column.unit is None else unit_factor(column.unit, schema)
    if told is None and stated is None:
        return 1.0, _assumed(column, schema)
    wanted = stated if told is None else unit_factor(told, schema)
    if wanted is None or (stated is not None and stated != wanted):
        raise ConfigError(
            f"column {column.source!r} states the unit {column.unit!r}, `units` says {told!r}: one "
            "of them is wrong. Drop the hint, or rename the column."
        )
    if wanted == 1.0:
        return wanted, []
    action = f"multiplied by {wanted:g} into `{column.field}`"
    return wanted, [issue("unit converted", column.source, action)]


def _assumed(column: Column, schema: Schema) -> list[Issue]:
    ours = _OURS.get(quantity(column.field))
    if ours is None or (ours == "shares" and schema.lot == 1.0):
        return []  # a number without unit, or contracts, which nobody counts otherwise
    advice = f"say otherwise in its name, e.g. {_EXAMPLE[quantity(column.field)]}"
    return [issue("unit not stated", column.source, f"taken as {ours}; {advice}")]
