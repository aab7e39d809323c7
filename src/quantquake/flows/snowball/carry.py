"""What hedging with futures at a discount earns: carry by session from a basis curve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.snowball.kinds import FloatArray


def carry_from_curve(
    curve: pd.DataFrame,
    *,
    rate: float,
    sessions: int,
    days_per_year: float = 252.0,
) -> FloatArray:
    """Carry of each session ahead that reprices every future of a basis curve.

    A dealer long futures instead of the index earns their discount as they rise to the index at
    expiry. The raw discount (dividends not added back) holds both parts of the carry, dividend
    yield and excess discount: ``F = S exp((rate - carry) t)``, so
    ``carry = rate - ln(F / S) / t``; an annualised basis ratio a (discount < 0) is a carry of
    about ``rate - a``. Do not add dividends again.

    Parameters
    ----------
    curve : DataFrame of shape (n_contracts, columns)
        :func:`quantquake.measures.basis.term_structure`; its `price`, `index_level` and `sessions`
        (to expiry, today included) are read. Contracts on their last day say nothing and are
        left out.
    rate : float
        The rate the note is discounted at. [1/yr]
    sessions : int
        How many sessions ahead are wanted. [d]
    days_per_year : float
        As the note's. [d/yr]

    Returns
    -------
    ndarray of shape (sessions,)
        Between two expiries the forward carry between them; up to the first expiry, that
        contract's; past the last, the last contract's own carry from today (not the last
        forward, which two thinly traded months would decide). [1/yr]

    Raises
    ------
    DataError
        No contract with a session left, or one whose price is missing or not above 0.
    """
    live = curve[curve["sessions"] > 1].sort_values("sessions")
    price, level = live["price"].to_numpy(float), live["index_level"].to_numpy(float)
    if not len(live) or not (price > 0).all() or not (level > 0).all():
        raise DataError(
            f"The curve has {len(live)} contracts with sessions left, "
            f"{int((~(price > 0)).sum())} of them without a price: no carry can be read from it. "
            "Give the term structure of a date on which futures traded."
        )
    days = live["sessions"].to_numpy(float) - 1.0
    earned = rate * days / days_per_year - np.log(price / level)
    beyond = max(float(sessions), days[-1] + 1.0)
    days = np.concatenate([[0.0], days, [beyond]])
    earned = np.concatenate([[0.0], earned, [earned[-1] * beyond / days[-2]]])
    by_session = np.interp(np.arange(sessions + 1), days, earned)
    carry: FloatArray = np.diff(by_session) * days_per_year
    return carry
