"""Dividend points, fair value, and a planted mix of reasons recovered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.data.calendars import sessions
from quantquake.data.contracts import live_contracts
from quantquake.errors import ConfigError, DataError
from quantquake.measures import basis
from quantquake.measures.basis.drivers import discount_drivers, dividend_rate
from quantquake.measures.basis.fair_value import (
    adjust,
    fair_adjusted_basis,
    fair_price,
    implied_financing,
)
from quantquake.measures.basis.parts import discount_parts
from quantquake.measures.dividends import (
    dividend_points,
    expected_payouts,
    points_by_month,
    seasonal_points,
)
from quantquake.measures.dividends.season import (
    A_SHARE_SEASON,
    dividend_return,
    measured_season,
    season_position,
)

HISTORY = pd.DataFrame(
    {
        "symbol": ["A", "A", "B", "C"],
        "ex_date": pd.to_datetime(["2023-06-15", "2022-06-16", "2023-07-10", "2024-06-30"]),
        "dividend": [1.0, 0.5, 2.0, 9.0],
    }
)


@pytest.mark.feature("F14")
def test_last_year_repeats_in_season_and_a_plan_replaces_it() -> None:
    plans = pd.DataFrame(
        {
            "symbol": ["B", "B"],
            "ex_date": ["2024-07-19", "2024-07-22"],
            "dividend": [3.0, 99.0],
            "announced_on": pd.to_datetime(["2024-03-20", "2024-06-01"]),
        }
    )
    found = expected_payouts(HISTORY, "2024-04-01", plans=plans)
    assert found["symbol"].tolist() == ["A", "B"]
    assert found["source"].tolist() == ["last year", "plan"]
    assert found["dividend"].tolist() == [1.0, 3.0]  # C lies ahead, the second plan is not out yet
    assert found["ex_date"].iloc[0] == pd.Timestamp("2024-06-13")  # the same weekday
    alone = expected_payouts(HISTORY, "2024-04-01")
    assert alone["dividend"].tolist() == [1.0, 2.0]


def test_points_by_hand_and_by_month() -> None:
    payouts = expected_payouts(HISTORY, "2024-04-01")
    weights, prices = pd.Series({"A": 0.6, "B": 0.4}), pd.Series({"A": 20.0, "B": 50.0})
    ends = pd.Series(pd.to_datetime(["2024-06-12", "2024-06-13", "2024-09-20"]), index=list("xyz"))
    table = dividend_points(payouts, weights, prices, 5000.0, "2024-04-01", ends)
    # 0.6 * 1/20 * 5000 = 150 on 06-13; 0.4 * 2/50 * 5000 = 80 on 07-08
    assert table["points"].tolist() == pytest.approx([0.0, 150.0, 230.0])
    assert table.loc["z", "covered"] == pytest.approx(1.0)
    months = points_by_month(payouts, weights, prices, 5000.0)
    assert months.tolist() == pytest.approx([150.0, 80.0])
    half = dividend_points(payouts, weights, prices.drop("B"), 5000.0, "2024-04-01", ends)
    assert half.loc["z", ["points", "covered"]].tolist() == pytest.approx([150.0, 0.6])
    with pytest.raises(DataError, match="sum to 100"):
        dividend_points(payouts, weights * 100, prices, 5000.0, "2024-04-01", ends)


@pytest.mark.feature("F14")
def test_season_is_a_year_and_sits_in_summer() -> None:
    assert sum(A_SHARE_SEASON) == pytest.approx(1.0)
    assert sum(A_SHARE_SEASON[3:8]) > 0.9  # April to August
    year = season_position(["2024-12-31"]) - season_position(["2023-12-31"])
    assert year[0] == pytest.approx(1.0)
    spring = seasonal_points(5000.0, 0.02, ["2024-03-15"], ["2024-09-20"])
    autumn = seasonal_points(5000.0, 0.02, ["2024-09-20"], ["2025-03-21"])
    assert spring[0] > 0.9 * 100 > 10 * autumn[0]
    with pytest.raises(DataError, match="twelve shares"):
        season_position(["2024-01-02"], (0.5, 0.5))


def test_measured_season_recovers_a_planted_one() -> None:
    days = pd.bdate_range("2015-01-01", "2020-12-31")
    rng = np.random.default_rng(0)
    price = pd.Series(1000 * np.exp(np.cumsum(rng.normal(0, 0.01, len(days)))), index=days)
    paid = np.diff(0.02 * season_position(days), prepend=np.nan)
    total = (price.pct_change() + paid).fillna(0).add(1).cumprod() * 1000
    season = measured_season(price, total)
    assert season.tolist() == pytest.approx(A_SHARE_SEASON, abs=0.01)
    assert dividend_return(price, total).sum() == pytest.approx(0.12, abs=0.005)
    with pytest.raises(DataError, match="two years"):
        measured_season(price[:100], total[:100])


@pytest.mark.feature("F14")
def test_dividend_only_world_has_a_flat_adjusted_basis() -> None:
    rows = []
    for day in pd.to_datetime(
        ["2023-02-01", "2023-04-20", "2023-06-12", "2023-08-01", "2023-11-01"]
    ):
        for one in live_contracts("IF", day):
            tau = (one.expiry - day).days / 365
            paid = seasonal_points(4000.0, 0.025, [day], [one.expiry])[0]
            rows.append((day, one.symbol, fair_price(4000.0, 0.02, tau, paid), 1e4))
    frame = pd.DataFrame(rows, columns=["date", "symbol", "close", "open_interest"])
    table = basis.history(frame.assign(spot_close=4000.0))
    paid = seasonal_points(table["index_level"], 0.025, table["date"], table["expiry"])
    out = adjust(table, paid, rate=0.02)
    raw, clean = out["annualised"], out["adjusted_annualised"]
    assert raw.min() < -0.06  # June alone looks like a cost of 7 % a year
    assert raw.max() - raw.min() > 0.08
    # Flat but for the two day counts (250 sessions against 365 days, both ends counted).
    assert clean[~out["near_expiry"]].between(0.014, 0.022).all()
    assert out["excess"].abs().max() < 1e-12
    assert (out["price"] - out["fair_price"]).abs().max() < 1e-9


@pytest.mark.feature("F07", "F14")
def test_worked_book_of_the_spec() -> None:
    # derivatives.md 2.3: S 5400, F 5340, D 10, n 42; fair at 2 % is +18.14 points
    assert f"{basis.locked_cost(5340.0, 5400.0, 42, dividends=10.0):.3%}" == "5.511%"
    assert fair_adjusted_basis(5400.0, 0.02, 42) == pytest.approx(18.144)
    tau = 42 / 250
    assert implied_financing(fair_price(5400.0, 0.02, tau), 5400.0, tau) == pytest.approx(0.02)
    with pytest.raises(DataError, match="3 dividend values"):
        adjust(pd.DataFrame({"basis": [1.0]}), np.zeros(3))


def planted(seed: int = 0) -> tuple[pd.Series, pd.DataFrame, dict[str, list[str]]]:
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2015-01-05", periods=2000)
    fee = np.repeat([0.0023, 0.00092, 0.00046, 0.000345], 500)
    options = (np.arange(2000) >= 1250).astype(float)
    mood = pd.Series(rng.normal(0, 1, 2000)).ewm(halflife=30).mean().to_numpy()
    mood = mood / mood.std()
    noise = rng.normal(0, 0.005, 2000)
    y = -0.02 + 0.02 - 0.015 - 30 * fee + 0.02 * options + 0.02 * mood + noise
    drivers = pd.DataFrame({"fee": fee, "options": options, "mood": mood}, index=days)
    groups = {"restricted": ["fee"], "arbitrage": ["options"], "mood": ["mood"]}
    return pd.Series(y, index=days), drivers, groups


@pytest.mark.feature("F17")
def test_planted_mix_is_recovered_within_its_interval() -> None:
    discount, drivers, groups = planted()
    split = discount_parts(discount, drivers, groups, dividends=0.015, draws=200)
    truth = pd.Series({"fee": -30.0, "options": 0.02, "mood": 0.02})
    inside = (split.coefficients["low"] <= truth) & (truth <= split.coefficients["high"])
    assert inside.all(), split.coefficients
    assert split.coefficients["estimate"].to_dict() == pytest.approx(truth.to_dict(), rel=0.15)
    np.testing.assert_allclose(split.parts.sum(axis=1), discount, atol=1e-12)
    assert split.shares["share"].sum() == pytest.approx(1.0)
    assert split.shares.loc["unexplained", "share"] < 0.1
    assert (split.shares["low"] <= split.shares["high"]).all()
    assert any("not cause" in text for text in split.origin.assumptions)
    assert split.coefficients.loc["fee", "alike"] > 0.5  # easing and options came together


@pytest.mark.feature("F17")
def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    # What no driver explains is a slow wave, and one driver is a single step: blocks of days held
    # the truth in 73 % of such histories. 19 in 20 is the aim; of 60 worlds at least 51 (the chance
    # of fewer at 95 % is one in a thousand).
    n, held = 1200, np.zeros(3)
    days = pd.bdate_range("2019-01-02", periods=n)
    truth = np.array([-60.0, 0.02, 0.02])
    for seed in range(60):
        rng = np.random.default_rng(seed)
        steps = rng.normal(0, 1, (n, 2)) * np.sqrt(1 - np.array([0.97, 0.95]) ** 2)
        waves = np.zeros((n, 2))
        for row in range(1, n):
            waves[row] = np.array([0.97, 0.95]) * waves[row - 1] + steps[row]
        x = np.column_stack(
            [
                np.repeat([4.6e-4, 3.45e-4, 2.3e-4], [150, 700, 350]),
                np.arange(n) >= 500,
                waves[:, 0],
            ]
        )
        y = -0.02 + x @ truth + 0.02 * waves[:, 1]
        split = discount_parts(
            pd.Series(y, days), pd.DataFrame(x, days, ["fee", "options", "mood"]),
            {"a": ["fee"], "b": ["options"], "c": ["mood"]}, draws=200, seed=seed,
        ).coefficients  # fmt: skip
        held += (split["low"] <= truth) & (truth <= split["high"])
    assert (held >= 51).all(), held


@pytest.mark.feature("F17")
def test_drivers_of_a_history_and_what_dividends_take() -> None:
    rows = []
    for day in sessions("XSHG", "2019-03-01", "2020-03-31"):
        level = 4000.0 + (day.day_of_year % 50)
        for one in live_contracts("IF", day):
            left = (one.expiry - day).days / 365
            rows.append((day, one.symbol, level * (1 - 0.05 * left), 1e4, level))
    names = ["date", "symbol", "close", "open_interest", "spot_close"]
    table = basis.history(pd.DataFrame(rows, columns=names))
    found = discount_drivers(table, mood_days=20)
    # data/rules/cffex.toml: fourth easing 2019-04-22; CSI 300 options listed 2019-12-23.
    fee, options = found.table["close_today_fee"], found.table["options"]
    assert fee[fee.diff() < 0].index.tolist() == [pd.Timestamp("2019-04-22")]
    assert options[options.diff() > 0].index.tolist() == [pd.Timestamp("2019-12-23")]
    level = table.drop_duplicates("date").set_index("date")["index_level"]
    pd.testing.assert_series_equal(
        found.table["past_return"], level.pct_change(20), check_names=False
    )
    assert found.groups == {
        "restricted": ["close_today_fee"], "arbitrage": ["options"], "mood": ["past_return"],
    }  # fmt: skip
    late = table[table["date"] >= "2020-01-10"]
    more = pd.DataFrame({"lent": [1.0, 2.0]}, index=pd.to_datetime(["2019-12-31", "2020-02-14"]))
    fewer = discount_drivers(
        late, mood_days=5, arbitrage=more, mood=more.rename(columns={"lent": "x"})
    )
    assert fewer.still == ("close_today_fee", "options")
    assert fewer.groups == {"arbitrage": ["lent"], "mood": ["past_return", "x"]}
    assert fewer.table["lent"].loc["2020-02-13"] == 1.0  # the last value known by the day
    # 12 points before each later expiry than the front's: 12/F1 * 250/sessions off each far contract.
    points = np.where(table["months"] > 0, 12.0, 0.0)
    taken = dividend_rate(table, points)
    far = table[(table["months"] > 0) & (table["date"] == "2019-03-05")]
    front = table[(table["months"] == 0) & (table["date"] == "2019-03-05")].iloc[0]
    by_hand = (12 / front["price"] * 250 / (far["sessions"] - front["sessions"])).mean()
    assert taken["2019-03-05"] == pytest.approx(by_hand)


def test_no_driver_no_share_and_every_fault_is_named() -> None:
    discount, drivers, groups = planted()
    rng = np.random.default_rng(5)
    idle = drivers.assign(idle=rng.normal(size=len(drivers)))
    split = discount_parts(discount, idle, groups | {"idle": ["idle"]}, draws=100)
    assert abs(split.shares.loc["idle", "share"]) < 0.01
    with pytest.raises(DataError, match="'vix'"):
        discount_parts(discount, drivers, {"mood": ["vix"]})
    with pytest.raises(DataError, match="linear copies"):
        discount_parts(discount, drivers.assign(b=2 * drivers["fee"]), {"r": ["fee", "b"]})
    with pytest.raises(DataError, match="never move"):
        discount_parts(discount, drivers.assign(b=1.0), {"r": ["fee"], "m": ["b"]})
    with pytest.raises(DataError, match="at least 40"):
        discount_parts(discount[:30], drivers, groups)
    for lags in (0, 1000):
        with pytest.raises(ConfigError, match=f"lags={lags}"):
            discount_parts(discount, drivers, groups, lags=lags)
    one = discount_parts(discount, drivers, groups, draws=50)
    for change in ({"lags": 3}, {"draws": 60}, {"seed": 1}):
        other = discount_parts(discount, drivers, groups, **({"draws": 50} | change))
        assert not other.coefficients["low"].equals(one.coefficients["low"]), change
        assert other.coefficients["estimate"].equals(one.coefficients["estimate"])
