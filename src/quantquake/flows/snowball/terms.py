"""Notes from dates: monthly observations on sessions, and the state a dated path has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from quantquake.data.calendars import (
    count_sessions,
    is_session,
    session_on_or_after,
    sessions,
)
from quantquake.data.session_table import Calendar, DateLike
from quantquake.errors import CalendarError, ConfigError, DataError
from quantquake.flows.snowball.kinds import FloatArray, Numbers
from quantquake.flows.snowball.path import shifted
from quantquake.flows.snowball.trade import Snowball

YEAR = 365.0  # calendar days to the year of a coupon that accrues by them [d/yr]


def from_terms(
    start: DateLike,
    *,
    spot0: float,
    notional: float,
    knock_in: float | None,
    knock_out: Numbers,
    coupon: Numbers,
    months: int = 24,
    lock: int = 3,
    knock_out_step: float = 0.0,
    observation_dates: Sequence[DateLike] | pd.DatetimeIndex | None = None,
    maturity: DateLike | None = None,
    roll: Literal["forward", "refuse"] | None = None,
    coupon_days: Literal["sessions", "calendar"] = "sessions",
    as_of: DateLike | None = None,
    closes: pd.Series | None = None,
    knocked_in: bool | None = None,
    exchange: str | Calendar = "XSHG",
    provisional: bool = False,
    **terms: Any,
) -> Snowball:
    """Make a note from its dated terms, and bring it to `as_of`.

    Parameters
    ----------
    start : date
        Issue date, a session; session 0 of the note.
    spot0, notional, knock_in, coupon, **terms
        As in :class:`Snowball`.
    knock_out : float or sequence of shape (n_observations,)
        Barriers as in :class:`Snowball`, for the whole life.
    months, lock : int
        Life, and months to the first observation; observations are the monthly anniversaries in
        between, maturity the last of them. [months]
    knock_out_step : float
        Added to the barrier from one observation to the next (step-down < 0). [1]
    observation_dates : sequence of dates, optional
        Observations as the contract lists them, instead of the anniversaries.
    maturity : date, optional
        Default: the last observation.
    roll : {"forward", "refuse"}, optional
        What becomes of an observation on a day without trading: the next session, or an error
        that lists the days. Default: forward for anniversaries, refuse for dates given.
    coupon_days : {"sessions", "calendar"}
        How the coupon accrues: sessions over `days_per_year`, or calendar days over 365.
    as_of : date, optional
        Today, a session; default the last of `closes`, else `start`.
    closes : Series by date, optional
        Closes of every session after `start` up to `as_of`: the note is then knocked in, knocked
        out or matured as they say. Later rows are not read. [points]
    knocked_in : bool, optional
        State at `as_of` where no closes are given.
    exchange, provisional
        Calendar, and whether unannounced days count as sessions.

    Raises
    ------
    CalendarError
        A date that is no session, or lies past the calendar; all are listed.
    ConfigError, DataError
        Terms that do not fit together; sessions missing from `closes`.
    """
    begin = _session(start, "start", exchange, provisional)
    rule = roll or ("forward" if observation_dates is None else "refuse")
    if observation_dates is None:
        _check_months(months, lock)
        wanted = pd.DatetimeIndex(
            [begin + pd.DateOffset(months=m) for m in range(lock, months + 1)]
        )
    else:
        wanted = pd.DatetimeIndex([pd.Timestamp(d) for d in observation_dates])
    last = [] if maturity is None else [pd.Timestamp(maturity)]
    dates = _sessions_of(wanted.append(pd.DatetimeIndex(last)), rule, exchange, provisional)
    dates = dates if last else dates.append(dates[-1:])
    counts = np.asarray(count_sessions(begin, dates, exchange, provisional=provisional)) - 1
    barrier = np.asarray(knock_out, float) + knock_out_step * np.arange(len(wanted))
    accrued = {}
    if coupon_days == "calendar":
        years = (dates - begin).days.to_numpy() / YEAR
        rates = np.broadcast_to(np.asarray(coupon, float), (len(wanted),))
        accrued = {"accrual": years[:-1], "bonus": float(rates[-1] * years[-1])}
    trade = Snowball(
        spot0=spot0,
        notional=notional,
        knock_in=knock_in,
        knock_out=barrier,
        coupon=coupon,
        observation_sessions=counts[:-1],
        sessions=int(counts[-1]),
        **{**accrued, **terms},
    )
    return _brought_to(trade, begin, as_of, closes, knocked_in, exchange, provisional)


def _check_months(months: int, lock: int) -> None:
    if not 1 <= lock <= months:
        raise ConfigError(
            f"lock={lock}, months={months}: the first observation must come after the start and "
            "not after maturity. Give 1 <= lock <= months."
        )


def _session(
    date: DateLike, name: str, exchange: str | Calendar, provisional: bool
) -> pd.Timestamp:
    day = pd.Timestamp(date)
    if not is_session(day, exchange, provisional=provisional):
        raise CalendarError(
            f"`{name}` {day:%Y-%m-%d} is no session: sessions counted from it would be off by one. "
            "Give a trading day."
        )
    return day


def _sessions_of(
    wanted: pd.DatetimeIndex, rule: str, exchange: str | Calendar, provisional: bool
) -> pd.DatetimeIndex:
    closed = ~np.asarray(is_session(wanted, exchange, provisional=provisional))
    if rule == "refuse" and closed.any():
        listed = ", ".join(f"{d:%Y-%m-%d} (row {k})" for k, d in enumerate(wanted) if closed[k])
        raise CalendarError(
            f"{int(closed.sum())} of {len(wanted)} observation dates are no sessions: {listed}. The "
            'note would be observed on days without a close. Correct them, or give roll="forward" '
            "for the next session."
        )
    rolled = session_on_or_after(wanted, exchange, provisional=provisional)
    return pd.DatetimeIndex(rolled)


def _brought_to(
    trade: Snowball,
    begin: pd.Timestamp,
    as_of: DateLike | None,
    closes: pd.Series | None,
    knocked_in: bool | None,
    exchange: str | Calendar,
    provisional: bool,
) -> Snowball:
    last = closes.index[-1] if as_of is None and closes is not None else as_of
    if last is None:
        return trade
    today = _session(last, "as_of", exchange, provisional)
    days = sessions(exchange, begin, today, provisional=provisional)[1:]
    if closes is not None:
        return trade.after(_complete(closes, days))
    if knocked_in is None:
        raise ConfigError(
            f"The note is {len(days)} sessions old and neither `closes` nor `knocked_in` says what "
            "has become of it. Give the closes since issue, or its state."
        )
    return _aged(trade, len(days), knocked_in)


def _complete(closes: pd.Series, days: pd.DatetimeIndex) -> FloatArray:
    found = closes.reindex(days)
    absent = found.index[found.isna()]
    if len(absent):
        raise DataError(
            f"`closes` lack {len(absent)} of {len(days)} sessions since issue, first "
            f"{absent[0]:%Y-%m-%d}: a barrier may have been hit that day. Fill them in."
        )
    return found.to_numpy(float)


def _aged(trade: Snowball, days: int, knocked_in: bool) -> Snowball:
    """Note `days` sessions old, alive and knocked in or not on the caller's word."""
    if days >= trade.sessions:
        raise ConfigError(
            f"`as_of` lies {days} sessions after the start of a note of {trade.sessions}: it has "
            "ended, and how depends on its path. Give `closes`."
        )
    return shifted(trade, days, knocked_in=knocked_in)
