"""The life of an alarm: replayed flags must give back their dates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from crowding_standins import sessions

from quantquake.measures.crowding.signal import (
    direction,
    merge_runs,
    signal_state,
    signal_table,
)


def recorded(marks: str, *, start: str = "2020-01-01", momentum: float = 0.1):
    """Replay marks: '1' alarm, '.' none, '?' no score."""
    index = sessions(len(marks), start)
    score = pd.Series([{"1": 3.5, ".": 1.0, "?": np.nan}[m] for m in marks], index=index)
    return score > 3, score, pd.Series(momentum, index=index), pd.Series(4, index=index)


@pytest.mark.feature("A22")
def test_the_dividend_alarm_of_february_2024_is_released_on_the_20th():
    # S4: "于2024-02-20停止发出拥挤信号"; the exchange was closed 9 to 16 February.
    index = pd.DatetimeIndex(
        [
            "2024-01-31",
            "2024-02-01",
            "2024-02-02",
            "2024-02-05",
            "2024-02-06",
            "2024-02-07",
            "2024-02-08",
            "2024-02-19",
            "2024-02-20",
            "2024-02-21",
        ],
        name="date",
    )
    score = pd.Series([1.0, 2.0, 3.5, 3.5, 4.0, 3.5, 3.5, 3.5, 2.0, 1.0], index=index)
    args = score > 3, score, pd.Series(0.03, index=index), pd.Series(2, index=index)
    table = signal_table(*args)
    assert len(table) == 1
    first = table.iloc[0]
    assert first["start"] == pd.Timestamp("2024-02-02")
    assert first["end"] == pd.Timestamp("2024-02-19")
    assert first["off"] == pd.Timestamp("2024-02-20")
    assert (first["days"], first["state"], first["peak"]) == (6, "released", 4.0)
    state = signal_state(*args)
    assert (state.state, state.since, state.days) == ("released", pd.Timestamp("2024-02-20"), 2)


def test_states_from_first_day_to_last():
    def standing(marks: str) -> tuple[str, int]:
        got = signal_state(*recorded(marks))
        return got.state, got.days

    assert standing("...") == ("normal", 3)
    assert standing("??..") == ("normal", 2)
    assert standing("..111") == ("on", 3)
    assert standing("..11.") == ("released", 1)
    assert standing("11..1") == ("on", 1)
    assert standing("11..?") == ("unknown", 0)
    assert standing("1") == ("on", 1)
    assert standing("???") == ("unknown", 0)


def test_a_hole_in_the_data_neither_rings_nor_releases():
    table = signal_table(*recorded("1?1?.1"))
    assert table["days"].tolist() == [2, 1]
    assert table["off"].notna().tolist() == [True, False]
    assert table["state"].tolist() == ["released", "on"]


def test_random_replays_give_back_every_alarm_day():
    rng = np.random.default_rng(1)
    for _ in range(30):
        marks = "".join(rng.choice(list("1.?"), size=40))
        signal, score, *rest = recorded(marks)
        table = signal_table(signal, score, *rest)
        inside = pd.Series(False, index=signal.index)
        for run in table.itertuples():
            inside |= (inside.index >= run.start) & (inside.index <= run.end)
        assert (inside & score.notna()).equals(signal)
        assert table["days"].sum() == signal.sum()


@pytest.mark.feature("A05")
def test_direction_is_the_way_the_basket_has_come():
    assert [direction(x) for x in (0.2, -0.2, 0.0, np.nan)] == [
        "after_rise",
        "after_fall",
        "unknown",
        "unknown",
    ]
    assert signal_table(*recorded(".11.", momentum=-0.3))["direction"].tolist() == ["after_fall"]


@pytest.mark.feature("A23")
def test_an_alarm_from_two_dimensions_is_weak():
    signal, score, momentum, coverage = recorded(".11.11")
    coverage.iloc[1] = 2
    table = signal_table(signal, score, momentum, coverage)
    assert table["weak"].tolist() == [True, False]
    assert not signal_state(signal, score, momentum, coverage).weak


def test_close_alarms_are_one_episode():
    signal, *rest = recorded("11.1..1....1")
    table, index = signal_table(signal, *rest), pd.DatetimeIndex(signal.index)
    assert merge_runs(table, index, gap=1)["alarms"].tolist() == [1, 1, 1, 1]
    assert merge_runs(table, index, gap=2)["alarms"].tolist() == [2, 1, 1]
    episodes = merge_runs(table, index, gap=4)
    assert episodes["alarms"].tolist() == [3, 1]
    assert episodes["days"].tolist() == [4, 1]
    assert episodes["start"].tolist() == [index[0], index[11]]
    assert episodes["end"].tolist() == [index[6], index[11]]


def test_no_alarm_gives_empty_tables_with_the_same_columns():
    signal, *rest = recorded("....")
    table = signal_table(signal, *rest)
    full = signal_table(*recorded(".1.."))
    assert table.empty
    assert list(table.columns) == list(full.columns)
    assert merge_runs(table, pd.DatetimeIndex(signal.index), gap=20).empty
