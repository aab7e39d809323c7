"""The exit of the demo's crowd: from the made-up market's own books and law, nothing typed in."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from quantquake.app import demo_crowd
from quantquake.app.demo_crowd import BUDGET, CAP, CROWD, OVER, declared_impact, rehearse_crowd
from quantquake.cascade.simulation import simulate
from quantquake.data.synthetic import CrowdLaw, synthetic_world
from quantquake.report.crowd_words import arm_rows, loss_key, loss_rest

SMALL = {"seed": 3, "n_symbols": 80, "horizon": 320}


@pytest.fixture(scope="module")
def world():
    return synthetic_world(n_dates=320, **SMALL)


@pytest.fixture(scope="module")
def day(world):
    """The middle of the forced selling."""
    return world.truth.unwind_dates[1]


@pytest.fixture(scope="module")
def crowd(world, day):
    return rehearse_crowd(world, day, 3)


def test_what_is_sold_is_what_the_funds_held_on_the_evening_before(world, day, crowd):
    dates = world.truth.holding.index
    assert crowd.on == dates[dates.get_loc(world.truth.unwind_dates[0]) - 1]
    held = world.truth.holding.loc[crowd.on]
    assert crowd.held == pytest.approx(held.sum())
    assert crowd.names == (held > 0).sum()
    (funds,) = crowd.scenario.participants
    books = np.array(funds.holdings)
    assert books.sum(axis=0) == pytest.approx(held[held > 0].to_numpy())
    # Funds hold in the parts the market was made with: share of the crowd x weight in the sleeve.
    part = world.truth.weights.loc[:, held > 0].mul(world.truth.funds["share"], axis=0)
    wanted = part / part.sum() * held[held > 0]
    assert books == pytest.approx(wanted.to_numpy(), rel=1e-9)
    # On a day without selling it is that day's own evening.
    early = dates[dates.get_loc(crowd.on) - 5]
    assert rehearse_crowd(world, early, 3).on == early


def test_nothing_after_the_day_is_read(world, day, crowd):
    length = world.market.close.index.get_loc(day) + 1
    known = synthetic_world(n_dates=length, **SMALL)
    again = rehearse_crowd(known, day, 3)
    assert again.held == crowd.held
    for one, other in zip(again.arms, crowd.arms, strict=True):
        assert one.value.equals(other.value)


def test_the_law_is_the_one_the_market_was_made_with():
    law = CrowdLaw()
    impact = declared_impact(law)
    sigma, flow = np.array([[0.03]]), np.array([[-0.01]])  # one per cent of a day's amount
    move = float(impact.offset(flow, sigma)[0, 0])
    # The market's own rule on a day of forced sales: log move = impact x stress x sigma x days.
    assert move == pytest.approx(-law.impact * law.stress * 0.03 * 0.01, rel=0.01)
    assert impact.permanent * law.impact * law.stress == pytest.approx(law.permanent * law.impact)
    assert impact.remembered(1.0) == pytest.approx(law.fade)


def test_amounts_and_volatility_are_measured(world, crowd):
    name = crowd.scenario.groups[0].name
    seen = world.market.amount.loc[: crowd.on, name].tail(20).mean()
    assert crowd.scenario.groups[0].daily_amount == pytest.approx(seen)
    returns = np.log(world.market.close.loc[: crowd.on, name].tail(61)).diff().iloc[1:]
    assert crowd.scenario.groups[0].volatility == pytest.approx(returns.std())
    assert 0 < crowd.scenario.noise.common < 0.1
    assert 0 <= crowd.scenario.noise.own <= 1


def test_everything_is_sold_in_three_days_unless_a_limit_or_an_order_stops_it(crowd):
    plain = crowd.scenario
    free = plain.but(groups=tuple(replace(g, limit=None) for g in plain.groups))
    sold = simulate(free).sellers()[CROWD]
    assert (sold.loc[1:OVER] > 0).all()
    assert (sold.loc[OVER + 1 :].abs() < 1.0).all()
    capped = next(a for a in crowd.arms if a.code == "capped")
    assert (capped.unsold > 0.2).all()
    day = capped.ensemble.arrays["sold"][0].sum(axis=(0, 1))
    # Caps bind orders at the price before the clearing; fills are at the middle of two prices.
    assert (day <= CAP * crowd.held * 1.005).all()


def test_the_buyer_spends_its_budget_and_no_more(crowd):
    arm = next(a for a in crowd.arms if a.code == "buyer")
    bought = arm.ensemble.arrays["bought"][:, 1].sum(axis=(0, 1))
    assert (bought <= BUDGET * crowd.held * 1.0001).all()
    assert (bought > 0.5 * BUDGET * crowd.held).all()
    # The same random numbers: a buyer beside the same sellers leaves them more on every path.
    assert (arm.value > crowd.arms[0].value).all()
    assert crowd.arms[0].value.index.equals(arm.value.index)


def test_paths_differ_and_the_interval_holds_ninety_per_cent_of_them(crowd):
    loss = 1.0 - crowd.arms[0].value
    low, high = loss.quantile([0.05, 0.95])
    assert high > low
    text = loss_key(crowd, "en")
    (printed,) = re.findall(r"([\d.]+)% \(([−\d.]+)(?:–| to )([−\d.]+)\)", text)
    got = [float(v.replace("−", "-")) for v in printed]
    assert got == pytest.approx([100 * loss.median(), 100 * low, 100 * high], abs=0.051)
    assert len(arm_rows(crowd, "zh")) == 3


def test_without_a_crowd_there_is_no_exit(world, day):
    assert rehearse_crowd(world.twin(), day, 3) is None
    first = world.market.close.index[40]
    assert float(world.truth.holding.loc[first].sum()) == 0.0
    assert rehearse_crowd(world, first, 3) is None


def test_another_seed_is_another_draw_of_the_same_exit(world, day, crowd):
    other = rehearse_crowd(world, day, 4)
    assert other.held == crowd.held
    assert not other.arms[0].value.equals(crowd.arms[0].value)
    assert math.isclose(other.arms[0].value.median(), crowd.arms[0].value.median(), abs_tol=0.03)


def test_names_without_a_measure_are_left_out(world, day, monkeypatch):
    measured = demo_crowd._measured

    def gap(world, on):
        table, common = measured(world, on)
        return table.iloc[5:], common

    monkeypatch.setattr(demo_crowd, "_measured", gap)
    found = rehearse_crowd(world, day, 3)
    assert found.names == len(found.scenario.groups)
    assert found.held < world.truth.holding.loc[found.on].sum()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_said_to_be_made_up_and_uncalibrated(crowd, lang):
    said = loss_rest(crowd, lang)
    assert {"en": "Made up and uncalibrated", "zh": "造出来的，未校准"}[lang] in said


def test_the_demo_ends_with_it_in_every_form(run, tmp_path):
    page = tmp_path / "page.html"
    answer = run("demo", "--out", page)
    assert (answer.code, answer.err) == (0, "")
    assert "What if the crowd left?" in answer.out
    assert answer.out.rindex("What if the crowd left?") > answer.out.rindex("What kind of day")
    text = page.read_text(encoding="utf-8")
    assert 'id="crowd_fan"' in text
    assert 'id="crowd_arms"' in text
    found = json.loads(run("demo", "--format", "json").out)["crowd_exit"]
    assert (found["synthetic"], found["calibrated"]) == (True, False)
    assert [arm["arm"] for arm in found["arms"]] == ["as_is", "buyer", "capped"]
    loss = found["arms"][0]["loss"]
    assert loss[0] < loss[1] < loss[2]
    assert f"{100 * loss[1]:.1f}% ({100 * loss[0]:.1f}–{100 * loss[2]:.1f})" in answer.out
    assert pd.Timestamp(found["on"]) < pd.Timestamp("2023-09-18")
    twin = run("demo", "--twin", "--format", "json").out
    assert "crowd_exit" not in json.loads(twin)
