"""Rows of a knock-in map: bins of level, shocks, and the alarm, for the trades on one index."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.snowball_book.hedge import flow_between
from quantquake.flows.snowball_book.liquidity import Liquidity
from quantquake.flows.snowball_book.positions import Positions, multiplier_of
from quantquake.flows.snowball_book.pricing import Pricer
from quantquake.flows.snowball_book.terms import Floats

BINS = 60
"""A map is cut into bins of a round width, about this many to the level of the index."""


def bin_width(here: float) -> float:
    """Round width of a bin for an index that stands `here`: 100 points at 6,000. [points]"""
    raw = here / BINS
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1.0, 2.0, 5.0) if m * power >= raw), 10.0 * power)


def level_bins(
    positions: Positions,
    pricer: Pricer,
    underlying: str,
    here: float,
    *,
    width: float,
    before: pd.Series | None,
) -> pd.DataFrame:
    """Bins of the trades on one index that wait to knock in.

    Parameters
    ----------
    width : float
        Of a bin. [points]
    before : Series by bin, optional
        Notional of a week ago, as `mass` gives it.
    """
    waiting = positions.take(positions.waiting)
    bins = _bins(waiting, width)
    above, at = _hedge_at_barrier(waiting, pricer, underlying)
    rows = pd.DataFrame(
        {
            "trades": 1.0,
            "notional": waiting.notional,
            "lots_before": above,
            "lots_after": at,
            "drop_lots": above - at,
        },
        index=pd.Index(bins, name="level"),
    )
    table = rows.groupby(level="level").sum()
    if before is not None:
        table = table.reindex(table.index.union(before.index)).fillna(0.0)
        table["weekly_change"] = table["notional"] - before.reindex(table.index).fillna(0.0)
    else:
        table["weekly_change"] = np.nan
    table.insert(0, "distance", table.index.to_numpy() / here - 1.0)
    return _under(underlying, table[list(LEVEL_COLUMNS)])


LEVEL_COLUMNS = (
    "distance",
    "trades",
    "notional",
    "weekly_change",
    "lots_before",
    "lots_after",
    "drop_lots",
)


def mass(positions: Positions, width: float) -> pd.Series:
    """Notional that waits, by bin of knock-in level. [money]"""
    waiting = positions.take(positions.waiting)
    index = pd.Index(_bins(waiting, width), name="level")
    return pd.Series(waiting.notional, index=index).groupby(level="level").sum()


def shock_rows(
    positions: Positions,
    pricer: Pricer,
    underlying: str,
    here: float,
    moves: Sequence[float] | Floats,
    liquidity: Liquidity,
) -> pd.DataFrame:
    """What falls to other levels knock in and make the hedge trade."""
    at = np.asarray(moves, dtype=float)
    flow = flow_between(positions, pricer, underlying, here * (1.0 + at), here, liquidity)
    waiting = float(positions.notional[positions.waiting].sum())
    table = flow.reset_index(level="underlying", drop=True).reset_index()
    table = table.rename(columns={"newly_knocked_in": "knocked_in"}).assign(move=at)
    table["share"] = table["knocked_in"] / waiting if waiting > 0 else np.nan
    table = table.set_index("move")
    return _under(underlying, table[list(SHOCK_COLUMNS)])


SHOCK_COLUMNS = (
    "level",
    "knocked_in",
    "share",
    "lots_before",
    "lots_after",
    "lots",
    "flow",
    "of_volume",
    "of_open_interest",
)


def alarm_rows(
    positions: Positions, underlying: str, here: float, within: Sequence[float]
) -> pd.DataFrame:
    """Notional that knocks in within each distance below the index."""
    reach = np.asarray(within, dtype=float)
    if not ((reach > 0) & (reach < 1)).all():
        raise ConfigError(
            f"alarm distances {list(within)}: a distance below the index is a fraction between 0 "
            "and 1. Give e.g. within=(0.01, 0.03, 0.05, 0.10)."
        )
    level, notional = positions.level[positions.waiting], positions.notional[positions.waiting]
    near = [float(notional[level >= here * (1.0 - one)].sum()) for one in reach]
    total = float(notional.sum())
    table = pd.DataFrame(
        {"notional": near, "share": [x / total if total > 0 else np.nan for x in near]},
        index=pd.Index(reach, name="within"),
    )
    return _under(underlying, table)


def _hedge_at_barrier(waiting: Positions, pricer: Pricer, underlying: str) -> tuple[Floats, Floats]:
    """Lots held for each trade a hair above its barrier, and on it once knocked in."""
    c = waiting.columns
    if not len(c):
        return np.empty(0), np.empty(0)
    # A hair to either side: the barrier itself, divided by its first level, may round up.
    levels = waiting.level[:, None] * np.array([1.0 + 1e-6, 1.0 - 1e-9])
    _, delta, _ = pricer.greeks(waiting, levels, underlying=underlying)
    lots = (c.notional / c.spot0)[:, None] * delta / multiplier_of(underlying)
    return lots[:, 0], lots[:, 1]


def _bins(positions: Positions, width: float) -> Floats:
    return np.rint(positions.level / width) * width


def _under(underlying: str, table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat({underlying: table}, names=["underlying"])
