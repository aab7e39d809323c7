"""How likely each ending of a note is under the pricing measure: knocked out, paid in full, or hit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from quantquake.flows.snowball import TradeColumns, price_book
from quantquake.flows.snowball_book.terms import Floats


def outcome_probabilities(
    columns: TradeColumns,
    levels: Floats,
    *,
    vol: float,
    rate: float,
    carry: float,
    rho: float = 3.0,
) -> dict[str, Floats]:
    """Risk-neutral probability of every ending, by trade and level.

    Parameters
    ----------
    columns : TradeColumns
    levels : ndarray of shape (n_levels,)
        [points]
    vol, rate, carry : float
        [1/sqrt(yr), 1/yr, 1/yr]
    rho : float
        Accuracy of the engine.

    Returns
    -------
    dict of ndarray of shape (n_trades, n_levels)
        `knocked_out`; `paid_in_full` at maturity, neither barrier hit; `knocked_in` and not out
        again, so that the holder bears the fall. They add up to 1. Probabilities that price the
        note: they hold no forecast.
    """
    # Without discounting, and with the drift kept, a payment of 1 is worth its probability.
    rates = {"vol": vol, "rate": 0.0, "carry": carry - rate, "rho": rho}

    def worth(**changed: Floats) -> Floats:
        return price_book(replace(columns, **changed), levels, **rates)[0]

    nothing = worth()
    out = worth(pays=columns.pays + 1.0) - nothing
    full = worth(survive=columns.survive + 1.0) - nothing
    full = np.where(columns.knocked_in[:, None], 0.0, full)
    found = {"knocked_out": out, "paid_in_full": full, "knocked_in": 1.0 - out - full}
    # What lies outside 0 to 1 is the engine's rounding.
    return {name: np.clip(values, 0.0, 1.0) for name, values in found.items()}


def note_table(columns: TradeColumns, levels: Floats, **rates: float) -> pd.DataFrame:
    """One note at some levels: `price`, `delta`, `gamma` and the probability of every ending.

    Returns
    -------
    DataFrame by level
        Price and Greeks per unit notional and unit spot/spot0. [1]
    """
    price, delta, gamma = price_book(columns, levels, **rates)
    rows = {"price": price[0], "delta": delta[0], "gamma": gamma[0]}
    rows |= {name: p[0] for name, p in outcome_probabilities(columns, levels, **rates).items()}
    return pd.DataFrame(rows, index=pd.Index(levels, name="level"))
