"""Will market-neutral funds open or close? The discount's push on stocks.

A widening discount hands funds that are short futures a paper profit; banking it means selling
stocks and buying futures back. A dear hedge keeps new money out. Both push the same way: stocks are
sold, or not bought (seed article S0). Feeds ``flows.neutral``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.measures.basis.curve import DAYS_PER_YEAR, Method, weighted
from quantquake.measures.percentile import rolling_percentile
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import habit_path
from quantquake.measures.roll.table import roll_table


def neutral_pressure(
    history: pd.DataFrame,
    *,
    window: int = 250,
    halflife: int = 40,
    method: Method = "sessions",
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Push on neutral funds to open or to close, day by day, from one product's history.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, with open interest.
    window : int
        Of the trailing percentiles. [d]
    halflife : int
        Age at which half of the hedges has been replaced: what they gained before counts half. [d]
    method, days_per_year
        Of the weighted discount that new money pays.

    Returns
    -------
    DataFrame by date
        `paper`: gain of open hedges beyond the straight line to expiry, largest-open-interest
        contract, recent days weigh more [1 of hedged notional]; `locked_annual`: cost for new money
        [1/yr]; `closing`: percentile of `paper` where it is a gain, else 0; `opening`: percentile
        of cheapness; `net` = opening - closing in [-1, 1], negative = stocks are sold. [1] NaN
        until `window` is full.

    Raises
    ------
    DataError
        As `roll_table`.
    """
    table = roll_table(history)
    held = habit_path(table, RollCosts(), "open_interest")
    nights = np.arange(len(held))
    # What the straight line to expiry would have taken anyway is cost, not a setback.
    line = -table.basis[:-1] / table.index[:-1, None] / np.maximum(table.sessions[:-1] - 1, 1)
    gain = line[nights, held] - table.night_cost()[nights, held]
    daily = pd.Series(np.concatenate([[0.0], gain]), index=table.dates).fillna(0.0)
    decay = 0.5 ** (1 / halflife)
    paper = daily.ewm(alpha=1 - decay, adjust=False).mean() / (1 - decay)
    locked = -weighted(history, method, days_per_year).reindex(table.dates)
    closing = rolling_percentile(paper, window=window).where(paper > 0, 0.0)
    closing = closing.where(np.arange(len(paper)) >= window - 1)
    opening = rolling_percentile(-locked, window=window)
    return pd.DataFrame(
        {
            "paper": paper,
            "locked_annual": locked,
            "closing": closing,
            "opening": opening,
            "net": opening - closing,
        }
    )
