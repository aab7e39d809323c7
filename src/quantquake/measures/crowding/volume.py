"""How much of a basket changes hands: amount, share of the market, turnover."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.crowding.market_view import (
    BasketView,
    MarketView,
    dates,
    index_column,
    members,
    panel,
)

# Shares outstanding barely move: a name listed but untraded keeps its last known count this long.
CARRY_SHARES = 20


def basket_amount(market: MarketView, basket: BasketView) -> pd.Series:
    """Sum the money traded in the basket's members (成交额).

    Returns
    -------
    Series of shape (n_dates,)
        Members of the day summed; suspended or missing names add nothing. [currency]
        The published index's own amount if no stock amounts are given; NaN if nothing is known.
    """
    total = members_total(market, basket, "amount")
    return total if total is not None else _index_or_nan(market, basket, "index_amount")


def market_amount(market: MarketView, *, benchmark: str | None = None) -> tuple[pd.Series, str]:
    """Return money traded in the whole market, and in words which number that is.

    The market's own total if given, else the sum over all stocks, else the amount of the
    benchmark index, else NaN. [currency]
    """
    given = panel(market, "market_amount")
    if given is not None:
        return pd.Series(given).astype(float).reindex(
            dates(market)
        ), "market amount = the market's own total"
    amounts = panel(market, "amount")
    if amounts is not None:
        return amounts.sum(axis=1, min_count=1), "market amount = sum over all stocks given"
    column = index_column(market, "index_amount", benchmark)
    if column is not None:
        return column, f"market amount = amount of {benchmark}"
    return pd.Series(float("nan"), index=dates(market)), "market amount unknown"


def amount_share(amount: pd.Series, total: pd.Series, *, basket: str = "basket") -> pd.Series:
    """Return the basket's part of the money traded in the market (成交额占比).

    Returns
    -------
    Series of shape (n_dates,)
        In [0, 1]; NaN where either is NaN or nothing traded in the market. [1]

    Raises
    ------
    DataError
        If a share exceeds 1: the two amounts are not in the same unit or market.
    """
    share = amount / total.where(total > 0)
    if (share > 1 + 1e-9).any():
        day = share.idxmax()
        raise DataError(
            f"{basket!r} trades {share.max():.1f} times the whole market on {day:%Y-%m-%d}: "
            "a share above 1 means that the two amounts differ in unit or in market. "
            "Bring both to the same currency unit, or give `market_amount` of the whole market."
        )
    return share


def basket_turnover(market: MarketView, basket: BasketView) -> tuple[pd.Series, str]:
    """Return how much of the float changed hands (换手率), and in words how it was summed.

    Best source first: sum of volume over sum of float shares (float shares are volume/turnover, so
    adjusted prices cannot enter); sum of amount over sum of float capitalisation; plain mean of the
    members' turnover; the published index's own turnover. [1/d] NaN where none is known.
    """
    held = members(market, basket)
    volume, turnover = panel(market, "volume"), panel(market, "turnover")
    amount, float_cap = panel(market, "amount"), panel(market, "float_cap")
    if held is not None and volume is not None and turnover is not None:
        shares = _float_shares(volume, turnover)
        return _ratio(volume, shares, held), "turnover = volume / float shares of the members"
    if held is not None and amount is not None and float_cap is not None:
        return _ratio(amount, float_cap, held), "turnover = amount / float cap of the members"
    if held is not None and turnover is not None:
        return turnover.where(held).mean(axis=1), "turnover = plain mean of the members"
    return _index_or_nan(market, basket, "index_turnover"), "turnover as published for the index"


def members_total(market: MarketView, basket: BasketView, name: str) -> pd.Series | None:
    """Sum one field over the members of the day; None without members or without the field."""
    held, field = members(market, basket), panel(market, name)
    if held is None or field is None:
        return None
    return field.where(held).sum(axis=1, min_count=1)


def _float_shares(volume: pd.DataFrame, turnover: pd.DataFrame) -> pd.DataFrame:
    traded = (volume / turnover.where(turnover > 0)).where(volume > 0)
    return traded.ffill(limit=CARRY_SHARES).where(volume.notna())


def _ratio(above: pd.DataFrame, below: pd.DataFrame, held: pd.DataFrame) -> pd.Series:
    both = held & above.notna() & (below > 0)
    whole = below.where(both).sum(axis=1, min_count=1)
    return above.where(both).sum(axis=1, min_count=1) / whole


def _index_or_nan(market: MarketView, basket: BasketView, name: str) -> pd.Series:
    column = index_column(market, name, basket.index)
    return column if column is not None else pd.Series(float("nan"), index=dates(market))
