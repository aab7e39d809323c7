"""Forced futures sellers, neutral funds and stocks in a circle; and what buying futures would do.

A wider discount is a paper profit for funds short futures; they bank it by selling stocks and buying
futures back. Their buying damps the discount; stocks that fall may force others to sell futures
again (seed article S0). Support bought in futures works on the same circle from its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.curve import DAYS_PER_YEAR, measure
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisLoop(Result):
    """Where a shock to futures ends after neutral funds have answered it.

    Attributes
    ----------
    gain : float
        Part of a widening that comes back as further widening in one round; below 0 the funds'
        buying of futures damps it, from 1 on it never settles. [1]
    widening : float
        Final change of the discount, a widening is positive. [1] inf if it never settles.
    stock_move : float
        Final change of the stocks, a fall is negative. [1]
    stock_flow : float
        Stocks traded by neutral funds, sale < 0. [CNY]
    futures_flow : float
        Futures bought by them to close (> 0), or sold to open. [CNY]
    support_to_stop : float
        Futures that must be bought so that no fund closes, whatever `support` was. [CNY]
    """

    gain: float
    widening: float
    stock_move: float
    stock_flow: float
    futures_flow: float
    support_to_stop: float


def basis_loop(
    shock: float,
    *,
    hedged_assets: float,
    closing_rate: float,
    futures_impact: float,
    stock_impact: float,
    forced_futures: float = 0.0,
    support: float = 0.0,
    opening_rate: float | None = None,
) -> BasisLoop:
    """Follow a forced sale of futures through neutral funds into stocks, and back.

    Parameters
    ----------
    shock : float
        First widening of the discount by forced sellers of futures. [1]
    hedged_assets : float
        Stocks held against short futures. [CNY]
    closing_rate : float
        Share of them closed per unit of paper profit. [1]
    futures_impact, stock_impact : float
        Price change per CNY traded. [1/CNY]
    forced_futures : float
        Further widening per unit of stock fall: snowball and DMA desks that sell futures as stocks
        fall. [1]
    support : float
        Futures bought by a supporter as the shock comes. [CNY] Beyond `shock / futures_impact` the
        discount narrows and new hedged money buys stocks.
    opening_rate : float, optional
        Share of `hedged_assets` that comes anew per unit the discount narrows; default the closing
        rate. [1]

    Returns
    -------
    BasisLoop
        Where the rounds come to rest, in closed form; their sum wherever that converges.

    Raises
    ------
    ConfigError
        A rate, size or impact below zero.
    """
    opening = closing_rate if opening_rate is None else opening_rate
    given = (hedged_assets, closing_rate, opening, futures_impact, stock_impact, forced_futures)
    if min(*given, support) < 0:
        raise ConfigError(
            f"basis loop got {(*given, support)}: a size, rate or impact below zero has no meaning "
            "and could turn the sign of the answer. Give values of zero or more."
        )
    left = shock - futures_impact * support
    rate = closing_rate if left >= 0 else opening
    moved = rate * hedged_assets  # CNY of stocks sold per unit of widening, bought per narrowing
    gain = moved * (forced_futures * stock_impact - futures_impact - stock_impact)
    widening = left / (1 - gain) if gain < 1 else float(np.copysign(np.inf, left))
    flow = -moved * widening if moved else 0.0
    return BasisLoop(
        gain=gain,
        widening=widening,
        stock_move=flow * stock_impact,
        stock_flow=flow,
        futures_flow=-flow,
        support_to_stop=max(shock, 0.0) / futures_impact if futures_impact > 0 else np.inf,
    )


def supported(
    history: pd.DataFrame,
    start: str | pd.Timestamp,
    *,
    floor: float = 0.0,
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """The same history had futures been bought until no contract stood below a basis ratio.

    What the measures, say :func:`quantquake.measures.basis.pressure.neutral_pressure`, would have
    read then; what it would have cost is the impact of that buying, and not in here.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, one product.
    start : date-like
        First day of support.
    floor : float
        Least basis ratio allowed, 0 = at the index, above 0 a premium. [1]
    days_per_year : float
        Of the measures. [d/yr]

    Returns
    -------
    DataFrame
        The history, measured anew, with `lifted`: points each price was raised by. [index points]
        Contracts in their last session are left as they settled.

    Raises
    ------
    DataError
        No day of the history on or after `start`.
    """
    first = pd.Timestamp(start)
    if not (history["date"] >= first).any():
        raise DataError(
            f"The history ends on {history['date'].max():%Y-%m-%d}, before support would start "
            f"({first:%Y-%m-%d}): nothing would change. Choose an earlier day."
        )
    least = history["index_level"] * (1 + floor)
    open_then = (history["date"] >= first) & (history["sessions"] > 1)
    lifted = (least - history["price"]).clip(lower=0.0).where(open_then, 0.0)
    return measure(history.assign(price=history["price"] + lifted), days_per_year).assign(
        lifted=lifted
    )
