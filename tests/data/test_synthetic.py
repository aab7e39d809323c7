"""The made-up market: same seed same world, a truth that holds, and a twin that differs by it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quantquake.data.synthetic import CrowdLaw, World, synthetic_world
from quantquake.data.synthetic.plan import lay_plan
from quantquake.data.synthetic.universe import Settings
from quantquake.errors import ConfigError

SMALL: dict[str, Any] = {"n_symbols": 100, "n_dates": 300}


@pytest.fixture(scope="module")
def world() -> World:
    return synthetic_world(seed=0)


@pytest.fixture(scope="module")
def twin(world: World) -> World:
    return world.twin()


def digest(frames: Mapping[str, Any]) -> dict[str, int]:
    return {
        name: int(pd.util.hash_pandas_object(table, index=True).to_numpy().sum())
        for name, table in frames.items()
    }


def member_returns(world: World) -> pd.Series:
    """Equal-weighted daily return of the crowded names. [1]"""
    close = world.frames["close"][list(world.truth.members)]
    return close.pct_change(fill_method=None).mean(axis=1).fillna(0.0)


def fall(world: World, dates: pd.DatetimeIndex) -> float:
    return float((1.0 + member_returns(world)[dates]).prod() - 1.0)


def before(world: World, days: int) -> slice:
    """The last `days` sessions before the unwind."""
    first = world.frames["close"].index.get_loc(world.truth.unwind_dates[0])
    return slice(first - days, first)


# --- the world as a whole -------------------------------------------------------------------------


def test_same_seed_same_world_and_another_seed_another():
    first, again, other = (synthetic_world(seed=s, **SMALL) for s in (3, 3, 4))
    assert digest(first.frames) == digest(again.frames)
    assert first.truth.unwind_dates.equals(again.truth.unwind_dates)
    changed = digest(other.frames)
    assert all(changed[name] != value for name, value in digest(first.frames).items())


@pytest.mark.feature("P06")
def test_a_world_cut_short_is_the_start_of_the_longer_one():
    # Rows never depend on later shocks: only the plan (growth, day of unwind) is made beforehand.
    story: dict[str, Any] = {"seed": 1, "n_symbols": 120, "horizon": 400, "unwind": 220}
    long, short = synthetic_world(n_dates=400, **story), synthetic_world(n_dates=260, **story)
    dates, symbols = short.frames["close"].index, short.frames["close"].columns
    assert len(dates) == 260
    assert len(short.truth.unwind_dates) >= 3
    for name, table in short.frames.items():
        whole = long.frames[name]
        if name == "futures":
            expected = whole[whole["date"] <= dates[-1]].reset_index(drop=True)
        else:
            expected = whole.loc[dates]
            expected = expected[symbols] if name in ("close", "amount", "turnover") else expected
            expected = expected[table.columns] if isinstance(table, pd.DataFrame) else expected
        (pd.testing.assert_frame_equal if table.ndim == 2 else pd.testing.assert_series_equal)(
            table, expected, check_exact=False, rtol=1e-12, check_freq=False
        )
    pd.testing.assert_frame_equal(
        short.truth.pressure, long.truth.pressure.loc[dates, symbols], check_freq=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", 9),
        ("n_symbols", 110),
        ("n_dates", 310),
        ("crowd", 0.5),
        ("unwind", False),
        ("unwind", 200),
        ("n_funds", 5),
        ("end", "2021-06-30"),
        ("horizon", 340),
        *((field, None) for field in CrowdLaw.__dataclass_fields__ if "hazard" not in field),
    ],
)
def test_every_argument_moves_the_output(name, value):
    plain = synthetic_world(**SMALL)
    if value is None:
        law = CrowdLaw(**{name: 0.9 * getattr(CrowdLaw(), name)})
        moved = synthetic_world(law=law, **SMALL)
    else:
        moved = synthetic_world(**{**SMALL, name: value})
    assert digest(plain.frames) != digest(moved.frames)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "`seed` is -1.*Pass `seed` >= 0"),
        ({"n_symbols": 10}, "`n_symbols` is 10, the least is 60"),
        ({"n_dates": 1}, "a return needs two sessions"),
        ({"n_dates": 300, "horizon": 200}, "`horizon` is 200, the least is 300"),
        ({"n_funds": 0}, "`n_funds`"),
        ({"crowd": float("nan")}, "`crowd` is nan"),
        ({"unwind": "soon"}, "'draw'"),
        ({"unwind": 5}, "when the crowd is there"),
    ],
)
def test_wrong_arguments_say_what_to_pass(arguments, message):
    with pytest.raises(ConfigError, match=message):
        synthetic_world(**{**SMALL, **arguments})


@pytest.mark.feature("P07")
def test_market_and_baskets_take_the_frames(world):
    pytest.importorskip("quantquake.data.market")
    pytest.importorskip("quantquake.data.baskets")
    market = world.market
    pd.testing.assert_frame_equal(market.close, world.frames["close"], check_freq=False)
    assert [basket.name for basket in world.baskets] == list(world.basket_members)
    crowded = world.baskets[0].mask(market.dates, market.symbols)
    assert set(crowded.columns[crowded.iloc[-1]]) == set(world.truth.members)


# --- what is observed -----------------------------------------------------------------------------


def test_nan_is_exactly_where_the_truth_says(world):
    missing = ~world.truth.listed | world.truth.suspended
    assert 0.001 < world.truth.suspended.to_numpy().mean() < 0.01
    assert (~world.truth.listed).any().sum() > 30  # staggered listings
    stock_panels = [name for name, t in world.frames.items() if t.shape == missing.shape]
    assert len(stock_panels) == 9
    for name in stock_panels:
        assert (world.frames[name].isna() == missing).to_numpy().all(), name
    for name in ("market_amount", "index_close", "index_amount", "futures", "news_score"):
        assert not world.frames[name].isna().to_numpy().any(), name


@pytest.mark.feature("I27")
def test_prices_stop_at_the_daily_limit(world):
    move = world.frames["close"].ffill().pct_change(fill_method=None)
    assert move.abs().max().max() <= 0.10 + 1e-9
    locked = world.truth.locked.iloc[1:]
    assert locked.to_numpy().sum() > 50
    assert np.allclose(move.iloc[1:].abs().to_numpy()[locked.to_numpy()], 0.10)
    crash = locked.loc[world.truth.unwind_dates, list(world.truth.members)].to_numpy().mean()
    assert crash > 20 * locked.to_numpy().mean()


def test_tables_agree_with_each_other(world):
    f = world.frames
    assert np.allclose(f["amount"].sum(axis=1), f["market_amount"])
    low, high = f["close"] / 1.06, f["close"] * 1.06  # half-way to a limit move is 5 %
    price = f["amount"] / f["volume"]
    assert ((price >= low) & (price <= high) | price.isna()).to_numpy().all()
    assert ((f["float_cap"] < f["market_cap"]) | f["close"].isna()).to_numpy().all()
    shares = f["volume"] / f["turnover"]
    assert np.allclose(shares.max(), shares.min())  # float shares never change
    assert (f["index_amount"]["SYNALL.IDX"] <= f["market_amount"] * (1 + 1e-12)).all()


def test_all_share_index_is_the_float_weighted_return(world):
    f = world.frames
    returns = f["close"].ffill().pct_change(fill_method=None)
    weights = f["float_cap"].ffill().shift()
    review = 840  # one review period: members fixed, every name listed 60 sessions before is in
    span = slice(review + 1, review + 120)
    seasoned = world.truth.listed.iloc[review - 61]
    w = weights.loc[:, seasoned].iloc[span]
    expected = (w * returns.loc[:, seasoned].iloc[span]).sum(axis=1) / w.sum(axis=1)
    got = f["index_close"]["SYNALL.IDX"].pct_change().iloc[span]
    np.testing.assert_allclose(got, expected, atol=1e-12)


@pytest.mark.feature("F24")
def test_four_contracts_live_to_the_third_friday_and_converge(world):
    futures = world.frames["futures"]
    grouped = futures.groupby(["date", "product"])
    assert (grouped.size() == 4).all()
    assert (futures["date"] <= futures["expiry"]).all()
    # Third Friday by the pandas calendar offset, an independent route to the same day; a holiday
    # moves it to the next session.
    dates = world.frames["close"].index
    third = pd.offsets.WeekOfMonth(week=2, weekday=4)
    for expiry in futures["expiry"].drop_duplicates():
        friday = expiry.replace(day=1) - pd.Timedelta(days=1) + third
        assert expiry >= friday
        if expiry <= dates[-1]:
            assert expiry == dates[dates.searchsorted(friday)]
    last = futures[futures["date"] == futures["expiry"]]
    assert len(last) == 3 * last["expiry"].nunique() > 100
    assert (last["close"] == last["spot_close"]).all()
    assert (last["settle"] == last["spot_close"]).all()
    # The months live in March, as on 2020-03-16 at CFFEX (IF2003, 2004, 2006, 2009), a year later.
    march = futures[(futures["date"] == "2021-03-15") & (futures["product"] == "SM")]
    assert list(march["symbol"]) == ["SM2103.SYN", "SM2104.SYN", "SM2106.SYN", "SM2109.SYN"]


def test_futures_carry_is_the_declared_one(world):
    far = world.frames["futures"].groupby(["date", "product"]).tail(1)
    years = (far["expiry"] - far["date"]).dt.days / 365.0
    got = (np.log(far["close"] / far["spot_close"]) / years).to_numpy()
    declared = world.truth.carry.stack()
    expected = declared.loc[pd.MultiIndex.from_frame(far[["date", "product"]])].to_numpy()
    assert np.abs(got - expected).max() < 0.02  # quote error 8 bp over at least four months
    assert np.abs(np.mean(got - expected)) < 2e-4


# --- the truth ------------------------------------------------------------------------------------


def test_unwind_days_are_the_worst_of_the_crowded_basket(world, twin):
    dates, daily = world.truth.unwind_dates, member_returns(world)
    assert 3 <= len(dates) <= 5
    others = daily.drop(dates)
    assert daily[dates].mean() < others.min()
    assert fall(world, dates) < -0.2
    assert abs(fall(twin, dates)) < 0.05


def test_the_books_balance(world):
    truth = world.truth
    held = truth.holding.sum(axis=1)
    dates = held.index
    first, last = dates.get_loc(truth.unwind_dates[0]), dates.get_loc(truth.unwind_dates[-1])
    growth_stopped = truth.sold.sum(axis=1).iloc[first:].sum()
    # Sold = held before minus held after, but for the last day's new money before the run.
    assert held.iloc[first - 1] - held.iloc[last] == pytest.approx(growth_stopped, rel=0.02)
    assert (truth.sold.to_numpy() >= 0).all()
    assert truth.sold.index[truth.sold.sum(axis=1) > 0].equals(truth.unwind_dates)
    assert (truth.holding.to_numpy() >= 0).all()
    assert np.allclose(truth.weights.sum(axis=1), 1.0)
    assert (truth.aum.sum(axis=1) >= held - 1e-6).all()


def test_fund_books_overlap_but_differ(world):
    weights = world.truth.weights.to_numpy()
    unit = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    cosine = (unit @ unit.T)[np.triu_indices(len(unit), 1)]
    assert 0.5 < cosine.min() <= cosine.max() < 0.98


def test_hazard_follows_the_law_and_grows_with_the_crowd(world):
    truth = world.truth
    np.testing.assert_allclose(truth.hazard, truth.law.hazard(truth.crowd_days.to_numpy()))
    assert (np.diff(truth.law.hazard(np.linspace(0.1, 6.0, 50))) > 0).all()
    # By hand: at the middle the rate is half of the most; nobody there, no hazard.
    np.testing.assert_allclose(truth.law.hazard(np.array([0.0, 3.0])), [0.0, 0.01])


def test_drawn_unwinds_come_as_often_as_the_hazard_says():
    law, exposure = CrowdLaw(), np.full(4, 0.25)
    happened, expected = [], []
    for seed in range(400):
        settings: dict[str, Any] = {
            "seed": seed,
            "n_symbols": 60,
            "n_dates": 150,
            "horizon": 150,
            "end": pd.Timestamp("2024-01-31"),
            "crowd": 1.0,
            "n_funds": 4,
        }
        calm = lay_plan(Settings(unwind=False, **settings), law, exposure)
        hazard = law.hazard(law.peak_days * (calm.growth @ exposure))
        expected.append(1.0 - np.prod(1.0 - hazard))
        happened.append(
            len(lay_plan(Settings(unwind="draw", **settings), law, exposure).unwind) > 0
        )
    p = np.array(expected)
    error = np.sqrt((p * (1 - p)).sum()) / len(p)
    assert 0.1 < p.mean() < 0.9
    assert np.mean(happened) == pytest.approx(p.mean(), abs=3.5 * error)


def test_no_crowd_and_no_unwind_when_told():
    calm = synthetic_world(unwind=False, **SMALL)
    assert len(calm.truth.unwind_dates) == 0
    assert calm.truth.hazard.max() > 0.001  # the risk was there all the same
    assert (calm.truth.sold == 0).to_numpy().all()
    nobody = synthetic_world(crowd=0.0, **SMALL)
    assert len(nobody.truth.unwind_dates) == 0
    assert (nobody.truth.pressure == 0).to_numpy().all()


def test_impact_grows_with_the_crowd():
    sizes = (0.0, 0.4, 0.8, 1.2)
    worlds = [
        synthetic_world(seed=2, crowd=c, unwind=450, n_symbols=200, n_dates=500)
        if c
        else synthetic_world(seed=2, crowd=0.0, unwind=False, n_symbols=200, n_dates=500)
        for c in sizes
    ]
    dates = worlds[-1].truth.unwind_dates
    falls = [fall(w, dates) for w in worlds]
    assert all(deeper < shallower - 0.02 for shallower, deeper in itertools.pairwise(falls))
    run_up = [w.truth.pressure[list(w.truth.members)].mean(axis=1).iloc[449] for w in worlds]
    assert all(b > a + 0.02 for a, b in itertools.pairwise(run_up))
    discounts = [w.truth.carry["SM"].loc[dates].min() for w in worlds]
    assert all(b < a for a, b in itertools.pairwise(discounts))


# --- the twin -------------------------------------------------------------------------------------


def test_twin_shares_every_shock_but_has_no_crowd(world, twin):
    for name in ("volatility", "heat"):
        pd.testing.assert_series_equal(getattr(world.truth, name), getattr(twin.truth, name))
    for name in ("listed", "suspended"):
        pd.testing.assert_frame_equal(getattr(world.truth, name), getattr(twin.truth, name))
    assert twin.truth.members == world.truth.members
    for name in ("aum", "sold", "holding", "flow", "pressure", "hazard", "crowd_days"):
        assert (getattr(twin.truth, name).to_numpy() == 0).all(), name
    assert len(twin.truth.unwind_dates) == 0
    # Names nobody in the crowd ever touched have the very same prices.
    untouched = world.truth.flow.columns[(world.truth.flow == 0).all()]
    assert len(untouched) > 200
    pd.testing.assert_frame_equal(world.frames["close"][untouched], twin.frames["close"][untouched])
    # Before the first money comes, everything has (session 420 of 1000).
    assert world.truth.crowd_days.iloc[419] == 0 < world.truth.crowd_days.iloc[420]
    for name in ("close", "amount", "hf_crowding", "index_close", "news_score"):
        pd.testing.assert_frame_equal(world.frames[name].iloc[:420], twin.frames[name].iloc[:420])


def test_twin_has_the_same_volatility_up_to_the_unwind():
    ratios = []
    for seed in range(6):
        world = synthetic_world(seed=seed, n_symbols=200)
        span = before(world, 400)
        volatility = [member_returns(w).iloc[span].std() for w in (world, world.twin())]
        ratios.append(volatility[0] / volatility[1])
    # One world misses by sampling: the joint trades and the rest are uncorrelated only on average.
    assert np.max(np.abs(np.log(ratios))) < 0.07
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.025)


def excess_correlation(world: World, span: slice) -> float:
    """Mean pairwise correlation of the members' returns over the market's equal-weighted one."""
    returns = world.frames["close"].pct_change(fill_method=None)
    members = returns[list(world.truth.members)].sub(returns.mean(axis=1), axis=0).iloc[span]
    matrix = members.dropna(axis=1).corr().to_numpy()
    return float(matrix[np.triu_indices(len(matrix), 1)].mean())


def test_the_crowd_shows_before_it_runs_and_not_in_the_twin(world, twin):
    members, late = list(world.truth.members), before(world, 60)
    early = slice(300, 400)

    def change(w: World, table: str) -> float:
        daily = w.frames[table][members].mean(axis=1)
        return float(daily.iloc[late].mean() / daily.iloc[early].mean())

    def share(w: World, span: slice) -> float:
        amount = w.frames["amount"][members].sum(axis=1) / w.frames["market_amount"]
        return float(amount.iloc[span].mean())

    assert share(world, late) > 1.3 * share(twin, late)
    assert change(world, "turnover") > 1.3 * change(twin, "turnover")
    assert change(world, "hf_crowding") > 1.05 * change(twin, "hf_crowding")
    dear = [
        float(w.frames["book_yield"][members].iloc[late].median().median()) for w in (world, twin)
    ]
    assert dear[0] < 0.9 * dear[1]
    together = [excess_correlation(w, before(world, 120)) for w in (world, twin)]
    assert together[0] > 0.05 + together[1]
    assert abs(together[1] - excess_correlation(twin, early)) < 0.04
    assert world.frames["news_score"]["micro-cap"].iloc[late].mean() > (
        0.1 + twin.frames["news_score"]["micro-cap"].iloc[late].mean()
    )


@pytest.mark.feature("F12")
def test_discount_deepens_with_the_crowd_and_jumps_at_the_unwind(world, twin):
    calm = world.truth.carry["SM"].iloc[:400].mean()
    crowded = world.truth.carry["SM"].iloc[before(world, 40)].mean()
    worst = world.truth.carry["SM"].min()
    assert -0.07 < calm < -0.03
    assert crowded < calm - 0.03
    assert -0.30 < worst < crowded - 0.08
    assert world.truth.carry["SM"].idxmin() in world.truth.unwind_dates
    assert twin.truth.carry["SM"].min() > -0.12
    sf, sm = (world.truth.carry[p].min() - twin.truth.carry[p].min() for p in ("SF", "SM"))
    assert sm < sf  # the small index carries the crowd's hedge


@pytest.mark.feature("I04")
def test_swap_lifts_mid_index_members_while_crowded_names_fall(world, twin):
    dates = world.truth.unwind_dates
    lift = [
        (1.0 + w.frames["index_close"]["SYN500.IDX"].pct_change()[dates[1:]]).prod()
        for w in (world, twin)
    ]
    assert lift[0] / lift[1] > 1.02
    assert fall(world, dates) < -0.2


@pytest.mark.feature("I13")
def test_part_of_the_fall_comes_back(world, twin):
    dates = world.frames["close"].index
    end = dates.get_loc(world.truth.unwind_dates[-1])
    after = dates[end + 1 : end + 21]
    lost = np.log1p(fall(world, world.truth.unwind_dates))
    regained = np.log1p(fall(world, after)) - np.log1p(fall(twin, after))
    assert 0.2 < regained / -lost < 0.8  # the temporary part; the rest is permanent


def test_the_decoy_is_hot_but_nobody_runs(world, twin):
    names, truth = list(world.basket_members["theme"]), world.truth
    assert (truth.holding[names] == 0).to_numpy().all()
    hot = truth.heat > 0.9
    turnover = world.frames["turnover"][names].mean(axis=1)
    assert turnover[hot].mean() > 1.5 * turnover[truth.heat == 0].mean()
    assert world.frames["news_score"]["theme"][hot].mean() > 0.25
    close = world.frames["close"][names]
    crash = close.pct_change(fill_method=None).mean(axis=1)[truth.unwind_dates].sum()
    assert crash > -0.08
    pd.testing.assert_frame_equal(close, twin.frames["close"][names])


def test_baskets_hold_known_distinct_names(world):
    baskets = world.basket_members
    assert list(baskets)[:3] == ["micro-cap", "dividend", "theme"]
    assert not set(baskets["micro-cap"]) & (set(baskets["dividend"]) | set(baskets["theme"]))
    cap = world.frames["market_cap"].iloc[0]
    means = [cap[list(baskets[f"size-{g}"])].mean() for g in range(1, 6)]
    assert means == sorted(means)
    assert set(world.truth.members) == set(baskets["micro-cap"])
    assert (
        cap[list(baskets["micro-cap"])].median()
        < cap.median()
        < cap[list(baskets["dividend"])].median()
    )


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_it_looks_like_a_market(seed):
    # Ranges a reader of A-share data expects, not frozen output.
    world = synthetic_world(seed=seed)
    quiet = slice(0, 700)
    returns = world.frames["close"].pct_change(fill_method=None).iloc[quiet]
    assert 0.012 < returns.std().median() < 0.025
    index = world.frames["index_close"].pct_change().iloc[quiet]
    assert index.std().mul(np.sqrt(250)).between(0.12, 0.28).all()
    absolute = index["SYNALL.IDX"].abs()
    assert index["SYNALL.IDX"].kurt() > 0.5
    assert np.mean([absolute.autocorr(k) for k in range(1, 11)]) > 0.02  # volatility clusters
    assert -0.40 < fall(world, world.truth.unwind_dates) < -0.20
    turnover = world.frames["turnover"]
    assert 0.008 < turnover.median().median() < 0.04
    assert turnover.iloc[quiet].corrwith(returns.abs()).median() > 0.1
    assert 10 < (1.0 / world.frames["earnings_yield"].iloc[quiet].median().median()) < 40


def test_daily_table_and_plain_values(world):
    table = world.to_frame()
    assert table.loc[world.truth.unwind_dates, "sold"].gt(0).all()
    plain = world.to_dict()
    assert len(plain["days"]) == len(table)
    assert plain["origin"]["seed"] == 0
    assert plain["unwind_dates"][0] == f"{world.truth.unwind_dates[0]:%Y-%m-%d}"
