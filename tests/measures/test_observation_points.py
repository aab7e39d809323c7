"""Falls picked by rule, and the look back from them."""

import numpy as np
import pandas as pd
import pytest
from tests.measures.evidence_worlds import series

from quantquake.errors import ConfigError, DataError
from quantquake.measures.evidence.observation_points import (
    both_ways,
    compare_points,
    percentile_before,
    pick_falls,
)


def peaks():
    legs = [(100, 150, 60), (150, 120, 20), (120, 180, 80), (180, 100, 50), (100, 110, 40)]
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in legs]
    return series(np.concatenate([*parts, [110.0]]))


@pytest.mark.feature("B10")
def test_rule_finds_what_was_drawn():
    close = peaks()
    found = pick_falls(close, fall=0.15)
    assert list(found["peak"]) == [close.index[60], close.index[160]]
    assert list(found["trough"]) == [close.index[80], close.index[210]]
    assert found["depth"].to_list() == pytest.approx([-0.2, 100 / 180 - 1])
    assert list(found["sessions"]) == [20, 50]
    assert list(found["ended"]) == [True, False]
    assert len(pick_falls(close, fall=0.3)) == 1
    assert len(pick_falls(close, fall=0.15, within=30)) == 1
    assert pick_falls(series(np.arange(1.0, 50.0))).empty
    with pytest.raises(ConfigError, match="fall"):
        pick_falls(close, fall=15)


@pytest.mark.feature("B10")
def test_hand_dates_are_found_or_said_not_to_be():
    close = peaks()
    picked = pick_falls(close)
    by_hand = [close.index[63], close.index[120]]
    table = compare_points(picked, by_hand, close.index, tolerance=5)
    assert table["found"].to_list() == [True, False, False]
    assert table["distance"].iloc[0] == -3
    assert pd.isna(table["by_hand"].iloc[2])  # a fall that nobody named
    assert table["peak"].iloc[2] == close.index[160]
    none = compare_points(picked.iloc[:0], by_hand, close.index)
    assert not none["found"].any()


@pytest.mark.feature("A21", "B10")
def test_mean_of_the_five_days_before():
    values = pd.DataFrame({"a": np.arange(20.0) / 20, "b": np.nan}, index=peaks().index[:20])
    values.loc[values.index[17], "b"] = 0.9
    table = percentile_before(values, [values.index[10], values.index[19]])
    # The day itself is left out: rows 5..9 and 14..18.
    assert table.iloc[0].to_list() == pytest.approx([np.mean([5, 6, 7, 8, 9]) / 20, 16 / 20])
    assert np.isnan(table.loc["b"].iloc[0])
    assert table.loc["b"].iloc[1] == 0.9
    assert percentile_before(values, [values.index[10]], days=2).iloc[0, 0] == pytest.approx(0.425)
    with pytest.raises(DataError, match="outside"):
        percentile_before(values, ["2030-01-01"])


@pytest.mark.feature("B11")
def test_the_two_conditionals_differ():
    # A signal that is always on knows every fall and says nothing.
    close = peaks()
    hit = pd.Series(np.r_[np.tile([0.0, 1.0], 100), np.full(len(close) - 200, np.nan)], close.index)
    points = pick_falls(close)["peak"]
    always = both_ways(pd.Series(True, index=close.index), points, hit)
    assert always["signal_given_fall"] == 1.0
    assert always["fall_given_signal"] == always["fall_any_day"] == 0.5
    never = both_ways(pd.Series(False, index=close.index), points, hit)
    assert never["signal_given_fall"] == 0.0
    assert np.isnan(never["fall_given_signal"])
