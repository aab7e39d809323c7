"""One product's hedge on one day, in one frozen result: what it costs, what it did to a NAV."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from quantquake.data.calendars import Calendar, count_sessions
from quantquake.errors import ConfigError
from quantquake.measures.basis.chain import IndexLevel, futures_chain, product_of
from quantquake.measures.basis.curve import DAYS_PER_YEAR, METHODS, Method, measure, weighted
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisCard(Result):
    """Which number to look at: `nav_move` for today's NAV, `locked_annual` for the cost.

    Attributes
    ----------
    product : str
        Futures product, e.g. ``"IF"``.
    on : Timestamp
        Date of every number here.
    price : str
        ``"close"`` or ``"settle"``.
    front : str
        Nearest contract.
    basis : float
        Front future minus index; discount (贴水) < 0. [index points]
    basis_ratio : float
        `basis` over the index. [1]
    annualised : float
        `basis_ratio` as a yearly rate by sessions to expiry. [1/yr]
    near_expiry : bool
        Fewer than 6 sessions left: `annualised` is noise and must not be labelled.
    weighted_discount : float
        Inter-expiry basis of the far contracts by open interest; a cost is negative. [1/yr]
    method : str
        Annualisation of the inter-expiry basis.
    locked_annual : float
        Yearly cost a short hedge locks by rolling, ``-weighted_discount``; a cost is positive.
        [1/yr]
    nav_move : float
        Paper gain (> 0) or loss of a book already short the front contract, per hedged notional:
        minus the change of its `basis_ratio` since the session before. It reverses by expiry. [1]
        NaN where that session or that contract is absent.
    entry_move : float
        The same day seen by new money: what entering today instead of the session before changes,
        ``-nav_move``. [1]
    cheapest : str or None
        Contract with the least annualised cost for a new short, near-expiry ones left out.
    previous : Timestamp or None
        The session `nav_move` is measured from.
    curve : DataFrame
        :func:`quantquake.measures.basis.term_structure` of the day.
    sentence : str
        The card in one English sentence.
    origin : Origin
        As-of date, coverage, conventions.
    """

    product: str
    on: pd.Timestamp
    price: str
    front: str
    basis: float
    basis_ratio: float
    annualised: float
    near_expiry: bool
    weighted_discount: float
    method: str
    locked_annual: float
    nav_move: float
    entry_move: float
    cheapest: str | None
    previous: pd.Timestamp | None
    curve: pd.DataFrame
    sentence: str
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """Return the curve: one row per contract."""
        return self.curve.copy()


def basis_card(
    futures: pd.DataFrame,
    index_level: IndexLevel,
    on: str | pd.Timestamp,
    product: str | None = None,
    *,
    method: Method = "months",
    price: str = "close",
    days_per_year: float = DAYS_PER_YEAR,
    exchange: str | Calendar = "XSHG",
    provisional: bool = True,
) -> BasisCard:
    """Cost of a new hedge and NAV effect on an existing one, for one product and date.

    Parameters
    ----------
    futures, index_level, product, price, days_per_year, exchange, provisional
        As in :func:`quantquake.measures.basis.history`. A plain number as `index_level` leaves
        `nav_move` NaN: the session before has no index.
    on : date-like
        A date present in the rows.
    method : {"months", "sessions", "log"}
        Annualisation of the inter-expiry basis.

    Raises
    ------
    ConfigError
        Unknown `method`.
    DataError, ContractError, CalendarError
        As in :func:`quantquake.measures.basis.weighted_discount`.
    """
    if method not in METHODS:
        raise ConfigError(f"method={method!r} is unknown: choose one of {METHODS}.")
    date = pd.Timestamp(on)
    rows = partial(
        futures_chain,
        futures,
        index_level,
        price=price,
        exchange=exchange,
        provisional=provisional,
    )
    today = measure(rows(product=product, on=date), days_per_year)
    name = str(today["product"].iloc[0])
    previous = None if np.isscalar(index_level) else _session_before(futures, name, date, exchange)
    nav_move = np.nan
    if previous is not None:
        before = measure(rows(product=name, on=previous), days_per_year)
        nav_move = -_front_change(today, before)
    return _card(today, nav_move, previous, method=method, price=price, days=days_per_year)


def _session_before(
    futures: pd.DataFrame, product: str, on: pd.Timestamp, exchange: str | Calendar
) -> pd.Timestamp | None:
    """Last earlier date of the product's rows, if no session lies between."""
    dates = pd.to_datetime(futures["date"][product_of(futures) == product])
    last = dates[dates < on].max()
    if pd.isna(last) or count_sessions(last, on, exchange, provisional=True) != 2:
        return None
    return pd.Timestamp(last)


def _front_change(today: pd.DataFrame, before: pd.DataFrame) -> float:
    """Change of today's front contract's basis ratio, the same contract on both days."""
    front = today.iloc[0]
    same = before.loc[before["contract"] == front["contract"], "basis_ratio"]
    return float(front["basis_ratio"] - same.iloc[0]) if len(same) else np.nan


def _card(
    today: pd.DataFrame,
    nav_move: float,
    previous: pd.Timestamp | None,
    *,
    method: Method,
    price: str,
    days: float,
) -> BasisCard:
    front = today.iloc[0]
    discount = weighted(today, method, days)
    locked = -float(discount.iloc[0])
    return BasisCard(
        product=str(front["product"]),
        on=pd.Timestamp(front["date"]),
        price=price,
        front=str(front["contract"]),
        basis=float(front["basis"]),
        basis_ratio=float(front["basis_ratio"]),
        annualised=float(front["annualised"]),
        near_expiry=bool(front["near_expiry"]),
        weighted_discount=-locked,
        method=method,
        locked_annual=locked,
        nav_move=nav_move,
        entry_move=-nav_move,
        cheapest=_cheapest(today),
        previous=previous,
        curve=today.drop(columns="date").set_index("contract"),
        sentence=_sentence(front, locked, nav_move),
        origin=_origin(today, discount, previous, method, price, days),
    )


def _cheapest(today: pd.DataFrame) -> str | None:
    """Least annualised cost (highest annualised basis) among contracts worth labelling."""
    choice = today[~today["near_expiry"] & today["annualised"].notna()]
    return None if choice.empty else str(choice.loc[choice["annualised"].idxmax(), "contract"])


def _sentence(front: pd.Series, locked: float, nav_move: float) -> str:
    ratio = front["basis_ratio"]
    side = "a discount" if ratio < 0 else "a premium"
    roll = f"rolling a hedge {'costs' if locked >= 0 else 'earns'} {abs(locked):.2%} a year"
    if np.isnan(locked):
        roll = "the yearly cost of rolling a hedge is unknown"
    paper = "" if np.isnan(nav_move) else f"; books already hedged marked {nav_move:+.2%} that day"
    return (
        f"{front['product']} on {front['date']:%Y-%m-%d}: {front['contract']} stands at {side} of "
        f"{abs(ratio):.2%}, {roll}{paper}."
    )


def _origin(
    today: pd.DataFrame,
    discount: pd.Series,
    previous: pd.Timestamp | None,
    method: str,
    price: str,
    days: float,
) -> Origin:
    far, left_out = discount.attrs["rows"], discount.attrs["no_open_interest"]
    marks = []
    if discount.attrs["expiry_days"]:
        marks.append("expiry day: inter-expiry basis measured from the next contract")
    if today["provisional"].any():
        marks.append("provisional: sessions past the announced calendar counted as weekdays")
    return Origin(
        as_of=today["date"].iloc[0],
        coverage={
            "contracts": f"{int(today['price'].notna().sum())} of {len(today)}",
            "open interest": f"{far - left_out} of {far} far contracts",
            "session before": "present" if previous is not None else "missing",
        },
        assumptions=(
            f"{price} price against the index close",
            f"real-time: {days:g} sessions a year, both ends counted",
            f"inter-expiry: method {method}, weighted by open interest, front left out",
            *marks,
        ),
    )
