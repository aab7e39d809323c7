"""From a table of trades to terms: units settled, schedules built, unusable rows listed by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar
from quantquake.data.files.issues import Issue, issue
from quantquake.flows.snowball_book.barriers import as_ratio, as_step, rates
from quantquake.flows.snowball_book.rejects import Rejects
from quantquake.flows.snowball_book.schedule import SessionGrid, add_months, months_between, ragged
from quantquake.flows.snowball_book.terms import Bools, Days, Floats, Ints, Terms

LOCK = 3
"""Months without knock-out after the issue where the file says nothing (spec of the usual trade)."""

MOST = 1e13
"""Notional no note has: more says that the column's unit is wrong. [money]"""

_NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of a table: trades that can be used, rows that cannot, what was noticed."""

    terms: Terms
    rejected: pd.DataFrame
    issues: list[Issue]
    grid: SessionGrid


def take_in(
    table: pd.DataFrame,
    *,
    day: pd.Timestamp,
    closes: pd.DataFrame | None,
    exchange: str | Calendar,
) -> Intake:
    """Check every trade of a table as :func:`quantquake.data.files.read` returns it.

    Parameters
    ----------
    table : DataFrame of shape (n_trades, ...)
        One row a trade.
    day : Timestamp
        Day the book will stand on; sessions are counted from a month before it.
    closes : DataFrame of shape (n_dates, n_indices), optional
        Gives the level at issue where the file does not.
    exchange : str or Calendar
        Whose sessions the observations must be.

    Returns
    -------
    Intake
        `rejected` has `line`, `trade` and `reason`, a code worded by the report.
    """
    issues: list[Issue] = []
    bad = Rejects(len(table))
    bad.mark(table["symbol"].isna().to_numpy(), "no_underlying")
    issue_day, maturity, months = _span(table, bad)
    grid = SessionGrid.between(*_reach(issue_day, maturity, day), exchange)
    spot0 = _spot0(table, issue_day, closes, bad)
    knock_in = as_ratio(_floats(table, "knock_in"), spot0)
    start, observation = _observations(table, issue_day, maturity, months, grid, bad)
    knock_out = _knock_out(table, spot0, start, bad)
    coupon = rates(_floats(table, "coupon"), "coupon", table, issues)
    bonus = rates(_floats(table, "bonus"), "bonus", table, issues)
    terms = Terms(
        line=_lines(table),
        name=_names(table),
        underlying=np.array(table["symbol"].where(table["symbol"].notna(), "").to_list(), object),
        issue=issue_day,
        maturity=maturity,
        notional=_floats(table, "notional"),
        spot0=spot0,
        knock_in=knock_in,
        strike=_given(as_ratio(_floats(table, "strike_ratio"), spot0), 1.0),
        floor=_floor(_floats(table, "floor"), bad),
        coupon=coupon,
        # Without a word on it the bonus at maturity pays the coupon's rate.
        bonus=np.where(np.isnan(bonus), coupon, bonus),
        european=_european(table),
        told=_told(table),
        start=start,
        observation=observation,
        knock_out=knock_out,
    )
    _judge(terms, table, bad)
    return Intake(terms=terms.take(bad.good), rejected=bad.table(terms), issues=issues, grid=grid)


def _judge(terms: Terms, table: pd.DataFrame, bad: Rejects) -> None:
    """Give every trade that cannot be used its reason; the first one found is kept."""
    bad.mark(np.isnan(terms.notional), "no_notional")
    bad.mark(terms.notional <= 0, "notional_not_positive")
    bad.mark(terms.notional > MOST, "notional_unit")
    bad.mark(_floats(table, "knock_in", missing=True), "no_knock_in")
    bad.mark(np.isnan(terms.knock_in), "barrier_unit")
    bad.mark(terms.knock_in >= 1.0, "knock_in_above_start")
    bad.mark(np.isnan(terms.coupon), "no_coupon")
    bad.mark(np.isnan(terms.strike), "barrier_unit")
    lowest = np.full(len(terms), np.inf)
    np.fmin.at(lowest, terms.row, terms.knock_out)
    # A parachute's last knock-out may lie on the knock-in, never below it.
    bad.mark(lowest < terms.knock_in - 1e-9, "knock_out_below_knock_in")
    named = pd.Series(terms.name)
    bad.mark((named.duplicated() & (named != "")).to_numpy(), "name_twice")


def _span(table: pd.DataFrame, bad: Rejects) -> tuple[Days, Days, Ints]:
    """Issue, maturity and whole months between them; one of the last two must be given."""
    start, end = _days(table, "date"), _days(table, "maturity")
    months = _floats(table, "months")
    bad.mark(np.isnat(start), "no_issue_date")
    given = ~np.isnan(months)
    bad.mark(~given & np.isnat(end), "no_maturity")
    bad.mark(given & ((months <= 0) | (months > 120)), "no_maturity")
    whole = np.where(given, np.clip(np.nan_to_num(months, nan=1.0), 1, 120), 1.0)
    count = np.rint(whole).astype(np.int64)
    known = ~np.isnat(start) & ~np.isnat(end)
    count = np.where(~given & known, months_between(start, end), count)
    count = np.where(known | given, np.clip(count, 1, 120), 1)
    filled = np.where(np.isnat(end) & ~np.isnat(start), add_months(start, count), end)
    bad.mark(~np.isnat(start) & (filled <= start), "no_maturity")
    return start, filled, count


def _reach(start: Days, end: Days, day: pd.Timestamp) -> tuple[np.datetime64, np.datetime64]:
    """First and last day the book has to do with, a month before its own day included."""
    now = np.datetime64(day, "D")
    ends = np.array([now - 31, now])
    known = np.concatenate([start[~np.isnat(start)], end[~np.isnat(end)], ends])
    return known.min(), known.max()


def _spot0(
    table: pd.DataFrame,
    start: Days,
    closes: pd.DataFrame | None,
    bad: Rejects,
) -> Floats:
    """Level at issue: as the file says, else the index close of that session."""
    level = _floats(table, "spot0")
    level = np.where(level > 0, level, np.nan)
    need = np.isnan(level) & ~np.isnat(start)
    for symbol in table.loc[need, "symbol"].dropna().unique() if closes is not None else ():
        if closes is None or symbol not in closes:
            continue
        rows = need & (table["symbol"] == symbol).to_numpy()
        path = closes[symbol]
        level[rows] = path.reindex(pd.DatetimeIndex(start[rows])).to_numpy()
    bad.mark(np.isnan(level), "no_start_level")
    return level


def _observations(
    table: pd.DataFrame, start: Days, end: Days, months: Ints, grid: SessionGrid, bad: Rejects
) -> tuple[Ints, Days]:
    """Observation days of every trade: its own, else one a month after the lock, on sessions."""
    n = len(table)
    own = table["observations"].to_list() if "observations" in table else [None] * n
    has = np.array([bool(one) for one in own], dtype=bool)
    lock = np.nan_to_num(_floats(table, "lock"), nan=LOCK)
    first = np.clip(np.rint(lock), 1, months).astype(np.int64)
    usable = ~np.isnat(start) & ~np.isnat(end)
    counts = np.where(usable, months - first + 1, 0)
    counts = np.where(has, [len(one) if one else 0 for one in own], counts).astype(np.int64)
    ptr, row, place = ragged(counts)
    days = np.full(len(row), _NO_DAY)
    monthly = ~has[row]
    at = row[monthly]
    days[monthly] = add_months(start[at], first[at] + place[monthly])
    # The last monthly observation is the maturity itself, whatever day that is.
    last = monthly & (place == counts[row] - 1)
    days[last] = end[row[last]]
    days[monthly] = grid.days[np.minimum(grid.at_or_after(days[monthly]), len(grid.days) - 1)]
    for i in np.flatnonzero(has):
        days[ptr[i] : ptr[i + 1]] = np.array(own[i], dtype="datetime64[D]")
    _check_own(days, row, has, start, end, grid, bad)
    return ptr, days


def _check_own(
    days: Days, row: Ints, has: Bools, start: Days, end: Days, grid: SessionGrid, bad: Rejects
) -> None:
    given = has[row]
    _flag(bad, row, given & ~grid.open_on(days), "observation_closed")
    outside = given & ~((days > start[row]) & (days <= end[row]))
    unordered = np.zeros(len(days), dtype=bool)
    unordered[1:] = (days[1:] <= days[:-1]) & (row[1:] == row[:-1]) & given[1:]
    _flag(bad, row, outside | unordered, "observation_order")


def _knock_out(table: pd.DataFrame, spot0: Floats, start: Ints, bad: Rejects) -> Floats:
    """Barrier of every observation: one for all less a step a month, or one for each."""
    counts = np.diff(start)
    lists = table["knock_out"].to_list()
    missing = np.array([not one for one in lists], dtype=bool)
    bad.mark(missing, "no_knock_out")
    length = np.array([len(one) if one else 0 for one in lists], dtype=np.int64)
    bad.mark(~missing & (length > 1) & (length != counts), "knock_out_count")
    row = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(start[-1]) - start[row]
    first = np.array([one[0] if one else np.nan for one in lists], dtype=np.float64)
    step = np.nan_to_num(as_step(_floats(table, "step"), spot0))
    barrier = as_ratio(first, spot0)[row] - step[row] * place
    for i in np.flatnonzero((length > 1) & (length == counts)):
        barrier[start[i] : start[i + 1]] = as_ratio(np.array(lists[i]), spot0[i])
    _flag(bad, row, np.isnan(barrier), "barrier_unit")
    return barrier


def _flag(bad: Rejects, row: Ints, wrong: Bools, reason: str) -> None:
    trades = np.zeros(bad.n, dtype=bool)
    trades[row[wrong]] = True
    bad.mark(trades, reason)


def _floats(table: pd.DataFrame, field: str, *, missing: bool = False) -> Any:
    """Column as float64, all NaN where the table lacks it; or where it is missing."""
    values = (
        pd.to_numeric(table[field], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        if field in table
        else np.full(len(table), np.nan)
    )
    return np.isnan(values) if missing else values


def _days(table: pd.DataFrame, field: str) -> Days:
    if field not in table:
        return np.full(len(table), _NO_DAY)
    return pd.to_datetime(table[field]).to_numpy().astype("datetime64[D]")


def _floor(values: Floats, bad: Rejects) -> Floats:
    """Least redemption as a share of the notional; 80 means 80 %."""
    share = np.where(values > 1.0, values / 100.0, values)
    bad.mark((share < 0) | (share > 1), "barrier_unit")
    return _given(share, 0.0)


def _given(values: Floats, default: float) -> Floats:
    return np.where(np.isnan(values), default, values)


def _lines(table: pd.DataFrame) -> Ints:
    return (table["line"] if "line" in table else pd.RangeIndex(len(table))).to_numpy(np.int64)


def _names(table: pd.DataFrame) -> Any:
    if "trade" not in table:
        return np.full(len(table), "", dtype=object)
    return np.array(["" if pd.isna(x) else str(x) for x in table["trade"]], dtype=object)


def _european(table: pd.DataFrame) -> Bools:
    """Whether the knock-in is looked at on the last day only: "maturity", "european", 期末, 欧式."""
    if "style" not in table:
        return np.zeros(len(table), dtype=bool)
    text = table["style"].fillna("").astype("str").str.lower()
    return text.str.contains("matur|europ|期末|到期|欧").to_numpy(dtype=bool)


def _told(table: pd.DataFrame) -> Any:
    if "knocked_in" not in table:
        return np.full(len(table), -1, dtype=np.int8)
    return np.array(
        [-1 if x is None or pd.isna(x) else int(bool(x)) for x in table["knocked_in"]],
        dtype=np.int8,
    )


def note_provisional(terms: Terms, grid: SessionGrid) -> list[Issue]:
    """Note maturities past the announced calendar: their sessions are counted as weekdays."""
    late = int((terms.maturity > grid.announced).sum())
    if not late:
        return []
    where = f"{late} of {len(terms)} trades end after {grid.announced}"
    return [issue("calendar not announced", where, "later weekdays counted as sessions")]
