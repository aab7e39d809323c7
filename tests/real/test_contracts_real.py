"""The contract rule against every contract that really traded, 2019-2024."""

from __future__ import annotations

import duckdb
import pytest

from quantquake.data.calendars import is_session, sessions
from quantquake.data.contracts import INDEX_FUTURES, future_symbol, live_contracts, parse_future

START, END = "2019-01-01", "2024-12-31"


@pytest.fixture(scope="module")
def listed(shared_data):
    path = (shared_data / "cn_index_futures_daily.parquet").as_posix()
    frame = duckdb.sql(f"select date, symbol, product, volume from '{path}'").df()
    frame["date"] = frame["date"].astype("datetime64[ns]")
    return frame[frame["date"].between(START, END)]


def test_dates_of_the_file_are_sessions(listed):
    dates = listed["date"].drop_duplicates()
    assert is_session(dates).all()


@pytest.mark.feature("F24")
@pytest.mark.parametrize("product", list(INDEX_FUTURES))
def test_live_contracts_are_those_listed(listed, product):
    rows = listed[listed["product"] == product]
    wrong = {}
    for date, group in rows.groupby("date"):
        expected = [contract.symbol for contract in live_contracts(product, date)]
        seen = sorted(future_symbol(symbol) for symbol in group["symbol"])
        if seen != expected:
            wrong[f"{date:%Y-%m-%d}"] = (seen, expected)
    assert rows["date"].nunique() > 590
    assert not wrong, f"{len(wrong)} of {rows['date'].nunique()} days differ: {wrong}"


def test_last_row_of_every_contract_is_its_expiry(listed):
    last = listed.groupby("symbol")["date"].max()
    wrong = {
        symbol: (f"{day:%Y-%m-%d}", f"{parse_future(symbol).expiry:%Y-%m-%d}")
        for symbol, day in last.items()
        if parse_future(symbol).expiry <= sessions(start=START, end=END)[-1]
        and parse_future(symbol).expiry != day
    }
    assert not wrong
