"""From wanted prices to traded ones: limits, suspensions, amounts, valuation, intraday traces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.data.synthetic.crowd import Crowd
from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.returns import BaseReturns, daily_volatility
from quantquake.data.synthetic.universe import Bools, Floats, Settings, Universe, stream

LIMIT = 0.10  # daily price limit of the main board


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Closes (n_dates, n_symbols), NaN on days without trading, and what stopped at a limit.

    `last` is the last close known (NaN before listing), `move` the log return traded that day.
    """

    close: Floats
    last: Floats
    move: Floats
    locked: Bools


def trade_prices(settings: Settings, universe: Universe, wanted: Floats, tradable: Bools) -> Prices:
    """Follow the wanted log price as far as the daily limit lets a stock go.

    What a limit or a suspension holds back is carried to the next day of trading. Trading starts
    at the wanted price on the first day of listing.
    """
    shape = (settings.n_dates, settings.n_symbols)
    close, last = np.full(shape, np.nan), np.full(shape, np.nan)
    move, locked = np.zeros(shape), np.zeros(shape, dtype=bool)
    down, up = np.log(1.0 - LIMIT), np.log(1.0 + LIMIT)
    level = wanted[0].copy()
    for t in range(shape[0]):
        level = np.where(universe.listing == t, wanted[t], level)
        gap = wanted[t] - level
        step = np.where(tradable[t], np.clip(gap, down, up), 0.0)
        locked[t] = tradable[t] & (np.abs(gap - step) > 0.0)
        level, move[t] = level + step, step
        last[t] = np.where(universe.listing <= t, np.exp(level), np.nan)
    close = np.where(tradable, last, np.nan)
    return Prices(close=close, last=last, move=move, locked=locked)


def traded_share(
    settings: Settings, universe: Universe, base: BaseReturns, prices: Prices, tradable: Bools
) -> Floats:
    """Share of the float the others trade in a day: it remembers, and rises with the move."""
    shape = (settings.n_dates, settings.n_symbols)
    common = memory(stream(settings.seed, "market activity"), (shape[0], 1), 0.98, 0.18)
    own = memory(stream(settings.seed, "own activity"), shape, 0.90, 0.30)
    relative = np.minimum(np.abs(prices.move) / daily_volatility(universe), 3.0)
    log_share = np.log(universe.turnover) + common + own + 0.30 * (relative - 0.75)
    log_share += 0.9 * base.heat[:, None] * universe.theme
    return np.where(tradable, np.minimum(np.exp(log_share), 0.5), np.nan)


def crowd_amount(settings: Settings, crowd: Crowd, law: CrowdLaw) -> Floats:
    """Money the crowd trades in each name in a day, both ways. [CNY]"""
    noise = stream(settings.seed, "crowd trading").standard_normal(crowd.holding.shape)
    return law.trading * crowd.holding * np.exp(0.2 * noise - 0.02) + np.abs(crowd.flow)


def intraday_crowding(settings: Settings, universe: Universe, share_of_crowd: Floats) -> Floats:
    """High-frequency crowding: share of the strongest frequencies in a day's volume.

    Mapped, not simulated tick by tick: 0.37 is independent noise, and a clip order with 30 % of
    the flow adds 0.055 (simulated means of the definition, no zero frequency).
    """
    shape = (settings.n_dates, settings.n_symbols)
    mood = memory(stream(settings.seed, "intraday mood"), (shape[0], 1), 0.95, 0.003)
    noise = 0.012 * stream(settings.seed, "intraday noise").standard_normal(shape)
    liquid = 0.006 * np.clip(-universe.small, -2.0, 2.0)
    return np.clip(0.37 + liquid + 0.18 * share_of_crowd + mood + noise, 50 / 240, 1.0)


def fundamentals(settings: Settings, universe: Universe) -> tuple[Floats, Floats]:
    """Yearly earnings and book equity (n_dates, n_symbols) [CNY], announced every 60 sessions."""
    quarters = (settings.n_dates - 1) // 60 + 1
    rng = stream(settings.seed, "earnings")
    surprise = 0.010 + 0.07 * rng.standard_normal((quarters, settings.n_symbols))
    growth = np.exp(np.cumsum(surprise, axis=0))
    known = np.arange(settings.n_dates) // 60
    earnings = (universe.earnings_yield * universe.cap) * growth[known]
    equity = (universe.book_yield * universe.cap) * (1.015**known)[:, None]
    return earnings, equity


def memory(
    rng: np.random.Generator, shape: tuple[int, int], persistence: float, spread: float
) -> Floats:
    """Autoregressive noise of standard deviation `spread`, started at rest."""
    shocks = rng.standard_normal(shape) * spread * np.sqrt(1.0 - persistence**2)
    path = np.zeros(shape)
    path[0] = shocks[0]
    for t in range(1, shape[0]):
        path[t] = persistence * path[t - 1] + shocks[t]
    return path
