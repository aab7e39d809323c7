"""Template mode: an engine of its own, solved once for all ages, against the exact one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.snowball_worlds import INDEX, path, trades

from quantquake._jit import DISABLED
from quantquake.flows.kernels.snowball_template import lookup, lookup_python
from quantquake.flows.snowball import Snowball, price_book
from quantquake.flows.snowball_book import SnowballBook, backward
from quantquake.flows.snowball_book.positions import positions_of
from quantquake.flows.snowball_book.template import TemplateSet, describe

MONTH = backward.SESSIONS_A_MONTH
RATES = {"vol": 0.2, "rate": 0.02, "carry": 0.04}


def normal(
    left: int, *, months=24, lock=3, knock_in=0.75, last=1.03, step=0.0, coupon=0.15, **more
):
    """A note whose schedule is a template's own, `left` sessions before maturity."""
    back = np.arange(months - lock + 1)[::-1]
    at = left - np.rint(back * MONTH).astype(int)
    years = months / 12 - back / 12
    ahead = at > 0
    return Snowball(
        spot0=1.0, notional=1.0, knock_in=knock_in, knock_out=(last + step * back)[ahead],
        observation_sessions=at[ahead], sessions=left, coupon=coupon, bonus=coupon * months / 12,
        accrual=years[ahead], days_per_year=243.0, **more,
    )  # fmt: skip


@pytest.mark.parametrize("offset", [0.05, 0.3, 0.5, 0.77, 1.0])
@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_end_weights_are_of_fifth_order(offset, power):
    # Integral of x^p e^-x from the edge is p!; halving the step must divide the error by 2^5.
    def error(h):
        x = (np.arange(int(40 / h)) + offset) * h
        f = x**power * np.exp(-x)
        return abs(h * (f.sum() + backward.end_weights(offset) @ f[:4]) - math.factorial(power))

    assert error(0.05) < 3e-6
    order = np.log2(error(0.1) / error(0.05))
    # Where the leading term happens to vanish the order is higher still.
    assert order > 4.5


def test_weights_above_an_edge_do_not_depend_on_where_the_grid_begins():
    def area(first):
        grid = backward.Grid(first=first, step=0.05, n=400, knock_in=0.0)
        return 0.05 * backward.above(grid, 0.0) @ np.exp(-0.5 * grid.nodes**2)

    half = np.sqrt(np.pi / 2)  # of the normal density's whole
    assert [area(-9.0 - s) for s in (0.0, 0.013, 0.025, 0.041)] == pytest.approx(
        [half] * 4, abs=1e-6
    )
    outside = backward.Grid(first=0.0, step=0.1, n=10, knock_in=0.0)
    assert (backward.above(outside, -5.0) == 1).all()
    assert (backward.above(outside, 5.0) == 0).all()


@pytest.mark.feature("G01")
def test_one_solve_holds_the_published_reference_values(monkeypatch):
    # Spec 3.3, contract A: 24 months of 21 sessions, dt 1/252, first observation after three.
    schedule = backward.Schedule(
        sessions=504, observation=21 * np.arange(22), knock_out=np.full(22, 1.03)
    )
    dt = 1 / 252
    grid = backward.grid_for(0.75, 1.03, vol=0.2, dt=dt, sessions=504, rho=4.0)
    table = backward.solve(grid, schedule, vol=0.2, rate=0.02, carry=0.04, dt=dt)
    coupon, life = 0.15, 2.0
    three = np.array([1.0, coupon * life, -coupon / 12])
    inside = table[504, :, :3] @ three
    alive = inside + table[504, :, 3:6] @ three + coupon * life * table[504, :, 6]
    spots = [1.0, 0.9, 0.8]

    def at(values):
        from scipy.interpolate import CubicSpline

        return CubicSpline(grid.nodes, values)(np.log(spots))

    assert at(alive)[:2] == pytest.approx([0.97825199, 0.89816413], abs=2e-6)
    assert at(inside)[[0, 2]] == pytest.approx([0.96118776, 0.76893643], abs=2e-6)


@pytest.mark.feature("G01")
@settings(max_examples=25, deadline=None)
@given(
    left=st.integers(3, 480),
    knock_in=st.sampled_from([0.70, 0.75, 0.80]),
    last=st.sampled_from([0.95, 1.0, 1.03]),
    step=st.sampled_from([0.0, 0.005]),
    coupon=st.floats(0.0, 0.25),
    knocked_in=st.booleans(),
    vol=st.sampled_from([0.15, 0.2, 0.3]),
)
def test_template_agrees_with_the_exact_engine_on_its_own_schedule(
    left, knock_in, last, step, coupon, knocked_in, vol
):
    note = normal(
        left, knock_in=knock_in, last=last, step=step, coupon=coupon, knocked_in=knocked_in
    )
    positions = positions_of([note], "")
    rates = {"vol": vol, "rate": 0.02, "carry": 0.05}
    levels = np.array([0.6, 0.72, 0.85, 0.97, 1.08])
    fast = TEMPLATES.greeks(positions, levels, rho=3.0, **rates)
    exact = price_book(positions.columns, levels, rho=4.0, **rates)
    assert fast[0] == pytest.approx(exact[0], abs=1e-4)
    # Within a session or two of a barrier the cubic cannot follow the delta; elsewhere it does.
    assert np.median(np.abs(fast[1] - exact[1])) < 2e-3


TEMPLATES = TemplateSet(3.0)


def test_the_value_is_linear_in_the_coupon():
    def price(coupon):
        at = positions_of([normal(300, coupon=coupon)], "")
        return TEMPLATES.greeks(at, np.array([0.8, 1.0]), rho=3.0, **RATES)[0][0]

    assert price(0.1) == pytest.approx((price(0.0) + price(0.2)) / 2, abs=1e-12)


@pytest.mark.feature("G03")
def test_a_book_of_real_schedules_is_near_enough_for_a_map():
    closes = path()
    table = trades(closes, 60)
    exact = SnowballBook(table, index=closes, **RATES, rho=3.0)
    fast = SnowballBook(table, index=closes, **RATES, mode="template")
    assert (describe(fast.positions.columns)[1] >= 0).mean() > 0.9
    a, b = exact.ladder().frame, fast.ladder().frame
    notional = exact.positions.notional.sum()
    assert np.abs(a["value"] - b["value"]).max() < 3e-3 * notional
    assert np.abs(a["delta_lots"] - b["delta_lots"]).max() < 0.03 * a["delta_lots"].max()
    pd_cols = ["notional", "trades", "weekly_change"]
    left, right = exact.knock_in_map().levels[pd_cols], fast.knock_in_map().levels[pd_cols]
    assert left.equals(right)  # where barriers lie needs no price


def test_what_no_template_fits_is_priced_exactly():
    odd = [
        normal(200, floor=0.8), normal(200, watch="maturity"), normal(200, strike=0.9),
        Snowball(spot0=1.0, notional=1.0, knock_in=0.75, knock_out=[1.0, 1.1], sessions=200,
                 observation_sessions=[7, 200], coupon=0.15, days_per_year=243.0),
        normal(200, period_coupon=0.01, coupon_barrier=0.8),
    ]  # fmt: skip
    positions = positions_of(odd, "")
    kinds, kind, _, _ = describe(positions.columns)
    assert (kind == -1).all()
    assert kinds == []
    levels = np.array([0.7, 0.9, 1.02])
    fast = TemplateSet().greeks(positions, levels, rho=2.0, **RATES)
    for got, want in zip(
        fast, price_book(positions.columns, levels, rho=2.0, **RATES), strict=True
    ):
        assert got == pytest.approx(want, abs=1e-12)


def test_templates_are_solved_once_and_kept():
    closes = path()
    book = SnowballBook(trades(closes), index=closes, mode="template", **RATES)
    book.ladder(moves=[-0.1])
    solved = len(book.pricer.templates)
    assert solved >= 2
    book.ladder()
    assert len(book.pricer.templates) == solved


@pytest.mark.skipif(DISABLED, reason="the kernel is its twin already")
def test_compiled_lookup_is_its_plain_twin():
    rng = np.random.default_rng(0)
    n, m, table = 5, 7, rng.normal(size=(30, 40, 7))
    given_ = (table, -0.5, 0.03, rng.integers(1, 30, n), rng.normal(size=(n, 7)),
              rng.integers(0, 2, n), np.full(n, -0.3), rng.uniform(-0.7, 0.8, (n, m)))  # fmt: skip
    out, twin = np.empty((3, n, m)), np.empty((3, n, m))
    lookup(*given_, *out)
    lookup_python(*given_, *twin)
    assert out == pytest.approx(twin, rel=1e-9, abs=1e-9)


def test_lookup_reads_a_cubic_and_its_derivatives_exactly():
    x0, h, nodes = -0.4, 0.02, np.arange(60)
    x = x0 + h * nodes
    cubic = 1 + 2 * x - x**2 + 3 * x**3
    table = np.zeros((2, 60, 7))
    table[1, :, 0] = cubic
    at = np.array([[-0.31, 0.0, 0.333]])
    price, delta, gamma = np.empty((3, 1, 3))
    weight = np.zeros((1, 7))
    weight[0, 0] = 1.0
    lookup_python(
        table,
        x0,
        h,
        np.array([1]),
        weight,
        np.array([1]),
        np.array([-9.0]),
        at,
        price,
        delta,
        gamma,
    )
    spot = np.exp(at)
    first, second = 2 - 2 * at + 9 * at**2, -2 + 18 * at
    assert price == pytest.approx(1 + 2 * at - at**2 + 3 * at**3)
    assert delta == pytest.approx(first / spot)
    assert gamma == pytest.approx((second - first) / spot**2)


def test_index_name_is_free():
    assert SnowballBook([normal(100)], underlying=INDEX, spot=1.0).underlyings == [INDEX]
