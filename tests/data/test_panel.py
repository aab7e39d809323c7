"""Panels: what is refused at the door, and the way between long and wide."""

import numpy as np
import pandas as pd
import pytest

from quantquake.data.panel import as_pandas, check_panel, check_sessions, to_long, to_wide
from quantquake.errors import DataError

DAYS = pd.to_datetime(["2024-02-05", "2024-02-06", "2024-02-07"])


def panel(values=((1.0, 2.0), (3.0, np.nan), (5.0, 6.0)), index=DAYS, columns=("a", "b")):
    return pd.DataFrame(np.array(values), index=index, columns=list(columns))


def test_a_good_panel_keeps_its_values_and_gets_its_names():
    checked = check_panel(panel(), name="close")
    assert checked.index.name == "date"
    assert checked.columns.name == "symbol"
    assert (checked.dtypes == np.float64).all()
    np.testing.assert_array_equal(checked.to_numpy(), panel().to_numpy())


def test_the_frame_given_is_not_touched():
    given = panel()
    checked = check_panel(given, name="close")
    checked.iloc[0, 0] = 99.0
    assert given.iloc[0, 0] == 1.0
    assert given.index.name is None


def test_integers_and_numbers_kept_as_objects_become_floats():
    given = panel([[1, 2], [3, 4], [5, 6]]).astype(object)
    assert check_panel(given, name="x").to_numpy().tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.iloc[::-1], r"not sorted by date, 2 step\(s\) back, first at 2024-02-06"),
        (lambda f: f.iloc[[0, 1, 1]], "1 dates more than once, first 2024-02-06"),
        (lambda f: f.set_axis([0, 1, 2]), "indexed by int64, not by dates"),
        (lambda f: f.set_axis([str(d) for d in DAYS]), "not by dates"),
        (lambda f: f.tz_localize("Asia/Shanghai"), "time zone Asia/Shanghai"),
        (lambda f: f.set_axis([DAYS[0], DAYS[1], pd.NaT]), "1 rows without a date"),
        (lambda f: f.set_axis(["a", "a"], axis=1), "1 symbols in more than one column, first a"),
        (lambda f: f.assign(b=["1", "n.a.", "3"]), "column 'b' that are no numbers, first 'n.a.'"),
        (lambda f: f.assign(b=[True, False, True]), "no numbers"),
        (lambda f: f.replace(6.0, np.inf), "1 infinite values, first inf for b on 2024-02-07"),
    ],
)
def test_what_would_give_wrong_numbers_is_refused_with_its_place(change, says):
    with pytest.raises(DataError, match=says) as caught:
        check_panel(change(panel()), name="close")
    assert "`close`" in str(caught.value)


def test_signs_are_checked_when_asked_for():
    negative, zero = panel().replace(3.0, -3.0), panel().replace(3.0, 0.0)
    assert check_panel(negative, name="yield").iloc[1, 0] == -3.0
    with pytest.raises(DataError, match="1 values that are negative, first -3 for a on 2024-02-06"):
        check_panel(negative, name="amount", sign="non_negative")
    assert check_panel(zero, name="amount", sign="non_negative").iloc[1, 0] == 0.0
    with pytest.raises(DataError, match="not positive, first 0 for a"):
        check_panel(zero, name="close", sign="positive")


def test_symbols_without_values_are_kept_dropped_or_refused():
    given = panel().assign(c=np.nan, d=np.nan)
    assert list(check_panel(given, name="x").columns) == ["a", "b", "c", "d"]
    with pytest.raises(DataError, match="2 symbols without a single value, first c, d"):
        check_panel(given, name="x", all_nan="refuse")
    kept = check_panel(given, name="x", all_nan="drop")
    assert list(kept.columns) == ["a", "b"]
    assert kept.attrs["issues"][0]["where"] == "c, d"
    assert "issues" not in check_panel(panel(), name="x", all_nan="drop").attrs


def test_one_row_is_refused_where_a_return_is_needed():
    assert len(check_panel(panel().iloc[:1], name="x")) == 1
    with pytest.raises(DataError, match=r"has 1 date\(s\): at least 2"):
        check_panel(panel().iloc[:1], name="close", min_dates=2)


def test_dates_on_which_the_exchange_was_closed_are_listed():
    # 2024-02-09 to 2024-02-16: the Spring Festival closure announced by Shanghai.
    days = pd.to_datetime(["2024-02-08", "2024-02-09", "2024-02-12", "2024-02-19"])
    frame = panel(np.ones((4, 1)), index=days, columns="a")
    with pytest.raises(DataError, match="2 of 4 dates on which XSHG was closed, first 2024-02-09"):
        check_panel(frame, name="close", calendar="XSHG")
    assert len(check_panel(frame.iloc[[0, 3]], name="close", calendar="XSHG")) == 2
    # Of these New York was closed on the 19th only (Presidents' Day).
    assert check_sessions(days[:3], name="close", calendar="XNYS") == 0


def test_dates_beyond_the_calendar_are_counted_not_refused():
    assert check_sessions(pd.to_datetime(["1980-01-06"]), name="x", calendar="XNYS") == 1


def test_polars_comes_in_with_nulls_as_nan():
    pl = pytest.importorskip("polars")
    table = pl.DataFrame({"date": list(DAYS.date), "a": [1.0, None, 3.0], "b": [1, 2, 3]})
    checked = check_panel(table, name="close")
    assert list(checked.index) == list(DAYS)
    assert np.isnan(checked.loc["2024-02-06", "a"])
    assert checked["b"].tolist() == [1.0, 2.0, 3.0]


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match="`close` is a dict, no table"):
        as_pandas({"a": [1]}, name="close")
    assert as_pandas(pd.Series([1.0], name="a"), name="x").shape == (1, 1)


def long_rows(rows):
    frame = pd.DataFrame(rows, columns=["date", "symbol", "close"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def test_to_wide_by_hand():
    rows = [("2024-02-06", "b", 4.0), ("2024-02-05", "b", 2.0), ("2024-02-05", "a", 1.0)]
    wide = to_wide(long_rows(rows), "close", name="prices")
    assert list(wide.columns) == ["a", "b"]
    np.testing.assert_array_equal(wide.to_numpy(), [[1.0, 2.0], [np.nan, 4.0]])
    assert wide.index.name == "date"


def test_repeated_keys_are_named_with_their_counts():
    rows = [("2024-02-05", "a", 1.0)] * 3
    rows += [("2024-02-06", "b", 1.0)] * 2 + [("2024-02-06", "a", 1.0)]
    with pytest.raises(DataError, match=r"2 .date, symbol. pairs more than once") as caught:
        to_wide(long_rows(rows), "close", name="prices")
    assert "2024-02-05 a (3 rows), 2024-02-06 b (2 rows)" in str(caught.value)


ONE = long_rows([("2024-02-05", "a", 1.0)])


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (ONE.drop(columns="close"), "no column 'close'; its columns are 'date', 'symbol'"),
        (ONE.assign(symbol=None), "1 rows without a date or a symbol"),
        (ONE.assign(close=np.inf), "infinite"),
        (ONE.assign(close="x"), "no numbers, first 'x'"),
        (ONE.astype({"date": str}), "not naive timestamps"),
    ],
)
def test_to_wide_refuses(frame, says):
    with pytest.raises(DataError, match=says):
        to_wide(frame, "close", name="prices")


def test_to_long_leaves_out_what_was_not_observed():
    long = to_long(panel(columns=("b", "a")), "close")
    assert long["symbol"].tolist() == ["a", "b", "b", "a", "b"]
    assert long["close"].tolist() == [2.0, 1.0, 3.0, 6.0, 5.0]


def test_a_million_and_a_half_rows_are_spread():
    n_dates, n_symbols = 400, 3_750
    names = np.array([f"{i:06d}.SZ" for i in range(n_symbols)], dtype=object)
    long = pd.DataFrame(
        {
            "date": pd.date_range("2020-01-01", periods=n_dates).repeat(n_symbols),
            "symbol": np.tile(names, n_dates),
            "close": np.arange(n_dates * n_symbols, dtype=float),
        }
    )
    wide = to_wide(long, "close", name="prices")
    np.testing.assert_array_equal(wide.to_numpy().ravel(), long["close"].to_numpy())
