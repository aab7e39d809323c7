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
    leg : ndarray of shape (n_entries,)
        Number of a leg: an asset and a weight, which all baskets that weigh it alike share.
    leg_asset, leg_weight : ndarray of shape (n_legs,)
    factor : ndarray of shape (B,)
        Shares of a leg in one basket, per unit of the leg's weight; a basket is worth 1 before
        day 1. [shares]
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
    leg: npt.NDArray[np.uint32]
    leg_asset: npt.NDArray[np.uint32]
    leg_weight: FloatArray
    factor: FloatArray
    basket: IntArray
    side: FloatArray
    held: FloatArray
    line: IntArray
    used: IntArray
    n_holders: int
    n_assets: int

    @property
    def asset(self) -> npt.NDArray[np.uint32]:
        """Asset of each entry."""
        return self.leg_asset[self.leg]

    @property
    def weight(self) -> FloatArray:
        """Shares of each entry in one basket. [shares]"""
        return self.leg_weight[self.leg] * np.repeat(self.factor, np.diff(self.start))

    @property
    def sleeves(self) -> int:
        """Sleeves of each holder."""
        return len(self.basket) // self.n_holders


@dataclass(slots=True)
class Baskets:
    """Collects legs and baskets; the same ones get the same numbers."""

    _numbers: dict[bytes, int] = field(default_factory=dict)
    _legs: list[IntArray] = field(default_factory=list)
    _factors: list[float] = field(default_factory=list)
    _places: dict[bytes, int] = field(default_factory=dict)
    _assets: list[IntArray] = field(default_factory=list)
    _weights: list[FloatArray] = field(default_factory=list)

    def legs(self, asset: IntArray, weight: FloatArray) -> IntArray:
        """Numbers of the legs of these assets at these weights."""
        key = _digest(asset, weight)
        if key not in self._places:
            self._places[key] = sum(len(a) for a in self._assets)
            self._assets.append(asset)
            self._weights.append(weight)
        return self._places[key] + np.arange(len(asset))

    def number(self, legs: IntArray, weight: float) -> int:
        """Number of the basket of these legs, whose weights add up to `weight`; `NONE` if none."""
        if not len(legs):
            return NONE
        key = _digest(legs)
        if key not in self._numbers:
            self._numbers[key] = len(self._legs)
            self._legs.append(legs.astype(np.uint32))
            self._factors.append(1.0 / weight)
        return self._numbers[key]

    def table(
        self, basket: Sequence[IntArray], held: Sequence[FloatArray], *, sides: int, n_assets: int
    ) -> Table:
        """Join the sleeves (K, n) of all kinds, with baskets in the order of their groups."""
        leg_asset = np.concatenate([np.zeros(0, np.int64), *self._assets]).astype(np.uint32)
        first = np.array([legs[0] for legs in self._legs], dtype=np.int64)
        order = np.lexsort((first, leg_asset[first])).astype(np.int64)
        place = np.empty(len(order) + 1, dtype=np.int64)
        place[order], place[NONE] = np.arange(len(order)), NONE
        sleeves = place[np.concatenate(basket, axis=1)]
        groups = len(sleeves) // sides
        kind = np.repeat(np.arange(len(basket)), [b.shape[1] for b in basket])
        line = kind * groups + (np.arange(len(sleeves)) % groups)[:, None]
        short = np.arange(len(sleeves)) >= groups
        lengths = [len(self._legs[b]) for b in order]
        return Table(
            start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            leg=np.concatenate([np.zeros(0, np.uint32), *(self._legs[b] for b in order)]),
            leg_asset=leg_asset,
            leg_weight=np.concatenate([np.zeros(0), *self._weights]),
            factor=np.array(self._factors)[order],
            basket=sleeves.ravel(),
            side=np.repeat(np.where(short, -1.0, 1.0), sleeves.shape[1]),
            held=np.concatenate(held, axis=1).ravel(),
            line=line.ravel(),
            used=np.flatnonzero(sleeves.ravel() != NONE),
            n_holders=sleeves.shape[1],
            n_assets=n_assets,
        )


def _digest(*arrays: npt.NDArray[np.generic]) -> bytes:
    """Key of a list: the list itself as a key would double the memory of 100,000 funds."""
    return blake2b(b"".join(a.tobytes() for a in arrays), digest_size=16).digest()
