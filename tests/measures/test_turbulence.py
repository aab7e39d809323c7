import numpy as np
import pandas as pd
import pytest
from sklearn.covariance import ledoit_wolf

from quantquake.errors import DataError
from quantquake.measures.turbulence import turbulence


def panel(values: np.ndarray) -> pd.DataFrame:
    dates = pd.bdate_range("2020-01-01", periods=len(values), name="date")
    return pd.DataFrame(values, index=dates, columns=[f"S{i}" for i in range(values.shape[1])])


def test_a_normal_day_scores_about_one():
    rng = np.random.default_rng(0)
    got = turbulence(panel(rng.normal(0, 0.01, (1200, 5))), window=500)
    # chi-square(5)/5 has mean 1; estimating S from 500 days adds about 1 %.
    assert got["turbulence"].mean() == pytest.approx(1.0, abs=0.08)
    assert got["turbulence"].iloc[:500].isna().all()


def test_moving_against_the_usual_correlation_is_a_surprise():
    rng = np.random.default_rng(1)
    common = rng.normal(0, 0.01, (300, 1))
    values = common + rng.normal(0, 0.002, (300, 4))
    values[-1] = [0.01, -0.01, 0.01, -0.01]
    values[-2] = [0.01, 0.01, 0.01, 0.01]
    got = turbulence(panel(values), window=250)
    assert got["correlation_surprise"].iloc[-1] > 5
    assert got["correlation_surprise"].iloc[-2] < 1


def test_equals_the_definition():
    rng = np.random.default_rng(2)
    returns = panel(rng.normal(0, 0.01, (60, 3)))
    past, today = returns.to_numpy()[9:59], returns.to_numpy()[59]
    move = today - past.mean(0)
    want = move @ np.linalg.inv(ledoit_wolf(past)[0]) @ move / 3
    assert turbulence(returns, window=50)["turbulence"].iloc[-1] == pytest.approx(want)


def test_today_is_not_part_of_its_own_normal():
    rng = np.random.default_rng(3)
    values = rng.normal(0, 0.01, (252, 3))
    values[250] *= 50
    got = turbulence(panel(values), window=250)["turbulence"]
    assert got.iloc[250] > 100 * got.iloc[251]


def test_missing_and_constant_assets_are_left_out():
    rng = np.random.default_rng(4)
    values = rng.normal(0, 0.01, (60, 4))
    whole = turbulence(panel(values[:, :2]), window=50)
    values[20:, 2], values[:, 3] = np.nan, 0.0
    pd.testing.assert_series_equal(
        turbulence(panel(values), window=50)["turbulence"].iloc[-1:], whole["turbulence"].iloc[-1:]
    )
    with pytest.raises(DataError, match="20 sessions"):
        turbulence(panel(values), window=5)
