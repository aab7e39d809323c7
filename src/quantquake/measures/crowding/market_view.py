"""What a measure reads of a market and of a basket: the door between `data` and `measures`."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from quantquake.data.alignment import simple_returns


class MarketView(Protocol):
    """The part of `data.market.Market` every crowding measure needs.

    Everything else (``amount``, ``index_close``, ``news_score`` ...) is optional and is asked for
    with `panel`, so that a market without it gives NaN indicators instead of an error.
    """

    @property
    def close(self) -> pd.DataFrame:
        """Closes, of shape (n_dates, n_symbols). [currency/share] NaN: not traded."""

    def returns(self) -> pd.DataFrame:
        """Simple returns, of the same shape. [1] NaN where either close is NaN."""


class BasketView(Protocol):
    """The part of `data.baskets.Basket` a measure needs."""

    @property
    def name(self) -> str:
        """Name people call it by."""

    @property
    def members(self) -> Any:
        """Members in any form the basket takes; None if only the published index is known."""

    @property
    def weights(self) -> Any:
        """Weights by symbol, or a dated panel of them; None means equal."""

    @property
    def index(self) -> str | None:
        """Symbol of the published index, if there is one."""

    def mask(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        """Membership known at each date, of shape (n_dates, n_symbols). bool"""

    def weight_panel(self, dates: pd.DatetimeIndex, symbols: pd.Index) -> pd.DataFrame:
        """Weights known at each date, 0 for non-members, each date summing to 1. [1]"""


class MembersOnly:
    """A market cut down to the columns one basket can need; everything else is the market's own.

    A basket holds a hundred of five thousand names: without the cut every sum and every mask runs
    over all of them, for each basket again.
    """

    def __init__(self, market: MarketView, basket: BasketView) -> None:
        wanted = {basket.name, basket.index}
        if basket.members is not None:
            wanted |= set(_ever_members(basket.members))
        self._market = market
        self._wanted = pd.Index([name for name in wanted if name is not None], dtype=object)
        self.close = self._cut(market.close)
        for name in _BY_SYMBOL:
            frame = panel(market, name)
            setattr(self, name, None if frame is None else self._cut(frame))

    def _cut(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[:, np.flatnonzero(frame.columns.isin(self._wanted))]

    def returns(self) -> pd.DataFrame:
        """Simple returns of the columns kept. [1]"""
        return simple_returns(self.close)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._market, name)


def _ever_members(members: Any) -> Any:
    """Symbols that belong on any date: columns of a dated panel, or a plain list."""
    if isinstance(members, pd.DataFrame):
        return members.columns[members.to_numpy(dtype=bool).any(axis=0)]
    return members


#: Panels of a market whose columns are symbols.
_BY_SYMBOL = (
    "amount",
    "volume",
    "turnover",
    "market_cap",
    "float_cap",
    "earnings_yield",
    "book_yield",
    "hf_crowding",
)


def panel(market: MarketView, name: str) -> pd.DataFrame | None:
    """Return an optional panel of the market, None if it was not given."""
    found: pd.DataFrame | None = getattr(market, name, None)
    return found


def index_column(market: MarketView, name: str, symbol: str | None) -> pd.Series | None:
    """Return one index's column of an ``index_*`` panel on the market's dates.

    An index or fund that is itself among the market's symbols is found there (``close`` for
    ``index_close`` and so on): that is how a market of nothing but indices is scored.
    """
    for field in (name, name.removeprefix("index_")):
        frame = panel(market, field)
        if symbol is not None and frame is not None and symbol in frame.columns:
            return frame[symbol].astype(float).reindex(dates(market))
    return None


def dates(market: MarketView) -> pd.DatetimeIndex:
    """Return the sessions of the market."""
    return pd.DatetimeIndex(market.close.index)


def members(market: MarketView, basket: BasketView) -> pd.DataFrame | None:
    """Return who belongs at each date, None when only a published index is known."""
    if basket.members is None:
        return None
    return basket.mask(dates(market), market.close.columns)
