"""Where the crowd's money goes: into which basket, after which style, through which desk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.regression import Slope, slope
from quantquake.types import Origin, Result

#: Fewer changes give no slope (as in `regression.slope`).
LEAST_CHANGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAttribution(Result):
    """How much of a basket's trading the growth of a strategy accounts for.

    Attributes
    ----------
    response : Slope
        Change of the basket's share of turnover per unit change of log strategy assets.
    explained : Series of shape (n_dates,)
        Share of market turnover put down to the assets' growth since the first date, by the
        response as it could be estimated on each date. [1] NaN before ten changes are known.
    origin : Origin
    """

    response: Slope
    explained: pd.Series
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """The explained share by date."""
        return self.explained.to_frame()


def flow_attribution(
    assets: pd.Series, basket_share: pd.Series, *, step: int = 20
) -> FlowAttribution:
    """Regress the change of a basket's turnover share on the growth of a strategy's assets.

    An association, not a cause: it says how much share moved with the assets.

    Parameters
    ----------
    assets : Series of shape (n_dates,)
        Assets of the strategy, positive. [CNY]
    basket_share : Series of shape (n_dates,)
        Amount of the basket / amount of the market. [1]
    step : int
        Length of the changes, which overlap (the interval allows for it). [d]

    Raises
    ------
    DataError
        If assets are not positive, or fewer than ten changes exist.
    """
    if (assets <= 0).any():
        first = assets.index[int((assets <= 0).to_numpy().argmax())]
        raise DataError(
            f"`assets` is not positive, first at {first:%Y-%m-%d}: growth of nothing is undefined. "
            "Start the series when the strategy had money."
        )
    log_assets = np.log(assets)
    share = basket_share.reindex(assets.index)
    growth, moved = log_assets.diff(step), share.diff(step)
    response = slope(growth, moved, lags=step)
    start = log_assets.dropna().iloc[0]
    return FlowAttribution(
        response=response,
        explained=(_slope_so_far(growth, moved) * (log_assets - start)).rename("explained"),
        origin=Origin(
            as_of=assets.index[-1],
            assumptions=(f"{step}-session changes", "association, not cause"),
        ),
    )


def _slope_so_far(x: pd.Series, y: pd.Series) -> pd.Series:
    """Least-squares slope of the pairs up to each date; NaN while there are fewer than ten."""
    known = x.notna() & y.notna()
    x, y = x.where(known, 0.0), y.where(known, 0.0)
    n = known.cumsum()
    cross = (x * y).cumsum() - x.cumsum() * y.cumsum() / n.where(n > 0)
    spread = (x * x).cumsum() - x.cumsum() ** 2 / n.where(n > 0)
    return (cross / spread.where(spread > 0)).where(n >= LEAST_CHANGES)


def style_chasing(
    exposure: pd.DataFrame,
    style_return: pd.DataFrame,
    *,
    lookback: int = 60,
    adjust: int = 20,
) -> Slope:
    """Coefficient of a manager moving toward the style that has just risen.

    Regresses the change of each style exposure over the next `adjust` sessions on the style's
    return over the last `lookback`, both demeaned across styles on each date so that a general
    rise of exposure is no chase. Positive: chases; negative: leans against; near zero: neither.

    Parameters
    ----------
    exposure : DataFrame of shape (n_dates, n_styles)
        Rolling style exposures of the manager. [1]
    style_return : DataFrame of shape (n_dates, n_styles)
        Daily returns of the styles. [1]
    lookback, adjust : int
        Sessions looked back, sessions given to adjust. [d]

    Returns
    -------
    Slope
        Exposure gained per unit of trailing return; the interval allows for the overlap.

    Raises
    ------
    DataError
        If the frames differ in dates or styles, or there are fewer than two styles.
    """
    if not (exposure.index.equals(style_return.index) and set(exposure) == set(style_return)):
        raise DataError(
            "`exposure` and `style_return` differ in dates or styles: a chase would be measured "
            "against another style's return. Align both frames first."
        )
    if exposure.shape[1] < 2:
        raise DataError(
            "one style only: with nothing to move away from, a chase cannot be told from a general "
            "rise of exposure. Supply two styles or more."
        )
    trailing = np.expm1(np.log1p(style_return[exposure.columns]).rolling(lookback).sum())
    change = exposure.diff(adjust).shift(-adjust)
    # Dates step by `adjust`: observations then do not overlap in y; lags cover x's overlap.
    rows = slice(lookback, None, adjust)
    x = trailing.sub(trailing.mean(axis=1), axis=0).iloc[rows]
    y = change.sub(change.mean(axis=1), axis=0).iloc[rows]
    # Styles of one date enter as one block, so the lag window spans whole dates.
    lags = exposure.shape[1] * max(1, -(-lookback // adjust))
    return slope(x.to_numpy(), y.to_numpy(), lags=lags)


def seat_activity(disclosures: pd.DataFrame, *, year: int | None = None) -> pd.DataFrame:
    """Count how often each seat shows up on the daily top-trader list (龙虎榜).

    Parameters
    ----------
    disclosures : DataFrame with columns date, seat and optionally symbol
        One row a mention; repeated (date, seat, symbol) rows count once.
    year : int, optional
        Only that calendar year.

    Returns
    -------
    DataFrame indexed by seat
        ``mentions``, ``days`` (distinct dates), ``share`` of all mentions [1]; busiest first.

    Raises
    ------
    DataError
        If a column is missing.
    """
    missing = {"date", "seat"} - set(disclosures)
    if missing:
        raise DataError(
            f"the disclosure list lacks {sorted(missing)}; it has {list(disclosures)}. Without them "
            "no mention can be counted. Rename the columns."
        )
    keys = [c for c in ("date", "seat", "symbol") if c in disclosures]
    rows = disclosures.drop_duplicates(keys)
    if year is not None:
        rows = rows[pd.to_datetime(rows["date"]).dt.year == year]
    table = rows.groupby("seat").agg(mentions=("date", "size"), days=("date", "nunique"))
    table["share"] = table["mentions"] / max(len(rows), 1)
    return table.sort_values(["mentions", "days"], ascending=False)
