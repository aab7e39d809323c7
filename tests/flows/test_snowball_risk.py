"""Vega, theta, odds, and how an issuer's hedge changes sign at the barrier."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tests.flows.snowball_contracts import MARKET, contract_a

from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball import (
    TradeColumns,
    carry_from_curve,
    price_book,
    probabilities,
    simulate_value,
    value,
)
from quantquake.flows.snowball.risk import risk


def odds(trade, spots, **market):
    return [x[0] for x in probabilities(TradeColumns.of([trade]), spots, **{**MARKET, **market})]


@pytest.mark.feature("G01")
def test_one_observation_in_closed_form():
    note = contract_a(observation_sessions=[252], knock_out=1.05, sessions=252)
    spots = np.array([0.8, 1.0, 1.2])
    knock_out, life = odds(note, spots, rho=4.0)[1:]
    expected = norm.cdf((np.log(spots / 1.05) + 0.02 - 0.04 - 0.02) / 0.2)
    assert knock_out == pytest.approx(expected, abs=1e-8)
    assert life == pytest.approx([1.0] * 3, abs=1e-8)
    european = dataclasses.replace(note, watch="maturity")
    knock_in = odds(european, spots, rho=4.0)[0]
    assert knock_in == pytest.approx(norm.cdf((np.log(0.75 / spots) + 0.04) / 0.2), abs=3e-8)


@pytest.mark.feature("G01")
@pytest.mark.parametrize("watch", ["daily", "maturity"])
def test_odds_against_simulated_paths(watch):
    note = contract_a(months=9, lock=2, watch=watch)
    spot, paths = 0.86, 40_000
    rng = np.random.default_rng(5)
    steps = rng.standard_normal((paths, note.sessions)) * 0.2 / np.sqrt(252)
    x = np.log(spot) + np.cumsum(steps + (0.02 - 0.04 - 0.02) / 252, axis=1)
    days = np.array(note.observation_sessions)
    called = x[:, days - 1] >= np.log(1.03)
    ends = np.where(called.any(axis=1), days[called.argmax(axis=1)], note.sessions)
    low = x <= np.log(0.75)
    low = low if watch == "daily" else low & (np.arange(note.sessions) == note.sessions - 1)
    first = np.where(low.any(axis=1), low.argmax(axis=1) + 1, 10**6)
    expected = [(first <= ends), called.any(axis=1), ends / 252]
    for got, sample in zip(odds(note, [spot]), expected, strict=True):
        assert got[0] == pytest.approx(sample.mean(), abs=3 * sample.std() / np.sqrt(paths))


def test_odds_of_a_settled_state():
    knock_in, knock_out, life = odds(contract_a(knocked_in=True), [0.8, 1.0])
    assert knock_in == pytest.approx([1.0, 1.0], abs=1e-9)
    assert (knock_out > 0).all()
    assert (life < 2).all()
    assert odds(contract_a(), [0.74])[0] == pytest.approx([1.0], abs=1e-9)
    ended = contract_a().after([1.1] * 63)
    assert [x[0] for x in odds(ended, [1.0])] == [0.0, 0.0, 0.0]
    assert odds(contract_a(knock_in=None, watch="never"), [0.5])[0] == pytest.approx(
        [0.0], abs=1e-9
    )


@pytest.mark.feature("G01")
def test_vega_and_theta_are_what_they_say():
    note, spot = contract_a(months=12), 0.93
    got = risk(note, spot, **MARKET)
    up, down = (value(note, spot, **{**MARKET, "vol": 0.2 + b}).price for b in (0.005, -0.005))
    assert got.vega == pytest.approx((up - down) / 0.01, abs=2e-3)
    tomorrow = value(note.after([spot]), spot, **MARKET).price
    assert got.theta == pytest.approx(tomorrow - value(note, spot, **MARKET).price, abs=1e-12)
    # What the pricing equation says of the same day, away from any date.
    drift = (0.02 - 0.04) * spot * got.delta + 0.5 * 0.04 * spot**2 * got.gamma
    assert 252 * got.theta == pytest.approx(0.02 * got.price - drift, abs=2e-3)
    assert got.delta_jump < 0
    assert got.knock_in_probability == pytest.approx(odds(note, [spot], rho=3.0)[0][0], abs=1e-6)


def test_theta_of_the_session_before_an_observation_sees_it():
    note = contract_a().after([1.0] * 62)
    got = risk(note, 1.10, **MARKET)
    assert got.theta == pytest.approx(1 + 0.15 * 63 / 252 - got.price, abs=1e-12)


def test_risk_takes_curves_and_refuses_the_ended():
    flat = risk(contract_a(months=6), 0.9, **MARKET)
    curves = {k: np.full(126, v) for k, v in MARKET.items()}
    curved = risk(contract_a(months=6), 0.9, **curves)
    assert curved.theta == pytest.approx(flat.theta, abs=1e-9)
    assert curved.knock_in_probability == pytest.approx(flat.knock_in_probability, abs=1e-9)
    one = contract_a(months=6).after([0.9] * 125)
    assert np.isfinite(risk(one, 0.9, **{k: v[:1] for k, v in curves.items()}).theta)
    with pytest.raises(ConfigError, match="are over"):
        risk(contract_a().after([1.1] * 63), 1.0, **MARKET)


@pytest.mark.feature("G02")
def test_the_hedge_drops_at_the_knock_in_and_the_more_the_older():
    drops = []
    for age in (0, 252, 441, 483):
        note = contract_a().after([0.9] * age) if age else contract_a()
        drops.append(risk(note, 0.9, **MARKET).delta_jump)
    assert all(d < 0 for d in drops)
    assert drops == sorted(drops, reverse=True)
    assert drops[-1] < 30 * drops[0]
    assert risk(contract_a(knocked_in=True), 0.9, **MARKET).delta_jump == 0.0


@pytest.mark.feature("G08")
def test_the_issuer_buys_the_fall_until_the_barrier_and_sells_at_it():
    note = contract_a().after([0.9] * 378)
    spots = np.round(np.arange(1.00, 0.7049, -0.005), 3)
    hedge = value(note, spots, **MARKET).delta * spots
    flow = np.diff(hedge)
    before = spots[1:] > 0.775
    assert (flow[before] > 0).all()
    crossing = (spots[1:] <= 0.75) & (spots[:-1] > 0.75)
    assert crossing.sum() == 1
    assert flow[crossing][0] < 0
    assert -flow[crossing][0] > flow[before].sum() * 0.5
    # Rises mirror it: what was bought on the way down is sold on the way up.
    up = np.diff(value(note, spots[::-1], **MARKET).delta * spots[::-1])
    assert (up[spots[::-1][:-1] > 0.775] < 0).all()


def test_delta_cap_and_barrier_shift_blunt_the_hedge():
    note, spots = contract_a().after([0.9] * 441), np.array([0.752, 0.77, 0.9])
    plain = value(note, spots, **MARKET)
    capped = value(note, spots, delta_cap=2.0, **MARKET)
    assert capped.delta == pytest.approx(np.minimum(plain.delta, 2.0))
    assert capped.gamma == pytest.approx(np.where(plain.delta > 2.0, 0.0, plain.gamma))
    assert capped.price == pytest.approx(plain.price)
    lower = value(note, spots, barrier_shift=-0.02, **MARKET)
    same = value(dataclasses.replace(note, knock_in=0.73), spots, **MARKET)
    assert lower.price == pytest.approx(same.price)
    assert lower.price[0] > plain.price[0]
    # The contract's own barrier still decides the state.
    knocked = value(dataclasses.replace(note, knocked_in=True), 0.745, **MARKET)
    assert value(note, 0.745, barrier_shift=-0.02, **MARKET) == knocked
    above = value(note, 0.76, barrier_shift=0.02, **MARKET)
    assert above == value(dataclasses.replace(note, knocked_in=True), 0.76, **MARKET)


def test_knock_in_vol_moves_only_what_hangs_on_the_knock_in():
    note, spots = contract_a(), np.array([0.8, 0.9, 1.0])
    plain = value(note, spots, **MARKET)
    same = value(note, spots, knock_in_vol=0.20, **MARKET)
    assert same.price == pytest.approx(plain.price, abs=1e-15)
    skewed = value(note, spots, knock_in_vol=0.26, **MARKET)
    assert (skewed.price < plain.price).all()
    knocked = dataclasses.replace(note, knocked_in=True)
    assert value(knocked, 0.9, knock_in_vol=0.26, **MARKET) == value(knocked, 0.9, **MARKET)


@pytest.mark.feature("G01")
def test_wider_discount_higher_carry_higher_fair_coupon():
    from quantquake.flows.snowball import fair_coupon

    coupons = [
        fair_coupon(contract_a(), 1.0, vol=0.2, rate=0.02, carry=q) for q in (0.0, 0.05, 0.1)
    ]
    assert coupons == sorted(coupons)


def test_carry_reprices_the_futures_it_was_read_from():
    curve = pd.DataFrame(
        {
            "sessions": [1, 14, 34, 96],
            "index_level": 5000.0,
            "price": [5000, 4970.0, 4930.0, 4790.0],
        }
    )
    carry = carry_from_curve(curve, rate=0.02, sessions=200)
    for sessions, price in ((13, 4970.0), (33, 4930.0), (95, 4790.0)):
        forward = 5000 * np.exp(np.sum(0.02 - carry[:sessions]) / 252)
        assert forward == pytest.approx(price, rel=1e-12)
    # Past the last contract its own carry from today is held.
    own = 0.02 - np.log(4790 / 5000) * 252 / 95
    assert carry[100:] == pytest.approx([own] * 100)
    # A discount of 8 % a year, dividends not added back, is a carry of about rate + 8 %.
    assert own == pytest.approx(0.02 + 0.042 * 252 / 95, abs=4e-3)
    assert len(carry_from_curve(curve, rate=0.02, sessions=5)) == 5
    with pytest.raises(DataError, match="0 contracts"):
        carry_from_curve(curve[:1], rate=0.02, sessions=5)
    with pytest.raises(DataError, match="1 of them without a price"):
        carry_from_curve(curve.assign(price=[1, np.nan, 1, 1]), rate=0.02, sessions=5)


def test_simulation_says_what_it_did_and_refuses_the_ended():
    got = simulate_value(contract_a(months=6), 0.9, **MARKET, paths=999, seed=3)
    assert got.paths == 1000
    assert got.origin.seed == 3
    assert got == simulate_value(contract_a(months=6), 0.9, **MARKET, paths=999, seed=3)
    assert got.price != simulate_value(contract_a(months=6), 0.9, **MARKET, paths=999, seed=4).price
    with pytest.raises(ConfigError, match="two pairs"):
        simulate_value(contract_a(), 1.0, **MARKET, paths=2)
    with pytest.raises(ConfigError, match="ended note"):
        simulate_value(contract_a().after([1.1] * 63), 1.0, **MARKET)


def test_a_book_is_its_trades():
    trades = [contract_a(), contract_a(knocked_in=True), contract_a().after([1.1] * 63)]
    trades += [contract_a(spot0=5000.0, watch="maturity"), contract_a().after([0.9] * 480)]
    spots = np.array([0.72, 0.9, 1.02])
    vols = np.array([0.2, 0.25, 0.3, 0.18, 0.22])
    per_trade = spots * np.array([t.spot0 for t in trades])[:, None]
    market = {"vol": vols, "rate": 0.02, "carry": np.full((1, 600), 0.04)}
    book = price_book(TradeColumns.of(trades), per_trade, **market, rho=3.0)
    alone = price_book(TradeColumns.of(trades), per_trade, **market, rho=3.0, threads=1)
    for k, trade in enumerate(trades):
        one = value(trade, per_trade[k], vol=vols[k], rate=0.02, carry=0.04)
        for got, lone, wanted in zip(book, alone, (one.price, one.delta, one.gamma), strict=True):
            np.testing.assert_allclose(got[k], wanted, atol=1e-9)
            np.testing.assert_array_equal(got[k], lone[k])
