"""Banks that hold on until they fail: one failure, its sales, and whom they bring down."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from quantquake._jit import jit

Array = npt.NDArray[Any]


@jit
def spread(
    rows: Array, names: Array, columns: Array, owner: Array, whole: Array, equity: float,
    alpha: float, first: int,
) -> int:  # fmt: skip
    """Count the banks that fail once `first` has, every bank having assets of 1.

    rows, names : assets of each bank. columns, owner : banks of each asset. whole : (M,) held of
    each asset by all. equity : of every bank. The price of an asset is ``exp(-alpha x)``, x the
    part of it sold. The order of failures does not matter: losses only grow.
    """
    n_banks = len(rows) - 1
    sold, lost = np.zeros(len(whole)), np.zeros(n_banks)
    failed, waiting = np.zeros(n_banks, np.bool_), np.empty(n_banks, np.int64)
    failed[first], waiting[0] = True, first
    n, done = 1, 0
    while done < n:
        bank = waiting[done]
        done += 1
        held = 1.0 / max(1, rows[bank + 1] - rows[bank])
        for i in range(rows[bank], rows[bank + 1]):
            asset = names[i]
            before = np.exp(-alpha * sold[asset] / whole[asset])
            sold[asset] += held
            fall = before - np.exp(-alpha * sold[asset] / whole[asset])
            for k in range(columns[asset], columns[asset + 1]):
                other = owner[k]
                lost[other] += fall / (rows[other + 1] - rows[other])
                # A hair below, so that a loss of exactly the equity fails whatever the rounding.
                if not failed[other] and lost[other] >= equity * (1 - 1e-12):
                    failed[other], waiting[n] = True, other
                    n += 1
    return n


@jit
def failed_holders(rows: Array, degree: Array, needed: Array, chained: bool, failed: Array) -> None:
    """Count, asset by asset, the further holders of each degree that one seller brings down.

    rows, degree : degrees of each asset's further holders, rising within an asset. needed : (K,)
    part of the asset that must be sold to fail a holder of that degree, rising. chained : who
    fails sells too. failed : (K, K) by degree of the seller and of the failed, added to.
    """
    for asset in range(len(rows) - 1):
        others = 0.0
        for i in range(rows[asset], rows[asset + 1]):
            others += 1.0 / degree[i]
        for seller in range(1, len(needed)):
            sold = 1.0 / seller
            whole = sold + others
            for i in range(rows[asset], rows[asset + 1]):
                # Those with fewer assets fail sooner: after the first that stands, all do.
                if sold < needed[degree[i]] * whole * (1 - 1e-12):
                    break
                failed[seller, degree[i]] += 1
                if chained:
                    sold += 1.0 / degree[i]
