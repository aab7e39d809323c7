"""What the snowball panels and screens show of one index's notes; already computed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


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
