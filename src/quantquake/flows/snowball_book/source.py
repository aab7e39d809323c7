"""The book as one forced source: what its hedge trades at each move, with a range."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quantquake.flows.forced import ForcedSource, Timing
from quantquake.flows.snowball_book.pricing import HedgeRule
from quantquake.flows.snowball_book.terms import Floats
from quantquake.types import Origin

if TYPE_CHECKING:
    from quantquake.flows.snowball_book.book import SnowballBook

VOL_SHIFT = 0.03
"""Half width of the volatility range. [1/sqrt(yr)]"""

NAME = "snowball"


def source_of(
    book: SnowballBook,
    moves: Floats,
    underlying: str,
    *,
    delta_cap: float,
    vol_shift: float,
) -> ForcedSource:
    """Hedge flow of the trades on one index at each move, buy > 0, sell < 0.

    Parameters
    ----------
    book : SnowballBook
    moves : ndarray of shape (n_moves,), rising
        [1]
    underlying : str
    delta_cap : float
        The other end of how desks hedge: nobody holds more than this per notional. [1]
    vol_shift : float
        Volatility the desks hedge with may lie this far to either side. [1/sqrt(yr)]

    Returns
    -------
    ForcedSource
        The middle is the book's own rule and volatility; the range spans full and capped deltas
        at the three volatilities. Intraday: an issuer hedges as the index moves.
    """
    here = book.spot[underlying]
    rule = book.pricer.rule
    capped = replace(rule, delta_cap=min(delta_cap, rule.delta_cap or delta_cap))

    def flow(shift: float, hedged: HedgeRule) -> Floats:
        pricer = replace(
            book.pricer,
            curves=book.curves.with_vol(shift) if shift else book.curves,
            rule=hedged,
        )
        table = book.with_pricer(pricer).hedge_flow({underlying: here * (1.0 + moves)})
        return table.of(underlying)["flow"].to_numpy()

    shifts = (0.0, -vol_shift, vol_shift) if vol_shift else (0.0,)
    found = [flow(shift, how) for shift in shifts for how in (rule, capped)]
    every = np.stack(found)
    return ForcedSource(
        name=NAME,
        underlying=underlying,
        currency="CNY",
        timing=Timing.INTRADAY,
        moves=moves,
        flow=found[0],
        low=every.min(axis=0),
        high=every.max(axis=0),
        origin=_origin(book.origin, delta_cap, vol_shift),
    )


def _origin(origin: Origin, cap: float, shift: float) -> Origin:
    said = (
        "the issuers hedge every note in futures, all of its delta",
        f"range: delta uncapped or capped at {cap:g}, volatility +-{100 * shift:g} points",
    )
    return replace(origin, assumptions=(*origin.assumptions, *said))
