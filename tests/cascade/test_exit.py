"""Getting out: critical leverage, queues, run-offs, what comes back, and capital paid out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from quantquake.cascade.closed_form import (
    almgren_chriss,
    critical_leverage,
    exit_queue,
    leverage_path,
    overlap_contagion,
    rebound,
)
from quantquake.cascade.closed_form.exit_leverage import square_root_impact
from quantquake.errors import ConfigError, DataError
from quantquake.flows.execution import fast_or_slow

# --- critical leverage --------------------------------------------------------------------------


@pytest.mark.feature("I01")
@pytest.mark.parametrize(("impact", "critical"), [(0.05, 30.0), (0.10, 15.0), (0.20, 7.5)])
def test_full_exit_is_solvent_below_one_and_a_half_over_impact(impact, critical):
    # spec/cascade 3.4; LTCM at 25-30 is critical at I = 5 %, a DMA fund at 4 at 37.5 %.
    assert critical_leverage(impact, 4.0).critical == pytest.approx(critical, rel=1e-12)
    below, above = (critical_leverage(impact, critical * k) for k in (0.999, 1.001))
    assert below.solvent
    assert below.equity[-1] > 0
    assert not above.solvent
    assert above.equity[-1] < 0
    assert np.isnan(above.leverage[-1])
    assert np.isinf(above.peak)
    assert critical_leverage(0.375, 2.0).critical == pytest.approx(4.0)


@pytest.mark.parametrize("leverage", [2.0, 4.0, 10.0])
def test_selling_always_raises_leverage_at_first(leverage):
    # dL/dx grows without bound as x -> 0: like 1 / sqrt(x).
    steps = np.array([0.0, 1e-10, 1e-8, 1e-6])
    got = critical_leverage(0.05, leverage, sold=steps).leverage
    slope = (got[1:] - got[0]) / steps[1:]
    assert got[0] == pytest.approx(leverage, rel=1e-12)
    assert (slope > 0).all()
    np.testing.assert_allclose(slope[:-1] / slope[1:], 10.0, rtol=0.05)


def test_no_borrowing_no_leverage_to_raise():
    got = critical_leverage(0.1, 1.0, sold=[0.0, 0.5, 0.999])
    assert (np.diff(got.leverage) < 0).all()


def test_equity_is_cash_and_position_at_the_price_made():
    # The cash of a sale is the integral of the price path.
    got = critical_leverage(0.2, 5.0, sold=[0.36])
    cash = quad(lambda y: 1 - 0.2 * np.sqrt(y), 0, 0.36)[0]
    assert got.equity[0] == pytest.approx(0.64 * (1 - 0.2 * 0.6) + cash - 0.8, rel=1e-9)


def test_impact_follows_the_square_root():
    assert square_root_impact(25.0, 100.0, 0.02) == pytest.approx(0.01)
    four = square_root_impact(100.0, 100.0, 0.02, scale=1.5)
    assert four / square_root_impact(25.0, 100.0, 0.02) == pytest.approx(3.0)


# --- queue --------------------------------------------------------------------------------------


@pytest.mark.feature("I10")
@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_later_leavers_lose_more(exponent):
    table = exit_queue([3.0, 1.0, 2.0], 0.1, exponent=exponent)
    assert (np.diff(table["price"]) < 0).all()
    assert table["price"].iloc[0] - table["price"].iloc[-1] > 0.03
    # All together get what one seller of everything gets.
    mean = (table["price"] * table["size"]).sum() / 6
    assert mean == pytest.approx(1 - 0.1 / (1 + exponent), rel=1e-12)
    for k, (low, high) in enumerate([(0, 0.5), (0.5, 2 / 3), (2 / 3, 1)]):
        area = quad(lambda x: 1 - 0.1 * x**exponent, low, high)[0] / (high - low)
        assert table["price"].iloc[k] == pytest.approx(area, rel=1e-9)


def test_a_sale_too_small_to_see_gets_the_price_of_its_place():
    table = exit_queue([1.0, 1e-20, 3.0], 0.1)
    assert table["price"].iloc[1] == pytest.approx(1 - 0.1 * np.sqrt(0.25), rel=1e-12)


@pytest.mark.feature("I10")
def test_without_impact_the_place_does_not_matter():
    assert (exit_queue([1.0, 1.0], 0.0)["loss"] == 0).all()


# --- overlap ------------------------------------------------------------------------------------


@pytest.mark.feature("I02")
def test_one_neutral_book_closes_and_every_like_book_loses():
    books = [[10.0, -10.0, 0, 0], [20.0, -20.0, 0, 0], [5, 0, -5, 0], [0, 0, 0, 30.0]]
    got = overlap_contagion(books, [100.0, 200.0, 100.0, 100.0], 0)
    # The twin of twice the size loses 20 x 10/100 + 20 x 10/200; a book without common names nothing.
    np.testing.assert_allclose(got.profit, [-1.5, -3.0, -0.5, 0.0])
    assert (got.overlap == got.overlap.T).all()
    assert got.price_change[0] < 0 < got.price_change[1]
    half = overlap_contagion(books, [100.0, 200.0, 100.0, 100.0], 0, fraction=0.5)
    np.testing.assert_allclose(half.profit, got.profit / 2)
    assert list(got.to_frame().columns) == ["overlap", "profit"]


def test_an_opposite_book_gains():
    assert overlap_contagion([[1.0, -1.0], [-1.0, 1.0]], [10, 10], 0).profit[1] > 0


# --- a week or two years ------------------------------------------------------------------------


@pytest.mark.feature("I20")
def test_slower_is_less_impact_and_more_market_risk():
    # A week against two years: a book of 125 bn took nearly two (spec/cascade section 4, 1998).
    table = fast_or_slow(125e9, [5, 20, 120, 500], daily_amount=40e9, volatility=0.01)
    assert (np.diff(table["cost_low"]) < 0).all()
    assert (np.diff(table["impact_low"]) < 0).all()
    assert (np.diff(table["risk"]) > 0).all()
    week, years = table["cost_low"].iloc[[0, -1]]
    assert week / years == pytest.approx(10.0)  # sqrt(500 / 5)


@pytest.mark.feature("I20")
def test_slower_by_the_closed_form_of_linear_impact():
    market = {"sigma": 0.95, "permanent": 2.5e-7, "temporary": 2.5e-6, "fixed": 0.0625}
    sales = [almgren_chriss(1e6, days, steps=int(days), **market) for days in (5.0, 500.0)]
    assert sales[1].cost < sales[0].cost
    assert sales[1].risk > sales[0].risk


@pytest.mark.feature("I20")
def test_an_orderly_run_off_spares_those_who_hold_the_same():
    # The same sale in one week or in a hundred: lowest price a like book must be marked at.
    quick, slow = np.r_[np.full(5, -1.0), np.zeros(495)], np.full(500, -0.01)
    low = [
        rebound(flow, 100.0, permanent=0.3, half_life=2.0)["total"].min() for flow in (quick, slow)
    ]
    assert low[0] < 1.5 * low[1] < 0


# --- rebound ------------------------------------------------------------------------------------


@pytest.mark.feature("I13")
def test_only_the_temporary_part_comes_back():
    flow = np.r_[np.full(3, -10.0), np.zeros(200)]
    table = rebound(flow, 1000.0, permanent=0.4, half_life=2.0)
    low, end = table["total"].min(), table["total"].iloc[-1]
    assert table["total"].idxmin() == 2
    assert end == pytest.approx(0.4 * -0.03, rel=1e-12)
    assert end - low == pytest.approx(-table["temporary"].iloc[2], rel=1e-9)


@pytest.mark.feature("I13")
def test_half_of_what_was_temporary_is_back_after_its_half_life():
    table = rebound([-5.0, 0, 0, 0], 100.0, permanent=0.2, half_life=3.0)
    assert table["temporary"].iloc[3] == pytest.approx(0.5 * table["temporary"].iloc[0])
    stays = rebound([-5.0, 0, 0, 0], 100.0, permanent=1.0, half_life=3.0)
    assert (stays["total"] == -0.05).all()
    assert (rebound([0.0, 0.0], 100.0, permanent=0.2, half_life=3.0)["total"] == 0).all()


# --- capital ------------------------------------------------------------------------------------


@pytest.mark.feature("I17", "M01")
def test_paying_out_36_per_cent_lifts_20_to_31_and_a_quarter():
    # LTCM, end of 1997: 36 % of capital returned, positions kept (spec/features I17).
    assert leverage_path(20.0, payout=0.36)["leverage"].iloc[-1] == pytest.approx(31.25, rel=1e-12)


@pytest.mark.feature("M01")
def test_leverage_after_losses():
    table = leverage_path(30.0, asset_return=[-0.01, -0.01])
    assert table["equity"].iloc[1] == pytest.approx(1 - 0.30)
    assert table["leverage"].iloc[1] == pytest.approx(30 * 0.99 / 0.70)
    # Debt does not change, so leverage is what assets and debt say.
    debt = table["assets"] - table["equity"]
    assert debt.to_numpy() == pytest.approx(29.0)
    assert np.isinf(leverage_path(30.0, asset_return=-0.04)["leverage"].iloc[-1])


def test_unleveraged_stays_unleveraged_and_paying_in_lowers():
    assert leverage_path(1.0, asset_return=[-0.2, 0.1])["leverage"].to_numpy() == pytest.approx(1.0)
    assert leverage_path(4.0, payout=-1.0)["leverage"].iloc[-1] == pytest.approx(2.0)


# --- every argument, and nonsense -----------------------------------------------------------------

GIVEN = {
    exit_queue: {"sizes": [3.0, 1.0], "impact": 0.1, "exponent": 0.5},
    rebound: {"flow": [-1.0, -2.0, 0.0], "depth": 50.0, "permanent": 0.5, "half_life": 2.0},
    leverage_path: {"leverage": 5.0, "payout": 0.1, "asset_return": -0.02},
}
CASES = [(function, name) for function, given in GIVEN.items() for name in given]


@pytest.mark.parametrize(("function", "name"), CASES)
def test_every_argument_moves_the_output(function, name):
    given = GIVEN[function]
    changed = {**given, name: np.asarray(given[name]) ** 2 * 1.5}
    if np.ndim(given[name]) == 0:
        changed[name] = 1.25 * given[name]
    columns = [c for c in function(**given).columns if c != "size"]
    one, other = function(**given)[columns], function(**changed)[columns]
    assert not np.allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: critical_leverage(0.0, 4.0), ConfigError, "impact"),
        (lambda: critical_leverage(0.1, 0.5), ConfigError, "leverage"),
        (lambda: critical_leverage(0.1, float("nan")), ConfigError, "leverage"),
        (lambda: critical_leverage(0.1, 4.0, sold=[0.5, 1.5]), DataError, r"sold\[1\]"),
        (lambda: exit_queue([], 0.1), DataError, "empty"),
        (lambda: exit_queue([1.0, -1.0], 0.1), DataError, r"sizes\[1\]"),
        (lambda: exit_queue(["x"], 0.1), DataError, "numbers"),
        (lambda: overlap_contagion([[1.0]], [1.0], 3), ConfigError, "seller"),
        (lambda: overlap_contagion([[1.0]], [0.0], 0), DataError, "depth"),
        (lambda: rebound([np.nan], 1.0, permanent=0.5, half_life=1.0), DataError, r"flow\[0\]"),
        (lambda: rebound([1.0], 1.0, permanent=1.5, half_life=1.0), ConfigError, "permanent"),
        (lambda: leverage_path(20.0, payout=1.0), DataError, "payout"),
        (lambda: leverage_path(2.0, payout=[0.1, 0.1], asset_return=[0, 0, 0]), DataError, "shape"),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
