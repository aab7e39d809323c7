"""Baskets: the lists of assets that sleeves are made of, each written down once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: The basket of a sleeve in which its holder can own nothing.
NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Who holds how much of which basket before day 1. B baskets, K sleeves, F holders.

    A sleeve is what one holder has in one group on one side; row ``k * F + f`` of the flat arrays
    is sleeve k of holder f, so all that happens group by group runs through memory in order.

    Attributes
    ----------
    start : ndarray of shape (B + 1,)
        Basket b is made of entries ``start[b]:start[b + 1]``.
    asset : ndarray of shape (n_entries,)
    weight : ndarray of shape (n_entries,)
        Shares in one basket, which is worth 1 before day 1. [shares]
    basket : ndarray of shape (K * F,)
        Of each sleeve, or `NONE`.
    side : ndarray of shape (K * F,)
        1, or -1 in a short sleeve.
    held : ndarray of shape (K * F,)
        Baskets held; negative in a short sleeve.
    line : ndarray of shape (K * F,)
        Where trades of the sleeve are written down: kind times groups plus group.
    used : ndarray
        Rows that have a basket.
    n_holders, n_assets : int
    """

    start: IntArray
    asset: npt.NDArray[np.uint32]
    weight: FloatArray
    basket: IntArray
    side: FloatArray
    held: FloatArray
    line: IntArray
    used: IntArray
    n_holders: int
    n_assets: int

    @property
    def sleeves(self) -> int:
        """Sleeves of each holder."""
        return len(self.basket) // self.n_holders


@dataclass(slots=True)
class Baskets:
    """Collects baskets; the same list with the same weights gets the same number."""

    _numbers: dict[bytes, int] = field(default_factory=dict)
    _assets: list[npt.NDArray[np.uint32]] = field(default_factory=list)
    _weights: list[FloatArray] = field(default_factory=list)

    def number(self, asset: IntArray, weight: FloatArray) -> int:
        """Number of the basket of these assets, `NONE` if there are none."""
        if not len(asset):
            return NONE
        # A digest, since the lists themselves as keys would double the memory of 100,000 funds.
        key = blake2b(asset.tobytes() + weight.tobytes(), digest_size=16).digest()
        if key not in self._numbers:
            self._numbers[key] = len(self._assets)
            self._assets.append(asset.astype(np.uint32))
            self._weights.append(weight)
        return self._numbers[key]

    def table(
        self, basket: Sequence[IntArray], held: Sequence[FloatArray], *, sides: int, n_assets: int
    ) -> Table:
        """Join the sleeves (K, n) of all kinds, with baskets in the order of their groups."""
        order = np.argsort([a[0] for a in self._assets], kind="stable").astype(np.int64)
        place = np.empty(len(order) + 1, dtype=np.int64)
        place[order], place[NONE] = np.arange(len(order)), NONE
        sleeves = place[np.concatenate(basket, axis=1)]
        groups = len(sleeves) // sides
        kind = np.repeat(np.arange(len(basket)), [b.shape[1] for b in basket])
        line = kind * groups + (np.arange(len(sleeves)) % groups)[:, None]
        short = np.arange(len(sleeves)) >= groups
        lengths = [len(self._assets[b]) for b in order]
        return Table(
            start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            asset=np.concatenate([np.zeros(0, np.uint32)] + [self._assets[b] for b in order]),
            weight=np.concatenate([np.zeros(0)] + [self._weights[b] for b in order]),
            basket=sleeves.ravel(),
            side=np.repeat(np.where(short, -1.0, 1.0), sleeves.shape[1]),
            held=np.concatenate(held, axis=1).ravel(),
            line=line.ravel(),
            used=np.flatnonzero(sleeves.ravel() != NONE),
            n_holders=sleeves.shape[1],
            n_assets=n_assets,
        )
