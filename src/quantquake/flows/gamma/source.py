"""Dealers as one of the forced traders on the common axis."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from quantquake.errors import DataError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.gamma.profile import check_smile, grid
from quantquake.flows.gamma.result import GammaProfile


def forced_source(
    dealers: GammaProfile,
    moves: npt.ArrayLike,
    *,
    smile: str = "sticky_strike",
    underlying: str | None = None,
) -> ForcedSource:
    """What dealers trade during the day if the index makes each move.

    Parameters
    ----------
    dealers : GammaProfile
    moves : array-like of shape (n_moves,), rising
        Falls negative. [1]
    smile : {"sticky_strike", "sticky_delta"}
        What happens to volatility under the move.
    underlying : str, optional
        Name on the common axis; default the chain's.

    Returns
    -------
    ForcedSource
        Named ``dealer_gamma``. Differences of the closed-form delta times the contracts, at the
        level reached, buy > 0 [money]: exact at any size of move, unlike gamma times move. `flow`
        under the model of `dealers`; `low` and `high` over all models. Contracts without
        volatility, and those with no time left, are in none of them.

    Raises
    ------
    DataError
        If no contract can be repriced.
    """
    if not len(dealers.repricer.rows):
        raise DataError(
            "No contract of the chain has both a time to expiry and a volatility: its delta after "
            "a move is unknown, and vendor gammas hold only at the spot. Give `expiry`, `date` and "
            "`iv`, or quotes to solve it from."
        )
    at = grid(moves)
    flows = dealers.repricer.flow(np.log1p(at), check_smile(smile))
    origin = dataclasses.replace(
        dealers.origin,
        assumptions=(
            *dealers.origin.assumptions,
            f"volatility under a move: {smile}",
            f"range over the models {', '.join(dealers.totals.index)}",
            "hedged in full at the level reached",
        ),
    )
    return ForcedSource.of(
        "dealer_gamma",
        at,
        flows[0],
        low=flows.min(axis=0),
        high=flows.max(axis=0),
        timing=Timing.INTRADAY,
        underlying=dealers.underlying if underlying is None else underlying,
        currency=dealers.currency,
        origin=origin,
    )
