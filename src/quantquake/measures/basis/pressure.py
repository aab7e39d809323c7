"""Will market-neutral funds open or close? The discount's push on stocks.

A widening discount hands funds that are short futures a paper profit; banking it means selling
stocks and buying futures back. A dear hedge keeps new money out. Both push the same way: stocks are
sold, or not bought (seed article S0). Feeds ``flows.neutral``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.basis.curve import DAYS_PER_YEAR, Method, weighted
from quantquake.measures.percentile import rolling_percentile
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import habit_path
from quantquake.measures.roll.table import roll_table
from quantquake.types import Result


def neutral_pressure(
    history: pd.DataFrame,
    *,
    window: int = 250,
    halflife: int = 40,
    method: Method = "sessions",
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Push on neutral funds to open or to close, day by day, from one product's history.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, with open interest.
    window : int
        Of the trailing percentiles. [d]
    halflife : int
        Age at which half of the hedges has been replaced: what they gained before counts half. [d]
    method, days_per_year
        Of the weighted discount that new money pays.

    Returns
    -------
    DataFrame by date
        `paper`: gain of open hedges beyond the straight line to expiry, largest-open-interest
        contract, recent days weigh more [1 of hedged notional]; `locked_annual`: cost for new money
        [1/yr]; `closing`: percentile of `paper` where it is a gain, else 0; `opening`: percentile
        of cheapness; `net` = opening - closing in [-1, 1], negative = stocks are sold. [1] NaN
        until `window` is full.

    Raises
    ------
    DataError
        As `roll_table`.
    """
    table = roll_table(history)
    held = habit_path(table, RollCosts(), "open_interest")
    nights = np.arange(len(held))
    # What the straight line to expiry would have taken anyway is cost, not a setback.
    line = -table.basis[:-1] / table.index[:-1, None] / np.maximum(table.sessions[:-1] - 1, 1)
    gain = line[nights, held] - table.night_cost()[nights, held]
    daily = pd.Series(np.concatenate([[0.0], gain]), index=table.dates).fillna(0.0)
    decay = 0.5 ** (1 / halflife)
    paper = daily.ewm(alpha=1 - decay, adjust=False).mean() / (1 - decay)
    locked = -weighted(history, method, days_per_year).reindex(table.dates)
    closing = rolling_percentile(paper, window=window).where(paper > 0, 0.0)
    closing = closing.where(np.arange(len(paper)) >= window - 1)
    opening = rolling_percentile(-locked, window=window)
    return pd.DataFrame(
        {
            "paper": paper,
            "locked_annual": locked,
            "closing": closing,
            "opening": opening,
            "net": opening - closing,
        }
    )


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
    """

    gain: float
    widening: float
    stock_move: float
    stock_flow: float


def basis_loop(
    shock: float,
    *,
    hedged_assets: float,
    closing_rate: float,
    futures_impact: float,
    stock_impact: float,
    forced_futures: float = 0.0,
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

    Returns
    -------
    BasisLoop
        Sum of all rounds, in closed form.

    Raises
    ------
    ConfigError
        A rate, size or impact below zero.
    """
    given = (hedged_assets, closing_rate, futures_impact, stock_impact, forced_futures)
    if min(given) < 0:
        raise ConfigError(
            f"basis loop got {given}: a size, rate or impact below zero has no meaning and could "
            "turn the sign of the answer. Give values of zero or more."
        )
    closed = closing_rate * hedged_assets  # CNY sold per unit of widening
    gain = closed * (forced_futures * stock_impact - futures_impact - stock_impact)
    widening = shock / (1 - gain) if gain < 1 else np.inf
    flow = -closed * widening
    return BasisLoop(gain=gain, widening=widening, stock_move=flow * stock_impact, stock_flow=flow)
