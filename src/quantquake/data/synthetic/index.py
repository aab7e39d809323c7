"""The indices of a made-up exchange: who is in them by cap rank, and where they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.synthetic.universe import INDEX_SLOTS, Bools, Floats, Settings, Universe

REVIEW = 120  # sessions between two index reviews
SEASONED = 60  # sessions since listing before a stock may join
BASE_LEVEL = {"SYN300.IDX": 3500.0, "SYN500.IDX": 5500.0, "SYN1000.IDX": 6000.0}


def index_members(settings: Settings, universe: Universe, market_cap: Floats) -> dict[str, Bools]:
    """Members of each index on each date (n_dates, n_symbols), reviewed every 120 sessions.

    A review ranks seasoned stocks by the cap of the session before; the first one uses the caps
    of the first session.
    """
    shape = (settings.n_dates, settings.n_symbols)
    members = {name: np.zeros(shape, dtype=bool) for name in INDEX_SLOTS}
    for start in range(0, shape[0], REVIEW):
        known = max(start - 1, 0)
        seasoned = (universe.listing == 0) | (universe.listing + SEASONED <= known)
        cap = np.where(seasoned, market_cap[known], -np.inf)
        rank = np.argsort(np.argsort(-cap, kind="stable"), kind="stable") / seasoned.sum()
        for name, (low, high) in INDEX_SLOTS.items():
            members[name][start : start + REVIEW] = (rank >= low) & (rank < high) & seasoned
    return members


def index_levels(members: dict[str, Bools], float_cap: Floats, simple: Floats) -> pd.DataFrame:
    """Levels weighted by the float cap of the session before; a suspended stock stands still."""
    levels = {}
    for name, mask in members.items():
        weight = np.where(mask[1:], np.nan_to_num(float_cap[:-1]), 0.0)
        daily = (weight * simple[1:]).sum(axis=1) / weight.sum(axis=1)
        path = np.concatenate([[1.0], np.cumprod(1.0 + daily)])
        levels[name] = BASE_LEVEL.get(name, 4000.0) * path
    return pd.DataFrame(levels)
