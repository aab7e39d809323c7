"""Daily shares per stock and per basket."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.data.intraday import bin_volume, session
from quantquake.measures.spectrum import top_share
from quantquake.measures.spectrum.daily import basket_share, daily_shares
from quantquake.measures.spectrum.null import fit_null, null_table


def full_days(symbol, start="2024-02-05", days=3, seed=0):
    """Bars for every bin of consecutive calendar days."""
    hours = session("XSHG")
    grid = np.concatenate([np.arange(a, b, 30) for a, b in hours.spans])
    date = pd.Timestamp(start) + pd.to_timedelta(np.repeat(np.arange(days), grid.size), unit="D")
    volume = np.random.default_rng(seed).gamma(1, 100, date.size)
    stamp = date + pd.to_timedelta(np.tile(grid, days), unit="s")
    return pd.DataFrame({"datetime": stamp, "symbol": symbol, "volume": volume, "price": 2.0})


@pytest.mark.feature("A11")
def test_daily_shares_and_the_five_sixths_rule():
    a, b = full_days("A", seed=1), full_days("B", seed=2)
    day = b["datetime"].dt.normalize()
    b = b[(day != "2024-02-06") | (b["datetime"].dt.hour < 12)]  # a half day
    keep = (day.loc[b.index] != "2024-02-07") | (np.arange(len(b)) % 6 > 0)  # 400 of 480 bins
    binned = bin_volume(pd.concat([b[keep], a]))
    panel = daily_shares(binned, window=2)["top_share"]
    assert list(panel.columns) == ["A", "B"]
    assert panel.notna().to_numpy().tolist() == [[True, True], [True, False], [True, True]]
    assert panel.index.name == "date"
    first = full_days("A", seed=1)["volume"].to_numpy()[:480]
    assert panel.loc["2024-02-05", "A"] == pytest.approx(top_share(first))


def test_daily_shares_columns_and_excess():
    binned = bin_volume(full_days("A", days=5))
    null = null_table(paths=5)
    fit = fit_null(null["share"], null["zero_fraction"], null["volume"])
    got = daily_shares(binned, window=3, null=fit)
    assert list(got) == [
        "top_share",
        "top_share_deseasoned",
        "line_share",
        "log_line_share",
        "schedule_share",
        "excess",
    ]
    assert got["line_share"]["A"].notna().tolist() == [False] * 3 + [True] * 2
    expected = fit.expected(binned.zero_fraction, binned.volume.mean(axis=1))
    np.testing.assert_allclose(got["excess"]["A"], got["top_share"]["A"] - expected)


@pytest.mark.feature("A23")
def test_missing_intraday_history_is_nan_not_zero():
    # Before the feed begins the indicator is missing; the score then says so by its coverage.
    binned = bin_volume(full_days("A", days=2))
    dates = pd.date_range("2024-02-01", "2024-02-06", name="date")
    panel = daily_shares(binned)["top_share"].reindex(dates)
    got = basket_share(panel, binned.to_panel(binned.amount))
    assert got.notna().tolist() == [False] * 4 + [True] * 2


@pytest.mark.feature("A11")
def test_basket_share_by_amount():
    dates = pd.date_range("2024-02-05", periods=3, name="date")
    share = pd.DataFrame({"A": [0.4, np.nan, np.nan], "B": [0.2, 0.3, np.nan]}, index=dates)
    amount = pd.DataFrame({"A": [3.0, 3, 3], "B": [1.0, 1, 1]}, index=dates)
    got = basket_share(share, amount)
    np.testing.assert_allclose(got, [0.35, 0.3, np.nan])
    only_b = pd.DataFrame({"B": [True, True, True]}, index=dates)
    np.testing.assert_allclose(basket_share(share, amount, only_b), [0.2, 0.3, np.nan])


def test_no_rows():
    binned = bin_volume(full_days("A").iloc[:0])
    assert daily_shares(binned)["top_share"].empty
