"""The premium of membership: planted, recovered, and not made up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.cascade.assets import Futures, Group, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.hedged import Dma
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.simulation import simulate
from quantquake.errors import DataError
from quantquake.measures.day.membership import membership_premium

DATES = pd.to_datetime(["2024-02-05", "2024-02-06"])
NAMES = [f"S{k:03d}" for k in range(400)]
ON = DATES[1]


def world(premium: float, *, noise: float = 0.0, seed: int = 0):
    """Members are large and cheap; both pay too, so a bare mean over members is wrong."""
    rng = np.random.default_rng(seed)
    size, value = rng.normal(size=400), rng.normal(size=400)
    member = (size + value + rng.normal(size=400)) > 1
    moved = -0.02 + 0.01 * size - 0.015 * value + premium * member + noise * rng.normal(size=400)
    caps = pd.DataFrame([np.exp(20 + size)] * 2, DATES, NAMES)
    yields = pd.DataFrame([value] * 2, DATES, NAMES)
    returns = pd.DataFrame([np.zeros(400), moved], DATES, NAMES)
    return returns, [n for n, m in zip(NAMES, member, strict=True) if m], caps, {"value": yields}


@pytest.mark.feature("I28")
@pytest.mark.parametrize("premium", [0.0, 0.05, -0.02])
def test_a_planted_premium_is_recovered_exactly_without_noise(premium):
    returns, members, caps, others = world(premium)
    found = membership_premium(returns, members, caps, ON, others=others)
    size, value = np.log(caps.iloc[0]), others["value"].iloc[0]
    assert found.at["member", "premium"] == pytest.approx(premium, abs=1e-12)
    assert found.at["size", "premium"] == pytest.approx(0.01 * size.std(), rel=1e-9)
    assert found.at["value", "premium"] == pytest.approx(-0.015 * value.std(), rel=1e-9)
    assert found.attrs == {"names": 400, "members": len(members)}
    # Without fundamentals what they pay is taken for membership.
    bare = membership_premium(returns, members, caps, ON)
    assert abs(bare.at["member", "premium"] - premium) > 0.003


@pytest.mark.feature("I28")
def test_the_interval_holds_the_planted_premium_nineteen_times_in_twenty():
    inside = 0
    for seed in range(200):
        returns, members, caps, others = world(0.05, noise=0.03, seed=seed)
        row = membership_premium(returns, members, caps, ON, others=others).loc["member"]
        inside += row["low"] <= 0.05 <= row["high"]
    assert 180 <= inside <= 198


@pytest.mark.feature("I28")
@pytest.mark.feature("I04")
def test_a_rotation_in_the_engine_gives_members_a_premium_whatever_their_size():
    # Swaps that may not close sell what is outside the index and buy its members, by their amounts.
    # Under the linear law each member moves alike: the premium is what the two legs differ by.
    swap = Dma(
        name="d", assets=2e10, leverage=4, mix={"small": 1.0}, hedge={"I": -1.0},
        rotation=0.2, rotate_from=["small"], rotate_to=["members"],
    )  # fmt: skip
    groups = tuple(
        Group(name=g, cap=1e12, daily_amount=4e10, volatility=0.02, assets=40, spread=1.0)
        for g in ("members", "small")
    )
    index = Index(name="I", weights={"members": 1}, futures=Futures(impact=0.0))
    ban = Rule(who="d", what="close", last=1)
    scenario = Scenario(name="t", groups=groups, indices=(index,), participants=(swap,), days=1,
                        rounds=1, rules=(ban,),
                        impact=Impact(law="linear", permanent=1.0))  # fmt: skip
    prices = simulate(scenario).prices
    sizes = np.exp(np.random.default_rng(0).normal(size=80))
    caps = pd.DataFrame([sizes] * 2, DATES, prices.index)
    returns = pd.DataFrame([np.zeros(80), prices.to_numpy() - 1], DATES, prices.index)
    members = [n for n in prices.index if n.startswith("members")]
    found = membership_premium(returns, members, caps, ON)
    # 4e9 out of the one and into the other, each a tenth of a day's amount: 0.2 % either way.
    assert found.at["member", "premium"] == pytest.approx(2 * 0.02 * 0.1, rel=0.01)
    assert found.at["size", "premium"] == pytest.approx(0.0, abs=1e-9)


def test_missing_values_leave_names_out_and_nothing_of_the_day_is_read():
    returns, members, caps, others = world(0.05)
    returns.iloc[1, 0], caps.iloc[0, 1] = np.nan, np.nan
    others["value"].iloc[0, 2] = np.nan
    found = membership_premium(returns, members, caps, ON, others=others)
    assert found.attrs["names"] == 397
    assert found.at["member", "premium"] == pytest.approx(0.05, abs=1e-12)
    later = caps.copy()
    later.iloc[1] = 1.0
    assert membership_premium(returns, members, later, ON, others=others).equals(found)


def test_what_cannot_be_told_apart_is_refused():
    returns, members, caps, others = world(0.05)
    with pytest.raises(DataError, match="3 members"):
        membership_premium(returns, members[:3], caps, ON)
    with pytest.raises(DataError, match="the same for all"):
        membership_premium(returns, members, caps * 0 + 1.0, ON)
    with pytest.raises(DataError, match="`value` has no row"):
        membership_premium(returns, members, caps, ON, others={"value": others["value"].iloc[1:]})
    with pytest.raises(DataError, match="cannot rank"):
        membership_premium(returns, members, caps, ON, known_on=ON)
    with pytest.raises(DataError):
        membership_premium(returns, members, caps, "2030-01-01")
