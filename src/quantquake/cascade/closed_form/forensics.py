"""How much was sold, and of what: read from the change in realised covariance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake.cascade.closed_form.distressed_covariance import covariance_matrix
from quantquake.cascade.fields import numbers, refuse
from quantquake.errors import ConfigError, DataError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forensics(Result):
    """The liquidation that explains a change in covariance.

    Attributes
    ----------
    flow : ndarray of shape (n_assets,)
        Money traded by those liquidating, sales of long positions negative. [money]
    total : float
        Sum of sizes, ``sum |flow|``. [money]
    own_return : ndarray of shape (n_assets,)
        Returns without the liquidation. [1]
    portfolio : ndarray of shape (n_assets,)
        Direction of the largest liquidated portfolio, sizes sum to 1, first large side positive.
    strength : ndarray of shape (n_assets,)
        Eigenvalues of the scaled liquidation matrix, falling: as many stand out as there are
        distinct portfolios under liquidation. [1]
    origin : Origin
    """

    flow: Array
    total: float
    own_return: Array
    portfolio: Array
    strength: Array
    origin: Origin = field(default_factory=Origin)


def fire_sale_forensics(
    before: Any, during: Any, depth: Any, returns: Any, *, sellers: int | None = 1
) -> Forensics:
    """Recover a fire sale from the covariance before and during it, holdings unknown.

    With depth D the returns of a liquidation are ``(1 + M / D)`` times the assets' own moves, M
    symmetric: the only one that turns the covariance before into the one during.

    Parameters
    ----------
    before, during : array of shape (n_assets, n_assets)
        Realised covariance, both per same length of time. [1] Of full rank.
    depth : array of shape (n_assets,)
        Money that moves each price by 1 (100 %). [money]
    returns : array of shape (n_assets,)
        Over the whole liquidation. [1]
    sellers : int or None
        Distinct portfolios under liquidation: the largest ones are kept, the rest is sampling
        noise. None keeps all.

    Returns
    -------
    Forensics

    Raises
    ------
    DataError
        Shapes that do not fit, a covariance without full rank.
    ConfigError
        If `sellers` is below 1.

    References
    ----------
    .. [1] R. Cont and L. Wagalath, "Fire sales forensics: measuring endogenous risk",
       Mathematical Finance 26(4), 2016.
    """
    calm, stressed = covariance_matrix("before", before), covariance_matrix("during", during)
    n = len(calm)
    why = "both covariances, depth and returns are of the same assets"
    stressed = numbers("during", stressed, (n, n), why)
    market, moved = (
        numbers(name, value, (n,), why) for name, value in (("depth", depth), ("returns", returns))
    )
    refuse("depth", market <= 0, "is not above 0", "any sale would be infinite", "Drop the asset")
    if sellers is not None and sellers < 1:
        raise ConfigError(
            f"`sellers` is {sellers}: nobody would have sold. Give 1 or more, or None."
        )
    # In units of each asset's square root of depth the unknown is symmetric.
    root = np.sqrt(market)
    change = _bridge(calm * np.outer(root, root), stressed * np.outer(root, root)) - np.eye(n)
    values, vectors = np.linalg.eigh(change)
    order = np.argsort(-values)
    kept = order[:sellers]
    change = (vectors[:, kept] * values[kept]) @ vectors[:, kept].T
    own = np.linalg.solve(np.eye(n) + change, moved * root) / root
    flow = root * (change @ (own * root))
    return Forensics(
        flow=flow, total=float(np.abs(flow).sum()), own_return=own,
        portfolio=_direction(vectors[:, order[0]] * root), strength=values[order],
        origin=Origin(
            assumptions=("linear impact", "depth as given", f"{sellers or 'all'} portfolio(s) kept")
        ),
    )  # fmt: skip


def _bridge(first: Array, second: Array) -> Array:
    """The symmetric positive Y with ``Y first Y = second``."""
    half, inverse = _root(first)
    middle, _ = _root(half @ second @ half)
    return inverse @ middle @ inverse


def _root(matrix: Array) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(matrix)
    if values[0] <= 1e-12 * values[-1]:
        raise DataError(
            f"A covariance of {len(matrix)} assets has eigenvalues from {values[0]:.3g} to "
            f"{values[-1]:.3g}: it has not full rank and no sale can be read from it. Use more "
            "returns than assets, or fewer assets."
        )
    root = np.sqrt(values)
    return (vectors * root) @ vectors.T, (vectors / root) @ vectors.T


def _direction(portfolio: Array) -> Array:
    largest = portfolio[np.argmax(np.abs(portfolio))]
    return portfolio / (np.abs(portfolio).sum() * np.sign(largest))
