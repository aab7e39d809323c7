"""Where each indicator stands in its own past year, with the score's rule for gaps."""

from __future__ import annotations

import pandas as pd

from quantquake.measures.crowding.rules import ScoreRules
from quantquake.measures.percentile import rolling_percentile


def own_percentiles(table: pd.DataFrame, rules: ScoreRules) -> pd.DataFrame:
    """Rank each value among the observed ones of its window.

    A window may hold some unobserved days (`rules.gaps`), but a full window must have passed since
    the first observation: one suspended or mistyped day then does not cost the indicator a year,
    and a young series is still not ranked against too short a past.

    Parameters
    ----------
    table : DataFrame of shape (n_dates, n_indicators)
        Any unit; NaN = not observed.
    rules : ScoreRules
        `window`, `gaps`, `min_periods`.

    Returns
    -------
    DataFrame of shape (n_dates, n_indicators)
        In (0, 1]. [1] NaN where the day itself or too much of the window is unobserved.
    """
    ranks = rolling_percentile(table, window=rules.window, min_periods=rules.needed)
    if rules.min_periods is not None:
        return ranks
    since_first = table.notna().cummax().cumsum()
    return ranks.where(since_first >= rules.window)
