"""Members against their index: closed forms, pandas, and the bounds of the ratio."""

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures.dispersion import (
    correlation_from_ratio,
    implied_correlation,
    ratio_ceiling,
    volatility_ratio,
)


def members(seed=0, n_dates=200, n_symbols=30, gaps=0.05):
    rng = np.random.default_rng(seed)
    x = 0.01 * rng.standard_normal((n_dates, 1)) + 0.02 * rng.standard_normal((n_dates, n_symbols))
    x[rng.random(x.shape) < gaps] = np.nan
    dates = pd.bdate_range("2023-01-02", periods=n_dates, name="date")
    return pd.DataFrame(x, index=dates).rename_axis(columns="symbol")


@pytest.mark.feature("D05")
@pytest.mark.parametrize("volatility", ["root_mean_square", "deviation"])
def test_independent_names_give_root_n(volatility):
    # Orthogonal columns of equal length: sample correlations are exactly zero, so is the mean.
    n = 16
    hadamard = np.array([[1.0]])
    for _ in range(5):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    x = 0.01 * hadamard[:, 1 : n + 1]
    got = volatility_ratio(x, x.mean(axis=1), window=32, volatility=volatility)
    assert got[-1] == pytest.approx(np.sqrt(n), rel=1e-12)
    assert np.isnan(got[:-1]).all()
    rho = implied_correlation(x, x.mean(axis=1), window=32, volatility=volatility)
    assert rho[-1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.feature("D05")
def test_perfectly_correlated_names_give_one():
    index = 0.01 * np.random.default_rng(1).standard_normal(60)
    x = np.repeat(index[:, None], 9, axis=1)
    np.testing.assert_allclose(volatility_ratio(x, index)[4:], 1.0, rtol=1e-12)
    np.testing.assert_allclose(implied_correlation(x, index)[4:], 1.0, rtol=1e-9)


@pytest.mark.feature("D06")
def test_ratio_of_688_means_two_percent_correlation():
    # Article (seed 002): members move about seven times the index; golden: about 2 %.
    assert correlation_from_ratio(6.88) == pytest.approx(0.0211, abs=0.00005)
    # 500 equal names: (0.0211263 - 0.002) / 0.998 = 1.9165 %
    assert correlation_from_ratio(6.88, ceiling=np.sqrt(500)) == pytest.approx(0.019165, abs=5e-7)
    # An effective 47 names cap the ratio at 6.86 even when independent (crowding.md 3.4).
    assert ratio_ceiling(np.ones(47)) == pytest.approx(np.sqrt(47))
    assert correlation_from_ratio(6.88, ceiling=np.sqrt(47)) < 0


@pytest.mark.feature("D05", "D06")
def test_equal_volatilities_tie_ratio_ceiling_and_correlation():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((40, 12))
    x /= np.sqrt((x**2).mean(axis=0))
    w = rng.random(12)
    index = x @ (w / w.sum())
    ratio = volatility_ratio(x, index, window=40, weights=w)[-1]
    rho = implied_correlation(x, index, window=40, weights=w)[-1]
    assert correlation_from_ratio(ratio, ceiling=ratio_ceiling(w)) == pytest.approx(rho, rel=1e-9)


@pytest.mark.parametrize("volatility", ["root_mean_square", "deviation"])
def test_ratio_is_the_definition(volatility):
    returns = members()
    index = returns.mean(axis=1)

    def spread(x):
        if volatility == "deviation":
            return x.rolling(5).std()
        return ((x**2).rolling(5).sum() / 5) ** 0.5

    expected = spread(returns).mean(axis=1) / spread(index)
    got = volatility_ratio(returns, index, volatility=volatility)
    pd.testing.assert_series_equal(got, expected, check_names=False, rtol=1e-8)
    w = pd.Series(np.arange(1.0, 31.0), index=returns.columns)
    weighted = (spread(returns) * w).sum(axis=1, min_count=1) / (spread(returns).notna() * w).sum(
        axis=1
    )
    got = volatility_ratio(returns, index, volatility=volatility, weights=w.sample(frac=1))
    pd.testing.assert_series_equal(got, weighted / spread(index), check_names=False, rtol=1e-8)


def test_weights_may_change_by_date():
    returns = members()
    first = returns.columns < 10
    w = pd.DataFrame(np.nan, index=returns.index, columns=returns.columns)
    w.loc[: w.index[99], first] = 1.0
    w.loc[w.index[100] :, ~first] = 2.0
    index = returns.mean(axis=1)
    got = volatility_ratio(returns, index, weights=w)
    early = volatility_ratio(returns.loc[:, first], index)
    late = volatility_ratio(returns.loc[:, ~first], index)
    pd.testing.assert_series_equal(got, pd.concat([early.iloc[:100], late.iloc[100:]]))


def test_still_index_gives_nothing():
    returns = members()
    assert volatility_ratio(returns, returns.mean(axis=1) * 0).isna().all()


@pytest.mark.parametrize("measure", [volatility_ratio, implied_correlation])
def test_tomorrow_changes_nothing_today(measure):
    returns = members()
    index = returns.mean(axis=1)
    whole = measure(returns, index)
    for end in (6, 77, 199):
        pd.testing.assert_series_equal(
            whole.iloc[:end], measure(returns.iloc[:end], index.iloc[:end])
        )


def test_errors_say_what_to_do():
    returns = members()
    with pytest.raises(DataError, match="Reindex"):
        volatility_ratio(returns, returns.mean(axis=1).iloc[1:])
    with pytest.raises(DataError, match="one index"):
        volatility_ratio(returns, returns)
    with pytest.raises(DataError, match="one weight a symbol"):
        volatility_ratio(returns, returns.mean(axis=1), weights=np.ones(3))
    with pytest.raises(ConfigError, match="'deviation'"):
        volatility_ratio(returns, returns.mean(axis=1), volatility="std")
    with pytest.raises(ConfigError, match="Give 2"):
        volatility_ratio(returns, returns.mean(axis=1), window=1, volatility="deviation")
    with pytest.raises(DataError, match="shares of a whole"):
        ratio_ceiling([np.nan])
