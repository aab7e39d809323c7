"""Rule-bound holders as one kind: a size that may be unknown, a rule per unit of it, a lag."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.types import Origin

FloatArray = npt.NDArray[np.float64]

#: Assumption: what is decided at a close is traded in equal parts over the sessions of a week.
OVER_A_WEEK = (0.2, 0.2, 0.2, 0.2, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much money a kind of holder runs: a number, a range, or not known at all.

    Attributes
    ----------
    money : float
        [money] NaN where only a range is known, or nothing.
    low, high : float
        [money] NaN on both sides: nothing is known.
    source : str
        Whose figure it is.
    """

    money: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    source: str = "not known"

    def __post_init__(self) -> None:
        ends = (self.low, self.high)
        one_sided = np.isnan(self.low) != np.isnan(self.high)
        outside = self.money < self.low or self.money > self.high or self.low > self.high
        if one_sided or outside or any(v < 0 or np.isinf(v) for v in (self.money, *ends)):
            raise ConfigError(
                f"A size of {self.money:g} between {self.low:g} and {self.high:g}: it must be at "
                "least 0 and inside its own range, or the supply would have the wrong sign. Give "
                "one figure, or both ends of a range."
            )

    @classmethod
    def of(cls, money: float, *, source: str = "given") -> Size:
        """Take one figure as known."""
        return cls(money=money, low=money, high=money, source=source)

    @classmethod
    def between(cls, low: float, high: float, *, source: str = "given") -> Size:
        """Take a range, without a middle."""
        return cls(low=low, high=high, source=source)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFlow:
    """Trade per unit of size at each move: middle and range. [1]"""

    middle: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def spanning(cls, middle: FloatArray, *others: FloatArray) -> UnitFlow:
        """Range over several readings, the first of which is the middle."""
        stack = np.vstack([middle, *others])
        return cls(middle=middle, low=stack.min(axis=0), high=stack.max(axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder(ABC):
    """A kind of holder bound by a rule.

    Attributes
    ----------
    size : Size
        What the rule's trade is a multiple of; see the subclass. [money]
    name : str
        Key of the source.
    underlying, currency : str
    lag : tuple of float
        Share of the trade on the 1st, 2nd, ... session after the move; sums to 1. [1]
    """

    size: Size
    name: str
    underlying: str = ""
    currency: str = "USD"
    lag: tuple[float, ...] = OVER_A_WEEK

    def __post_init__(self) -> None:
        shares = np.asarray(self.lag, dtype=float)
        if not len(shares) or not (shares >= 0).all() or abs(float(shares.sum()) - 1.0) > 1e-9:
            raise ConfigError(
                f"`lag`={self.lag} of {self.name!r} sums to {shares.sum():g}: part of the trade "
                "would be lost or made. Give shares of at least 0 for the days after the move, 1 "
                "in all."
            )

    @abstractmethod
    def unit_flow(self, moves: FloatArray) -> UnitFlow:
        """Trade per unit of size at each move. [1]"""

    @abstractmethod
    def assumptions(self) -> tuple[str, ...]:
        """Conventions of the rule, one short phrase each."""

    def forced_source(self, moves: Sequence[float] | FloatArray) -> ForcedSource:
        """Money to trade at each move of the index; only a range, or nothing, if the size is."""
        at = np.asarray(moves, dtype=float)
        unit = self.unit_flow(at)
        corners = np.vstack(
            [
                end * size
                for end in (unit.low, unit.high)
                for size in (self.size.low, self.size.high)
            ]
        )
        return ForcedSource.of(
            self.name,
            at,
            unit.middle * self.size.money,
            low=corners.min(axis=0),
            high=corners.max(axis=0),
            timing=_timing(self.lag),
            underlying=self.underlying,
            currency=self.currency,
            origin=Origin(
                coverage={"size": self.size.source},
                assumptions=(*self.assumptions(), f"traded over {len(self.lag)} sessions"),
            ),
        )

    def by_day(self, moves: Sequence[float] | FloatArray) -> pd.DataFrame:
        """Middle of the trade by move (rows) and session after it (columns 1, 2, ...). [money]"""
        at = np.asarray(moves, dtype=float)
        flow = self.unit_flow(at).middle * self.size.money
        days = pd.RangeIndex(1, len(self.lag) + 1, name="session")
        return pd.DataFrame(
            np.outer(flow, np.asarray(self.lag)), index=pd.Index(at, name="move"), columns=days
        )


def _timing(lag: tuple[float, ...]) -> Timing:
    last = max(i for i, share in enumerate(lag) if share > 0)
    return Timing.NEXT_OPEN if last == 0 else Timing.WEEK if last < 5 else Timing.MONTH
