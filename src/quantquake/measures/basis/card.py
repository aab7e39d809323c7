"""One product's hedge on one day, in one frozen result: what it costs, what it did to a NAV."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.calendars import Calendar, count_sessions
from quantquake.errors import ConfigError
from quantquake.measures.basis.card_words import card_origin, card_sentence
from quantquake.measures.basis.chain import IndexLevel, futures_chain, product_of
from quantquake.measures.basis.curve import DAYS_PER_YEAR, METHODS, Method, measure, weighted
from quantquake.measures.basis.fair_value import adjust
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
    adjusted_annual : float
        The same less the dividends the stocks pay meanwhile; NaN where dividends were not given.
        [1/yr]
    nav_move : float
        Paper gain (> 0) or loss of a book already short the front contract, per hedged notional:
        minus the change of its `basis_ratio` since the session before. It reverses by expiry. [1]
        NaN where that session or that contract is absent.
    entry_move : float
        The same day seen by new money: what entering today instead of the session before changes,
        ``-nav_move``. [1]
    cheapest : str or None
        Contract with the least annualised cost for a new short (dividends taken off where given),
        near-expiry ones left out.
    previous : Timestamp or None
        The session `nav_move` is measured from.
    curve : DataFrame
        :func:`quantquake.measures.basis.term_structure` of the day; with dividends also the columns
        of :func:`quantquake.measures.basis.fair_value.adjust`.
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
    adjusted_annual: float
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
    dividends: pd.Series | float | None = None,
    rate: float = 0.02,
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
    dividends : Series by contract, or float, optional
        Expected until each expiry. [index points] NaN where not known.
    rate : float
        Money-market rate a fair future is priced with, where dividends are given. [1/yr]

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
    adjusted_annual = np.nan
    if dividends is not None:
        points = _points(dividends, today["contract"])
        paid = measure(today.assign(price=today["price"] + points), days_per_year)
        adjusted_annual = -float(weighted(paid, method, days_per_year).iloc[0])
        today = adjust(today, points, rate=rate, days_per_year=days_per_year)
    return _card(
        today, nav_move, adjusted_annual, previous, method=method, price=price, days=days_per_year
    )


def _points(dividends: pd.Series | float, contracts: pd.Series) -> npt.NDArray[np.float64]:
    if isinstance(dividends, pd.Series):
        return dividends.reindex(contracts).to_numpy(dtype=float)
    return np.full(len(contracts), float(dividends))


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
    adjusted_annual: float,
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
        adjusted_annual=adjusted_annual,
        nav_move=nav_move,
        entry_move=-nav_move,
        cheapest=_cheapest(today),
        previous=previous,
        curve=today.drop(columns="date").set_index("contract"),
        sentence=card_sentence(front, locked, adjusted_annual, nav_move),
        origin=card_origin(today, discount, previous, method, price, days),
    )


def _cheapest(today: pd.DataFrame) -> str | None:
    """Least annualised cost (highest annualised basis) among contracts worth labelling."""
    rate = today["annualised"]
    if "adjusted_annualised" in today and today["adjusted_annualised"].notna().any():
        rate = today["adjusted_annualised"]
    choice = rate[~today["near_expiry"] & rate.notna()]
    return None if choice.empty else str(today.loc[choice.idxmax(), "contract"])
