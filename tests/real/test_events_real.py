"""Statements marked "check" that the data beside the project can confirm, recomputed."""

from __future__ import annotations

import duckdb
import pytest

from quantquake.data.calendars import sessions
from quantquake.data.events import load_events

EVENTS = {event.id: event for event in load_events()}


@pytest.fixture(scope="module")
def index(shared_data):
    """Daily index bars from 2021 on, by symbol."""
    path = (shared_data / "cn_index_daily.parquet").as_posix()
    frame = duckdb.sql(f"select * from '{path}' order by date").df()
    frame["date"] = frame["date"].astype("datetime64[ns]")
    return {symbol: bars.set_index("date") for symbol, bars in frame.groupby("symbol")}


def test_calendar_is_the_index_history(index):
    assert index["000300.SH"].index.equals(sessions(end="2024-12-31"))


@pytest.mark.feature("L12", "L13")
def test_csi300_since_its_peak(index):
    bars = index["000300.SH"]
    assert bars["high"].idxmax() == EVENTS["csi300-peak-data"].date
    assert bars["high"].max() == pytest.approx(EVENTS["csi300-peak-data"].value, abs=0.005)
    assert int(bars["high"].max()) == EVENTS["csi300-peak"].value
    change = bars["close"]["2024-02-05"] / bars["close"]["2021-02-18"] - 1
    assert change == pytest.approx(EVENTS["csi300-three-years-data"].value, abs=0.0005)


@pytest.mark.feature("L08")
def test_csi1000_fall(index):
    bars = index["000852.SH"]
    intraday = bars["low"]["2024-02-05"] / bars["high"]["2023-11-21"] - 1
    assert intraday == pytest.approx(EVENTS["csi1000-fall"].value, abs=0.00005)
    close = bars["close"]["2024-02-05"] / bars["close"]["2023-11-21"] - 1
    assert close == pytest.approx(EVENTS["csi1000-fall-close"].value, abs=0.00005)


@pytest.mark.feature("L09")
def test_mid_caps_rebound(index):
    days = ["2024-02-06", "2024-02-07"]
    moves = [
        index[symbol]["close"].pct_change()[day]
        for symbol in ("000905.SH", "000852.SH")
        for day in days
    ]
    assert (min(moves), max(moves)) == pytest.approx(
        EVENTS["mid-caps-rebound-data"].value, abs=0.00005
    )
    five_to_six = EVENTS["mid-caps-rebound"].value
    assert min(moves) < five_to_six[0]
    assert max(moves) > five_to_six[1]


def test_microcap_index(index):
    close = index["883418.THS"]["close"]
    change = close["2024-02-07"] / close["2024-01-04"] - 1
    assert change == pytest.approx(EVENTS["microcap-index-data"].value, abs=0.0005)


@pytest.mark.feature("C14", "P03")
def test_days_above_a_trillion(index):
    amount = (index["000001.SH"]["amount"] + index["399001.SZ"]["amount"])["2021"]
    assert (amount > 1e12).sum() == EVENTS["days-above-1trn-data"].value
    assert len(amount) == 243


@pytest.mark.feature("L02")
def test_vix_jump(shared_data):
    path = (shared_data / "us_vix_daily.parquet").as_posix()
    rows = duckdb.sql(
        f"select close from '{path}' where date in ('2007-08-08', '2007-08-09') order by date"
    ).fetchall()
    jump = rows[1][0] - rows[0][0]
    assert jump == pytest.approx(EVENTS["vix-9-august-data"].value, abs=0.005)


def test_open_interest_rose_into_the_low(shared_data):
    path = (shared_data / "cn_index_futures_daily.parquet").as_posix()
    total = dict(
        duckdb.sql(
            f"select strftime(date, '%Y-%m-%d'), sum(open_interest) from '{path}' where "
            "product = 'IC' and date in ('2023-11-21', '2024-02-05') group by 1"
        ).fetchall()
    )
    value = EVENTS["open-interest-rose"].value
    assert total["2024-02-05"] == pytest.approx(value, abs=500)
    assert total["2024-02-05"] > total["2023-11-21"]
