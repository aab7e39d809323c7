"""What it costs to change contract, and which contracts a book may hold at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.rules import TradingRules, trading_rules
from quantquake.errors import ConfigError
from quantquake.measures.roll.table import Mask, Matrix, RollTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCosts:
    """Trading costs and limits of a roll. The defaults are assumptions, not measurements.

    Attributes
    ----------
    lots : float
        Size of the hedge. [lots]
    half_spread_ticks : tuple of float
        Half the quoted spread of the front, next, quarter and next-quarter contract. [ticks]
    impact : float
        Y of ``Y * daily volatility * sqrt(lots / daily volume)``. [1] 0 where volume is unknown.
    rules : TradingRules or None
        Fees and position limits by date; None for the shipped CFFEX table.
    max_share : float
        Largest share of a contract's open interest the hedge may be. [1]
    min_sessions : int
        A contract is left before its sessions to expiry fall below this; 2 = not held into its
        last day. [d]
    """

    lots: float = 50.0
    half_spread_ticks: tuple[float, ...] = (1.0, 1.0, 2.0, 4.0)
    impact: float = 0.5
    rules: TradingRules | None = None
    max_share: float = 0.05
    min_sessions: int = 2

    def __post_init__(self) -> None:
        wrong = [
            name
            for name, ok in (
                ("lots", self.lots > 0),
                ("impact", self.impact >= 0),
                ("max_share", 0 < self.max_share <= 1),
                ("min_sessions", self.min_sessions >= 1),
                ("half_spread_ticks", bool(self.half_spread_ticks)),
            )
            if not ok
        ]
        if wrong:
            raise ConfigError(
                f"roll costs: {', '.join(wrong)} out of range: a roll would be free or impossible. "
                "lots > 0, impact >= 0, 0 < max_share <= 1, min_sessions >= 1, one spread or more."
            )

    def trade(self, table: RollTable) -> Matrix:
        """Cost of buying or selling one contract at the close, per notional. (T, M) [1]"""
        spec = INDEX_FUTURES.get(table.product)
        tick = spec.tick if spec else 0.0
        spread = self._ticks(table) * tick / table.price
        return spread + self._impact(table) + self._fee(table)[:, None]

    def holdable(self, table: RollTable) -> Mask:
        """Whether a contract may be held over the night that begins at each date. (T, M)"""
        left = table.sessions - 1 >= self.min_sessions
        room = self.lots <= self.max_share * table.open_interest
        limit = self._limit(table)[:, None]
        return left & room & np.isfinite(table.basis) & ~(self.lots > limit)

    def _ticks(self, table: RollTable) -> Matrix:
        quoted = np.isfinite(table.price)
        place = np.clip(quoted.cumsum(axis=1) - 1, 0, len(self.half_spread_ticks) - 1)
        return np.asarray(self.half_spread_ticks)[place]

    def _impact(self, table: RollTable) -> Matrix:
        change = pd.Series(table.index).pct_change(fill_method=None)
        sigma = change.rolling(60, min_periods=2).std().fillna(0.0)  # unknown on the first days
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(table.volume > 0, self.lots / table.volume, 0.0)
        return self.impact * sigma.to_numpy()[:, None] * np.sqrt(share)

    def _fee(self, table: RollTable) -> Matrix:
        return self._dated("fee", table, 0.0)

    def _limit(self, table: RollTable) -> Matrix:
        return self._dated("position_limit", table, np.inf)

    def _dated(self, field: str, table: RollTable, unknown: float) -> Matrix:
        rules = self.rules or trading_rules()
        known = rules.on_dates(field, table.product, table.dates)
        return known.fillna(unknown).to_numpy(float)
