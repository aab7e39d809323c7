"""Annualised and weighted series of all four products, 2019-2024, computed a second time by hand."""

from __future__ import annotations

import datetime as dt
import warnings
from bisect import bisect_left, bisect_right
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from quantquake.measures import basis


class Twin:
    """The formulas of derivatives.md 2.1 in plain Python; sessions from another calendar."""

    def __init__(self, file: Path) -> None:
        calendars = pytest.importorskip("exchange_calendars")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it calls pandas in a way that is being retired
            exchange = calendars.get_calendar("XSHG", start="2018-01-01", end="2026-12-31")
        self.days = [day.date() for day in exchange.sessions]
        self.open = set(self.days)
        by_day: dict[tuple[str, dt.date], list[tuple[dt.date, float, float, float]]]
        by_day = defaultdict(list)
        query = f"select date::date, symbol, close, open_interest, spot_close from '{file}'"
        for day, symbol, close, interest, spot in duckdb.sql(query).fetchall():
            end = self.expiry(2000 + int(symbol[2:4]), int(symbol[4:6]))
            by_day[symbol[:2], day].append((end, close, interest, spot))
        self.rows = {key: sorted(rows) for key, rows in by_day.items()}

    def expiry(self, year: int, month: int) -> dt.date:
        day = dt.date(year, month, 15)
        while day.weekday() != 4:
            day += dt.timedelta(1)
        while day not in self.open:
            day += dt.timedelta(1)
        return day

    def count(self, first: dt.date, last: dt.date) -> int:
        return bisect_right(self.days, last) - bisect_left(self.days, first)

    def annualised(self, key: tuple[str, dt.date]) -> list[float]:
        return [
            (close - spot) / spot * 250 / self.count(key[1], end)
            for end, close, _, spot in self.rows[key]
        ]

    def weighted(self, key: tuple[str, dt.date], method: str) -> float:
        rows = [
            row for row in self.rows[key] if row[0] > key[1]
        ]  # the settling one is no reference
        (end1, front, _, _), far = rows[0], rows[1:]
        total = weight = 0.0
        for end, close, interest, spot in far:
            if method == "months":
                months = 12 * (end.year - end1.year) + end.month - end1.month
                rate = (close - front) / spot * 12 / months
            elif method == "sessions":
                rate = (close - front) / front * 250
                rate /= self.count(key[1], end) - self.count(key[1], end1)
            else:
                rate = float(np.log(close / front)) * 365 / (end - end1).days
            total, weight = total + rate * interest, weight + interest
        return total / weight


@pytest.fixture(scope="module")
def twin(shared_data: Path) -> Twin:
    return Twin(shared_data / "cn_index_futures_daily.parquet")


@pytest.mark.feature("F03", "F09", "F10", "F12", "F24")
@pytest.mark.parametrize("product", ["IF", "IH", "IC", "IM"])
def test_every_day_of_six_years_agrees_with_the_twin(
    twin: Twin, shared_data: Path, product: str
) -> None:
    file = shared_data / "cn_index_futures_daily.parquet"
    futures = duckdb.sql(f"select * from '{file}' where product = '{product}'").df()
    table = basis.history(futures)
    keys = [key for key in twin.rows if key[0] == product]
    assert len(keys) == table["date"].nunique()
    by_hand = {day: twin.annualised((product, day)) for _, day in keys}
    for day, rows in table.groupby("date"):
        np.testing.assert_allclose(rows["annualised"], by_hand[day.date()], rtol=1e-12)
    for method in ("months", "sessions", "log"):
        found = basis.weighted_discount(futures, method=method)  # type: ignore[arg-type]
        hand = pd.Series({pd.Timestamp(k[1]): twin.weighted(k, method) for k in keys}).sort_index()
        np.testing.assert_allclose(found, hand, atol=1e-13)
        assert (found.idxmin(), found.idxmax()) == (hand.idxmin(), hand.idxmax())
