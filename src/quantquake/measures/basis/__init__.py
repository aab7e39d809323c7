"""Futures against their index (基差): what a hedge costs, and what its marking does to a NAV.

Two numbers answer two questions. The *real-time* basis ratio moves the NAV of a hedged book
today; the *inter-expiry* basis is what rolling the hedge really costs. The front contract's
annualised figure (48 % on 2020-03-16) is neither: a few points over a few days.
"""

from __future__ import annotations

import pandas as pd

from quantquake.data.calendars import Calendar
from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.card import BasisCard, basis_card
from quantquake.measures.basis.chain import IndexLevel, futures_chain, products
from quantquake.measures.basis.curve import DAYS_PER_YEAR, METHODS, Method, measure, weighted

__all__ = [
    "BasisCard",
    "basis_card",
    "history",
    "locked_cost",
    "product_table",
    "term_structure",
    "weighted_discount",
]


def history(
    futures: pd.DataFrame,
    index_level: IndexLevel = None,
    *,
    product: str | None = None,
    price: str = "close",
    days_per_year: float = DAYS_PER_YEAR,
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> pd.DataFrame:
    """Every basis measure of every contract on every date, one row each.

    Parameters
    ----------
    futures, index_level, product, price, exchange, provisional
        As in :func:`quantquake.measures.basis.chain.futures_chain`.
    days_per_year : float
        Sessions in a quoted year. [d/yr]

    Returns
    -------
    DataFrame
        Sorted by date and expiry. `basis` = F - S, discount < 0. [index points]
        `basis_ratio` = basis / S. [1]  `annualised` = basis_ratio * days_per_year / sessions, both
        ends counted, so 1 session on the expiry day. [1/yr]  `near_expiry`: fewer than 6 sessions;
        defined, too noisy to label.  `months`: contract months after the front. Inter-expiry, NaN
        for the front [1/yr]: `_months` (F - F1)/S * 12/months; `_sessions` (F - F1)/F1 *
        days_per_year/(n - n1); `_log` ln(F/F1) * 365/(calendar days between expiries).
        `provisional`: the expiry lies past the last announced session, so `sessions` is an upper
        bound and the size of `annualised` a lower one.
        A NaN price, index or front price gives NaN.

    Raises
    ------
    DataError, ContractError, CalendarError
        As in `futures_chain`.

    References
    ----------
    .. [1] "贴水是个什么水", FunofHedgeFunds, 2020-03-16: reproduced to the printed digit by the
       spot denominator, 250, both ends counted, and the months variant.
    """
    chain = futures_chain(
        futures,
        index_level,
        product=product,
        price=price,
        exchange=exchange,
        provisional=provisional,
    )
    return measure(chain, days_per_year)


def term_structure(
    futures: pd.DataFrame,
    index_level: IndexLevel,
    on: str | pd.Timestamp,
    *,
    product: str | None = None,
    price: str = "close",
    days_per_year: float = DAYS_PER_YEAR,
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> pd.DataFrame:
    """What each live contract costs to hold or to roll into, on one date.

    Parameters
    ----------
    futures, index_level, product, price, days_per_year, exchange, provisional
        As in :func:`history`; `index_level` may be a plain number here.
    on : date-like
        A date present in the rows.

    Returns
    -------
    DataFrame of shape (n_contracts, columns)
        Index `contract`, nearest expiry first; columns as in :func:`history` without `date`.

    Raises
    ------
    DataError, ContractError, CalendarError
        As in `futures_chain`; an absent date names the nearest earlier ones.
    """
    chain = futures_chain(
        futures,
        index_level,
        product=product,
        on=on,
        price=price,
        exchange=exchange,
        provisional=provisional,
    )
    return measure(chain, days_per_year).drop(columns="date").set_index("contract")


def weighted_discount(
    futures: pd.DataFrame,
    index_level: IndexLevel = None,
    *,
    method: Method = "months",
    product: str | None = None,
    price: str = "close",
    days_per_year: float = DAYS_PER_YEAR,
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> pd.Series:
    """Yearly carry a short hedge locks in by rolling; negative is a cost (年化贴水).

    Parameters
    ----------
    futures, index_level, product, price, days_per_year, exchange, provisional
        As in :func:`history`; `open_interest` is needed.
    method : {"months", "sessions", "log"}
        Which inter-expiry variant. "months" is what desks print; "sessions" and "log" are what a
        roll locks.

    Returns
    -------
    Series of shape (n_dates,)
        Mean inter-expiry basis of the contracts behind the front one, weighted by open interest.
        [1/yr] NaN where none has both. On an expiry day the next contract is the front: the
        expiring one tracks its settlement average. `.attrs` counts the rows left out:
        `no_open_interest` (zero or NaN, as on a listing day) and `no_price`; `expiry_days`; and
        `provisional` rows, whose expiry lies past the announced calendar.

    Raises
    ------
    ConfigError
        Unknown `method`.
    DataError, ContractError, CalendarError
        As in `futures_chain`, or no `open_interest` column.
    """
    if method not in METHODS:
        raise ConfigError(f"method={method!r} is unknown: choose one of {METHODS}.")
    if "open_interest" not in futures.columns:
        raise DataError(
            f"The futures rows have no `open_interest` ({list(futures.columns)}): the weighted "
            "discount would give an empty contract the weight of a full one. Add the column, or "
            "read single contracts from term_structure()."
        )
    table = history(
        futures,
        index_level,
        product=product,
        price=price,
        days_per_year=days_per_year,
        exchange=exchange,
        provisional=provisional,
    )
    return weighted(table, method, days_per_year)


def product_table(
    futures: pd.DataFrame,
    index_level: pd.DataFrame | None,
    on: str | pd.Timestamp,
    *,
    method: Method = "months",
    price: str = "close",
    days_per_year: float = DAYS_PER_YEAR,
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> pd.DataFrame:
    """Compare the hedge cost of every product quoted on one date.

    Returns
    -------
    DataFrame of shape (n_products, 6)
        Index `product`; `front`, `basis`, `basis_ratio`, `annualised` of the front contract, its
        `near_expiry` flag, and `weighted_discount`.

    Raises
    ------
    DataError, ContractError, CalendarError
        As in :func:`weighted_discount`; products not quoted on the date are left out.
    """
    day = futures[pd.to_datetime(futures["date"]) == pd.Timestamp(on)]
    rows = {}
    for product in products(day if len(day) else futures):
        source = day if len(day) else futures  # an absent date is refused with its neighbours
        curve = term_structure(
            source,
            index_level,
            on,
            product=product,
            price=price,
            days_per_year=days_per_year,
            exchange=exchange,
            provisional=provisional,
        )
        rows[product] = {"front": curve.index[0]} | curve.iloc[0][
            ["basis", "basis_ratio", "annualised", "near_expiry"]
        ].to_dict()
        rows[product]["weighted_discount"] = weighted(
            curve.reset_index().assign(date=pd.Timestamp(on)), method, days_per_year
        ).iloc[0]
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("product")


def locked_cost(
    futures_price: float | pd.Series,
    index_level: float | pd.Series,
    sessions: int | pd.Series,
    *,
    dividends: float | pd.Series = 0.0,
    days_per_year: float = DAYS_PER_YEAR,
) -> float | pd.Series:
    """Yearly cost a short hedge locks at entry and pays if held to expiry; a cost is positive.

    Parameters
    ----------
    futures_price, index_level : float or Series
        Prices at entry. [index points]
    sessions : int or Series
        Sessions to expiry, both ends counted. [d]
    dividends : float or Series
        Index dividends expected until expiry: the stocks pay them, the future does not. [points]

    Returns
    -------
    float or Series
        ``-(F - S + D) / S * days_per_year / sessions``. [1/yr] NaN where an input is.
    """
    basis = futures_price - index_level + dividends
    return -basis / index_level * days_per_year / sessions
