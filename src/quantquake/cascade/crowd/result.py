"""What a crowd's cascade left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
import pandas as pd

from quantquake.types import Origin, Result

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdedResult(Result):
    """Prices, sales and survivors; with several scenarios every array has them as its last axis.

    Attributes
    ----------
    final_price : ndarray of shape (n_assets,)
        First price 1. [money/share]
    sold : ndarray of shape (n_rounds,)
        Money of all sales decided in the round, at the prices they were decided on. [money]
    settled : ndarray of shape (n_rounds + 1,)
        Money received in the round for the sales of the round before, at the middle of the prices
        before and after the sale. [money] The last row is received after the last round.
    solvent : ndarray of shape (n_rounds,)
        Funds with equity above 0 when the round was decided.
    equity, value : ndarray of shape (n_funds,)
        Of each fund at the final prices, everything settled. [money]
    kept : ndarray of shape (n_funds,)
        Part of its first portfolio each fund still holds. [1]
    prices : ndarray of shape (n_rounds + 1, n_assets) or None
        Prices before each round and at the end, if asked for.
    sold_shares : ndarray of shape (n_rounds, n_assets) or None
        Shares of each name sold in the round, if asked for.
    origin : Origin
    """

    final_price: Array
    sold: Array
    settled: Array
    solvent: Array
    equity: Array
    value: Array
    kept: Array
    prices: Array | None
    sold_shares: Array | None
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a round: ``sold``, ``received`` [money], ``solvent``; scenarios averaged."""
        received = self.settled[1:]
        columns = {"sold": self.sold, "received": received, "solvent": self.solvent}
        mean = {name: a if a.ndim == 1 else a.mean(axis=1) for name, a in columns.items()}
        rounds = pd.RangeIndex(1, len(self.sold) + 1, name="round")
        return pd.DataFrame(mean, index=rounds)


def joined(results: list[CrowdedResult], how: Callable[..., Array]) -> CrowdedResult:
    """Put the scenarios of several results side by side: `how` is np.stack or np.concatenate."""

    def join(name: str) -> Any:
        parts = [getattr(result, name) for result in results]
        return None if parts[0] is None else how(parts, axis=-1)

    names = [f for f in CrowdedResult.__dataclass_fields__ if f != "origin"]
    return CrowdedResult(**{name: join(name) for name in names}, origin=results[0].origin)
