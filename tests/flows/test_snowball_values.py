"""Values and Greeks of snowballs against published numbers and independent quadrature."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import norm
from tests.flows.snowball_contracts import MARKET, contract_a
from tests.flows.snowball_truth import dense_value

from quantquake.flows.snowball import Snowball, fair_coupon, fair_scale, value
from quantquake.flows.snowball.variants import KINDS, variant

# spec/derivatives.md 3.3, exact to the digits printed; the last entry is half of the last digit.
TABLE = [
    (contract_a(), 0.16, 0.04, 1.00, 1.01230010, 5e-9),
    (contract_a(), 0.16, 0.04, 0.80, 0.79330117, 5e-9),
    (contract_a(), 0.20, 0.04, 1.00, 0.97825199, 5e-9),
    (contract_a(), 0.20, 0.04, 0.90, 0.89816413, 5e-9),
    (contract_a(), 0.20, 0.04, 0.76, 0.72846760, 5e-9),
    (contract_a(), 0.20, 0.04, 0.70, 0.66033654, 5e-9),
    (contract_a(), 0.25, 0.04, 1.00, 0.95411819, 5e-9),
    (contract_a(knocked_in=True), 0.20, 0.04, 1.00, 0.96118776, 5e-9),
    (contract_a(knocked_in=True), 0.20, 0.04, 0.80, 0.76893643, 5e-9),
    (contract_a(), 0.20, 0.00, 1.00, 1.006347, 5e-7),
    (contract_a(), 0.20, 0.08, 1.00, 0.942164, 5e-7),
    (contract_a(bonus=0.0), 0.20, 0.04, 1.00, 0.96591256, 5e-9),
    (contract_a(step=0.005), 0.20, 0.04, 1.00, 0.986663, 5e-7),
    (contract_a(months=12, knock_in=0.8, coupon=0.113), 0.16, 0.04, 1.00, 0.999774, 5e-7),
    (contract_a(months=12, lock=1), 0.20, 0.04, 1.00, 1.003864, 5e-7),
]


@pytest.mark.feature("G01")
@pytest.mark.parametrize("case", range(len(TABLE)))
def test_published_values(case):
    trade, vol, carry, spot, expected, printed = TABLE[case]
    for rho, within in ((None, 1e-6), (1.5, 1e-5), (4.0, 2e-8)):
        finer = {} if rho is None else {"rho": rho}
        got = value(trade, spot, vol=vol, rate=0.02, carry=carry, **finer).price
        assert got == pytest.approx(expected, abs=within + printed)


@pytest.mark.feature("G01")
def test_value_is_a_line_in_the_coupon():
    # spec/derivatives.md 3.3.
    for coupon, expected in ((0.0, 0.91297133), (0.10, 0.95649177), (0.20, 1.00001221)):
        got = value(contract_a(coupon=coupon), 1.0, **MARKET).price
        assert got == pytest.approx(expected, abs=2e-8)
    fair = fair_coupon(contract_a(), 1.0, rho=5.0, **MARKET)
    assert fair == pytest.approx(0.19997195, abs=1e-8)
    scale = fair_scale(contract_a(), 1.0, target=0.99, **MARKET)
    again = contract_a(coupon=0.15 * scale)
    assert value(again, 1.0, **MARKET).price == pytest.approx(0.99, abs=1e-12)


def test_fair_coupon_leaves_a_fixed_bonus_and_scales_period_coupons():
    fixed = contract_a(bonus=0.30)
    fair = fair_coupon(fixed, 1.0, **MARKET)
    paid = dataclasses.replace(fixed, coupon=[fair] * 22)
    assert value(paid, 1.0, **MARKET).price == pytest.approx(1.0, abs=1e-10)
    phoenix = variant("phoenix")
    monthly = fair_coupon(phoenix, 1.0, **MARKET)
    paid = dataclasses.replace(phoenix, period_coupon=[monthly] * 22)
    assert value(paid, 1.0, **MARKET).price == pytest.approx(1.0, abs=1e-10)


@pytest.mark.feature("G01")
def test_dated_contract_of_the_anchors():
    # spec/derivatives.md 3.4: issue 2022-01-05, coupon by calendar days, 243 sessions a year,
    # trading-time discount: truth 101.2955.
    trade = Snowball.from_terms(
        "2022-01-05", spot0=100.0, notional=1.0, knock_in=0.75, knock_out=1.03, coupon=0.15,
        coupon_days="calendar", days_per_year=243,
    )  # fmt: skip
    assert trade.sessions == 486
    assert len(trade.observation_sessions) == 22
    got = 100 * value(trade, 100.0, vol=0.16, rate=0.02, carry=0.04).price
    assert got == pytest.approx(101.2955, abs=5e-5)


# spec/derivatives.md 3.2: sessions left, delta not knocked in at 0.7501, its peak and where,
# delta knocked in at 0.7501, drop; volatility 20 %, rate 2 %, carry 4 %. Its spots are 0.02 apart;
# its deltas of short notes are off by up to 3e-3 (8.9093 and 7.3099 by dense quadrature).
DROPS = [
    (504, 1.253, 1.309, 0.78, 1.089, 0.16),
    (252, 1.932, 2.220, 0.78, 1.134, 0.80),
    (63, 4.181, 5.141, 0.76, 0.996, 3.19),
    (21, 7.307, 8.907, 0.76, 0.997, 6.31),
]


@pytest.mark.feature("G02")
@pytest.mark.parametrize(("left", "plain", "peak", "where", "knocked", "drop"), DROPS)
def test_delta_dropped_at_the_knock_in(left, plain, peak, where, knocked, drop):
    months = left // 21
    trade = contract_a().after([0.9] * (504 - left)) if left < 504 else contract_a()
    assert trade.sessions == left
    assert len(trade.observation_sessions) == min(months, 22)
    above = value(trade, 0.7501, **MARKET).delta
    below = value(dataclasses.replace(trade, knocked_in=True), 0.7501, **MARKET).delta
    assert above == pytest.approx(plain, rel=5e-4)
    assert below == pytest.approx(knocked, rel=5e-4)
    assert above - below == pytest.approx(drop, abs=6e-3)
    spots = np.arange(0.76, 1.001, 0.02)
    ladder = value(trade, spots, **MARKET).delta
    assert ladder.max() == pytest.approx(peak, rel=5e-4)
    assert spots[ladder.argmax()] == pytest.approx(where, abs=1e-9)


@pytest.mark.feature("G01")
def test_greeks_of_contract_a_against_dense_quadrature():
    spots = np.array([1.0, 0.9, 0.76, 0.7501])
    truth = dense_value(contract_a(), spots, **MARKET)
    got = value(contract_a(), spots, rho=4.0, **MARKET)
    np.testing.assert_allclose(got.price, truth[0], atol=1e-8)
    np.testing.assert_allclose(got.delta, truth[1], atol=2e-7)
    np.testing.assert_allclose(got.gamma, truth[2], atol=1e-5)
    default = value(contract_a(), spots, **MARKET)
    np.testing.assert_allclose(default.delta, truth[1], atol=1e-6)
    np.testing.assert_allclose(default.gamma, truth[2], atol=1e-4)
    # The table's own Greeks are off by up to 8e-6 and 3e-5, at 0.76 by 5e-5 and 4e-3.
    np.testing.assert_allclose(truth[1][:3], [0.58061440, 1.01420838, 1.30857995], atol=6e-5)
    np.testing.assert_allclose(truth[2][:3], [-4.32964052, -3.91890888, 2.08260642], atol=4e-3)


@pytest.mark.feature("G01")
@pytest.mark.parametrize("kind", KINDS)
def test_every_variant_against_dense_quadrature(kind):
    trade = variant(kind, months=3, lock=1, coupon=0.20)
    spots = np.array([0.72, 0.7501, 0.80, 0.99, 1.04])
    truth = dense_value(trade, spots, **MARKET)
    got = value(trade, spots, **MARKET)
    np.testing.assert_allclose(got.price, truth[0], atol=3e-8)
    np.testing.assert_allclose(got.delta, truth[1], atol=2e-6)
    np.testing.assert_allclose(got.gamma, truth[2], atol=3e-4)


def test_combined_terms_against_dense_quadrature():
    # Everything at once, with observations as irregular as a contract can make them.
    trade = Snowball(
        spot0=1.0, notional=1.0, knock_in=0.8, knock_out=[np.inf, 1.05, 1.0, 0.93, 0.9],
        observation_sessions=[1, 2, 20, 41, 60], sessions=63, coupon=[0.1, 0.2, 0.3, 0.1, 0.2],
        bonus=0.02, strike=0.95, floor=0.82, period_coupon=[0.01, 0.0, 0.02, 0.01, 0.03],
        coupon_barrier=[0.0, 0.9, 1.02, 0.85, 0.7], margin=0.4, margin_interest=0.02, elapsed=17,
    )  # fmt: skip
    spots = np.array([0.5, 0.79, 0.801, 0.86, 0.95, 1.0, 1.06, 1.4])
    truth = dense_value(trade, spots, **MARKET)
    got = value(trade, spots, **MARKET)
    np.testing.assert_allclose(got.price, truth[0], atol=3e-8)
    np.testing.assert_allclose(got.delta, truth[1], atol=3e-6)


@pytest.mark.feature("G01")
def test_closed_form_without_knock_out():
    # A European knock-in and no call: a digital and a cut-off put, in closed form.
    trade = contract_a(knock_out=np.inf, watch="maturity", knock_in=0.8, bonus=0.2)
    spots, vol, rate, carry = np.array([0.6, 0.8, 1.0, 1.3]), 0.2, 0.02, 0.04
    root = vol * np.sqrt(2.0)
    lower = (np.log(spots / 0.8) + (rate - carry - 0.5 * vol**2) * 2) / root
    digital, asset = norm.cdf(lower), norm.cdf(lower + root)
    expected = np.exp(-rate * 2) * 1.2 * digital + np.exp(-carry * 2) * spots * (1 - asset)
    got = value(trade, spots, vol=vol, rate=rate, carry=carry)
    np.testing.assert_allclose(got.price, expected, atol=1e-9)
    slope = np.exp(-rate * 2) * 1.2 * norm.pdf(lower) / (spots * root)
    slope += np.exp(-carry * 2) * ((1 - asset) - norm.pdf(lower + root) / root)
    np.testing.assert_allclose(got.delta, slope, atol=1e-7)


def test_error_falls_as_the_grid_is_refined():
    trade, spots = contract_a(months=6), np.array([0.76, 0.85, 1.0])
    exact = value(trade, spots, rho=8.0, **MARKET).price
    errors = [np.abs(value(trade, spots, rho=r, **MARKET).price - exact).max() for r in (1, 1.5, 2)]
    assert errors[0] > 5 * errors[1] > 25 * errors[2]
