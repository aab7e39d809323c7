"""What a participant sees, and the form of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.draws import Draws
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.participants.columns import Column, column
from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Orders:
    """What holders want; shapes (n_holders, n_sleeves, n_scenarios) and futures below.

    Attributes
    ----------
    sell : ndarray
        Share of the sleeve to undo (a short sleeve is bought back). [1], 0 to 1
    buy : ndarray
        Money to add to the sleeve; in a short sleeve, to sell short. [money], >= 0
    futures : ndarray of shape (n_holders, n_indices, n_scenarios)
        Buy > 0, sell < 0. [money]
    """

    sell: FloatArray
    buy: FloatArray
    futures: FloatArray


@dataclass(slots=True)
class Scene:
    """What everybody sees: the same snapshot for all, taken before anyone decides.

    Shapes: G groups, I indices, S scenarios. All of it is known at this moment of the day.

    Attributes
    ----------
    groups, indices : tuple of str
        Names, in the order of every axis below.
    day, round, rounds : int
        Counted from 1; `closing` is True in the auction after the last round.
    group_return : ndarray of shape (G, S)
        Of the day so far. [1]
    group_drawdown, index_drawdown : ndarray of shape (G, S), (I, S)
        Below the 20-day high, <= 0. [1]
    index, index_ratio : ndarray of shape (I, S)
        Level [points], and over its level on day 0 [1].
    index_return, basis : ndarray of shape (I, S)
        Return of the day so far [1], futures over index minus one [1].
    overnight : ndarray of shape (I, S)
        Return of the index on the day before. [1]
    volatility : ndarray of shape (I, S)
        Exponentially weighted daily volatility up to yesterday's close. [1]
    depth : ndarray of shape (G, S)
        Depth on the sell side, 1 in calm. [1]
    daily_amount : ndarray of shape (G,)
        [money/d]
    limit_share : ndarray of shape (S,)
        Share of the names at the lower limit. [1]
    sold : ndarray of shape (G, S)
        Money sold by everybody in the round before. [money]
    attention : ndarray of shape (S,)
        How loudly the fall is talked about; 0 in calm. [1]
    """

    groups: tuple[str, ...]
    indices: tuple[str, ...]
    day: int
    round: int
    rounds: int
    closing: bool
    group_return: FloatArray
    group_drawdown: FloatArray
    index: FloatArray
    index_ratio: FloatArray
    index_return: FloatArray
    index_drawdown: FloatArray
    basis: FloatArray
    overnight: FloatArray
    volatility: FloatArray
    depth: FloatArray
    daily_amount: FloatArray
    limit_share: FloatArray
    sold: FloatArray
    attention: FloatArray

    def group(self, *names: str) -> list[int]:
        """Places of groups by name."""
        return [_place(name, self.groups, "group") for name in names]

    def place(self, index: str) -> int:
        """Place of an index by name."""
        return _place(index, self.indices, "index")

    def split(self, mix: Mapping[str, float]) -> FloatArray:
        """Shares of a mix over all groups, (G,), summing to one."""
        shares = np.zeros(len(self.groups))
        shares[self.group(*mix)] = list(mix.values())
        total = shares.sum()
        return shares / total if total else shares


def _place(name: str, names: tuple[str, ...], what: str) -> int:
    if name not in names:
        raise ConfigError(
            f"A participant names the {what} `{name}`, which this scenario does not have ({what} names: "
            f"{list(names)}): its orders would go nowhere. Correct the name in the scenario."
        )
    return names.index(name)


@dataclass(slots=True)
class View:
    """A participant's own rows beside the common scene. Shapes: n holders, K sleeves, S scenarios.

    Attributes
    ----------
    scene : Scene
    value : ndarray of shape (n, K, S)
        Money in each sleeve; short sleeves are negative. [money]
    cash : ndarray of shape (n, S)
        Below zero it is debt. [money]
    equity, gross : ndarray of shape (n, S)
        [money]; `leverage` is gross over equity.
    position : ndarray of shape (n, I, S)
        Futures at market value, short negative. [money]
    nav, nav_high : ndarray of shape (n, S)
        Value of one unit, 1 at the start, and its highest close. [1]
    due : ndarray of shape (n, S)
        Redemptions to be paid now. [money]
    may_sell : ndarray of shape (n,)
        False where a rule in force forbids selling on balance.
    status : ndarray of shape (n, S) of Outcome
    memory : mapping of str to ndarray of shape (n, S)
        The participant's own columns; it may change them in place.
    draws : Draws
    numbers : ndarray of shape (n,)
        Stable numbers of the holders, for their own draws.
    constants : dict of str to ndarray of shape (n, 1)
        Columns drawn so far.
    blank : Orders or None
        Lines of the round's sheet, handed out by the first call of :meth:`no_orders`.
    """

    scene: Scene
    value: FloatArray
    cash: FloatArray
    equity: FloatArray
    gross: FloatArray
    position: FloatArray
    nav: FloatArray
    nav_high: FloatArray
    due: FloatArray
    may_sell: BoolArray
    status: npt.NDArray[np.int8]
    memory: Mapping[str, FloatArray]
    draws: Draws
    numbers: npt.NDArray[np.uint64]
    constants: dict[str, FloatArray]
    blank: Orders | None = None

    def column(self, name: str, given: Column) -> FloatArray:
        """Turn a typed column of the participant into one number for each holder, (n, 1)."""
        if name not in self.constants:
            # A column drawn belongs to the holder, not to the path: its seed is always 0.
            self.constants[name] = column(given, self.numbers, 0, name)[:, None]
        return self.constants[name]

    @property
    def leverage(self) -> FloatArray:
        """Gross over equity; infinite at or below zero equity."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.equity > 0, self.gross / self.equity, np.inf)

    def no_orders(self) -> Orders:
        """Orders of nothing, to be filled in."""
        if self.blank is not None:
            ready, self.blank = self.blank, None
            return ready
        return Orders(
            np.zeros_like(self.value), np.zeros_like(self.value), np.zeros_like(self.position)
        )

    def mark(self, who: BoolArray, outcome: Outcome) -> None:
        """Note a worse end for the holders `who`; a better one is never written over it."""
        np.maximum(self.status, np.where(who, np.int8(outcome), np.int8(0)), out=self.status)
