"""What a forecaster knew from the price alone on each day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.measures.evidence.base_rate import ewma_volatility

COLUMNS = ("vol_fast", "vol_slow", "drawdown", "return_20", "return_60", "return_250")


def market_state(close: pd.Series) -> pd.DataFrame:
    """Volatility, drawdown and past returns at each close; uses rows up to t only.

    Parameters
    ----------
    close : Series of shape (n_dates,)
        Closes. [points] NaN rows stay NaN; windows count observed closes.

    Returns
    -------
    DataFrame of shape (n_dates, 6)
        ``vol_fast``, ``vol_slow``: log EWMA volatility, decay 0.94 and 0.985; ``drawdown``: close
        over the highest of 250, minus 1; ``return_20``, ``return_60``, ``return_250``: log returns.
        NaN until each window is full.
    """
    seen = close.dropna()
    values = seen.to_numpy(dtype=np.float64)
    table = pd.DataFrame(index=seen.index, columns=list(COLUMNS), dtype=np.float64)
    for name, decay in (("vol_fast", 0.94), ("vol_slow", 0.985)):
        table[name] = np.log(np.maximum(ewma_volatility(values, decay=decay), 1e-4))
    table["drawdown"] = seen / seen.rolling(250).max() - 1.0
    for days in (20, 60, 250):
        table[f"return_{days}"] = np.log(seen / seen.shift(days))
    return table.reindex(close.index)
