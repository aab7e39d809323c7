"""What must hold of any snowball, whatever its terms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.snowball_contracts import MARKET, contract_a
from tests.flows.test_snowball_oracles import odd_trade

from quantquake.errors import QuantquakeError
from quantquake.flows.snowball import Snowball, TradeColumns, price_book, value

seeds = st.integers(0, 10**6)


def odd(seed):
    return odd_trade(np.random.default_rng(seed))


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_greeks_are_the_derivatives_of_the_value(seed):
    trade, spots, market = odd(seed)
    barrier = trade.knock_in or 0.0
    spots = spots[np.abs(spots - barrier) > 0.01]
    h = 2e-4
    up, mid, down = (value(trade, spots + d, **market) for d in (h, 0.0, -h))
    scale = 1.0 + np.abs(mid.gamma)
    np.testing.assert_array_less(
        np.abs((up.price - down.price) / (2 * h) - mid.delta), 0.02 * scale
    )


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_value_lies_between_the_least_and_the_most_it_can_pay(seed):
    trade, spots, market = odd(seed)
    got = value(trade, spots, **market).price
    coupons = np.abs(trade.per_observation("period_coupon")).sum()
    amounts = [
        *trade.knock_out_amounts(),
        trade.survival_amount(),
        1 + trade.funding(trade.elapsed + trade.sessions),
    ]
    lowest = min([*amounts, trade.redemption(0.0)]) - coupons
    years = trade.sessions / trade.days_per_year
    most = np.exp(abs(market["rate"]) * years)
    assert (got >= min(lowest / most, lowest * most) - 1e-6).all()
    highest = max(amounts) + coupons
    assert (got <= max(highest / most, highest * most) + 1e-6).all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, unit=st.floats(0.01, 1e5))
def test_the_unit_of_the_index_does_not_matter(seed, unit):
    trade, spots, market = odd(seed)
    scaled = dataclasses.replace(trade, spot0=trade.spot0 * unit)
    a, b = value(trade, spots, **market), value(scaled, spots * unit, **market)
    near = np.abs(spots - (trade.knock_in or 0.0)) < 1e-9
    np.testing.assert_allclose(a.price[~near], b.price[~near], atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, scale=st.floats(-2.0, 3.0))
def test_value_is_linear_in_every_coupon(seed, scale):
    trade, spots, market = odd(seed)
    bonus = trade.bonus

    def with_coupons(c):
        return dataclasses.replace(
            trade, coupon=c * trade.per_observation("coupon"), bonus=c * bonus,
            period_coupon=c * trade.per_observation("period_coupon"),
        )  # fmt: skip

    zero, one, other = (value(with_coupons(c), spots, **market).price for c in (0.0, 1.0, scale))
    np.testing.assert_allclose(other, zero + scale * (one - zero), atol=1e-10)


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_book_is_read_in_any_order(seed):
    drawn = [odd(seed + k)[0] for k in range(5)]
    order = np.random.default_rng(seed).permutation(5)
    book = TradeColumns.of(drawn), TradeColumns.of([drawn[k] for k in order])
    first, second = (price_book(c, [0.7, 1.0], **MARKET) for c in book)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a[order], b)


NASTY = st.one_of(
    st.none(), st.just(np.nan), st.just(np.inf), st.just(-1.0), st.just(0.0), st.just("x"),
    st.just([]), st.just("7"), st.floats(0.01, 3.0), st.just([1.0, 2.0]),
)  # fmt: skip
FIELDS = [f.name for f in dataclasses.fields(Snowball) if f.name not in ("outcome", "settlement")]


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(FIELDS), bad=NASTY)
def test_nasty_terms_are_refused_or_priced(field, bad):
    refusal, got = None, None
    try:
        trade = contract_a(months=3, lock=1, **{field: bad})
        got = value(trade, [0.8 * trade.spot0, trade.spot0], **MARKET)
    except QuantquakeError as error:
        refusal = str(error)
    if got is None:
        assert len(refusal) > 60
    else:
        assert np.isfinite(got.price).all()
        assert np.isfinite(got.gamma).all()


MOVES = {
    "knock_in": 0.7, "knock_out": 1.0, "coupon": 0.2, "bonus": 0.1, "days_per_year": 243.0,
    "knocked_in": True, "elapsed": 20, "watch": "maturity", "strike": 0.9, "floor": 0.9,
    "period_coupon": 0.01, "margin": 0.5, "sessions": 80, "observation_sessions": [20, 40, 60],
    "spot0": 1.1, "accrual": [0.1, 0.2, 0.3],
}  # fmt: skip


@pytest.mark.parametrize("field", MOVES)
def test_every_term_moves_the_value(field):
    plain = contract_a(months=3, lock=1)
    moved = contract_a(months=3, lock=1, **{field: MOVES[field]})
    a, b = (value(t, 0.8, **MARKET).price for t in (plain, moved))
    assert abs(a - b) > 1e-6


def test_the_remaining_arguments_move_it_too():
    def price(name="", other=None, **terms):
        market = {**MARKET, name: other} if name else MARKET
        return value(contract_a(months=3, lock=1, **terms), 0.8, **market).price

    plain = price()
    for name, other in (
        ("vol", 0.3), ("rate", 0.03), ("carry", 0.1), ("knock_in_vol", 0.3), ("barrier_shift", 0.01),
        ("rho", 1.0),
    ):  # fmt: skip
        assert price(name, other) != plain, name
    paid = price(period_coupon=0.01)
    assert price(period_coupon=0.01, coupon_barrier=0.9) < paid
    assert price(margin=0.5, margin_interest=0.05) > price(margin=0.5)
    assert price(notional=5.0) == plain  # per unit notional
