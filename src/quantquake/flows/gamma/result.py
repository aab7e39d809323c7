"""What the dealers' gamma is, where it changes sign, and what they must trade."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.files.issues import Issue
from quantquake.flows.gamma.exposure import Units
from quantquake.flows.gamma.profile import Repricer
from quantquake.types import Origin, Result, jsonable

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaProfile(Result):
    """Gamma exposure of one chain: money by which the dealers' delta changes for a rise of 1 %.

    Long gamma (> 0): dealers sell rises and buy falls, which damps. Short (< 0): they buy rises
    and sell falls, which amplifies. Columns carry their unit, ``gex_usd_per_1pct`` and so on.

    Attributes
    ----------
    underlying, currency : str
    spot : float
        [points]
    dealer_sign : str
        Model of the dealers' side used: see `signs`.
    source : {"vendor", "closed_form", "mixed"}
        Where the gammas behind `total` come from.
    total : float
        At the spot. [money per 1 %]
    closed_form_total : float
        The same from implied volatility, rate and carry: where the profile starts. [money per 1 %]
    gross : float
        Sum of absolute values: how much larger than its net the book is. [money per 1 %]
    expiring : float
        Part of `total` that expires on the day of the chain. [money per 1 %]
    totals : Series indexed by model
        `total` under every model that could be computed; their range is the band.
    low, high : float
        The band. [money per 1 %]
    exposures : Series
        Gamma, shares per point, vanna and charm of the whole chain; units in the names.
    by_strike, by_expiry : DataFrame
        See `exposure.summed`.
    profile : DataFrame indexed by level [points]
        `move` [1]; the gamma exposure repriced there with each contract's volatility kept
        (sticky strike) and with the smile moving along (`..._sticky_delta`); `low_`, `high_`: the
        band over models, sticky strike.
    flip, flip_sticky_delta : ndarray
        Levels where the two profiles change sign, rising; empty if nowhere on the grid. [points]
    contracts : DataFrame
        Every usable contract, see `exposure.contracts`.
    issues : tuple of Issue
        What was left out or noticed, with row numbers.
    repricer : Repricer
        The contracts behind the profile.
    origin : Origin
    """

    underlying: str
    currency: str
    spot: float
    dealer_sign: str
    source: str
    total: float
    closed_form_total: float
    gross: float
    expiring: float
    totals: pd.Series
    low: float
    high: float
    exposures: pd.Series
    by_strike: pd.DataFrame
    by_expiry: pd.DataFrame
    profile: pd.DataFrame
    flip: FloatArray
    flip_sticky_delta: FloatArray
    contracts: pd.DataFrame
    issues: tuple[Issue, ...]
    repricer: Repricer
    origin: Origin

    @property
    def units(self) -> Units:
        """Names of the columns."""
        return Units(self.currency)

    @property
    def nearest_flip(self) -> float:
        """Flip nearest to the spot, sticky strike. [points] NaN if there is none."""
        if not len(self.flip):
            return float("nan")
        return float(self.flip[np.abs(self.flip - self.spot).argmin()])

    def to_frame(self) -> pd.DataFrame:
        """The repriced profile."""
        return self.profile

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; single contracts are left out, they are the caller's own table."""
        own = [f.name for f in fields(self) if f.name not in ("contracts", "repricer")]
        return {name: jsonable(getattr(self, name)) for name in own}
