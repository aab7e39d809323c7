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
from quantquake.flows.gamma.notes import at_rows, leave_out
from quantquake.flows.gamma.quotes import list_quotes, vendor_gamma, volatility
from quantquake.measures.basis.curve import CALENDAR_DAYS

Mask = npt.NDArray[np.bool_]
LONGEST = 100.0  # years to expiry: beyond, the cell holds something else
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
    list_quotes(rows, issues)
    rows["iv"] = volatility(rows, level, rate, issues)
    rows["gamma"] = vendor_gamma(rows, issues)
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
    left = leave_out(~near, "no strike near the spot", rows, issues)
    left |= leave_out(rows["option_type"].isna(), "no option type", rows, issues)
    left |= leave_out(~(rows["multiplier"] > 0), "no multiplier above 0", rows, issues)
    left |= leave_out(rows["open_interest"].isna(), "no open interest", rows, issues)
    if day is not None:
        left |= leave_out(rows["expiry"] < day, f"expired before {day:%Y-%m-%d}", rows, issues)
    if left.all():
        raise DataError(
            f"None of the {len(rows)} contracts can be used "
            f"({listed(note['what'] for note in issues)}): there is no position with a strike and "
            "a date. Check the columns strike, option_type, expiry and open_interest."
        )
    return rows[~left].drop(columns="spot", errors="ignore")


def _without_repeats(rows: pd.DataFrame, issues: list[Issue]) -> pd.DataFrame:
    """Drop rows said twice; refuse one contract with two open interests.

    The key holds the code where there is one: morning- and evening-settled index options share
    expiry, strike and type and are two contracts.
    """
    keys = [k for k in ("symbol", "expiry", "tau", "strike", "option_type") if k in rows]
    said = [*keys, *(c for c in ("open_interest", "multiplier", "iv", "gamma") if c in rows)]
    again = rows.duplicated(said)
    leave_out(again, "contract given twice", rows, issues, "the first one kept")
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
    leave_out(wrong, what, rows, issues, "not in the closed form")
    return years.where((years > 0) & ~wrong)


def _carry(rows: pd.DataFrame, spot: float, rate: float, dividend: float) -> pd.Series:
    """Dividend yield that gives each row's own forward, where the chain has one."""
    if "forward" not in rows:
        return pd.Series(dividend, rows.index)
    own = rate - np.log(rows["forward"] / spot) / rows["time"]
    return own.fillna(dividend)
