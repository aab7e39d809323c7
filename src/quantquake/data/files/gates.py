"""Gates a table passes once its cells are dates, symbols and numbers."""

from __future__ import annotations

import pandas as pd

from quantquake.data.files.cells import first_bad
from quantquake.data.files.formats import Loaded
from quantquake.data.files.issues import Issue, issue
from quantquake.data.files.schemas import Schema, quantity
from quantquake.data.keys import LongKeys
from quantquake.data.panel import check_sessions, listed
from quantquake.data.symbols import calendar_of
from quantquake.errors import DataError


def signed(
    numbers: pd.Series, field: str, name: str, loaded: Loaded, issues: list[Issue]
) -> pd.Series:
    """Refuse negative prices, money, counts and rates; a zero price is read as missing."""
    sort = quantity(field)
    if sort == "number":
        return numbers
    negative = numbers < 0
    if negative.any():
        advice = "Correct them, or leave the cells empty."
        if sort == "price":
            advice += " Prices adjusted by subtracting dividends can go below zero: use a ratio."
        raise DataError(
            f"{name} has {int(negative.sum())} negative values, first "
            f"{first_bad(numbers, negative, loaded.place)}: no such {field} exists, and results "
            f"through it would be meaningless. {advice}"
        )
    zero = numbers == 0
    if sort == "price" and zero.any():
        # Sources write 0 for a suspended day; a return through it would be -100 %, then infinite.
        issues.append(issue("zero prices", f"{int(zero.sum())} cells of {name}", "read as missing"))
        return numbers.mask(zero)
    return numbers


def of_this_kind(table: pd.DataFrame, schema: Schema, loaded: Loaded, issues: list[Issue]) -> None:
    """Refuse contracts among names, and indices taken for stocks; note stocks taken for indices.

    Only symbols whose kind is beyond doubt are judged: dated contracts of CFFEX, indices of the
    Chinese publishers, A-shares.
    """
    if schema.kind not in ("prices", "index"):
        return
    found = pd.Index(table["symbol"].unique())
    contracts = found[found.str.fullmatch(r"[A-Z]{2}\d{4}\.CFE")]
    if len(contracts):
        raise DataError(
            f"{loaded.name} holds {len(contracts)} dated futures, first {listed(contracts)}: each "
            f"ends at its expiry, so its closes are no {schema.kind}. Give this table as --futures "
            "(kind='futures')."
        )
    if schema.kind == "prices":
        _refuse_indices(found, loaded)
        return
    shares = found[found.str.fullmatch(r"6\d{5}\.SH|6\d{5}|[03]0\d{4}\.SZ")]
    if len(shares):
        issues.append(issue("shares among the indices", listed(shares), "each taken as an index"))


def _refuse_indices(found: pd.Index, loaded: Loaded) -> None:
    indices = found[found.str.fullmatch(r"000\d{3}\.SH|399\d{3}\.SZ|.*\.CSI")]
    if len(indices):
        raise DataError(
            f"{loaded.name} holds {len(indices)} indices among {len(found)} symbols, first "
            f"{listed(indices)}: an index counted as a name distorts breadth, sizes and legs. Give "
            "them as --index (kind='index'), and only names as prices."
        )


def known_by(
    table: pd.DataFrame, as_of: str | pd.Timestamp | None, loaded: Loaded, issues: list[Issue]
) -> pd.DataFrame:
    """Drop and count the rows later than `as_of`."""
    if as_of is None:
        return table
    last = pd.Timestamp(as_of)
    later = table["date"] > last
    if later.all():
        raise DataError(
            f"{loaded.name} starts on {table['date'].min():%Y-%m-%d}, after as_of {last:%Y-%m-%d}: "
            "nothing was known then. Choose a later `as_of`, or a longer history."
        )
    if later.any():
        where = f"{int(later.sum())} rows after {last:%Y-%m-%d}"
        issues.append(issue("rows after as_of", where, "ignored"))
        return table[~later]
    return table


def covered(
    table: pd.DataFrame,
    keys: LongKeys,
    schema: Schema,
    loaded: Loaded,
    all_nan: str,
    issues: list[Issue],
) -> pd.DataFrame:
    """Refuse too few dates; refuse or drop symbols without a single close."""
    if len(keys.dates) < schema.min_dates:
        raise DataError(
            f"{loaded.name} has {len(table)} row(s) on {len(keys.dates)} date(s), "
            f"{keys.dates[0]:%Y-%m-%d}: a return compares two sessions, so at least "
            f"{schema.min_dates} dates are needed. Give a longer history."
        )
    seen = table.loc[table["close"].notna(), "symbol"].unique()
    empty = keys.symbols.difference(pd.Index(seen))
    if len(empty) == 0:
        return table
    if all_nan == "refuse" or len(empty) == len(keys.symbols):
        why = "they would count as members that are never seen"
        if schema.kind == "futures":
            why = "a price of zero or none is no price, and their basis would be unknown"
        raise DataError(
            f"{loaded.name} has {len(empty)} of {len(keys.symbols)} symbols without a single "
            f"close, first {listed(empty)}: {why}. Drop their rows, or pass all_nan='drop'."
        )
    issues.append(issue("symbols without a close", listed(empty, 20), "dropped"))
    return table[~table["symbol"].isin(empty)].reset_index(drop=True)


def check_calendar(
    keys: LongKeys, calendar: str | None, loaded: Loaded, issues: list[Issue]
) -> None:
    """Refuse dates on which the symbols' exchange was closed; note what was not checked."""
    exchange = calendar_of(keys.symbols) if calendar == "auto" else calendar
    if exchange is None:
        if calendar == "auto":
            where = "symbols of several or unknown exchanges"
            issues.append(issue("dates not checked", where, "taken as sessions"))
        return
    unknown = check_sessions(keys.dates, name=loaded.name, calendar=exchange)
    if unknown:
        where = f"{unknown} dates outside the {exchange} calendar"
        issues.append(issue("dates not checked", where, "taken as sessions"))


def suspect_units(table: pd.DataFrame, schema: Schema, loaded: Loaded, issues: list[Issue]) -> None:
    """Refuse turnover in percent taken for fractions; point at volume that looks like lots."""
    if "turnover" in table and table["turnover"].quantile(0.99) > 1.0:
        raise DataError(
            f"turnover in {loaded.name} exceeds 1 (its 99th percentile is "
            f"{table['turnover'].quantile(0.99):.3g}): that is more than the whole float a day, so "
            "it must be in percent, and every sum of it would be 100 times too large. Name the "
            "column turnover_pct, or say units={'turnover': 'pct'}."
        )
    if not {"amount", "volume", "close"} <= set(table) or schema.kind != "prices":
        return
    ratio = (
        table["amount"] / (table["volume"] * table["close"]).where(table["volume"] > 0)
    ).median()
    if 50.0 < ratio < 200.0:
        found = f"amount / (volume x close) has median {ratio:.3g}"
        issues.append(issue("volume looks like lots of 100", found, "kept; say volume_unit='lots'"))
