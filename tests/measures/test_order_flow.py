import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.order_flow import order_flow_alignment


def flows(seed: int, share: float, n_dates: int = 750, n: int = 40):
    """Imbalance of which `share` follows the rebalancing of a slowly moving target."""
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2018-01-01", periods=n_dates, name="date")
    names = [f"S{i}" for i in range(n)]
    target = pd.DataFrame(rng.normal(size=(n_dates, n)).cumsum(0), dates, names)
    wish = target.diff().ewm(span=20).mean()
    noise = rng.normal(size=(n_dates, n))
    return noise + share * (wish / wish.stack().std()).fillna(0), target


def test_planted_rebalancing_is_found_and_its_size_recovered():
    imbalance, target = flows(0, share=0.2)
    got = order_flow_alignment(imbalance, target)
    # correlation of noise + a x with x is a / sqrt(1 + a^2)
    assert got.mean == pytest.approx(0.2 / np.sqrt(1.04), abs=0.02)
    assert got.distinguishable
    assert got.p_value == pytest.approx(1 / 201)


def test_independent_flow_is_seldom_called_aligned():
    found = 0
    for seed in range(40):
        imbalance, target = flows(seed, share=0.0, n_dates=400, n=15)
        found += order_flow_alignment(imbalance, target, block=40, draws=99).distinguishable
    # 40 tests at 5 %: more than 6 false finds has probability below 0.4 %.
    assert found <= 6


def test_same_seed_same_band_and_missing_trades_are_left_out():
    imbalance, target = flows(1, share=0.2, n_dates=300)
    imbalance.iloc[::3, ::2] = np.nan
    one = order_flow_alignment(imbalance, target, block=60, seed=3)
    two = order_flow_alignment(imbalance, target, block=60, seed=3)
    assert one.band == two.band
    assert np.isfinite(one.daily).all()


def test_refusals():
    imbalance, target = flows(2, share=0.0, n_dates=100)
    with pytest.raises(DataError, match="fewer than two blocks"):
        order_flow_alignment(imbalance, target)
    with pytest.raises(DataError, match="differ"):
        order_flow_alignment(imbalance.iloc[1:], target)
