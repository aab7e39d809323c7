import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.absorption import (
    ComponentWindow,
    absorption_ratio,
    absorption_shift,
    bubble_state,
    centrality,
)

FLAT = ComponentWindow(window=60, half_life=None)


def panel(values: np.ndarray) -> pd.DataFrame:
    dates = pd.bdate_range("2020-01-01", periods=len(values), name="date")
    names = pd.Index([f"S{i}" for i in range(values.shape[1])], name="symbol")
    return pd.DataFrame(values, index=dates, columns=names)


def test_one_common_driver_is_absorbed_whole():
    rng = np.random.default_rng(0)
    returns = panel(np.outer(rng.normal(size=100), np.linspace(0.5, 2, 10)))
    ratio = absorption_ratio(returns, FLAT)
    assert ratio.iloc[:59].isna().all()
    np.testing.assert_allclose(ratio.iloc[59:], 1.0, atol=1e-12)


def test_independent_names_absorb_about_their_share():
    rng = np.random.default_rng(1)
    setting = ComponentWindow(window=4000, half_life=None)
    got = absorption_ratio(panel(rng.normal(size=(4000, 10))), setting).iloc[-1]
    # Two of ten equal components carry 20 % of the variance; sampling spreads eigenvalues by
    # about +-sqrt(10/4000) (Marchenko-Pastur edge 1.10).
    assert 0.2 < got < 0.2 * 1.10


def test_ratio_equals_eigenvalues_of_the_covariance():
    rng = np.random.default_rng(2)
    returns = panel(rng.normal(size=(60, 12)) @ rng.normal(size=(12, 12)))
    power = np.linalg.eigvalsh(np.cov(returns.to_numpy().T))[::-1]
    assert absorption_ratio(returns, FLAT).iloc[-1] == pytest.approx(power[:3].sum() / power.sum())


def test_more_names_than_days_uses_the_smaller_matrix():
    rng = np.random.default_rng(3)
    returns = panel(rng.normal(size=(60, 90)))
    power = np.linalg.eigvalsh(np.cov(returns.to_numpy().T))[::-1]
    assert absorption_ratio(returns, FLAT).iloc[-1] == pytest.approx(power[:18].sum() / power.sum())


def test_half_life_lets_a_new_crowd_show_sooner():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(500, 10))
    values[-60:] += 3 * rng.normal(size=(60, 1))
    quick = absorption_ratio(panel(values), ComponentWindow(window=400, half_life=30)).iloc[-1]
    slow = absorption_ratio(panel(values), ComponentWindow(window=400, half_life=None)).iloc[-1]
    assert quick > slow + 0.1


def test_shift_is_the_standardised_rise():
    dates = pd.bdate_range("2020-01-01", periods=300)
    ratio = pd.Series(np.r_[np.tile([0.4, 0.6], 142), np.full(16, 0.9)], index=dates)
    window = ratio.iloc[-250:]
    want = (0.9 - window.mean()) / window.std()
    assert absorption_shift(ratio).iloc[-1] == pytest.approx(want)
    assert absorption_shift(pd.Series(0.5, index=dates)).isna().all()


def test_the_name_that_drives_the_crowd_is_central():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(200, 10))
    values[:, :4] += 4 * rng.normal(size=(200, 1))
    central = centrality(panel(values), FLAT).iloc[-1]
    assert central.sum() == pytest.approx(1.0)
    assert central.iloc[:4].min() > central.iloc[4:].max()


def test_names_with_gaps_are_left_out_and_too_few_names_give_nothing():
    rng = np.random.default_rng(6)
    returns = panel(rng.normal(size=(60, 6)))
    returns.iloc[30, 0] = np.nan
    assert np.isnan(centrality(returns, FLAT).iloc[-1, 0])
    returns.iloc[30, :2] = np.nan
    assert absorption_ratio(returns, FLAT).isna().all()


def test_bubble_state_needs_both():
    dates = pd.bdate_range("2020-01-01", periods=100, name="date")
    base = np.tile([0.1, 0.2], 50)
    up = np.r_[base[:-1], 1.0]
    central = pd.DataFrame({"a": up, "b": up, "c": base, "d": base}, index=dates)
    value = pd.DataFrame({"a": up, "b": -up, "c": up, "d": -up}, index=dates)
    last = bubble_state(central, value, window=80).iloc[-1].to_dict()
    assert last == {"a": "exit", "b": "run_up", "c": "dear", "d": "quiet"}
    assert bubble_state(central, value, window=80).iloc[0].isna().all()


def test_bad_settings_are_refused():
    with pytest.raises(DataError, match="share"):
        ComponentWindow(share=1.5)
    with pytest.raises(DataError, match="different dates"):
        bubble_state(panel(np.ones((5, 2))), panel(np.ones((6, 2))))
