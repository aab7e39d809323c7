"""The book on the supply axis, its answer to its own knock-ins, its share of a day, the discount."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.flows.snowball_worlds import INDEX, path, trades

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import Timing
from quantquake.flows.snowball import Snowball
from quantquake.flows.snowball_book import (
    HedgeRule,
    SnowballBook,
    discount_response,
    expected_discount,
    flow_history,
    knock_in_loop,
    sales_share,
)
from quantquake.flows.supply import supply_curve

CLOSES = path()
RATES = {"vol": 0.2, "rate": 0.02, "carry": 0.04}
MOVES = np.linspace(-0.15, 0.05, 9)


@pytest.fixture(scope="module")
def book():
    return SnowballBook(trades(CLOSES), index=CLOSES, mode="template", **RATES)


# --- forced source -------------------------------------------------------------------------------


@pytest.mark.feature("E11", "H08")
def test_forced_source_is_the_hedge_flow_with_a_range(book):
    source = book.forced_source(MOVES)
    assert (source.name, source.timing, source.underlying) == ("snowball", Timing.INTRADAY, INDEX)
    assert source.flow == pytest.approx(book.hedge_flow(moves=MOVES).of(INDEX)["flow"].to_numpy())
    assert (source.low <= source.flow).all()
    assert (source.flow <= source.high).all()
    assert (source.high - source.low).max() > 0
    assert source.origin.coverage["trades"].endswith("of 40")
    curve = supply_curve([source], MOVES)
    assert curve.total.to_numpy() == pytest.approx(source.flow)


def test_every_setting_of_the_range_moves_it(book):
    wide = book.forced_source(MOVES)
    tight = book.forced_source(MOVES, vol_shift=0.0)
    assert (wide.high - wide.low).sum() > (tight.high - tight.low).sum()
    loose = book.forced_source(MOVES, delta_cap=50.0, vol_shift=0.0)
    assert loose.low == pytest.approx(loose.high, abs=1e-3)  # a cap nobody reaches
    ruled = book.with_pricer(
        SnowballBook(trades(CLOSES), index=CLOSES, rule=HedgeRule(delta_cap=1.2), **RATES).pricer
    )
    assert not np.allclose(ruled.forced_source(MOVES).flow, wide.flow)


# --- history, share ------------------------------------------------------------------------------


@pytest.mark.feature("H08")
def test_history_holds_what_the_book_of_each_day_holds(book):
    table = flow_history(book, CLOSES.index[-12])
    assert len(table) == 12
    assert np.isnan(table["lots"].iloc[0])
    day = CLOSES.index[-4]
    then = SnowballBook(trades(CLOSES), index=CLOSES, as_of=day, mode="template", **RATES)
    held = then.ladder(moves=[0.0]).frame["delta_lots"].iloc[0]
    assert table.loc[day, "held"] == pytest.approx(held, rel=1e-9)
    assert table["lots"].iloc[1:].to_numpy() == pytest.approx(np.diff(table["held"]))
    assert table.loc[day, "flow"] == pytest.approx(table.loc[day, "lots"] * 200 * CLOSES[day])
    waiting = then.positions.notional[then.positions.waiting].sum()
    assert table.loc[day, "waiting"] == pytest.approx(waiting)


@pytest.mark.feature("G02")
def test_history_sells_on_the_day_of_a_clustered_knock_in():
    closes = CLOSES.copy()
    closes.iloc[-40:] = closes.iloc[-41]
    start = float(closes.iloc[-41])
    table = trades(closes, 20, date=closes.index[-41], spot0=start, knock_in=0.8, knock_out=1.2,
                   step=0.0, months=12.0, lock=3.0, coupon=0.15)  # fmt: skip
    closes.iloc[-3] = 0.805 * start
    closes.iloc[-2:] = 0.795 * start
    book = SnowballBook(table, index=closes, mode="template", **RATES)
    history = flow_history(book, closes.index[-6])
    assert history["flow"].iloc[-3] > 0  # the fall towards the barrier is bought
    assert history["flow"].iloc[-2] < 0  # the close through it is sold
    assert history["newly_knocked_in"].iloc[-2] == pytest.approx(table["notional"].sum())
    assert history["newly_knocked_in"].iloc[-1] == 0.0


def test_history_needs_a_path(book):
    with pytest.raises(DataError, match="Start earlier"):
        flow_history(book, CLOSES.index[-1])
    alone = SnowballBook(
        trades(CLOSES).assign(spot0=5000.0), as_of="2024-02-08", spot=5000.0, **RATES
    )
    with pytest.raises(DataError, match="no closes"):
        flow_history(alone, "2024-01-02")


@pytest.mark.feature("G05")
def test_share_of_sales_and_the_day_without_snowballs():
    days = pd.bdate_range("2024-01-15", periods=4)
    flow = pd.Series([-10.0, 5.0, -30.0, np.nan], days)
    others = pd.DataFrame({"dma": [-30.0, -5.0, 0.0, -1.0], "stop": [10.0, np.nan, 0.0, 0.0]}, days)
    table = sales_share(flow, others, low=flow - 10, high=flow + 10)
    assert table["share"].tolist()[:3] == [0.25, 0.0, 1.0]
    assert np.isnan(table["share"].iloc[3])
    assert table["total"].tolist()[:3] == [40.0, 5.0, 30.0]
    # The ablation: their sales taken out, nobody else's changed.
    assert table["without"].tolist() == [30.0, 5.0, 0.0, 1.0]
    assert table["share_low"].iloc[0] == pytest.approx(0.0)
    assert table["share_high"].iloc[0] == pytest.approx(20 / 50)
    assert table["unknown"].tolist() == [0, 1, 0, 0]
    with pytest.raises(DataError, match="share no date"):
        sales_share(flow, others.set_axis(days + pd.Timedelta(days=99)))


# --- the loop ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def near():
    """A book in its last quarter whose barriers are clustered 2 to 12 % below the index."""
    ahead = [20, 40, 60]
    notes = [
        Snowball(spot0=level / 0.8, notional=5e8, knock_in=0.8, knock_out=1.0, sessions=60,
                 observation_sessions=ahead, coupon=0.16, elapsed=420)
        for level in 5200 * (1 - np.linspace(0.02, 0.12, 20))
    ]  # fmt: skip
    return SnowballBook(notes, underlying=INDEX, spot=5200.0, **RATES)


@pytest.mark.feature("G04")
def test_no_gain_gives_the_smaller_fall(near):
    book = near
    alone = knock_in_loop(book, -0.06, gain=0.0, depth=2e10)
    assert (alone.move, alone.settled, len(alone.rounds)) == (-0.06, True, 1)
    falls = [knock_in_loop(book, -0.06, gain=g, depth=2e10).move for g in (0.0, 0.02, 0.05, 0.10)]
    assert (np.diff(falls) < 0).all()
    scared = knock_in_loop(book, -0.06, gain=0.02, panic=0.03, depth=2e10)
    assert scared.move < falls[1]
    assert scared.knocked_in >= scared.knocked_in_first


@pytest.mark.feature("G04")
def test_where_it_settles_is_a_fixed_point(near):
    book = near
    found = knock_in_loop(book, -0.06, gain=0.05, panic=0.02, depth=2e10)
    assert found.settled
    flow = book.hedge_flow(moves=[found.move]).of(INDEX).iloc[0]
    share = flow["newly_knocked_in"] / book.positions.notional[book.positions.waiting].sum()
    assert found.move == pytest.approx(-0.06 + 0.05 * flow["flow"] / 2e10 - 0.02 * share, abs=2e-5)
    assert found.multiplier == pytest.approx(found.flow / found.flow_first)


@pytest.mark.feature("G04")
def test_a_loop_that_never_settles_says_so(near):
    found = knock_in_loop(near, -0.06, gain=50.0, panic=1.0, depth=2e9)
    assert not found.settled
    assert found.move == -0.60


def test_loop_without_depth_or_with_nonsense_is_refused(book):
    with pytest.raises(ConfigError, match="depth"):
        knock_in_loop(book, -0.05, gain=0.1)
    for wrong in ({"shock": 0.05}, {"shock": -0.05, "gain": -1.0}, {"shock": np.nan}):
        with pytest.raises(ConfigError, match="loop with"):
            knock_in_loop(book, **{"gain": 0.1, "depth": 1e9, **wrong})


# --- the discount --------------------------------------------------------------------------------


def made(kappa, n=400, seed=0, noise=0.002, beta=0.0):
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2022-01-04", periods=n)
    returns = rng.normal(0, 0.013, n)
    volume = pd.Series(rng.uniform(8e4, 2e5, n), days)
    share = rng.normal(0, 0.05, n) + 2.0 * returns
    basis = np.cumsum(kappa * share + beta * returns + rng.normal(0, noise, n))
    index = 6000 * np.exp(np.cumsum(np.log1p(returns)))
    return pd.Series(basis, days), pd.Series(share, days) * volume, volume, pd.Series(index, days)


@pytest.mark.feature("G03")
def test_kappa_is_recovered_and_a_sale_widens_the_discount():
    basis, lots, volume, _ = made(0.05)
    found = discount_response(basis, lots, volume)
    assert found.interval[0] < 0.05 < found.interval[1]
    assert found.distinguishable
    middle, low, high = found.change(-0.5)
    assert low < middle < high < 0  # a sale, the basis falls
    assert middle == pytest.approx(-0.5 * found.kappa)


@pytest.mark.feature("G03")
def test_expected_discount_stands_beside_the_falls():
    basis, lots, volume, _ = made(0.05)
    found = discount_response(basis, lots, volume)
    shocks = pd.DataFrame({"of_volume": [-0.1, -0.4, np.nan]}, index=[-0.01, -0.05, -0.1])
    table = expected_discount(shocks, found)
    assert table["basis_change"].iloc[1] == pytest.approx(-0.4 * found.kappa)
    assert (table["basis_low"] <= table["basis_change"]).iloc[:2].all()
    assert table.iloc[2].isna().all()


@pytest.mark.feature("G03")
def test_the_index_s_own_return_is_not_taken_for_the_hedges_doing():
    basis, lots, volume, index = made(0.0, beta=0.4)
    naive = discount_response(basis, lots, volume)
    honest = discount_response(basis, lots, volume, index=index)
    assert naive.kappa > 0.02
    assert naive.distinguishable
    assert not honest.distinguishable
    assert honest.given_return
    assert not naive.given_return


def test_interval_covers_the_truth_about_as_often_as_it_says():
    hits = 0
    for seed in range(200):
        basis, lots, volume, index = made(0.03, n=150, seed=seed)
        low, high = discount_response(basis, lots, volume, index=index).interval
        hits += low < 0.03 < high
    assert 0.88 < hits / 200 < 0.99  # 95 % of 200, less what Newey-West loses in small samples


@pytest.mark.feature("G03")
def test_too_little_data_gives_no_number():
    basis, lots, volume, _ = made(0.05, n=40)
    assert discount_response(basis, lots, volume) is None
    basis, lots, volume, _ = made(0.05)
    assert discount_response(basis, 0 * lots, volume) is None
    assert discount_response(basis, lots, volume * np.nan) is None
    with pytest.raises(DataError, match="share no date"):
        discount_response(basis, lots.set_axis(lots.index + pd.Timedelta(days=5000)), volume)
