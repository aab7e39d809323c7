"""What prices and volumes of single names could have said before a quant unwind, day by day.

Each column is turned so that high means alarm. None is known to warn: `evidence.back_cast` says
what they said before a day, and how often they said as much at other times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError, DataError
from quantquake.measures.absorption import ComponentWindow, absorption_ratio
from quantquake.measures.comomentum import comomentum, mean_pairwise_correlation
from quantquake.measures.contrarian import contrarian_returns
from quantquake.measures.dispersion import volatility_ratio
from quantquake.measures.liquidity import basket_liquidity
from quantquake.measures.momentum import formation_returns, leg_masks
from quantquake.measures.turbulence import turbulence

COLUMNS = (
    "contrarian_loss",
    "pairwise_correlation",
    "comomentum",
    "absorption",
    "turbulence",
    "correlation_surprise",
    "volatility_ratio",
    "illiquidity",
)
PORTFOLIOS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyWindows:
    """Look-backs of the early-warning set; short, so that one year of history is enough. [d]

    Attributes
    ----------
    short : int
        Contrarian losses, pairwise correlation, volatility ratio, illiquidity; also the past
        return that sorts names into ten portfolios.
    long : int
        Correlations inside the momentum legs; covariance of the ten portfolios.
    formation, skip : int
        Momentum: return from `formation` to `skip` + 1 sessions ago.
    """

    short: int = 20
    long: int = 40
    formation: int = 40
    skip: int = 5

    def __post_init__(self) -> None:
        """Refuse windows in which nothing can be estimated."""
        if self.short < 5 or self.long < 20 or self.formation < self.skip + 2 or self.skip < 0:
            raise ConfigError(
                f"windows short={self.short}, long={self.long}, formation={self.formation}, "
                f"skip={self.skip}: a correlation from fewer days would be noise. Give short >= 5, "
                "long >= 20 and formation >= skip + 2, in sessions."
            )


def early_warning(
    returns: pd.DataFrame,
    *,
    amount: pd.DataFrame | None = None,
    windows: EarlyWindows | None = None,
    cap: float = 0.8,
) -> pd.DataFrame:
    """Measure the footprints a crowded equity book might leave before it is sold.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple daily returns. [1] NaN = not observed. Mask the universe here, with nothing later
        than the day before: ``returns.where(close.shift(1) > 5)``.
    amount : DataFrame of the same shape, optional
        Money traded. [currency/d] Without it `illiquidity` is NaN.
    windows : EarlyWindows, optional
    cap : float, default 0.8
        A daily return beyond it, either way, is taken as a data error and not observed. [1]

    Returns
    -------
    DataFrame of shape (n_dates, 8)
        High is alarm in each; NaN until its windows are full.

        - ``contrarian_loss``: loss of the buy-the-losers book over `short` days [1];
        - ``pairwise_correlation``: mean correlation of all pairs over `short` days [1];
        - ``comomentum``: leave-one-out correlation inside the momentum legs, market taken out,
          mean of winners and losers over `long` days [1];
        - ``absorption``: share of the variance of ten past-return portfolios, market taken out,
          that two components carry over `long` days [1];
        - ``turbulence``, ``correlation_surprise``: of the same portfolios, see `turbulence` [1];
        - ``volatility_ratio``: mean name's volatility over the market's, `short` days [1];
        - ``illiquidity``: mean \\|return\\| per 1e8 traded over `short` days [1/1e8].

    Raises
    ------
    DataError
        If `amount` has another shape, or fewer than 40 names are given.
    ConfigError
        If `cap` is not positive.

    References
    ----------
    .. [1] A. Khandani and A. Lo, "What Happened to the Quants in August 2007?", Journal of
       Investment Management 5(4), 2007.
    .. [2] D. Lou and C. Polk, "Comomentum", Review of Financial Studies 35(7), 2022.
    """
    w = windows or EarlyWindows()
    _check(returns, amount, cap)
    seen = returns.where(returns.abs() <= cap)
    market = seen.mean(axis=1)
    styles = _portfolios(seen, w.short)
    shock = turbulence(styles, window=w.long)
    setting = ComponentWindow(window=w.long, half_life=w.long / 2.0)
    table = {
        "contrarian_loss": -contrarian_returns(seen, names="formation").pnl.rolling(w.short).sum(),
        "pairwise_correlation": mean_pairwise_correlation(seen, window=w.short),
        "comomentum": _comomentum(seen, market, w),
        "absorption": absorption_ratio(styles.sub(market, axis=0), setting),
        "turbulence": shock["turbulence"],
        "correlation_surprise": shock["correlation_surprise"],
        "volatility_ratio": volatility_ratio(seen, market, window=w.short),
        "illiquidity": _illiquidity(amount, seen, w.short),
    }
    return pd.DataFrame(table, index=returns.index, columns=list(COLUMNS))


def _comomentum(seen: pd.DataFrame, market: pd.Series, w: EarlyWindows) -> pd.Series:
    formation = formation_returns(seen, lookback=w.formation, skip=w.skip)
    winners, losers = leg_masks(formation)
    legs = {"winners": winners, "losers": losers}
    both: pd.DataFrame = comomentum(seen, legs, window=w.long, factors=market.to_frame())
    return both["mean"]


def _portfolios(seen: pd.DataFrame, past: int) -> pd.DataFrame:
    """Daily returns of ten equal-weight portfolios by past return, names fixed the day before."""
    place = seen.rolling(past).sum().shift(1).rank(axis=1, pct=True)
    group = np.ceil(place * PORTFOLIOS)
    means = {k: seen.where(group == k).mean(axis=1) for k in range(1, PORTFOLIOS + 1)}
    return pd.DataFrame(means, index=seen.index)


def _illiquidity(amount: pd.DataFrame | None, seen: pd.DataFrame, window: int) -> pd.Series:
    if amount is None:
        return pd.Series(np.nan, index=seen.index)
    everyone = pd.DataFrame(True, index=seen.index, columns=seen.columns)
    return basket_liquidity(amount, seen, everyone, window=window)["illiquidity"]


def _check(returns: pd.DataFrame, amount: pd.DataFrame | None, cap: float) -> None:
    if not cap > 0.0:
        raise ConfigError(
            f"`cap` is {cap}: no return would be left. Give the largest daily move to believe, 0.8."
        )
    if not isinstance(returns, pd.DataFrame) or returns.shape[1] < 4 * PORTFOLIOS:
        names = getattr(returns, "shape", (0, 0))[-1]
        raise DataError(
            f"`returns` has {names} names: portfolios and correlations of fewer than "
            f"{4 * PORTFOLIOS} are single stocks. Give the whole market, date x symbol."
        )
    if amount is not None and not (
        amount.index.equals(returns.index) and amount.columns.equals(returns.columns)
    ):
        raise DataError(
            f"`amount` {amount.shape} does not share the dates and symbols of `returns` "
            f"{returns.shape}: moves would be set against other names' trades. Reindex it."
        )
