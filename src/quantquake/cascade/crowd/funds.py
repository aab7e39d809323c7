"""A crowd of leveraged funds in shared names, each holding to its leverage: the plainest cascade.

Every round each fund marks its book, pays down debt with what it sold, and sells in proportion
if its leverage is above target; prices fall by the square root of what all sold together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from quantquake.cascade.crowd.holdings import Holdings
from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.cascade.kernels.lanes import LANES
from quantquake.errors import ConfigError

Array = npt.NDArray[Any]
Precision = Literal["float64", "float32"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdRule:
    """When a fund sells, and how much at most.

    Attributes
    ----------
    tolerance : float
        Part by which leverage may exceed the target before anything is sold. [1]
    max_sale : float
        Most of each holding sold in one round; insolvent funds sell this much. [1]
    """

    tolerance: float = 0.05
    max_sale: float = 0.25

    def __post_init__(self) -> None:
        setting("tolerance", self.tolerance, 0.0, 1e6, "funds would sell below their target")
        setting("max_sale", self.max_sale, 0.0, 0.99, "what is kept divides what is sold")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLaw:
    """How prices answer what is sold, and move by themselves.

    Attributes
    ----------
    impact : float
        Y of ``Y sigma sqrt(sold / volume)``. [1] 0: sales move nothing.
    cap : float
        Largest fall of a log price by sales in one round. [1]
    noise : float
        Log price moves by ``noise x sigma x shock`` a round. [1] 0.25 for four rounds a day that
        each carry half of a day's standard deviation.
    first_move : float
        Move of all prices at the end of the first round, falls negative. [1]
    """

    impact: float = 1.0
    cap: float = 0.10
    noise: float = 0.25
    first_move: float = -0.03

    def __post_init__(self) -> None:
        setting("impact", self.impact, 0.0, 1e6, "selling cannot lift prices")
        setting("cap", self.cap, 0.0, 50.0, "it is the largest fall of a round")
        setting("noise", self.noise, 0.0, 1e3, "it scales the shocks")
        setting("first_move", self.first_move, -0.999, 1e3, "a price cannot fall to nothing")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrowdedFunds:
    """A crowd ready for `simulate`; made by `crowded_funds`.

    Attributes
    ----------
    holdings : Holdings
        First portfolios. Sales are in proportion, so they are only ever scaled down.
    debt, leverage : ndarray of shape (n_funds,)
        [money], [1]
    adv, sigma : ndarray of shape (n_assets,)
        Money traded a day; daily volatility. [money/d], [1]
    shocks : ndarray of shape (n_rounds, n_assets) or (n_rounds, n_assets, n_scenarios), or None
        Standard normal moves; None: `simulate` draws them from its seed.
    rounds : int
    precision : str
    rule : CrowdRule
    law : PriceLaw
    """

    holdings: Holdings
    debt: Array
    leverage: Array
    adv: Array
    sigma: Array
    shocks: Array | None
    rounds: int
    precision: Precision
    rule: CrowdRule
    law: PriceLaw


#: Sum of a name's log moves beyond which its price is no number any more.
FARTHEST = 500.0


def crowded_funds(
    index: Any,
    shares: Any,
    debt: Any,
    leverage: Any,
    adv: Any,
    sigma: Any,
    shocks: Any,
    rounds: int,
    *,
    precision: Precision = "float64",
    rule: CrowdRule | None = None,
    law: PriceLaw | None = None,
) -> CrowdedFunds:
    """Describe a crowd of leveraged funds for `simulate`.

    Parameters
    ----------
    index : array of int of shape (n_funds, n_held)
        Number of each name a fund holds, from 0.
    shares : array of shape (n_funds, n_held)
        Shares of each, at a first price of 1 therefore also money. [shares] 0: holds none.
    debt : array of shape (n_funds,)
        [money] Below the worth of the portfolio at the start.
    leverage : array of shape (n_funds,)
        Target of portfolio over equity, at least 1. [1]
    adv : array of shape (n_assets,)
        Money traded a day. [money/d]
    sigma : array of shape (n_assets,)
        Daily volatility. [1]
    shocks : array of shape (>= rounds, n_assets) or (>= rounds, n_assets, n_scenarios), or None
        Standard normal moves of each round. With a third axis every scenario is run. None: drawn
        by `simulate`.
    rounds : int
        [rounds]
    precision : {"float64", "float32"}
        float64 is the reference. float32 is faster, sixteen scenarios in one pass, and lets a few
        funds near their limit decide otherwise: 3e-5 of the mean price after 240 rounds.
    rule : CrowdRule, optional
    law : PriceLaw, optional

    Raises
    ------
    DataError
        An array of the wrong shape, not finite or out of range; negative equity; with the places.
    ConfigError
        A setting out of range.

    References
    ----------
    .. [1] Square-root impact: J. Bouchaud, J. Bonart, J. Donier and M. Gould, "Trades, Quotes and
       Prices", Cambridge, 2018, chapter 12.
    """
    money = _positive("adv", adv)
    rounds = _rounds(rounds)
    moves = _shocks(shocks, rounds, len(money))
    side_by_side = moves is not None and moves.ndim == 3 and precision == "float32"
    if precision not in ("float64", "float32"):
        raise ConfigError(
            f"`precision` is {precision!r}: it decides how portfolios are stored. "
            "Give 'float64' or 'float32'."
        )
    holdings = Holdings.of_table(
        index, shares, len(money), dtype=np.dtype(precision),
        scenarios=LANES if side_by_side else 1,
    )  # fmt: skip
    owed, target = _funds(holdings, debt, leverage)
    volatility = _sigma(sigma, len(money))
    _bounded(volatility, moves)
    return CrowdedFunds(
        holdings=holdings, debt=owed, leverage=target, adv=money,
        sigma=volatility, shocks=moves, rounds=rounds, precision=precision,
        rule=rule or CrowdRule(), law=law or PriceLaw(),
    )  # fmt: skip


def _positive(name: str, value: Any) -> Array:
    array = numbers(name, value, (None,), "what is sold is measured against it")
    refuse(name, array <= 0, "is not above 0", "any sale would be infinite", "Drop such names")
    return array


def _sigma(value: Any, n_assets: int) -> Array:
    array = numbers("sigma", value, (n_assets,), "impact is in units of volatility")
    refuse("sigma", array < 0, "is negative", "a volatility is at least 0", "Give it as 0.02")
    refuse("sigma", array > 10, "is above 10", "no price moves by 1,000 % a day", "Give it as 0.02")
    return array


def _bounded(sigma: Array, moves: Array | None) -> None:
    """Refuse moves that lead the price of a name out of the range of numbers."""
    if moves is None:
        return
    summed = np.abs(moves).sum(axis=0)
    way = sigma * (summed.max(axis=1) if summed.ndim > 1 else summed)
    refuse(
        "shocks", way > FARTHEST, f"times sigma add up to more than {FARTHEST:g}",
        "the price would be no number", "Give standard normal moves",
    )  # fmt: skip


def _rounds(rounds: int) -> int:
    if not isinstance(rounds, (int, np.integer)) or isinstance(rounds, bool) or rounds < 1:
        raise ConfigError(
            f"`rounds` is {rounds!r}: nothing happens without a round. Give a whole number from 1."
        )
    return int(rounds)


def _shocks(shocks: Any, rounds: int, n_assets: int) -> Array | None:
    if shocks is None:
        return None
    three = np.ndim(shocks) == 3
    shape = (None, n_assets, None) if three else (None, n_assets)
    moves = numbers("shocks", shocks, shape, "each name moves by its own shock")
    if len(moves) < rounds or (three and not moves.shape[2]):
        raise ConfigError(
            f"`rounds` is {rounds} and `shocks` has shape {moves.shape}: the last rounds would stand "
            "still. Give a row for every round and at least one scenario."
        )
    return moves[:rounds]


def _funds(holdings: Holdings, debt: Any, leverage: Any) -> tuple[Array, Array]:
    shape = (holdings.n_funds,)
    owed = numbers("debt", debt, shape, "each fund has its own")
    refuse("debt", owed < 0, "is negative", "cash would be lent at no rate", "Give 0 or more")
    target = numbers("leverage", leverage, shape, "each fund has its own target")
    refuse(
        "leverage", target < 1, "is below 1", "a fund without debt would sell without end",
        "Give portfolio over equity, 1 for no debt",
    )  # fmt: skip
    worth = holdings.value(np.ones(holdings.n_assets))
    refuse(
        "debt", owed >= np.where(worth > 0, worth, np.inf), "is not below the portfolio",
        "equity would be negative before anything happened", "Leave out funds that have failed",
    )  # fmt: skip
    return owed, target
