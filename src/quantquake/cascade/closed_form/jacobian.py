"""How near the system is to feeding on itself: sales per fall times fall per sale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import LinearOperator, eigs

from quantquake.cascade.fields import numbers, refuse
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]
DENSE = 400  # size up to which all eigenvalues are computed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeleveragingJacobian(Result):
    """Largest eigenvalue of one round of deleveraging.

    Attributes
    ----------
    radius : float
        Fall of round n + 1 over fall of round n, along the worst pattern. [1] At 1 or above every
        shock grows without end.
    distance : float
        ``1 - radius``: distance to instability. [1]
    amplification : float
        All rounds together over the first shock, ``1 / (1 - radius)``; infinite at or above 1. [1]
    pattern : ndarray of shape (n_assets,)
        Price moves that feed on themselves most; sizes sum to 1, largest negative. [1]
    origin : Origin
    """

    radius: float
    distance: float
    amplification: float
    pattern: Array
    origin: Origin = field(default_factory=Origin)


def deleveraging_jacobian(holdings: Any, leverage: Any, impact: Any) -> DeleveragingJacobian:
    """Spectral radius of ``dQ/dp dp/dQ`` when every fund returns to its leverage.

    Parameters
    ----------
    holdings : array of shape (n_funds, n_assets)
        Positions, shorts negative; each fund closes all of them in proportion. [money]
    leverage : array of shape (n_funds,)
        Gross exposure over equity, at least 1 for a fund without shorts. [1] 0: does not react.
    impact : array of shape (n_assets,)
        Price change per money traded. [1/money] For another law its slope at the sale expected.

    Returns
    -------
    DeleveragingJacobian

    Raises
    ------
    DataError
        Shapes that do not fit, negative leverage or impact; with the places.

    Notes
    -----
    A fund with gross exposure G and leverage L that earns ``h . r`` on equity G / L sells the part
    ``L h . r / G - |h| . r / G`` of every position, taken negative. For long funds this is one round
    of Greenwood, Landier and Thesmar.
    """
    held = numbers("holdings", holdings, (None, None), "sales are in proportion to them")
    lever = numbers("leverage", leverage, (len(held),), "each fund has its own")
    push = numbers("impact", impact, (held.shape[1],), "each asset has its own")
    refuse("leverage", lever < 0, "is negative", "equity would be too", "Leave the fund out")
    refuse("impact", push < 0, "is negative", "selling cannot lift prices", "Give 0 or more")
    gross = np.abs(held).sum(axis=1)
    active = (gross > 0) & (lever > 0)
    held, lever, gross = held[active], lever[active], gross[active]
    # One round is spread @ sense: returns -> parts traded by fund -> returns.
    sense = (lever[:, None] * held - np.abs(held)) / np.maximum(gross, 1e-60)[:, None]
    spread = (held * push).T
    value, pattern = _dominant(spread, sense)
    radius = float(abs(value))
    return DeleveragingJacobian(
        radius=radius, distance=1 - radius,
        amplification=1 / (1 - radius) if radius < 1 else np.inf,
        pattern=_direction(pattern, len(push)),
        origin=Origin(assumptions=("small shock", "sales in proportion", "linear impact")),
    )  # fmt: skip


def _dominant(spread: Array, sense: Array) -> tuple[complex, Array]:
    """Largest eigenvalue of ``spread @ sense`` and its vector."""
    n_assets, n_funds = spread.shape
    if not n_funds or not spread.any():
        return 0.0, np.zeros(n_assets)
    if n_funds <= min(DENSE, n_assets):
        values, vectors = np.linalg.eig(sense @ spread)
        largest = int(np.argmax(np.abs(values)))
        return values[largest], np.real(spread @ vectors[:, largest])
    if n_assets <= DENSE:
        values, vectors = np.linalg.eig(spread @ sense)
        largest = int(np.argmax(np.abs(values)))
        return values[largest], np.real(vectors[:, largest])
    whole = LinearOperator((n_assets, n_assets), matvec=lambda x: spread @ (sense @ x), dtype=float)
    values, vectors = eigs(whole, k=1, which="LM", v0=np.ones(n_assets))
    return values[0], np.real(vectors[:, 0])


def _direction(pattern: Array, n_assets: int) -> Array:
    size = np.abs(pattern).sum()
    if not size:
        return np.zeros(n_assets)
    return -pattern / (size * np.sign(pattern[np.argmax(np.abs(pattern))]))
