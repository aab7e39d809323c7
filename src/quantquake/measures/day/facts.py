"""What one day's board reads off a market: each block alone, missing ones said to be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.measures import breadth as breadths
from quantquake.measures.contrarian import contrarian_returns
from quantquake.measures.day.size_groups import size_group_returns
from quantquake.measures.day.unwind_signature import index_sigma, unwind_signature
from quantquake.measures.dispersion import volatility_ratio
from quantquake.measures.momentum.leg_report import DayReport, day_report
from quantquake.measures.ranks import percentile_since

VOLATILITY_WINDOW = 5  # one week, as the desks quote it
MIN_HISTORY = 60  # a percentile of fewer days is not shown
RARE_RATIO = 0.9  # top tenth of days by member-to-index volatility ...
MEDIAN = 0.5  # ... with the index below and its members above their own usual volatility
ROTATION_SIGMA = -2.0  # sigmas under every yardstick: a rotation worth a day's name


def cross_section(
    returns: pd.DataFrame, index: pd.Series, limit_down: float, since: pd.Timestamp
) -> dict[str, Any]:
    """Index, median, mean, advance share, breadth and its percentile, locked names."""
    today = returns.iloc[-1]
    wide = breadths.breadth(returns, index)
    rare = percentile_since(wide, start=since, min_periods=MIN_HISTORY)
    return {
        "index_return": float(index.iloc[-1]),
        "index_sigma": float(index_sigma(index).iloc[-1]),
        "names": int(today.notna().sum()),
        "median_return": float(today.median()),
        "mean_return": float(today.mean()),
        "advance_share": float(breadths.advance_share(returns.iloc[[-1]]).iloc[0]),
        "breadth": float(wide.iloc[-1]),
        "breadth_percentile": float(rare.iloc[-1]),
        "limit_down": int(
            breadths.limit_down_count(returns.iloc[[-1]], threshold=limit_down).iloc[0]
        ),
    }


def member_volatility(
    returns: pd.DataFrame, index: pd.Series, since: pd.Timestamp
) -> dict[str, Any]:
    """Ratio, its percentile, and whether index and members lie in the calm/wild quadrant."""
    ratio = volatility_ratio(returns, index, window=VOLATILITY_WINDOW, volatility="deviation")
    calm = index.rolling(VOLATILITY_WINDOW).std()
    places = [
        percentile_since(series, start=since, min_periods=MIN_HISTORY).iloc[-1]
        for series in (ratio, calm, ratio * calm)
    ]
    known = not np.isnan(places).any()
    return {
        "volatility_ratio": float(ratio.iloc[-1]),
        "volatility_ratio_percentile": float(places[0]),
        "calm_index_wild_members": (
            bool(places[0] >= RARE_RATIO and places[1] < MEDIAN and places[2] > MEDIAN)
            if known
            else None
        ),
    }


def contrarian_book(returns: pd.DataFrame, index: pd.Series) -> dict[str, Any]:
    """Profit and sigma of the contrarian book, and the unwind phase they show."""
    book = contrarian_returns(returns)
    today = unwind_signature(book.sigma, index).iloc[-1]
    return {
        "contrarian_pnl": float(book.pnl.iloc[-1]),
        "contrarian_sigma": float(book.sigma.iloc[-1]),
        "unwind_phase": today["phase"],
        "unwind_loss": float(today["loss"]),
    }


def sizes(
    returns: pd.DataFrame,
    caps: pd.DataFrame,
    on: pd.Timestamp,
    groups: int,
    ranked_on: str | pd.Timestamp | None,
) -> pd.DataFrame | None:
    """Size-group returns, or None where no name has both a cap and a return."""
    before = returns.index[-2] if ranked_on is None else pd.Timestamp(ranked_on)
    if before in caps.index and not (caps.loc[before].notna() & returns.loc[on].notna()).any():
        return None
    return size_group_returns(returns, caps, on, groups=groups, ranked_on=ranked_on)


def momentum_legs(
    close: pd.DataFrame,
    returns: pd.DataFrame,
    index: pd.Series,
    lookback: int,
    skip: int,
    quantile: float,
    *,
    start: str | pd.Timestamp | None,
    seed: int,
) -> DayReport | None:
    """Leg report; None where history does not reach or too few names for two legs were there."""
    if len(close) <= lookback or np.isnan(index.iloc[-1]):
        return None
    ranked = close.iloc[-2 - skip].notna() & close.iloc[-1 - lookback].notna()
    if (ranked & returns.iloc[-1].notna()).sum() < 2 / quantile:
        return None
    return day_report(
        returns,
        index,
        returns.index[-1],
        lookback=lookback,
        skip=skip,
        quantile=quantile,
        close=close,
        start=start,
        seed=seed,
    )


def rule_inputs(
    facts: dict[str, Any], size: pd.DataFrame | None, momentum: DayReport | None
) -> dict[str, float]:
    """Facts in the form the label rules read; what is missing stays out."""
    asked = {
        name: float(facts[name])
        for name in (
            "advance_share",
            "median_return",
            "breadth_percentile",
            "index_sigma",
            "unwind_loss",
        )
    }
    if facts["calm_index_wild_members"] is not None:
        asked["calm_index_wild_members"] = float(facts["calm_index_wild_members"])
    phase = facts["unwind_phase"]
    if phase is not None:
        asked["unwind"] = float(phase != "none")
        asked["unwind_rebound"] = facts["contrarian_sigma"] if phase == "rebound" else 0.0
    if size is not None:
        asked["smallest"] = float(size["mean"].iloc[0])
        asked["small_minus_large"] = asked["smallest"] - float(size["mean"].iloc[-1])
    if momentum is not None:
        known = [value for value in momentum.sigma.values() if np.isfinite(value)]
        mildest = max(known, default=np.nan)
        asked["momentum_sigma"] = mildest
        asked["rotation_legs"] = float(momentum.label == "rotation" and mildest <= ROTATION_SIGMA)
    return asked
