"""The seed statistic on real American ticks."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from quantquake.data.intraday import bin_volume
from quantquake.measures.spectrum import null_share
from quantquake.measures.spectrum.daily import daily_shares


@pytest.fixture(scope="module")
def binned(shared_data):
    bars = duckdb.sql(f"select * from '{shared_data / 'us_intraday_30s.parquet'}'").df()
    return bin_volume(bars, exchange="XNYS")


@pytest.mark.feature("A11")
def test_top_share_of_ten_stock_days(binned):
    # spec/features.md section 11, row A11: 0.27 to 0.34 on 10 stock-days of SPY and BAC.
    share = daily_shares(binned)["top_share"]
    assert share.shape == (5, 2)
    assert share.min().min() == pytest.approx(0.27, abs=0.006)
    assert share.max().max() == pytest.approx(0.34, abs=0.006)
    # 780 bins have 390 frequencies: noise alone gives 0.250, not the 0.371 of a Chinese day.
    assert (share > null_share(780, 50)).to_numpy().all()


def test_amount_is_money(binned):
    # SPY traded about 20e9 USD a day that week; BAC at 14 USD about 1e9.
    amount = binned.to_panel(binned.amount)
    assert (amount["SPY"] > 1e9).all()
    assert (amount["SPY"] > 5 * amount["BAC"]).all()


def test_deseasoned_measures_wait_for_history(binned):
    shares = daily_shares(binned, window=4)
    assert np.isfinite(shares["line_share"].iloc[-1]).all()
    assert shares["line_share"].iloc[:-1].isna().to_numpy().all()
