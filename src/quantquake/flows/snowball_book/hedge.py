"""What the issuers' hedge must trade when the index moves: in money, in lots, along a path.

A hedge of delta holds ``N * delta / S0`` of index. Going from S to S' trades the change of that,
``N * (delta' - delta) * S' / S0`` in money; a close at or under a barrier switches the trade to its
knocked-in delta first. The money the hedge is *worth* changes by ``N * (delta' * S' - delta * S) /
S0``, which holds the revaluation of what was held as well: both are given, and only the first
reaches the market (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quantquake.flows.snowball_book.liquidity import Liquidity
from quantquake.flows.snowball_book.positions import Positions, multiplier_of
from quantquake.flows.snowball_book.pricing import Pricer
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Origin, Result

STEP = 0.01
"""Move the sign profile asks about. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeFlow(Result):
    """What hedging a book trades between where the index stands and other levels.

    Attributes
    ----------
    frame : DataFrame indexed by (underlying, level)
        `move` [1]; `flow` traded, buy > 0, sell < 0 [money]; `lots` the same in futures [lots];
        `lots_before`, `lots_after` held [lots]; `exposure_change` of the hedge's worth, revaluation
        included [money]; `newly_knocked_in` notional [money]; `of_volume`, `of_open_interest`
        lots as a share of a day's futures volume and of the open interest [1], NaN unknown.
    expiries : mapping of underlying to Series
        Share of each contract in the open interest: where hedges are usually held. [1]
    origin : Origin
    """

    frame: pd.DataFrame
    origin: Origin
    expiries: Mapping[str, pd.Series] = field(default_factory=dict)

    def by_expiry(self, underlying: str) -> pd.DataFrame:
        """Lots by level and contract, split as the open interest is; no columns where unknown.

        Returns
        -------
        DataFrame of shape (n_levels, n_contracts)
            [lots] Buy > 0.
        """
        lots = self.of(underlying)["lots"]
        shares = self.expiries.get(underlying, pd.Series(dtype=np.float64))
        return pd.DataFrame({name: lots * share for name, share in shares.items()}, lots.index)

    def to_frame(self) -> pd.DataFrame:
        """The flows as a table."""
        return self.frame

    def of(self, underlying: str) -> pd.DataFrame:
        """Rows of one index, by level."""
        return self.frame.loc[underlying]


def flow_between(
    positions: Positions,
    pricer: Pricer,
    underlying: str,
    levels: Floats,
    here: float,
    liquidity: Liquidity,
) -> pd.DataFrame:
    """Hedge flow of the trades on one index from `here` to each level, at one moment.

    Returns
    -------
    DataFrame of shape (n_levels, 9), columns as `HedgeFlow.frame`
    """
    c = positions.columns
    at = np.concatenate([[here], levels])
    _, delta, _ = pricer.greeks(positions, at, underlying=underlying)
    held = (c.notional / c.spot0) @ delta
    units = held[1:] - held[0]
    lots = units / multiplier_of(underlying)
    fresh = (levels <= positions.level[:, None]) & positions.waiting[:, None]
    return pd.DataFrame(
        {
            "move": levels / here - 1.0,
            "flow": units * levels,
            "lots": lots,
            "lots_before": held[0] / multiplier_of(underlying),
            "lots_after": held[1:] / multiplier_of(underlying),
            "exposure_change": held[1:] * levels - held[0] * here,
            "newly_knocked_in": c.notional @ fresh,
            "of_volume": lots / liquidity.volume.get(underlying, np.nan),
            "of_open_interest": lots / liquidity.open_interest.get(underlying, np.nan),
        },
        index=pd.MultiIndex.from_product([[underlying], levels], names=["underlying", "level"]),
    )


def flow_along(positions: Positions, pricer: Pricer, underlying: str, path: Floats) -> pd.DataFrame:
    """Hedge flow of every step of a path of closes; what has knocked in stays knocked in.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1,)
        Closes in order, the first where the hedge stands. [points] No time passes.

    Returns
    -------
    DataFrame of shape (n_steps + 1, 5)
        `level` [points], `held` [lots], `lots`, `flow` [money], `knocked_in` [money].
    """
    c = positions.columns
    lowest = np.minimum.accumulate(path)
    _, alive, _ = pricer.greeks(positions, path, underlying=underlying)
    everyone = positions.knocked_in_where(positions.waiting)
    _, gone, _ = pricer.greeks(everyone, path, underlying=underlying)
    hit = c.knocked_in[:, None] | (
        (lowest <= positions.level[:, None]) & positions.waiting[:, None]
    )
    held = (c.notional / c.spot0) @ np.where(hit, gone, alive)
    units = np.diff(held, prepend=held[:1])
    return pd.DataFrame(
        {
            "level": path,
            "held": held / multiplier_of(underlying),
            "lots": units / multiplier_of(underlying),
            "flow": units * path,
            "knocked_in": c.notional @ hit,
        }
    ).rename_axis("step")


def sign_profile(
    positions: Positions, pricer: Pricer, underlying: str, levels: Floats, *, step: float = STEP
) -> pd.DataFrame:
    """Does the hedge buy falls or sell them, at each level?

    Parameters
    ----------
    levels : ndarray of shape (n_levels,)
        Where the index would stand, trades with barriers at or above it knocked in. [points]
    step : float
        Further move asked about. [1]

    Returns
    -------
    DataFrame of shape (n_levels, 3) by level
        `fall`: money traded if the index falls by `step` from there, buy > 0; `rise`: if it rises;
        `calms`: whether the fall is bought. Barriers crossed on the way are in `fall`.
    """
    c = positions.columns
    down, up = levels * (1.0 - step), levels * (1.0 + step)
    at = np.concatenate([levels, down, up])
    _, delta, _ = pricer.greeks(positions, at, underlying=underlying)
    here, below, above = np.split(delta, 3, axis=1)
    # What knocks in at the level stays knocked in when the index turns up again.
    hit = (levels <= positions.level[:, None]) & positions.waiting[:, None]
    _, gone, _ = pricer.greeks(
        positions.knocked_in_where(positions.waiting), up, underlying=underlying
    )
    above = np.where(hit, gone, above)
    weight = c.notional / c.spot0
    fall = (weight @ (below - here)) * down
    rise = (weight @ (above - here)) * up
    return pd.DataFrame(
        {"fall": fall, "rise": rise, "calms": fall > 0}, index=pd.Index(levels, name="level")
    )
