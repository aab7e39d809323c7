"""A book at many index levels: value, delta and gamma in money, index points and lots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.flows.snowball_book.positions import Positions, multiplier_of
from quantquake.flows.snowball_book.pricing import Pricer
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotLadder(Result):
    """What the notes are worth to their holders, and what their issuers hold against them.

    Attributes
    ----------
    frame : DataFrame indexed by (underlying, level)
        `move` from where the index stands [1]; `value` [money]; `delta_money` index exposure held
        as a hedge [money]; `delta_per_point` [money/point]; `delta_lots` the same in futures
        [lots], NaN where no future is known; `gamma_money_per_1pct` bought (> 0) or sold by the
        hedger if the index rises by 1 % [money]; `gamma_per_point2` [money/point^2]; `knocked_in`
        notional knocked in at that level, earlier ones included [money].
    origin : Origin
    """

    frame: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The ladder as a table."""
        return self.frame

    def of(self, underlying: str) -> pd.DataFrame:
        """Rows of one index, by level."""
        return self.frame.loc[underlying]


def ladder_of(
    positions: Positions, pricer: Pricer, underlying: str, levels: Floats, here: float
) -> pd.DataFrame:
    """Ladder of the trades on one index.

    Parameters
    ----------
    positions : Positions
        All on `underlying`.
    levels : ndarray of shape (n_levels,)
        [points]
    here : float
        Where the index stands. [points]

    Returns
    -------
    DataFrame of shape (n_levels, 8), columns as `SpotLadder.frame`
    """
    c = positions.columns
    price, delta, gamma = pricer.greeks(positions, levels, underlying=underlying)
    per_point = (c.notional / c.spot0) @ delta
    per_point2 = (c.notional / c.spot0**2) @ gamma
    hit = (levels <= positions.level[:, None]) & positions.waiting[:, None]
    return pd.DataFrame(
        {
            "move": levels / here - 1.0,
            "value": c.notional @ price,
            "delta_money": per_point * levels,
            "delta_per_point": per_point,
            "delta_lots": per_point / multiplier_of(underlying),
            "gamma_money_per_1pct": per_point2 * 0.01 * levels**2,
            "gamma_per_point2": per_point2,
            "knocked_in": c.notional @ (hit | c.knocked_in[:, None]),
        },
        index=pd.MultiIndex.from_product([[underlying], levels], names=["underlying", "level"]),
    )


def stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of every index of a book, one under the other; an empty one of a book without any."""
    index = pd.MultiIndex.from_arrays([[], np.empty(0)], names=["underlying", "level"])
    return pd.concat(parts) if parts else pd.DataFrame(index=index, dtype=float)
