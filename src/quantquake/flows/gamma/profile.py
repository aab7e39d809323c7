"""The same book repriced where the spot may go, and the levels at which it changes sign."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from quantquake.errors import ConfigError, DataError
from quantquake.flows.gamma.smile import Smile as Curve
from quantquake.flows.gamma.smile import curves, moved
from quantquake.flows.kernels.gamma import gamma_sums, moving_sums
from quantquake.flows.kernels.normal import DENSITY

FloatArray = npt.NDArray[np.float64]
Smile = Literal["sticky_strike", "sticky_delta"]
SMILES: tuple[Smile, ...] = ("sticky_strike", "sticky_delta")
NOISE = 1e-13  # of the gross gamma at the spot: a smaller net one has no sign that can be told

NARROW = 1e-9  # standard deviations: a narrower gamma is a spike that no grid of levels meets


@dataclass(frozen=True, slots=True)
class Repricer:
    """Contracts that can be repriced: those with time and volatility.

    Attributes
    ----------
    rows : DataFrame
        `strike`, `time`, `iv`, `dividend`, `call`, ... of n contracts.
    held : ndarray of shape (m, n)
        Units the dealers hold under each model, long > 0; 0 where a model does not know.
    spot, rate : float
    smiles : tuple
        Volatility by moneyness, see `smile.curves`.
    """

    rows: pd.DataFrame
    held: FloatArray
    spot: float
    rate: float
    smiles: tuple[Curve, ...]

    @classmethod
    def of(
        cls, table: pd.DataFrame, signs: dict[str, FloatArray], spot: float, rate: float
    ) -> Repricer:
        """Take the contracts that can be repriced out of all."""
        width = table["iv"] * np.sqrt(table["time"])
        usable = (table["gamma_closed_form"].notna() & (width > NARROW)).to_numpy()
        units = (table["open_interest"] * table["multiplier"]).to_numpy()
        held = np.nan_to_num(np.stack(list(signs.values())) * units)[:, usable]
        rows = table[usable]
        return cls(rows, np.ascontiguousarray(held), spot, rate, tuple(curves(rows, spot)))

    def gamma(self, moves: FloatArray, smile: Smile = "sticky_strike") -> FloatArray:
        """Gamma exposure at each log-move under each model: (m, s). [money per 1 %]"""
        level = self.spot * np.exp(moves)
        sums = self._fixed(moves) if smile == "sticky_strike" else self._moving(moves)
        return sums * level * 0.01

    def at_level(self, level: float, smile: Smile = "sticky_strike") -> float:
        """Gamma exposure of the first model at one level. [money per 1 %]"""
        return float(self.gamma(np.log(np.array([level / self.spot])), smile)[0, 0])

    def gross(self) -> float:
        """Gamma exposure at the spot without its signs, first model. [money per 1 %]"""
        alone = dataclasses.replace(self, held=np.abs(self.held[:1]))
        return alone.at_level(self.spot)

    def flow(self, moves: FloatArray, smile: Smile = "sticky_strike") -> FloatArray:
        """Money the dealers trade to stay hedged when the spot has made each log-move: (m, s).

        Exact differences of delta times the units held, at the level reached; buy > 0.
        """
        level = self.spot * np.exp(moves)
        change = self._delta(moves, smile) - self._delta(np.zeros(1), smile)
        return -change * level

    def _fixed(self, moves: FloatArray) -> FloatArray:
        """Sums of gamma * spot, every contract keeping its volatility."""
        place, slope = self._d1()
        t, q = self._column("time"), self._column("dividend")
        weights = self.held * (np.exp(-q * t) * DENSITY * slope)
        out = np.empty((len(weights), len(moves)))
        gamma_sums(place, slope, weights, np.ascontiguousarray(moves), out)
        return out

    def _moving(self, moves: FloatArray) -> FloatArray:
        """The same, the smile moving with the spot."""
        t, q = self._column("time"), self._column("dividend")
        out = np.empty((len(self.held), len(moves)))
        moving_sums(
            np.log(self.spot / self._column("strike")), self.rate - q, t,
            self._moved(moves), self.held * (np.exp(-q * t) * DENSITY),
            np.ascontiguousarray(moves), out,
        )  # fmt: skip
        return out

    def _delta(self, moves: FloatArray, smile: Smile) -> FloatArray:
        if smile == "sticky_strike":
            place, slope = self._d1()
            d1 = place + slope * moves[:, None]
        else:
            d1 = self._d1_moving(moves)
        side = np.where(self._column("call"), 1.0, -1.0)
        growth = np.exp(-self._column("dividend") * self._column("time"))
        return self.held @ (side * growth * ndtr(side * d1)).T

    def _d1(self) -> tuple[FloatArray, FloatArray]:
        """d1 at the spot, and its slope against ln(spot). Measured from the spot and not from 1:
        the difference of two large logarithms would cost five digits."""
        k, t, v = self._column("strike"), self._column("time"), self._column("iv")
        width = v * np.sqrt(t)
        drift = (self.rate - self._column("dividend") + v * v / 2) * t
        return (np.log(self.spot / k) + drift) / width, 1.0 / width

    def _d1_moving(self, moves: FloatArray) -> FloatArray:
        k, t = self._column("strike"), self._column("time")
        width = self._moved(moves) * np.sqrt(t)
        drift = (self.rate - self._column("dividend")) * t
        return (np.log(self.spot / k) + moves[:, None] + drift) / width + width / 2

    def _moved(self, moves: FloatArray) -> FloatArray:
        moneyness = np.log(self._column("strike") / self.spot)
        return moved(self.smiles, moneyness, self._column("iv"), moves)

    def _column(self, name: str) -> npt.NDArray[np.float64]:
        return np.array(self.rows[name])  # writeable, or the kernels compile a second time


def grid(moves: npt.ArrayLike) -> FloatArray:
    """Moves of the spot, checked. [1]"""
    at = np.atleast_1d(np.asarray(moves, dtype=float))
    if at.ndim != 1 or not np.isfinite(at).all() or (at <= -1).any() or (np.diff(at) <= 0).any():
        raise ConfigError(
            "`moves` must rise, be finite and lie above -1: they are moves of the spot as "
            "fractions, falls negative (-0.05 is five per cent down). Give e.g. "
            "numpy.linspace(-0.1, 0.1, 201)."
        )
    return at


def check_smile(smile: str) -> Smile:
    """One of `SMILES`; hyphens are read as underscores."""
    name = str(smile).replace("-", "_")
    if name == "sticky_strike":
        return "sticky_strike"
    if name == "sticky_delta":
        return "sticky_delta"
    raise ConfigError(
        f"smile {smile!r} is unknown: volatility under a move must follow some rule. Choose one of "
        f"{', '.join(SMILES)}."
    )


def flips(
    levels: FloatArray, values: FloatArray, gross: float, exact: Callable[[float], float]
) -> FloatArray:
    """Levels where the profile changes sign: none, one or several.

    Parameters
    ----------
    levels, values : ndarray of shape (s,)
        Grid and profile on it. Two changes between neighbours are seen as none.
    gross : float
        Size against which a value is taken for rounding.
    exact : callable
        The profile at any level, for the root itself.
    """
    if len(levels) != len(values):
        raise DataError(
            f"{len(levels)} levels and {len(values)} values: a sign could not be told from its "
            "level. Give one value a level."
        )
    sign = np.where(np.abs(values) > NOISE * gross, np.sign(values), 0.0)
    at = np.flatnonzero(np.nan_to_num(sign))
    turns = np.flatnonzero(np.diff(sign[at]) != 0)
    found = [_root(exact, levels[at[i]], levels[at[i + 1]]) for i in turns]
    return np.array(found, dtype=float)


def _root(exact: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(exact, low, high, xtol=1e-12 * high, rtol=1e-14))
