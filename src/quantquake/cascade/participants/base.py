"""What a participant is, what it sees and what it may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from quantquake.cascade.draws import Draws
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.ranges import (
    MONEY,
    MULTIPLE,
    SHARE,
    SIGNED,
    WHOLE,
    Range,
    check_column,
    check_ranges,
    columns_of,
    ends,
)
from quantquake.errors import ConfigError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A column drawn evenly between two numbers, one for each holder."""

    low: float
    high: float


#: A typed column: one number for all holders, one for each, or drawn between two.
Column = float | list[float] | Spread


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


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Base of every participant: its balance sheet at the start.

    Attributes
    ----------
    name : str
        What it is called in rules and results.
    count : int
        Number of holders alike.
    assets : float
        Stocks of all of them together, gross. [money]
    leverage : Column
        Gross assets over equity; below 1 the rest is cash, above it is borrowed. [1]
    mix : mapping of group to float
        How the stocks are split; negative shares are short books. [1]
    names, overlap, tilt : see :class:`~quantquake.cascade.holdings.Recipe`
    holdings : list of lists of float, optional
        Money by holder and asset, instead of `assets`, `mix` and the rest.
    hedge : mapping of index to float
        Futures held, as a share of the stocks; a short hedge is negative. [1]
    """

    #: When it acts: in every round, at the first one only, or in the closing auction.
    acts: ClassVar[str] = "round"
    #: Its own columns and their starting values.
    columns: ClassVar[Mapping[str, float]] = {}
    #: Name of the kind in scenario files.
    kind: ClassVar[str] = ""
    #: Whether its gain is its own: False for desks whose trades hedge what stands in no book here.
    own_account: ClassVar[bool] = False
    #: Where its own numbers may lie; those of its base are checked as well.
    ranges: ClassVar[Mapping[str, Range]] = {
        "assets": MONEY,
        "leverage": MULTIPLE,
        "mix": SIGNED,
        "names": WHOLE,
        "overlap": SHARE,
        "tilt": Range(-10.0, 10.0),
        "hedge": Range(-1e6, 1e6),
    }

    name: str
    count: int = 1
    assets: float = 0.0
    leverage: Column = 1.0
    mix: dict[str, float] = field(default_factory=dict)
    names: int | None = None
    overlap: float = 1.0
    tilt: float = 1.0
    holdings: list[list[float]] | None = None
    hedge: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_balance_sheet(self)

    #: Whether it sells short whatever it must, as a dealer's desk does.
    needs_short: ClassVar[bool] = False

    def reach(self) -> list[str] | None:
        """Groups it may buy beside those of its mix; None: all of them."""
        return None if self.needs_short else []

    def orders(self, view: View) -> Orders:
        """Decide from the snapshot; the default does nothing."""
        return view.no_orders()

    def after_close(self, view: View) -> FloatArray | None:
        """Return redemptions asked for tonight, shape (n, S) [money], or None."""
        del view
        return None

    def liquidity(self, view: View) -> FloatArray | None:
        """Return the factor by which it changes depth, shape (G, S), or None."""
        del view
        return None


Kind = TypeVar("Kind", bound=type[Holder])
_KINDS: dict[str, type[Holder]] = {}


def participant(kind: str) -> Callable[[Kind], Kind]:
    """Register a dataclass of :class:`Holder` under its name in scenario files."""

    def register(cls: Kind) -> Kind:
        if kind in _KINDS and _KINDS[kind].__qualname__ != cls.__qualname__:
            raise ConfigError(
                f"A participant kind `{kind}` exists already ({_KINDS[kind].__qualname__}): scenario "
                "files could not tell the two apart. Choose another name."
            )
        cls.kind = kind
        _KINDS[kind] = cls
        return cls

    return register


def kinds() -> dict[str, type[Holder]]:
    """All kinds by name, the built-in ones loaded."""
    from quantquake.cascade.participants import (  # noqa: F401  (registers its kinds on import)
        basis_traders,
        etf,
        funds,
        hedged,
        liquidity,
        mechanical,
        notes,
        rotator,
        run_off,
        state_buyer,
    )

    return dict(_KINDS)


def check_balance_sheet(holder: Holder) -> None:
    """Refuse a balance sheet that cannot be.

    Raises
    ------
    ConfigError
        With the path of the field.
    """
    where = f"participants.{holder.name}"
    _no_nan(holder, where)
    if holder.count < 1:
        raise ConfigError(
            f"{where}.count={holder.count}: nobody can be fewer than one, and a participant without "
            "holders would stand in the results and do nothing. Give a count from 1, or leave it out."
        )
    for name in columns_of(holder):
        check_column(holder, where, name, holder.count)
    # The commonest slip has words of its own.
    if (ends(holder.leverage)[0] <= 0).any():
        raise ConfigError(
            f"{where}.leverage={holder.leverage}: leverage is gross assets over equity; at or below "
            "0 equity is negative and the holder is bankrupt before the first round. Give a "
            "number above 0."
        )
    for kind in reversed(type(holder).__mro__):
        check_ranges(holder, where, vars(kind).get("ranges", {}))


def _no_nan(holder: Holder, where: str) -> None:
    for item in fields(holder):
        given = getattr(holder, item.name)
        if isinstance(given, float) and np.isnan(given):
            raise ConfigError(
                f"{where}.{item.name}: not a number; every comparison with it is False, so what it limits "
                "would never happen. Give a number, or leave the field out."
            )


def column(given: Column, holders: npt.NDArray[np.uint64], seed: int, stream: str) -> FloatArray:
    """Turn a typed column into one number for each holder, shape (n,)."""
    if isinstance(given, Spread):
        draw = Draws.of(seed, [0]).normals(stream, 2, holders)[:, 0]
        even = 0.5 * (1 + np.vectorize(_erf, otypes=[float])(draw / np.sqrt(2.0)))
        return given.low + (given.high - given.low) * even
    values = np.asarray(given, dtype=float)
    if values.ndim and len(values) != len(holders):
        raise ConfigError(
            f"A column of {stream} has {len(values)} numbers for {len(holders)} holders: it is "
            "unclear whose they are. Give one number, one for each, or {{low, high}}."
        )
    return np.broadcast_to(values, len(holders)).astype(float)


def _erf(x: Any) -> float:
    import math

    return math.erf(x)
