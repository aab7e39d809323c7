"""Synthetic futures from one chain, by hand; the band; long substitution; the neighbour's hedge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from quantquake.errors import ConfigError, DataError
from quantquake.measures import basis
from quantquake.measures.basis.before_after import before_after
from quantquake.measures.basis.substitution import long_substitution
from quantquake.measures.cross_hedge import cross_hedge
from quantquake.measures.parity import (
    ParityCosts,
    forward_at,
    implied_forward,
    option_pairs,
    parity_edges,
    synthetic_future,
)
from quantquake.measures.parity.band import no_arbitrage_band, one_sided

DAY = pd.Timestamp("2024-01-02")
ENDS = [pd.Timestamp("2024-01-19"), pd.Timestamp("2024-03-15")]


@pytest.mark.feature("F19")
def test_vector_of_the_spec() -> None:
    # derivatives.md 2.5: K 3700, C 95, P 120, r 2 %, tau 24/250 -> 3674.952
    assert synthetic_future(3700.0, 95.0, 120.0, 0.02, 24 / 250) == pytest.approx(
        3674.952, abs=5e-4
    )


def black(forward: float, strike: float, tau: float, rate: float, kind: str) -> float:
    """Black's formula, written out: independent of the package."""
    sd = 0.2 * np.sqrt(tau)
    d1 = np.log(forward / strike) / sd + sd / 2
    call = np.exp(-rate * tau) * (forward * norm.cdf(d1) - strike * norm.cdf(d1 - sd))
    return call if kind == "call" else call - np.exp(-rate * tau) * (forward - strike)


def chain(spread: float = 0.4, seed: int | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for end in ENDS:
        tau = (end - DAY).days / 365
        forward = 6000 * (1 - 0.10 * tau)  # a discount of 10 % a year
        for strike in range(5200, 6801, 100):
            for kind in ("call", "put"):
                mid = black(forward, strike, tau, 0.02, kind)
                half = spread * (1 + 20 * abs(strike / forward - 1)) / 2
                mid += 0.0 if seed is None else rng.normal(0, half / 2)
                rows.append((end, strike, kind, mid - half, mid + half, 20, 30))
    names = ["expiry", "strike", "option_type", "bid", "ask", "bid_size", "ask_size"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.feature("F19")
def test_pooled_forward_recovers_the_one_behind_the_chain() -> None:
    exact = implied_forward(option_pairs(chain(), DAY), index_level=6000.0)
    tau = (pd.Series(ENDS) - DAY).dt.days.to_numpy() / 365
    truth = 6000 * (1 - 0.10 * tau)
    assert exact["forward"].tolist() == pytest.approx(truth, abs=1e-6)
    noisy = implied_forward(option_pairs(chain(4.0, seed=1), DAY))
    assert noisy["forward"].tolist() == pytest.approx(truth, abs=2.0)
    assert (exact["low"] < exact["forward"]).all()
    assert (exact["forward"] < exact["high"]).all()
    dividends = 6000 - np.exp(-0.02 * tau) * truth
    assert exact["implied_dividends"].tolist() == pytest.approx(dividends, abs=1e-6)
    between = forward_at(exact, 6000.0, 0.1)
    assert exact["forward"].min() < between < exact["forward"].max()
    with pytest.raises(DataError, match="outside the option expiries"):
        forward_at(exact, 6000.0, 0.5)


def test_weight_goes_to_tight_quotes() -> None:
    rows = chain(0.2)
    far = (rows["strike"] == 6000) & (rows["option_type"] == "call")
    rows.loc[far, ["bid", "ask"]] = [10.0, 900.0]  # a quote nobody means
    found = implied_forward(option_pairs(rows, DAY))
    clean = implied_forward(option_pairs(chain(0.2), DAY))
    assert found["forward"].tolist() == pytest.approx(clean["forward"].tolist(), abs=1e-6)


FUTURES = pd.DataFrame(
    {"expiry": [ENDS[0]], "bid": [5900.0], "ask": [5900.4], "bid_size": [3], "ask_size": [4]},
    index=["IM2401"],
)


@pytest.mark.feature("F19")
def test_edge_by_hand_and_on_both_sides() -> None:
    one = pd.DataFrame(
        {
            "expiry": [ENDS[0]] * 2,
            "strike": [6000.0] * 2,
            "option_type": ["C", "P"],
            "bid": [100.0, 150.0],
            "ask": [101.0, 151.5],
            "bid_size": [10, 8],
            "ask_size": [9, 6],
        }
    )
    pairs = option_pairs(one, DAY, rate=0.0)
    assert pairs[["bid", "ask"]].iloc[0].tolist() == [5948.5, 5951.0]
    costs = ParityCosts(futures_fee=0.0001, option_fee=1.0, margin=0.2, funding=0.0)
    table = parity_edges(pairs, FUTURES, costs=costs, futures_per_pair=0.5)
    best = table.iloc[0]
    # Sell the synthetic at 5948.5, buy the future at 5900.4, pay 1 + 0.59004
    assert best["side"] == "take_discount"
    assert best["edge"] == pytest.approx(5948.5 - 5900.4 - 1 - 0.0001 * 5900.4)
    assert best["on_margin"] == pytest.approx(best["annualised"] / 0.2)
    # Calls bid for 10, puts offered 6: six pairs, half a future each; 4 futures offered.
    assert best["lots"] == 3.0
    # The other way: calls offered 9, puts bid for 8, 3 futures bid for.
    assert table.iloc[1]["lots"] == 3.0
    whole = parity_edges(pairs, FUTURES, costs=costs, futures_per_pair=0.25)
    assert whole["lots"].tolist() == [1.5, 2.0]
    assert table.iloc[1]["edge"] < -50
    dear = parity_edges(pairs, FUTURES, costs=ParityCosts(funding=0.1, margin=1.0))
    assert dear["edge"].iloc[0] < best["edge"]


def test_scale_and_adjusted_units_of_etf_options() -> None:
    etf = chain().assign(unit=10_000)
    for column in ("strike", "bid", "ask"):
        etf[column] /= 1000
    etf.loc[:3, "unit"] = 10_150
    pairs = option_pairs(etf, DAY, scale=1000.0)
    assert pairs.attrs["adjusted"] == 4
    assert implied_forward(pairs)["forward"].iloc[0] == pytest.approx(
        implied_forward(option_pairs(chain(), DAY))["forward"].iloc[0]
    )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda c: c.drop(columns=["bid", "ask"]).assign(last=1.0), "lacks .'bid', 'ask'"),
        (lambda c: c.assign(bid=0.0), "No strike has a call and a put"),
        (lambda c: c.assign(option_type="straddle"), "neither call nor put"),
        (lambda c: pd.concat([c, c]), "options repeat"),
        (lambda c: c.assign(expiry=DAY), "No strike"),
        (lambda c: c.assign(bid=c["ask"] + 1), "crossed 68"),
    ],
)
def test_bad_chains_are_named(change, match: str) -> None:
    with pytest.raises(DataError, match=match):
        option_pairs(change(chain()), DAY)
    with pytest.raises(DataError, match="futures lack"):
        parity_edges(option_pairs(chain(), DAY), FUTURES.drop(columns="bid"))
    with pytest.raises(DataError, match="not settle together"):
        parity_edges(option_pairs(chain(), DAY), FUTURES.assign(expiry="2024-01-24"))
    with pytest.raises(ConfigError, match="parity costs"):
        ParityCosts(margin=0.0)


@pytest.mark.feature("F18")
def test_band_is_one_sided_and_widens_with_borrow_cost() -> None:
    none = no_arbitrage_band(5400.0, 0.25, dividends=40.0)
    assert none["lower"].iloc[0] == 0.0
    cheap = no_arbitrage_band(5400.0, 0.25, dividends=40.0, borrow_cost=0.03)
    dear = no_arbitrage_band(5400.0, 0.25, dividends=40.0, borrow_cost=0.12)
    assert 0 < dear["lower"].iloc[0] < cheap["lower"].iloc[0] < cheap["fair"].iloc[0]
    assert none["upper"].iloc[0] == cheap["upper"].iloc[0] == dear["upper"].iloc[0]
    free = no_arbitrage_band(
        5400.0, 0.25, dividends=40.0, borrow_cost=0.0, stock_cost=0.0, futures_cost=0.0
    )
    assert free["lower"].iloc[0] == pytest.approx(free["upper"].iloc[0])
    prices = pd.Series([5200.0, 5388.0, 5450.0])
    band = pd.concat([cheap] * 3, ignore_index=True)
    assert one_sided(prices, band).tolist() == ["discount", "inside", "premium"]
    assert one_sided(prices, pd.concat([none] * 3, ignore_index=True))[0] == "inside"
    with pytest.raises(ConfigError, match="below zero"):
        no_arbitrage_band(5400.0, 0.25, borrow_cost=-0.1)


def ic_curve() -> tuple[pd.DataFrame, pd.DataFrame]:
    prices = {"IC2003": 5200.0, "IC2004": 5150.0, "IC2006": 5080.0, "IC2009": 4960.0}
    rows = [
        (pd.Timestamp(day), symbol, price + shift, 1e4, 5240.0)
        for day, shift in (("2020-03-04", -250.0), ("2020-03-16", 0.0))
        for symbol, price in prices.items()
    ]
    frame = pd.DataFrame(rows, columns=["date", "symbol", "close", "open_interest", "spot_close"])
    past = basis.history(frame)
    return basis.term_structure(frame, None, "2020-03-16"), past


@pytest.mark.feature("F22")
def test_long_substitution_shows_the_head_start_and_the_worst_exit() -> None:
    curve, past = ic_curve()
    card = long_substitution(curve, past, cash_yield=0.02, margin=0.2, fees=0.001, exit_after=20)
    row = card.contracts.loc["IC2004"]
    assert row["carry"] == pytest.approx(90 / 5240 * 250 / 24)
    assert row["head_start"] == pytest.approx(row["carry"] + 0.016 - 0.001)
    assert card.best == "IC2004"  # the front has 5 sessions: noise, whatever it pays
    assert card.break_even_alpha == card.head_start
    assert card.worst < 0 < card.head_start
    assert card.contracts["worst_on"].dropna().eq(pd.Timestamp("2020-03-04")).any()
    fewer = long_substitution(curve, past, dividends=30.0)
    assert fewer.head_start < card.head_start
    # The fund is paid 30 points by the April expiry, 20 of 23 sessions of them before a forced exit.
    same = long_substitution(curve, past, cash_yield=0.02, margin=0.2, dividends=30.0)
    late = card.contracts.loc["IC2004", "worst"] - same.contracts.loc["IC2004", "worst"]
    assert late == pytest.approx(30 / 5240 * 20 / 23)
    # By hand for IC2004: in at -90 of 5240; with about four sessions left the deepest seen was the
    # front on 4 March, -290; twenty sessions of cash less fees.
    by_hand = -290 / 5240 + 90 / 5240 + (0.016 - 0.001) * 20 / 250
    assert card.contracts.loc["IC2004", "worst"] == pytest.approx(by_hand)
    assert np.isnan(card.contracts.loc["IC2009", "worst"])  # no past contract had so many left
    with pytest.raises(ConfigError, match="margin"):
        long_substitution(curve, past, margin=0.0)
    with pytest.raises(DataError, match="six sessions"):
        long_substitution(curve.head(1), past)


@pytest.mark.feature("F20")
def test_difference_in_differences_finds_a_planted_step_only() -> None:
    rng = np.random.default_rng(2)
    days = pd.bdate_range("2015-01-01", periods=1500)
    common = pd.Series(rng.normal(0, 0.02, 1500), index=days).rolling(20, min_periods=1).mean()
    event = days[900]
    treated = common + rng.normal(0, 0.004, 1500) + np.where(days >= event, 0.03, 0.0)
    control = common + rng.normal(0, 0.004, 1500)
    found = before_after(treated, control, event)
    assert found.effect == pytest.approx(0.03, abs=0.002)
    assert found.effect > found.placebo_high
    assert found.chance == 0.0
    nothing = before_after(control, common, event)
    assert nothing.placebo_low <= nothing.effect <= nothing.placebo_high
    with pytest.raises(DataError, match="needed on each side"):
        before_after(treated, control, days[10])
    with pytest.raises(DataError, match="free of the event"):
        before_after(treated[800:1000], control[800:1000], event, window=90)


@pytest.mark.feature("F21")
def test_cross_hedge_saves_cost_and_shows_the_tracking_error() -> None:
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2022-01-01", periods=500)
    market = rng.normal(0, 0.012, 500)
    small = market + rng.normal(0, 0.006, 500)
    hedges = pd.DataFrame({"IC": small, "IF": market}, index=days)
    book = pd.Series(small + rng.normal(0, 0.003, 500), index=days)
    table = cross_hedge(book, hedges, pd.Series({"IC": 0.12, "IF": 0.04}))
    first = table.iloc[0]
    assert first["IC"] == pytest.approx(1.0, abs=0.05)
    assert first["saved"] == 0.0
    assert table["tracking_error"].is_monotonic_increasing
    assert table["saved"].is_monotonic_increasing
    assert table[["IC", "IF"]].sum(axis=1).tolist() == pytest.approx(
        [first["IC"] + first["IF"]] * 6
    )
    last = table.iloc[-1]
    assert last["IF"] > 0.9
    assert last["saved"] > 0.05
    with pytest.raises(DataError, match=r"no cost for .'IF'"):
        cross_hedge(book, hedges, pd.Series({"IC": 0.12}))
