"""Outcome by crowding bin: a planted hump is found, a flat world shows none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from crowding_standins import sessions

from quantquake.errors import ConfigError
from quantquake.measures.crowding.bin_curve import bin_curve


def world(drift_by_fifth: list[float], *, n: int = 4000, seed: int = 0):
    """Crowding in slow waves; tomorrow's drift depends on today's fifth of crowding."""
    rng = np.random.default_rng(seed)
    crowding = 0.5 - 0.5 * np.cos(np.arange(n) * 2 * np.pi / 173)
    drift = np.array(drift_by_fifth)[np.minimum((crowding * 5).astype(int), 4)]
    steps = np.append(0.0, drift[:-1]) + rng.normal(0, 0.004, n)
    index = sessions(n)
    return pd.Series(crowding, index=index), pd.Series(np.exp(np.cumsum(steps)), index=index)


@pytest.mark.feature("A03")
def test_a_planted_hump_is_recovered():
    got = bin_curve(*world([0, 0.001, 0.002, 0.001, -0.003]), horizon=5, draws=200).table
    mean = got["forward_return"]
    assert mean.idxmax() == 2
    assert mean.idxmin() == 4
    assert got["forward_return_from"][2] > 0 > got["forward_return_to"][4]
    assert got["worst_loss"].idxmin() == 4
    assert (got["worst_loss"] <= 0).all()


@pytest.mark.feature("A03")
def test_a_flat_world_shows_no_hump():
    inside = 0
    for seed in range(6):
        got = bin_curve(*world([0.0] * 5, seed=seed), horizon=5, draws=200).table
        inside += ((got["forward_return_from"] <= 0) & (got["forward_return_to"] >= 0)).sum()
    # 30 intervals of 95 %: the block bootstrap under-covers a little, 24 leaves room for that.
    assert inside >= 24


def test_outcomes_by_hand():
    price = pd.Series([100.0, 90, 110, 120, 60, 66], index=sessions(6))
    rank = pd.Series([0.1, 0.1, 0.9, 0.9, 0.9, np.nan], index=sessions(6))
    got = bin_curve(rank, price, bins=2, horizon=2, draws=10).table
    assert got["days"].tolist() == [2, 2]
    # Days 1, 2: +10 %, +33.3 %; worst -10 %, 0 (never below). Days 3, 4: -45.5 %, -45 %.
    assert got["forward_return"].tolist() == pytest.approx(
        [(0.1 + 1 / 3) / 2, (60 / 110 - 1 + 66 / 120 - 1) / 2]
    )
    assert got["worst_loss"].tolist() == pytest.approx([-0.05, (60 / 110 - 1 - 0.5) / 2])


def test_the_last_days_and_empty_bins_are_not_counted_as_zero():
    rank, price = world([0.0] * 5, n=300)
    got = bin_curve(rank * 0.4, price, horizon=60, draws=20)
    assert got.table["days"].sum() == 240
    assert got.table.loc[3, ["forward_return", "worst_loss", "forward_return_from"]].isna().all()
    assert got.origin.coverage["days"] == "240 of 300"
    short = bin_curve(rank.head(5), price.head(5), horizon=20, draws=5).table
    assert short["days"].sum() == 0
    assert short["forward_return"].isna().all()


def test_the_seed_is_the_only_chance_and_tomorrow_decides_nothing_but_outcomes():
    rank, price = world([0.0] * 5, n=400)
    one, same = bin_curve(rank, price, seed=1), bin_curve(rank, price, seed=1)
    pd.testing.assert_frame_equal(one.to_frame(), same.to_frame())
    other = bin_curve(rank, price, seed=2).table
    assert other["forward_return"].equals(one.table["forward_return"])
    assert not other["forward_return_from"].equals(one.table["forward_return_from"])
    assert one.origin.seed == 1


def test_a_curve_without_bins_is_refused():
    rank, price = world([0.0] * 5, n=50)
    for wrong in ({"bins": 0}, {"horizon": 0}, {"draws": 0}, {"block": 0}, {"confidence": 1.0}):
        with pytest.raises(ConfigError, match="no curve"):
            bin_curve(rank, price, **wrong)
