"""Mean correlation against the full matrix, leave-one-out against a loop over names."""

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures.comomentum import comomentum, mean_pairwise_correlation


def panel(seed=0, n_dates=400, n_symbols=25, gaps=0.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    x = 0.01 * rng.standard_normal((n_dates, 1)) + 0.02 * rng.standard_normal((n_dates, n_symbols))
    x[rng.random(x.shape) < gaps] = np.nan
    dates = pd.bdate_range("2020-01-01", periods=n_dates, name="date")
    return pd.DataFrame(x.astype(dtype), index=dates).add_prefix("s")


def by_matrix(window):
    full = window.dropna(axis=1).to_numpy(dtype=float)
    full = full[:, np.ptp(full, axis=0) > 0]
    n = full.shape[1]
    return (np.corrcoef(full, rowvar=False).sum() - n) / (n * (n - 1)) if n > 1 else np.nan


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-7)])
@pytest.mark.parametrize("gaps", [0.0, 0.002])
def test_identity_equals_the_full_matrix(dtype, tolerance, gaps):
    returns = panel(gaps=gaps, dtype=dtype)
    got = mean_pairwise_correlation(returns, window=60)
    assert got.iloc[:59].isna().all()
    for t in (59, 60, 183, 184, 185, 399):
        expected = by_matrix(returns.iloc[t - 59 : t + 1])
        assert got.iloc[t] == pytest.approx(expected, abs=tolerance)


def test_identity_on_a_large_cross_section():
    # The accuracy promised in spec/kernels.md for W5 is 6e-9 in float32.
    returns = panel(n_dates=251, n_symbols=800, dtype=np.float32)
    got = mean_pairwise_correlation(returns.to_numpy(), window=250)
    assert got[-1] == pytest.approx(by_matrix(returns.iloc[1:]), abs=1e-8)


def test_one_wild_value_leaves_no_trace_once_it_has_passed():
    returns = panel(n_dates=300)
    returns.iloc[20, 3] = 1550.0
    got = mean_pairwise_correlation(returns, window=60)
    assert got.iloc[250] == pytest.approx(by_matrix(returns.iloc[191:251]), abs=1e-10)
    assert got.iloc[90] == pytest.approx(by_matrix(returns.iloc[31:91]), abs=1e-7)


def test_suspended_and_missing_names_do_not_count():
    returns = panel(n_symbols=6)
    returns.iloc[:, 0] = 0.1  # never moves; 0.1 is no exact binary fraction
    returns.iloc[100, 1] = np.nan
    got = mean_pairwise_correlation(returns, window=50)
    assert got.iloc[120] == pytest.approx(by_matrix(returns.iloc[71:121]), abs=1e-12)
    assert got.iloc[160] == pytest.approx(by_matrix(returns.iloc[111:161]), abs=1e-12)
    lonely = mean_pairwise_correlation(returns.iloc[:, :2], window=50)
    assert lonely.isna().all()


def test_lockstep_is_one():
    x = np.random.default_rng(0).standard_normal(100)
    got = mean_pairwise_correlation(np.column_stack([x, 2 * x, 0.1 * x + 3]), window=30)
    np.testing.assert_allclose(got[29:], 1.0, atol=1e-10)


def test_tomorrow_changes_nothing_today():
    returns = panel(n_dates=300, gaps=0.003)
    whole = mean_pairwise_correlation(returns, window=40)
    for end in (41, 165, 299):
        cut = mean_pairwise_correlation(returns.iloc[:end], window=40)
        pd.testing.assert_series_equal(whole.iloc[:end], cut, rtol=0, atol=1e-13)


def leave_one_out_by_loop(window, factors):
    x = window.dropna(axis=1).to_numpy()
    design = np.column_stack([np.ones(len(x)), factors])
    e = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    n = e.shape[1]
    return np.mean(
        [np.corrcoef(e[:, i], np.delete(e, i, axis=1).mean(axis=1))[0, 1] for i in range(n)]
    )


def test_comomentum_is_the_loop_over_names():
    weekly = panel(n_dates=120, n_symbols=20, gaps=0.001)
    rng = np.random.default_rng(1)
    factors = pd.DataFrame(0.01 * rng.standard_normal((120, 3)), index=weekly.index)
    factors[0] += weekly.mean(axis=1)
    dates = weekly.index[[60, 90, 119]]
    leg = pd.DataFrame(rng.random((3, 20)) < 0.5, index=dates, columns=weekly.columns)
    got = comomentum(weekly, leg, factors=factors)
    for date in dates:
        t = weekly.index.get_loc(date)
        names = weekly.columns[leg.loc[date]]
        expected = leave_one_out_by_loop(
            weekly[names].iloc[t - 51 : t + 1], factors.iloc[t - 51 : t + 1]
        )
        assert got[date] == pytest.approx(expected, abs=1e-12)


def test_crowded_leg_shows_and_factor_residuals_hide_the_market():
    rng = np.random.default_rng(4)
    weekly = panel(n_dates=52, n_symbols=40)
    market = weekly.mean(axis=1)
    crowd = 0.02 * rng.standard_normal((52, 1))
    weekly.iloc[:, :20] += crowd  # money in common, in the first leg only
    date = weekly.index[[-1]]
    first = pd.DataFrame([[j < 20 for j in range(40)]], index=date, columns=weekly.columns)
    got = comomentum(weekly, {"winners": first, "losers": ~first}, factors=market)
    row = got.iloc[0]
    assert row["winners"] > 0.4
    assert abs(row["losers"]) < 0.2
    assert row["mean"] == pytest.approx((row["winners"] + row["losers"]) / 2)
    assert comomentum(weekly, ~first).iloc[0] > row["losers"] + 0.2


def test_comomentum_before_the_window_and_lonely_legs():
    weekly = panel(n_dates=60)
    leg = pd.DataFrame(True, index=weekly.index[[30, 55]], columns=weekly.columns)
    assert comomentum(weekly, leg).isna().tolist() == [True, False]
    leg.iloc[1, 1:] = False
    assert comomentum(weekly, leg).isna().all()


def test_comomentum_reads_nothing_later():
    weekly = panel(n_dates=80)
    leg = pd.DataFrame(True, index=weekly.index[[60]], columns=weekly.columns)
    assert comomentum(weekly, leg).iloc[0] == comomentum(weekly.iloc[:61], leg).iloc[0]


def test_errors_say_what_to_do():
    weekly = panel(n_dates=60)
    leg = pd.DataFrame(True, index=weekly.index[[55]], columns=weekly.columns)
    with pytest.raises(ConfigError, match="2 rows"):
        mean_pairwise_correlation(weekly, window=1)
    with pytest.raises(DataError, match="side by side"):
        mean_pairwise_correlation(weekly["s0"])
    with pytest.raises(DataError, match="infinities"):
        mean_pairwise_correlation(weekly.replace(weekly.iloc[0, 0], np.inf), window=5)
    with pytest.raises(DataError, match="Measure legs on dates"):
        comomentum(weekly, leg.shift(freq="1000D"))
    with pytest.raises(DataError, match="Reindex the factors"):
        comomentum(weekly, leg, factors=weekly.iloc[1:, :2])
    with pytest.raises(ConfigError, match="longer window"):
        comomentum(weekly, leg, factors=weekly, window=20)
