"""Market gauges around the crowd: C05, C11-C14, C21, C22."""

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import DataError
from quantquake.measures.crowd_flow import flow_attribution, seat_activity, style_chasing
from quantquake.measures.liquidity import basket_liquidity, turnover_regime
from quantquake.measures.regression import slope
from quantquake.measures.relative_strength import _stray_probability, reconvergence


def dates(n: int, start: str = "2019-01-01") -> pd.DatetimeIndex:
    return pd.bdate_range(start, periods=n, name="date")


def test_slope_is_least_squares_and_its_interval_covers():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        x = rng.normal(size=80)
        got = slope(x, 0.5 * x + rng.normal(size=80))
        covered += got.interval[0] <= 0.5 <= got.interval[1]
    # Nominal 95 %; binomial s.d. over 400 is 1.1 points, the sandwich is a little short at n = 80.
    assert 0.91 < covered / 400 < 0.98
    x = np.arange(20.0)
    assert slope(x, 3 + 2 * x).value == pytest.approx(2.0)
    assert slope(x, 3 + 2 * x).r_squared == pytest.approx(1.0)


def test_overlap_widens_the_interval():
    rng = np.random.default_rng(1)
    x, noise = (pd.Series(rng.normal(size=2000)).rolling(20).sum() for _ in range(2))
    plain, honest = slope(x, noise), slope(x, noise, lags=20)
    width = [b - a for a, b in (plain.interval, honest.interval)]
    assert width[1] > 2.5 * width[0]
    with pytest.raises(DataError, match="10 pairs"):
        slope(np.ones(50), np.arange(50.0))


@pytest.mark.feature("C05")
def test_planted_inflow_is_recovered():
    rng = np.random.default_rng(2)
    when = dates(1500)
    assets = pd.Series(np.exp(np.linspace(0, 1, 1500) + rng.normal(0, 0.01, 1500).cumsum()), when)
    share = 0.05 + 0.08 * np.log(assets) + 0.002 * rng.normal(size=1500)
    got = flow_attribution(assets, share)
    assert got.response.interval[0] < 0.08 < got.response.interval[1]
    assert got.response.distinguishable
    assert got.explained.iloc[-1] == pytest.approx(
        0.08 * np.log(assets.iloc[-1] / assets.iloc[0]), rel=0.1
    )
    # On the last date all changes are known: the running slope is the slope of the whole.
    growth = np.log(assets.iloc[-1] / assets.iloc[0])
    assert got.explained.iloc[-1] == pytest.approx(got.response.value * growth, rel=1e-9)
    with pytest.raises(DataError, match="not positive"):
        flow_attribution(assets - 2, share)


def chaser(coefficient: float, seed: int = 3):
    rng = np.random.default_rng(seed)
    when = dates(2400)
    styles = pd.DataFrame(rng.normal(0, 0.01, (2400, 3)), when, ["large", "mid", "small"])
    trailing = styles.rolling(60).sum()
    wish = coefficient * trailing.sub(trailing.mean(axis=1), axis=0).fillna(0) / 20
    exposure = (wish + 0.001 * rng.normal(size=wish.shape)).shift(1).fillna(0).cumsum()
    return exposure, styles


@pytest.mark.feature("C11")
def test_planted_chaser_is_recovered_and_a_loyal_manager_is_not_called_one():
    got = style_chasing(*chaser(2.0))
    assert got.distinguishable
    # The wish is renewed daily while the trailing return it follows decays over 60 sessions, so
    # the 20-session change regresses on it with 2 x (1 - mean age 9.5 / 60) = 1.68.
    assert got.value == pytest.approx(1.68, rel=0.15)
    assert not style_chasing(*chaser(0.0)).distinguishable
    exposure, styles = chaser(1.0)
    with pytest.raises(DataError, match="one style only"):
        style_chasing(exposure[["mid"]], styles[["mid"]])


@pytest.mark.feature("C12")
def test_a_pair_that_came_back_and_one_that_did_not():
    rng = np.random.default_rng(4)
    when = dates(600)
    base = pd.Series(np.exp(rng.normal(0, 0.01, 600).cumsum()), when)
    hump = 0.5 * np.sin(np.linspace(0, np.pi, 600)) + rng.normal(0, 0.002, 600)
    back = reconvergence(base * np.exp(hump), base, start="2019-01-01")
    assert back.state == "reconverged"
    assert back.given_back == pytest.approx(1.0, abs=0.05)
    rise = np.linspace(0, 0.5, 600)
    assert reconvergence(base * np.exp(rise), base, start="2019-01-01").state == "open"


def test_random_walks_are_rarely_called_apart():
    rng = np.random.default_rng(5)
    when = dates(250)
    flat = pd.Series(1.0, when)
    states = [
        reconvergence(
            pd.Series(np.exp(rng.normal(0, 0.01, 250).cumsum()), when), flat, start=when[0]
        ).state
        for _ in range(300)
    ]
    # Declared at 10 %; the daily grid makes it a little rarer. Binomial s.d. 1.7 points.
    assert 0.03 < np.mean([s != "never_apart" for s in states]) < 0.15


def test_stray_probability_is_the_reflection_series():
    # P(max|W| < a) for a = 1 is 0.3708 (Feller vol. 2; equals 4/pi * sum (-1)^k/(2k+1) e^{-...}).
    k = np.arange(50)
    want = (
        1
        - 4 / np.pi * ((-1.0) ** k / (2 * k + 1) * np.exp(-((2 * k + 1) ** 2) * np.pi**2 / 8)).sum()
    )
    assert _stray_probability(1.0) == pytest.approx(want, abs=1e-12)
    assert _stray_probability(0.0) == 1.0


@pytest.mark.feature("C13")
def test_seat_activity_counts_mentions_and_days():
    rows = pd.DataFrame(
        {
            "date": ["2021-01-04", "2021-01-04", "2021-01-04", "2021-01-05", "2020-12-31"],
            "seat": ["A", "A", "A", "B", "A"],
            "symbol": ["x", "y", "y", "x", "x"],
        }
    )
    table = seat_activity(rows, year=2021)
    assert table.loc["A", ["mentions", "days"]].tolist() == [2, 1]
    assert table["share"].sum() == pytest.approx(1.0)
    with pytest.raises(DataError, match="seat"):
        seat_activity(rows.drop(columns="seat"))


@pytest.mark.feature("C14", "P03")
def test_days_above_a_trillion_in_2021():
    # S1: 149 of the 245 trading days of 2021 above 1trn (the exchange had 243; the text's own sum).
    amount = pd.Series([1.1e12] * 149 + [0.9e12] * 96, dates(245, "2021-01-04"))
    got = turnover_regime(amount)
    assert (got.above, got.days) == (149, 245)
    assert round(100 * got.share, 1) == 60.8
    assert got.run == -96
    assert turnover_regime(amount.iloc[:149]).run == 149
    with pytest.raises(DataError, match="no known day"):
        turnover_regime(amount * np.nan)


@pytest.mark.feature("C22")
def test_liquidity_is_measured_on_the_crowds_own_names():
    rng = np.random.default_rng(6)
    when, names = dates(60), ["a", "b", "c", "d"]
    amount = pd.DataFrame(1e8, when, names)
    amount.loc[when[30] :, ["a", "b"]] = 2e7
    amount.loc[when[40] :, "b"] = 0.0
    returns = pd.DataFrame(rng.choice([-0.01, 0.01], (60, 4)), when, names)
    members = pd.DataFrame(False, when, names)
    members[["a", "b"]] = True
    got = basket_liquidity(amount, returns, members)
    assert got["illiquidity"].iloc[25] == pytest.approx(0.01)
    assert got["illiquidity"].iloc[-1] == pytest.approx(0.05)
    assert got["share"].iloc[-1] == pytest.approx(1 / 11)
    assert got["silent"].iloc[-1] == pytest.approx(0.5)
    assert basket_liquidity(amount, returns, ~members)["illiquidity"].iloc[-1] == pytest.approx(
        0.01
    )
