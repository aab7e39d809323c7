"""Funds that hold volatility at a target (目标波动率): a fall sells twice, by price and by volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.flows.ewma import DECAY, updated_volatility
from quantquake.flows.holder import Holder, UnitFlow

FloatArray = npt.NDArray[np.float64]


def target_exposure(
    sigma: float | FloatArray,
    *,
    target: float,
    cap: float = 1.5,
    days_per_year: float = 250.0,
) -> FloatArray:
    """Exposure over assets that meets a volatility target: ``min(cap, target / sigma)``. [1]

    Parameters
    ----------
    sigma : float or array
        Daily volatility, > 0. [1/sqrt(d)]
    target : float
        Yearly volatility aimed at. [1/sqrt(yr)]
    cap : float
        Most exposure allowed, over assets. [1]
    days_per_year : float
        [d/yr]

    Raises
    ------
    ConfigError
        A target, cap, volatility or year that is not above 0.
    """
    daily = np.asarray(sigma, dtype=float)
    if not (target > 0 and cap > 0 and days_per_year > 0) or (daily <= 0).any():
        raise ConfigError(
            f"`target`={target}, `cap`={cap}, `sigma`={sigma}, {days_per_year} days a year: an "
            "exposure needs each of them above 0. Give sigma per day and target per year."
        )
    return np.minimum(cap, target / (daily * np.sqrt(days_per_year)))


@dataclass(frozen=True, slots=True, kw_only=True)
class VolControl(Holder):
    """Funds that keep ``min(cap, target / volatility)`` of their assets in the index.

    Attributes
    ----------
    size : Size
        Assets under the rule. [money]
    sigma : float
        Daily volatility the funds see now. [1/sqrt(d)]
    target : float
        [1/sqrt(yr)]
    cap : float
        Over assets. [1]
    decay : float
        Of the volatility update. [1]
    days_per_year : float
        [d/yr]

    Notes
    -----
    Middle: change of the target exposure, times assets before the day. The other end of the range
    counts what the day itself did to assets and holdings, ``w r (w' - 1)`` more. A day quieter than
    the volatility in use lowers it, so a small move buys.
    """

    name: str = "vol_control"
    sigma: float
    target: float = 0.10
    cap: float = 1.5
    decay: float = DECAY
    days_per_year: float = 250.0

    def exposure(self, moves: FloatArray | float) -> FloatArray:
        """Target exposure after each move, over assets. [1]"""
        after = updated_volatility(self.sigma, moves, decay=self.decay)
        return target_exposure(
            after, target=self.target, cap=self.cap, days_per_year=self.days_per_year
        )

    def unit_flow(self, moves: FloatArray) -> UnitFlow:
        """Trade over assets at each move. [1]"""
        before = target_exposure(
            self.sigma, target=self.target, cap=self.cap, days_per_year=self.days_per_year
        )
        after = self.exposure(moves)
        change = after - before
        return UnitFlow.spanning(change, change + before * moves * (after - 1.0))

    def assumptions(self) -> tuple[str, ...]:
        """Rule and parameters."""
        return (
            f"volatility target {self.target:.0%} a year, exposure at most {self.cap:g}",
            f"volatility {self.sigma:.2%} a day before the move, decay {self.decay:g}",
        )
