"""Random numbers by address: who, where, when; never by the order in which they were asked for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.kernels import philox

FloatArray = npt.NDArray[np.float64]


def stable_number(name: str) -> int:
    """Return the same 32-bit number for a name on every machine and in every run."""
    return zlib.crc32(name.encode())


@dataclass(frozen=True, slots=True)
class Draws:
    """Standard normals for a set of paths.

    Attributes
    ----------
    seed : int
    paths : ndarray of shape (n_scenarios,)
        Number of each path; path 7 is the same path in whatever batch it runs.
    """

    seed: int
    paths: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, seed: int, paths: Sequence[int]) -> Draws:
        """Bundle a seed (any integer) with path numbers."""
        return cls(seed=seed, paths=np.asarray(paths, dtype=np.uint64))

    def normals(self, stream: str, step: int, entities: npt.NDArray[np.uint64]) -> FloatArray:
        """Draw one normal for each entity and path, shape (n_entities, n_scenarios)."""
        out = np.empty((len(entities), len(self.paths)))
        key = (self.seed ^ (self.seed >> 32)) & 0xFFFFFFFF
        at = np.ascontiguousarray(entities)
        philox.normals(key, stable_number(stream), self.paths, step, at, out)
        return out


def numbers(names: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Give each name its stable number."""
    return np.array([stable_number(n) for n in names], dtype=np.uint64)
