"""Falls no session can hold: an unadjusted split looks like a crash."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.files.issues import Issue, issue

#: The widest daily limit of the mainland exchanges is 30 % (Beijing); Shanghai and Shenzhen have 10
#: and 20 %. A deeper fall between two rows is a corporate action, a gap or a mistake.
DEEPEST = 0.31
MAINLAND = (".SH", ".SZ", ".BJ", ".CSI")


def suspect_splits(table: pd.DataFrame, *, name: str) -> list[Issue]:
    """Point out falls beyond every price limit of the mainland; nothing is changed.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, ...)
        Columns ``date, symbol, close`` [currency or points]; NaN closes are passed over.
    name : str
        What the note calls the table.

    Returns
    -------
    list of Issue
        Empty, or one note that counts the falls and names the first three.
    """
    rows = table.loc[table["symbol"].str.endswith(MAINLAND) & table["close"].notna()]
    rows = rows[["symbol", "date", "close"]].sort_values(["symbol", "date"])
    if rows.empty:
        return []
    symbol, close = rows["symbol"].to_numpy(), rows["close"].to_numpy(dtype=float)
    same = np.r_[False, symbol[1:] == symbol[:-1]]
    ratio = np.r_[1.0, close[1:] / close[:-1]]
    found = rows[same & (ratio < 1 - DEEPEST)].assign(ratio=ratio[same & (ratio < 1 - DEEPEST)])
    if found.empty:
        return []
    first = [
        f"{one.symbol} {one.date:%Y-%m-%d} {one.ratio - 1:.0%}"
        for one in found.head(3).itertuples()
    ]
    more = f" ... ({len(found)} in all)" if len(found) > len(first) else ""
    return [
        issue(
            "fall beyond every price limit, like a split in unadjusted prices",
            f"{name}, {', '.join(first)}{more}",
            "left as it is: momentum, volatility and past falls across it are wrong; give adjusted "
            "prices",
        )
    ]
