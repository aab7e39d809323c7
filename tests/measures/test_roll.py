"""The roll planner: a bound that no habit beats, brute force on small worlds, no look-ahead."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.data.calendars import sessions
from quantquake.data.contracts import live_contracts
from quantquake.errors import ConfigError, DataError
from quantquake.measures import basis
from quantquake.measures.roll import (
    best_path,
    compare_rolls,
    path_cost,
    planned_path,
    pooled_lead,
    walk_forward,
)
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import HABITS, habit_path
from quantquake.measures.roll.path import nightly_costs
from quantquake.measures.roll.table import RollTable, roll_table
from quantquake.measures.roll.walk_forward import GRID


def world(
    start: str = "2023-01-03",
    end: str = "2023-12-29",
    *,
    seed: int = 0,
    noise: float = 6.0,
    level: float = 6000.0,
    yearly: float = -0.08,
) -> pd.DataFrame:
    """IC curves: a straight discount to expiry plus noise, open interest moving to the next month."""
    rng = np.random.default_rng(seed)
    rows = []
    for day in sessions("XSHG", start, end):
        level *= 1 + rng.normal(0, 0.01)
        for place, one in enumerate(live_contracts("IC", day)):
            left = (one.expiry - day).days / 365
            price = level * (1 + yearly * left) + rng.normal(0, noise) * (left > 0)
            interest = (8e4, 6e4, 4e4, 2e4)[place] if left > 8 / 365 or place else 1e3
            rows.append((day, one.symbol, price, interest, 3e4, level))
    names = ["date", "symbol", "close", "open_interest", "volume", "spot_close"]
    return basis.history(pd.DataFrame(rows, columns=names))


@pytest.mark.feature("F25", "F31")
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    noise=st.floats(0, 40),
    lots=st.floats(1, 1000),
    impact=st.floats(0, 2),
)
def test_hindsight_is_never_worse_than_any_way(
    seed: int, noise: float, lots: float, impact: float
) -> None:
    # The promise "never worse than the best baseline in-sample" is structural: every way keeps to
    # the same limits, and hindsight is the minimum over all such paths.
    history = world(end="2023-04-28", seed=seed, noise=noise)
    costs = RollCosts(lots=lots, impact=impact)
    found = compare_rolls(history, costs=costs)
    assert (found.costs.loc["hindsight", "total"] <= found.costs["total"] + 1e-12).all()
    table = roll_table(history)
    allowed = costs.holdable(table)[:-1] & np.isfinite(table.night_cost())
    column = {name: place for place, name in enumerate(table.contracts)}
    for held in found.paths.to_numpy().T:
        assert allowed[np.arange(len(held)), [column[name] for name in held]].all()


@pytest.mark.feature("F31")
def test_cost_of_a_path_by_hand() -> None:
    # Two contracts, three nights, no impact: basis -10 -> -6 in the near one, changed for the far
    # one at -30 -> -28 -> -29. A rise of the basis is a cost; a roll pays out of one, into the other.
    days = pd.DatetimeIndex(["2023-03-06", "2023-03-07", "2023-03-08", "2023-03-09"], name="date")
    basis_points = np.array([[-10.0, -35], [-6, -30], [-5, -28], [-4, -29]])
    table = RollTable(
        product="IC", dates=days, contracts=("IC2303", "IC2304"), price=6000 + basis_points,
        open_interest=np.full((4, 2), 1e5), volume=np.full((4, 2), np.nan), carry=basis_points,
        basis=basis_points, sessions=np.array([[10.0, 35], [9, 34], [8, 33], [7, 32]]),
        index=np.full(4, 6000.0),
    )  # fmt: skip
    costs = RollCosts(half_spread_ticks=(1.0, 3.0), impact=0.0)
    found = path_cost(table, costs, np.array([0, 1, 1]), days_per_year=3)
    assert found["carry"] == pytest.approx((4 + 2 - 1) / 6000)
    fee = 0.000023  # data/rules/cffex.toml, ordinary fee
    one = 0.2 / 5990 + fee
    roll = 0.2 / 5994 + fee + 0.6 / 5970 + fee
    assert found["trading"] == pytest.approx(one + roll)
    assert found["total"] == pytest.approx(found["carry"] + found["trading"])
    assert found["rolls"] == 1


def test_habits_pass_over_contracts_that_are_too_small() -> None:
    table = roll_table(world(end="2023-03-31"))
    big = RollCosts(lots=1000, max_share=0.02)  # 50,000 lots needed: the far two have fewer
    held = {
        habit: np.asarray(table.contracts)[habit_path(table, big, habit, limits=True)]
        for habit in HABITS
    }
    allowed = big.holdable(table)[:-1]
    for habit, names in held.items():
        columns = [table.contracts.index(name) for name in names]
        assert allowed[np.arange(len(names)), columns].all(), habit
    free = np.asarray(table.contracts)[habit_path(table, big, "front")]
    # Near expiry the front falls to 1,000 lots: the limited habit has left it by then.
    assert (held["front"] != free).any()


def test_hindsight_equals_brute_force() -> None:
    table = roll_table(world(start="2023-01-12", end="2023-01-18", noise=25.0))
    costs = RollCosts(impact=0.1)
    nights = len(table.dates) - 1
    allowed = costs.holdable(table)[:-1] & np.isfinite(table.night_cost())
    ways = itertools.product(*[np.flatnonzero(row) for row in allowed])
    cheapest = min(path_cost(table, costs, np.array(way))["total"] for way in ways)
    best = path_cost(table, costs, best_path(table, costs))
    assert nights == 4
    assert best["total"] == pytest.approx(cheapest, abs=1e-14)


def test_habits_hold_what_they_say() -> None:
    table = roll_table(world(end="2023-03-31"))
    costs = RollCosts()
    names = np.array(table.contracts)
    held = {h: pd.Series(names[habit_path(table, costs, h)], table.dates[:-1]) for h in HABITS}
    # Expiries: 01-20, 02-17, 03-17. The front is left at the close of the day before.
    assert held["front"]["2023-01-18"] == "IC2301.CFE"
    assert held["front"]["2023-01-19"] == "IC2302.CFE"
    assert held["next"]["2023-01-20"] == "IC2302.CFE"
    assert held["next"]["2023-01-30"] == "IC2303.CFE"
    assert held["next"]["2023-02-20"] == "IC2304.CFE"
    assert held["open_interest"]["2023-01-09"] == "IC2301.CFE"
    assert held["open_interest"]["2023-01-13"] == "IC2302.CFE"
    for path in held.values():
        assert path.is_monotonic_increasing  # no habit goes back to an earlier expiry
    with pytest.raises(ConfigError, match="'oldest'"):
        habit_path(table, costs, "oldest")


def test_front_costs_the_discount_it_was_given() -> None:
    found = compare_rolls(world(noise=0.0), costs=RollCosts(impact=0.0))
    # 8 % a year straight to expiry: every way costs 8 % (calendar) in carry, rolls differ.
    assert found.costs.loc[["front", "next", "open_interest"], "carry"].tolist() == pytest.approx(
        [0.08] * 3, abs=0.006
    )
    assert found.costs.loc["front", "rolls"] == pytest.approx(12.4, abs=0.4)
    assert found.costs.loc["planned", "rolls"] < found.costs.loc["front", "rolls"]
    assert found.plan["sell_from"].isna().tolist().count(True) == 1
    assert (found.plan["sell_from"].iloc[1:].to_numpy() == found.plan["buy_into"].iloc[:-1]).all()


@pytest.mark.feature("F25")
def test_planner_finds_a_contract_that_is_cheaper_for_good() -> None:
    history = world(noise=0.0)
    found = compare_rolls(quarters_cheap(history)).costs
    # Quarter contracts at 40 % of the discount: the planner pays less than every habit.
    habits = found.loc[["front", "next", "open_interest"], "total"]
    assert found.loc["planned", "total"] < 0.7 * habits.min()


@pytest.mark.feature("P06")
def test_planner_does_not_look_ahead() -> None:
    table, costs = roll_table(world(seed=3, noise=20.0)), RollCosts()
    whole = planned_path(table, costs)
    for rows in (40, 120):
        np.testing.assert_array_equal(whole[: rows - 1], planned_path(table.until(rows), costs))


def test_every_argument_moves_the_answer() -> None:
    history = world(seed=1, noise=15.0)
    base = compare_rolls(history).costs.loc["planned"]
    changes = [
        {"costs": RollCosts(lots=500)},
        {"costs": RollCosts(half_spread_ticks=(5.0,))},
        {"costs": RollCosts(impact=3.0)},
        {"costs": RollCosts(min_sessions=8)},
        {"horizon": 5},
        {"delay": 0},
        {"smooth": 1},
        {"days_per_year": 365},
    ]
    for change in changes:
        moved = compare_rolls(history, **change).costs.loc["planned"]
        assert not np.allclose(moved, base), change
    capped = compare_rolls(history, costs=RollCosts(lots=800, max_share=0.025))
    # At most 32,000 lots of open interest would do: the two far contracts are too small.
    assert set(capped.paths["planned"].str[4:6]) < set(history["contract"].str[4:6])


def test_dividends_change_what_is_cheap() -> None:
    history = world(noise=0.0)
    late = history["expiry"] > "2023-06-30"
    with_dividends = history.assign(dividends=np.where(late, 150.0, 0.0))
    a, b = compare_rolls(history), compare_rolls(with_dividends)
    assert not a.paths["planned"].equals(b.paths["planned"])


def test_refusals() -> None:
    history = world(end="2023-02-28")
    with pytest.raises(DataError, match="no IC contract may be held, first 2023-01-03"):
        compare_rolls(history, costs=RollCosts(lots=1e6))
    with pytest.raises(DataError, match="one product"):
        roll_table(pd.concat([history, history.assign(product="IF")]))
    with pytest.raises(DataError, match="1 date"):
        roll_table(history[history["date"] == history["date"].iloc[0]])
    with pytest.raises(ConfigError, match="horizon=0"):
        compare_rolls(history, horizon=0)
    for wrong in ({"lots": 0}, {"max_share": 2}, {"min_sessions": 0}, {"impact": -1}):
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            RollCosts(**wrong)


def quarters_cheap(history: pd.DataFrame) -> pd.DataFrame:
    """Quarter contracts at 40 % of the discount of the others."""
    cheap = history["expiry"].dt.month.isin([3, 6, 9, 12])
    bent = history.assign(price=history["price"] + np.where(cheap, 0.6, 0.0) * -history["basis"])
    bent["basis"] = bent["price"] - bent["index_level"]
    return bent


@pytest.mark.feature("F25", "F31")
def test_walk_forward_finds_what_is_there_and_claims_nothing_where_nothing_is() -> None:
    grid = ((1, 20), (5, 60), (20, 60))
    history = world(start="2021-01-04", noise=4.0, yearly=-0.12)
    found = walk_forward(quarters_cheap(history), grid=grid, draws=400)
    assert found.lead.loc["best_habit", "low"] > 0.01  # 12 % against 4.8 %: no doubt
    # One straight discount for all, noise on top: nothing to plan, only rolls to save.
    plain = walk_forward(world(start="2021-01-04", noise=12.0), grid=grid, draws=400)
    assert plain.lead.loc["open_interest", "low"] < 0.005
    assert plain.lead.loc["open_interest", "high"] > -0.005
    assert (plain.lead["low"] <= plain.lead["saved"]).all()
    assert (plain.lead["saved"] <= plain.lead["high"]).all()
    for trial in (found, plain):
        total = trial.costs["total"]
        assert trial.costs.loc["hindsight", "total"] <= total.min() + 1e-12
        assert trial.lead.loc["front", "saved"] == pytest.approx(
            total["front"] - total["walk_forward"]
        )
        assert trial.nightly.index[0] == trial.chosen["date"].iloc[0]
        assert set(map(tuple, trial.chosen[["smooth", "horizon"]].to_numpy())) <= set(grid)
    pooled = pooled_lead({"a": found, "b": found}, draws=400)
    pd.testing.assert_frame_equal(pooled, found.lead, check_exact=False, rtol=0.5)
    assert pooled.loc["front", "saved"] == pytest.approx(found.lead.loc["front", "saved"])


@pytest.mark.feature("P06", "F25")
def test_walk_forward_chooses_from_the_past_only() -> None:
    history = world(start="2021-01-04", noise=15.0, seed=2)
    whole = walk_forward(history, draws=50)
    days = history["date"].drop_duplicates().sort_values()
    for row in (380, 520):
        cut = walk_forward(history[history["date"] <= days.iloc[row]], draws=50)
        before = whole.chosen[whole.chosen["date"] < days.iloc[row]]
        pd.testing.assert_frame_equal(before, cut.chosen[: len(before)])
        held = ["walk_forward", "front", "next", "open_interest"]  # hindsight is not held to it
        pd.testing.assert_frame_equal(
            whole.nightly[held].loc[: days.iloc[row - 1]], cut.nightly[held], check_freq=False
        )
    # The choice itself: on each day the setting that has cost least by the night before yesterday.
    table, costs = roll_table(history), RollCosts()
    day = whole.chosen.iloc[-1]
    spent = {}
    for smooth, horizon in GRID:
        path = planned_path(table, costs, smooth=smooth, horizon=horizon)
        spent[smooth, horizon] = sum(
            part[: day["nights"] - 1].sum() for part in nightly_costs(table, costs, path)
        )
    assert min(spent, key=spent.__getitem__) == (day["smooth"], day["horizon"])


def test_every_argument_moves_the_trial() -> None:
    history = world(start="2021-01-04", noise=15.0, seed=4)
    base = walk_forward(history, draws=200)
    for change in (
        {"costs": RollCosts(lots=500)},
        {"grid": ((20, 5),)},
        {"first": 300},
        {"delay": 3},
        {"days_per_year": 365},
    ):
        moved = walk_forward(history, draws=200, **change)
        assert not np.allclose(moved.costs.loc["walk_forward"], base.costs.loc["walk_forward"])
    for change in ({"block": 5}, {"draws": 100}, {"seed": 1}):
        moved = walk_forward(history, **({"draws": 200} | change))
        assert not np.allclose(moved.lead["low"], base.lead["low"]), change
        pd.testing.assert_frame_equal(moved.costs, base.costs)
    trials = {"IC": base}
    for change in ({"block": 5}, {"draws": 100}, {"seed": 1}, {"days_per_year": 365}):
        moved = pooled_lead(trials, **({"draws": 200} | change))
        assert not np.allclose(moved["low"], pooled_lead(trials, draws=200)["low"]), change


def test_trials_that_judge_nothing_are_refused() -> None:
    history = world(end="2023-06-30")
    with pytest.raises(DataError, match="fewer than 60 are left"):
        walk_forward(history)
    with pytest.raises(ConfigError, match="nothing to choose from"):
        walk_forward(history, grid=())
    with pytest.raises(ConfigError, match="nothing to choose from"):
        walk_forward(history, first=0)
    with pytest.raises(ConfigError, match="smooth=0"):
        walk_forward(history, grid=((0, 20),))
    with pytest.raises(DataError, match="No trial"):
        pooled_lead({})
