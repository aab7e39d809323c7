"""What a chain quotes: sides that are missing, the volatility, the vendor's own gamma."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.data.files.issues import Issue, issue
from quantquake.flows.gamma.notes import leave_out
from quantquake.flows.options import implied_volatility

WILDEST = 100.0  # volatility: beyond, the cell holds something else


def list_quotes(rows: pd.DataFrame, issues: list[Issue]) -> None:
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
        leave_out(bad, what, rows, issues, kept)


def volatility(rows: pd.DataFrame, spot: float, rate: float, issues: list[Issue]) -> pd.Series:
    """The chain's volatility; where it has no such column, solved from quotes or settlements."""
    if "iv" in rows:
        absent = ~((rows["iv"] > 0) & (rows["iv"] < WILDEST))
        leave_out(absent, "no implied volatility", rows, issues, "not in the repriced profile")
        return rows["iv"].where(~absent)
    price = _price(rows)
    found = implied_volatility(
        price, spot, rows["strike"], rows["time"], rate=rate, dividend=rows["dividend"],
        kind=(rows["option_type"] == "call").to_numpy(), outside="nan",
    )  # fmt: skip
    solved = _from_the_other_side(pd.Series(found, rows.index), rows, issues)
    leave_out(solved.isna(), "no volatility in the price", rows, issues, "not in the profile")
    issues.append(issue("implied volatility", f"{int(solved.notna().sum())} rows", "solved"))
    return solved


def _from_the_other_side(solved: pd.Series, rows: pd.DataFrame, issues: list[Issue]) -> pd.Series:
    """Lend a strike's volatility to its other option: by parity both have the same, and the one
    in the money often lies below its bound by a tick or a carry that was not given."""
    keys = [rows[k] for k in ("expiry", "time", "strike")]
    lent = solved.groupby(keys, dropna=False).transform("mean")
    leave_out(
        solved.isna() & lent.notna(),
        "volatility of the strike's other option",
        rows,
        issues,
        "used",
    )
    return solved.fillna(lent)


def vendor_gamma(rows: pd.DataFrame, issues: list[Issue]) -> pd.Series:
    """The chain's own gamma. [1/point] NaN where it has none, or one below zero."""
    if "gamma" not in rows:
        return pd.Series(np.nan, rows.index)
    wrong = rows["gamma"] < 0
    action = "read as missing: long options have positive gamma, the side comes from dealer_sign"
    leave_out(wrong, "negative gamma", rows, issues, action)
    return rows["gamma"].where(~wrong)


def _price(rows: pd.DataFrame) -> pd.Series:
    """Middle of a two-sided quote, else the settlement; NaN where neither is there."""
    price = pd.Series(np.nan, rows.index)
    if {"bid", "ask"} <= set(rows):
        fair = (rows["bid"] > 0) & (rows["ask"] >= rows["bid"])
        price = ((rows["bid"] + rows["ask"]) / 2).where(fair)
    return price.fillna(rows["settle"]) if "settle" in rows else price
