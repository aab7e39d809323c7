"""How far a price moves for the money pushed through it: four laws behind one door.

A law maps *pressure*, signed net flow in days of volume remembered and fading, to a move of the
log price. It is a function of the flow so far, not of each slice, so cutting a day into more
rounds does not change what the same money costs (a square root of every slice would).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
Law = Literal["square_root", "power", "linear", "exponential", "bounded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Law of price impact on net flow.

    Attributes
    ----------
    law : {"square_root", "power", "linear", "exponential", "bounded"}
        ``square_root``: log move ``Y sigma |x|^0.5``; ``power``: the same with `exponent`;
        ``linear``: price move ``Y sigma x``; ``exponential``: log move ``Y sigma x``;
        ``bounded``: price falls from 1 towards `floor`, ``b + (1 - b) exp(Y sigma x)`` [1]_.
    strength : float
        Y. About 1 for the square root [2]_. [1]
    exponent : float
        Only for ``power``. [1]
    floor : float
        Only for ``bounded``: share of the starting price below which buyers always exist. [1]
    permanent : float
        Share of each move that stays; the rest fades with the pressure. [1]
    half_life : float
        Days after which half of the pressure is forgotten. [d]

    References
    ----------
    .. [1] Cont, Schaanning, "Fire sales, indirect contagion and systemic stress testing",
           Norges Bank working paper 02/2017.
    .. [2] Sato, Kanazawa, "Does the square-root price impact law hold universally?", 2024.
    """

    law: Law = "square_root"
    strength: float = 1.0
    exponent: float = 0.5
    floor: float = 0.5
    permanent: float = 0.5
    half_life: float = 1.0

    def __post_init__(self) -> None:
        _check(self)

    def offset(self, pressure: FloatArray, sigma: FloatArray) -> FloatArray:
        """Log price move of standing pressure [days of volume] at daily volatility `sigma`."""
        x = self.strength * sigma * pressure
        if self.law == "exponential":
            return x
        if self.law == "linear":
            return np.log1p(np.maximum(x, -1 + 1e-9))
        if self.law == "bounded":
            return np.log(self.floor + (1 - self.floor) * np.exp(x))
        return np.sign(pressure) * (self.strength * sigma) * self._power(np.abs(pressure))

    def pressure(self, offset: FloatArray, sigma: FloatArray) -> FloatArray:
        """Pressure that holds the log price at `offset`: the inverse of :meth:`offset`."""
        scale = self.strength * sigma
        if self.law == "exponential":
            return offset / scale
        if self.law == "linear":
            return np.expm1(offset) / scale
        if self.law == "bounded":
            inside = np.maximum((np.exp(offset) - self.floor) / (1 - self.floor), 1e-300)
            return np.log(inside) / scale
        return np.sign(offset) * self._root(np.abs(offset) / scale)

    def _power(self, size: FloatArray) -> FloatArray:
        return np.sqrt(size) if self.law == "square_root" else size**self.exponent

    def _root(self, size: FloatArray) -> FloatArray:
        return size * size if self.law == "square_root" else size ** (1 / self.exponent)

    def remembered(self, days: float) -> float:
        """Share of the pressure left after `days`. [1]"""
        return float(0.5 ** (days / self.half_life)) if self.half_life > 0 else 0.0


def _check(impact: Impact) -> None:
    bounds = {
        "strength": (0.0, np.inf),
        "exponent": (0.05, 2.0),
        "floor": (0.0, 0.999),
        "permanent": (0.0, 1.0),
        "half_life": (0.0, np.inf),
    }
    for name, (low, high) in bounds.items():
        value = getattr(impact, name)
        if not low <= value <= high:
            raise ConfigError(
                f"impact.{name}={value}: outside {low:g} to {high:g}, where the law has no meaning "
                "(a price would move against the money, or below nothing). Choose a value inside."
            )
