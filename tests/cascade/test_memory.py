"""Two memories of net flow: what fades, what stays, and that pace buys nothing."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantquake.cascade.clearing import Book, clear
from quantquake.cascade.impact import Impact

LAWS = ["square_root", "power", "linear", "exponential", "bounded"]
SIGMA = np.array([[0.02]])
FREE = (np.array([[1e-9]]), np.array([[1e9]]))


def law_of(law: str, permanent: float, half_life: float = 1.0) -> Impact:
    return Impact(
        law=law, strength=1.5, exponent=0.7, floor=0.6, permanent=permanent, half_life=half_life
    )


def at_rest(lasting: float = 0.0) -> Book:
    book = Book.at_rest(np.ones((1, 1)), *FREE)
    book.lasting = np.full((1, 1), lasting)
    return book


def push(book: Book, impact: Impact, days: float) -> float:
    """Clear a flow of so many days of volume; returns the price paid."""
    sold, bought = (np.full((1, 1), max(x, 0.0)) for x in (-days, days))
    return clear(book, impact, SIGMA, sold, bought, np.ones((1, 1))).mid.item()


def night(book: Book, impact: Impact, days: float = 1.0) -> None:
    """Forget, and open at what is left."""
    book.forget(impact, days)
    book.quote(book.fair(impact, SIGMA))


def worked(impact: Impact, flow: float, days: int) -> tuple[float, float, float]:
    """Worst log price, mean price and what is left of one flow, in 240 equal parts in all."""
    book, worst, paid = at_rest(), 0.0, 0.0
    for _ in range(days):
        for _ in range(240 // days):
            paid += push(book, impact, flow / 240) / 240
        worst = max(worst, abs(math.log(book.price.item())))
        night(book, impact)
    night(book, impact, days=1e6)
    return worst, paid, book.fair(impact, SIGMA).item()


@pytest.mark.feature("I20")
@pytest.mark.parametrize("flow", [-2.0, 2.0])
@pytest.mark.parametrize("permanent", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("law", LAWS)
def test_the_same_flow_over_more_days_leaves_the_same_and_never_costs_more(law, permanent, flow):
    impact = law_of(law, permanent)
    worst, paid, left = np.array([worked(impact, flow, n) for n in (1, 2, 5, 20, 60)]).T
    cost = np.sign(flow) * (paid - 1)
    stays = permanent * impact.offset(np.array([flow]), SIGMA[0]).item()
    assert left == pytest.approx(stays, abs=1e-12)
    assert (np.diff(worst) <= 1e-12).all()
    assert (np.diff(cost) <= 1e-12).all()
    if permanent < 1:
        assert worst[-1] < 0.999 * worst[0]
        assert cost[-1] < 0.999 * cost[0]


def test_memory_of_flow_is_not_memory_of_moves():
    # What it replaced: each day's move left its permanent share in the price, so that 60 days each
    # began on the steep part of the root. Two days of volume, half permanent: -11 % instead of -1.4 %.
    impact = Impact(permanent=0.5)
    each = 0.5 * impact.offset(np.array([-2 / 60]), SIGMA[0]).item()
    worst, _, left = worked(Impact(permanent=0.5), -2.0, 60)
    assert 60 * each == pytest.approx(left * math.sqrt(60), rel=1e-9)
    assert left == pytest.approx(-0.01 * math.sqrt(2), rel=1e-9)
    assert worst < 0.02 * math.sqrt(2)


@pytest.mark.parametrize("law", LAWS)
def test_cutting_a_day_into_rounds_changes_nothing(law):
    impact, ends = law_of(law, 0.4), []
    for rounds in (1, 3, 64):
        book = at_rest(lasting=0.7)
        push(book, impact, -1.5)
        night(book, impact)  # from here the two memories differ
        for _ in range(rounds):
            push(book, impact, 2.5 / rounds)
        ends.append(math.log(book.price.item()))
    assert ends == pytest.approx([ends[0]] * 3, abs=1e-13)


# --- round trips --------------------------------------------------------------------------------

#: Days of volume in eighths, so that sums are exact, each with a number of nights after it.
TRADES = st.lists(st.tuples(st.integers(-24, 24), st.integers(0, 3)), min_size=1, max_size=8)


def closed(trades):
    """Come back to where it began."""
    rest = -sum(size for size, _ in trades)
    return [(size / 8, nights) for size, nights in [*trades, (rest, 0)]]


@given(trades=TRADES, law=st.sampled_from(LAWS), permanent=st.sampled_from([0.0, 0.3, 1.0]))
def test_a_round_trip_leaves_nothing_permanent(trades, law, permanent):
    impact, book = law_of(law, permanent), at_rest()
    for days, nights in closed(trades):
        push(book, impact, days)
        night(book, impact, nights)
    assert book.lasting.item() == 0.0
    night(book, impact, days=1e6)
    assert book.price.item() == 1.0


# Tanh-sinh quadrature on 0 to 1: exact to rounding though the laws have roots at the ends.
_T = np.linspace(-3.3, 3.3, 133)
_AT = 1 / (1 + np.exp(-np.pi * np.sinh(_T)))
_WEIGHT = (_T[1] - _T[0]) * np.pi * np.cosh(_T) * _AT * (1 - _AT)


def along(impact: Impact, pressure: float, lasting: float, flow: float) -> float:
    """Pay for a flow along the path of its price: integral of exp(move), split where a root bends."""
    bends = [-m / flow for m in (pressure, lasting) if 0 < -m / flow < 1] if flow else []
    cuts, total = sorted([0.0, *bends, 1.0]), 0.0
    for a, b in pairwise(cuts):
        done = (a + (b - a) * _AT) * flow
        price = np.exp(impact.move(pressure + done, lasting + done, SIGMA[0]))
        total += flow * (b - a) * (_WEIGHT * price).sum()
    return total


@given(
    trades=TRADES,
    law=st.sampled_from(LAWS),
    permanent=st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
    start=st.sampled_from([0.0, -5.0, 1.0]),
    half_life=st.sampled_from([0.0, 0.5, 3.0]),
)
def test_no_round_trip_from_rest_earns_anything(trades, law, permanent, start, half_life):
    impact = law_of(law, permanent, half_life)
    pressure, lasting, cost = 0.0, start, 0.0
    for days, nights in closed(trades):
        cost += along(impact, pressure, lasting, days)
        pressure, lasting = pressure + days, lasting + days
        for _ in range(nights):
            pressure *= impact.remembered(1.0)
    assert cost >= -1e-12


@given(trades=TRADES, permanent=st.sampled_from([0.0, 1.0]))
def test_no_round_trip_earns_at_the_middle_of_two_prices_where_they_lie_on_a_line(
    trades, permanent
):
    impact, book, cost = law_of("linear", permanent), at_rest(), 0.0
    for days, nights in closed(trades):
        cost += days * push(book, impact, days)
        night(book, impact, nights)
    assert cost >= -1e-12


def test_what_the_middle_of_two_prices_gives_away_under_a_root_is_bounded_and_goes_with_rounds():
    # Bought in one round, sold in a thousand: the bend of the path is the gain. A defect of the fill
    # price (decision 0020), not of the law; said in `Impact.move`.
    impact = Impact(permanent=0.5)

    def gain(before: float, clips: int) -> float:
        book = at_rest(before)
        book.pressure = book.lasting.copy()
        moved = -book.fair(impact, SIGMA).item()
        paid = sum(push(book, impact, 1 / clips) for _ in range(clips)) / clips
        moved += math.log(book.price.item())
        return (sum(push(book, impact, -1 / 1000) for _ in range(1000)) / 1000 - paid) / moved

    assert gain(0.0, 1) == pytest.approx(1 / 6, abs=2e-3)
    gains = [gain(-share, 1) for share in np.linspace(0, 0.5, 21)]
    assert max(gains) < 0.2
    assert gain(0.0, 8) < gain(0.0, 1) / 8


@pytest.mark.parametrize("permanent", [0.0, 0.5, 1.0])
def test_no_flow_takes_the_bounded_law_below_its_floor(permanent):
    impact, book = law_of("bounded", permanent), at_rest()
    for _ in range(200):
        push(book, impact, -30.0)
        assert 0.6 - 1e-12 <= book.price.item() < 0.8
        night(book, impact)
