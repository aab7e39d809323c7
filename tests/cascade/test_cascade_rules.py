"""What the rules let through, and by how little a cap may be passed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cascade.small import group, scene
from tests.cascade.test_engine import Seller, _Buyer

from quantquake.cascade.participants.funds import MutualFund, Redemption
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import News
from quantquake.cascade.simulation import simulate


def capped(cap: float, bought: float, rounds: int = 1):
    """A seller of all it has under a cap, beside a buyer."""
    sell = Seller(name="s", assets=1e9, share=1.0, mix={"a": 1.0})
    buy = _Buyer(name="b", money=bought, mix={"a": 1.0})
    rule = Rule(who="s", what="sell", cap=cap)
    return simulate(scene(sell, buy, rounds=rounds, rules=(rule,)))


@pytest.mark.feature("J01")
def test_a_cap_is_passed_by_half_of_the_rise_of_the_round_and_no_more():
    # Decision 0020: the order is money at the price seen, the fill at the middle of two prices.
    result = capped(0.25, 4e9)
    rise = result.prices.iloc[0] - 1
    assert rise > 0.05
    sold = result.ledger.set_index("participant").at["s", "sold"]
    assert sold == pytest.approx(0.25e9 * (1 + rise / 2), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(cap=st.floats(0.0, 1.0), bought=st.floats(0, 1e10), rounds=st.integers(1, 5))
def test_no_cap_is_passed_by_more(cap: float, bought: float, rounds: int):
    result = capped(cap, bought, rounds)
    sold = result.ledger.loc[result.ledger["participant"] == "s", "sold"].sum()
    # The law of `small`: log price moves by 2 % for each 1e9 bought net, and no round buys more.
    steepest = np.expm1(0.02 * bought / 1e9)
    assert sold <= cap * 1e9 * (1 + steepest / 2) * (1 + 1e-9)
    if rounds == 1 and result.prices.iloc[0] <= 1:
        assert sold <= cap * 1e9 * (1 + 1e-9)


def test_a_cap_on_purchases():
    buy = _Buyer(name="b", money=1e9, mix={"a": 1.0}, assets=4e8)
    rule = Rule(who="b", what="buy", cap=0.25)
    result = simulate(scene(buy, rounds=3, rules=(rule,)))
    rise = result.prices.iloc[0] - 1
    # All of it in the first round: later ones may only fall short of what it was too dear by.
    assert result.ledger["bought"].sum() == pytest.approx(1e8 * (1 + rise / 2), rel=1e-9)


def test_a_gate_pays_its_share_and_keeps_the_rest_in_the_queue():
    leaving = Redemption(sensitivity=10.0, most=0.5)
    fund = MutualFund(name="f", assets=1e8, leverage=0.5, mix={"a": 1.0}, redemption=leaving)
    shock = (News(day=1, move=-0.1),)
    gate = Rule(who="f", what="redeem", cap=0.1)
    base = {"groups": [group(daily_amount=1e15, cap=1e18)], "days": 3, "news": shock}
    free, gated = (simulate(scene(fund, rules=r, **base)) for r in ((), (gate,)))
    assert gated.holders["outcome"].iloc[0] == "gated"
    assert free.holders["outcome"].iloc[0] == "survived"
    # Half of the fund is cash: what is not paid out stays in it.
    assert gated.leverage["f"].iloc[2] < free.leverage["f"].iloc[2]
