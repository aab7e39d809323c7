"""Dividends a user gives: one yield, a table of yields, or payouts with the members' weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.app.book_file import read_table
from quantquake.data.contracts import INDEX_FUTURES
from quantquake.data.symbols import canonical_symbols
from quantquake.errors import ConfigError, DataError
from quantquake.measures.dividends import dividend_points, expected_payouts, seasonal_points

Array = npt.NDArray[np.float64]

YIELDS: Mapping[str, Sequence[str]] = {
    "date": ("date", "日期", "trade_date"),
    "symbol": ("symbol", "index", "指数代码", "代码"),
    "dividend_yield": ("dividend_yield", "股息率"),
    "dividend_yield_pct": ("dividend_yield_pct", "股息率(%)", "股息率%"),
}
PAYOUTS: Mapping[str, Sequence[str]] = {
    "symbol": ("symbol", "代码", "证券代码"),
    "ex_date": ("ex_date", "除权除息日", "除息日"),
    "dividend": ("dividend", "cash_div_tax", "每股派息"),
    "announced_on": ("announced_on", "ann_date", "公告日期"),
}
MEMBERS: Mapping[str, Sequence[str]] = {
    "symbol": ("symbol", "代码", "成分券代码"),
    "weight": ("weight", "权重"),
    "price": ("price", "close", "收盘价"),
}
STALE = pd.Timedelta(days=92)  # an older yield is not today's
MOST_YIELD = 0.2  # above it a "yield" is a per cent figure


@dataclass(frozen=True, slots=True, kw_only=True)
class DividendInput:
    """Where dividends come from; exactly one of the fields is given.

    Attributes
    ----------
    flat : float or None
        One yield for all dates and products. [1/yr]
    yields : DataFrame or None
        By date, one column an index symbol. [1/yr]
    payouts, members : DataFrame or None
        Past payouts and announced ones; weights and prices of the members on the day.
    """

    flat: float | None = None
    yields: pd.DataFrame | None = None
    payouts: pd.DataFrame | None = None
    members: pd.DataFrame | None = None

    @property
    def said(self) -> str:
        """What is assumed, in a phrase the report words."""
        if self.payouts is not None:
            return "dividends: payouts of the members, last year's repeated where none is announced"
        if self.flat is not None:
            return f"dividends: a yield of {self.flat:.1%} a year over the A-share season"
        return "dividends: the index yield of the day over the A-share season"

    def points(self, table: pd.DataFrame, on: pd.Timestamp) -> Array:
        """Index points expected until expiry beside each row of a basis table; NaN where unknown.

        Payouts are known for the day `on` only: the members' weights are of that day.
        """
        if self.payouts is not None and self.members is not None:
            return self._of_members(table, on)
        rate = self._yield(table)
        known = np.isfinite(rate)
        out = np.full(len(table), np.nan)
        rows = table[known]
        out[known] = seasonal_points(rows["index_level"], rate[known], rows["date"], rows["expiry"])
        return out

    def _yield(self, table: pd.DataFrame) -> Array:
        if self.flat is not None:
            return np.full(len(table), self.flat)
        spec = INDEX_FUTURES.get(str(table["product"].iloc[0]))
        if self.yields is None or spec is None or spec.underlying not in self.yields:
            return np.full(len(table), np.nan)
        known = self.yields[spec.underlying].dropna()
        read = known.reindex(table["date"], method="ffill", tolerance=STALE)
        return np.asarray(read.to_numpy(dtype=float))

    def _of_members(self, table: pd.DataFrame, on: pd.Timestamp) -> Array:
        assert self.payouts is not None
        assert self.members is not None
        out = np.full(len(table), np.nan)
        here = (table["date"] == on).to_numpy()
        if not here.any():
            return out
        rows = table[here]
        told = self.payouts
        paid = told[told["ex_date"] <= on]
        plans = told[told["ex_date"] > on]
        if "announced_on" in told.columns:
            plans = plans[plans["announced_on"].notna()]
        found = dividend_points(
            expected_payouts(paid, on, plans=plans),
            self.members["weight"],
            self.members["price"],
            float(rows["index_level"].iloc[0]),
            on,
            rows["expiry"],
        )
        out[here] = found["points"].to_numpy(dtype=float)
        return out


def read_dividends(
    dividend_yield: str | None, payouts: str | None, members: str | None
) -> DividendInput | None:
    """Read what was given for dividends, None if nothing was.

    Parameters
    ----------
    dividend_yield : str, optional
        A number, 0.025 for 2.5 %, or a table `date, symbol, dividend_yield` of the indices
        (`dividend_yield_pct` for per cent).
    payouts, members : str, optional
        Both: `symbol, ex_date, dividend[, announced_on]` a share, and `symbol, weight, price` of
        one index.

    Raises
    ------
    ConfigError
        Two sources at once, payouts without members, or a yield that reads as per cent.
    DataError
        Tables without the columns.
    """
    if (payouts is None) != (members is None) or (payouts and dividend_yield):
        raise ConfigError(
            "--payouts and --members go together, and not with --dividend-yield: one says who pays, "
            "the other what that weighs, and two sources would count a dividend twice. Give both, "
            "or a yield."
        )
    if payouts is not None and members is not None:
        return DividendInput(payouts=_payouts(payouts), members=_members(members))
    if dividend_yield is None:
        return None
    flat = _number(dividend_yield)
    if flat is None:
        return DividendInput(yields=_yields(dividend_yield))
    if not 0 <= flat <= MOST_YIELD:
        raise ConfigError(
            f"--dividend-yield {dividend_yield} is outside 0 to {MOST_YIELD}: no index pays that, "
            "and every discount would read as dividends. Write 0.025 for 2.5 %."
        )
    return DividendInput(flat=flat)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _yields(path: str) -> pd.DataFrame:
    table = read_table(path, YIELDS, ("date", "symbol"), text=("symbol",))
    if "dividend_yield_pct" in table:
        table["dividend_yield"] = table["dividend_yield_pct"] / 100
    if "dividend_yield" not in table:
        raise DataError(
            f"{path} has no column dividend_yield or dividend_yield_pct: there is no yield to "
            "spread over the year. Rename the column; `_pct` means per cent."
        )
    wrong = (table["dividend_yield"] < 0) | (table["dividend_yield"] > MOST_YIELD)
    if wrong.any():
        row = table[wrong].iloc[0]
        raise DataError(
            f"{path} has {int(wrong.sum())} yields outside 0 to {MOST_YIELD}, first "
            f"{row['dividend_yield']:g} for {row['symbol']} on {row['date']:%Y-%m-%d}: per cent "
            "would be read as a hundred times the dividends. Name the column dividend_yield_pct, or "
            "give fractions."
        )
    symbols, _ = canonical_symbols(table["symbol"], kind="index")
    table["symbol"] = symbols
    return table.pivot_table(index="date", columns="symbol", values="dividend_yield").sort_index()


def _payouts(path: str) -> pd.DataFrame:
    table = read_table(
        path, PAYOUTS, ("symbol", "ex_date", "dividend"),
        text=("symbol",), dates=("ex_date", "announced_on"), gaps=("announced_on",),
    )  # fmt: skip
    table["symbol"] = canonical_symbols(table["symbol"], kind="prices")[0]
    return table


def _members(path: str) -> pd.DataFrame:
    table = read_table(path, MEMBERS, ("symbol", "weight", "price"), text=("symbol",))
    table["symbol"] = canonical_symbols(table["symbol"], kind="prices")[0]
    if table["symbol"].duplicated().any():
        name = table["symbol"][table["symbol"].duplicated()].iloc[0]
        raise DataError(
            f"{path} lists {name} twice: its dividends would count twice. Keep one row a member."
        )
    return table.set_index("symbol")
