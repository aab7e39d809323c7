"""A product's discount in its own past: extremes, regimes, what it moved with, what came after."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from quantquake.errors import QuantquakeError
from quantquake.measures.basis.audit import audited
from quantquake.measures.basis.curve import Method, weighted
from quantquake.measures.basis.drivers import discount_drivers, dividend_rate
from quantquake.measures.basis.parts import DiscountParts, discount_parts
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.measures.basis.regimes import discount_percentile, discount_regimes
from quantquake.measures.basis.study import DiscountStudy, discount_study

SHORT = 250  # sessions below which neither percentile nor regime is told


def past(table: pd.DataFrame, *, method: Method = "sessions") -> dict[str, Any]:
    """Where a product's discount stands in its own history; what needs a longer one is None.

    Parameters
    ----------
    table : DataFrame
        As :func:`quantquake.measures.basis.history` returns it; with `dividends` the split takes
        them out first.
    method : {"sessions", "months", "log"}
        Of the weighted discount.
    """
    discount = weighted(table, method, 250)
    seen = discount.dropna()
    long = len(seen) >= SHORT
    rank = discount_percentile(discount).iloc[-1] if long else float("nan")
    regimes = discount_regimes(discount) if long else pd.DataFrame()
    return {
        "product": str(table["product"].iloc[0]),
        "method": method,
        "today": float(discount.iloc[-1]),
        "percentile": float(rank),
        "deepest": _extreme(seen, "idxmin"),
        "shallowest": _extreme(seen, "idxmax"),
        "regimes": regimes.to_dict("records"),
        "neutral_funds": _pressure(table, method),
        "left_out": {k: v for k, v in discount.attrs.items() if k != "method"},
        "audit": audited(table),
        "study": _study(table, discount),
        "moved_with": split(table, discount, method),
        "discount": discount,
    }


def _extreme(seen: pd.Series, which: str) -> dict[str, Any] | None:
    if seen.empty:
        return None
    day = getattr(seen, which)()
    return {"date": day, "value": float(seen[day])}


def _pressure(table: pd.DataFrame, method: Method) -> dict[str, float] | None:
    if table["date"].nunique() < 2:
        return None
    found: dict[str, float] = neutral_pressure(table, method=method).iloc[-1].to_dict()
    return found


def _study(table: pd.DataFrame, discount: pd.Series) -> DiscountStudy | None:
    level = table.drop_duplicates("date").set_index("date")["index_level"]
    with suppress(QuantquakeError):  # too short a history
        return discount_study(discount, level, draws=1000)
    return None


def split(table: pd.DataFrame, discount: pd.Series, method: Method) -> DiscountParts | None:
    """Split of the discount over rules, options and mood; None where the history is too short."""
    drivers = discount_drivers(table)
    paid: pd.Series | float = 0.0
    if "dividends" in table:
        paid = dividend_rate(table, table["dividends"], method=method).reindex(discount.index)
        if not np.isfinite(paid).any():
            paid = 0.0
    if not drivers.groups:
        return None
    with suppress(QuantquakeError):
        return discount_parts(discount, drivers.table, drivers.groups, dividends=paid, draws=300)
    return None
