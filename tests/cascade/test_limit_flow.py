"""Clearing at a price limit: the price stands exactly there, and no more is filled than takes it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.cascade.test_memory import LAWS, SIGMA, law_of

from quantquake.cascade.clearing import Book, clear
from quantquake.cascade.crossing import crossing
from quantquake.cascade.impact import Impact
from quantquake.cascade.limit_flow import share_to


def bisected(gap) -> float:
    """Where a rising function on 0 to 1 crosses zero, by halving; its nearer end if it does not."""
    if gap(0.0) >= 0:
        return 0.0
    if gap(1.0) <= 0:
        return 1.0
    near, far = 0.0, 1.0
    for _ in range(200):
        middle = 0.5 * (near + far)
        near, far = (middle, far) if gap(middle) < 0 else (near, middle)
    return far


class Plain:
    """One name cleared by the words of the law, nothing kept, everything by halving."""

    def __init__(self, impact: Impact, sigma: float) -> None:
        self.impact, self.sigma = impact, sigma
        self.base = self.pressure = self.lasting = 0.0
        self.price = 1.0

    def log_price(self, flow: float = 0.0) -> float:
        memories = (np.array([m + flow]) for m in (self.pressure, self.lasting))
        fades, stays = (self.impact.offset(m, np.array([self.sigma])).item() for m in memories)
        m = self.impact.permanent
        return self.base + (1 - m) * fades + m * stays

    def clear(self, sold: float, bought: float, volume: float, low: float, high: float):
        before, flow = self.price, (bought - sold) / volume
        end = self.log_price(flow)
        share = 1.0
        if math.exp(end) < low and flow < 0:
            share = bisected(lambda s: math.log(low) - self.log_price(s * flow))
        if math.exp(end) > high and flow > 0:
            share = bisected(lambda s: self.log_price(s * flow) - math.log(high))
        self.pressure += share * flow
        self.lasting += share * flow
        self.price = min(max(math.exp(self.log_price()), low), high)
        crossed = min(sold, bought) + share * abs(bought - sold)
        sell, buy = (crossed if wants else min(sold, bought) for wants in (flow < 0, flow > 0))
        return sell / sold, buy / bought, 0.5 * (before + self.price)


@pytest.mark.feature("I27")
@pytest.mark.parametrize("permanent", [0.0, 0.1, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("law", LAWS)
def test_clearing_is_its_plain_twin_day_after_day_with_and_without_limits(law, permanent):
    rng, names, days = np.random.default_rng(7), 12, 6
    impact, sigma = law_of(law, permanent, 2.0), rng.uniform(0.01, 0.04, (names, 1))
    limit = np.where(np.arange(names) % 3, 0.015, np.inf)[:, None]
    book = Book.at_rest(np.ones((names, 1)), *(np.ones((names, 1)) for _ in range(2)))
    plain = [Plain(impact, s) for s in sigma[:, 0]]
    partial = 0
    for _ in range(days):
        book.low = np.where(np.isinf(limit), 1e-9, book.price * (1 - limit))
        book.high = np.where(np.isinf(limit), 1e9, book.price * (1 + limit))
        for _ in range(3):
            news, (sold, bought) = rng.normal(0, 0.01, (names, 1)), rng.uniform(0, 2, (2, names, 1))
            bought[rng.random((names, 1)) < 0.2] = 1e-3  # nearly nobody buys: locked
            volume = rng.uniform(0.2, 1.0, (names, 1))
            book.base += news
            book.quote(book.fair(impact, sigma))
            got = clear(book, impact, sigma, sold, bought, volume)
            for i, one in enumerate(plain):
                one.base += news[i, 0]
                low, high = book.low[i, 0], book.high[i, 0]
                one.price = min(max(math.exp(one.log_price()), low), high)
                want = one.clear(sold[i, 0], bought[i, 0], volume[i, 0], low, high)
                assert book.price[i, 0] == pytest.approx(one.price, rel=1e-12)
                assert (got.sell[i, 0], got.buy[i, 0]) == pytest.approx(want[:2], abs=1e-9)
                assert got.mid[i, 0] == pytest.approx(want[2], rel=1e-12)
            held = np.minimum(got.sell, got.buy) < 1
            partial += ((np.maximum(got.sell, got.buy) >= 1) & held).sum()
            at = np.where(bought < sold, book.low, book.high)
            assert (book.price[held] == at[held]).all()
        book.forget(impact)
        for one in plain:
            one.pressure *= impact.remembered(1.0)
    assert partial > 20


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("permanent", [0.1, 0.5, 0.9])
def test_the_price_stands_exactly_at_its_limit_after_a_partial_fill(law, permanent):
    rng, n = np.random.default_rng(3), 2000
    impact, sigma = law_of(law, permanent), rng.uniform(0.005, 0.04, n)
    scale = rng.choice([0.0, 1e-3, 1.0, 10.0], (2, n))
    pressure, lasting = rng.uniform(-1, 1, (2, n)) * scale
    # The linear law knows no price beyond a fall of one: keep inside.
    flow = rng.uniform(-2, 2, n) * rng.choice([1e-2, 1.0, 5.0], n)
    asked = rng.random(n)
    target = impact.move(pressure + asked * flow, lasting + asked * flow, sigma)
    share = share_to(target, impact, pressure, lasting, sigma, flow)
    moved = impact.move(pressure + share * flow, lasting + share * flow, sigma)
    # A flow that stops a memory within rounding of zero stands on a root of that rounding.
    assert np.abs(moved - target).max() < 1e-12
    assert np.quantile(np.abs(moved - target), 0.99) < 1e-14
    assert share == pytest.approx(asked, abs=1e-7)


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_news_beyond_the_limit_lets_in_only_the_other_side(strength):
    impact = Impact(strength=strength)
    book = Book.at_rest(np.ones((3, 1)), np.full((3, 1), 0.9), np.full((3, 1), 1.1))
    book.base -= 0.5
    book.quote(book.fair(impact, SIGMA))
    sold, bought = np.array([[3.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [2.0]])
    fills = clear(book, impact, SIGMA, sold, bought, np.ones((3, 1)))
    assert fills.sell[:, 0] == pytest.approx([1 / 3, 1, 1])
    assert (fills.buy == 1).all()
    assert book.lasting[:, 0].tolist() == [0.0, 2.0, 0.0]
    assert (book.price == 0.9).all()


def test_a_crossing_is_found_where_there_is_one():
    power = np.array([0.5, 1.0, 3.0, 3.0, 3.0])
    level = np.array([0.3, 1e-6, 0.9, 2.0, -1.0])
    found = crossing(lambda x, i: x ** power[i] - level[i], -level, 1 - level)
    assert found[:3] == pytest.approx(level[:3] ** (1 / power[:3]), rel=1e-12)
    assert found[3:].tolist() == [1.0, 0.0]
    assert crossing(lambda x, i: x, np.zeros(0), np.zeros(0)).shape == (0,)
