"""Momentum legs by hand, four planted days named right, sigmas known the evening before."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.measures import momentum

N, T = 100, 120
LOOK = {"lookback": 70, "skip": 5}


def world(today: np.ndarray, market: float = 0.0, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Names drift by their number (name 99 wins), beta 1; the last day is `today` plus market."""
    rng = np.random.default_rng(seed)
    index = rng.normal(0, 0.01, T)
    drift = np.linspace(-0.004, 0.004, N)
    returns = index[:, None] + drift + rng.normal(0, 0.004, (T, N))
    index[-1] = market
    returns[-1] = market + today + rng.normal(0, 0.001, N)
    dates = pd.bdate_range("2025-01-02", periods=T, name="date")
    symbols = pd.Index([f"N{i:02d}" for i in range(N)], name="symbol")
    return pd.DataFrame(returns, index=dates, columns=symbols), pd.Series(index, index=dates)


def planted(kind: str) -> np.ndarray:
    today = np.zeros(N)
    if kind in ("long_led", "symmetric"):
        today[90:] = -0.05
    if kind in ("short_squeeze", "symmetric"):
        today[:10] = 0.05
    if kind == "rotation":
        today = -np.linspace(-0.05, 0.05, N)
    return today


def report(today: np.ndarray, market: float = 0.0, **options: object) -> momentum.DayReport:
    returns, index = world(today, market)
    settings = LOOK | {"windows": (20,)} | options
    return momentum.day_report(returns, index, returns.index[-1], **settings)  # type: ignore[arg-type]


@pytest.mark.feature("D04")
@pytest.mark.parametrize("market", [0.0, -0.03])
@pytest.mark.parametrize("kind", ["long_led", "short_squeeze", "symmetric", "rotation"])
def test_four_synthetic_days_are_labelled_right(kind: str, market: float) -> None:
    found = report(planted(kind), market)
    assert found.label == kind
    assert found.sigma["rolling_20"] < -3
    assert found.rank.from_lowest == 1


def test_a_plain_day_has_no_label() -> None:
    assert report(np.zeros(N)).label == "none"
    gain = report(-planted("symmetric"))
    assert gain.label == "none"
    assert np.isnan(gain.phi)


@pytest.mark.feature("D03")
def test_leg_losses_add_up_to_the_hedged_loss() -> None:
    found = report(planted("long_led"), market=-0.02)
    by_leg = found.legs.groupby("leg")
    beta, hit = by_leg["beta"].mean(), by_leg["return"].mean()
    # spec/crowding.md 3.4: l = beta_L r_m - r_L, s = r_S - beta_S r_m
    long = beta["winner"] * -0.02 - hit["winner"]
    short = hit["loser"] - beta["loser"] * -0.02
    assert found.long_loss == pytest.approx(long)
    assert found.short_loss == pytest.approx(short)
    assert found.phi == pytest.approx(long / (long + short))
    assert found.spread == pytest.approx(found.winners - found.losers)
    low, high = found.phi_interval
    assert low < found.phi < high


def test_betas_take_the_market_out() -> None:
    # Everybody has beta 1 and falls with the market: no leg lost anything of its own.
    found = report(np.zeros(N), market=-0.05)
    assert abs(found.long_loss) < 0.02
    assert found.winners < -0.03


@pytest.mark.feature("D01")
def test_formation_is_the_ratio_of_two_closes() -> None:
    returns, _ = world(np.zeros(N))
    close = (1 + returns).cumprod()
    expected = close.shift(6) / close.shift(70) - 1  # C[t-1-skip] / C[t-lookback] - 1
    pd.testing.assert_frame_equal(momentum.formation_returns(returns, **LOOK), expected)
    pd.testing.assert_frame_equal(
        momentum.formation_returns(returns, close=close, **LOOK), expected
    )


def test_formation_of_gappy_names_is_missing() -> None:
    returns, _ = world(np.zeros(N))
    returns.iloc[-30:-20, 0] = np.nan  # 10 of the 64 days
    found = momentum.formation_returns(returns, **LOOK).iloc[-1]
    assert np.isnan(found.iloc[0])
    assert found.iloc[1:].notna().all()


@pytest.mark.feature("D01")
def test_legs_by_hand() -> None:
    formation = pd.DataFrame([[5.0, 1, 3, np.nan, 2, 4]], columns=list("abcdef"))
    top, bottom = momentum.leg_masks(formation, quantile=0.2)
    assert top.columns[top.iloc[0]].tolist() == ["a"]
    assert bottom.columns[bottom.iloc[0]].tolist() == ["b"]
    ranks = pd.DataFrame([np.arange(495.0)])
    top, bottom = momentum.leg_masks(ranks)
    assert (int(top.sum(axis=1).iloc[0]), int(bottom.sum(axis=1).iloc[0])) == (50, 49)


def test_leg_returns_skip_unobserved_members() -> None:
    returns, _ = world(planted("long_led"))
    full = momentum.leg_returns(returns, **LOOK).iloc[-1]
    returns.iloc[-1, 95] = np.nan
    part = momentum.leg_returns(returns, **LOOK).iloc[-1]
    assert full["n_winners"] == 10
    assert part["n_winners"] == 9
    assert momentum.leg_returns(returns, **LOOK)["spread"].iloc[:70].isna().all()


@pytest.mark.feature("B12")
def test_sigma_uses_the_evening_before() -> None:
    rng = np.random.default_rng(1)
    series = pd.Series(rng.normal(0, 0.01, 200), index=pd.bdate_range("2025", periods=200))
    series.iloc[-1] = -0.05
    found = momentum.move_sigma(series, windows=(60,)).iloc[-1]
    assert found["rolling_60"] == pytest.approx(-0.05 / series.iloc[-61:-1].std())
    past = series.iloc[:-1].to_numpy()
    weights = 0.94 ** np.arange(len(past))[::-1]
    assert found["ewma"] == pytest.approx(-0.05 / np.sqrt(np.average(past**2, weights=weights)))


@pytest.mark.feature("B12")
def test_sigma_shrinks_once_volatility_is_conditional() -> None:
    calm = np.random.default_rng(2).normal(0, 0.01, 300)
    wild = pd.Series(calm, index=pd.bdate_range("2025", periods=300))
    wild.iloc[-30:-1] *= 4
    wild.iloc[-1] = -0.06
    found = momentum.move_sigma(wild, windows=(250,)).iloc[-1]
    assert abs(found["ewma"]) < abs(found["rolling_250"])
    assert momentum.move_sigma(wild * 0, windows=(20,)).isna().all().all()


@pytest.mark.feature("P06")
def test_no_look_ahead() -> None:
    returns, index = world(planted("rotation"))
    day = returns.index[-10]
    cut = momentum.day_report(returns[:day], index[:day], day, **LOOK)  # type: ignore[arg-type]
    later = returns.copy()
    later.loc[later.index > day] = 0.5
    full = momentum.day_report(later, index, day, **LOOK)  # type: ignore[arg-type]
    assert json.dumps(full.to_dict()) == json.dumps(cut.to_dict())


def test_names_are_fixed_before_the_day() -> None:
    first, second = report(planted("long_led")), report(planted("rotation"))
    assert first.legs.index.tolist() == second.legs.index.tolist()


def test_seed_moves_only_the_interval() -> None:
    first, second = report(planted("symmetric")), report(planted("symmetric"), seed=1)
    assert first.phi == second.phi
    assert first.phi_interval != second.phi_interval
    assert second.origin.seed == 1


def test_bad_requests_say_why() -> None:
    returns, index = world(np.zeros(N))
    last = returns.index[-1]
    with pytest.raises(DataError, match="needs 250 earlier sessions and 119"):
        momentum.day_report(returns, index, last)
    with pytest.raises(DataError, match="nearest earlier"):
        momentum.day_report(returns, index, "2030-01-01", **LOOK)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="no value on"):
        momentum.day_report(returns, index.iloc[:-1], last, **LOOK)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="lookback=5"):
        momentum.day_report(returns, index, last, lookback=5, skip=4)
    with pytest.raises(ConfigError, match=r"quantile=0\.7"):
        momentum.day_report(returns, index, last, quantile=0.7, **LOOK)  # type: ignore[arg-type]
