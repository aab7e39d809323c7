"""A book wound down by the calendar."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import group, scene
from tests.cascade.test_engine import LAWS

from quantquake.cascade.assets import Futures, Index
from quantquake.cascade.impact import Impact
from quantquake.cascade.participants.run_off import RunOff
from quantquake.cascade.simulation import simulate
from quantquake.errors import ConfigError

DEEP = [group(daily_amount=1e18, cap=1e20)]


def test_it_sells_evenly_and_everything():
    fund = RunOff(name="f", assets=12e9, mix={"a": 1.0}, first=2, over=3)
    result = simulate(scene(fund, groups=DEEP, days=6, rounds=2))
    by_day = result.sellers()["f"]
    assert by_day.tolist() == pytest.approx([0, 4e9, 4e9, 4e9, 0, 0], abs=1.0)
    assert result.holders["leverage"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    rounds = result.ledger.groupby(["day", "round"])["sold"].sum()
    assert rounds.max() == pytest.approx(rounds.min())


def test_its_hedge_goes_with_it():
    index = Index(name="i", weights={"a": 1.0}, futures=Futures(daily_amount=1e18))
    fund = RunOff(name="f", assets=4e9, mix={"a": 1.0}, hedge={"i": -1.0}, over=2)
    result = simulate(scene(fund, groups=DEEP, indices=(index,), days=3, rounds=2))
    bought = result.futures.groupby("day")["flow"].sum()
    assert bought.tolist() == pytest.approx([2e9, 2e9, 0.0], abs=1.0)


@pytest.mark.feature("I20")
@pytest.mark.parametrize("law", LAWS)
def test_two_years_cost_less_impact_than_a_week(law):
    impact = Impact(law=law, exponent=0.7, permanent=0.4, half_life=0.25)

    def run(over: int) -> tuple[float, float, float]:
        fund = RunOff(name="f", assets=2e9, mix={"a": 1.0}, over=over)
        result = simulate(scene(fund, impact=impact, days=80, rounds=2))
        path = result.groups["a"]
        return result.nav["f"].iloc[-1], path.min(), path.iloc[-1]

    left, worst, end = np.array([run(over) for over in (1, 5, 20, 60)]).T
    assert (np.diff(left) > 0).all()
    assert (np.diff(worst) > 0).all()
    # Two days of volume are two days of volume: when all has faded, the pace has left no trace.
    stays = 0.4 * impact.offset(np.array([-2.0]), np.array([0.02])).item()
    assert np.log(end) == pytest.approx([stays] * 4, abs=1e-9)


@pytest.mark.parametrize("wrong", [{"over": 0}, {"first": 0}])
def test_a_sale_in_no_time_is_refused(wrong):
    with pytest.raises(ConfigError, match=r"participants\.f"):
        RunOff(name="f", assets=1.0, mix={"a": 1.0}, **wrong)
