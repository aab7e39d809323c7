"""Brunnermeier and Pedersen: the multiplier of a loss, and where it grows without bound."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.closed_form import brunnermeier_pedersen
from quantquake.errors import ConfigError

# 2 / (risk aversion sigma^2) = 2 shares per unit of price; liquid, margins need 4 x 10 = 40.
MARKET = {
    "imbalance": 10.0, "value": 100.0, "last_price": 100.0, "risk_aversion": 0.25, "sigma": 2.0,
    "base_margin": 4.0, "margin_response": 0.3,
}  # fmt: skip
SLOPE = 2.0
INVENTORY = 3.0
BOUND = 40.0 - 100.0 * INVENTORY  # wealth at which the limit begins to bind


def market(wealth, inventory=INVENTORY, **changes):
    return brunnermeier_pedersen(wealth, inventory, **{**MARKET, **changes})


def spiral(wealth, inventory, informed=False, rounds=20_000):
    """Round after round: a price, the capital and margin at it, what can be held, the next price."""
    price = MARKET["value"]
    for _ in range(rounds):
        fall = 0.0 if informed else abs(price - MARKET["last_price"])
        margin = MARKET["base_margin"] + MARKET["margin_response"] * fall
        held = min((wealth + inventory * price) / margin, MARKET["imbalance"])
        price = MARKET["value"] - (MARKET["imbalance"] - held) / SLOPE
    return price


@pytest.mark.feature("I01")
@pytest.mark.parametrize("short", [0.5, 3.0, 8.0])
@pytest.mark.parametrize("informed", [False, True])
def test_price_is_where_a_simulated_spiral_ends(short, informed):
    got = market(BOUND - short, informed=informed)
    assert got.constrained
    assert got.price == pytest.approx(spiral(BOUND - short, INVENTORY, informed), rel=1e-9)
    assert got.margin * got.position == pytest.approx(BOUND - short + INVENTORY * got.price)


@pytest.mark.parametrize("short", [0.5, 3.0, 8.0])
@pytest.mark.parametrize("informed", [False, True])
def test_multiplier_is_the_slope_of_the_simulated_price(short, informed):
    step = 1e-4
    up, down = (spiral(BOUND - short + d, INVENTORY, informed) for d in (step, -step))
    got = market(BOUND - short, informed=informed)
    assert got.multiplier == pytest.approx((up - down) / (2 * step), rel=1e-4)
    stability = SLOPE * got.margin - got.loss_spiral - got.margin_spiral
    assert got.stability == pytest.approx(stability, rel=1e-12)


def test_multiplier_diverges_at_the_border():
    # Just bound: 2 x 4 - 0.3 x 10 - inventory = 0 at an inventory of 5.
    near = [5.0 - gap for gap in (1.0, 0.1, 0.01)]
    grown = []
    for inventory in near:
        got = market(40.0 - 100.0 * inventory - 1e-9, inventory)
        assert got.critical_inventory == pytest.approx(5.0, abs=1e-6)
        assert got.jump == 0.0
        grown.append(got.multiplier)
    np.testing.assert_allclose(grown, [1.0, 10.0, 100.0], rtol=1e-4)


def test_beyond_the_border_the_price_jumps():
    inventory = 5.5
    bound = 40.0 - 100.0 * inventory
    before, after = market(bound + 1e-9, inventory), market(bound - 1e-9, inventory)
    assert not before.constrained
    assert before.price == 100.0
    assert before.price - after.price == pytest.approx(after.jump, rel=1e-6)
    # With d the fall, (4 + 0.3 d)(10 - 2 d) = 40 - 5.5 d: d = 0.5 / 0.6.
    assert after.jump == pytest.approx(0.5 / 0.6, rel=1e-9)
    assert after.price == pytest.approx(spiral(bound - 1e-9, inventory), rel=1e-6)
    # The same funds with informed financiers: no margin spiral, no jump.
    assert market(bound - 1e-9, inventory, informed=True).jump == 0.0


@pytest.mark.feature("I01")
def test_informed_financiers_make_no_margin_spiral():
    got, worse = market(BOUND - 3.0, informed=True), market(BOUND - 3.0)
    assert got.margin_spiral == 0.0
    assert worse.margin_spiral > 0
    assert worse.multiplier > got.multiplier
    assert worse.price < got.price


def test_enough_wealth_nothing_moves():
    got = market(BOUND + 10.0)
    assert (got.price, got.multiplier, got.constrained) == (100.0, 0.0, False)
    assert got.binding_wealth == BOUND


def test_without_inventory_no_loss_spiral():
    assert market(30.0, 0.0).loss_spiral == 0.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("imbalance", 11.0), ("value", 101.0), ("last_price", 101.0), ("risk_aversion", 0.3),
        ("sigma", 2.2), ("base_margin", 4.5), ("margin_response", 0.4), ("informed", True),
    ],
)  # fmt: skip
def test_every_argument_moves_the_output(name, value):
    one, other = market(BOUND - 3.0), market(BOUND - 3.0, **{name: value})
    assert one.multiplier != other.multiplier
    assert market(BOUND - 4.0).price != one.price
    assert market(BOUND - 3.0, 2.99).price != one.price


def test_a_price_below_the_last_one_raises_margins_above_it_lowers_them():
    high, low = market(BOUND - 3.0, last_price=101.0), market(BOUND - 3.0, last_price=97.0)
    assert high.margin_spiral > 0 > low.margin_spiral


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: market(-1000.0), "bankrupt"),
        (lambda: market(BOUND, imbalance=0.0), "imbalance"),
        (lambda: market(BOUND, sigma=-1.0), "sigma"),
        (lambda: market(BOUND, base_margin=float("nan")), "base_margin"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ConfigError, match=words):
        call()
