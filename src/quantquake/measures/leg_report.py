"""One day of the momentum trade: how far it fell, which leg did it, and what that looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.breadth import aligned
from quantquake.measures.futures_chain import absent_date
from quantquake.measures.momentum_legs import (
    LOOKBACK,
    MIN_DAYS,
    QUANTILE,
    SKIP,
    formation_returns,
    leg_masks,
    leg_returns,
    move_sigma,
)
from quantquake.measures.ranks import Rank, rank_since
from quantquake.types import Origin, Result

Label = Literal["none", "long_led", "short_squeeze", "symmetric", "rotation"]

LONG_LED, SQUEEZE = 2 / 3, 1 / 3  # spec/crowding.md 3.4
# Both legs share the loss: a rotation moves every name along its momentum, a deleveraging moves
# the extremes that leveraged books hold. Half of the spread on the line is the even split (ours).
ROTATION = 0.5
FELT = -1.0  # sigmas; a smaller loss is an ordinary day whichever leg it came from
DRAWS = 1000

Array = npt.NDArray[np.float64]


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
        "none": the trade lost less than one sigma. "long_led": phi >= 2/3. "short_squeeze":
        phi <= 1/3. Between: "rotation" if gradient_share >= 0.5, else "symmetric" deleveraging.
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
    names = _names(past, index, formation, quantile, lookback)
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
        label=_label(attributed, sigma),
        legs=names[names["leg"] != "middle"].sort_values("formation", ascending=False),
        origin=_origin(date, names, spreads["spread"], lookback, skip, quantile, seed),
    )


def attribution(names: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> dict[str, float]:
    """Split the momentum loss between its legs and the rest of the cross-section.

    Parameters
    ----------
    names : DataFrame of shape (n_symbols, ...)
        `leg` ("winner", "loser", "middle"), `place` (percentile rank of the formation return),
        `hedged` (return minus beta times index return). [1]
    draws, seed : int
        Redraws of the names inside each leg.

    Returns
    -------
    dict
        `long_loss`, `short_loss`, `phi`, `phi_low`, `phi_high`, `gradient_share`. [1] The three
        `phi` are NaN unless the legs lost together.
    """
    hedged = names["hedged"].to_numpy(float)
    leg = names["leg"].to_numpy(str)
    long, short = hedged[leg == "winner"], hedged[leg == "loser"]
    long_loss, short_loss = -float(long.mean()), float(short.mean())
    low, high = _phi_interval(long, short, draws, seed)
    return {
        "long_loss": long_loss,
        "short_loss": short_loss,
        "phi": float(_phi(np.array(long_loss), np.array(short_loss))),
        "phi_low": low if long_loss + short_loss > 0 else np.nan,
        "phi_high": high if long_loss + short_loss > 0 else np.nan,
        "gradient_share": _gradient_share(names["place"].to_numpy(float), hedged, leg),
    }


def _phi(long_loss: Array, short_loss: Array) -> Array:
    total = long_loss + short_loss
    return long_loss / np.where(total > 0, total, np.nan)


def _phi_interval(long: Array, short: Array, draws: int, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    long_loss = -rng.choice(long, (draws, len(long))).mean(axis=1)
    short_loss = rng.choice(short, (draws, len(short))).mean(axis=1)
    drawn = _phi(long_loss, short_loss)
    if np.isnan(drawn).all():
        return np.nan, np.nan
    low, high = np.nanquantile(drawn, [0.05, 0.95])
    return float(low), float(high)


def _gradient_share(place: Array, hedged: Array, leg: npt.NDArray[np.str_]) -> float:
    """Spread the middle names' slope implies for the legs, over the spread the legs showed."""
    long, short, middle = leg == "winner", leg == "loser", leg == "middle"
    spread = hedged[long].mean() - hedged[short].mean()
    if middle.sum() < 3 or spread == 0:
        return np.nan
    x, y = place[middle] - place[middle].mean(), hedged[middle]
    slope = float(x @ y) / float(x @ x)
    return float(slope * (place[long].mean() - place[short].mean()) / spread)


def _label(attributed: dict[str, float], sigma: dict[str, float]) -> Label:
    known = [value for value in sigma.values() if np.isfinite(value)]
    phi = attributed["phi"]
    if np.isnan(phi) or (known and min(known) > FELT):
        return "none"
    if phi >= LONG_LED:
        return "long_led"
    if phi <= SQUEEZE:
        return "short_squeeze"
    return "rotation" if attributed["gradient_share"] >= ROTATION else "symmetric"


def _past(returns: pd.DataFrame, on: str | pd.Timestamp) -> tuple[pd.Timestamp, pd.DataFrame]:
    date = pd.Timestamp(on)
    if date not in returns.index:
        raise absent_date(pd.DatetimeIndex(returns.index), date, "returns")
    return date, returns.loc[:date]


def _names(
    past: pd.DataFrame,
    index: pd.Series,
    formation: pd.DataFrame,
    quantile: float,
    lookback: int,
) -> pd.DataFrame:
    """Every ranked name observed on the last day: leg, place, beta and hedged return."""
    top, bottom = leg_masks(formation, quantile=quantile)
    beta = _betas(past.iloc[-lookback - 1 : -1], index.iloc[-lookback - 1 : -1])
    today = past.iloc[-1]
    leg = np.select([top.iloc[0], bottom.iloc[0]], ["winner", "loser"], "middle")
    names = pd.DataFrame(
        {
            "leg": leg,
            "formation": formation.iloc[0],
            "place": formation.iloc[0].rank(pct=True),
            "return": today,
            "beta": beta,
            "hedged": today - beta.fillna(1.0) * index.iloc[-1],
        }
    ).rename_axis("symbol")
    return names.dropna(subset=["formation", "hedged"])


def _betas(past: pd.DataFrame, index: pd.Series) -> pd.Series:
    """Slope of each name on the index over its observed days; NaN below 60 of them."""
    x = np.where(past.notna() & index.notna().to_numpy()[:, None], index.to_numpy()[:, None], np.nan)
    y = past.where(index.notna(), axis=0).to_numpy(float)
    count = np.isfinite(x).sum(axis=0)
    safe = np.maximum(count, 1)
    x_gap = x - np.nansum(x, axis=0) / safe
    y_gap = y - np.nansum(y, axis=0) / safe
    variance = np.nansum(x_gap**2, axis=0)
    covariance = np.nansum(x_gap * y_gap, axis=0)
    known = (count >= MIN_DAYS) & (variance > 0)
    return pd.Series(
        np.where(known, covariance / np.where(known, variance, 1.0), np.nan), index=past.columns
    )


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
