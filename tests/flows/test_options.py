"""The closed form: published values, identities, and a reference in more digits."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.errors import ConfigError, DataError
from quantquake.flows.options import NAMES, black_scholes, cross_greeks, price_bounds

GOLDEN = {"spot": 100.0, "strike": 100.0, "time": 0.25, "volatility": 0.2}
RATES = {"rate": 0.03, "dividend": 0.01}


def test_published_vector():
    # spec/derivatives 4.1: S = K = 100, T = 0.25, sigma 20 %, r 3 %, q 1 %.
    call = black_scholes(**GOLDEN, **RATES)
    put = black_scholes(**GOLDEN, **RATES, kind="put")
    assert call.price == pytest.approx(4.221593, abs=5e-7)
    assert put.price == pytest.approx(3.724086, abs=5e-7)
    assert call.gamma == pytest.approx(0.03959614, abs=5e-9)
    assert put.gamma == call.gamma
    # 1,000 lots of 100: shares per point, and money per 1 %.
    assert 1000 * 100 * call.gamma == pytest.approx(3959.61, abs=0.005)
    assert 1000 * 100 * call.gamma * 100**2 * 0.01 == pytest.approx(395_961, abs=0.5)


def test_hull_example():
    # J. Hull, Options, Futures and Other Derivatives, example 15.6: c = 4.76, p = 0.81.
    hull = (42.0, 40.0, 0.5, 0.2)
    assert black_scholes(*hull, rate=0.1).price == pytest.approx(4.76, abs=0.005)
    assert black_scholes(*hull, rate=0.1, kind="put").price == pytest.approx(0.81, abs=0.005)


OPTIONS = {
    "spot": st.floats(10, 1e4),
    "ratio": st.floats(0.4, 2.5),
    "time": st.floats(0.01, 5.0),
    "volatility": st.floats(0.05, 1.5),
    "rate": st.floats(-0.05, 0.15),
    "dividend": st.floats(-0.05, 0.15),
}


def terms(spot, ratio, time, volatility, rate, dividend):
    return {
        "spot": spot, "strike": ratio * spot, "time": time, "volatility": volatility,
        "rate": rate, "dividend": dividend,
    }  # fmt: skip


@given(**OPTIONS)
@settings(deadline=None)
def test_put_call_parity(**option):
    t = terms(**option)
    call, put = black_scholes(**t), black_scholes(**t, kind="put")
    asset = t["spot"] * np.exp(-t["dividend"] * t["time"])
    cash = t["strike"] * np.exp(-t["rate"] * t["time"])
    size = max(t["spot"], t["strike"])
    assert call.price - put.price == pytest.approx(asset - cash, abs=1e-13 * size)
    assert call.delta - put.delta == pytest.approx(asset / t["spot"], abs=1e-13)
    assert call.gamma == put.gamma
    assert call.vega == put.vega
    assert call.rho - put.rho == pytest.approx(t["time"] * cash, abs=1e-12 * size)
    carry = t["dividend"] * asset - t["rate"] * cash
    assert call.theta - put.theta == pytest.approx(carry, abs=1e-12 * size)


@given(kind=st.sampled_from(["call", "put"]), **OPTIONS)
@settings(deadline=None)
def test_black_scholes_equation_of_theta(kind, **option):
    t = terms(**option)
    g = black_scholes(**t, kind=kind)
    s, v, r, q = t["spot"], t["volatility"], t["rate"], t["dividend"]
    drift = r * g.price - (r - q) * s * g.delta - v * v * s * s * g.gamma / 2
    assert g.theta == pytest.approx(drift, abs=1e-12 * max(s, t["strike"]))


@given(kind=st.sampled_from(["call", "put"]), **OPTIONS)
@settings(deadline=None)
def test_greeks_are_the_slopes_of_the_price(kind, **option):
    t = terms(**option)
    g = black_scholes(**t, kind=kind)
    vanna, charm = cross_greeks(**t, kind=kind)

    def slope(name, what, width):
        up, down = (
            getattr(black_scholes(**{**t, name: t[name] + sign * width}, kind=kind), what)
            for sign in (1, -1)
        )
        return (up - down) / (2 * width)

    s, width = t["spot"], t["volatility"] * np.sqrt(t["time"])
    # A central difference errs by h^2 times a third slope, which grows with 1 / width.
    step, near = 1e-4 * s * min(width, 1.0), 1e-5
    assert slope("spot", "price", step) == pytest.approx(g.delta, abs=near)
    assert slope("spot", "delta", step) == pytest.approx(g.gamma, abs=near / (s * width))
    assert slope("volatility", "price", 1e-6) == pytest.approx(g.vega, abs=near * s)
    assert slope("rate", "price", 1e-6) == pytest.approx(g.rho, abs=near * max(s, t["strike"]))
    years = 1e-5 * t["time"]
    assert -slope("time", "price", years) == pytest.approx(g.theta, abs=near * s / t["time"])
    assert slope("volatility", "delta", 1e-6) == pytest.approx(vanna, abs=near / width)
    assert -slope("time", "delta", years) == pytest.approx(charm, abs=near / t["time"])


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def normal(d):
    """Normal distribution function to some 30 digits: the positive series of erf."""
    z, term, total = abs(d) / Decimal(2).sqrt(), Decimal(1), Decimal(1)
    if z > 9:
        return Decimal(d > 0)  # its complement is below 1e-36
    for n in range(1, 400):
        term *= 2 * z * z / (2 * n + 1)
        total += term
    half = z * (-z * z).exp() * total / PI.sqrt()
    return Decimal("0.5") + (half if d > 0 else -half)


def reference(spot, strike, time, volatility, rate, dividend, call):
    """The same six numbers in 60 digits, from the textbook."""
    s, k, t, v, r, q = map(Decimal, map(float, (spot, strike, time, volatility, rate, dividend)))
    w = 1 if call else -1
    width = v * t.sqrt()
    d1 = ((s / k).ln() + (r - q + v * v / 2) * t) / width
    asset, cash = s * (-q * t).exp(), k * (-r * t).exp()
    one, two = normal(w * d1), normal(w * (d1 - width))
    density = asset * (-d1 * d1 / 2).exp() / (2 * PI).sqrt()
    theta = -density * v / (2 * t.sqrt()) - w * (r * cash * two - q * asset * one)
    return (
        w * (asset * one - cash * two), w * asset / s * one, density / (s * s * width),
        density * t.sqrt(), theta, w * t * cash * two,
    )  # fmt: skip


def test_twelve_digits_against_a_longer_reference():
    rng = np.random.default_rng(0)
    n, spot = 200, 100.0
    book = {
        "strike": rng.uniform(20, 500, n),
        "time": 10 ** rng.uniform(-4, 1, n),
        "volatility": 10 ** rng.uniform(-2, 0.5, n),
        "rate": rng.uniform(-0.05, 0.15, n),
        "dividend": rng.uniform(-0.05, 0.15, n),
    }
    calls = rng.random(n) < 0.5
    got = black_scholes(spot, **book, kind=calls)
    with localcontext() as context:
        context.prec = 60
        for i in range(n):
            exact = reference(spot, **{k: v[i] for k, v in book.items()}, call=calls[i])
            for name, wanted in zip(NAMES, exact, strict=True):
                error = abs(Decimal(float(getattr(got, name)[i])) - wanted)
                assert error <= Decimal("1e-12") * max(1, abs(wanted)), (name, i)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # uncompiled only
@pytest.mark.parametrize("name", ["spot", "strike", "time", "volatility"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_no_option_has_no_greeks(name, value):
    got = black_scholes(**{**GOLDEN, name: value}, **RATES)
    assert all(np.isnan(getattr(got, g)) for g in NAMES)
    assert all(np.isnan(x) for x in cross_greeks(**{**GOLDEN, name: value}, **RATES))


def test_far_options_are_worth_nothing_or_their_forward():
    far = black_scholes([100.0, 100.0], [1.0, 1e4], 1 / 365, 0.1, rate=0.05)
    assert far.price[0] == pytest.approx(100 - np.exp(-0.05 / 365), rel=1e-14)
    assert far.delta.tolist() == [1.0, 0.0]
    assert far.price[1] == far.gamma[0] == far.gamma[1] == 0.0


def test_single_values_and_arrays_go_together():
    strikes = np.linspace(50, 150, 2500)  # more than two blocks
    whole = black_scholes(100.0, strikes, 0.5, 0.3, rate=0.02, kind="put")
    one = black_scholes(100.0, strikes[1234], 0.5, 0.3, rate=0.02, kind="put")
    assert whole.price.shape == (2500,)
    assert whole.price[1234] == pytest.approx(one.price, rel=1e-15)
    grid = black_scholes(np.array([[90.0], [110.0]]), strikes[:3], 0.5, 0.3)
    assert grid.delta.shape == (2, 3)
    assert list(whole.to_frame().columns) == list(NAMES)


def test_prices_lie_between_their_bounds():
    rng = np.random.default_rng(1)
    book = (100.0, rng.uniform(50, 200, 300), rng.uniform(0.01, 3, 300))
    for kind in ("call", "put"):
        low, high = price_bounds(*book, rate=0.04, dividend=0.02, kind=kind)
        price = black_scholes(*book, 0.3, rate=0.04, dividend=0.02, kind=kind).price
        assert (price >= low - 1e-12).all()
        assert (price < high).all()


def test_bad_arguments_are_refused():
    with pytest.raises(ConfigError, match="neither call nor put"):
        black_scholes(**GOLDEN, kind="straddle")
    with pytest.raises(DataError, match=r"shapes \[\(2,\), \(3,\)"):
        black_scholes([1.0, 2.0], [1.0, 2.0, 3.0], 1.0, 0.2)
    with pytest.raises(DataError, match="no number"):
        black_scholes("hundred", 100, 1, 0.2)
