"""The same numbers off one path and off many; a difference is path by path."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.assets import Index
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.ensembles.order import order
from quantquake.cascade.events import events
from quantquake.cascade.participants.funds import MutualFund
from quantquake.cascade.participants.hedged import Levered
from quantquake.cascade.participants.liquidity import DipBuyer
from quantquake.cascade.participants.mechanical import OptionDealer
from quantquake.cascade.readings import difference, readings
from quantquake.cascade.scenario import News, Noise
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import one_path, simulate
from quantquake.errors import ConfigError

NOISE = Noise(common=0.01, own=0.5)


@pytest.fixture(scope="module")
def spiral():
    return load("margin-spiral").but(noise=NOISE)


@pytest.fixture(scope="module")
def many(spiral):
    return ensemble(spiral, paths=20, seed=5)


@pytest.mark.parametrize("name", ["margin-spiral", "basis-loop", "cn-2024-02"])
def test_path_k_of_many_reads_as_path_k_alone(name):
    scenario = load(name).but(noise=NOISE)
    table = readings(ensemble(scenario, paths=3, seed=2))
    alone = readings(one_path(scenario, seed=2, number=2))
    assert list(alone.columns) == list(table.columns)
    assert table.loc[2].to_numpy() == pytest.approx(alone.loc[0].to_numpy(), rel=1e-9, nan_ok=True)
    assert table.loc[1].to_numpy() != pytest.approx(alone.loc[0].to_numpy(), rel=1e-6)


def test_number_0_is_what_simulate_shows(spiral):
    assert readings(simulate(spiral, seed=3)).equals(readings(one_path(spiral, seed=3)))


def test_an_index_is_told_in_its_points(spiral, many):
    assert many.fan("index", "small companies").iloc[0].eq(1000.0).all()
    path = one_path(spiral, seed=5, number=7).index["small companies"]
    assert many.final("index", "small companies")[7] == pytest.approx(path.iloc[-1], rel=1e-12)


def test_a_run_differs_from_itself_by_nothing(many):
    table = difference(many, many)
    assert (table[["difference", "low", "high", "higher"]] == 0).all(axis=None)


def test_a_difference_adds_up_and_is_taken_path_by_path(spiral, many):
    calm = ensemble(spiral.without("swaps"), paths=20, seed=5)
    table = difference(many, calm)
    gap = table["run"] - table["against"]
    assert table["difference"].to_numpy() == pytest.approx(gap.to_numpy(), rel=1e-9, abs=1e-3)
    one, other = (run.final("groups", "small") for run in (many, calm))
    row = table.loc[("end", "small")]
    assert (row["low"], row["high"]) == pytest.approx(tuple((one - other).quantile([0.05, 0.95])))
    # On common random numbers the interval is narrower than that of two independent runs.
    apart = difference(many, calm_on_other_numbers(calm))
    spread = apart.loc[("end", "small"), "high"] - apart.loc[("end", "small"), "low"]
    assert row["high"] - row["low"] < 0.8 * spread
    assert ("value", "swaps") not in table.index  # only what both have


def calm_on_other_numbers(run):
    """The same paths in another order: as if the random numbers were others."""
    from dataclasses import replace

    turned = {name: values[..., ::-1] for name, values in run.arrays.items()}
    return replace(run, arrays=turned)


def test_one_path_has_no_spread(spiral):
    table = difference(simulate(spiral), simulate(spiral.without("swaps")))
    assert table[["low", "high"]].isna().all(axis=None)
    assert table.loc[("end", "small"), "difference"] < 0


def test_runs_of_other_days_or_seeds_are_not_compared(spiral):
    with pytest.raises(ConfigError, match="8 days and margin-spiral 3"):
        difference(simulate(spiral), simulate(spiral.but(days=3)))
    with pytest.raises(ConfigError, match="seed 0 and margin-spiral seed 1"):
        difference(simulate(spiral), simulate(spiral, seed=1))


def test_desks_without_a_balance_sheet_have_no_unit_value_and_no_ending(spiral, many):
    result = simulate(spiral)
    for run in (result, many):
        table = readings(run)
        assert ("sold", "makers") in table
        seen = {what for what, who in table.columns if who == "makers"}
        assert seen == {"sold"}
        assert run.funded == ["swaps", "stat-arb", "quants"]
        assert "makers" not in str(list(run.to_frame().index) + list(run.to_frame().columns))
    assert result.nav["makers"].isna().all()
    assert result.leverage["makers"].isna().all()
    assert result.holding_on()["makers"].isna().all()
    assert np.isnan(result.survivors["makers"])
    assert result.survivors[result.funded].notna().all()
    mine = result.holders[result.holders["participant"] == "makers"]
    assert mine[["nav", "nav_low", "leverage", "outcome"]].isna().all(axis=None)
    assert result.to_dict()["holders"][-1]["outcome"] is None
    assert many.endings().loc["makers"].isna().all()
    assert many.endings().drop("makers").sum(axis=1).to_numpy() == pytest.approx(1.0)
    with pytest.raises(ConfigError, match="no such series"):
        many.fan("nav", "makers")


def test_what_a_desk_of_its_own_account_has_won_is_money():
    # A tiny buyer in a market moved by news alone: bought at 0.9 in two rounds, 0.99 at the end.
    buyer = DipBuyer(name="b", mix={"a": 1.0}, trigger=-0.05, budget=1e3, pace=0.5)
    news = (News(day=1, move=-0.1), News(day=3, move=0.1))
    crisis = scene(buyer, days=4, rounds=2, news=news, noise=Noise(common=0.0))
    result = simulate(crisis)
    assert result.gain["b"].to_numpy() == pytest.approx([0, 0, 0, 100, 100], abs=1e-3)
    assert readings(result)[("gain", "b")].iloc[0] == pytest.approx(100, abs=1e-3)
    assert readings(ensemble(crisis, paths=2))[("gain", "b")].tolist() == pytest.approx(
        [100] * 2, abs=1e-3
    )
    fund = MutualFund(name="f", assets=1.0, mix={"a": 1.0})
    dealer = OptionDealer(name="o", gamma=1e3, index="i", mix={"a": 1.0})
    market = (Index(name="i", weights={"a": 1.0}),)
    others = simulate(crisis.but(participants=(fund, dealer), indices=market)).gain
    assert others.isna().all(axis=None)  # a fund has a unit value; a hedge is half of a position


def test_the_order_over_paths_is_that_of_the_paths(spiral, many):
    told = order(many, spiral).set_index(["kind", "who"])
    first: dict[tuple[str, str], list[int]] = {}
    for number in many.numbers:
        rows = events(one_path(spiral, seed=5, number=number), spiral)
        rows = rows[(rows["nth"] == 1) & rows["kind"].isin(["margin_call", "gate", "lowest"])]
        for row in rows.itertuples():
            first.setdefault((row.kind, row.who), []).append(row.day)
    assert set(first) == set(told.index)
    for key, days in first.items():
        assert told.loc[key, "share"] == pytest.approx(len(days) / 20)
        assert told.loc[key, "day"] == pytest.approx(np.median(days))


def test_knock_ins_over_paths_are_those_of_the_index():
    scenario = load("basis-loop").but(noise=Noise(common=0.01))
    many = ensemble(scenario, paths=6)
    told = order(many, scenario).set_index("kind")
    ratio = many.arrays["index"][:, 0] / 5000
    below = (ratio[1:] <= 0.965).any(axis=0)
    assert told.loc["knock_in", "share"] == pytest.approx(below.mean())


def test_what_never_happens_is_left_out():
    fund = MutualFund(name="f", assets=1e9, mix={"a": 1.0})
    scenario = scene(fund, groups=[group()], noise=Noise(common=0.0), news=(News(day=1, move=0.1),))
    assert order(ensemble(scenario, paths=2), scenario).empty


@pytest.mark.parametrize("count", [1, 4])
def test_nasty_sizes_read(count):
    fund = Levered(name="f", count=count, assets=1e-3, leverage=1e6, limit=2e6, mix={"a": 1.0})
    table = readings(simulate(scene(fund, news=(News(day=1, move=-0.9),))))
    assert isinstance(table, pd.DataFrame)
    assert table[("gone", "f")].iloc[0] == 1.0
