"""A call: what was said about one basket on one day, with everything needed to settle it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from quantquake import __version__
from quantquake.data import calendars
from quantquake.errors import CalendarError, DataError

_CLOSE_UTC = {"XSHG": 7, "XNYS": 20}
"""Hour the session ends. [h UTC] New York in summer; an hour early in winter, on the safe side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One basket's score of one day, as it is sealed.

    Attributes
    ----------
    as_of : Timestamp
        Session the call is made at the close of.
    data_until : Timestamp
        Last date of any table that lay on the desk; after `as_of` means hindsight.
    market : str
        Exchange whose sessions the dates are: "XSHG", "XNYS".
    basket : str
    index_symbol : str or None
        Its published index.
    preset : str
        Name of the reading of the rules.
    signal : bool
        The warning. False also without a score.
    score : float
        0 to 5; NaN if none could be given.
    dimensions_present : int
        0 to 5.
    dimensions, percentiles : mapping of str to float
        Value of each; NaN or None where there was no data. [1]
    rules : mapping of str to value
        The rules themselves, so that a preset cannot change its meaning later.
    horizons : tuple of int
        Sessions after which the call is settled. [d]
    loss : float
        The fall meant: worst close within the horizon at or below ``-loss`` from `price`. [1]
    price : float
        Close the fall is counted from. [points] NaN if not observed.
    fingerprint : str
        Hash of what the score was computed from; see `chain.fingerprint`.
    version : str
        Of quantquake.
    """

    as_of: pd.Timestamp
    data_until: pd.Timestamp
    market: str
    basket: str
    index_symbol: str | None = None
    preset: str = "default"
    signal: bool
    score: float
    dimensions_present: int
    dimensions: Mapping[str, float | None]
    percentiles: Mapping[str, float | None]
    rules: Mapping[str, Any]
    horizons: tuple[int, ...] = (20, 60)
    loss: float = 0.05
    price: float
    fingerprint: str
    version: str = __version__

    def __post_init__(self) -> None:
        if self.as_of > self.data_until:
            raise DataError(
                f"the call on {self.basket!r} is of {self.as_of:%Y-%m-%d}, but the data end "
                f"{self.data_until:%Y-%m-%d}: it would be a call on a day nobody has seen. Give "
                "the last date of the tables as `data_until`."
            )
        if not self.horizons or min(self.horizons) < 1 or not 0 < self.loss < 1:
            raise DataError(
                f"the call on {self.basket!r} has horizons {self.horizons} and loss {self.loss}: "
                "it could never be settled. Give sessions of at least 1 and a loss in (0, 1), "
                "e.g. (20, 60) and 0.05."
            )

    @property
    def key(self) -> tuple[str, str, str | None, str, str]:
        """What makes two calls the same question; another answer to it is a revision."""
        return (f"{self.as_of:%Y-%m-%d}", self.market, self.index_symbol, self.basket, self.preset)

    def said(self) -> dict[str, Any]:
        """What the call says, as the log's columns; two calls that say the same are one."""
        day, market, index_symbol, basket, preset = self.key
        return {
            "as_of": day,
            "market": market,
            "basket": basket,
            "index_symbol": index_symbol,
            "preset": preset,
            "signal": int(self.signal),
            "score": _number(self.score),
            "dimensions_present": int(self.dimensions_present),
            "dimensions": _json({k: _number(v) for k, v in self.dimensions.items()}),
            "percentiles": _json({k: _number(v) for k, v in self.percentiles.items()}),
            "rules": _json(self.rules),
            "horizons": _json([int(h) for h in self.horizons]),
            "loss": float(self.loss),
            "price": _number(self.price),
            "fingerprint": self.fingerprint,
        }

    def hindsight(self, now: datetime) -> str | None:
        """Say why the outcome may have been known: "data", "clock", or None if it was not.

        "data": the tables reach beyond the day. "clock": the next session had closed by `now`, so
        its close could have been known whatever the tables hold.
        """
        if self.as_of < self.data_until:
            return "data"
        return "clock" if now >= next_close(self.as_of, self.market) else None


def next_close(date: pd.Timestamp, market: str) -> datetime:
    """End of the session after `date`; of the next weekday where the exchange is not known."""
    day = date.normalize() + timedelta(days=1)
    try:
        day = calendars.session_on_or_after(day, market, provisional=True)
    except CalendarError:
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    hour = _CLOSE_UTC.get(market, 24)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def _number(value: float | None) -> float | None:
    """Float that survives JSON and SQLite unchanged; None where there is none."""
    return None if value is None or not math.isfinite(value) else float(value) + 0.0


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
