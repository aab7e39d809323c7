"""A stated stand-in for a book nobody shows: what was issued, session by session, at the index then.

Issuance spread evenly over the sessions of each month, at that session's close, with the terms the
published notes call usual; what has knocked out, knocked in or matured since then drops out along the
index. Only the size is set from outside: the shape follows from the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from quantquake.data.calendars import count_sessions
from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball_book.published import Published
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuanceTerms(Result):
    """Terms of the notes issued, as shares of what is issued.

    Attributes
    ----------
    knock_in : mapping of barrier to share
        Default 80 %, as the published distribution has it.
    knock_out : float
        At every monthly observation. [1]
    step : float
        What it loses a month. [1]
    months : mapping of tenor to share
    lock : int
        Months before the first observation.
    coupon : float
        [1/yr]
    """

    knock_in: Mapping[float, float] = field(default_factory=lambda: {0.80: 1.0})
    knock_out: float = 1.00
    step: float = 0.0
    months: Mapping[int, float] = field(default_factory=lambda: {24: 1.0})
    lock: int = 3
    coupon: float = 0.16

    def __post_init__(self) -> None:
        for name, shares in (("knock_in", self.knock_in), ("months", self.months)):
            if not shares or min(shares.values()) < 0 or not 0.999 < sum(shares.values()) < 1.001:
                raise ConfigError(
                    f"shares of {name} are {dict(shares)}: what is issued must add up to 1, or the "
                    "book is larger or smaller than said. Give shares between 0 and 1 that do."
                )


def issued_trades(
    closes: pd.Series,
    *,
    underlying: str,
    as_of: str | pd.Timestamp,
    monthly: float | pd.Series = 1.0,
    terms: IssuanceTerms | None = None,
) -> pd.DataFrame:
    """Trades issued along an index path, as a table a `SnowballBook` takes.

    Parameters
    ----------
    closes : Series by date
        [points]
    underlying : str
    as_of : date
        Nothing issued after it, nor more than the longest tenor before it.
    monthly : float, or Series by month (any date in it)
        Notional issued a month. [money]
    terms : IssuanceTerms, optional

    Returns
    -------
    DataFrame
        One row a session, barrier and tenor; `line` counts from 0.
    """
    wanted = terms or IssuanceTerms()
    last = pd.Timestamp(as_of)
    first = last - pd.DateOffset(months=max(wanted.months))
    seen = closes.dropna().sort_index().loc[first:last]
    if seen.empty:
        raise DataError(
            f"no close of {underlying} between {first:%Y-%m-%d} and {last:%Y-%m-%d}: nothing can "
            "have been issued on a path that is not there. Give closes of those two years."
        )
    a_session = _a_session(seen, monthly)
    parts = [
        pd.DataFrame(
            {
                "date": seen.index,
                "spot0": seen.to_numpy(),
                "notional": a_session.to_numpy() * share * weight,
                "knock_in": barrier,
                "months": float(tenor),
            }
        )
        for barrier, share in wanted.knock_in.items()
        for tenor, weight in wanted.months.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["notional"] > 0].reset_index(drop=True)
    table.insert(0, "line", np.arange(len(table)))
    table = table.assign(
        symbol=underlying, step=wanted.step, lock=float(wanted.lock), coupon=wanted.coupon
    )
    table["knock_out"] = pd.Series([(wanted.knock_out,)] * len(table), dtype=object)
    table.attrs = {"kind": "snowballs", "issues": []}
    return table


def _a_session(seen: pd.Series, monthly: float | pd.Series) -> pd.Series:
    """Notional of each session: its month's, spread evenly over all sessions of that month."""
    month = seen.index.to_period("M")
    every = month.unique()
    days = count_sessions(
        every.to_timestamp(), every.to_timestamp(how="end").normalize(), provisional=True
    )
    if isinstance(monthly, pd.Series):
        by = monthly.set_axis(pd.DatetimeIndex(monthly.index).to_period("M"))
        size = by.reindex(every).fillna(0.0)
    else:
        size = pd.Series(float(monthly), index=every)
    return pd.Series((size / days).reindex(month).to_numpy(), index=seen.index)


def scaled(table: pd.DataFrame, alive: np.ndarray, outstanding: float) -> pd.DataFrame:
    """The same trades with notionals such that those `alive` add up to `outstanding`."""
    there = float(table.loc[alive, "notional"].sum())
    if not there > 0 or not outstanding > 0:
        raise ConfigError(
            f"{outstanding:g} outstanding of a book whose live trades add up to {there:g}: no "
            "factor makes one of the other. Give an amount above 0, and a path that leaves notes "
            "alive."
        )
    return table.assign(notional=table["notional"] * (outstanding / there))


def reweighted(
    table: pd.DataFrame, waiting: np.ndarray, distribution: pd.Series, width: float
) -> tuple[pd.DataFrame, pd.Series]:
    """Trades that wait to knock in, weighted so that each bin of level has its given notional.

    Parameters
    ----------
    table : DataFrame
        As `issued_trades` returns it.
    waiting : ndarray of bool of shape (n_trades,)
    distribution : Series by level
        [money by points]
    width : float
        Of a bin. [points]

    Returns
    -------
    table : DataFrame
        Only the trades that carry weight.
    missed : Series by level
        Notional of bins in which the path leaves no note. [money]
    """
    level = (table["knock_in"] * table["spot0"]).to_numpy()
    place = np.abs(level[:, None] - distribution.index.to_numpy()[None, :])
    nearest = place.argmin(axis=1)
    inside = waiting & (place.min(axis=1) <= 0.5 * width + 1e-9)
    members = np.bincount(nearest[inside], minlength=len(distribution))
    size = np.zeros(len(table))
    size[inside] = (distribution.to_numpy() / np.maximum(members, 1))[nearest[inside]]
    kept = table.assign(notional=size)[size > 0].reset_index(drop=True)
    return kept, distribution[members == 0]


def nearest_notes(table: pd.DataFrame, missed: pd.Series) -> pd.DataFrame:
    """One note for each level, of the age of the issued trade whose own level is nearest.

    For levels that no session's close hit, or that the path has knocked in or out a hair off.
    """
    level = (table["knock_in"] * table["spot0"]).to_numpy()
    rows = [int(np.abs(level - one).argmin()) for one in missed.index]
    notes = table.iloc[rows].reset_index(drop=True)
    return notes.assign(
        notional=missed.to_numpy(),
        spot0=missed.index.to_numpy() / notes["knock_in"].to_numpy(),
        knocked_in=False,
    )


def terms_of(source: Published) -> IssuanceTerms:
    """Usual terms as a published distribution gives them."""
    return IssuanceTerms(
        knock_in={source.knock_in: 1.0}, knock_out=source.knock_out, coupon=source.coupon
    )
