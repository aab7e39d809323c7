"""How dear a basket is: earnings yield EP and book yield BP, low meaning expensive."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.crowding.market_view import (
    BasketView,
    MarketView,
    dates,
    index_column,
    members,
    panel,
)
from quantquake.measures.percentile import rolling_percentile

KINDS = ("earnings_yield", "book_yield")


def yield_from_multiple(multiple: pd.Series) -> pd.Series:
    """Turn P/E or P/B into E/P or B/P; a multiple of 0 is a hole in the source, so NaN. [1]

    A negative multiple (losses, negative equity) gives a negative yield: unlike the multiple, the
    yield stays in order through zero, which is why everything here works on yields.
    """
    return 1.0 / multiple.where(multiple != 0)


def basket_yield(market: MarketView, basket: BasketView, kind: str) -> tuple[pd.Series, str]:
    """Return the basket's earnings or book per unit of market value, and how it was summed.

    Parameters
    ----------
    market : Market
        With `earnings_yield` / `book_yield` (as known at each date: announcement lags are the
        caller's) and `market_cap`, or ``index_earnings_yield`` / ``index_book_yield``.
    basket : Basket
        Members of the day.
    kind : {"earnings_yield", "book_yield"}
        Which of the two.

    Returns
    -------
    Series of shape (n_dates,)
        Sum of earnings (book) over sum of market value = mean of the yields weighted by
        capitalisation. [1] Loss makers and negative books stay in the sum with their sign: leaving
        them out would make the basket look cheaper than it is. Names without a yield or without a
        capitalisation are left out of both sums. Equal weights if no `market_cap` is given.
    str
        The convention, in words.

    Raises
    ------
    ConfigError
        If `kind` is neither of the two.
    """
    _check_kind(kind)
    held, yields = members(market, basket), panel(market, kind)
    if held is None or yields is None:
        column = index_column(market, f"index_{kind}", basket.index)
        empty = pd.Series(float("nan"), index=dates(market))
        return (empty if column is None else column), f"{kind} as published for the index"
    cap = panel(market, "market_cap")
    if cap is None:
        return yields.where(held).mean(axis=1), f"{kind} = plain mean (no market_cap given)"
    known = held & yields.notna() & (cap > 0)
    cap = cap.where(known)
    total = (yields.where(known) * cap).sum(axis=1, min_count=1)
    return total / cap.sum(axis=1, min_count=1), f"{kind} = sum over members / sum of market_cap"


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise ConfigError(
            f"kind {kind!r} is no yield of a market: every date would come out as not observed. "
            f"Choose one of {', '.join(KINDS)}."
        )


def negative_count(market: MarketView, basket: BasketView, kind: str) -> pd.Series:
    """Count members whose yield is below zero; a multiple says nothing for them.

    Returns
    -------
    Series of shape (n_dates,)
        Number of members. 0 where none, also where no yields are known.

    Raises
    ------
    ConfigError
        If `kind` is neither "earnings_yield" nor "book_yield".
    """
    _check_kind(kind)
    held, yields = members(market, basket), panel(market, kind)
    if held is None or yields is None:
        return pd.Series(0, index=dates(market))
    return (yields.where(held) < 0).sum(axis=1)


def percentile_windows(
    values: pd.Series, *, windows: tuple[int, ...] = (250, 1250)
) -> pd.DataFrame:
    """Show the same yield against a short and a long past, side by side.

    A basket that is re-weighted by yield (dividend baskets) sells what became dear, so against five
    years it seldom looks expensive, while against one year it may.

    Parameters
    ----------
    values : Series of shape (n_dates,)
        Yield of the basket. [1]
    windows : tuple of int
        Lengths, t included. [sessions]

    Returns
    -------
    DataFrame of shape (n_dates, len(windows))
        Percentile in each window, columns the lengths; NaN until a window is full. [1]
    """
    return pd.DataFrame({w: rolling_percentile(values, window=w) for w in windows})
