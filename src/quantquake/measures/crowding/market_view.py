"""What a measure reads of a market and of a basket: the door between `data` and `measures`."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd


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
