"""Systematic holders together: volatility targets, VaR limits and trends by index move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.holder import Holder
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

#: Desk notes of 2026-02-02/03, read in public digests: supply over the next week if the S&P 500
#: falls so far. For comparison only; a third figure, 35e9 "lower", names no level.
PUBLISHED_SENSITIVITY = pd.Series(
    [-8e9, -20e9], index=pd.Index([-0.01, -0.015], name="move"), name="published"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystematicSupply(Result):
    """What rule-bound holders trade after a move of the index: buy > 0, sell < 0.

    Attributes
    ----------
    by_holder, low, high : DataFrame of shape (n_moves, n_holders)
        Middle and range of each kind. [money] NaN: size not known.
    total : Series of shape (n_moves,)
        Sum of the holders whose size is known. [money]
    by_session : DataFrame of shape (n_moves, n_sessions)
        The total by session after the move. [money]
    currency : str
    origin : Origin
    """

    by_holder: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    total: pd.Series
    by_session: pd.DataFrame
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a move: each holder, then ``total`` [money]."""
        return self.by_holder.assign(total=self.total)

    def beside(self, published: pd.Series = PUBLISHED_SENSITIVITY) -> pd.DataFrame:
        """Set published figures beside ours at the same moves, straight lines between.

        Returns
        -------
        DataFrame indexed by move
            ``published``, ``computed`` (NaN outside our moves), ``ratio`` = computed / published.
        """
        at = published.index.to_numpy(float)
        ours = np.interp(
            at, self.total.index.to_numpy(float), self.total.to_numpy(float), np.nan, np.nan
        )
        out = pd.DataFrame(
            {"published": published.to_numpy(float), "computed": ours}, published.index
        )
        return out.assign(ratio=out["computed"] / out["published"])


def systematic_supply(
    holders: Sequence[Holder], moves: Sequence[float] | FloatArray
) -> SystematicSupply:
    """Add up rule-bound holders of one index by move, and by session after it.

    Parameters
    ----------
    holders : sequence of Holder
        ``VolControl``, ``VarLimit``, ``TrendFollowers``, each with its own name.
    moves : array of shape (n_moves,), rising
        Moves of the index in one day. [1]

    Raises
    ------
    ConfigError
        No holder, repeated names, or several underlyings or currencies.
    """
    names = [holder.name for holder in holders]
    on = {holder.underlying for holder in holders if holder.underlying}
    money = {holder.currency for holder in holders}
    if not holders or len(set(names)) < len(names) or len(on) > 1 or len(money) > 1:
        raise ConfigError(
            f"{len(names)} holders {names} on {sorted(on)} in {sorted(money)}: they cannot be added "
            "up on one axis. Give at least one, each named once, on one index in one currency."
        )
    sources = [holder.forced_source(moves) for holder in holders]
    index = pd.Index(sources[0].moves, name="move")
    middle, low, high = (
        pd.DataFrame({s.name: getattr(s, side) for s in sources}, index=index)
        for side in ("flow", "low", "high")
    )
    sessions = pd.concat([holder.by_day(moves) for holder in holders])
    by_session = sessions.groupby(level=0).sum(min_count=1)
    return SystematicSupply(
        by_holder=middle,
        low=low,
        high=high,
        total=middle.sum(axis=1, min_count=1).rename("total"),
        by_session=by_session.rename_axis(index="move", columns="session"),
        currency=money.pop(),
        origin=Origin(
            coverage={f"{s.name}: size": s.origin.coverage["size"] for s in sources},
            assumptions=tuple(
                f"{s.name}: {said}" for s in sources for said in s.origin.assumptions
            ),
        ),
    )
