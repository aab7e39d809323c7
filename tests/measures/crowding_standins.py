"""Small stand-ins with the shape of Market and Basket, so that every number can be done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quantquake.measures.crowding import COLUMNS


def sessions(n: int, start: str = "2020-01-01") -> pd.DatetimeIndex:
    return pd.bdate_range(start, periods=n, name="date")


def panel(values: Any, symbols: Sequence[str] = ("A", "B", "C")) -> pd.DataFrame:
    values = np.asarray(values, dtype=float)
    return pd.DataFrame(values, index=sessions(len(values)), columns=list(symbols))


@dataclass(frozen=True, kw_only=True)
class StandInMarket:
    close: pd.DataFrame
    amount: pd.DataFrame | None = None
    volume: pd.DataFrame | None = None
    turnover: pd.DataFrame | None = None
    market_cap: pd.DataFrame | None = None
    float_cap: pd.DataFrame | None = None
    earnings_yield: pd.DataFrame | None = None
    book_yield: pd.DataFrame | None = None
    market_amount: pd.Series | None = None
    index_close: pd.DataFrame | None = None
    index_amount: pd.DataFrame | None = None
    index_turnover: pd.DataFrame | None = None
    index_earnings_yield: pd.DataFrame | None = None
    index_book_yield: pd.DataFrame | None = None
    hf_crowding: pd.DataFrame | None = None
    news_score: pd.Series | pd.DataFrame | None = None
    currency: str = "CNY"

    def returns(self) -> pd.DataFrame:
        return self.close / self.close.shift(1) - 1.0


@dataclass(frozen=True, kw_only=True)
class StandInBasket:
    name: str = "basket"
    members: Any = None
    weights: Any = None
    index: str | None = None

    def mask(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        if isinstance(self.members, pd.DataFrame):
            held = self.members.reindex(columns=symbols, fill_value=False)
            return held.reindex(dates, method="ffill").fillna(False).astype(bool)
        row = [symbol in self.members for symbol in symbols]
        return pd.DataFrame([row] * len(dates), index=dates, columns=symbols)

    def weight_panel(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        raw = self.mask(dates, symbols).astype(float)
        if self.weights is not None:
            raw *= pd.Series(self.weights, dtype=float).reindex(symbols).fillna(0.0)
        return raw.div(raw.sum(axis=1), axis=0)


def history(flags: dict[str, Sequence[int]], *, window: int = 250) -> pd.DataFrame:
    """Build indicators that fire exactly on the given days after a quiet window.

    Indicators not named are missing. A quiet day repeats the middle of the window's ramp.
    """
    n = len(next(iter(flags.values())))
    table = pd.DataFrame(np.nan, index=sessions(window + n), columns=list(COLUMNS))
    # Rolled, so that the ramp ends in its own middle and is itself quiet.
    ramp = np.roll(np.arange(window, dtype=float), window // 2)
    for name, fires in flags.items():
        sign = -1.0 if name in ("ep", "bp") else 1.0
        # Each alarm tops all before it, each quiet day lies in the middle of the ramp.
        tail = [window + k if f else window / 2 for k, f in enumerate(fires)]
        table[name] = sign * np.append(ramp, tail)
    return table
