"""How far a future may stray before somebody is paid to bring it back; the two sides are not alike.

A premium is closed by buying stocks and selling the future: anyone can. A discount is closed by
selling borrowed stock and buying the future: where stock is scarce or dear the lower edge is far
away or absent, and the discount may last (seed article S3).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.fair_value import fair_price


def no_arbitrage_band(
    index_level: float | pd.Series,
    tau: float | pd.Series,
    *,
    rate: float = 0.02,
    dividends: float | pd.Series = 0.0,
    borrow_cost: float = np.inf,
    stock_cost: float = 0.0015,
    futures_cost: float = 0.0001,
) -> pd.DataFrame:
    """Prices between which no arbitrage pays.

    Parameters
    ----------
    index_level, tau, dividends : float or Series of shape (n,)
        [index points, yr, index points]
    rate : float
        [1/yr]
    borrow_cost : float
        Yearly fee for borrowed stock; infinite (the default) where none is lent. [1/yr]
    stock_cost, futures_cost : float
        Round trip in the stocks and in the future, of the index level. [1]

    Returns
    -------
    DataFrame of shape (n, 3)
        `lower`, `fair`, `upper` [index points]; `lower` is 0 where no stock can be borrowed.

    Raises
    ------
    ConfigError
        A cost below zero.
    DataError
        Series with different labels.
    """
    if min(borrow_cost, stock_cost, futures_cost) < 0:
        raise ConfigError(
            f"borrow_cost={borrow_cost}, stock_cost={stock_cost}, futures_cost={futures_cost}: a "
            "cost below zero would put the band inside out. Use 0 or more."
        )
    level, years, paid = _aligned(index_level, tau, dividends)
    fair = fair_price(level, rate, years, paid)
    trading = (stock_cost + futures_cost) * level
    lent = level * np.exp((rate - borrow_cost) * years) - (fair_price(level, rate, years) - fair)
    lower = (lent - trading).clip(lower=0.0) if np.isfinite(borrow_cost) else 0.0 * level
    return pd.DataFrame({"lower": lower, "fair": fair, "upper": fair + trading})


def _aligned(*given: float | pd.Series) -> tuple[pd.Series, ...]:
    """Numbers and Series on one index; Series must share theirs."""
    series = [one for one in given if isinstance(one, pd.Series)]
    index = series[0].index if series else pd.RangeIndex(1)
    if any(not one.index.equals(index) for one in series):
        raise DataError(
            "index level, tau and dividends are labelled differently: one contract's band would be "
            "built from another's numbers. Give Series with the same index, or single numbers."
        )
    return tuple(pd.Series(one, index=index, dtype=float) for one in given)


def one_sided(price: pd.Series, band: pd.DataFrame) -> pd.Series:
    """Where a price stands: "premium" above the band, "discount" below it, "inside"."""
    return pd.Series(
        np.select(
            [price > band["upper"], price < band["lower"]], ["premium", "discount"], "inside"
        ),
        index=price.index,
        name="side",
    )
