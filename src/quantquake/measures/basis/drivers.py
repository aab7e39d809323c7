"""What a discount may have moved with, known at each close: rules, options, mood (seed article S3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from quantquake.data.rules import TradingRules, trading_rules
from quantquake.measures.basis.curve import DAYS_PER_YEAR, Method, measure, weighted

MOOD_DAYS = 60


class Drivers(NamedTuple):
    """Drivers of one product's discount.

    Attributes
    ----------
    table : DataFrame by date
        One column a driver.
    groups : dict
        ``restricted``, ``arbitrage``, ``mood`` to the columns of each; a group without a column
        that moves is absent.
    still : tuple of str
        Drivers left out because they never moved over these dates: nothing can be told of them.
    """

    table: pd.DataFrame
    groups: dict[str, list[str]]
    still: tuple[str, ...]


def discount_drivers(
    history: pd.DataFrame,
    *,
    mood_days: int = MOOD_DAYS,
    rules: TradingRules | None = None,
    mood: pd.DataFrame | None = None,
    arbitrage: pd.DataFrame | None = None,
) -> Drivers:
    """Collect the drivers of one product's discount.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, one product.
    mood_days : int
        Of the index return behind the day. [d]
    rules : TradingRules, optional
        Fees by date and listings of options; None for the shipped CFFEX table.
    mood, arbitrage : DataFrame by date, optional
        Further drivers, say margin balance or stock lent; the last value known by a date is read.

    Returns
    -------
    Drivers
        `close_today_fee` [1]; `options` 1 once options on the index or an ETF of it are listed;
        `past_return` of the index over `mood_days` [1]; and the further ones. NaN where unknown.
    """
    product = str(history["product"].iloc[0])
    level = history.drop_duplicates("date").set_index("date")["index_level"].sort_index()
    dates = pd.DatetimeIndex(level.index)
    book = rules or trading_rules()
    own = {
        "restricted": pd.DataFrame(
            {"close_today_fee": book.on_dates("close_today_fee", product, dates)}, index=dates
        ),
        "arbitrage": pd.DataFrame({"options": _listed(book, product, dates)}, index=dates),
        "mood": pd.DataFrame(
            {"past_return": level.pct_change(mood_days, fill_method=None)}, index=dates
        ),
    }
    for group, more in (("mood", mood), ("arbitrage", arbitrage)):
        if more is not None:
            known = more.set_axis(pd.DatetimeIndex(more.index), axis=0).sort_index()
            own[group] = own[group].join(known.reindex(dates, method="ffill"))
    table = pd.concat(own.values(), axis=1)
    moves = {name: table[name].nunique() > 1 for name in table.columns}
    groups = {g: [c for c in part.columns if moves[c]] for g, part in own.items()}
    return Drivers(
        table[[name for name, moving in moves.items() if moving]],
        {group: names for group, names in groups.items() if names},
        tuple(name for name, moving in moves.items() if not moving),
    )


def dividend_rate(
    history: pd.DataFrame,
    dividends: pd.Series | np.ndarray,
    *,
    method: Method = "sessions",
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.Series:
    """How much of a weighted discount is dividends, by date. [1/yr, >= 0 where they deepen it]

    Parameters
    ----------
    history : DataFrame
        One product, as :func:`quantquake.measures.basis.history` returns it.
    dividends : Series or ndarray of shape (n_rows,)
        Expected until each contract's expiry. [index points] NaN takes the contract out.
    method, days_per_year
        Of the weighted discount.
    """
    points = np.asarray(dividends, dtype=float)
    known = history[np.isfinite(points)]
    paid = known.assign(price=known["price"] + points[np.isfinite(points)])
    raw = weighted(known, method, days_per_year)
    return (weighted(measure(paid, days_per_year), method, days_per_year) - raw).rename("dividends")


def _listed(book: TradingRules, product: str, dates: pd.DatetimeIndex) -> np.ndarray:
    rows = book.listings
    mine = rows[[product in products for products in rows["products"]]]
    first = mine["date"].min()
    return np.asarray(dates >= first, dtype=float) if pd.notna(first) else np.zeros(len(dates))
