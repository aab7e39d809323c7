"""Sell fast or slow: Almgren and Chriss' example, their limits, and the square root law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from quantquake.errors import ConfigError
from quantquake.flows.execution import (
    Order,
    almgren_chriss,
    fast_or_slow,
    frontier,
    order_from_volume,
    sale_cost,
)
from quantquake.flows.execution.schedule import cost_and_risk

EXAMPLE = {
    "steps": 5, "sigma": 0.95, "permanent": 2.5e-7, "temporary": 2.5e-6, "fixed": 0.0625
}  # fmt: skip


def example(risk_aversion: float):
    return almgren_chriss(1e6, 5.0, **EXAMPLE, risk_aversion=risk_aversion)


@pytest.mark.feature("M05")
@pytest.mark.parametrize(
    ("aversion", "cost", "risk", "left"),
    [
        # spec/cascade 3.10
        (0.0, 662_500, 1_040_673, [1_000_000, 800_000, 600_000, 400_000, 200_000, 0]),
        (1e-6, 911_227, 603_431, [1_000_000, 541_956, 289_854, 147_897, 62_142, 0]),
        (2e-6, 1_140_715, 449_368, [1_000_000, 428_599, 182_933, 76_296, 27_643, 0]),
        (np.inf, 2_562_500, 0, [1_000_000, 0, 0, 0, 0, 0]),
    ],
)
def test_example_of_almgren_and_chriss(aversion, cost, risk, left):
    best = example(aversion)
    assert round(best.cost) == cost
    assert round(best.risk) == risk
    assert best.holdings.round().tolist() == left
    assert best.trades.sum() == pytest.approx(1e6)


@pytest.mark.feature("M05")
def test_urgency_and_the_published_half_life():
    assert example(1e-6).urgency == pytest.approx(0.6071, abs=5e-5)
    # Output of the DROP library for the same order at lambda = 1e-9: half-life 51.30, mean 0.6625.
    slow = example(1e-9)
    assert slow.half_life == pytest.approx(51.30, abs=0.005)
    assert slow.cost / 1e6 == pytest.approx(0.6625, abs=5e-5)


@pytest.mark.feature("M05")
def test_limits_are_the_straight_line_and_all_at_once():
    straight, at_once = example(0.0), example(np.inf)
    assert example(1e-16).holdings.to_numpy() == pytest.approx(straight.holdings.to_numpy())
    nearly = example(1e4)
    assert nearly.cost == pytest.approx(at_once.cost, rel=1e-6)
    assert nearly.risk < 1e-2
    assert at_once.half_life == 0.0
    assert straight.half_life == np.inf


@pytest.mark.feature("M05")
@pytest.mark.parametrize("aversion", [0.0, 1e-7, 1e-6, 1e-5])
def test_no_other_schedule_is_better(aversion):
    """The closed form against a numerical search over all schedules."""
    order = Order(shares=1e6, days=5.0, **EXAMPLE)

    def objective(inner):
        cost, risk = cost_and_risk(order, np.concatenate([[1e6], inner * 1e6, [0.0]]))
        return (cost + aversion * risk**2) / 1e6

    found = minimize(objective, np.linspace(0.8, 0.2, 4), method="BFGS", options={"gtol": 1e-9})
    best = almgren_chriss(1e6, 5.0, **EXAMPLE, risk_aversion=aversion)
    assert best.holdings.to_numpy()[1:-1] == pytest.approx(found.x * 1e6, abs=50.0)
    assert objective(best.holdings.to_numpy()[1:-1] / 1e6) <= found.fun * (1 + 1e-12)


@pytest.mark.feature("M05")
def test_frontier_trades_cost_for_risk():
    order = order_from_volume(
        1e6, 5.0, daily_volume=5e6, volatility=0.019, price=50.0, spread=0.125
    )
    # Their rule for the impacts gives back the parameters of their example.
    assert (order.permanent, order.temporary, order.fixed, order.sigma) == pytest.approx(
        (2.5e-7, 2.5e-6, 0.0625, 0.95)
    )
    table = frontier(order)
    assert (np.diff(table["cost"]) > 0).all()
    assert (np.diff(table["risk"]) < 0).all()
    assert (np.diff(table["half_life"].iloc[1:]) < 0).all()
    assert table["first_step"].iloc[[0, -1]].tolist() == [0.2, 1.0]
    slope = np.diff(table["cost"]) / np.diff(table["risk"] ** 2)
    # On the frontier one more of variance saves lambda of cost: the slope lies between neighbours.
    lam = table.index.to_numpy()
    assert (-slope[:-1] >= lam[:-2]).all()
    assert (-slope[:-1] <= lam[1:-1]).all()


@pytest.mark.feature("M06")
def test_impact_grows_when_volume_shrinks():
    left = [1.0, 0.7, 0.5, 0.3, 0.1]
    base = {"daily_volume": 5e6, "volatility": 0.019, "price": 50.0, "spread": 0.125}
    linear = [
        frontier(order_from_volume(1e6, 5.0, **base, volume_left=x), [1e-6])["cost"].iloc[0]
        for x in left
    ]
    assert (np.diff(linear) > 0).all()
    one = {"daily_amount": 1e9, "volatility": 0.02}
    root = [sale_cost(1e8, 5.0, **one, volume_left=x) for x in left]
    for end in ("impact_low", "impact_high", "cost_low", "cost_high", "participation"):
        assert (np.diff([getattr(sale, end) for sale in root]) > 0).all()
    assert root[2].impact_high / root[0].impact_high == pytest.approx(np.sqrt(2))


@pytest.mark.feature("M05", "M06")
def test_square_root_law_by_hand():
    # Y sigma sqrt(Q/V): a quarter of a day's volume at 2 % is 1 %.
    sale = sale_cost(2.5e8, 1.0, daily_amount=1e9, volatility=0.02)
    assert sale.impact_low == sale.impact_high == pytest.approx(0.01)
    assert sale.cost_high == pytest.approx(2 / 3 * 0.01 * 2.5e8)
    slow = sale_cost(2.5e8, 25.0, daily_amount=1e9, volatility=0.02, factor=0.8)
    assert slow.impact_high == pytest.approx(0.008)
    assert slow.impact_low == pytest.approx(0.008 / 5)
    # Twenty-five even sales, each paid for alone, cost the low end.
    alone = sale_cost(1e7, 1.0, daily_amount=1e9, volatility=0.02, factor=0.8)
    assert 25 * alone.cost_low == pytest.approx(slow.cost_low)


@pytest.mark.feature("M05")
def test_a_week_against_two_years():
    table = fast_or_slow(1e9, daily_amount=1e9, volatility=0.02)
    assert table.index.tolist() == [5.0, 500.0]
    assert table["cost_low"].is_monotonic_decreasing
    assert table["cost_high"].nunique() == 1  # the law knows no speed
    assert table["risk"].iloc[1] == pytest.approx(10 * table["risk"].iloc[0])
    # Market risk of an even sale: the position falls in a straight line.
    t = (np.arange(200_000) + 0.5) / 200_000
    by_hand = 0.02 * 1e9 * np.sqrt(5 * np.mean((1 - t) ** 2))
    assert table["risk"].iloc[0] == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.feature("M06")
def test_more_than_the_volume_cannot_be_sold():
    table = fast_or_slow(1e10, (5.0, 500.0), daily_amount=1e9, volatility=0.02, volume_left=0.5)
    assert table["feasible"].tolist() == [False, True]
    assert table["participation"].iloc[0] == pytest.approx(4.0)
    assert table[["impact_low", "cost_high"]].iloc[0].isna().all()
    assert np.isfinite(table["risk"]).all()


@given(
    shares=st.floats(1.0, 1e9),
    days=st.floats(0.1, 500.0),
    steps=st.integers(1, 300),
    aversion=st.sampled_from([0.0, 1e-12, 1e-6, 1.0, 1e9, float("inf")]),
)
def test_any_order_is_sold_once_and_never_bought_back(shares, days, steps, aversion):
    best = almgren_chriss(
        shares, days, steps=steps, sigma=0.5, permanent=0.0, temporary=1e-6, risk_aversion=aversion
    )
    assert (best.trades.to_numpy() >= -1e-9 * shares).all()
    assert best.trades.sum() == pytest.approx(shares)
    assert best.cost >= 0
    assert np.isfinite(best.risk)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: example(-1e-6), "pay to keep the risk"),
        (lambda: example(float("nan")), "pay to keep the risk"),
        (lambda: almgren_chriss(-1.0, 5.0, **EXAMPLE), "shares, days and temporary"),
        (lambda: almgren_chriss(1e6, 500.0, **EXAMPLE), "Use more steps"),
        (lambda: frontier(Order(shares=1.0, days=5.0, **EXAMPLE), []), "no point"),
        (lambda: sale_cost(1e8, 0.5, daily_amount=1e9, volatility=0.02), "a day at least"),
        (lambda: sale_cost(1e8, 5.0, daily_amount=0.0, volatility=0.02), "above 0"),
        (
            lambda: sale_cost(1e8, 5.0, daily_amount=1e9, volatility=0.02, volume_left=1.5),
            "at most the usual volume",
        ),
        (
            lambda: order_from_volume(
                1.0, 5.0, daily_volume=0.0, volatility=0.02, price=1.0, spread=0.01
            ),
            "measured against volume",
        ),
    ],
)
def test_bad_orders(call, said):
    with pytest.raises(ConfigError, match=said):
        call()
