"""Desks under a VaR limit: when volatility jumps, the same limit carries less (VaR 限额)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from quantquake.errors import ConfigError
from quantquake.flows.ewma import DECAY, updated_volatility
from quantquake.flows.holder import Holder, UnitFlow

FloatArray = npt.NDArray[np.float64]


def limit_exposure(
    limit: float,
    sigma: float | FloatArray,
    *,
    confidence: float = 0.99,
    tail_degrees: float | None = None,
) -> FloatArray:
    """Exposure a one-day VaR limit carries: ``limit / (z sigma)``. [money]

    Parameters
    ----------
    limit : float
        Loss that may be exceeded on a share ``1 - confidence`` of days, owed > 0. [money]
    sigma : float or array
        Daily volatility, > 0. [1/sqrt(d)]
    confidence : float
        In (0.5, 1). [1]
    tail_degrees : float, optional
        Student's t with so many degrees of freedom (> 2), scaled to the same volatility; default
        the normal law. It moves the exposure and not the cut after a shock, where z cancels.

    Raises
    ------
    ConfigError
        A parameter outside its range.
    """
    daily = np.asarray(sigma, dtype=float)
    thin = tail_degrees is not None and not tail_degrees > 2
    if not limit > 0 or not 0.5 < confidence < 1 or thin or not (daily > 0).all():
        raise ConfigError(
            f"`limit`={limit}, `sigma`={sigma}, `confidence`={confidence}, "
            f"`tail_degrees`={tail_degrees}: no exposure follows from them. Give a limit and a "
            "volatility above 0, a confidence such as 0.99, and more than 2 degrees of freedom."
        )
    z = float(stats.norm.ppf(confidence))
    if tail_degrees is not None:
        scale = np.sqrt((tail_degrees - 2.0) / tail_degrees)
        z = float(stats.t.ppf(confidence, tail_degrees) * scale)
    return limit / (z * daily)


def exposure_change(
    sigma: float, moves: float | FloatArray, *, decay: float = DECAY, used: float = 1.0
) -> FloatArray:
    """Change of exposure a limit forces after a move: ``min(0, sigma / (used sigma') - 1)``.

    Parameters
    ----------
    sigma : float
        Daily volatility before the move. [1/sqrt(d)]
    moves : float or array
        The day's return. [1]
    decay : float
        Of the volatility update. [1]
    used : float
        Share of the limit in use before the move, in (0, 1]: a desk with room is forced later. [1]

    Returns
    -------
    ndarray
        As a share of the exposure before, <= 0: a limit forces sales, never purchases. [1]
    """
    _check_used(used)
    after = updated_volatility(sigma, moves, decay=decay)
    return np.minimum(0.0, sigma / (used * after) - 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VarLimit(Holder):
    """Long books that must cut when their VaR passes its limit.

    Attributes
    ----------
    size : Size
        Exposure held under such limits. [money]
    sigma, decay, used
        As in :func:`exposure_change`.

    Notes
    -----
    Middle: change of the allowed exposure against the exposure before the day. The other end of the
    range counts the fall of the holdings themselves towards the cut.
    """

    name: str = "var_limit"
    lag: tuple[float, ...] = (1.0,)
    sigma: float
    decay: float = DECAY
    used: float = 1.0

    def unit_flow(self, moves: FloatArray) -> UnitFlow:
        """Forced sale over exposure at each move, <= 0. [1]"""
        _check_used(self.used)
        allowed = self.sigma / (self.used * updated_volatility(self.sigma, moves, decay=self.decay))
        held = 1.0 + moves
        return UnitFlow.spanning(np.minimum(0.0, allowed - 1.0), np.minimum(0.0, allowed - held))

    def assumptions(self) -> tuple[str, ...]:
        """Rule and parameters."""
        return (
            f"{self.used:.0%} of the VaR limit in use before the move",
            f"volatility {self.sigma:.2%} a day before the move, decay {self.decay:g}",
        )


def _check_used(used: float) -> None:
    if not 0.0 < used <= 1.0:
        raise ConfigError(
            f"`used`={used}: a desk uses more than nothing and at most all of its limit, else it "
            "was in breach before the move. Give a share in (0, 1]."
        )
