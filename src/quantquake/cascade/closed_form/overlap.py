"""One fund sells: what the others lose because they hold the same names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverlapContagion(Result):
    """Liquidity-weighted overlap, and losses from one first seller.

    Attributes
    ----------
    overlap : ndarray of shape (n_funds, n_funds)
        ``sum_k h_ik h_jk / depth_k``: what i loses if j sells everything, and the reverse. [money]
    profit : ndarray of shape (n_funds,)
        Of each fund by the sale, losses negative; the seller's own at the price it leaves. [money]
    price_change : ndarray of shape (n_assets,)
        [1]
    seller : int
    origin : Origin
    """

    overlap: Array
    profit: Array
    price_change: Array
    seller: int
    origin: Origin = field(default_factory=Origin)

    def to_frame(self) -> pd.DataFrame:
        """One row a fund: ``overlap`` with the seller, ``profit`` [money]."""
        columns = {"overlap": self.overlap[:, self.seller], "profit": self.profit}
        return pd.DataFrame(columns).rename_axis("fund")


def overlap_contagion(
    holdings: Any, depth: Any, seller: int, *, fraction: float = 1.0
) -> OverlapContagion:
    """Losses of all funds when one closes part of its book, long and short.

    Parameters
    ----------
    holdings : array of shape (n_funds, n_assets)
        Positions, shorts negative: a neutral book loses on both sides when a like book is
        closed. [money]
    depth : array of shape (n_assets,)
        Money that moves each price by 1 (100 %), at linear impact. [money]
    seller : int
        Row of the fund that closes.
    fraction : float
        Part of its book it closes, 0 to 1. [1]

    Raises
    ------
    DataError, ConfigError
        Shapes that do not fit, depth at or below 0, no such fund.

    References
    ----------
    .. [1] R. Cont and E. Schaanning, "Monitoring indirect contagion", Journal of Banking &
       Finance 104, 2019.
    """
    held = numbers("holdings", holdings, (None, None), "overlap is between their names")
    market = numbers("depth", depth, (held.shape[1],), "each asset has its own")
    refuse("depth", market <= 0, "is not above 0", "any sale would be infinite", "Drop the asset")
    setting("fraction", fraction, 0.0, 1.0, "it is a part of the book")
    if not 0 <= seller < len(held):
        raise ConfigError(
            f"`seller` is {seller} and there are {len(held)} funds: nobody would sell. "
            "Give a row number from 0."
        )
    scaled = held / market
    overlap = scaled @ held.T
    change = -fraction * scaled[seller]
    return OverlapContagion(
        overlap=overlap, profit=-fraction * overlap[:, seller], price_change=change, seller=seller,
        origin=Origin(assumptions=("linear impact", "the others hold on")),
    )  # fmt: skip
