"""Is today's closing flow large? The same funds on past days, and its place among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.leveraged_etf.formula import bounded_flow
from quantquake.flows.leveraged_etf.funds import LeveragedFunds
from quantquake.flows.leveraged_etf.underlyings import match_underlyings, underlying_of
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

#: A place among fewer days says nothing.
LEAST_DAYS = 20
_GIVEN = "assets of each fund on each day, as given"
_CONSTANT = "today's funds at today's assets on every day: ranks the moves, not the money"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRank(Result):
    """Place of one day's flow among the days up to it.

    Attributes
    ----------
    on : Timestamp
    flow : float
        [money]
    place : int or None
        1 = the largest sale up to that day; None among fewer than 20 days.
    days : int
        Days compared, that day included.
    percentile : float
        Share of those days that sold less or bought, ties counted half. [1] NaN with `place`.
    largest : Series by date
        The ten largest sales so far. [money]
    constant_assets : bool
        Whether the past was given today's assets, so that the place ranks moves, not money.
    origin : Origin
    """

    on: pd.Timestamp
    flow: float
    place: int | None
    days: int
    percentile: float
    largest: pd.Series
    constant_assets: bool
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHistory(Result):
    """Closing flow of the same funds on past days.

    Attributes
    ----------
    flow : Series by date
        Gross. [money] NaN where too little of the funds' convexity has a return.
    covered : Series by date
        Share of the convexity that has one, of that known on the last day. [1]
    constant_assets : bool
        Whether every day has today's assets.
    currency : str
    origin : Origin
        Its first assumption says what the assets of the past are.
    """

    flow: pd.Series
    covered: pd.Series
    constant_assets: bool
    currency: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a date."""
        return pd.DataFrame({"flow": self.flow, "covered": self.covered})

    def rank(self, on: str | pd.Timestamp | None = None) -> FlowRank:
        """Place of a day among itself and the days before it; default the last day."""
        seen = self.flow.dropna()
        day = seen.index[-1] if on is None and len(seen) else pd.Timestamp(on)
        if day not in seen.index:
            raise DataError(
                f"The history has no flow on {day:%Y-%m-%d}, among {len(seen)} days with one: a day "
                "without returns has no place. Choose one of its days."
            )
        past = seen.loc[:day]
        value, enough = float(seen[day]), len(past) >= LEAST_DAYS
        below, ties = int((past < value).sum()), int((past == value).sum())
        return FlowRank(
            on=day,
            flow=value,
            place=below + 1 if enough else None,
            days=len(past),
            percentile=1.0 - (below + 0.5 * ties) / len(past) if enough else float("nan"),
            largest=past[past < 0].nsmallest(10),
            constant_assets=self.constant_assets,
            origin=self.origin,
        )


def flow_history(
    funds: LeveragedFunds,
    returns: pd.DataFrame,
    *,
    assets: pd.DataFrame | None = None,
    proxies: Mapping[str, str | None] | None = None,
    names: Mapping[str, str] | None = None,
    least_covered: float = 0.95,
) -> FlowHistory:
    """Closing flow of today's funds on every day of a panel of returns.

    Parameters
    ----------
    funds : LeveragedFunds
        With the assets at the close before the last day of `returns`.
    returns : DataFrame of shape (n_dates, n_labels)
        Return of each underlying against the session before. [1] NaN: not observed.
    assets : DataFrame of shape (n_dates, n_funds), optional
        Assets of each fund at the close **before** each date; 0 before it was listed. [money]
        Columns are fund symbols. Without it every day has today's assets, and the rank is that of
        the day's moves: where assets grew, past sales are overstated and the place too modest.
    proxies, names
        As in :func:`quantquake.flows.leveraged_etf.match_underlyings`.
    least_covered : float
        Days with a smaller share of the last day's covered convexity are left out (NaN): a day
        without the largest funds would look quiet. [1]

    Raises
    ------
    DataError
        No underlying has a return.

    Notes
    -----
    Survivors only: funds closed before the snapshot are missing from the past. Assets are not
    carried back by returns: without investors an inverse fund would have been a hundred times as
    large three years ago.
    """
    matched = match_underlyings(funds, returns.columns, proxies=proxies, names=names)
    labels = underlying_of(funds).map(matched["label"])
    used = funds.table[labels.notna()]
    if used.empty or returns.empty:
        raise DataError(
            f"No underlying of {len(funds.table)} funds has a return in a panel of shape "
            f"{returns.shape}: there is no past to compare with. Give returns, or `proxies`."
        )
    moves = returns[labels[labels.notna()]].to_numpy(float)
    leverage = used["leverage"].to_numpy(float)
    held = np.broadcast_to(used["assets"].to_numpy(float), moves.shape)
    if assets is not None:
        held = assets.reindex(index=returns.index, columns=used.index).to_numpy(float)
    trades = bounded_flow(held, np.broadcast_to(leverage, moves.shape), moves)
    covered = _covered(used["convexity"].to_numpy(float), trades)
    total = np.where(covered >= least_covered, np.nansum(trades, axis=1), np.nan)
    return FlowHistory(
        flow=pd.Series(total, returns.index, name="flow"),
        covered=pd.Series(covered, returns.index, name="covered"),
        constant_assets=assets is None,
        currency=funds.currency,
        origin=_origin(
            funds, returns.index, covered >= least_covered, _CONSTANT if assets is None else _GIVEN
        ),
    )


def _covered(convexity: FloatArray, trades: FloatArray) -> FloatArray:
    """Share of the last day's observed convexity that is observed on each day."""
    size = np.abs(convexity) * np.isfinite(trades[-1])
    total = size.sum()
    if not total > 0:
        return np.full(len(trades), np.nan)
    return np.isfinite(trades) @ size / total


def _origin(
    funds: LeveragedFunds, dates: pd.Index, kept: npt.NDArray[np.bool_], held: str
) -> Origin:
    return Origin(
        as_of=pd.Timestamp(dates[-1]),
        coverage={**funds.origin.coverage, "days": f"{int(kept.sum())} of {len(dates)}"},
        assumptions=(held, "funds of the snapshot only: those closed before are missing"),
    )
