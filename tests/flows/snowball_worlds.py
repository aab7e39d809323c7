"""A small index path on real sessions, and books on it, for the tests of the snowball book."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.calendars import sessions

INDEX = "000905.SH"


def path(
    seed: int = 0, *, start="2021-01-04", end="2024-02-08", level=6000.0, vol=0.2
) -> pd.Series:
    """A random walk that ends low enough for knock-ins."""
    days = sessions("XSHG", start, end)
    steps = np.random.default_rng(seed).normal(-0.0003, vol / np.sqrt(243), len(days))
    walk = level * np.exp(np.cumsum(steps))
    return pd.Series(walk, index=pd.DatetimeIndex(days), name="close")


def trades(closes: pd.Series, n: int = 40, seed: int = 1, **changes) -> pd.DataFrame:
    """Random trades issued along the path in its last two years."""
    rng = np.random.default_rng(seed)
    days = closes.index[-480:-5]
    table = pd.DataFrame(
        {
            "trade": [f"T{k}" for k in range(n)],
            "date": rng.choice(days, n),
            "symbol": INDEX,
            "notional": rng.uniform(1e7, 5e8, n).round(),
            "knock_in": rng.choice([0.70, 0.75, 0.80], n),
            "knock_out": rng.choice([1.00, 1.03], n),
            "step": rng.choice([0.0, 0.005], n),
            "months": rng.choice([12.0, 24.0], n),
            "lock": rng.choice([1.0, 3.0], n),
            "coupon": rng.uniform(0.08, 0.2, n).round(4),
        }
    )
    return table.assign(**changes)
