"""Gamma of everybody who must hedge, on one unit: dealers, leveraged funds, snowball desks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.gamma.profile import flips
from quantquake.flows.gamma.result import GammaProfile
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]
Other = float | npt.ArrayLike


@dataclass(frozen=True, slots=True, kw_only=True)
class NetGamma(Result):
    """Gamma of all hedgers together; long damps (> 0), short amplifies (< 0).

    Attributes
    ----------
    parts : Series
        `dealers`, then each other hedger, at the spot. [money per 1 %]
    total : float
        Their sum. [money per 1 %]
    profile : DataFrame indexed by level [points]
        `move` [1]; with the unit in their names the dealers repriced (sticky strike), the
        others, and the net. [money per 1 %] At the spot it differs from `total` where the
        dealers' total is the vendor's.
    flip : ndarray
        Levels where the net changes sign. [points]
    currency : str
    origin : Origin
    """

    parts: pd.Series
    total: float
    profile: pd.DataFrame
    flip: FloatArray
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The profile."""
        return self.profile


def net_gamma(
    dealers: GammaProfile, *, leveraged_etf: Other = 0.0, snowball: Other = 0.0
) -> NetGamma:
    """Net the dealers with leveraged funds and snowball desks.

    Parameters
    ----------
    dealers : GammaProfile
    leveraged_etf : float, or array of one value a level of the dealers' profile
        ``-sum L (L - 1) assets beta * 1 %``: short, < 0 (`flows.leveraged_etf`). [money per 1 %]
    snowball : float, or array as before
        Change of the desks' delta, in money, for a rise of 1 %: > 0 above the barriers. A single
        number is kept at every level; of a book that knocks in give one a level. [money per 1 %]

    Raises
    ------
    DataError
        An array of another length than the profile.
    """
    table, unit = dealers.profile, dealers.units.gex
    given = {"leveraged_etf": leveraged_etf, "snowball": snowball}
    others = {name: _along(name, value, len(table)) for name, value in given.items()}
    rest = np.sum(list(others.values()), axis=0)
    level = table.index.to_numpy(float)
    net = table[unit].to_numpy() + rest
    columns = {f"{name}_{unit}": values for name, values in others.items()}
    here = {name: float(np.interp(dealers.spot, level, v)) for name, v in others.items()}
    parts = pd.Series({"dealers": dealers.total, **here}, name=unit)
    gross = dealers.repricer.gross() + float(np.abs(rest).max())
    return NetGamma(
        parts=parts,
        total=float(parts.sum(skipna=False)),
        profile=table[["move"]].assign(
            **{f"dealers_{unit}": table[unit], **columns, f"net_{unit}": net}
        ),
        flip=flips(level, net, gross, partial(_at, dealers, level, rest)),
        currency=dealers.currency,
        origin=dealers.origin,
    )


def _at(dealers: GammaProfile, level: FloatArray, rest: FloatArray, where: float) -> float:
    return dealers.repricer.at_level(where) + float(np.interp(where, level, rest))


def _along(name: str, value: Other, n: int) -> FloatArray:
    given = np.asarray(value, dtype=float)
    if given.ndim and given.shape != (n,):
        raise DataError(
            f"`{name}` has shape {given.shape} and the profile {n} levels: which value stands at "
            "which level cannot be told. Give one number, or one a level of `.profile`."
        )
    return np.broadcast_to(given, (n,)).astype(float)


def hedge_flow(gamma_per_1pct: npt.ArrayLike, move: npt.ArrayLike) -> FloatArray:
    """Money hedgers trade when the market has moved, from their gamma alone: buy > 0.

    ``-gamma * move / 1 %``: right for a small move; for a large one use `forced_source`, which
    takes differences of delta.

    Parameters
    ----------
    gamma_per_1pct : array-like
        [money per 1 %]
    move : array-like
        Falls negative. [1]
    """
    return -np.asarray(gamma_per_1pct, dtype=float) * np.asarray(move, dtype=float) / 0.01
