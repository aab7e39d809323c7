"""Fields out of their range are refused with their path, in whatever form they are given."""

from __future__ import annotations

import math

import pytest
from tests.cascade.small import group, scene

from quantquake.cascade.assets import Futures, Group, Index
from quantquake.cascade.ensembles import ensemble
from quantquake.cascade.participants.base import Holder
from quantquake.cascade.participants.basis_traders import BasisArbitrageur, LongSubstitute
from quantquake.cascade.participants.columns import Spread
from quantquake.cascade.participants.funds import IndexEnhanced, MutualFund, Redemption
from quantquake.cascade.participants.hedged import Dma, Levered, MarketNeutral, VarFund
from quantquake.cascade.participants.liquidity import DipBuyer, MarketMaker, NoiseTrader, Predator
from quantquake.cascade.participants.mechanical import LeveragedEtf, OptionDealer, VolControl
from quantquake.cascade.participants.state_buyer import Purchase, StateBuyer
from quantquake.cascade.rules import Rule
from quantquake.cascade.scenario import Attention, Depth, News, Noise
from quantquake.cascade.scenario_file import load
from quantquake.errors import ConfigError


def refused(path: str, make, *words: str) -> None:
    with pytest.raises(ConfigError) as error:
        make()
    said = str(error.value)
    assert path in said
    assert all(word in said for word in words), said
    assert any(verb in said for verb in ("Give", "Ask", "Let", "correct"))
    assert len(said) > 60


# --- columns: a number, one for each holder, drawn between two -----------------------------------


@pytest.mark.parametrize(
    ("stop", "unit_value"),
    [
        (1.2, 1.0),
        (0.7, 0.7),  # at the line is stopped without anything having happened
        ([0.7, 1.1], 1.0),
        ([0.7, 0.9], [1.0, 0.8]),
        (Spread(low=0.6, high=1.1), 1.0),
        (Spread(low=0.6, high=0.9), Spread(low=0.85, high=1.0)),
        (0.9, Spread(low=0.85, high=1.0)),
        (Spread(low=0.6, high=0.9), [1.0, 0.8]),
    ],
)
def test_a_stop_above_the_unit_value_is_refused_in_every_form(stop, unit_value):
    refused(
        "participants.f.stop",
        lambda: IndexEnhanced(name="f", count=2, stop=stop, unit_value=unit_value),
        "unit_value",
    )


def test_a_stop_below_the_unit_value_is_taken_in_every_form():
    for stop in (0.7, [0.7, 0.6], Spread(low=0.5, high=0.84)):
        for value in (0.85, [0.9, 0.85], Spread(low=0.85, high=1.0)):
            assert IndexEnhanced(name="f", count=2, stop=stop, unit_value=value).stop == stop


COLUMNS = [("leverage", Levered), ("limit", Levered), ("target", Levered), ("stop", MutualFund),
           ("unit_value", MutualFund)]  # fmt: skip


@pytest.mark.parametrize(("name", "cls"), COLUMNS)
@pytest.mark.parametrize(
    ("value", "part"),
    [
        (-1.0, ""),
        (math.nan, ""),
        ([0.5, -1.0], ""),
        ([0.5, math.nan], ""),
        (Spread(low=-1.0, high=0.5), ""),
        (Spread(low=0.5, high=math.inf), ""),
        (Spread(low=math.nan, high=0.5), ""),
        (Spread(low=0.6, high=0.5), "low"),
        ([0.5], "1 numbers for 2 holders"),
        ([0.5, 0.5, 0.5], "3 numbers for 2 holders"),
    ],
)
def test_every_column_is_checked_at_both_ends_and_in_length(name, cls, value, part):
    if name == "limit" and isinstance(value, Spread) and value.high == math.inf:
        return  # no limit is a limit
    refused(f"participants.f.{name}", lambda: cls(name="f", count=2, **{name: value}), part)


@pytest.mark.parametrize(
    ("limit", "target"),
    [(4.0, 5.0), (Spread(low=3, high=5), 4.0), ([4.0, 6.0], [5.0, 5.0]),
     (Spread(low=3, high=5), Spread(low=2, high=4)), (4.0, Spread(low=3, high=4.5))],
)  # fmt: skip
def test_a_target_beyond_the_limit_is_refused(limit, target):
    refused("participants.f.target", lambda: Dma(name="f", count=2, limit=limit, target=target))


def test_a_target_at_the_limit_is_taken():
    assert Dma(name="f", count=2, limit=[4.0, 6.0], target=[4.0, 5.0]).target == [4.0, 5.0]


# --- every other number --------------------------------------------------------------------------

CASES = [
    ("participants.f.assets", lambda: Holder(name="f", assets=math.inf)),
    ("participants.f.count", lambda: Holder(name="f", count=0)),
    ("participants.f.names", lambda: Holder(name="f", names=0)),
    ("participants.f.overlap", lambda: Holder(name="f", overlap=1.5)),
    ("participants.f.mix.a", lambda: Holder(name="f", mix={"a": math.inf})),
    ("participants.f.hedge.I", lambda: Holder(name="f", hedge={"I": -math.inf})),
    ("participants.f.pace", lambda: Levered(name="f", pace=1.5)),
    ("participants.f.take_profit", lambda: MarketNeutral(name="f", take_profit=-0.1)),
    ("participants.f.quantile", lambda: VarFund(name="f", quantile=0.0)),
    ("participants.f.exit_rounds", lambda: MutualFund(name="f", exit_rounds=0)),
    ("participants.f.participation", lambda: MutualFund(name="f", participation=0.0)),
    ("participants.f.redemption.notice",
     lambda: MutualFund(name="f", redemption=Redemption(notice=0))),
    ("participants.f.redemption.most",
     lambda: MutualFund(name="f", redemption=Redemption(most=-0.1))),
    ("participants.f.loss", lambda: MarketMaker(name="f", loss=0.0)),
    ("participants.f.share", lambda: MarketMaker(name="f", share=1.1)),
    ("participants.f.cover", lambda: Predator(name="f", cover=2.0)),
    ("participants.f.trigger", lambda: DipBuyer(name="f", trigger=0.1)),
    ("participants.f.size", lambda: NoiseTrader(name="f", size=math.inf)),
    ("participants.f.gamma", lambda: OptionDealer(name="f", gamma=math.inf)),
    ("participants.f.most", lambda: VolControl(name="f", most=-1.0)),
    ("participants.f.cost", lambda: BasisArbitrageur(name="f", cost=-0.1)),
    ("participants.f.speed", lambda: LongSubstitute(name="f", speed=math.inf)),
    ("groups.a.volatility", lambda: group("a", volatility=11.0)),
    ("groups.a.cap", lambda: Group(name="a", cap=math.inf, daily_amount=1.0)),
    ("groups.a.spread", lambda: group("a", spread=-1.0)),
    ("groups.a.assets", lambda: group("a", assets=10**9)),
    ("indices.I.level", lambda: Index(name="I", weights={"a": 1}, level=0.0)),
    ("indices.I.weights.a", lambda: Index(name="I", weights={"a": -1.0})),
    ("indices.I.futures.basis",
     lambda: Index(name="I", weights={"a": 1}, futures=Futures(basis=-1.0))),
    ("indices.I.futures.daily_amount",
     lambda: Index(name="I", weights={"a": 1}, futures=Futures(daily_amount=0.0))),
    ("depth.recovery", lambda: Depth(recovery=1.5)),
    ("depth.floor", lambda: Depth(floor=0.0)),
    ("noise.common", lambda: Noise(common=-0.1)),
    ("attention.fade", lambda: Attention(fade=2.0)),
    ("(all, sell)", lambda: Rule(who="all", what="sell", cap=math.nan)),
    ("(all, sell)", lambda: Rule(who="all", what="sell", cap=math.inf)),
    ("news.0.move", lambda: scene(Holder(name="f"), news=(News(day=1, move=-1.0),))),
    ("news.0.spread_over",
     lambda: scene(Holder(name="f"), news=(News(day=1, move=-0.1, spread_over=0),))),
    ("participants.f.leverage", lambda: LeveragedEtf(name="f", leverage=Spread(low=2, high=3))),
    ("news.0.group", lambda: scene(Holder(name="f"), news=(News(day=1, move=-0.1, group="z"),))),
    ("depth.reference", lambda: scene(Holder(name="f"), depth=Depth(reference="z"))),
    ("indices.I.weights", lambda: scene(Holder(name="f"), indices=(Index(name="I", weights={"z": 1}),))),
    ("participants.f.mix", lambda: scene(Holder(name="f", mix={"z": 1.0}))),
    ("participants.f.index", lambda: scene(OptionDealer(name="f", index="z"))),
    ("participants.f.rotate_to", lambda: scene(Dma(name="f", rotate_to=["z"]))),
    ("participants.f.purchases.1.groups",
     lambda: scene(StateBuyer(name="f", purchases=[Purchase(day=1, money=1, groups=["a"]),
                                                   Purchase(day=9, money=1, groups=["z"])]))),
    ("scenario.close_below", lambda: scene(Holder(name="f"), close_below=2.0)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "make"), CASES, ids=[path for path, _ in CASES])
def test_what_means_nothing_is_refused_by_its_path(path, make):
    refused(path, make)


# --- sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("days=1,000,000,000", {"days": 10**9}),
        ("rounds=1,000,000,000", {"rounds": 10**9}),
        ("rounds=1,000", {"rounds": 1000}),  # days and rounds share the address of a draw
        ("days=", {"days": 100_000, "rounds": 4}),
    ],
)
def test_a_run_that_would_never_end_is_refused(path, changes):
    refused(path, lambda: scene(Holder(name="f"), **changes))


def test_a_crowd_that_fits_into_no_memory_is_refused():
    refused("participants.f.count=1,000,000,000", lambda: scene(Holder(name="f", count=10**9)))
    many = [group("a", assets=5000)]
    refused(
        "participants.f.count=500,000", lambda: scene(Holder(name="f", count=500_000), groups=many)
    )
    few = Holder(name="f", count=100_000, names=50)
    assert scene(few, groups=many).participants[0].count == 100_000


def test_paths_that_fit_into_no_memory_are_refused():
    noisy = scene(Holder(name="f"), noise=Noise(common=0.01))
    refused("paths=1,000,000,000", lambda: ensemble(noisy, paths=10**9))


# --- who is left out -----------------------------------------------------------------------------


def test_leaving_out_somebody_who_is_not_there_is_refused():
    spiral = load("margin-spiral")
    with pytest.raises(ConfigError, match=r"without\('typo'\).*swaps.*stat-arb.*quants.*makers"):
        spiral.without("swaps", "typo")
    with pytest.raises(ConfigError, match="nobody would be left"):
        spiral.without(*(p.name for p in spiral.participants))


def test_a_kind_may_be_left_out_and_its_rules_with_it():
    crisis = load("cn-2024-02")
    left = crisis.without("snowball_issuer", "dma")
    gone = {p.name for p in crisis.participants} - {p.name for p in left.participants}
    assert gone == {"snowball issuers 500", "snowball issuers 1000", "swaps"}
    assert {rule.who for rule in left.rules} == {"mutual_fund"}
