"""Runs, merging, falls and lead times on paths drawn by hand."""

import numpy as np
import pytest

from quantquake.errors import ConfigError
from quantquake.measures.evidence.episodes import find_episodes
from quantquake.measures.evidence.falls import Path, find_falls, forward_outcome
from quantquake.measures.evidence.lead_time import lead_times, summarise_leads, warned_falls


def flags(n, *days):
    out = np.zeros(n)
    out[list(days)] = 1.0
    return out


@pytest.mark.feature("B09")
def test_thirty_flags_are_one_episode():
    found = find_episodes(flags(200, *range(50, 80)), gap=20)
    assert len(found) == 1
    assert (found.first[0], found.last[0], found.days[0]) == (50, 79, 30)


@pytest.mark.feature("B09")
def test_runs_closer_than_the_gap_are_one():
    signal = flags(200, 10, 11, 30, 50, 51, 120)
    assert list(find_episodes(signal, gap=20).first) == [10, 50, 120]  # 30 - 11 < 20 <= 50 - 30
    assert list(find_episodes(signal, gap=21).first) == [10, 120]
    assert list(find_episodes(signal, gap=1).first) == [10, 30, 50, 120]
    assert list(find_episodes(signal, gap=60).days) == [5, 1]
    assert len(find_episodes(np.full(9, np.nan), gap=5)) == 0
    with pytest.raises(ConfigError, match="gap"):
        find_episodes(signal, gap=0)


def test_windows_of_two_episodes_do_not_overlap():
    rng = np.random.default_rng(0)
    for gap in (5, 20, 60):
        found = find_episodes(rng.random(2000) < 0.01, gap=gap)
        assert (np.diff(found.first) >= gap).all()


@pytest.mark.feature("B01", "B02")
def test_worst_close_by_hand():
    path = Path.of([100.0, 94.0, 97.0, 95.1, 95.0, 99.0])
    outcome = forward_outcome(path, 2)
    # The day itself is left out: 94 is followed by rises.
    assert outcome.worst[:4] == pytest.approx([-0.06, 95.1 / 94 - 1, 95 / 97 - 1, 95 / 95.1 - 1])
    assert np.isnan(outcome.worst[4:]).all()
    assert list(outcome.unsettled) == [False] * 4 + [True] * 2
    assert outcome.final[0] == pytest.approx(-0.03)
    assert forward_outcome(path, 3).worst[0] == pytest.approx(-0.06)
    assert np.isnan(forward_outcome(path, 9).worst).all()


def test_lows_go_deeper_than_closes():
    close, low = [100.0, 98.0, 99.0], [99.0, 94.0, np.nan]
    assert forward_outcome(Path.of(close, low), 1).worst[0] == pytest.approx(-0.06)
    assert forward_outcome(Path.of(close, low), 1).worst[1] == pytest.approx(99 / 98 - 1)


def test_a_hole_is_unknown_not_calm():
    close = np.full(200, 100.0)
    close[60:90] = np.nan
    outcome = forward_outcome(Path.of(close), 20)
    assert len(outcome.worst) == 170
    # The 20 closes before the hole look across it; one missing day does not matter.
    assert np.isnan(outcome.worst[40:60]).all()
    assert np.isfinite(outcome.worst[:40]).all()
    close[:] = 100.0
    close[60] = np.nan
    assert np.isfinite(forward_outcome(Path.of(close), 20).worst[:170]).all()


@pytest.mark.feature("B17")
@pytest.mark.parametrize("k", [1, 7, 19])
def test_planted_lead_is_recovered(k):
    # Flat, the alarm at 100, a fall of 8 % k days later that deepens for 3 days.
    close = np.full(200, 100.0)
    close[100 + k :] = 92.0
    close[103 + k :] = 90.0
    found = lead_times(Path.of(close), np.array([100]), loss=0.05, horizon=60)
    assert found.iloc[0].to_list() == [k, k + 3, k - 1]
    falls = find_falls(Path.of(close), loss=0.05, horizon=60)
    assert list(falls.touch) == [100 + k]
    assert list(falls.peak) == [99 + k]
    seen = warned_falls(falls, flags(200, 100, 101), horizon=60)
    assert seen["before_touch"].iloc[0] == k
    assert seen["before_peak"].iloc[0] == k - 1
    assert not warned_falls(falls, flags(200, 100), horizon=k - 1)["warned"].any()


@pytest.mark.feature("B17")
def test_a_warning_after_the_peak_has_negative_lead():
    close = np.concatenate([np.linspace(90, 100, 50), np.linspace(99.5, 94, 20), np.full(80, 94.0)])
    falls = find_falls(Path.of(close), loss=0.05, horizon=60)
    peak, touch = int(falls.peak[0]), int(falls.touch[0])
    assert peak == 49
    assert close[touch] <= 95.0 < close[touch - 1]
    seen = warned_falls(falls, flags(150, 60), horizon=60)
    assert seen["before_peak"].iloc[0] == 49 - 60
    assert seen["before_touch"].iloc[0] == touch - 60


def test_leads_without_a_fall_are_censored():
    found = lead_times(Path.of(np.full(100, 50.0)), np.array([10, 20]), loss=0.05, horizon=20)
    table = summarise_leads(found)
    assert table.loc["touch", ["cases", "censored"]].to_list() == [0, 2]
    assert np.isnan(table.loc["touch", "median"])
    assert summarise_leads(found.iloc[:0]).loc["peak", "cases"] == 0


def test_falls_do_not_overlap():
    rng = np.random.default_rng(3)
    close = 100 * np.exp(np.cumsum(0.015 * rng.standard_normal(3000)))
    path = Path.of(close)
    falls = find_falls(path, loss=0.05, horizon=20)
    assert len(falls.touch) > 20
    assert (np.diff(falls.touch) >= 20).all()
    assert (falls.peak < falls.touch).all()
    assert (falls.touch - falls.peak <= 20).all()
    assert (close[falls.touch] <= 0.95 * close[falls.peak]).all()
