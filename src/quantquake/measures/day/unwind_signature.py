"""The footprint of a quant unwind: a plain contrarian book bleeds for days under a quiet index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError

DAYS = 3
LOSS = -3.0  # sum of three daily sigmas; 7-9 Aug 2007 reached -9.8 (spec/crowding.md 3.5)
REBOUND = 2.0  # sigmas of the day after; 10 Aug 2007 showed +9.2
QUIET = 1.0  # index move over the three days, in its own three-day deviations


def index_sigma(index_returns: pd.Series, *, window: int = 250) -> pd.Series:
    """Index move in deviations of the `window` days before (80 % observed). [1]"""
    known = index_returns.rolling(window, min_periods=int(0.8 * window)).std().shift(1)
    return (index_returns / known.where(known > 0)).rename("index_sigma")


def unwind_signature(
    sigma: pd.Series, index_returns: pd.Series, *, window: int = 250
) -> pd.DataFrame:
    """Is somebody being forced out of a quant book right now?

    Parameters
    ----------
    sigma : Series of shape (n_dates,)
        Daily contrarian result in standard deviations of the days before
        (``contrarian_returns(...).sigma``). [1]
    index_returns : Series of shape (n_dates,)
        On the same dates. [1]
    window : int
        Days behind the index deviation. [d]

    Returns
    -------
    DataFrame of shape (n_dates, 3)
        `loss`: sum of `sigma` over 3 days. [1]  `index_move`: index return of those days over its
        three-day deviation. [1]  `phase`: "losing" where loss <= -3 and abs(index_move) < 1;
        "rebound" on the day after a losing one with sigma >= +2; else "none", and None where an
        input is missing. On independent days loss <= -3 alone comes 4 % of the time by chance;
        the rebound is what makes it a signature, and it is known only then.

    Raises
    ------
    DataError
        If the two do not share their dates.
    """
    if not sigma.index.equals(index_returns.index):
        raise DataError(
            f"`sigma` ({len(sigma)} dates) and `index_returns` ({len(index_returns)}) are not on "
            "the same dates: losses would be compared with another week's index. Reindex one."
        )
    loss = sigma.rolling(DAYS).sum()
    deviation = index_returns.rolling(window, min_periods=int(0.8 * window)).std().shift(DAYS)
    move = index_returns.rolling(DAYS).sum() / (deviation * np.sqrt(DAYS))
    losing = (loss <= LOSS) & (move.abs() < QUIET)
    rebound = losing.shift(1, fill_value=False) & (sigma >= REBOUND)
    phase = pd.Series("none", index=sigma.index, dtype=object)
    phase[losing], phase[rebound] = "losing", "rebound"
    phase[(loss.isna() | move.isna()) & ~rebound] = None
    return pd.DataFrame({"loss": loss, "index_move": move, "phase": phase})
