"""The (date, symbol) keys of a long table, as integer codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.data.panel import as_float, infinite_message, listed
from quantquake.errors import DataError

IntArray = npt.NDArray[np.intp]


class LongKeys:
    """Row positions of a long table's (date, symbol) pairs, computed once for all its fields.

    A scatter by integer codes is an order of magnitude quicker than a pandas pivot, and finds
    repeated keys on the way.

    Attributes
    ----------
    dates : DatetimeIndex of shape (n_dates,)
        Sorted.
    symbols : Index of shape (n_symbols,)
        Sorted.
    order : ndarray of shape (n_rows,)
        Row positions sorted by date, then symbol.
    """

    __slots__ = ("_cells", "dates", "order", "symbols")

    def __init__(self, long: pd.DataFrame, *, name: str) -> None:
        if not isinstance(long["date"].dtype, np.dtype) or long["date"].dtype.kind != "M":
            raise DataError(
                f"`{name}.date` has type {long['date'].dtype}, not naive timestamps: dates kept as "
                "text sort wrongly. Convert with pandas.to_datetime, or let quantquake.read do it."
            )
        date_codes, dates = pd.factorize(long["date"], sort=True)
        symbol_codes, symbols = pd.factorize(long["symbol"], sort=True)
        if (date_codes < 0).any() or (symbol_codes < 0).any():
            missing = int(((date_codes < 0) | (symbol_codes < 0)).sum())
            raise DataError(
                f"`{name}` has {missing} rows without a date or a symbol: they belong to no cell "
                "of a panel. Fill in or drop these rows."
            )
        self.dates = pd.DatetimeIndex(dates, name="date")
        self.symbols = pd.Index(symbols, name="symbol")
        self._cells = date_codes * len(symbols) + symbol_codes
        self.order = self._sorted_rows(name=name)

    def _sorted_rows(self, *, name: str) -> IntArray:
        order: IntArray = np.argsort(self._cells, kind="stable")
        ordered = self._cells[order]
        repeated = ordered[1:] == ordered[:-1]
        if repeated.any():
            self._refuse_repeats(ordered[1:][repeated], name=name)
        return order

    def _refuse_repeats(self, cells: IntArray, *, name: str) -> None:
        pairs, extra = np.unique(cells, return_counts=True)
        dates, symbols = np.divmod(pairs, len(self.symbols))
        offenders = (
            f"{self.dates[d]:%Y-%m-%d} {self.symbols[s]} ({n + 1} rows)"
            for d, s, n in zip(dates, symbols, extra, strict=True)
        )
        raise DataError(
            f"`{name}` gives {len(pairs)} (date, symbol) pairs more than once, first "
            f"{listed(offenders)}: which row is true cannot be told, and a sum or a mean would "
            "invent one. Remove the duplicates."
        )

    def is_sorted(self) -> bool:
        """Whether rows came by date then symbol, or by symbol then date."""
        n_symbols = len(self.symbols)
        by_symbol = (self._cells % n_symbols) * len(self.dates) + self._cells // n_symbols
        return any(bool((cells[1:] > cells[:-1]).all()) for cells in (self._cells, by_symbol))

    def spread(self, values: pd.Series, *, name: str) -> pd.DataFrame:
        """Panel of one column of the table; cells without a row are NaN."""
        table = np.full(len(self.dates) * len(self.symbols), np.nan)
        table[self._cells] = as_float(values.to_frame(), name=name)[:, 0]
        if np.isinf(table).any():
            raise DataError(infinite_message(int(np.isinf(table).sum()), name=name))
        shape = (len(self.dates), len(self.symbols))
        return pd.DataFrame(table.reshape(shape), index=self.dates, columns=self.symbols)
