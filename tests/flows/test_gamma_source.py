"""Dealers among the forced traders: hedge flow, net of others, and what it does to a market."""

import numpy as np
import pandas as pd
import pytest
from tests.flows.gamma_chains import flip_of_two, two_options, whole_chain

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import Timing
from quantquake.flows.gamma import (
    forced_source,
    gamma_exposure,
    hedge_flow,
    hedging_feedback,
    net_gamma,
)
from quantquake.flows.options import black_scholes
from quantquake.flows.supply import supply_curve

MOVES = np.round(np.linspace(-0.1, 0.1, 21), 3)
GEX = "gex_usd_per_1pct"


@pytest.mark.feature("H22", "E11")
def test_hedge_flow_is_the_difference_of_delta_times_contracts():
    dealers = gamma_exposure(two_options(sizes=(2000.0, 1000.0)), 100.0, rate=0.03)
    source = forced_source(dealers, MOVES)

    def delta(spot):
        put, call = (
            black_scholes(spot, k, 0.25, 0.2, rate=0.03, kind=kind).delta
            for k, kind in ((95.0, "put"), (105.0, "call"))
        )
        return 100 * (1000 * call - 2000 * put)

    wanted = [-(delta(100 * (1 + x)) - delta(100.0)) * 100 * (1 + x) for x in MOVES]
    assert source.flow == pytest.approx(wanted, rel=1e-10, abs=1e-6)
    assert source.name == "dealer_gamma"
    assert source.timing is Timing.INTRADAY
    # Short puts: a fall is sold into, and this needs more than gamma times the move.
    assert source.flow[0] < 0
    linear = hedge_flow(dealers.closed_form_total, MOVES[0])
    assert abs(source.flow[0] / linear - 1) > 0.1


def test_a_small_move_is_gamma_times_the_move():
    dealers = gamma_exposure(whole_chain(), gamma="closed_form")
    source = forced_source(dealers, [-1e-5, 0.0, 1e-5])
    linear = hedge_flow(dealers.total, [-1e-5, 0.0, 1e-5])
    assert source.flow == pytest.approx(linear, rel=5e-3, abs=1.0)


def test_flow_is_the_integral_of_the_repriced_gamma():
    # d(delta) = gamma dS: shares bought on the way equal the integral of the profile.
    dealers = gamma_exposure(whole_chain(), moves=np.linspace(-0.1, 0.0, 4001))
    level = dealers.profile.index.to_numpy()
    gamma = dealers.profile[GEX].to_numpy() / (level**2 * 0.01)
    shares = np.trapezoid(gamma, level)
    source = forced_source(dealers, [-0.1, 0.0])
    assert source.flow[0] == pytest.approx(shares * level[0], rel=1e-6)


@pytest.mark.feature("H22")
def test_range_over_the_models_and_the_smile():
    dealers = gamma_exposure(whole_chain())
    source = forced_source(dealers, MOVES)
    assert (source.low <= source.flow).all()
    assert (source.flow <= source.high).all()
    short = forced_source(gamma_exposure(whole_chain(), dealer_sign="all_short"), MOVES)
    assert (np.minimum(source.low, short.flow) == source.low).all()
    assert (short.flow[MOVES < 0] < 0).all()  # short gamma sells every fall
    assert (short.flow[MOVES > 0] > 0).all()
    moving = forced_source(dealers, MOVES, smile="sticky-delta")
    assert moving.flow[MOVES == 0] == pytest.approx(0.0, abs=1.0)
    assert not np.allclose(moving.flow, source.flow, rtol=1e-3)
    assert any("sticky_strike" in said for said in source.origin.assumptions)
    with pytest.raises(ConfigError, match="smile 'flat' is unknown"):
        forced_source(dealers, MOVES, smile="flat")


def test_stacks_with_other_sources():
    source = forced_source(gamma_exposure(whole_chain()), MOVES, underlying="SPX.IDX")
    curve = supply_curve([source], [-0.05, 0.05])
    assert curve.underlying == "SPX.IDX"
    assert curve.currency == "USD"
    assert np.isfinite(curve.total).all()


def test_without_a_volatility_there_is_no_flow():
    chain = pd.DataFrame(
        {"strike": [90.0], "option_type": ["put"], "open_interest": [7], "gamma": [0.02]}
    )
    with pytest.raises(DataError, match="delta after a move is unknown"):
        forced_source(gamma_exposure(chain, 100.0), MOVES)


# --- netting ------------------------------------------------------------------------------------


@pytest.mark.feature("E03")
def test_desk_note_of_february_2026():
    # spec/derivatives 4.3: dealers long about 8 bn per 1 %, S&P -1.4 %: they buy 11.2 bn,
    # leveraged funds sell over 11 bn, and the market is left about flat.
    bought = hedge_flow(8e9, -0.014)
    assert bought == pytest.approx(11.2e9)
    assert bought - 11e9 == pytest.approx(0.2e9)
    assert abs(bought - 11e9) < 0.02 * bought


@pytest.mark.feature("E03")
def test_leveraged_funds_turn_long_gamma_into_short():
    dealers = gamma_exposure(two_options(sizes=(1000.0, 3000.0)), 100.0)
    assert dealers.total > 0
    alone = net_gamma(dealers)
    assert alone.total == dealers.total
    assert alone.flip == pytest.approx(dealers.flip)
    netted = net_gamma(dealers, leveraged_etf=-1.05 * dealers.total)
    assert netted.total == pytest.approx(-0.05 * dealers.total)
    assert netted.parts.to_dict() == {
        "dealers": dealers.total, "leveraged_etf": -1.05 * dealers.total, "snowball": 0.0,
    }  # fmt: skip
    # Long only between two levels now, both above where dealers alone turn: there the dealers'
    # own gamma, computed anew, is what the funds take.
    assert len(netted.flip) == 2
    assert netted.flip.min() > dealers.flip.max()
    for flip in netted.flip:
        there = gamma_exposure(two_options(sizes=(1000.0, 3000.0)), float(flip)).total
        assert there == pytest.approx(1.05 * dealers.total, rel=1e-9)
    # With more of them it is short everywhere.
    assert len(net_gamma(dealers, leveraged_etf=-2 * dealers.total).flip) == 0


@pytest.mark.feature("E03")
def test_snowball_gamma_by_level_and_its_unit():
    dealers = gamma_exposure(two_options(), 100.0, currency="CNY")
    level = dealers.profile.index.to_numpy()
    knock_in = np.where(level < 92, -5e5, 2e5)  # long above the barrier, short below
    netted = net_gamma(dealers, snowball=knock_in)
    unit = "gex_cny_per_1pct"
    added = netted.profile[f"net_{unit}"] - netted.profile[f"dealers_{unit}"]
    np.testing.assert_allclose(added, knock_in)
    assert netted.profile[f"snowball_{unit}"].iloc[0] == -5e5
    assert netted.parts["snowball"] == 2e5
    known = flip_of_two(95.0, 105.0, (1, 1), 0.2, 0.25)
    assert not np.allclose(netted.flip, known, atol=0.1)
    with pytest.raises(DataError, match=r"shape \(3,\) and the profile 201 levels"):
        net_gamma(dealers, snowball=[1.0, 2.0, 3.0])


# --- feedback -----------------------------------------------------------------------------------


@pytest.mark.feature("E04")
def test_long_gamma_damps_and_short_gamma_amplifies_in_closed_form():
    got = hedging_feedback([8e9, 0.0, -8e9], 20e9)
    assert got.variance_ratio == pytest.approx([1 / 1.4**2, 1.0, 1 / 0.6**2])
    long, none, short = got.variance_ratio
    assert long < none < short
    assert got.amplification**2 == pytest.approx(got.variance_ratio)


@pytest.mark.feature("E04")
@pytest.mark.parametrize("strength", [-0.6, -0.2, 0.3, 0.7])
def test_rounds_of_hedging_converge_to_it(strength):
    # News of 1; hedgers trade -strength of every move, which moves the price again, and so on.
    move, last = 0.0, 1.0
    for _ in range(200):
        move += last
        last *= -strength
    assert hedging_feedback(strength, 1.0).amplification == pytest.approx(move)


@pytest.mark.feature("E04")
@pytest.mark.parametrize("strength", [-0.5, 0.5])
def test_variance_over_many_steps_when_hedged_a_step_later(strength):
    # r(t) = eps(t) - k r(t-1): the variance of long sums over that of the news is the ratio.
    rng = np.random.default_rng(0)
    news = rng.standard_normal((4000, 400))
    moves = np.empty_like(news)
    last = np.zeros(4000)
    for t in range(400):
        last = moves[:, t] = news[:, t] - strength * last
    ratio = moves.sum(axis=1).var() / news.sum(axis=1).var()
    wanted = hedging_feedback(strength, 1.0).variance_ratio
    assert ratio == pytest.approx(wanted, rel=0.03)
    assert (ratio < 1) == (strength > 0)


def test_past_the_depth_of_the_market_there_is_no_price():
    got = hedging_feedback([-1.0, -2.0, np.nan], 1.0)
    assert np.isinf(got.variance_ratio[:2]).all()
    assert np.isnan(got.variance_ratio[2])
    with pytest.raises(ConfigError, match="no money moves"):
        hedging_feedback(1.0, 0.0)
