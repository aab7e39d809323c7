"""One kind of forced trader, seen from the market: what it must trade at each move of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]


class Timing(StrEnum):
    """When a flow reaches the market, soonest first."""

    INTRADAY = "intraday"
    CLOSE = "close"
    NEXT_OPEN = "next_open"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedSource(Result):
    """What one kind of trader must trade if the index stands at each move, and how sure we are.

    Attributes
    ----------
    name : str
        Key of the source: ``leveraged_etf``, ``dealer_gamma``, ``snowball``, ``stop``, ``margin``,
        ``vol_control``, ``var_limit``, ``trend``, ``redemption``, ``neutral``, or a user's own.
    underlying : str
        What moves: an index symbol, or the name of a basket.
    currency : str
    timing : Timing
    moves : ndarray of shape (n_moves,), rising
        Move of the underlying from where it stands, falls negative. [1]
    flow : ndarray of shape (n_moves,)
        Money to trade because of the move: buy > 0, sell < 0. NaN: size unknown (a range at most).
    low, high : ndarray of shape (n_moves,)
        Range of the flow, ``low <= flow <= high``; NaN on both sides: nothing is known.
    origin : Origin
        Where the positions come from, what share of them is covered, what was assumed.
    """

    name: str
    underlying: str
    currency: str
    timing: Timing
    moves: FloatArray
    flow: FloatArray
    low: FloatArray
    high: FloatArray
    origin: Origin

    def __post_init__(self) -> None:
        _check(self)

    @classmethod
    def of(
        cls,
        name: str,
        moves: Sequence[float] | FloatArray,
        flow: Sequence[float] | FloatArray | None = None,
        *,
        low: Sequence[float] | FloatArray | None = None,
        high: Sequence[float] | FloatArray | None = None,
        timing: Timing | str = Timing.INTRADAY,
        underlying: str = "",
        currency: str = "CNY",
        origin: Origin | None = None,
    ) -> ForcedSource:
        """Build a source from plain numbers; a missing side of the range repeats the flow."""
        at = np.asarray(moves, dtype=float)
        known = np.full(at.shape, np.nan) if flow is None else np.asarray(flow, dtype=float)
        return cls(
            name=name,
            underlying=underlying,
            currency=currency,
            timing=Timing(timing),
            moves=at,
            flow=known,
            low=known if low is None else np.asarray(low, dtype=float),
            high=known if high is None else np.asarray(high, dtype=float),
            origin=origin or Origin(),
        )

    def at(self, moves: Sequence[float] | FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return flow, low and high at other moves: straight lines between, NaN outside."""
        wanted = np.asarray(moves, dtype=float)

        def read(values: FloatArray) -> FloatArray:
            return np.interp(wanted, self.moves, values, left=np.nan, right=np.nan)

        return read(self.flow), read(self.low), read(self.high)

    def to_frame(self) -> pd.DataFrame:
        """One row a move: ``flow``, ``low``, ``high`` [money]."""
        columns = {"flow": self.flow, "low": self.low, "high": self.high}
        return pd.DataFrame(columns, index=pd.Index(self.moves, name="move"))


def _check(source: ForcedSource) -> None:
    moves, arrays = source.moves, (source.flow, source.low, source.high)
    if moves.ndim != 1 or not len(moves) or any(a.shape != moves.shape for a in arrays):
        raise DataError(
            f"Source `{source.name}` has moves of shape {moves.shape} and flows of shapes "
            f"{[a.shape for a in arrays]}: a flow could not be told from its level. Give one flow "
            "for each move."
        )
    if not np.isfinite(moves).all() or (np.diff(moves) <= 0).any() or (moves <= -1).any():
        raise DataError(
            f"Source `{source.name}`: its moves must rise, be finite and lie above -1 (an index "
            "cannot lose more than everything), or reading between them is meaningless. Sort them "
            "and give falls as negative fractions, -0.05 for five per cent."
        )
    _check_range(source)


def _check_range(source: ForcedSource) -> None:
    slack = 1e-9 * max(1.0, *np.nan_to_num(np.abs(np.concatenate([source.low, source.high]))))
    wrong = (source.low > source.high + slack) | (source.flow < source.low - slack)
    wrong |= source.flow > source.high + slack
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"Source `{source.name}` at the move {source.moves[at]:+.2%}: flow {source.flow[at]:g} "
            f"is outside its range {source.low[at]:g} to {source.high[at]:g}, so the stacked range "
            "would exclude its own middle. Remember that a sale is negative: the larger sale is `low`."
        )
