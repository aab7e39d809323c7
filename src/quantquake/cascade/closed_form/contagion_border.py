"""Where one failed bank brings down the system: banks sharing assets as a branching process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.cascade.kernels import contagion
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
TEN_PER_CENT = -np.log(0.9) / 0.1  # selling a tenth of an asset takes a tenth off its price


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContagionBorder(Result):
    """Mean number of banks one failure brings down, and where it is 1.

    Attributes
    ----------
    diversification : ndarray of shape (n_d,)
        Mean number of assets a bank holds.
    leverage : ndarray of shape (n_l,)
        Assets over equity. [1]
    eigenvalue : ndarray of shape (n_l, n_d)
        Largest eigenvalue of the next-generation matrix; above 1 one failure can spread to all.
    origin : Origin
    """

    diversification: Array
    leverage: Array
    eigenvalue: Array
    origin: Origin = field(default_factory=Origin)

    @property
    def spreads(self) -> npt.NDArray[np.bool_]:
        """Where contagion is possible."""
        return self.eigenvalue > 1

    def to_frame(self) -> pd.DataFrame:
        """`eigenvalue`, one row a leverage, one column a diversification."""
        return pd.DataFrame(
            self.eigenvalue,
            index=pd.Index(self.leverage, name="leverage"),
            columns=pd.Index(self.diversification, name="diversification"),
        )


def caccioli_border(
    diversification: Any,
    leverage: Any,
    *,
    banks_per_asset: float = 1.0,
    alpha: float = TEN_PER_CENT,
    chained: bool = True,
    draws: int = 20_000,
    seed: int = 0,
) -> ContagionBorder:
    """Largest eigenvalue of contagion in a large random network of banks and assets.

    Every bank has the same assets, spread evenly over the names it is linked to; links are drawn
    independently, so their number is Poisson. A failed bank sells everything; the price is
    ``exp(-alpha x)`` with x the part of the asset sold; a bank fails when its loss reaches its
    equity. A bank reached through one asset passes failure on through its others.

    Parameters
    ----------
    diversification : array of shape (n_d,)
        Mean number of assets a bank holds, above 0.
    leverage : array of shape (n_l,)
        Assets over equity, above 1. [1]
    banks_per_asset : float
        Number of banks over number of assets. [1]
    alpha : float
        Of the price law. [1]
    chained : bool
        Holders of an asset that fail add their own sales of it, and may so bring down the next.
        False: only the first sale counts, the criterion as published; it misses much contagion
        where each asset has few holders.
    draws : int
        Assets drawn to average over who else holds them; the eigenvalue is good to about
        ``2 / sqrt(draws)`` of itself.
    seed : int

    Returns
    -------
    ContagionBorder

    Raises
    ------
    DataError, ConfigError
        Values out of range.

    Notes
    -----
    For assets with n holders and banks with k assets each one holder's failure brings down the
    others if ``leverage (1 - exp(-alpha / n)) / k >= 1``; see `one_hit`.

    References
    ----------
    .. [1] F. Caccioli, M. Shrestha, C. Moore and J. D. Farmer, "Stability analysis of financial
       contagion due to overlapping portfolios", Journal of Banking & Finance 46, 2014.
    """
    names = numbers("diversification", diversification, (None,), "one mean a column")
    lever = numbers("leverage", leverage, (None,), "one leverage a row")
    refuse("diversification", names <= 0, "is not above 0", "no bank would hold", "Give 1 or more")
    refuse("leverage", lever <= 1, "is not above 1", "such banks cannot fail", "Give 2 or more")
    setting("banks_per_asset", banks_per_asset, 1e-6, 1e6, "it is a ratio of numbers")
    setting("alpha", alpha, 1e-12, 1e6, "selling cannot lift prices")
    setting("draws", draws, 1, 1e8, "the average is over them")
    rng = np.random.default_rng(seed)
    found = [
        _column(rng, float(mean), lever, banks_per_asset, alpha, chained, draws) for mean in names
    ]
    return ContagionBorder(
        diversification=names, leverage=lever,
        eigenvalue=np.array(found).T.reshape(len(lever), len(names)),
        origin=Origin(assumptions=("large random network", "no bank is hit through two assets"), seed=seed),
    )  # fmt: skip


def one_hit(holders: Any, assets: Any, leverage: Any, alpha: float = TEN_PER_CENT) -> Any:
    """Loss by one co-holder's sale over equity; a bank fails at 1. [1]

    holders : holders of the asset. assets : number of assets the bank holds. Arrays broadcast.
    """
    return np.asarray(leverage) * -np.expm1(-alpha / np.asarray(holders)) / np.asarray(assets)


def _column(
    rng: np.random.Generator, mean: float, leverage: Array, ratio: float, alpha: float,
    chained: bool, draws: int,
) -> list[float]:  # fmt: skip
    """Eigenvalue for each leverage at one mean diversification."""
    count = rng.poisson(mean * ratio, draws)  # further holders of an asset met at random
    rows = np.r_[0, np.cumsum(count)]
    # A bank met through one of its assets has a Poisson number of others.
    degree = 1 + rng.poisson(mean, int(rows[-1]))
    degree = degree[np.lexsort((degree, np.repeat(np.arange(draws), count)))]
    most = int(degree.max(initial=1))
    return [
        _largest(rows, degree, most, _part_needed(most, lever, alpha), chained)
        for lever in leverage
    ]


def _part_needed(most: int, leverage: float, alpha: float) -> Array:
    """Part of an asset that must be sold to fail a holder of 0, 1 ... `most` assets by it alone."""
    left = 1 - np.arange(most + 1) / leverage  # of the price, when the loss is just the equity
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 0, -np.log(left) / alpha, np.inf)


def _largest(rows: Counts, degree: Counts, most: int, needed: Array, chained: bool) -> float:
    """Largest eigenvalue of the mean numbers of banks with k' failed by one with k."""
    failed = np.zeros((most + 1, most + 1))
    contagion.failed_holders(rows, degree, needed, chained, failed)
    means = np.maximum(np.arange(most + 1) - 1, 0)[:, None] * failed / (len(rows) - 1)
    return float(np.abs(np.linalg.eigvals(means)).max())
