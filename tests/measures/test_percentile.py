"""The rolling percentile against pandas, bit for bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.errors import ConfigError, DataError
from quantquake.measures.percentile import rolling_percentile, rolling_percentile_last


def by_pandas(values, window, min_periods=None):
    return pd.DataFrame(values).rolling(window, min_periods).rank(pct=True).to_numpy()


# A short alphabet makes ties, gaps and infinities meet in almost every window.
CELLS = st.sampled_from([0.0, -0.0, 1.0, 1.0, -2.5, 1e-300, 1e300, np.nan, np.inf, -np.inf])


@pytest.mark.feature("A17")
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_equals_pandas_with_ties_gaps_and_infinities(data):
    n_dates = data.draw(st.integers(1, 40))
    cells = data.draw(st.lists(CELLS, min_size=n_dates, max_size=n_dates))
    window = data.draw(st.integers(1, 45))
    needed = data.draw(st.none() | st.integers(0, window))
    x = np.array(cells)[:, None]
    np.testing.assert_array_equal(
        rolling_percentile(x, window=window, min_periods=needed), by_pandas(x, window, needed)
    )


@pytest.mark.feature("A17")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("n_symbols", [1, 31, 32, 33, 70])
def test_equals_pandas_on_panels(dtype, order, n_symbols):
    rng = np.random.default_rng(n_symbols)
    x = rng.standard_normal((400, n_symbols)).cumsum(axis=0).astype(dtype)
    x[:, ::3] = np.round(x[:, ::3], 0)  # ties
    x[rng.random(x.shape) < 0.05] = np.nan
    x[rng.random(x.shape) < 0.01] = np.inf
    x = np.asarray(x, order=order)
    np.testing.assert_array_equal(rolling_percentile(x, window=60), by_pandas(x, 60))
    np.testing.assert_array_equal(
        rolling_percentile(x, window=60, min_periods=20), by_pandas(x, 60, 20)
    )


@pytest.mark.parametrize(("n_dates", "window"), [(4097, 250), (9000, 250), (2500, 900), (300, 400)])
def test_long_histories_and_wide_windows(n_dates, window):
    rng = np.random.default_rng(5)
    x = np.round(rng.standard_normal((n_dates, 3)).cumsum(axis=0), 1)
    x[rng.random(x.shape) < 0.02] = np.nan
    np.testing.assert_array_equal(
        rolling_percentile(x, window=window, min_periods=window // 2),
        by_pandas(x, window, window // 2),
    )


@pytest.mark.parametrize(
    "column",
    [
        np.zeros(300),
        np.full(300, np.nan),
        np.full(300, np.inf),
        np.r_[np.full(299, 1e-12), 1e12],  # one outlier squeezes all else into one bucket
        np.arange(300.0)[::-1],
        np.nextafter(1.0, 2.0) * (np.arange(300) % 2),
        np.linspace(-1, 1, 300) * 1.7e308,  # the range itself overflows
        np.arange(300) * 5e-324,
    ],
    ids=["zeros", "nan", "inf", "outlier", "falling", "last bit", "whole range", "subnormal"],
)
def test_awkward_columns(column):
    x = np.column_stack([column, np.arange(300.0)])
    np.testing.assert_array_equal(rolling_percentile(x, window=50), by_pandas(x, 50))


def test_keeps_labels_and_kind():
    dates = pd.date_range("2024-01-01", periods=6, name="date")
    frame = pd.DataFrame({"a": [1, 2, 3, 2, 1, 5.0], "b": range(6)}, index=dates)
    frame.columns.name = "symbol"
    pd.testing.assert_frame_equal(
        rolling_percentile(frame, window=3), frame.rolling(3).rank(pct=True)
    )
    pd.testing.assert_series_equal(
        rolling_percentile(frame["a"], window=3), frame["a"].rolling(3).rank(pct=True)
    )
    assert rolling_percentile(frame["a"].to_numpy(), window=3).shape == (6,)
    assert rolling_percentile(frame, window=3, dtype=np.float32).dtypes.eq(np.float32).all()


@pytest.mark.feature("A17")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_last_day_is_the_last_row(dtype):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((50, 2100)).round(1).astype(dtype)
    x[rng.random(x.shape) < 0.02] = np.nan
    x[rng.random(x.shape) < 0.01] = -np.inf
    frame = pd.DataFrame(x).add_prefix("s")
    for needed in (None, 0, 48):
        whole = rolling_percentile(frame, window=50, min_periods=needed)
        got = rolling_percentile_last(frame, min_periods=needed)
        pd.testing.assert_series_equal(got, whole.iloc[-1], check_exact=True)
    assert rolling_percentile_last(np.array([1.0, 3.0, 2.0])) == 2 / 3
    with pytest.raises(ConfigError, match="window"):
        rolling_percentile_last(np.empty((0, 3)))


def test_empty_panels():
    assert rolling_percentile(np.empty((0, 4)), window=3).shape == (0, 4)
    assert rolling_percentile(np.empty((7, 0)), window=3).shape == (7, 0)


@pytest.mark.feature("A17")
def test_tomorrow_changes_nothing_today():
    x = np.random.default_rng(0).standard_normal((200, 40)).round(1)
    whole = rolling_percentile(x, window=50, min_periods=10)
    for end in (30, 111, 199):
        np.testing.assert_array_equal(
            whole[:end], rolling_percentile(x[:end], window=50, min_periods=10)
        )


def test_input_is_not_written_to():
    x = np.array([[1.0], [np.inf], [3.0]])
    rolling_percentile(x, window=2)
    assert np.isinf(x[1, 0])


def test_errors_say_what_to_do():
    with pytest.raises(ConfigError, match="Give 1 or more"):
        rolling_percentile(np.zeros(3), window=0)
    with pytest.raises(ConfigError, match="Give 0 to 5"):
        rolling_percentile(np.zeros(3), window=5, min_periods=6)
    with pytest.raises(DataError, match="no numbers"):
        rolling_percentile(pd.Series(["a", "b"]), window=2)
    with pytest.raises(DataError, match="3 axes"):
        rolling_percentile(np.zeros((2, 2, 2)), window=2)
