"""Tradability: of the whole market by regime, and of the names a crowd shares.

"Liquidity" here means how well the shared underlying assets can be traded, not money supply.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnoverRegime(Result):
    """How often the market trades above a round number.

    Attributes
    ----------
    days, above : int
        Sessions counted, sessions at or above the level.
    share : float
        ``above / days``. [1]
    run : int
        Length of the current run on the same side, positive above and negative below. [d]
    by_year : DataFrame indexed by year
        ``days``, ``above``, ``share``.
    level : float
        [CNY/d]
    origin : Origin
    """

    days: int
    above: int
    share: float
    run: int
    by_year: pd.DataFrame
    level: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a year."""
        return self.by_year


def turnover_regime(market_amount: pd.Series, *, level: float = 1e12) -> TurnoverRegime:
    """Count the sessions on which the market traded at least `level`.

    Parameters
    ----------
    market_amount : Series of shape (n_dates,)
        Amount traded by the whole market; NaN days are not counted. [CNY/d]
    level : float
        The round number. [CNY/d]

    Raises
    ------
    DataError
        If no day is known.
    """
    known = market_amount.dropna()
    if known.empty:
        raise DataError(
            "`market_amount` has no known day: there is nothing to count. Supply the market's "
            "daily amount in CNY."
        )
    above = known >= level
    table = above.groupby(known.index.year).agg(days="size", above="sum")
    table["share"] = table["above"] / table["days"]
    same = (above == above.iloc[-1]).to_numpy()[::-1]
    run = int(len(same) if same.all() else same.argmin())
    return TurnoverRegime(
        days=len(known),
        above=int(above.sum()),
        share=float(above.mean()),
        run=run if above.iloc[-1] else -run,
        by_year=table.rename_axis("year"),
        level=level,
        origin=Origin(as_of=known.index[-1]),
    )


def basket_liquidity(
    amount: pd.DataFrame, returns: pd.DataFrame, members: pd.DataFrame, *, window: int = 20
) -> pd.DataFrame:
    """Tradability of a basket's own names, which can dry up while the market's does not.

    Parameters
    ----------
    amount : DataFrame of shape (n_dates, n_symbols)
        Amount traded. [CNY/d]
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns. [1]
    members : DataFrame of bool of shape (n_dates, n_symbols)
        Point-in-time membership.
    window : int
        Sessions averaged, t included. [d]

    Returns
    -------
    DataFrame of shape (n_dates, 4)
        ``amount``: mean daily amount per member [CNY/d]; ``share``: of all names' amount [1];
        ``illiquidity``: Amihud, mean of \\|return\\| per 1e8 CNY traded [1/1e8 CNY];
        ``silent``: share of members without a trade [1]. NaN until the window is full.

    References
    ----------
    .. [1] Amihud, "Illiquidity and stock returns", Journal of Financial Markets, 2002.
    """
    if not (amount.shape == returns.shape == members.shape):
        raise DataError(
            f"`amount` {amount.shape}, `returns` {returns.shape} and `members` {members.shape} "
            "differ in shape: rows would be matched to other names. Reindex them alike."
        )
    held = members.to_numpy(bool)
    money = amount.to_numpy(float)
    traded = held & (np.nan_to_num(money) > 0)
    count = held.sum(axis=1)
    inside = np.where(traded, money, 0.0).sum(axis=1)
    everyone = np.nansum(money, axis=1)
    price_move = np.where(traded, np.abs(returns.to_numpy(float)), np.nan)
    table = pd.DataFrame(
        {
            "amount": inside / np.where(count > 0, count, np.nan),
            "share": inside / np.where(everyone > 0, everyone, np.nan),
            "illiquidity": _mean_ratio(price_move, money / 1e8),
            "silent": 1 - traded.sum(axis=1) / np.where(count > 0, count, np.nan),
        },
        index=amount.index,
    )
    return table.rolling(window).mean()


def _mean_ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    ratio = top / np.where(bottom > 0, bottom, np.nan)
    known = ~np.isnan(ratio)
    count = known.sum(axis=1)
    return np.where(known, ratio, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
