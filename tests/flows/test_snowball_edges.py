"""Degenerate snowballs: no volatility, no coupon, no time, barriers out of reach, far spots."""

from __future__ import annotations

import numpy as np
import pytest
from tests.flows.snowball_contracts import MARKET, contract_a

from quantquake.errors import ConfigError, DataError
from quantquake.flows.snowball import TradeColumns, price_book, value


@pytest.mark.feature("G01")
def test_without_volatility_the_forward_decides():
    # Forward falls 2 % a year: never called, never knocked in from 1.0; knocked in from 0.76.
    got = value(contract_a(), [1.0, 0.76, 1.2], vol=0.0, rate=0.02, carry=0.04)
    called = (1 + 0.15 * 63 / 252) * np.exp(-0.02 * 63 / 252)
    final = 0.76 * np.exp(-0.02 * 2)
    assert got.price == pytest.approx([1.30 * np.exp(-0.04), final * np.exp(-0.04), called])
    assert got.delta == pytest.approx([0.0, np.exp(-0.04 * 2), 0.0])
    assert not got.gamma.any()


@pytest.mark.parametrize("spot", [0.6, 0.8, 1.0, 1.2])
def test_the_limit_of_little_volatility_is_none(spot):
    little = value(contract_a(), spot, vol=0.0015, rate=0.02, carry=0.04)
    none = value(contract_a(), spot, vol=0.0009, rate=0.02, carry=0.04)
    assert little.price == pytest.approx(none.price, abs=1e-6)
    assert little.delta == pytest.approx(none.delta, abs=1e-4)


def test_a_barrier_out_of_reach():
    # Never called, never knocked in: a bond. Called at any price: gone at the first observation.
    bond = contract_a(knock_in=0.001, knock_out=1000.0)
    got = value(bond, [0.7, 1.0, 1.3], **MARKET)
    assert got.price == pytest.approx([1.30 * np.exp(-0.04)] * 3, abs=1e-7)
    assert np.abs(got.delta).max() < 1e-5
    gone = contract_a(knock_in=0.001, knock_out=0.01)
    first = (1 + 0.15 * 63 / 252) * np.exp(-0.02 * 63 / 252)
    assert value(gone, 1.0, **MARKET).price == pytest.approx(first, abs=1e-7)


def test_far_spots():
    first = (1 + 0.15 * 63 / 252) * np.exp(-0.02 * 63 / 252)
    got = value(contract_a(), [0.001, 0.05, 4.0, 1000.0], **MARKET)
    fallen = np.array([0.001, 0.05]) * np.exp(-0.08)
    assert got.price == pytest.approx([*fallen, first, first], abs=1e-9)
    assert got.delta == pytest.approx([np.exp(-0.08)] * 2 + [0.0] * 2, abs=1e-8)


def test_one_session_left():
    note = contract_a().after([0.9] * 503)
    assert note.sessions == 1
    got = value(note, [0.7, 0.9, 1.2], **MARKET)
    day = np.exp(-0.02 / 252)
    assert got.price == pytest.approx([0.7 * np.exp(-0.04 / 252), 1.30 * day, 1.30 * day], abs=1e-9)


def test_at_maturity_itself_the_payoff():
    note = contract_a(observation_sessions=[], knock_out=1.03, sessions=0, elapsed=504, coupon=0.15)
    got = value(note, [0.7, 0.75, 0.76, 1.2], **MARKET)
    assert note.last_coupon is None
    assert got.price == pytest.approx([0.7, 0.75, 1.0, 1.0])
    moved = contract_a().after([0.9] * 504)
    assert value(moved, 0.9, **MARKET).price == pytest.approx(1.30)


def test_without_coupon_and_without_observation():
    note = contract_a(coupon=0.0, observation_sessions=[], knock_out=[])
    assert note.knock_out == ()
    got = value(note, [0.9, 1.0], **MARKET)
    assert (got.price < np.exp(-0.04)).all()
    assert got.price == pytest.approx(
        value(contract_a(coupon=0.0, knock_out=np.inf), [0.9, 1.0], **MARKET).price, abs=2e-7
    )


def test_a_watch_of_never_needs_no_knock_in():
    note = contract_a(knock_in=None, watch="never", knock_out=np.inf)
    assert value(note, 0.3, **MARKET).price == pytest.approx(1.30 * np.exp(-0.04), abs=1e-9)


def test_at_the_barrier_the_note_is_knocked_in_and_above_it_not():
    knocked = value(contract_a(knocked_in=True), [0.75, 0.6], **MARKET)
    assert value(contract_a(), [0.75, 0.6], **MARKET).price == pytest.approx(knocked.price)
    assert value(contract_a(), [0.75, 0.6], **MARKET).delta == pytest.approx(knocked.delta)
    # A barrier typed as a level is met by a spot typed as the same product.
    level = contract_a(spot0=5431.7, knock_in=0.8)
    below = contract_a(spot0=5431.7, knock_in=0.8, knocked_in=True)
    for spot, jumps in ((0.8 * 5431.7, False), (0.80001 * 5431.7, True)):
        apart = value(level, spot, **MARKET).delta - value(below, spot, **MARKET).delta
        assert (apart > 0.03) == jumps


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0, np.inf])
def test_market_data_that_is_no_market_is_refused(bad):
    if not np.isinf(bad):
        with pytest.raises(DataError, match="1 levels are missing"):
            value(contract_a(), bad, **MARKET)
    for name in ("vol", "rate", "carry"):
        if np.isnan(bad) or np.isinf(bad) or (name == "vol" and bad < 0):
            with pytest.raises(ConfigError, match=f"`{name}`"):
                value(contract_a(), 1.0, **{**MARKET, name: bad})


def test_shapes_that_could_mean_two_things_are_refused():
    columns = TradeColumns.of([contract_a(), contract_a()])
    with pytest.raises(ConfigError, match="2 trades"):
        price_book(columns, [1.0], vol=np.full(3, 0.2), rate=0.02, carry=0.04)
    with pytest.raises(ConfigError, match="rho"):
        price_book(columns, [1.0], **MARKET, rho=0.5)
    wobbly = np.r_[np.full(10, 0.2), np.zeros(494)]
    with pytest.raises(ConfigError, match="some sessions and not in others"):
        value(contract_a(), 1.0, vol=wobbly, rate=0.02, carry=0.04)


def test_an_empty_book():
    price, delta, gamma = price_book(TradeColumns.of([]), [1.0, 1.1], **MARKET)
    assert price.shape == delta.shape == gamma.shape == (0, 2)
