"""What a basket earned, and what the whole market earned on the same day."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.crowding.market_view import BasketView, MarketView, dates, index_column


def equal_weight_return(market: MarketView, *, seasoning: int = 60) -> pd.Series:
    """Return of the plain average stock, the article's equal-weight all-A benchmark.

    Parameters
    ----------
    market : Market
        Closes of shape (n_dates, n_symbols).
    seasoning : int
        A name counts from its `seasoning`-th observed session on, so that the first days of a new
        listing do not move the benchmark. [sessions]

    Returns
    -------
    Series of shape (n_dates,)
        Mean simple return. [1/d] Suspended names (NaN) are left out, never counted as 0; NaN on
        days without any seasoned name, which includes the first `seasoning` rows of the panel.
    """
    seasoned = market.close.notna().cumsum() >= seasoning
    return market.returns().where(seasoned).mean(axis=1)


def benchmark_return(
    market: MarketView, *, symbol: str | None = None, seasoning: int = 60
) -> pd.Series:
    """Return of the market: a published index if named, else `equal_weight_return`.

    Raises
    ------
    DataError
        If `symbol` is not among the market's published indices.
    """
    if symbol is None:
        return equal_weight_return(market, seasoning=seasoning)
    level = index_column(market, "index_close", symbol)
    if level is None:
        raise DataError(
            f"benchmark {symbol!r} is not a column of `index_close`: without it there is no "
            "return in excess of the market. Add the index to `index_close`, or leave "
            "`benchmark=None` to use the average of all stocks."
        )
    return simple_return(level)


def basket_return(market: MarketView, basket: BasketView) -> pd.Series:
    """Return of the basket: its published index if there is one, else its members.

    Parameters
    ----------
    market : Market
        With `index_close` for the published index, or closes of the members.
    basket : Basket
        Members known at t-1 earn the return of t, so a member added at the close of t cannot
        bring its own rise along.

    Returns
    -------
    Series of shape (n_dates,)
        Simple return. [1/d] Suspended members are left out of the mean of the day; NaN if none
        was observed.

    Raises
    ------
    DataError
        If the basket has neither a published index in the market nor members.
    """
    level = index_column(market, "index_close", basket.index)
    if level is not None:
        return simple_return(level)
    if basket.members is None:
        raise DataError(
            f"basket {basket.name!r} has no members and its index {basket.index!r} is not a column "
            "of `index_close`: there is no price to score. Give members, or add the index."
        )
    return _member_return(market, basket)


def simple_return(level: pd.Series) -> pd.Series:
    """Return ``C_t / C_(t-1) - 1``; NaN where either level is NaN. [1/d]"""
    return level / level.shift(1) - 1.0


def _member_return(market: MarketView, basket: BasketView) -> pd.Series:
    """Average the members with the weights known the day before, over those observed."""
    returns = market.returns()
    known = basket.weight_panel(dates(market), returns.columns).shift(1)
    weight = known.where(returns.notna())
    total = weight.sum(axis=1, min_count=1)
    return (returns * weight).sum(axis=1, min_count=1) / total.where(total > 0)
