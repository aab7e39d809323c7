"""Parity on chains of known truth: what the options imply, what is left to trade, and what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.measures.parity_worlds import DAY, Maker, World, csi300, csi1000, etf300

from quantquake.errors import ConfigError, DataError
from quantquake.measures.basis.fair_value import fair_price, implied_financing
from quantquake.measures.parity import (
    ParityCosts,
    etf_edges,
    futures_per_pair,
    implied_forward,
    option_pairs,
    parity_edges,
)
from quantquake.measures.parity.band import no_arbitrage_band, one_sided

FREE = ParityCosts(futures_fee=0.0, option_fee=0.0, funding=0.0)


def pairs_of(world: World, **chain: object) -> pd.DataFrame:
    return option_pairs(world.chain(**chain), DAY, rate=world.rate)  # type: ignore[arg-type]


def quotes(world: World, expiry: str, bid: float, ask: float) -> pd.DataFrame:
    size = {"bid_size": 7.0, "ask_size": 9.0}
    return pd.DataFrame({"expiry": [expiry], "bid": [bid], "ask": [ask], **size}, index=["F"])


@pytest.mark.feature("F19")
@pytest.mark.parametrize("make", [csi300, csi1000])
def test_forward_is_exact_without_a_spread_and_inside_the_quotes_with_one(make: Maker) -> None:
    world = make(borrow=0.08, dividends=70.0)
    exact = implied_forward(pairs_of(world, half_ticks=0.0, rounded=False))
    truth = [world.forward(expiry) for expiry in world.expiries]
    assert exact["forward"].tolist() == pytest.approx(truth, abs=1e-8)
    assert (exact["high"] - exact["low"]).abs().max() < 1e-8
    # Two ticks either side, rounded outward: the truth is bracketed, the middle right to a tick.
    quoted = implied_forward(pairs_of(world, half_ticks=2.0))
    assert (quoted["low"] <= truth).all()
    assert (truth <= quoted["high"]).all()
    assert quoted["forward"].tolist() == pytest.approx(truth, abs=0.2)


@pytest.mark.feature("F19")
def test_session_count_of_the_spec_vector() -> None:
    # derivatives.md 2.5: K 3700, C 95, P 120, r 2 %, tau 24/250 (2020-03-16 to 2020-04-17, Qingming
    # closed, both ends counted) -> 3674.952
    one = pd.DataFrame(
        {
            "expiry": ["2020-04-17"] * 2, "strike": 3700.0, "option_type": ["C", "P"],
            "bid": [95.0, 120.0], "ask": [95.0, 120.0],
        }
    )  # fmt: skip
    pair = option_pairs(one, DAY, rate=0.02, days_per_year=250).iloc[0]
    assert pair["tau"] == pytest.approx(24 / 250)
    assert pair["mid"] == pytest.approx(3674.952, abs=5e-4)
    assert pair["spread"] == 0.0


@pytest.mark.feature("F19", "F14")
@pytest.mark.parametrize("make", [csi300, csi1000])
def test_implied_dividends_and_rate_in_closed_form(make: Maker) -> None:
    paying = make(dividends=80.0)
    found = implied_forward(
        pairs_of(paying, half_ticks=0.0, rounded=False),
        index_level=paying.spot, rate=paying.rate,
    )  # fmt: skip
    for expiry, one in found.iterrows():
        tau = float(one["tau"])
        # S - e^(-r tau) (S e^(r tau) - D e^(r tau / 2)) = D e^(-r tau / 2)
        due = paying.paid(f"{expiry:%Y-%m-%d}") * np.exp(-0.5 * paying.rate * tau)
        assert one["implied_dividends"] == pytest.approx(due, abs=1e-8)
    lent = make(borrow=0.09)
    rates = implied_forward(
        pairs_of(lent, half_ticks=0.0, rounded=False), index_level=lent.spot, rate=lent.rate
    )["implied_rate"]
    assert rates.tolist() == pytest.approx([lent.rate - 0.09] * len(rates), abs=1e-12)


@pytest.mark.feature("F19")
@pytest.mark.parametrize("make", [csi300, csi1000])
def test_edge_is_the_planted_gap_less_both_half_spreads_and_costs(make: Maker) -> None:
    world = make(borrow=0.06)
    expiry = world.expiries[0]
    forward, tau = world.forward(expiry), world.tau(expiry)
    # Quotes a tick either side, not rounded: each synthetic leg pays two half spreads.
    pairs = pairs_of(world, half_ticks=1.0, rounded=False)
    paid = np.exp(world.rate * tau) * 2 * world.tick
    cheap = quotes(world, expiry, forward - 30.4, forward - 30.0)
    free = parity_edges(pairs, cheap, costs=FREE)
    take = free[free["side"] == "take_discount"]
    assert take["edge"].tolist() == pytest.approx([30.0 - paid] * len(world.strikes), abs=1e-8)
    back = free[free["side"] == "take_premium"]
    assert back["edge"].tolist() == pytest.approx([-30.4 - paid] * len(world.strikes), abs=1e-8)
    costs = ParityCosts(
        futures_fee=1e-4, settlement_fee=2e-4, option_fee=0.5, margin=0.3, funding=0.02
    )
    ask = forward - 30.0
    due = ask * (1e-4 + 2e-4 + 0.3 * 0.02 * tau) + 0.5
    best = parity_edges(pairs, cheap, costs=costs).iloc[0]
    assert best["edge"] == pytest.approx(30.0 - paid - due, abs=1e-8)
    assert best["annualised"] == pytest.approx(best["edge"] / ask / tau)
    assert best["on_margin"] == pytest.approx(best["annualised"] / 0.3)
    dear = quotes(world, expiry, forward + 12.0, forward + 12.4)
    best = parity_edges(pairs, dear, costs=FREE).iloc[0]
    assert (best["side"], best["edge"]) == ("take_premium", pytest.approx(12.0 - paid, abs=1e-8))


@pytest.mark.feature("F19")
@settings(max_examples=40, deadline=None)
@given(
    gap=st.floats(-200, 200),
    spread=st.floats(0, 40),
    half=st.floats(0, 20),
    borrow=st.floats(0, 0.3),
    seed=st.integers(0, 50),
)
def test_never_an_edge_on_both_sides_and_none_inside_the_quotes(
    gap: float, spread: float, half: float, borrow: float, seed: int
) -> None:
    world = csi300(borrow=borrow)
    rows = world.chain(half_ticks=half)
    # Holes and nonsense: bids of 0 and NaN, a crossed quote, a strike without its put.
    rng = np.random.default_rng(seed)
    rows.loc[rng.integers(0, len(rows), 4), "bid"] = [0.0, np.nan, 0.0, 1e6]
    rows = rows.drop(index=int(rng.integers(0, len(rows))))
    pairs = option_pairs(rows, DAY, rate=world.rate)
    assert sum(pairs.attrs[k] for k in ("unpaired", "no_quote", "crossed")) >= 3
    expiry = world.expiries[1]
    middle = world.forward(expiry) + gap
    table = parity_edges(pairs, quotes(world, expiry, middle - spread / 2, middle + spread / 2))
    best = table.groupby("side")["edge"].max()
    assert best.min() < 0  # bid <= ask on both legs: what one side gains the other loses, and costs
    assert table["edge"].is_monotonic_decreasing
    mine = pairs[pairs["expiry"] == expiry]
    if (middle - spread / 2 <= mine["ask"].min()) and (mine["bid"].max() <= middle + spread / 2):
        assert (table["edge"] < 0).all()


@pytest.mark.feature("F18", "F19")
@pytest.mark.parametrize("make", [csi300, csi1000])
def test_band_ends_where_the_short_seller_of_the_world_is_indifferent(make: Maker) -> None:
    # Closed form: with a borrow cost b and no trading costs the lower edge is the world's forward,
    # and the excess discount of fair value is -b.
    for borrow in (0.0, 0.03, 0.10, 0.25):
        world = make(borrow=borrow, dividends=60.0)
        for expiry in world.expiries:
            tau, paid = world.tau(expiry), world.paid(expiry)
            edges = no_arbitrage_band(
                world.spot, tau, rate=world.rate, dividends=paid, borrow_cost=borrow,
                stock_cost=0.0, futures_cost=0.0,
            ).iloc[0]  # fmt: skip
            assert edges["lower"] == pytest.approx(world.forward(expiry), abs=1e-9)
            fair = fair_price(world.spot, world.rate, tau, paid)
            assert edges["fair"] == edges["upper"] == pytest.approx(fair, abs=1e-9)
            grown = paid * np.exp(0.5 * world.rate * tau)
            implied = implied_financing(world.forward(expiry), world.spot, tau, grown)
            assert implied - world.rate == pytest.approx(-borrow, abs=1e-12)
            wide = no_arbitrage_band(
                world.spot, tau, rate=world.rate, dividends=paid, borrow_cost=borrow,
                stock_cost=0.001, futures_cost=0.0002,
            )  # fmt: skip
            cost = 0.0012 * world.spot
            assert wide["lower"].iloc[0] == pytest.approx(edges["lower"] - cost, abs=1e-9)
            assert wide["upper"].iloc[0] == pytest.approx(edges["upper"] + cost, abs=1e-9)
            prices = pd.Series([edges["lower"] - cost - 1, fair, edges["upper"] + cost + 1])
            sides = one_sided(prices, pd.concat([wide] * 3, ignore_index=True))
            assert sides.tolist() == ["discount", "inside", "premium"]


def test_band_keeps_the_labels_it_is_given() -> None:
    taus = pd.Series({"IM2401": 0.05, "IM2403": 0.2})
    band = no_arbitrage_band(5200.0, taus, dividends=pd.Series({"IM2401": 0.0, "IM2403": 9.0}))
    assert band.index.tolist() == ["IM2401", "IM2403"]
    one = no_arbitrage_band(5200.0, taus.iloc[:1], borrow_cost=0.05)
    assert one.index.tolist() == ["IM2401"]
    assert one.notna().all(axis=None)
    with pytest.raises(DataError, match="labelled differently"):
        no_arbitrage_band(5200.0, taus, dividends=pd.Series({"IM2401": 1.0}))


@pytest.mark.feature("F19", "F21")
def test_pairs_a_future_takes() -> None:
    # derivatives.md 1.3: one IF = 3 IO, one IM = 2 MO; an ETF option is 10,000 shares.
    assert 1 / futures_per_pair(300) == pytest.approx(3.0)
    assert 1 / futures_per_pair(200) == pytest.approx(2.0)
    etf = futures_per_pair(300, etf_price=3.8, index_level=3800.0)
    assert 1 / etf == pytest.approx(300 * 3800 / (10_000 * 3.8))  # thirty pairs hedge one IF
    assert futures_per_pair(300, option_multiplier=50) == pytest.approx(1 / 6)
    assert futures_per_pair(300, etf_price=3.8, index_level=3800.0, unit=5000) == pytest.approx(
        etf / 2
    )
    for wrong in (
        {"multiplier": 0.0},
        {"multiplier": 300, "etf_price": 3.8},
        {"multiplier": 300, "index_level": 3800.0},
        {"multiplier": 300, "etf_price": -1.0, "index_level": 3800.0},
    ):
        with pytest.raises(ConfigError, match="above zero"):
            futures_per_pair(**wrong)  # type: ignore[arg-type]


def etf_answer(world: World, futures: pd.DataFrame, **changes: object) -> pd.DataFrame:
    given = {
        "etf_price": world.spot, "index_level": 1000 * world.spot,
        "futures_per_pair": futures_per_pair(
            300, etf_price=world.spot, index_level=1000 * world.spot
        ),
        "costs": FREE,
    } | changes  # fmt: skip
    chain = world.chain(half_ticks=0.0, rounded=False, unit=10_000, bid_size=60.0, ask_size=90.0)
    return etf_edges(option_pairs(chain, DAY, rate=world.rate), futures, **given)  # type: ignore[arg-type]


@pytest.mark.feature("F19", "F20")
def test_etf_options_price_an_index_future_between_their_expiries() -> None:
    world = etf300(borrow=0.07)
    level = 1000 * world.spot
    tau = world.tau("2020-04-17")
    truth = level * np.exp((world.rate - 0.07) * tau)  # one rate for all days: interpolation exact
    futures = quotes(world, "2020-04-17", truth - 20.4, truth - 20.0)
    found = etf_answer(world, futures).set_index("side")
    take = found.loc["take_discount"]
    assert take["synthetic"] == pytest.approx(truth, abs=1e-7)
    assert take["edge"] == pytest.approx(20.0, abs=1e-7)
    assert found.loc["take_premium", "edge"] == pytest.approx(-20.4, abs=1e-7)
    assert take["open_days"] == 5  # Friday to the Wednesday after next
    # 60 pairs at a thirtieth of a future each: 2 futures, though 9 are offered.
    assert take["lots"] == pytest.approx(60 / 30)
    assert take["annualised"] == pytest.approx(take["edge"] / (truth - 20.0) / tau)
    assert take["on_margin"] == pytest.approx(take["annualised"] / FREE.margin)
    dear = etf_answer(world, futures, costs=ParityCosts(option_fee=3.0)).set_index("side")
    assert dear.loc["take_discount", "edge"] < 17.0


@pytest.mark.feature("F19", "F14")
def test_etf_and_index_dividends_are_put_back_and_taken_out() -> None:
    # The ETF pays 0.05 CNY before its June options end, the index drops 30 points by the June future:
    # carry is read with the one, the index future priced with the other.
    world = etf300(borrow=0.04, dividends=0.2)
    level = 1000 * world.spot
    due = pd.Series(
        {
            pd.Timestamp(e): world.paid(e) * np.exp(0.5 * world.rate * world.tau(e))
            for e in world.expiries
        }
    )
    tau = world.tau("2020-06-19")
    truth = level * np.exp((world.rate - 0.04) * tau) - 30.0
    futures = quotes(world, "2020-06-19", truth - 1.0, truth + 1.0)
    found = etf_answer(world, futures, etf_dividends=due, index_dividends=30.0)
    assert found["synthetic"].tolist() == pytest.approx([truth] * 2, abs=1e-6)
    named = etf_answer(world, futures, etf_dividends=due, index_dividends=pd.Series({"F": 30.0}))
    pd.testing.assert_frame_equal(found, named)
    blind = etf_answer(world, futures)
    # Without them the ETF's payout is taken for carry: 46 points off here.
    assert abs(blind["synthetic"].iloc[0] - truth) > 10


@pytest.mark.feature("F19")
def test_etf_options_say_nothing_beyond_their_expiries_and_refuse_nonsense() -> None:
    world = etf300()
    far = etf_answer(world, quotes(world, "2020-09-18", 3700.0, 3701.0))
    assert far[["synthetic", "edge", "lots", "open_days"]].isna().all(axis=None)
    with pytest.raises(ConfigError, match="above zero"):
        etf_answer(world, quotes(world, "2020-04-17", 3700.0, 3701.0), etf_price=0.0)
    with pytest.raises(DataError, match="crossed, first F"):
        etf_answer(world, quotes(world, "2020-04-17", 3701.0, 3700.0))
    with pytest.raises(DataError, match="ETF options with etf_edges"):
        parity_edges(pairs_of(world), quotes(world, "2020-04-17", 3700.0, 3701.0))
    pairs = pairs_of(csi300())
    with pytest.raises(DataError, match="missing, at or below zero"):
        parity_edges(pairs, quotes(csi300(), "2020-04-17", np.nan, 3700.0))
    with pytest.raises(ConfigError, match="futures_per_pair=0"):
        parity_edges(pairs, quotes(csi300(), "2020-04-17", 3699.0, 3700.0), futures_per_pair=0.0)
    with pytest.raises(ConfigError, match="index level -3700"):
        implied_forward(pairs, index_level=-3700.0)


def test_adjusted_etf_contracts_are_left_out_and_counted() -> None:
    world = etf300()
    rows = world.chain(unit=10_000)
    twin = rows[rows["strike"] == rows["strike"].iloc[0]].assign(unit=10_215, strike=3.329)
    pairs = option_pairs(pd.concat([rows, twin], ignore_index=True), DAY, rate=world.rate)
    assert pairs.attrs["adjusted"] == 6
    pd.testing.assert_frame_equal(
        pairs, option_pairs(rows, DAY, rate=world.rate), check_flags=False
    )
