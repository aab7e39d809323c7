"""Three ways to be crowded: overheated mood, converging trades, rising risk."""

from __future__ import annotations

import pandas as pd

# S4, "三类拥挤状态". It names news and turnover; amount, institutional share and price change;
# valuation and trading volatility. The intraday statistic stands for the institutional share.
STATES: dict[str, tuple[str, ...]] = {
    "overheated_sentiment": ("news_score", "turnover"),
    "converging_trades": (
        "amount",
        "share",
        "hf_crowding",
        "capital_structure_volatility",
        "momentum",
    ),
    "rising_risk": ("ep", "bp", "excess_vol"),
}


def radar(crowdedness: pd.Series, flags: pd.Series) -> pd.DataFrame:
    """Return how far each crowded state has gone on one day.

    Parameters
    ----------
    crowdedness : Series by indicator
        Percentiles with high = crowded for all of them. [1] NaN: missing.
    flags : Series by indicator
        True where the indicator fires.

    Returns
    -------
    DataFrame of shape (3, 4), index `state`
        `level` mean percentile of the indicators present [1], NaN if none; `fired`, `present`,
        `wanted` counts.
    """
    rows = {
        state: {
            "level": float(crowdedness[list(inside)].mean()),
            "fired": int(flags[list(inside)].sum()),
            "present": int(crowdedness[list(inside)].notna().sum()),
            "wanted": len(inside),
        }
        for state, inside in STATES.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("state")
