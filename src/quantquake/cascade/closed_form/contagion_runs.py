"""The same system simulated: banks drawn, one of them failed, and the dead counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.closed_form.contagion_border import TEN_PER_CENT
from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.cascade.kernels import contagion
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContagionMap(Result):
    """How often one failure spreads, and how far.

    Attributes
    ----------
    diversification : ndarray of shape (n_d,)
    leverage : ndarray of shape (n_l,)
    probability : ndarray of shape (n_l, n_d)
        Share of runs in which at least `threshold` of all banks failed. [1]
    extent : ndarray of shape (n_l, n_d)
        Share of banks failed in those runs, NaN without any. [1]
    threshold : float
    origin : Origin
    """

    diversification: Array
    leverage: Array
    probability: Array
    extent: Array
    threshold: float
    origin: Origin = field(default_factory=Origin)

    def to_frame(self) -> pd.DataFrame:
        """`probability`, one row a leverage, one column a diversification."""
        return pd.DataFrame(
            self.probability,
            index=pd.Index(self.leverage, name="leverage"),
            columns=pd.Index(self.diversification, name="diversification"),
        )


def contagion_map(
    diversification: Any,
    leverage: Any,
    *,
    n_banks: int = 1000,
    n_assets: int = 1000,
    alpha: float = TEN_PER_CENT,
    runs: int = 100,
    threshold: float = 0.05,
    seed: int = 0,
) -> ContagionMap:
    """Fail one random bank in random networks of passive banks and count who follows.

    The model is that of `caccioli_border`; losses of several failures add up, which the branching
    process leaves out.

    Parameters
    ----------
    diversification, leverage : array of shape (n_d,), (n_l,)
        As there.
    n_banks, n_assets : int
    alpha : float
        Of the price ``exp(-alpha x)``. [1]
    runs : int
        Networks drawn for each point of the grid.
    threshold : float
        Part of all banks from which a run counts as contagion. [1]
    seed : int

    Raises
    ------
    DataError, ConfigError
        Values out of range.
    """
    names = numbers("diversification", diversification, (None,), "one mean a column")
    lever = numbers("leverage", leverage, (None,), "one leverage a row")
    refuse("diversification", names <= 0, "is not above 0", "no bank would hold", "Give 1 or more")
    refuse("leverage", lever <= 1, "is not above 1", "such banks cannot fail", "Give 2 or more")
    setting("threshold", threshold, 0.0, 1.0, "it is a part of all banks")
    setting("alpha", alpha, 1e-12, 1e6, "selling cannot lift prices")
    if min(n_banks, n_assets, runs) < 1:
        raise ConfigError(
            f"`n_banks`, `n_assets`, `runs` are {n_banks}, {n_assets}, {runs}: there is nothing to "
            "fail. Give 1 or more of each."
        )
    rng = np.random.default_rng(seed)
    failed = np.array(
        [
            [_network(rng, float(d), lever, n_banks, n_assets, alpha) for d in names]
            for _ in range(runs)
        ]
    )  # (runs, n_d, n_l)
    spread = failed >= threshold
    total = np.where(spread, failed, 0.0).sum(axis=0)
    count = spread.sum(axis=0)
    extent = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return ContagionMap(
        diversification=names, leverage=lever, probability=spread.mean(axis=0).T, extent=extent.T,
        threshold=threshold,
        origin=Origin(seed=seed, coverage={"runs": f"{runs} of {n_banks} banks, {n_assets} assets"}),
    )  # fmt: skip


def _network(
    rng: np.random.Generator, mean: float, leverage: Array, n_banks: int, n_assets: int,
    alpha: float,
) -> Array:  # fmt: skip
    """Share of banks failed after one, for each leverage on the same network."""
    cells = n_banks * n_assets
    drawn = rng.binomial(cells, min(1.0, mean / n_assets))
    banks, names = np.divmod(np.sort(rng.choice(cells, drawn, replace=False)), n_assets)
    links = np.bincount(banks, minlength=n_banks)
    rows = np.r_[0, np.cumsum(links)]
    owned = np.repeat(1.0 / np.maximum(links, 1), links)
    whole = np.bincount(names, owned, n_assets)
    order = np.argsort(names, kind="stable")
    columns = np.r_[0, np.cumsum(np.bincount(names, minlength=n_assets))]
    owner = banks[order]
    first = int(rng.integers(n_banks))
    return np.array(
        [
            contagion.spread(rows, names, columns, owner, whole, 1 / lever, alpha, first) / n_banks
            for lever in leverage
        ]
    )
