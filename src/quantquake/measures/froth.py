"""Is the industry itself overheating? Launches and quotas going up, closures coming down."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.percentile import rolling_percentile

#: Signs that heat builds up, and signs that it has turned, by column name.
HEATING = ("launches", "asset_growth", "quota_rationing")
COOLING = ("closures", "quota_cuts", "redemptions")

#: A percentile above this counts as pronounced; the middle of the range says nothing.
PRONOUNCED = 0.8


def froth(
    series: pd.DataFrame, *, window: int = 60, min_periods: int | None = None
) -> pd.DataFrame:
    """Place the industry between heating and cooling from the user's own counts.

    Parameters
    ----------
    series : DataFrame of shape (n_dates, n_signs)
        Any of the columns `HEATING` and `COOLING`, usually monthly counts or rates. NaN: unknown.
    window : int
        Observations of own past each sign is ranked in, t included.
    min_periods : int, optional
        Fewest known observations; default the whole window.

    Returns
    -------
    DataFrame
        ``heat`` and ``chill``: mean percentile of the signs present [1]; ``phase``:
        ``"heating"``, ``"turning"`` (both pronounced), ``"cooling"``, ``"neutral"``, or None where
        a side has no sign; ``signs``: how many of the six are present.

    Raises
    ------
    DataError
        If none of the columns is there.
    """
    known = [c for c in (*HEATING, *COOLING) if c in series]
    if not known:
        raise DataError(
            f"none of the signs {[*HEATING, *COOLING]} is a column; the frame has {list(series)}. "
            "The gauge has nothing to rank. Rename the columns."
        )
    ranks = rolling_percentile(series[known], window=window, min_periods=min_periods)
    heat = ranks[[c for c in known if c in HEATING]].mean(axis=1)
    chill = ranks[[c for c in known if c in COOLING]].mean(axis=1)
    phase = [_phase(h, c) for h, c in zip(heat, chill, strict=True)]
    return pd.DataFrame(
        {
            "heat": heat,
            "chill": chill,
            "phase": pd.Series(phase, index=series.index, dtype=object),
            "signs": ranks.notna().sum(axis=1),
        }
    )


def _phase(heat: float, chill: float) -> str | None:
    if pd.isna(heat) and pd.isna(chill):
        return None
    hot, cold = heat > PRONOUNCED, chill > PRONOUNCED
    if hot and cold:
        return "turning"
    return "heating" if hot else "cooling" if cold else "neutral"
