"""Whatever comes in: an error that says what to do, or an answer without a hole in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quantquake.cascade import closed_form as cf
from quantquake.cascade import crowded_funds, simulate
from quantquake.errors import QuantquakeError

calm = settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
NASTY = st.one_of(
    st.floats(-10, 10),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, "x", None]),
)
GOOD = st.floats(0.01, 10)


def lists(low, high, of=None):
    return st.lists(
        of if of is not None else st.one_of(GOOD, GOOD, GOOD, NASTY), min_size=low, max_size=high
    )


def tables(rows, columns):
    return st.lists(lists(columns, columns), min_size=rows, max_size=rows)


def answer(call):
    """The answer, or None if it was refused in words."""
    try:
        return call()
    except QuantquakeError as refused:
        said = str(refused)
        assert len(said) > 40
        assert ": " in said
        return None


@calm
@given(st.data())
def test_crowds(data):
    n, k, a = (data.draw(st.integers(1, 3)) for _ in range(3))
    index = data.draw(
        st.lists(st.lists(st.integers(-1, a), min_size=k, max_size=k), min_size=n, max_size=n)
    )
    shares, shocks = data.draw(tables(n, k)), data.draw(tables(2, a))
    debt, leverage = data.draw(lists(n, n)), data.draw(lists(n, n))
    adv, sigma = data.draw(lists(a, a)), data.draw(lists(a, a))
    got = answer(
        lambda: simulate(crowded_funds(index, shares, debt, leverage, adv, sigma, shocks, 2))
    )
    if got is not None:
        assert np.isfinite(got.final_price).all()
        assert (got.final_price > 0).all()
        assert np.isfinite(got.equity).all()


@calm
@given(tables(2, 2), lists(2, 2), tables(2, 1), lists(1, 1), lists(2, 2), lists(2, 2))
def test_threshold_sales(holdings, equity, illiquid, shock, adv, sigma):
    got = answer(
        lambda: cf.cont_schaanning(
            holdings, equity, illiquid=illiquid, shock=shock, adv=adv, sigma=sigma,
            max_leverage=3.0, target_leverage=2.0, max_rounds=50,
        )
    )  # fmt: skip
    if got is not None:
        assert np.isfinite(got.equity).all()
        assert (got.equity >= 0).all()
        assert (got.price > 0).all()


@calm
@given(lists(2, 3), lists(2, 3), tables(2, 2), lists(2, 2), lists(2, 2))
def test_linear_sales(assets, equity, weights, shock, impact):
    got = answer(lambda: cf.greenwood_landier_thesmar(assets, equity, weights, shock, impact))
    if got is not None:
        assert np.isfinite(got.aggregate_vulnerability)


@calm
@given(tables(2, 2), lists(2, 2), lists(2, 2))
def test_covariances_jacobians_and_overlaps(table, one, other):
    answer(lambda: cf.cont_wagalath(table, one, other))
    answer(lambda: cf.fire_sale_forensics(table, table, one, other))
    for call in (
        lambda: cf.deleveraging_jacobian(table, one, other).radius,
        lambda: cf.overlap_contagion(table, one, 0).profit,
    ):
        got = answer(call)
        assert got is None or np.isfinite(got).all()


@calm
@given(NASTY, NASTY, lists(0, 3))
def test_exits(impact, leverage, sizes):
    got = answer(lambda: cf.critical_leverage(impact, leverage, sold=sizes))
    assert got is None or np.isfinite(got.equity).all()
    got = answer(lambda: cf.exit_queue(sizes, impact))
    assert got is None or np.isfinite(got).all(axis=None)
    got = answer(lambda: cf.leverage_path(leverage, payout=sizes, asset_return=impact))
    assert got is None or not got.isna().any(axis=None)
    got = answer(lambda: cf.rebound(sizes, 10.0, permanent=impact, half_life=leverage))
    assert got is None or np.isfinite(got).all(axis=None)


@calm
@given(*[st.one_of(GOOD, NASTY) for _ in range(6)])
def test_margin_spirals(wealth, inventory, imbalance, value, margin, response):
    got = answer(
        lambda: cf.brunnermeier_pedersen(
            wealth, inventory, imbalance=imbalance, value=value, last_price=value,
            risk_aversion=1.0, sigma=1.0, base_margin=margin, margin_response=response,
        )
    )  # fmt: skip
    if got is not None:
        assert 0 <= got.price <= value
        assert got.multiplier >= 0 or got.margin * got.position > 1e12  # rounding of the zero


@pytest.mark.parametrize("empty", [[], [[]], np.empty((0, 3)), None, "text"])
def test_nothing_at_all(empty):
    for call in (
        lambda: crowded_funds(empty, empty, [1.0], [2.0], [1.0], [0.1], None, 2),
        lambda: cf.cont_wagalath(empty, [1.0], [1.0]),
        lambda: cf.greenwood_landier_thesmar(empty, [1.0], [[1.0]], [0.1], [0.1]),
        lambda: cf.overlap_contagion(empty, [1.0], 0),
    ):
        with pytest.raises(QuantquakeError):
            call()
