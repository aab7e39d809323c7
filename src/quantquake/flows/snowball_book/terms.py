"""What each trade of a book says, checked: a trade that cannot be priced is listed, the rest go on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Trades as arrays, one entry a trade; observations of all trades laid end to end.

    Attributes
    ----------
    line : ndarray of int
        Where each trade stands in the file.
    name, underlying : ndarray of object
    issue, maturity : ndarray of datetime64[D]
    notional : ndarray
        [money]
    spot0 : ndarray
        Index level the barriers are shares of. [points]
    knock_in, strike, floor : ndarray
        [1 of spot0], [1 of spot0], [1 of notional]
    coupon, bonus : ndarray
        [1/yr]
    european : ndarray of bool
        Knock-in looked at on the last day only.
    told : ndarray of int8
        What the file says of the knock-in: 1 yes, 0 no, -1 nothing.
    start : ndarray of int of shape (n_trades + 1,)
        Observations of trade i lie at ``start[i]:start[i + 1]``.
    observation : ndarray of datetime64[D]
    knock_out : ndarray
        [1 of spot0]
    """

    line: Ints
    name: npt.NDArray[np.object_]
    underlying: npt.NDArray[np.object_]
    issue: Days
    maturity: Days
    notional: Floats
    spot0: Floats
    knock_in: Floats
    strike: Floats
    floor: Floats
    coupon: Floats
    bonus: Floats
    european: Bools
    told: npt.NDArray[np.int8]
    start: Ints
    observation: Days
    knock_out: Floats

    def __len__(self) -> int:
        return len(self.line)

    @property
    def counts(self) -> Ints:
        """Observations of each trade."""
        return np.diff(self.start)

    @property
    def row(self) -> Ints:
        """Trade of each observation."""
        return np.repeat(np.arange(len(self), dtype=np.int64), self.counts)

    @property
    def knock_in_level(self) -> Floats:
        """[points]"""
        return self.knock_in * self.spot0

    def take(self, keep: Bools) -> Terms:
        """Trades where `keep` is true."""
        held = keep[self.row]
        chosen: dict[str, Any] = {
            f.name: getattr(self, f.name)[keep]
            for f in fields(self)
            if f.name not in ("start", "observation", "knock_out")
        }
        counts = self.counts[keep]
        return Terms(
            **chosen,
            start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            observation=self.observation[held],
            knock_out=self.knock_out[held],
        )
