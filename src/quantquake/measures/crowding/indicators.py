"""The ten indicators behind the crowding score, each a daily series of one basket."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.measures.crowding.benchmark import basket_return, benchmark_return
from quantquake.measures.crowding.market_view import (
    BasketView,
    MarketView,
    MembersOnly,
    dates,
    index_column,
    members,
    panel,
)
from quantquake.measures.crowding.valuation import basket_yield, negative_count
from quantquake.measures.crowding.volume import (
    amount_share,
    basket_amount,
    basket_turnover,
    market_amount,
)

COLUMNS = (
    "excess_vol",
    "momentum",
    "amount",
    "share",
    "hf_crowding",
    "capital_structure_volatility",
    "ep",
    "bp",
    "news_score",
    "turnover",
)


# Yearly volatility that cannot be anything but rounding: real baskets measure 1e-2 and more.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorParams:
    """What the source leaves open about the indicators themselves.

    Attributes
    ----------
    month, year : int
        Sessions in "one month" (excess volatility) and "one year" (momentum). [sessions]
    days_per_year : int
        Annualises the volatility; a constant factor, so no percentile depends on it. [d/yr]
    seasoning : int
        Observed sessions before a name enters the equal-weight benchmark. [sessions]
    benchmark : str or None
        Symbol in `index_close` to use as the market instead of the average of all stocks.
    capital_structure : None, "hf_std" or Series
        The source names "capital-structure fluctuation" (资金结构波动) and gives no formula. None
        (default) leaves it out; "hf_std" is our own stand-in, the `month` standard deviation of
        the intraday indicator; a Series is the user's own.
    """

    month: int = 20
    year: int = 250
    days_per_year: int = 250
    seasoning: int = 60
    benchmark: str | None = None
    capital_structure: Literal["hf_std"] | pd.Series | None = None

    def __post_init__(self) -> None:
        for name, least in (("month", 2), ("year", 1), ("days_per_year", 1), ("seasoning", 1)):
            if getattr(self, name) < least:
                raise ConfigError(
                    f"`{name}` is {getattr(self, name)}: an indicator needs at least {least}. "
                    "Give a whole number of sessions."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSide:
    """What every basket of a market is measured against; compute it once for many baskets.

    Attributes
    ----------
    benchmark : Series of shape (n_dates,)
        Return of the market. [1/d]
    amount : Series of shape (n_dates,)
        Money traded in the whole market. [currency/d]
    says : str
        Which amount that is.
    """

    benchmark: pd.Series
    amount: pd.Series
    says: str


def market_side(market: MarketView, params: IndicatorParams | None = None) -> MarketSide:
    """Measure the market's side of the indicators: benchmark return and total amount."""
    p = params or IndicatorParams()
    amount, says = market_amount(market, benchmark=p.benchmark)
    earned = benchmark_return(market, symbol=p.benchmark, seasoning=p.seasoning)
    return MarketSide(benchmark=earned, amount=amount, says=says)


def indicators(
    market: MarketView,
    basket: BasketView,
    *,
    params: IndicatorParams | None = None,
    side: MarketSide | None = None,
) -> pd.DataFrame:
    """Measure everything the crowding score looks at, for one basket.

    Parameters
    ----------
    market : Market
        Closes of shape (n_dates, n_symbols) and whatever optional panels are known: `amount`,
        `market_amount`, `volume`, `turnover`, `float_cap`, `market_cap`, `earnings_yield`,
        `book_yield`, `index_close`, `index_amount`, `index_turnover`, `index_earnings_yield`,
        `index_book_yield`, `hf_crowding`, `news_score`.
    basket : Basket
        Members point in time, and/or a published index.
    params : IndicatorParams, optional
        Windows and the benchmark.
    side : MarketSide, optional
        `market_side` of the same market and params, to spare it when many baskets are measured.

    Returns
    -------
    DataFrame of shape (n_dates, 10)
        Columns always all there, NaN where the input is missing, never 0:
        ``excess_vol`` [1/yr^0.5], ``momentum`` [1], ``amount`` [currency], ``share`` [1],
        ``hf_crowding`` [1], ``capital_structure_volatility`` [1], ``ep`` [1], ``bp`` [1],
        ``news_score`` [-1..1], ``turnover`` [1/d]. A row at t uses rows up to t only.
        ``.attrs`` holds `basket`, `currency`, `assumptions` and `notes`.

    Raises
    ------
    DataError
        If the basket has no price, the benchmark is unknown, or the basket trades more than the
        whole market.

    References
    ----------
    .. [1] The article of 2024-03 on the crowding of dividend stocks (S4): five dimensions.
    .. [2] Stein, J., "Presidential Address: Sophisticated Investors and Market Efficiency",
       Journal of Finance 64(4), 2009: the definition of crowding.
    """
    p = params or IndicatorParams()
    side = side or market_side(market, p)
    market = MembersOnly(market, basket)
    earned = basket_return(market, basket)
    amount = basket_amount(market, basket)
    ep, ep_says = basket_yield(market, basket, "earnings_yield")
    bp, bp_says = basket_yield(market, basket, "book_yield")
    turnover, turnover_says = basket_turnover(market, basket)
    hf = _intraday(market, basket)
    table = pd.DataFrame(
        {
            "excess_vol": _excess_vol(side.benchmark, earned, p),
            "momentum": _momentum(market, basket, earned, p.year),
            "amount": amount,
            "share": amount_share(amount, side.amount, basket=basket.name),
            "hf_crowding": hf,
            "capital_structure_volatility": _capital_structure(hf, p),
            "ep": ep,
            "bp": bp,
            "news_score": _news(market, basket),
            "turnover": turnover,
        },
        index=dates(market),
        columns=list(COLUMNS),
    ).astype(float)
    known = [
        (says, bool(table[name].notna().any()))
        for name, says in (
            ("share", side.says),
            ("ep", ep_says),
            ("bp", bp_says),
            ("turnover", turnover_says),
        )
    ]
    table.attrs = {
        "basket": basket.name,
        "currency": getattr(market, "currency", "CNY"),
        "assumptions": (*_assumptions(market, basket, p), *(says for says, used in known if used)),
        "notes": _notes(market, basket),
    }
    return table


def _excess_vol(benchmark: pd.Series, earned: pd.Series, p: IndicatorParams) -> pd.Series:
    excess = earned - benchmark
    vol = excess.rolling(p.month).std() * math.sqrt(p.days_per_year)
    # A basket that is its own benchmark has only rounding left, which would rank like risk.
    return vol.mask(vol < ROUNDING, 0.0)


def _momentum(market: MarketView, basket: BasketView, earned: pd.Series, year: int) -> pd.Series:
    level = index_column(market, "index_close", basket.index)
    if level is not None:
        return pd.Series(level / level.shift(year) - 1.0)
    # A day nobody was observed leaves a hole in the level, so the year across it is unknown.
    return pd.Series(np.expm1(np.log1p(earned).rolling(year).sum()), index=earned.index)


def _intraday(market: MarketView, basket: BasketView) -> pd.Series:
    """Average the members' daily intraday statistic by amount; plain mean without amounts."""
    frame, held = panel(market, "hf_crowding"), members(market, basket)
    empty = pd.Series(np.nan, index=dates(market))
    own = _own_column(frame, basket)
    if own is not None:
        return own.reindex(dates(market))
    if frame is None or held is None:
        return empty
    values = frame.reindex(index=held.index, columns=held.columns).where(held)
    amount = panel(market, "amount")
    if amount is None:
        return values.mean(axis=1)
    weight = amount.where(values.notna())
    return (values * weight).sum(axis=1, min_count=1) / weight.sum(axis=1, min_count=1)


def _capital_structure(hf: pd.Series, p: IndicatorParams) -> pd.Series:
    if isinstance(p.capital_structure, pd.Series):
        return p.capital_structure.astype(float).reindex(hf.index)
    if p.capital_structure == "hf_std":
        return hf.rolling(p.month).std()
    return pd.Series(np.nan, index=hf.index)


def _news(market: MarketView, basket: BasketView) -> pd.Series:
    """Take the daily news score of the basket; no news is missing, not neutral."""
    given = getattr(market, "news_score", None)
    if isinstance(given, pd.DataFrame):
        # A plain Series arrives at the market's door as one unnamed column: news of the market.
        whole = len(given.columns) == 1 and given.columns[0] in (0, "0", "news_score")
        given = given.iloc[:, 0] if whole else _own_column(given, basket)
    if given is None:
        return pd.Series(np.nan, index=dates(market))
    return pd.Series(given).astype(float).reindex(dates(market))


def _own_column(frame: pd.DataFrame | None, basket: BasketView) -> pd.Series | None:
    """Return the column that belongs to the basket as a whole, by its name or its index."""
    if frame is None:
        return None
    for key in (basket.name, basket.index):
        if key is not None and key in frame.columns:
            return frame[key].astype(float)
    return None


def _assumptions(market: MarketView, basket: BasketView, p: IndicatorParams) -> tuple[str, ...]:
    published = index_column(market, "index_close", basket.index) is not None
    benchmark = p.benchmark or f"equal-weight mean of all stocks seasoned {p.seasoning} sessions"
    weights = "equal" if basket.weights is None else "given"
    return (
        *getattr(market, "assumptions", ()),
        f"benchmark = {benchmark}",
        f"basket return = index {basket.index}"
        if published
        else f"basket return = members known the day before, {weights} weights",
        f"month = {p.month} sessions, year = {p.year} sessions",
    )


def _notes(market: MarketView, basket: BasketView) -> tuple[str, ...]:
    """Say what the last row hides: members without a price, members with negative book."""
    held = members(market, basket)
    if held is None or held.empty:
        return ()
    last = held.iloc[-1]
    wanted, seen = int(last.sum()), int(market.close.iloc[-1][last].notna().sum())
    notes = [f"{seen} of {wanted} members priced on the last day"] if seen < wanted else []
    for kind, word in (("book_yield", "negative book"), ("earnings_yield", "a loss")):
        count = int(negative_count(market, basket, kind).iloc[-1])
        if count:
            notes.append(f"{count} of {wanted} members with {word}, kept in the sum")
    return tuple(notes)
