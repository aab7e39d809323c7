"""The smile of a chain: volatility by moneyness, one curve an expiry and side of the market."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
Smile = tuple[npt.NDArray[np.intp], FloatArray, FloatArray]
"""Positions of its contracts, log-moneyness of its strikes, volatility there."""


def curves(rows: pd.DataFrame, spot: float, *, by_type: bool = True) -> Iterator[Smile]:
    """Yield each smile: positions of its contracts, log-moneyness ln(K/S) rising, volatility.

    Two contracts at one strike count with their mean. Contracts without a volatility are in no
    smile.
    """
    seen = (rows["iv"] > 0).to_numpy()
    keys = [rows["expiry"].to_numpy(), rows["time"].to_numpy()]
    if by_type:
        keys.append(rows["option_type"].to_numpy())
    groups = pd.Series(np.arange(len(rows)))[seen].groupby([k[seen] for k in keys], dropna=False)
    moneyness = np.log(rows["strike"].to_numpy() / spot)
    volatility = rows["iv"].to_numpy()
    for _, places in groups:
        at = places.to_numpy()
        x, inverse = np.unique(moneyness[at], return_inverse=True)
        y = np.bincount(inverse, volatility[at]) / np.bincount(inverse)
        yield at, x, y


def moved(
    smiles: Sequence[Smile], moneyness: FloatArray, own: FloatArray, moves: FloatArray
) -> FloatArray:
    """Volatility of each contract when the smile moves with the spot (sticky delta).

    Parameters
    ----------
    smiles : sequence
        As `curves` yields them.
    moneyness, own : ndarray of shape (n,)
        ln(strike / spot now), and the contract's volatility.
    moves : ndarray of shape (s,)
        ln(spot / spot now).

    Returns
    -------
    ndarray of shape (s, n)
        The smile read at the moneyness the contract then has: straight lines between strikes,
        flat beyond the last. A contract off its smile (two at one strike) keeps its distance from
        it in proportion. At no move exactly the contract's own volatility. NaN where it has none.
    """
    out = np.full((len(moves), len(own)), np.nan)
    for at, x, y in smiles:
        k = moneyness[at]
        off = own[at] / np.interp(k, x, y)
        out[:, at] = np.interp(k[None, :] - moves[:, None], x, y) * off
    return out


def wings(rows: pd.DataFrame, spot: float) -> pd.DataFrame:
    """How much dearer than at the money each wing is, one standard deviation out.

    Returns
    -------
    DataFrame, one row an expiry
        `call`, `put`: volatility of the out-of-the-money option at ``ln(K/S) = +-sigma sqrt(t)``
        over that at the money, minus 1. [1] NaN where the strikes do not reach so far.
    """
    found = {}
    for at, x, y in curves(rows, spot, by_type=False):
        one = rows.iloc[at[:1]]
        key = (one["expiry"].iloc[0], one["time"].iloc[0])
        middle = _inside(0.0, x, y)
        reach = middle * np.sqrt(one["time"].iloc[0])
        found[key] = [_side(rows.iloc[at], spot, reach, middle, kind) for kind in ("call", "put")]
    index = pd.MultiIndex.from_tuples(list(found), names=["expiry", "time"]) if found else None
    return pd.DataFrame(list(found.values()), index=index, columns=["call", "put"], dtype=float)


def _side(rows: pd.DataFrame, spot: float, reach: float, middle: float, kind: str) -> float:
    own = rows[rows["option_type"] == kind]
    x, inverse = np.unique(np.log(own["strike"].to_numpy() / spot), return_inverse=True)
    y = np.bincount(inverse, own["iv"].to_numpy()) / np.maximum(np.bincount(inverse), 1)
    return _inside(reach if kind == "call" else -reach, x, y) / middle - 1.0


def _inside(at: float, x: FloatArray, y: FloatArray) -> float:
    """Straight line between the strikes around a point; NaN outside: a wing is not made up."""
    return float(np.interp(at, x, y, left=np.nan, right=np.nan)) if len(x) else float("nan")
