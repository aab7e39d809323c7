"""Two views of one discount: what each entry date locked in, and what it has on paper now.

When the discount deepens, managers say it is hard to open (new money pays more) while the NAV of
money already in jumps: opposite signs of the same move (seed article S3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quantquake.data.calendars import count_sessions
from quantquake.errors import DataError
from quantquake.measures.basis.chain import absent_date
from quantquake.measures.basis.curve import DAYS_PER_YEAR


def entry_dates(
    history: pd.DataFrame,
    contract: str,
    on: str | pd.Timestamp,
    *,
    entries: Sequence[str | pd.Timestamp] | None = None,
    rows: int = 6,
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Ledger of a short hedge by the day it was opened, all per hedged notional.

    Parameters
    ----------
    history : DataFrame
        :func:`quantquake.measures.basis.history` of the product.
    contract : str
        Contract that is short, as the history spells it.
    on : date-like
        Today.
    entries : sequence of dates, optional
        Days of opening; default: `rows` days spread evenly over the contract's life up to today,
        today last.
    rows : int
        Number of default entries.
    days_per_year : float
        [d/yr]

    Returns
    -------
    DataFrame, index `opened`
        `price`, `basis_ratio` at entry [1]; `sessions` to expiry [d]; `locked` a year, a cost < 0,
        so that it adds up with the rest [1/yr]; `accrued`: part of the locked cost a straight line
        to expiry has taken by today, a cost < 0 [1]; `paper`: mark-to-market so far, existing
        money [1]; `entry_change`: what entering today instead changes, new money, `-paper` [1].

    Raises
    ------
    DataError
        Unknown contract, or a day on which it was not quoted.
    """
    mine = history[history["contract"] == contract].set_index("date").sort_index()
    if mine.empty:
        some = sorted(history["contract"].unique())[:6]
        raise DataError(
            f"Contract {contract!r} is not in the history ({some} ...): nothing was locked in. "
            "Spell it as the history does."
        )
    today = pd.Timestamp(on)
    if today not in mine.index:
        raise absent_date(pd.DatetimeIndex(mine.index), today, f"rows of {contract}")
    life = mine.loc[:today]
    days = _spread(life.index, rows) if entries is None else [pd.Timestamp(d) for d in entries]
    for day in days:
        if day not in life.index:
            raise absent_date(pd.DatetimeIndex(life.index), day, f"rows of {contract}")
    table = life.loc[days, ["price", "basis_ratio", "sessions"]].rename_axis("opened")
    now, expiry = life.loc[today, "basis_ratio"], life["expiry"].iloc[-1]
    left = np.maximum(count_sessions(today, expiry, provisional=True) - 1, 0)
    whole = np.maximum(table["sessions"] - 1, 1)
    table["locked"] = table["basis_ratio"] * days_per_year / table["sessions"]
    table["accrued"] = table["basis_ratio"] * (whole - left) / whole
    table["paper"] = table["basis_ratio"] - now
    table["entry_change"] = -table["paper"]
    return table


def _spread(days: pd.Index, rows: int) -> list[pd.Timestamp]:
    places = np.unique(np.linspace(0, len(days) - 1, min(rows, len(days))).round().astype(int))
    return [days[place] for place in places]
