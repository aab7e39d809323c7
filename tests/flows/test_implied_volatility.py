"""The volatility in a price: there and back, in every wing, and what has none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.errors import ConfigError, DataError
from quantquake.flows.options import black_scholes, implied_volatility, price_bounds


def book(n=20_000, seed=0, wing=2.0):
    """Options from a tenth of a day to twenty years, up to e^2 out of the money."""
    rng = np.random.default_rng(seed)
    return {
        "spot": 100.0,
        "strike": 100.0 * np.exp(rng.uniform(-wing, wing, n)),
        "time": 10 ** rng.uniform(-3.5, 1.3, n),
        "rate": rng.uniform(-0.05, 0.15, n),
        "dividend": rng.uniform(-0.05, 0.15, n),
    }, 10 ** rng.uniform(-2, 0.6, n)


def forward(t):
    return t["spot"] * np.exp((t["rate"] - t["dividend"]) * t["time"])


def test_there_and_back_out_of_the_money_into_the_deepest_wing():
    t, sigma = book()
    calls = t["strike"] >= forward(t)
    greeks = black_scholes(**t, volatility=sigma, kind=calls)
    low, high = price_bounds(**t, kind=calls)
    # Out of the money a price keeps its digits down to the smallest double; near the upper bound
    # it does not: a price of 99.99999 holds its distance from 100, and so sigma, to few digits.
    kept = (greeks.price > 1e-290) & (2.3e-16 * greeks.price < 1e-12 * greeks.vega)
    assert kept.sum() > 12_000
    assert greeks.price[kept].min() < 1e-200
    found = implied_volatility(greeks.price, **t, kind=calls, outside="nan")
    assert np.abs(found - sigma)[kept].max() < 1e-10
    assert (greeks.price[kept] < high[kept]).all()
    assert (low == 0).all()


def test_there_and_back_in_the_money_as_far_as_the_price_holds_it():
    t, sigma = book(seed=1)
    calls = t["strike"] < forward(t)
    greeks = black_scholes(**t, volatility=sigma, kind=calls)
    found = implied_volatility(greeks.price, **t, kind=calls, outside="nan")
    rounding = 4e-16 * (t["spot"] + t["strike"]) / np.maximum(greeks.vega, 1e-300)
    kept = rounding < 1e-10
    assert kept.sum() > 6_000
    assert (np.abs(found - sigma) <= 1e-10 + rounding)[kept].all()


@given(
    moneyness=st.floats(-1.5, 1.5), time=st.floats(0.003, 10.0), sigma=st.floats(0.03, 3.0),
    call=st.booleans(),
)  # fmt: skip
@settings(deadline=None)
def test_a_higher_price_has_a_higher_volatility(moneyness, time, sigma, call):
    t = {"spot": 100.0, "strike": 100.0 * np.exp(moneyness), "time": time}
    price = black_scholes(**t, volatility=[sigma, 1.1 * sigma], kind=call).price
    low, high = price_bounds(**t, kind=call)
    if low + 1e-9 < price[0] < price[1] < high - 1e-9:
        found = implied_volatility(price, **t, kind=call)
        assert found[0] < found[1]


def test_at_the_money_in_closed_form():
    # At the forward and without rates: price / S = 2 N(sigma sqrt(T) / 2) - 1.
    from scipy.special import ndtri

    for price in (1e-6, 0.1, 5.0, 60.0, 99.9):
        exact = 2 * ndtri((1 + price / 100) / 2) / np.sqrt(0.5)
        assert implied_volatility(price, 100, 100, 0.5) == pytest.approx(exact, rel=1e-9)


def test_agrees_with_vollib():
    vollib = pytest.importorskip("vollib.black_scholes_merton.implied_volatility")
    t, sigma = book(300, seed=2, wing=0.5)
    calls = t["strike"] >= forward(t)
    greeks = black_scholes(**t, volatility=sigma, kind=calls)
    price = greeks.price
    rows = np.flatnonzero((price > 1e-12) & (2.3e-16 * price < 1e-12 * greeks.vega))
    assert len(rows) > 100
    for i in rows:
        theirs = vollib.implied_volatility(
            price[i], 100.0, t["strike"][i], t["time"][i], t["rate"][i], t["dividend"][i],
            "c" if calls[i] else "p",
        )  # fmt: skip
        ours = implied_volatility(
            price[i], **{k: np.broadcast_to(v, 300)[i] for k, v in t.items()}, kind=bool(calls[i])
        )
        assert ours == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize(
    ("price", "kind"), [(0.0, "call"), (100.0, "call"), (120.0, "call"), (80.0, "put"), (-1, "put")]
)
def test_a_price_no_volatility_gives_is_refused(price, kind):
    with pytest.raises(DataError, match=r"1 of 1 prices lie at or outside.*row 0"):
        implied_volatility(price, 100.0, 80.0 if kind == "put" else 100.0, 1.0, kind=kind)


def test_rows_of_refused_prices_are_listed_and_the_rest_can_be_had():
    prices = np.array([3.0, 101.0, np.nan, 2.0, 0.0])
    with pytest.raises(DataError, match=r"2 of 5 prices.*row 1: 101 not within 0 to 100, row 4"):
        implied_volatility(prices, 100.0, 105.0, 0.5)
    found = implied_volatility(prices, 100.0, 105.0, 0.5, outside="nan")
    assert np.isnan(found).tolist() == [False, True, True, False, True]
    back = black_scholes(100.0, 105.0, 0.5, found[[0, 3]]).price
    assert back == pytest.approx([3.0, 2.0], rel=1e-13)


def test_no_time_no_volatility():
    assert np.isnan(implied_volatility(1.0, 100.0, 100.0, [0.0, -1.0, np.nan])).all()
    with pytest.raises(ConfigError, match="outside='drop'"):
        implied_volatility(1.0, 100.0, 100.0, 1.0, outside="drop")
