"""The observable tables of a made-up market, named as `Market.from_frames` wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.synthetic.crowd import Crowd
from quantquake.data.synthetic.futures import future_quotes, yearly_carry
from quantquake.data.synthetic.index import index_levels, index_members
from quantquake.data.synthetic.law import CrowdLaw
from quantquake.data.synthetic.returns import BaseReturns
from quantquake.data.synthetic.trading import (
    Prices,
    crowd_amount,
    fundamentals,
    intraday_crowding,
    memory,
    traded_share,
)
from quantquake.data.synthetic.universe import Bools, Floats, Settings, Universe, stream

CROWDED, CALM, DECOY = "micro-cap", "dividend", "theme"
SIZE_GROUPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything drawn before a table is written; passed from one writer to the next."""

    settings: Settings
    law: CrowdLaw
    universe: Universe
    base: BaseReturns
    crowd: Crowd
    prices: Prices
    listed: Bools
    suspended: Bools
    dates: pd.DatetimeIndex

    @property
    def known(self) -> Bools:
        """Stocks listed before the generated sessions end; the others have no column."""
        return self.universe.listing < self.settings.n_dates

    def panel(self, values: Any) -> pd.DataFrame:
        """Label a (n_dates, n_symbols) array, leaving out stocks that are never listed."""
        columns = self.universe.symbols[self.known]
        return pd.DataFrame(values[:, self.known], index=self.dates, columns=columns)


def write_frames(scene: Scene) -> tuple[dict[str, Any], pd.DataFrame]:
    """All observable tables, and the declared yearly carry of the futures."""
    arrays = _stock_arrays(scene)
    frames: dict[str, Any] = {name: scene.panel(values) for name, values in arrays.items()}
    market_amount = np.nansum(arrays["amount"], axis=1)
    frames["market_amount"] = pd.Series(market_amount, index=scene.dates, name="market_amount")
    index, amount = _index_tables(scene, arrays["amount"])
    carry = yearly_carry(scene.settings, index, scene.crowd, scene.law)
    frames |= {"index_close": index, "index_amount": amount}
    frames["futures"] = future_quotes(scene.settings, index, carry, scene.crowd)
    frames["news_score"] = _news(scene)
    return frames, carry


def basket_members(universe: Universe, crowd: Crowd) -> dict[str, tuple[str, ...]]:
    """Names of each basket, the crowded one first; all were listed at the start."""
    masks = {CROWDED: crowd.members, CALM: universe.dividend, DECOY: universe.theme}
    old = universe.listing == 0
    rank = np.argsort(np.argsort(np.where(old, universe.cap, np.inf), kind="stable"), kind="stable")
    group = rank * SIZE_GROUPS // old.sum()
    masks |= {f"size-{g + 1}": old & (group == g) for g in range(SIZE_GROUPS)}
    return {name: tuple(universe.symbols[mask]) for name, mask in masks.items()}


def _stock_arrays(scene: Scene) -> dict[str, Floats]:
    """Date by symbol tables, NaN where a stock is not listed or suspended."""
    settings, universe, prices = scene.settings, scene.universe, scene.prices
    tradable = scene.listed & ~scene.suspended
    shares = universe.cap / universe.price
    float_shares = shares * universe.float_share
    middle = prices.close * np.exp(-0.5 * prices.move)  # day's average price, half-way
    others = traded_share(settings, universe, scene.base, prices, tradable)
    others_amount = others * float_shares * middle
    gross = crowd_amount(settings, scene.crowd, scene.law)
    amount = others_amount + np.where(tradable, gross, np.nan)
    volume = amount / middle
    market_cap = prices.close * shares
    earnings, equity = fundamentals(settings, universe)
    hf = intraday_crowding(settings, universe, gross / np.where(tradable, amount, 1.0))
    return {
        "close": prices.close,
        "amount": amount,
        "volume": volume,
        "turnover": volume / float_shares,
        "market_cap": market_cap,
        "float_cap": market_cap * universe.float_share,
        "earnings_yield": earnings / market_cap,
        "book_yield": equity / market_cap,
        "hf_crowding": np.where(tradable, hf, np.nan),
    }


def _index_tables(scene: Scene, amount: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Index levels and the amounts of their members. [points], [CNY]"""
    universe, prices = scene.universe, scene.prices
    cap = prices.last * universe.cap / universe.price
    members = index_members(scene.settings, universe, cap)
    levels = index_levels(members, cap * universe.float_share, np.expm1(prices.move))
    traded = {
        name: np.nansum(np.where(mask, amount, 0.0), axis=1) for name, mask in members.items()
    }
    return (
        levels.set_index(scene.dates).rename_axis(columns="symbol"),
        pd.DataFrame(traded, index=scene.dates).rename_axis(columns="symbol"),
    )


def _news(scene: Scene) -> pd.DataFrame:
    """News score of each basket in [-1, 1]: noise with memory, last month's return, and hype.

    Articles like what has risen; they also like what the crowd sells to its clients, and the
    theme while it is hot.
    """
    names = basket_members(scene.universe, scene.crowd)
    rng = stream(scene.settings.seed, "news")
    score = memory(rng, (scene.settings.n_dates, len(names)), 0.9, 0.08)
    for j, members in enumerate(names.values()):
        path = np.cumsum(scene.prices.move[:, scene.universe.symbols.isin(members)].mean(axis=1))
        past = np.concatenate([np.zeros(20), path])[: len(path)]
        score[:, j] += np.tanh(1.5 * (path - past))
    score[:, list(names).index(CROWDED)] += 0.06 * scene.crowd.days
    score[:, list(names).index(DECOY)] += 0.35 * scene.base.heat
    return pd.DataFrame(np.clip(score, -1.0, 1.0), index=scene.dates, columns=list(names))
