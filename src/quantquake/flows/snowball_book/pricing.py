"""Prices and hedge deltas of a book's trades: the engine's, under the rule a desk hedges by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from quantquake.errors import ConfigError
from quantquake.flows.snowball import price_book
from quantquake.flows.snowball.valuation import BOOK_RHO
from quantquake.flows.snowball_book.positions import Positions
from quantquake.flows.snowball_book.template import TemplateSet
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves(Result):
    """Volatility, interest rate and carry of each index of a book.

    Attributes
    ----------
    vol : mapping of underlying to float
        [1/sqrt(yr)]
    rate : mapping of underlying to float
        [1/yr]
    carry : mapping of underlying to float
        Dividend yield plus futures discount: what holding the future earns over the index. [1/yr]
    """

    vol: Mapping[str, float]
    rate: Mapping[str, float]
    carry: Mapping[str, float]

    def with_vol(self, shift: float) -> Curves:
        """The same with every volatility moved by `shift`. [1/sqrt(yr)]"""
        return replace(self, vol={k: max(v + shift, 0.01) for k, v in self.vol.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeRule(Result):
    """How a desk departs from the model's delta near a barrier.

    Attributes
    ----------
    delta_cap : float or None
        Most index held per unit of notional; None holds the model's delta, up to 9 in the last
        month above a knock-in. [1]
    barrier_shift : float
        Added to every knock-in the desk hedges by; the trade itself knocks in where it is written.
        Below 0 the hedge near the barrier is blunted. [1 of spot0]
    """

    delta_cap: float | None = None
    barrier_shift: float = 0.0

    def __post_init__(self) -> None:
        if (self.delta_cap is not None and not self.delta_cap > 0) or not (
            -0.5 < self.barrier_shift < 0.5
        ):
            raise ConfigError(
                f"hedge rule with delta_cap={self.delta_cap}, barrier_shift={self.barrier_shift}: "
                "a cap at or below 0 would forbid any hedge, and a shift of half the first level "
                "moves the barrier off the map. Give e.g. delta_cap=2.0, barrier_shift=-0.01."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricer:
    """Everything that turns positions into numbers.

    Attributes
    ----------
    curves : Curves
    rule : HedgeRule
    rho : float
        Accuracy of the engine, grid nodes to a session's standard deviation.
    threads : int
    templates : TemplateSet or None
        Look prices up in solved templates instead of solving every trade; for maps, not marks.
    """

    curves: Curves
    rule: HedgeRule = HedgeRule()
    rho: float = BOOK_RHO
    threads: int = 2
    templates: TemplateSet | None = None

    def greeks(
        self, positions: Positions, levels: Floats, *, underlying: str
    ) -> tuple[Floats, Floats, Floats]:
        """Price, delta and gamma of every trade at every level, per unit notional and spot/spot0.

        Parameters
        ----------
        positions : Positions
            All on `underlying`; a level at or under a barrier is met as a close that knocks in.
        levels : ndarray of shape (n_levels,) or (n_trades, n_levels)
            [points]

        Returns
        -------
        price, delta, gamma : ndarray of shape (n_trades, n_levels)
            Delta and gamma as the hedge rule has them.
        """
        shift = self.rule.barrier_shift
        if not shift or not len(positions):
            return self._capped(self._model(positions, levels, underlying))
        moved = replace(positions.columns, knock_in=positions.columns.knock_in + shift)
        early = self._model(replace(positions, columns=moved), levels, underlying)
        late = self._model(positions.knocked_in_where(positions.waiting), levels, underlying)
        under = (levels <= positions.level[:, None]) & positions.waiting[:, None]
        price, delta, gamma = (np.where(under, b, a) for a, b in zip(early, late, strict=True))
        return self._capped((price, delta, gamma))

    def _model(
        self, positions: Positions, levels: Floats, underlying: str
    ) -> tuple[Floats, Floats, Floats]:
        rates = {
            "vol": self.curves.vol[underlying],
            "rate": self.curves.rate[underlying],
            "carry": self.curves.carry[underlying],
        }
        if self.templates is not None:
            return self.templates.greeks(positions, levels, rho=self.rho, **rates)
        return price_book(positions.columns, levels, rho=self.rho, threads=self.threads, **rates)

    def _capped(self, greeks: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats]:
        price, delta, gamma = greeks
        cap = self.rule.delta_cap
        if cap is None:
            return greeks
        return price, np.minimum(delta, cap), np.where(delta > cap, 0.0, gamma)
