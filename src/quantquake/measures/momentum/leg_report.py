"""One day of the momentum trade: how far it fell, which leg did it, and what that looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.basis.chain import absent_date
from quantquake.measures.breadth import aligned
from quantquake.measures.momentum.attribution import Label, attribution, hedged_names, loss_label
from quantquake.measures.momentum.legs import (
    LOOKBACK,
    QUANTILE,
    SKIP,
    formation_returns,
    leg_returns,
    move_sigma,
)
from quantquake.measures.ranks import Rank, rank_since
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReport(Result):
    """What happened to momentum on one day.

    Attributes
    ----------
    on : Timestamp
        The day; names were fixed before it.
    winners, losers, spread : float
        Equal-weight return of past winners, past losers, and their difference. [1]
    index_return : float
        [1]
    sigma : dict of str to float
        `spread` in standard deviations known the evening before: `ewma`, `rolling_60`, ... [1]
        NaN where history is too short.
    rank : Rank
        Place of `spread` among all days since a stated start, 1 = worst.
    long_loss, short_loss : float
        Market-hedged loss of each leg, betas of the year before: ``beta_L r_m - r_L`` and
        ``r_S - beta_S r_m``. A loss is positive; the two add up to the hedged loss. [1]
    phi : float
        Share of the loss from the long leg; outside [0, 1] where one leg gained. NaN unless the
        trade lost. [1]
    phi_interval : tuple of float
        5 % and 95 % of `phi` when names are redrawn inside the legs. [1]
    gradient_share : float
        Part of the hedged spread that a line through the names *between* the legs explains: near 1
        in a rotation, near 0 when only the extremes moved. [1]
    label : {"none", "long_led", "short_squeeze", "symmetric", "rotation"}
        "none": the trade lost less than one sigma, or no sigma is known yet. "long_led":
        phi >= 2/3. "short_squeeze": phi <= 1/3. Between: "rotation" if gradient_share >= 0.5,
        else "symmetric" deleveraging.
    legs : DataFrame
        Index `symbol`; `leg`, `formation`, `return`, `beta`, `hedged` of every leg member.
    origin : Origin
        As-of date, coverage, conventions, seed of the redraws.
    """

    on: pd.Timestamp
    winners: float
    losers: float
    spread: float
    index_return: float
    sigma: dict[str, float]
    rank: Rank
    long_loss: float
    short_loss: float
    phi: float
    phi_interval: tuple[float, float]
    gradient_share: float
    label: Label
    legs: pd.DataFrame
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return the leg members, one row each."""
        return self.legs.copy()


def day_report(
    returns: pd.DataFrame,
    index_returns: pd.Series,
    on: str | pd.Timestamp,
    *,
    lookback: int = LOOKBACK,
    skip: int = SKIP,
    quantile: float = QUANTILE,
    close: pd.DataFrame | None = None,
    start: str | pd.Timestamp | None = None,
    windows: tuple[int, ...] = (60, 120, 250),
    seed: int = 0,
) -> DayReport:
    """How far momentum fell on one day, how rare that was, and which leg did it.

    Parameters
    ----------
    returns : DataFrame of shape (n_dates, n_symbols)
        Simple returns; rows after `on` are not read. [1] NaN = not observed.
    index_returns : Series of shape (n_dates,)
        [1]
    on : date-like
        A date of `returns` with more than `lookback` rows before it.
    lookback, skip, close
        As in :func:`~quantquake.measures.momentum.formation_returns`.
    quantile : float
        Share of names in each leg. [1]
    start : date-like, optional
        First day the rank counts from; default the first day with legs.
    windows : tuple of int
        Rolling deviations to measure the move in. [d]
    seed : int
        Of the redraws behind `phi_interval`.

    Raises
    ------
    DataError
        If `on` is absent, history is too short, or the index is missing that day.
    ConfigError
        As in `formation_returns` and `leg_masks`.

    References
    ----------
    .. [1] S&P 500 members, 2026-02-04, 120 days: spread -6.1 %, -3.8 sigma.
    """
    date, past = _past(returns, on)
    index = aligned(past, index_returns)
    prices = None if close is None else close.loc[:date]
    spreads = leg_returns(past, lookback=lookback, skip=skip, quantile=quantile, close=prices)
    recent = past.iloc[-lookback - 1 :]
    formation = formation_returns(
        recent,
        lookback=lookback,
        skip=skip,
        close=None if prices is None else prices.iloc[-lookback - 1 :],
    ).iloc[[-1]]
    names = hedged_names(past, index, formation, quantile, lookback)
    _refuse_empty(names, len(past), lookback, date, index.iloc[-1])
    attributed = attribution(names, seed=seed)
    sigma = move_sigma(spreads["spread"], windows=windows).iloc[-1].to_dict()
    today = spreads.iloc[-1]
    return DayReport(
        on=date,
        winners=float(today["winners"]),
        losers=float(today["losers"]),
        spread=float(today["spread"]),
        index_return=float(index.iloc[-1]),
        sigma=sigma,
        rank=rank_since(spreads["spread"], date, start=start),
        long_loss=attributed["long_loss"],
        short_loss=attributed["short_loss"],
        phi=attributed["phi"],
        phi_interval=(attributed["phi_low"], attributed["phi_high"]),
        gradient_share=attributed["gradient_share"],
        label=loss_label(attributed, sigma),
        legs=names[names["leg"] != "middle"].sort_values("formation", ascending=False),
        origin=_origin(date, names, spreads["spread"], lookback, skip, quantile, seed),
    )


def _past(returns: pd.DataFrame, on: str | pd.Timestamp) -> tuple[pd.Timestamp, pd.DataFrame]:
    date = pd.Timestamp(on)
    if date not in returns.index:
        raise absent_date(pd.DatetimeIndex(returns.index), date, "returns")
    return date, returns.loc[:date]


def _refuse_empty(
    names: pd.DataFrame, rows: int, lookback: int, on: pd.Timestamp, index_return: float
) -> None:
    if np.isnan(index_return):
        raise DataError(
            f"`index_returns` has no value on {on:%Y-%m-%d}: legs cannot be hedged against an "
            "unknown market move. Add the index close of that day and of the session before."
        )
    if not {"winner", "loser"} <= set(names["leg"]):
        raise DataError(
            f"No momentum legs on {on:%Y-%m-%d}: ranking needs {lookback} earlier sessions and "
            f"{rows - 1} are given, {len(names)} names ranked and observed that day. Give longer "
            "history, or a shorter lookback=."
        )


def _origin(
    on: pd.Timestamp,
    names: pd.DataFrame,
    spread: pd.Series,
    lookback: int,
    skip: int,
    quantile: float,
    seed: int,
) -> Origin:
    first = spread.first_valid_index()
    assumed = int(names["beta"].isna().sum())
    return Origin(
        as_of=on,
        coverage={
            "names": f"{len(names)} ranked and observed",
            "days with legs": f"{int(spread.notna().sum())} since {first:%Y-%m-%d}",
            "betas": f"{len(names) - assumed} of {len(names)}, the rest taken as 1",
        },
        assumptions=(
            f"names ranked by C[t-{skip + 1}]/C[t-{lookback}]-1, fixed before the day",
            f"equal-weight legs of {quantile:.0%}, renewed daily, no costs",
            "sigma: spread over the deviation through the day before, mean not subtracted",
        ),
        seed=seed,
    )
