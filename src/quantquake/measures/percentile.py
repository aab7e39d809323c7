"""Where today stands in its own recent past. Plain pandas stand-in until the kernel is merged."""

from __future__ import annotations

from typing import Any

import pandas as pd


def rolling_percentile(values: Any, *, window: int = 250, min_periods: int | None = None) -> Any:
    """Return the share of the trailing window at or below today, today included. [1]"""
    frame = values if isinstance(values, (pd.Series, pd.DataFrame)) else pd.DataFrame(values)
    return frame.rolling(window, min_periods=min_periods).rank(pct=True)
