"""The door of the gamma room: one chain of one day, its bad rows listed, its arrays ready."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.files import read
from quantquake.data.files.issues import Issue, issue
from quantquake.data.panel import listed
from quantquake.errors import ConfigError, DataError
from quantquake.flows.gamma.day import one_day
from quantquake.flows.options import implied_volatility
from quantquake.measures.basis.curve import CALENDAR_DAYS

Mask = npt.NDArray[np.bool_]
SHOWN = 8  # row numbers in a note
LONGEST, WILDEST = 100.0, 100.0  # years, and volatility: beyond, the cell holds something else
FAR_STRIKE = 1e4  # times the spot, or a part of it: such a cell holds something else
FAR_SPOT = 0.005  # the chain's own spot this far from the one given is worth a note


@dataclass(slots=True, kw_only=True)
class Chain:
    """One option chain on one day.

    Attributes
    ----------
    rows : DataFrame
        One row a usable contract, its index the row numbers of the table given: `expiry`,
        `strike`, `option_type`, `time` [yr, NaN unknown], `iv` [NaN unknown], `open_interest`,
        `multiplier`, `gamma` [vendor's, NaN unknown], `dividend` [1/yr, what turns the spot into
        the forward].
    spot : float
    rate : float
    underlying : str
    as_of : Timestamp or None
    given : int
        Contracts of the day, usable or not.
    places : ndarray of int
        Position of each usable contract in the table given, of `length` rows.
    issues : list of Issue
    """

    rows: pd.DataFrame
    spot: float
    rate: float
    underlying: str
    as_of: pd.Timestamp | None
    given: int
    places: npt.NDArray[np.intp]
    length: int
    issues: list[Issue] = field(default_factory=list)


def open_chain(
    chain: Any,
    spot: float | None,
    *,
    as_of: str | pd.Timestamp | None,
    multiplier: float,
    rate: float,
    dividend: float,
    time_left: float,
) -> Chain:
    """Check a chain and make it ready; arguments as `gamma_exposure`."""
    _settings(multiplier, rate, dividend, time_left)
    known = isinstance(chain, pd.DataFrame) and chain.attrs.get("kind") == "options"
    table = chain if known else read(chain, kind="options")
    issues: list[Issue] = [] if known else list(table.attrs["issues"])
    name, length = _one_underlying(table), len(table)
    if not table.index.is_unique:
        table = table.reset_index(drop=True)  # two tables joined: rows are counted anew
    table = table.assign(place=np.arange(length))
    table.attrs = {}  # pandas copies them at every step
    table, day = one_day(table, as_of, issues)
    level = _spot(table, spot, issues)
    if "open_interest" not in table:
        raise DataError(
            f"The chain has no open interest; its columns are {listed(table.columns, 30)}. Without "
            "positions there is nothing to hedge, whatever the gammas. Give a column "
            "`open_interest` (持仓量) of contracts."
        )
    given, rows = len(table), _usable(table, level, day, multiplier, issues)
    rows = _without_repeats(rows, issues)
    rows["time"] = _time(rows, day, time_left, issues)
    rows["dividend"] = _carry(rows, level, rate, dividend)
    _list_quotes(rows, issues)
    rows["iv"] = _volatility(rows, level, rate, issues)
    rows["gamma"] = _vendor_gamma(rows, issues)
    return Chain(
        rows=rows, spot=level, rate=rate, underlying=name, as_of=day, given=given,
        places=rows.pop("place").to_numpy(), length=length, issues=issues,
    )  # fmt: skip


def _settings(multiplier: float, rate: float, dividend: float, time_left: float) -> None:
    if not (multiplier > 0 and np.isfinite([rate, dividend]).all() and time_left >= 0):
        raise ConfigError(
            f"multiplier={multiplier:g}, rate={rate:g}, dividend={dividend:g}, "
            f"time_left={time_left:g}: a contract stands for more than nothing, rates are "
            "finite, and time does not run back. Give a multiplier above 0 (100 for index options "
            "in both markets, 10000 for A-share ETF options) and time_left in days, 0 or more."
        )


def _one_underlying(table: pd.DataFrame) -> str:
    if "underlying" not in table:
        return ""
    names = table["underlying"].dropna().unique()
    if len(names) > 1:
        counts = table["underlying"].value_counts()
        raise DataError(
            f"The table holds chains of {len(names)} underlyings "
            f"({listed(f'{n}: {c} rows' for n, c in counts.items())}): gammas per point of "
            "different indices do not add up. Keep one, e.g. chain[chain['underlying'] == "
            f"{names[0]!r}]."
        )
    return str(names[0]) if len(names) else ""


def _spot(table: pd.DataFrame, spot: float | None, issues: list[Issue]) -> float:
    own = float(table["spot"].median()) if "spot" in table else float("nan")
    if spot is None:
        if not own > 0:
            raise DataError(
                "`spot` is not given and the chain has no column of it: without the level of the "
                "underlying no gamma has a size in money. Give spot=."
            )
        return own
    level = float(spot)
    if not (level > 0 and np.isfinite(level)):
        raise DataError(
            f"`spot`={level:g}: an index stands above 0. Give its level in points, at the moment "
            "of the quotes."
        )
    if abs(own / level - 1) > FAR_SPOT:
        where = f"chain {own:g}, given {level:g}"
        issues.append(issue("spot differs from the chain's", where, "the one given is used"))
    return level


def _usable(
    table: pd.DataFrame,
    spot: float,
    day: pd.Timestamp | None,
    multiplier: float,
    issues: list[Issue],
) -> pd.DataFrame:
    """Contracts with terms and a position; the others are listed with their row numbers."""
    rows = table.copy()
    size = rows["multiplier"] if "multiplier" in rows else pd.Series(multiplier, rows.index)
    rows["multiplier"] = size.astype(float)
    if "expiry" not in rows:
        rows["expiry"] = pd.Series(np.datetime64("NaT", "ns"), rows.index)
    near = (rows["strike"] > spot / FAR_STRIKE) & (rows["strike"] < spot * FAR_STRIKE)
    left = _leave_out(~near, "no strike near the spot", rows, issues)
    left |= _leave_out(rows["option_type"].isna(), "no option type", rows, issues)
    left |= _leave_out(~(rows["multiplier"] > 0), "no multiplier above 0", rows, issues)
    left |= _leave_out(rows["open_interest"].isna(), "no open interest", rows, issues)
    if day is not None:
        left |= _leave_out(rows["expiry"] < day, f"expired before {day:%Y-%m-%d}", rows, issues)
    if left.all():
        raise DataError(
            f"None of the {len(rows)} contracts can be used "
            f"({listed(note['what'] for note in issues)}): there is no position with a strike and "
            "a date. Check the columns strike, option_type, expiry and open_interest."
        )
    return rows[~left].drop(columns="spot", errors="ignore")


def _leave_out(
    bad: pd.Series, what: str, rows: pd.DataFrame, issues: list[Issue], action: str = "left out"
) -> pd.Series:
    if bad.any():
        issues.append(issue(what, at_rows(rows.index[bad]), action))
    return bad


def at_rows(index: pd.Index) -> str:
    """Row numbers for a note: the first few, and how many."""
    more = f" ({len(index):,} in all)" if len(index) > SHOWN else ""
    return f"rows {listed(index, SHOWN)}{more}"


def _without_repeats(rows: pd.DataFrame, issues: list[Issue]) -> pd.DataFrame:
    """Drop rows said twice; refuse one contract with two open interests.

    The key holds the code where there is one: morning- and evening-settled index options share
    expiry, strike and type and are two contracts.
    """
    keys = [k for k in ("symbol", "expiry", "tau", "strike", "option_type") if k in rows]
    said = [*keys, *(c for c in ("open_interest", "multiplier", "iv", "gamma") if c in rows)]
    again = rows.duplicated(said)
    _leave_out(again, "contract given twice", rows, issues, "the first one kept")
    rows = rows[~again].copy()
    twice = rows.duplicated(keys, keep=False)
    if twice.any():
        first = rows[twice].iloc[0]
        raise DataError(
            f"{int(twice.sum())} rows give one contract different numbers, {at_rows(rows.index[twice])}, "
            f"first {first['option_type']} {first['strike']:g}: which is true cannot be told, and a "
            "sum would count the position twice. Keep one row a contract, or give its code as "
            "`symbol` where they are two contracts."
        )
    return rows


def _time(
    rows: pd.DataFrame, day: pd.Timestamp | None, time_left: float, issues: list[Issue]
) -> pd.Series:
    """Years to expiry: calendar days over 365, plus what is left of the day. NaN where unknown."""
    if "tau" in rows:
        years = rows["tau"]
    elif day is None:
        years = pd.Series(np.nan, rows.index)
    else:
        years = ((rows["expiry"] - day).dt.days + time_left) / CALENDAR_DAYS
    wrong = (years < 0) | (years > LONGEST)
    what = f"time to expiry not within 0 to {LONGEST:g} years"
    _leave_out(wrong, what, rows, issues, "not in the closed form")
    return years.where((years > 0) & ~wrong)


def _carry(rows: pd.DataFrame, spot: float, rate: float, dividend: float) -> pd.Series:
    """Dividend yield that gives each row's own forward, where the chain has one."""
    if "forward" not in rows:
        return pd.Series(dividend, rows.index)
    own = rate - np.log(rows["forward"] / spot) / rows["time"]
    return own.fillna(dividend)


def _list_quotes(rows: pd.DataFrame, issues: list[Issue]) -> None:
    """List one-sided and crossed quotes: their volatility is a guess of whoever made the table."""
    if not {"bid", "ask"} <= set(rows):
        return
    bid, ask = rows["bid"] > 0, rows["ask"] > 0
    for bad, what in (
        (bid ^ ask, "one-sided quote"),
        (~bid & ~ask, "no quote"),
        (bid & ask & (rows["bid"] > rows["ask"]), "crossed quote"),
    ):
        kept = "kept; its volatility is not solved from it, and one given is taken as it is"
        _leave_out(bad, what, rows, issues, kept)


def _volatility(rows: pd.DataFrame, spot: float, rate: float, issues: list[Issue]) -> pd.Series:
    """The chain's volatility; where it has no such column, solved from quotes or settlements."""
    if "iv" in rows:
        absent = ~((rows["iv"] > 0) & (rows["iv"] < WILDEST))
        _leave_out(absent, "no implied volatility", rows, issues, "not in the repriced profile")
        return rows["iv"].where(~absent)
    price = _price(rows)
    found = implied_volatility(
        price, spot, rows["strike"], rows["time"], rate=rate, dividend=rows["dividend"],
        kind=(rows["option_type"] == "call").to_numpy(), outside="nan",
    )  # fmt: skip
    solved = pd.Series(found, rows.index)
    _leave_out(solved.isna(), "no volatility in the price", rows, issues, "not in the profile")
    issues.append(issue("implied volatility", f"{int(solved.notna().sum())} rows", "solved"))
    return solved


def _vendor_gamma(rows: pd.DataFrame, issues: list[Issue]) -> pd.Series:
    if "gamma" not in rows:
        return pd.Series(np.nan, rows.index)
    wrong = rows["gamma"] < 0
    action = "read as missing: long options have positive gamma, the side comes from dealer_sign"
    _leave_out(wrong, "negative gamma", rows, issues, action)
    return rows["gamma"].where(~wrong)


def _price(rows: pd.DataFrame) -> pd.Series:
    """Middle of a two-sided quote, else the settlement; NaN where neither is there."""
    price = pd.Series(np.nan, rows.index)
    if {"bid", "ask"} <= set(rows):
        fair = (rows["bid"] > 0) & (rows["ask"] >= rows["bid"])
        price = ((rows["bid"] + rows["ask"]) / 2).where(fair)
    return price.fillna(rows["settle"]) if "settle" in rows else price
