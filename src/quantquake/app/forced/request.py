"""What a user gave to ask who must sell: tables by source, one index that moves, rules in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.flows.neutral import NeutralRules
from quantquake.measures.regression import slope

FloatArray = npt.NDArray[np.float64]
Range = tuple[float, float]

#: Sessions of the betas between indices, and the fewest that give one.
BETA_WINDOW, BETA_LEAST = 250, 60

#: Falls and rises shown when none are asked for.
MOVES = (-0.20, -0.15, -0.10, -0.08, -0.05, -0.03, -0.01, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Numbers that are no table.

    Attributes
    ----------
    neutral : NeutralRules
        How neutral funds answer the basis.
    redemption_slope : Range or None
        Share of the assets redeemed in a month per unit of loss, least and most. [1]
    tightening, nav_error : float
        See `flows.margin.forced_source` and `flows.stops.forced_source`. [1]
    stop_assets, stop_navs : Range or None
        Assets under stop lines nobody listed [money], and mean and spread of their net values [1].
    vol_control, var_limit, trend : Range or None
        Money under each rule, least and most. [money]
    account_spread : Range or None
        Log spread of margin accounts' ratios. [1]
    dealer_sign : str
    rate : float
        [1/yr]
    us_proxies : bool
        Read well-known US indices from the funds that follow them.
    """

    neutral: NeutralRules = field(default_factory=NeutralRules)
    redemption_slope: Range | None = None
    tightening: float = 0.0
    nav_error: float = 0.0
    stop_assets: Range | None = None
    stop_navs: Range | None = None
    vol_control: Range | None = None
    var_limit: Range | None = None
    trend: Range | None = None
    account_spread: Range | None = None
    dealer_sign: str = "naive"
    rate: float = 0.02
    us_proxies: bool = False


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question: who must trade what if `underlying` makes these moves.

    Attributes
    ----------
    tables : mapping of source to file or frame
        What was given, by the source it belongs to.
    moves : ndarray, rising
        [1]
    underlying : str
        Symbol of the index that moves; "" where only one thing can be meant.
    currency : str
    on : Timestamp or None
        Day everything stands on.
    closes : DataFrame or None
        Index closes up to the day. [points]
    spot : float or None
        Where the index stands. [points]
    futures : DataFrame or None
        Index futures up to the day.
    product : str or None
        Future of the index.
    rules : Rules
    volume : float or None
        Money traded in a usual day, to measure the flow against. [money/d]
    """

    tables: Mapping[str, Any]
    moves: FloatArray
    underlying: str = ""
    currency: str = "CNY"
    on: pd.Timestamp | None = None
    closes: pd.DataFrame | None = None
    spot: float | None = None
    futures: pd.DataFrame | None = None
    product: str | None = None
    rules: Rules = field(default_factory=Rules)
    volume: float | None = None

    @property
    def close(self) -> pd.Series:
        """Closes of the index that moves.

        Raises
        ------
        ConfigError
            None were given.
        """
        if self.closes is None or self.underlying not in self.closes:
            raise ConfigError(
                f"no closes of {self.underlying or 'the index'} were given: its past is needed "
                "here, not only its level. Give its daily bars with --index."
            )
        return self.closes[self.underlying].dropna()

    @cached_property
    def betas(self) -> dict[str, float]:
        """Move of every index given per unit of the one that moves, over the last 250 sessions."""
        if self.closes is None or self.underlying not in self.closes:
            return {self.underlying: 1.0}
        returns = self.closes.pct_change(fill_method=None).iloc[-BETA_WINDOW:]
        mine, found = returns[self.underlying], {self.underlying: 1.0}
        for symbol in returns.columns.drop(self.underlying):
            if (returns[symbol].notna() & mine.notna()).sum() >= BETA_LEAST:
                found[str(symbol)] = _beta(mine, returns[symbol])
        return {symbol: beta for symbol, beta in found.items() if math.isfinite(beta)}

    @property
    def sigma(self) -> float:
        """Daily volatility of the index, exponentially weighted up to the day. [1/sqrt(d)]"""
        from quantquake.flows.ewma import DECAY

        returns = self.close.pct_change().dropna()
        if len(returns) < BETA_LEAST:
            raise DataError(
                f"{len(returns)} returns of {self.underlying}: the volatility that rules look at "
                f"needs at least {BETA_LEAST}. Give a longer history with --index."
            )
        return float(np.sqrt((returns**2).ewm(alpha=1.0 - DECAY).mean().iloc[-1]))


def _beta(mine: pd.Series, other: pd.Series) -> float:
    try:
        return slope(mine, other).value
    except DataError:
        return math.nan  # a price that stands still follows nothing
