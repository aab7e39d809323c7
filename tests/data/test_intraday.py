"""Ticks and bars into bins of the trading day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.data.intraday import bin_volume, session
from quantquake.errors import ConfigError, DataError


def ticks(*rows, symbol="600000.SH"):
    frame = pd.DataFrame(rows, columns=["datetime", "volume"])
    return frame.assign(datetime=pd.to_datetime(frame["datetime"], format="ISO8601"), symbol=symbol)


def full_days(symbol, start="2024-02-05", days=3, seed=0, seconds=30, exchange="XSHG"):
    """Bars for every bin of consecutive calendar days."""
    hours = session(exchange)
    grid = np.concatenate([np.arange(a, b, seconds) for a, b in hours.spans])
    date = pd.Timestamp(start) + pd.to_timedelta(np.repeat(np.arange(days), grid.size), unit="D")
    volume = np.random.default_rng(seed).gamma(1, 100, date.size)
    stamp = date + pd.to_timedelta(np.tile(grid, days), unit="s")
    return pd.DataFrame({"datetime": stamp, "symbol": symbol, "volume": volume, "price": 2.0})


@pytest.mark.feature("A11")
def test_session_templates():
    assert session("XSHG").n_bins(30) == 480
    assert session("XNYS").n_bins(30) == 780
    assert session("XSHG", closing_auction_minutes=3).n_bins(30) == 474
    with pytest.raises(ConfigError, match="straddle"):
        session("XSHG").n_bins(3500)
    with pytest.raises(ConfigError, match="Known: XSHG, XNYS"):
        session("XTKS")


@pytest.mark.feature("A11")
def test_auctions_and_lunch_are_left_out():
    frame = ticks(
        ("2024-02-05 09:25:00", 9_000),  # opening auction
        ("2024-02-05 09:30:00", 1),
        ("2024-02-05 09:30:29.9", 2),
        ("2024-02-05 09:30:30", 4),
        ("2024-02-05 11:29:59", 8),
        ("2024-02-05 11:30:00", 9_000),
        ("2024-02-05 13:00:00", 16),
        ("2024-02-05 14:59:59", 32),
        ("2024-02-05 15:00:00", 9_000),  # closing auction
    )
    volume = bin_volume(frame.sample(frac=1, random_state=1)).volume
    assert volume.shape == (1, 480)
    assert {int(k): volume[0, k] for k in np.flatnonzero(volume[0])} == {
        0: 3.0,
        1: 4.0,
        239: 8.0,
        240: 16.0,
        479: 32.0,
    }


def test_bars_stamped_at_their_end():
    frame = ticks(("2024-02-05 09:31:00", 5), ("2024-02-05 11:30:00", 7), ("2024-02-05 15:00", 9))
    volume = bin_volume(frame, bin_seconds=60, stamp="end").volume[0]
    assert (volume[0], volume[119], volume[239]) == (5, 7, 9)


def test_cumulative_snapshots():
    frame = ticks(
        ("2024-02-05 09:25:00", 100), ("2024-02-05 09:30:03", 130), ("2024-02-05 09:30:33", 135)
    )
    volume = bin_volume(frame, cumulative=True).volume[0]
    assert volume[:3].tolist() == [30, 5, 0]
    with pytest.raises(DataError, match="cumulative"):
        bin_volume(frame.assign(volume=[100, 130, 120]), cumulative=True)


def test_absent_bins():
    frame = ticks(("2024-02-05 09:30:00", 1), ("2024-02-05 09:30:30", 0))
    assert bin_volume(frame).volume[0, :3].tolist() == [1, 0, 0]
    unseen = bin_volume(frame, absent="unobserved")
    assert np.isnan(unseen.volume[0, 2])
    assert unseen.zero_fraction[0] == 0.5
    assert bin_volume(frame).zero_fraction[0] == 479 / 480


def test_refused_frames():
    with pytest.raises(DataError, match=r"lacks \['volume'\]"):
        bin_volume(pd.DataFrame({"datetime": [], "symbol": []}))
    frame = ticks(("2024-02-05 09:30", 1))
    with pytest.raises(DataError, match="local wall-clock"):
        bin_volume(frame.assign(datetime=frame["datetime"].dt.tz_localize("Asia/Shanghai")))
    with pytest.raises(DataError, match="1 rows have negative or missing"):
        bin_volume(frame.assign(volume=np.nan))
    with pytest.raises(DataError, match="300 s apart"):
        bin_volume(full_days("A", seconds=300))


def test_empty_frame_gives_no_rows():
    frame = ticks(("2024-02-05 12:00", 1))
    binned = bin_volume(frame)
    assert binned.volume.shape == (0, 480)
    assert binned.to_panel([]).empty
