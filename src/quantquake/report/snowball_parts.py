"""What the snowball panels and screens show of one index's notes; already computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pandas as pd


class ResponseLike(Protocol):
    """How the discount answers to trades (``flows.snowball_book.DiscountResponse``)."""

    @property
    def kappa(self) -> float: ...  # noqa: D102
    @property
    def interval(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def r_squared(self) -> float: ...  # noqa: D102
    @property
    def distinguishable(self) -> bool: ...  # noqa: D102
    def change(self, of_volume: float) -> tuple[float, float, float]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexNotes:
    """Notes on one index.

    Attributes
    ----------
    underlying : str
        Index symbol.
    product : str
        Its future, "" where none is known.
    here : float
        Where the index stands. [points]
    ladder, levels, shocks, alarm : DataFrame
        Rows of this index, as ``SnowballBook.ladder().of(...)`` and ``knock_in_map()`` have them.
    profile : DataFrame by level
        As ``SnowballBook.sign_profile`` returns it.
    already : float
        Notional knocked in and alive. [money]
    response : object with `kappa`, `interval`, `n`, `r_squared`, `distinguishable`, or None
        How the discount has answered to the hedge's trades, per day's volume; None: not asked, or
        too little data to say.
    """

    underlying: str
    product: str
    here: float
    ladder: pd.DataFrame
    levels: pd.DataFrame
    shocks: pd.DataFrame
    alarm: pd.DataFrame
    profile: pd.DataFrame
    already: float
    response: ResponseLike | None = None

    @property
    def waiting(self) -> float:
        """Notional that waits to knock in. [money]"""
        return float(self.levels["notional"].sum()) if len(self.levels) else 0.0

    def shock(self, fall: float) -> pd.Series:
        """Row of the shock table nearest to a fall. [1, negative]"""
        place = (self.shocks.index.to_series() - fall).abs().to_numpy().argmin()
        return self.shocks.iloc[int(place)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowballParts:
    """A book of snowballs as the report shows it.

    Attributes
    ----------
    notes : tuple of IndexNotes
        Largest waiting notional first.
    fall : float
        Fall the headline asks about. [1, negative]
    rejected, ended : DataFrame
        As ``SnowballBook`` has them.
    curves : DataFrame indexed by underlying
        `vol`, `rate`, `carry`. [fractions a year]
    source : str
        Where the book comes from: "file", "published" or "synthetic".
    """

    notes: tuple[IndexNotes, ...]
    fall: float
    rejected: pd.DataFrame
    ended: pd.DataFrame
    curves: pd.DataFrame
    source: str = "file"
