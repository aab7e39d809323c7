"""Market: everything observed about one market, aligned to one set of dates and symbols."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from quantquake.data.alignment import (
    BY_DATE,
    PANELS,
    amount_of,
    check_midnight,
    checked_chains,
    checked_futures,
    covered,
    on_axes,
    on_dates,
    rows_until,
    said,
    simple_returns,
    sum_of_names,
)
from quantquake.data.panel import AllNaN, check_panel, check_sessions
from quantquake.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Market:
    """One frozen bundle of aligned tables; build it with `from_frames` or `from_long`.

    `close` sets the dates and the symbols. Every other panel is put on them: what it has beyond
    is left out, what it lacks is NaN (not observed). Index panels keep their own symbols as
    columns and may be longer than `close`; only its dates are kept. Nothing is filled.

    Attributes
    ----------
    close : DataFrame of shape (n_dates, n_symbols)
        Closing prices, adjusted as the source adjusts them. [currency/share]
    amount : DataFrame of shape (n_dates, n_symbols) or None
        Money traded. [currency]
    volume : DataFrame of shape (n_dates, n_symbols) or None
        Shares traded. [shares]
    turnover : DataFrame of shape (n_dates, n_symbols) or None
        Traded part of the free float. [1]
    market_cap, float_cap : DataFrame of shape (n_dates, n_symbols) or None
        Value of all shares, of the tradable shares. [currency]
    earnings_yield, book_yield : DataFrame of shape (n_dates, n_symbols) or None
        Earnings (EP), book value (BP) per unit of price; negative for losses. [1]
    market_amount : Series of shape (n_dates,) or None
        Money traded in the whole market; if not given, the sum over the symbols of `amount`,
        which `assumptions` then says. [currency]
    index_close, index_amount : DataFrame of shape (n_dates, n_indices) or None
        Published indices. [points], [currency]
    futures : DataFrame of shape (n_rows, ...) or None
        Long, sorted: date, symbol, product, close, volume, open_interest and, where the source
        has them, settle, spot_close. Nothing later than the last date of `close`. [points]
    chains : DataFrame of shape (n_rows, ...) or None
        Option chains, long, with a column ``date`` or ``quote_date``.
    hf_crowding : DataFrame of shape (n_dates, n_symbols) or None
        Intraday share of the strongest frequencies. [1]
    news_score : DataFrame of shape (n_dates, n_columns) or None
        Sentiment of dated news by basket or index. [1]
    currency : str
        Of every amount of money.
    calendar : str
        Exchange whose sessions the dates are.
    assumptions : tuple of str
        What was derived or left out while aligning, one phrase each.
    """

    close: pd.DataFrame
    amount: pd.DataFrame | None = None
    volume: pd.DataFrame | None = None
    turnover: pd.DataFrame | None = None
    market_cap: pd.DataFrame | None = None
    float_cap: pd.DataFrame | None = None
    earnings_yield: pd.DataFrame | None = None
    book_yield: pd.DataFrame | None = None
    market_amount: pd.Series | None = None
    index_close: pd.DataFrame | None = None
    index_amount: pd.DataFrame | None = None
    futures: pd.DataFrame | None = None
    chains: pd.DataFrame | None = None
    hf_crowding: pd.DataFrame | None = None
    news_score: pd.DataFrame | None = None
    currency: str = "CNY"
    calendar: str = "XSHG"
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, panel in self._tables():
            if name in PANELS and not panel.columns.equals(self.symbols):
                raise DataError(
                    f"`{name}` does not have the {len(self.symbols)} symbols of `close`: columns "
                    "would be matched to the wrong names. Build the market with "
                    "Market.from_frames, which aligns them."
                )
            if name in {*PANELS, *BY_DATE, "market_amount"} and not panel.index.equals(self.dates):
                raise DataError(
                    f"`{name}` does not have the {len(self.dates)} dates of `close`: rows would be "
                    "matched to the wrong days. Build the market with Market.from_frames, which "
                    "aligns them."
                )

    @classmethod
    def from_frames(
        cls,
        *,
        close: Any,
        amount: Any = None,
        volume: Any = None,
        turnover: Any = None,
        market_cap: Any = None,
        float_cap: Any = None,
        earnings_yield: Any = None,
        book_yield: Any = None,
        market_amount: Any = None,
        index_close: Any = None,
        index_amount: Any = None,
        futures: Any = None,
        chains: Any = None,
        hf_crowding: Any = None,
        news_score: Any = None,
        currency: str = "CNY",
        calendar: str = "XSHG",
        check_calendar: bool = False,
        all_nan: AllNaN = "refuse",
        assumptions: tuple[str, ...] = (),
    ) -> Market:
        """Check and align panels; the fields are those of `Market`, units included.

        Parameters
        ----------
        check_calendar : bool
            Refuse dates that are no sessions of `calendar`. Off by default, so that made-up
            dates can be used; files are checked when they are read.
        all_nan : {"refuse", "drop", "keep"}
            What to do with symbols that have no close at all.

        Raises
        ------
        DataError
            What `check_panel` refuses; fewer than two dates; a table that shares no date or no
            symbol with `close`; futures without their columns.
        """
        prices = check_panel(close, name="close", sign="positive", all_nan=all_nan, min_dates=2)
        check_midnight(prices.index)
        if check_calendar:
            check_sessions(prices.index, name="close", calendar=calendar)
        notes = [f"close: {said(issue)}" for issue in prices.attrs.pop("issues", ())]
        given = {
            "amount": amount,
            "volume": volume,
            "turnover": turnover,
            "market_cap": market_cap,
            "float_cap": float_cap,
            "earnings_yield": earnings_yield,
            "book_yield": book_yield,
            "hf_crowding": hf_crowding,
        }
        panels = {
            name: on_axes(table, prices, name=name, notes=notes) for name, table in given.items()
        }
        by_date = {
            name: on_dates(table, prices, name=name)
            for name, table in (
                ("index_close", index_close),
                ("index_amount", index_amount),
                ("news_score", news_score),
            )
        }
        total = on_dates(market_amount, prices, name="market_amount")
        whole = sum_of_names(panels["amount"], notes) if total is None else total.iloc[:, 0]
        return cls(
            close=prices,
            **panels,
            **by_date,
            market_amount=None if whole is None else whole.rename("market_amount"),
            futures=checked_futures(futures, prices.index, notes=notes),
            chains=checked_chains(chains, prices.index),
            currency=currency,
            calendar=calendar,
            assumptions=(*assumptions, *notes),
        )

    @classmethod
    def from_long(
        cls,
        prices_long: pd.DataFrame,
        index_long: pd.DataFrame | None = None,
        futures_long: pd.DataFrame | None = None,
        **fields: Any,
    ) -> Market:
        """Build a market from the long tables that `quantquake.read` returns.

        Parameters
        ----------
        prices_long : DataFrame of shape (n_rows, ...)
            ``date, symbol, close`` and any of ``amount, volume, turnover, market_cap, float_cap,
            earnings_yield, book_yield, pe, pb``. A missing ``float_cap`` is derived as amount /
            turnover, missing yields as 1 / pe and 1 / pb; `assumptions` says so.
        index_long : DataFrame of shape (n_rows, ...), optional
            ``date, symbol, close`` and, if there, ``amount``.
        futures_long : DataFrame of shape (n_rows, ...), optional
            As for the field `futures`.
        **fields
            Anything `from_frames` takes; `market_amount` may also be the symbol of an index
            whose amount stands for the whole market (e.g. "000985.CSI"). Currency and calendar
            default to USD and XNYS when every symbol ends in ``.US``.
        """
        from quantquake.data.longtables import index_fields, price_fields

        given = price_fields(prices_long)
        if index_long is not None:
            given |= index_fields(index_long)
        market_amount = fields.get("market_amount")
        if isinstance(market_amount, str):
            fields["market_amount"] = amount_of(given.get("index_amount"), market_amount)
            given["assumptions"] += (f"market_amount is the amount of {market_amount}",)
        given["assumptions"] += tuple(fields.pop("assumptions", ()))
        return cls.from_frames(**(given | {"futures": futures_long} | fields))

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Sessions of shape (n_dates,), those of `close`."""
        return pd.DatetimeIndex(self.close.index)

    @property
    def symbols(self) -> pd.Index:
        """Symbols of shape (n_symbols,), those of `close`."""
        return self.close.columns

    def returns(self) -> pd.DataFrame:
        """Simple returns of shape (n_dates, n_symbols). [1]

        NaN on the first date, wherever this or the previous session's close is NaN, and on the
        first row after a hole in the table (more days apart than any closure of the exchanges): a
        return across a gap would look like a one-day crash.
        """
        return simple_returns(self.close)

    def index_returns(self) -> pd.DataFrame:
        """Simple returns of the published indices, shape (n_dates, n_indices). [1]

        Raises
        ------
        DataError
            If the market has no `index_close`.
        """
        if self.index_close is None:
            raise DataError(
                "the market has no `index_close`: there is no index to compare members with. "
                "Pass `index_close=` (or `index_long=`) when building it."
            )
        return simple_returns(self.index_close)

    def until(self, date: str | pd.Timestamp) -> Market:
        """Return the same market as it was known at the close of `date`; symbols all stay.

        Raises
        ------
        DataError
            If `date` lies before the first session.
        """
        last = pd.Timestamp(date)
        if last < self.dates[0]:
            raise DataError(
                f"`date` {last:%Y-%m-%d} lies before the market's first session "
                f"{self.dates[0]:%Y-%m-%d}: nothing was known then. Choose a later date."
            )
        n_dates = int(self.dates.searchsorted(last, side="right"))
        cut: dict[str, Any] = {}
        for name, table in self._tables():
            if name in {"futures", "chains"}:
                cut[name] = rows_until(table, last)
            else:
                cut[name] = table.iloc[:n_dates]
        return dataclasses.replace(self, **cut)

    def coverage(self) -> dict[str, str]:
        """What is there of each field, one sentence each; for `Origin.coverage` and reports."""
        there = dict(self._tables())
        return {
            field.name: covered(there[field.name]) if field.name in there else "not given"
            for field in dataclasses.fields(self)
            if field.name not in {"currency", "calendar", "assumptions"}
        }

    def __repr__(self) -> str:
        there = ", ".join(name for name, _ in self._tables())
        span = f"{self.dates[0]:%Y-%m-%d} to {self.dates[-1]:%Y-%m-%d}"
        return (
            f"<Market {self.close.shape[0]} sessions {span}, {len(self.symbols)} symbols: {there}>"
        )

    def _tables(self) -> Iterator[tuple[str, Any]]:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (pd.DataFrame, pd.Series)):
                yield field.name, value
