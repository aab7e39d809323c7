"""Session calendars against published day counts, an independent calendar and bad input."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantquake.data import calendars
from quantquake.data.calendars import (
    calendar,
    count_sessions,
    is_session,
    session_on_or_after,
    session_on_or_before,
    sessions,
    shift,
    third_friday_expiry,
)
from quantquake.errors import CalendarError

# spec/derivatives.md 1.4, sessions per year 2005..2026.
PER_YEAR = [
    *(242, 241, 242, 246, 244, 242, 244, 243, 238, 245, 244),
    *(244, 244, 243, 244, 243, 243, 242, 242, 242, 243, 242),
]
# spec/derivatives.md 1.1, third Friday -> last trading day, 2010-2026; no other in that span.
ROLLS = {
    "2010-02-19": "2010-02-22",
    "2013-02-15": "2013-02-18",
    "2013-09-20": "2013-09-23",
    "2015-02-20": "2015-02-25",
    "2016-09-16": "2016-09-19",
    "2018-02-16": "2018-02-22",
    "2024-02-16": "2024-02-19",
    "2026-02-20": "2026-02-24",
    "2026-06-19": "2026-06-22",
}
# NYSE Group announcement of 23 December 2025 (closed days; 1 Jan 2028 is a Saturday, not observed).
NYSE_ANNOUNCED = {
    2026: "0101 0119 0216 0403 0525 0619 0703 0907 1126 1225",
    2027: "0101 0118 0215 0326 0531 0618 0705 0906 1125 1224",
    2028: "0117 0221 0414 0529 0619 0704 0904 1123 1225",
}


# exchange_calendars 4.13 uses a pandas call that pandas 3.1 announces it will change.
ignore_its_warnings = pytest.mark.filterwarnings("ignore:Series.values")


@pytest.mark.feature("F03", "F04")
@pytest.mark.parametrize(
    ("end", "count"),
    # The source article: 5 trading days to 20 March "including today"; 24 reproduces its 15.32 %.
    [("2020-03-20", 5), ("2020-04-17", 24), ("2020-06-19", 66), ("2020-09-18", 129)],
)
def test_day_counts_of_the_march_2020_note(end, count):
    assert count_sessions("2020-03-16", end) == count
    assert isinstance(count_sessions("2020-03-16", end), int)


def test_sessions_per_year():
    days = sessions("XSHG")
    assert days.name == "date"
    assert [int((days.year == year).sum()) for year in range(2005, 2027)] == PER_YEAR
    assert days[0] == pd.Timestamp("2005-01-04")
    assert days[-1] == pd.Timestamp("2026-12-31")
    starts = [f"{year}-01-01" for year in range(2005, 2027)]
    ends = [f"{year}-12-31" for year in range(2005, 2027)]
    assert count_sessions(starts, ends).tolist() == PER_YEAR


@pytest.mark.feature("F24")
def test_third_friday_rolls_are_these_nine_and_no_others():
    rolled = {}
    for month in pd.period_range("2010-01", "2026-12", freq="M"):
        fridays = pd.date_range(month.start_time, month.end_time, freq="W-FRI")
        expiry = third_friday_expiry(month.year, month.month)
        if expiry != fridays[2]:
            rolled[f"{fridays[2]:%Y-%m-%d}"] = f"{expiry:%Y-%m-%d}"
    assert rolled == ROLLS
    assert third_friday_expiry(2020, 3) == pd.Timestamp("2020-03-20")


def test_us_expiry_rolls_backward():
    # Good Friday 19 April 2019 and Juneteenth 2026 are third Fridays: US options expire Thursday.
    assert third_friday_expiry(2019, 4, "XNYS") == pd.Timestamp("2019-04-18")
    assert third_friday_expiry(2026, 6, "XNYS") == pd.Timestamp("2026-06-18")


@ignore_its_warnings
def test_table_equals_exchange_calendars():
    exchange_calendars = pytest.importorskip("exchange_calendars")
    for name in ("XSHG", "XNYS"):
        book = calendar(name)
        # A newer exchange_calendars knows more years; it must agree on those we ship.
        theirs = exchange_calendars.get_calendar(
            name, start=pd.Timestamp(book.first), end=pd.Timestamp(book.announced)
        )
        assert sessions(name).equals(theirs.sessions.as_unit("ns"))


@ignore_its_warnings
def test_generator_reproduces_the_shipped_table():
    pytest.importorskip("exchange_calendars")
    path = Path(__file__).parents[2] / "tools" / "freeze_sessions.py"
    spec = importlib.util.spec_from_file_location("freeze_sessions", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for exchange, span in tool.SPANS.items():
        shipped = (tool.FOLDER / f"{exchange.lower()}.txt").read_text(encoding="utf-8")
        lines = [line for line in tool.table(exchange, *span).splitlines() if line[0] != "#"]
        assert [line for line in shipped.splitlines() if line[0] != "#"] == lines


def test_nyse_closed_days_as_announced():
    weekdays = pd.bdate_range("2026-01-01", "2028-12-31")
    closed = weekdays[~is_session(weekdays, "XNYS")]
    for year, days in NYSE_ANNOUNCED.items():
        assert " ".join(f"{day:%m%d}" for day in closed[closed.year == year]) == days
    assert not is_session("2001-09-11", "XNYS")


def test_exchange_was_closed_on_a_working_day():
    # spec/derivatives.md 1.4: the public-holiday package calls 2024-02-09 a working day.
    assert is_session("2024-02-09") is False
    assert shift("2024-02-08", 1) == pd.Timestamp("2024-02-19")
    assert shift("2024-02-19", -1) == pd.Timestamp("2024-02-08")


def test_arrays_keep_shape_and_broadcast():
    days = sessions("XSHG", "2024-01-02", "2024-01-31")
    left = count_sessions(days, "2024-01-31")
    assert left.tolist() == list(range(len(days), 0, -1))
    assert count_sessions(days.to_series(), days).tolist() == [1] * len(days)
    grid = count_sessions(days.values[:, None], days.values[None, :])
    assert grid.shape == (len(days), len(days))
    assert grid[3, 1] == 0  # an end before the start counts nothing
    assert session_on_or_after(["2024-02-09", "2024-02-08"]).tolist() == [
        pd.Timestamp("2024-02-19"),
        pd.Timestamp("2024-02-08"),
    ]


def test_time_of_day_is_ignored():
    assert count_sessions(pd.Timestamp("2020-03-16 15:00"), "2020-03-20T09:30") == 5


@given(st.dates(pd.Timestamp("2005-01-10").date(), pd.Timestamp("2026-12-20").date()))
def test_neighbours_bracket_a_date(date):
    before, after = session_on_or_before(date), session_on_or_after(date)
    assert before <= pd.Timestamp(date) <= after
    assert is_session(before)
    assert is_session(after)
    assert (before == after) == is_session(date)
    assert count_sessions(before, after) == (1 if before == after else 2)
    assert shift(after, count_sessions(after, "2026-12-31") - 1) == pd.Timestamp("2026-12-31")


def test_past_the_last_announced_day_is_an_error():
    with pytest.raises(CalendarError, match=r"2027-01-04 lies past 2026-12-31.*with_holidays"):
        count_sessions("2026-12-01", "2027-01-04")
    with pytest.raises(CalendarError, match="last day XSHG has announced"):
        third_friday_expiry(2027, 3)
    with pytest.raises(CalendarError, match="2026-12-31"):
        shift("2026-12-31", 1)
    with pytest.raises(CalendarError, match="before 2005-01-01"):
        count_sessions("2004-12-31", "2005-01-31")


def test_provisional_counts_weekdays_and_says_so():
    assert third_friday_expiry(2027, 3, provisional=True) == pd.Timestamp("2027-03-19")
    # 2026-12-31 is a Thursday; 1 January is counted as open, which is exactly why it is opt-in.
    assert count_sessions("2026-12-31", "2027-01-05", provisional=True) == 4
    flags = calendar("XSHG").is_provisional(["2026-12-31", "2027-01-01"])
    assert flags.tolist() == [False, True]
    assert calendar().is_provisional("2027-03-19") is True


def test_an_announced_year_can_be_added():
    longer = calendar("XSHG").with_holidays(["2027-01-01", "2027-01-02"], announced="2027-06-30")
    assert count_sessions("2026-12-31", "2027-01-05", longer) == 3
    assert not longer.is_provisional("2027-06-30")
    assert calendar("XSHG").is_provisional("2027-06-30")  # the shipped one is untouched
    with pytest.raises(CalendarError, match="2027-06-30"):
        count_sessions("2027-01-04", "2027-07-01", longer)
    with pytest.raises(CalendarError, match="may add years, not change known ones"):
        calendar("XSHG").with_holidays(["2026-05-04"], announced="2027-12-31")
    with pytest.raises(CalendarError, match="announced=2026-06-30"):
        calendar("XSHG").with_holidays([], announced="2026-06-30")


def test_override_file(tmp_path):
    path = tmp_path / "xshg.txt"
    path.write_text("exchange XSHG\nfirst 2027-01-01\nannounced 2027-12-31\n2027 0101 0208\n")
    book = calendars.read_table(path)
    assert not is_session("2027-02-08", book)
    assert third_friday_expiry(2027, 3, book) == pd.Timestamp("2027-03-19")
    path.write_text("exchange XSHG\nfirst 2027-01-01\n2027 0101\n")
    with pytest.raises(CalendarError, match=r"no line \['announced'\]"):
        calendars.read_table(path)
    path.write_text("exchange XSHG\n2027 1-1\n")
    with pytest.raises(CalendarError, match="line 2"):
        calendars.read_table(path)
    with pytest.raises(CalendarError, match="cannot be read"):
        calendars.read_table(tmp_path / "absent.txt")


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        ("yesterday-ish", "cannot be read as dates"),
        (pd.Timestamp("2024-01-02", tz="Asia/Shanghai"), "time zone"),
        (20240102, "plain numbers"),
        (np.array([20240102]), "plain numbers"),
        (pd.NaT, "missing"),
        ([pd.Timestamp("2024-01-02"), pd.NaT], "1 of 2 dates are missing"),
    ],
)
def test_bad_dates_are_named(bad, match):
    with pytest.raises(CalendarError, match=match):
        count_sessions(bad, "2024-02-01")


def test_other_bad_input():
    with pytest.raises(CalendarError, match=r"no session table for exchange 'XTKS'.*XNYS, XSHG"):
        sessions("XTKS")
    with pytest.raises(CalendarError, match="no session table"):
        sessions("../secret")
    with pytest.raises(CalendarError, match="2024-02-10 is no session"):
        shift("2024-02-10", 1)
    with pytest.raises(CalendarError, match="month 13"):
        third_friday_expiry(2024, 13)
    assert len(sessions("XSHG", "2024-02-09", "2024-02-18")) == 0
