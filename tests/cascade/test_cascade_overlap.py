"""Overlap of books: an identity on paper, and the limit of the engine."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.closed_form.overlap import overlap_contagion
from quantquake.cascade.impact import Impact
from quantquake.cascade.overlap import MOST_HOLDERS, overlap, share_hit
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.run_off import RunOff
from quantquake.cascade.participants.state_buyer import StateBuyer
from quantquake.cascade.scenario import News
from quantquake.cascade.scenario_file import load
from quantquake.cascade.simulation import simulate
from quantquake.errors import ConfigError

GROUPS = [
    group("a", daily_amount=1e9, volatility=0.02),
    group("b", daily_amount=4e9, volatility=0.01),
]
LINEAR = Impact(law="linear", strength=1.0, permanent=1.0)


def holder(name: str, *rows: tuple[float, float], **other) -> Holder:
    return Holder(name=name, count=len(rows), holdings=[list(r) for r in rows], **other)


@pytest.mark.feature("I02")
def test_two_books_by_hand():
    found = overlap(
        scene(holder("x", (3e6, 1e6)), holder("y", (0.0, 2e6)), groups=GROUPS, impact=LINEAR)
    )
    # Depth: 1e9 / 0.02 = 5e10 and 4e9 / 0.01 = 4e11.
    assert found.money.loc["x", "y"] == pytest.approx(1e6 * 2e6 / 4e11)
    assert found.money.loc["x", "x"] == pytest.approx(9e12 / 5e10 + 1e12 / 4e11)
    assert found.likeness.loc["y", "y"] == pytest.approx(1.0)
    assert found.loss.loc["x", "y"] == pytest.approx(5.0 / 4e6)
    assert found.to_frame()["money"].tolist() == pytest.approx([5.0])


@pytest.mark.feature("I02")
def test_no_name_in_common_no_overlap_and_opposite_books_gain():
    apart = overlap(scene(holder("x", (1e6, 0.0)), holder("y", (0.0, 1e6)), groups=GROUPS))
    assert apart.money.loc["x", "y"] == 0.0
    against = overlap(scene(holder("x", (1e6, 2e6)), holder("y", (-1e6, -2e6)), groups=GROUPS))
    assert against.likeness.loc["x", "y"] == pytest.approx(-1.0)


@pytest.mark.feature("I02")
@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_the_closed_form(seed):
    rng = np.random.default_rng(seed)
    held = rng.normal(size=(4, 2)) * 1e6
    people = [holder(f"f{k}", tuple(row)) for k, row in enumerate(held)]
    found = overlap(scene(*people, groups=GROUPS, impact=LINEAR))
    twin = overlap_contagion(held, [5e10, 4e11], 0)
    assert found.money.to_numpy() == pytest.approx(twin.overlap, rel=1e-12)


@pytest.mark.feature("I02")
def test_it_is_what_the_engine_takes_from_the_others_when_one_leaves():
    # Small sales, linear impact, all of it permanent: the loss of those who hold on is the overlap.
    leaver = RunOff(name="x", holdings=[[2e4, 1e4]], over=1)
    others = [holder("y", (1e6, 3e6)), holder("z", (0.0, 1e6)), holder("short", (-1e6, 0.0))]
    scenario = scene(leaver, *others, groups=GROUPS, impact=LINEAR, rounds=1, days=1)
    result, found = simulate(scenario), overlap(scenario)
    for name in ("y", "z", "short"):
        lost = found.nodes.loc[name, "equity"] * (1 - result.nav[name].iloc[-1])
        assert lost == pytest.approx(found.money.loc[name, "x"], rel=1e-4)


def test_holders_add_up_to_their_participant():
    scenario = load("margin-spiral")
    by_kind, each = overlap(scenario), overlap(scenario, by="holder")
    who = each.nodes["participant"]
    total = each.money.groupby(who.to_numpy()).sum().T.groupby(who.to_numpy()).sum()
    assert total.loc["swaps", "quants"] == pytest.approx(by_kind.money.loc["swaps", "quants"])
    assert each.nodes["gross"].groupby(who.to_numpy()).sum().to_dict() == pytest.approx(
        by_kind.nodes["gross"].to_dict()
    )
    assert by_kind.nodes["holders"].to_dict() == {"swaps": 20, "stat-arb": 10, "quants": 20}


def test_order_of_participants_does_not_matter():
    people = [holder("x", (3e6, 1e6)), holder("y", (1e6, 2e6)), holder("z", (5e5, 5e5))]
    one = overlap(scene(*people, groups=GROUPS))
    other = overlap(scene(*people[::-1], groups=GROUPS[::-1]))
    # The names stand the other way round as well, so holdings are given the other way round.
    turned = [
        holder(n, row[::-1]) for n, row in (("z", (5e5, 5e5)), ("y", (1e6, 2e6)), ("x", (3e6, 1e6)))
    ]
    other = overlap(scene(*turned, groups=GROUPS[::-1]))
    names = ["x", "y", "z"]
    assert other.money.loc[names, names].to_numpy() == pytest.approx(one.money.to_numpy())


def test_desks_without_stocks_are_left_out_and_nobody_at_all_is_refused():
    buyer = StateBuyer(name="b", mix={"a": 1.0})
    found = overlap(scene(holder("x", (1e6, 1e6)), buyer, groups=GROUPS))
    assert list(found.nodes.index) == ["x"]
    with pytest.raises(ConfigError, match="nobody holds stocks"):
        overlap(scene(buyer, groups=GROUPS))


def test_too_many_holders_and_unknown_books_are_refused():
    crowd = Holder(name="c", count=MOST_HOLDERS + 1, assets=1e9, mix={"a": 1.0})
    with pytest.raises(ConfigError, match="by='participant'"):
        overlap(scene(crowd, groups=GROUPS), by="holder")
    assert overlap(scene(crowd, groups=GROUPS)).nodes.loc["c", "holders"] == MOST_HOLDERS + 1
    with pytest.raises(ConfigError, match="whose books"):
        overlap(scene(crowd, groups=GROUPS), by="fund")


def test_an_empty_book_among_others_is_no_node():
    found = overlap(scene(holder("x", (1e6, 0.0), (0.0, 0.0)), groups=GROUPS), by="holder")
    assert list(found.nodes.index) == ["x 1"]


def test_share_of_holders_that_were_hit():
    # A little milder than the built-in news, which calls every swap.
    milder = load("margin-spiral").but(news=(News(day=2, move=-0.028, group="small"),))
    hit = share_hit(simulate(milder))
    assert hit["stat-arb"] == 1.0
    assert hit["quants"] == 0.0
    assert 0 < hit["swaps"] < 1
