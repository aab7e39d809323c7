"""What distressed selling does to correlations: assets that were unrelated move together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.cascade.fields import numbers, refuse
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DistressedCovariance(Result):
    """Covariance while a fund is being liquidated.

    Attributes
    ----------
    covariance, correlation : ndarray of shape (n_assets, n_assets)
        Of returns during the liquidation.
    excess : ndarray of shape (n_assets, n_assets)
        `covariance` less the covariance without sales.
    fund_variance : float
        Of the fund's profit. [money^2] or as the position.
    fund_variance_ratio : float
        Over its variance without sales, ``(1 + position . response)^2``. [1]
    origin : Origin
    """

    covariance: Array
    correlation: Array
    excess: Array
    fund_variance: float
    fund_variance_ratio: float
    origin: Origin = field(default_factory=Origin)

    def variance_of(self, portfolio: Any) -> tuple[float, float]:
        """Variance of another portfolio during the sale, and without it. portfolio : (n_assets,)

        The two agree for a portfolio with no overlap in depth: ``portfolio . response = 0``.
        """
        held = numbers("portfolio", portfolio, (len(self.covariance),), "one position an asset")
        before = self.covariance - self.excess
        return float(held @ self.covariance @ held), float(held @ before @ held)


def cont_wagalath(covariance: Any, position: Any, response: Any) -> DistressedCovariance:
    """Covariance of returns while a fund sells as it loses.

    The return of asset i is its own move plus ``response_i`` times the fund's profit.

    Parameters
    ----------
    covariance : array of shape (n_assets, n_assets)
        Of the assets' own moves: symmetric, no negative variance. [1]
    position : array of shape (n_assets,)
        Fund's position in each asset. [money], or parts of its value.
    response : array of shape (n_assets,)
        Return of each asset per unit of the fund's profit, ``position / depth x slope``; see
        `liquidation_response`. [1/unit of position]

    Raises
    ------
    DataError
        Shapes that do not fit or a covariance that is none.

    References
    ----------
    .. [1] R. Cont and L. Wagalath, "Running for the exit: distressed selling and endogenous
       correlation in financial markets", Mathematical Finance 23(4), 2013.
    """
    base = covariance_matrix("covariance", covariance)
    held, push = (
        numbers(name, value, (len(base),), "one number an asset")
        for name, value in (("position", position), ("response", response))
    )
    carried = base @ held
    variance = float(held @ carried)
    cross = np.outer(push, carried)
    excess = cross + cross.T + variance * np.outer(push, push)
    total = base + excess
    deviation = np.sqrt(np.maximum(np.diag(total), 0.0))
    scale = np.where(deviation > 0, deviation, np.nan)
    ratio = (1 + float(held @ push)) ** 2
    return DistressedCovariance(
        covariance=total,
        correlation=total / np.outer(scale, scale),
        excess=excess,
        fund_variance=variance * ratio,
        fund_variance_ratio=ratio,
        origin=Origin(assumptions=("linear impact", "the fund sells in proportion to its loss")),
    )


def liquidation_response(position: Any, depth: Any, slope: float) -> Array:
    """Return of each asset per unit of the fund's profit. [1/money]

    Parameters
    ----------
    position : array of shape (n_assets,)
        [money]
    depth : array of shape (n_assets,)
        Money that moves each price by 1 (100 %). [money]
    slope : float
        Part of the fund sold per unit of money lost, ``f'(V / V0) / V0``. [1/money]
    """
    held = numbers("position", position, (None,), "one number an asset")
    market = numbers("depth", depth, held.shape, "one number an asset")
    refuse("depth", market <= 0, "is not above 0", "any sale would be infinite", "Drop the asset")
    return held / market * slope


def covariance_matrix(name: str, value: Any) -> Array:
    """Return a symmetric positive semi-definite matrix or raise DataError."""
    why = "covariances are between the same assets"
    matrix = numbers(name, value, (None, None), why)
    matrix = numbers(name, matrix, (len(matrix), len(matrix)), why)
    size = float(np.abs(matrix).max(initial=0.0))
    refuse(
        name, np.abs(matrix - matrix.T) > 1e-9 * size, "is not symmetric", why,
        "Average it with its transpose",
    )  # fmt: skip
    low = np.linalg.eigvalsh(matrix).min(initial=0.0)
    refuse(
        name, np.array([low < -1e-9 * size]), f"has the eigenvalue {low:.3g}",
        "a variance would be negative", "Estimate it from days on which all assets are known",
    )  # fmt: skip
    return matrix
