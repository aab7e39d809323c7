"""The contrarian book: definition by pandas, and what must hold whatever the data."""

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures.contrarian import contrarian_returns


def panel(seed=0, n_dates=120, n_symbols=17, gaps=0.1):
    rng = np.random.default_rng(seed)
    x = 0.02 * rng.standard_normal((n_dates, n_symbols))
    x[rng.random(x.shape) < gaps] = np.nan
    return pd.DataFrame(x, index=pd.bdate_range("2023-01-02", periods=n_dates, name="date"))


def book_by_pandas(returns, lag, both):
    # Khandani-Lo weights -(R - mean)/N, gross I = 0.5 sum|w| (spec/crowding.md 3.5).
    then = returns.shift(lag)
    if both:
        then = then.where(returns.notna())
    weight = -then.sub(then.mean(axis=1), axis=0).div(then.notna().sum(axis=1), axis=0)
    gross = 0.5 * weight.abs().sum(axis=1, min_count=1)
    return (weight * returns).sum(axis=1, min_count=1) / gross, gross


@pytest.mark.feature("L01")
@pytest.mark.parametrize("lag", [1, 2, 5])
@pytest.mark.parametrize("names", ["both", "formation"])
def test_book_is_the_definition(lag, names):
    returns = panel()
    got = contrarian_returns(returns, lag=lag, names=names)
    pnl, gross = book_by_pandas(returns, lag, names == "both")
    np.testing.assert_allclose(got.pnl, pnl, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(got.gross, gross, rtol=1e-12)


def test_two_names_by_hand():
    # Day 1: +2 % and -2 %, mean 0, N = 2: w = -1 % and +1 %, gross long 1 %.
    # Day 2: the winner falls 3 %, the loser gains 1 %: (0.01*0.03 + 0.01*0.01)/0.01 = 4 %.
    got = contrarian_returns(pd.DataFrame([[0.02, -0.02], [-0.03, 0.01]]))
    assert got.gross.iloc[1] == pytest.approx(0.01)
    assert got.pnl.iloc[1] == pytest.approx(0.04)
    assert np.isnan(got.pnl.iloc[0])


def test_covariance_decomposition():
    # Lo and MacKinlay: mean KL = C + O - var(mu), sample version exact when the same days serve
    # both sides: with demeaned-by-construction moments it is an identity in sums.
    x = panel(gaps=0.0).to_numpy()
    then, now = x[:-1], x[1:]
    n = x.shape[1]
    mu_then, mu_now = then.mean(axis=0), now.mean(axis=0)
    cov = (then - mu_then).T @ (now - mu_now) / len(then)
    cross = cov.sum() / n**2 - np.trace(cov) / n**2
    own = -(n - 1) / n**2 * np.trace(cov)
    spread = np.mean(mu_then * mu_now) - mu_then.mean() * mu_now.mean()
    got = contrarian_returns(pd.DataFrame(x))
    assert (got.pnl * got.gross).mean() == pytest.approx(cross + own - spread, rel=1e-9)


@pytest.mark.parametrize("names", ["both", "formation"])
def test_tomorrow_changes_nothing_today(names):
    returns = panel(n_dates=300)
    whole = contrarian_returns(returns, names=names, sigma_window=20).to_frame()
    for end in (40, 151, 299):
        cut = contrarian_returns(returns.iloc[:end], names=names, sigma_window=20).to_frame()
        pd.testing.assert_frame_equal(whole.iloc[:end], cut)


def test_sigma_reads_only_the_days_before():
    returns = panel(n_dates=100)
    got = contrarian_returns(returns, sigma_window=30)
    before = got.pnl.iloc[60:90]
    assert got.sigma.iloc[90] == pytest.approx((got.pnl.iloc[90] - before.mean()) / before.std())
    wild = returns.copy()
    wild.iloc[-1] *= 50
    assert contrarian_returns(wild, sigma_window=30).deviation.iloc[-1] == got.deviation.iloc[-1]
    fixed = got.sigma_before(returns.index[90])
    assert fixed.iloc[0] == pytest.approx(got.sigma.iloc[90])
    assert fixed.iloc[1] == pytest.approx((got.pnl.iloc[91] - before.mean()) / before.std())


def test_order_of_names_and_scale():
    returns = panel()
    got = contrarian_returns(returns)
    np.testing.assert_allclose(got.pnl, contrarian_returns(returns.iloc[:, ::-1]).pnl, rtol=1e-9)
    np.testing.assert_allclose(2 * got.pnl, contrarian_returns(2 * returns).pnl, rtol=1e-9)


def test_a_day_without_names_is_missing_not_zero():
    returns = panel()
    returns.iloc[50] = np.nan
    returns.iloc[70] = 0.01  # all alike: no winner, no loser, no book on the day after
    got = contrarian_returns(returns)
    assert got.pnl.iloc[[50, 51, 71]].isna().all()
    assert got.names.iloc[50] == 0


def test_result_leaves_python():
    got = contrarian_returns(panel())
    assert set(got.to_dict()) >= {"pnl", "gross", "sigma", "origin"}
    assert got.origin.as_of == panel().index[-1]


def test_errors_say_what_to_do():
    with pytest.raises(ConfigError, match="know the future"):
        contrarian_returns(panel(), lag=0)
    with pytest.raises(ConfigError, match="'formation'"):
        contrarian_returns(panel(), names="all")
    with pytest.raises(ConfigError, match="Give 2"):
        contrarian_returns(panel(), sigma_window=1)
    with pytest.raises(DataError, match="cross-section"):
        contrarian_returns(np.zeros(5))
