"""How far a price moves for the money pushed through it: five laws behind one door, two memories.

A law maps signed net flow so far, in days of volume, to a move of the log price. The market keeps
that flow in two memories: *pressure* fades over night, what is *lasting* never does; each carries
its share of the same law. Both are functions of the flow so far, not of each slice. So cutting a
day into rounds does not change where the same flow leaves the price (a square root of every slice
would), and selling over more days never moves it further. Decision 0020 has the argument.
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
        Share of the law that answers to all net flow so far and stays until as much flows back;
        the rest answers to the pressure and fades with it. [1]
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

    def move(self, pressure: FloatArray, lasting: FloatArray, sigma: FloatArray) -> FloatArray:
        """Log price move that both memories hold. [1]

        Parameters
        ----------
        pressure, lasting : ndarray of shape (n_assets, n_scenarios)
            Net flow so far: what is not yet forgotten, and all of it. [days of volume]
        sigma : ndarray of shape (n_assets, 1)
            Daily volatility. [1]

        Returns
        -------
        ndarray of shape (n_assets, n_scenarios)
            ``(1 - permanent) offset(pressure) + permanent offset(lasting)``; from rest and inside
            one day both memories are one and this is `offset`.

        Notes
        -----
        Who buys and sells shares from a market at rest (no pressure; whatever is lasting) and ends
        with what he had, paid along the path of the price, never earns, under any of the laws and
        for any `permanent`. Temporary part: nights only take energy out, as in [1]_; lasting part:
        a function of the position. What this does not cover: somebody else's standing pressure (to
        buy after a forced sale and sell when it has faded earns, as it should); depth that changes
        between the two legs (a sale into a thin book moves more than a purchase in a deep one);
        and fills at the middle of a round's two prices, which differ from the path by its bend (at
        most a fifth of the move of one round under the square root, less the more rounds).

        References
        ----------
        .. [1] A. Alfonsi and A. Schied, "Optimal trade execution and absence of price
               manipulations in limit order book models", SIAM J. Financial Mathematics 1, 2010.
        """
        if self.permanent in (0.0, 1.0):
            return self.offset(lasting if self.permanent else pressure, sigma)
        moved, stays = self.offset(pressure, sigma), self.offset(lasting, sigma)
        moved *= 1 - self.permanent
        stays *= self.permanent
        moved += stays
        return moved

    def offset(self, pressure: FloatArray, sigma: FloatArray) -> FloatArray:
        """Log price move of `pressure` [days of volume] at daily volatility `sigma`: the law."""
        scale = self.strength * sigma
        if self.law in ("square_root", "power"):
            size = self._power(np.abs(pressure))
            size *= scale
            return np.copysign(size, pressure, out=size)
        x = scale * pressure
        if self.law == "linear":
            return np.log1p(np.maximum(x, -1 + 1e-9))
        if self.law == "bounded":
            return np.log(self.floor + (1 - self.floor) * np.exp(x))
        return x

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
        return np.sqrt(size, out=size) if self.law == "square_root" else size**self.exponent

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
