"""Breadth by hand, ranks against pandas, and nothing read from the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures import breadth
from quantquake.measures.day import size_groups
from quantquake.measures.ranks import percentile_since, rank_since

DATES = pd.bdate_range("2024-01-02", periods=4, name="date")
RETURNS = pd.DataFrame(
    [
        [0.01, -0.02, 0.00, np.nan],
        [-0.10, -0.099, -0.097, 0.02],
        [np.nan, np.nan, np.nan, np.nan],
        [0.03, 0.01, 0.02, 0.02],
    ],
    index=DATES,
    columns=list("ABCD"),
)
INDEX = pd.Series([-0.01, 0.00, 0.01, np.nan], index=DATES)


@pytest.mark.feature("D07")
def test_breadth_counts_members_strictly_above_the_index() -> None:
    found = breadth.breadth(RETURNS, INDEX)
    assert found.iloc[:2].tolist() == [2 / 3, 1 / 4]
    assert found.iloc[2:].isna().all()  # nobody observed; index missing


def test_breadth_refuses_other_dates() -> None:
    with pytest.raises(DataError, match="share no date"):
        breadth.breadth(RETURNS, INDEX.shift(400, freq="D"))


def test_advancers_and_locked_names() -> None:
    assert breadth.advance_share(RETURNS).iloc[[0, 1, 3]].tolist() == [1 / 3, 1 / 4, 1.0]
    assert breadth.limit_down_count(RETURNS).tolist() == [0, 2, 0, 0]
    assert breadth.limit_down_count(RETURNS, threshold=-0.02).tolist() == [1, 3, 0, 0]
    with pytest.raises(DataError, match="not a fall"):
        breadth.limit_down_count(RETURNS, threshold=0.1)


@pytest.mark.feature("D07")
def test_concentration_gap_is_the_covariance_of_weight_and_return() -> None:
    weights = pd.Series([7.0, 1.0, 1.0, 1.0], index=list("ABCD"))
    table = breadth.concentration_gap(RETURNS, weights)
    r = RETURNS.iloc[3].to_numpy()
    w = weights.to_numpy() / 10
    assert table["gap"].iloc[3] == pytest.approx(4 * np.cov(w, r, bias=True)[0, 1])
    even = breadth.concentration_gap(RETURNS, pd.Series(1.0, index=list("ABCD")))
    assert even["gap"].dropna().abs().max() < 1e-15
    assert even["gap"].isna().tolist() == [False, False, True, False]


@pytest.mark.feature("D02", "D07")
def test_percentile_since_is_pandas_expanding_rank() -> None:
    rng = np.random.default_rng(3)
    values = pd.Series(
        rng.integers(0, 9, 60).astype(float), index=pd.bdate_range("2024", periods=60)
    )
    values.iloc[7] = np.nan
    start = values.index[5]
    found = percentile_since(values, start=start, min_periods=3)
    assert found.iloc[:7].isna().all()
    for date in values.index[8:]:
        window = values[start:date].dropna()
        assert found[date] == pytest.approx(window.rank(pct=True).iloc[-1])
    last = rank_since(values, values.index[-1], start=start)
    assert last.percentile == pytest.approx(found.iloc[-1])
    assert last.count == 54


@pytest.mark.feature("D02")
def test_rank_depends_on_its_start_and_says_so() -> None:
    values = pd.Series([-5.0, 1.0, 2.0, -3.0], index=DATES)
    all_days = rank_since(values, DATES[3])
    later = rank_since(values, DATES[3], start=DATES[1])
    assert (all_days.from_lowest, all_days.count, all_days.since) == (2, 4, DATES[0])
    assert (later.from_lowest, later.count, later.since) == (1, 3, DATES[1])
    with pytest.raises(DataError, match="value to rank"):
        rank_since(values, "2030-01-01")


def test_rank_of_a_missing_value_is_no_rank() -> None:
    found = rank_since(pd.Series([1.0, np.nan], index=DATES[:2]), DATES[1])
    assert found.from_lowest == 0
    assert np.isnan(found.percentile)


@pytest.mark.feature("P06")
def test_breadth_reads_nothing_later() -> None:
    rng = np.random.default_rng(0)
    dates = pd.bdate_range("2024", periods=40)
    returns = pd.DataFrame(rng.normal(size=(40, 9)), index=dates)
    index = returns.mean(axis=1)
    scrambled = returns.copy()
    scrambled.iloc[25:] = 9.0
    for measure in (breadth.breadth, breadth.breadth_percentile):
        full = measure(scrambled, index)
        pd.testing.assert_series_equal(
            full[:25], measure(returns[:25], index[:25]), check_freq=False
        )


@pytest.mark.feature("I04")
def test_size_groups_rank_on_the_session_before() -> None:
    caps = pd.DataFrame([[1.0, 2, 3, 4], [4.0, 3, 2, 1]], index=DATES[:2], columns=list("ABCD"))
    table = size_groups.size_group_returns(RETURNS[:2], caps, DATES[1], groups=2)
    assert table["mean"].tolist() == pytest.approx([(-0.10 - 0.099) / 2, (-0.097 + 0.02) / 2])
    assert table["names"].tolist() == [2, 2]
    assert table["largest_cap"].tolist() == [2.0, 4.0]


def test_size_groups_leave_out_and_refuse() -> None:
    caps = pd.DataFrame([[1.0, np.nan, 3, 4]], index=DATES[:1], columns=list("ABCD"))
    table = size_groups.size_group_returns(RETURNS[:2], caps, DATES[1], groups=10)
    assert table["names"].sum() == 3
    assert table["mean"].isna().sum() == 7
    with pytest.raises(DataError, match="cannot rank returns"):
        size_groups.size_group_returns(RETURNS, caps.reindex(DATES), DATES[1], ranked_on=DATES[1])
    with pytest.raises(DataError, match="No name has a return"):
        size_groups.size_group_returns(RETURNS, caps.reindex(DATES), DATES[2])
    with pytest.raises(ConfigError, match="groups=1"):
        size_groups.size_group_returns(RETURNS, caps, DATES[1], groups=1)
    with pytest.raises(DataError, match="not among"):
        size_groups.size_group_returns(RETURNS, caps, "2030-01-01")
