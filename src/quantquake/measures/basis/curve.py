"""The formulas of a basis curve: real-time, inter-expiry in three variants, weighted."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

Method = Literal["months", "sessions", "log"]
METHODS: tuple[Method, ...] = get_args(Method)

DAYS_PER_YEAR = 250  # the market's quoting constant; true years have 242-244 sessions
NEAR_EXPIRY = 6  # below this one tick is worth > 0.2 % a year on IF: never label such a number
MONTHS_PER_YEAR = 12
CALENDAR_DAYS = 365


def measure(chain: pd.DataFrame, days_per_year: float) -> pd.DataFrame:
    """Add every basis column to the rows of `futures_chain` (columns: see `basis.history`)."""
    table = chain.copy()
    table["basis"] = table["price"] - table["index_level"]
    table["basis_ratio"] = table["basis"] / table["index_level"]
    table["annualised"] = table["basis_ratio"] * days_per_year / table["sessions"]
    table["near_expiry"] = table["sessions"] < NEAR_EXPIRY
    return _inter_expiry(table, days_per_year)


def _inter_expiry(table: pd.DataFrame, days_per_year: float) -> pd.DataFrame:
    first = table.groupby("date").cumcount() == 0
    front = table[first].set_index("date").loc[table["date"]].reset_index()
    near, expiry = front["price"], front["expiry"]
    # An expiry lies in its contract month even after a holiday roll (third Friday is <= the 21st).
    months = 12 * (table["expiry"].dt.year - expiry.dt.year)
    table["months"] = months + table["expiry"].dt.month - expiry.dt.month
    sessions = (table["sessions"] - front["sessions"]).where(~first)
    days = (table["expiry"] - expiry).dt.days.where(~first)
    gap = table["price"] - near
    per_year = MONTHS_PER_YEAR / table["months"].where(table["months"] > 0)
    table["inter_expiry_months"] = gap / table["index_level"] * per_year
    table["inter_expiry_sessions"] = gap / near * days_per_year / sessions
    table["inter_expiry_log"] = np.log(table["price"] / near) * CALENDAR_DAYS / days
    return table


def weighted(table: pd.DataFrame, method: Method, days_per_year: float) -> pd.Series:
    """Inter-expiry basis of the far contracts by open interest, per date (`weighted_discount`).

    On an expiry day the front contract already tracks its settlement, a two-hour average of the
    index, while the others trade at the close: IC1905 closed 41 points over the index that day, and
    a month's basis measured from it was off by half. The next contract is the reference there.
    """
    dates = pd.DatetimeIndex(table["date"].unique(), name="date")
    settling = table["sessions"] <= 1
    if settling.any():
        table = _inter_expiry(table[~settling].reset_index(drop=True), days_per_year)
    far = table[table["months"] > 0]
    carry, weight = far[f"inter_expiry_{method}"], far["open_interest"]
    held = weight > 0
    used = held & carry.notna()
    total = weight[used].groupby(far["date"]).sum()
    mean = (carry * weight)[used].groupby(far["date"]).sum() / total
    discount = mean.reindex(dates)
    discount.name = "weighted_discount"
    discount.attrs = {
        "method": method,
        "rows": len(far),
        "no_open_interest": int((~held).sum()),
        "no_price": int((held & carry.isna()).sum()),
        "expiry_days": int(settling.sum()),
        "provisional": int(far["provisional"].sum()) if "provisional" in far else 0,
    }
    return discount
