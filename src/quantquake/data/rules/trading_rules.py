"""One exchange's dated rules, and the questions asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.errors import ConfigError

DIRECTIONS = ("tightening", "easing", "listing", "none")
COLUMNS = ("date", "field", "product", "value", "unit", "source", "verified", "regime")


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingRules:
    """Values by date.

    Attributes
    ----------
    exchange : str
    table : DataFrame
        One row a value: `date, field, product, value, unit, source, verified, regime`.
    changes : DataFrame
        One row a change of regime: `date, id, title_en, title_zh, direction, source, verified`.
    listings : DataFrame
        One row an option market that made the discount tradable: `date, products, title_en, ...`.
    """

    exchange: str
    table: pd.DataFrame
    changes: pd.DataFrame
    listings: pd.DataFrame

    def value(self, field: str, product: str, on: str | pd.Timestamp) -> float | None:
        """Value in force at the close of a day, None before the first known one."""
        series = self.series(field, product)
        past = series[series.index <= pd.Timestamp(on)]
        return None if past.empty else float(past.iloc[-1])

    def series(self, field: str, product: str) -> pd.Series:
        """Every value of a field, by the date it began."""
        rows = self._rows(field, product)
        return pd.Series(
            rows["value"].to_numpy(float), index=pd.DatetimeIndex(rows["date"]), name=field
        )

    def on_dates(self, field: str, product: str, dates: pd.DatetimeIndex) -> pd.Series:
        """Value in force on each date; NaN before the first known one."""
        return self.series(field, product).reindex(dates, method="ffill")

    def verified(self, field: str, product: str, on: str | pd.Timestamp) -> bool:
        """Whether the value in force was read in a named source."""
        rows = self._rows(field, product)
        past = rows[rows["date"] <= pd.Timestamp(on)]
        return bool(len(past)) and bool(past["verified"].iloc[-1])

    def _rows(self, field: str, product: str) -> pd.DataFrame:
        if field not in set(self.table["field"]):
            raise ConfigError(
                f"rule field {field!r} is not in the table of {self.exchange}: nothing is known of "
                f"it. Ask for one of {', '.join(sorted(set(self.table['field'])))}."
            )
        mine = (self.table["field"] == field) & (self.table["product"] == product)
        return self.table[mine].sort_values("date")


def parse_rules(table: Mapping[str, Any], *, where: str) -> TradingRules:
    """Check a table read from TOML.

    Raises
    ------
    ConfigError
        Unknown field, missing key, or a direction that is none.
    """
    units = {name: row["unit"] for name, row in _need(table, "fields", where).items()}
    regimes = _need(table, "regime", where)
    rows = [row for regime in regimes for row in _values(regime, units, where)]
    changes = [{key: _need(r, key, where) for key in _CHANGE} for r in regimes]
    wrong = [c["id"] for c in changes if c["direction"] not in DIRECTIONS]
    if wrong:
        raise ConfigError(
            f"{where}: regimes {wrong} have an unknown direction: a chart could not colour them. "
            f"Choose one of {', '.join(DIRECTIONS)}."
        )
    return TradingRules(
        exchange=str(_need(table, "exchange", where)),
        table=_dated(rows, COLUMNS),
        changes=_dated(changes, _CHANGE),
        listings=_dated([dict(row) for row in table.get("listing", ())], _LISTING),
    )


_CHANGE = ("date", "id", "title_en", "title_zh", "direction", "source", "verified")
_LISTING = ("date", "products", "title_en", "title_zh", "source", "verified")


def _values(
    regime: Mapping[str, Any], units: Mapping[str, str], where: str
) -> list[dict[str, Any]]:
    rows = []
    for one in _need(regime, "values", where):
        field = _need(one, "field", where)
        if field not in units:
            raise ConfigError(
                f"{where}: regime {regime.get('id')!r} sets {field!r}, which has no [fields] entry: "
                "its unit is unknown. Add the field with a unit and two titles."
            )
        rows += [
            {
                "date": _need(regime, "date", where),
                "field": field,
                "product": product,
                "value": float(_need(one, "value", where)),
                "unit": units[field],
                "source": _need(regime, "source", where),
                "verified": bool(one.get("verified", regime["verified"])),
                "regime": _need(regime, "id", where),
            }
            for product in _need(one, "products", where)
        ]
    return rows


def _dated(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns))
    frame["date"] = pd.to_datetime(frame["date"])
    return frame.sort_values("date", kind="stable", ignore_index=True)


def _need(row: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in row:
        raise ConfigError(
            f"{where}: a row lacks {key!r} ({str(dict(row))[:80]}): a rule without it cannot be "
            "dated, trusted or applied. Add the key; see the shipped cffex.toml."
        )
    return row[key]
