"""Dealer gamma: size, sign, flips and units, against closed forms and plain sums."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tests.flows.gamma_chains import ON, flip_of_two, two_options, whole_chain

import quantquake as qq
from quantquake.errors import ConfigError, DataError
from quantquake.flows.gamma import gamma_exposure
from quantquake.flows.options import black_scholes, cross_greeks

GEX = "gex_usd_per_1pct"


@pytest.mark.feature("E03")
def test_published_vector_in_money_and_shares():
    # spec/derivatives 4.1: 1,000 lots x 100 at the money: 3,959.61 shares a point, USD 395,961.
    chain = pd.DataFrame(
        {"option_type": ["call"], "strike": 100.0, "tau": 0.25, "iv": 0.2, "open_interest": 1000}
    )
    got = gamma_exposure(chain, 100.0, rate=0.03, dividend=0.01)
    assert got.total == pytest.approx(395_961, abs=0.5)
    assert got.exposures["gex_shares_per_point"] == pytest.approx(3959.61, abs=0.005)
    # A vendor's gamma of the same size gives the same, with the rule that S squared times 0.01.
    vendor = gamma_exposure(chain.assign(gamma=0.03959614), 100.0)
    assert vendor.total == pytest.approx(395_961.4, abs=0.05)
    assert (got.source, vendor.source) == ("closed_form", "vendor")


@pytest.mark.feature("E03", "H22")
@pytest.mark.parametrize("sizes", [(1000.0, 1000.0), (3000.0, 1000.0), (500.0, 900.0)])
@pytest.mark.parametrize(("rate", "dividend"), [(0.0, 0.0), (0.05, 0.015)])
def test_a_constructed_chain_flips_at_the_known_spot(sizes, rate, dividend):
    chain = two_options(sizes=sizes)
    known = flip_of_two(95.0, 105.0, sizes, 0.2, 0.25, rate, dividend)
    got = gamma_exposure(chain, 100.0, rate=rate, dividend=dividend)
    assert got.flip == pytest.approx([known], abs=1e-9)
    assert got.nearest_flip == got.flip[0]
    below, above = (gamma_exposure(chain, known + d, rate=rate, dividend=dividend) for d in (-1, 1))
    assert below.total < 0 < above.total  # short puts below, long calls above
    # One volatility for all strikes: the smile has nowhere to move to.
    assert got.flip_sticky_delta == pytest.approx([known], abs=1e-9)


def test_no_flip_one_flip_several_flips():
    short = gamma_exposure(two_options(), 100.0, dealer_sign="all-short")
    assert len(short.flip) == 0
    assert np.isnan(short.nearest_flip)
    # Short strikes 80 and 120, long 100, far apart: short, long, short; each flip by symmetry
    # lies where its two neighbours weigh the same.
    butterfly = pd.DataFrame(
        {
            "option_type": "call", "strike": [80.0, 100.0, 120.0], "tau": 0.05, "iv": 0.15,
            "open_interest": 100.0,
        }
    )  # fmt: skip
    got = gamma_exposure(
        butterfly, 100.0, dealer_sign=[-1, 1, -1], moves=np.linspace(-0.25, 0.25, 401)
    )
    wanted = [flip_of_two(a, a + 20.0, (1, 1), 0.15, 0.05) for a in (80.0, 100.0)]
    assert got.flip == pytest.approx(wanted, abs=1e-6)
    assert got.dealer_sign == "given"


def plain(chain, spot, rate=0.0):
    """Total and profile in a few lines of numpy, naive signs."""
    tau = ((chain["expiry"] - chain["date"]).dt.days / 365).to_numpy()
    sign = np.where(chain["option_type"] == "call", 1.0, -1.0)
    size = (sign * chain["open_interest"] * 100).to_numpy()
    width = (chain["iv"] * np.sqrt(tau)).to_numpy()

    def at(level):
        d1 = (np.log(level / chain["strike"].to_numpy()) + rate * tau) / width + width / 2
        return (size * norm.pdf(d1) / (level * width)).sum() * level**2 * 0.01

    return at


@pytest.mark.feature("E03")
def test_whole_chain_against_plain_numpy():
    chain = whole_chain()
    got = gamma_exposure(chain, rate=0.03)
    sign = np.where(chain["option_type"] == "call", 1.0, -1.0)
    vendor = (sign * chain["gamma"] * chain["open_interest"] * 100 * 4000.0**2 * 0.01).sum()
    at = plain(chain, 4000.0, rate=0.03)
    assert got.total == pytest.approx(vendor, rel=1e-12)
    assert got.closed_form_total == pytest.approx(at(4000.0), rel=1e-11)
    alone = gamma_exposure(chain, rate=0.03, gamma="closed_form")
    assert alone.total == pytest.approx(got.closed_form_total, rel=1e-12)
    wanted = [at(level) for level in got.profile.index]
    np.testing.assert_allclose(got.profile[GEX], wanted, rtol=1e-9, atol=1e-9 * got.gross)
    for flip in got.flip:
        assert at(flip - 1) * at(flip + 1) < 0
        assert abs(at(flip)) < 1e-6 * abs(at(flip + 1))
    assert got.by_strike[GEX].sum() == pytest.approx(got.total, rel=1e-12)
    assert got.by_expiry[GEX].sum() == pytest.approx(got.total, rel=1e-12)
    calls = got.by_strike[f"calls_{GEX}"].sum() + got.by_strike[f"puts_{GEX}"].sum()
    assert calls == pytest.approx(got.total, rel=1e-12)
    assert got.gross == pytest.approx(got.by_strike[f"gross_{GEX}"].sum(), rel=1e-12)
    assert got.gross > abs(got.total)


def test_every_column_says_its_unit():
    got = gamma_exposure(whole_chain(), currency="CNY")
    units = ("cny_per_1pct", "per_point", "per_vol_point", "per_day", "contracts", "_sticky_delta")
    for frame in (got.by_strike, got.by_expiry):
        assert all(c.endswith(units) or c == "contracts_without_gamma" for c in frame.columns)
    assert all(c == "move" or "cny_per_1pct" in c for c in got.profile.columns)
    assert [*got.exposures.index] == [
        "gex_cny_per_1pct", "gex_shares_per_point", "vanna_cny_per_vol_point", "charm_cny_per_day",
    ]  # fmt: skip


def test_vanna_and_charm_are_the_change_of_delta_in_money():
    chain = whole_chain()
    got = gamma_exposure(chain)
    tau = (chain["expiry"] - ON).dt.days / 365
    call = chain["option_type"] == "call"
    size = np.where(call, 1.0, -1.0) * chain["open_interest"] * 100 * 4000.0
    book = {"spot": 4000.0, "strike": chain["strike"], "kind": call}

    def delta(years, volatility):
        return black_scholes(**book, time=years, volatility=volatility).delta

    by_volatility = size * (delta(tau, chain["iv"] + 5e-5) - delta(tau, chain["iv"] - 5e-5)) / 1e-4
    by_time = size * (delta(tau - 1e-6, chain["iv"]) - delta(tau + 1e-6, chain["iv"])) / 2e-6
    vanna, charm = (got.contracts[c] for c in ("vanna_usd_per_vol_point", "charm_usd_per_day"))
    np.testing.assert_allclose(vanna, by_volatility * 0.01, atol=1e-4 * vanna.abs().max())
    np.testing.assert_allclose(charm, by_time / 365, atol=1e-4 * charm.abs().max())
    assert got.exposures["vanna_usd_per_vol_point"] == pytest.approx(vanna.sum())


# --- the smile under a move ---------------------------------------------------------------------


def test_sticky_strike_and_sticky_delta_agree_where_the_spot_stands():
    got = gamma_exposure(whole_chain(), moves=[-0.05, 0.0, 0.05])
    fixed, moving = got.profile[GEX], got.profile[f"{GEX}_sticky_delta"]
    assert moving.iloc[1] == pytest.approx(fixed.iloc[1], rel=1e-12)
    assert abs(moving.iloc[0] / fixed.iloc[0] - 1) > 0.01


def test_sticky_delta_is_the_chain_of_the_other_spot():
    # With volatility a function of K/S alone, moving the spot and the strikes together changes
    # nothing but the scale: each contract's gamma at S' is that of the contract at K S/S'.
    chain = whole_chain()
    got = gamma_exposure(chain, moves=[-0.02, 0.02])
    for move in (-0.02, 0.02):
        level = 4000.0 * (1 + move)
        other = chain.copy()
        for _, rows in chain.groupby(["expiry", "option_type"]):
            x, y = np.log(rows["strike"] / 4000.0), rows["iv"]
            other.loc[rows.index, "iv"] = np.interp(np.log(rows["strike"] / level), x, y)
        wanted = gamma_exposure(other, level, gamma="closed_form").total
        value = got.profile.loc[level, f"{GEX}_sticky_delta"]
        assert value == pytest.approx(wanted, rel=1e-10)


# --- who is on which side -----------------------------------------------------------------------


@pytest.mark.feature("H22")
def test_the_models_of_the_dealers_side_and_their_band():
    chain = whole_chain().assign(customer_net=lambda t: -0.25 * t["open_interest"])
    got = gamma_exposure(chain)
    assert set(got.totals.index) == {"naive", "all_short", "skew_adjusted", "signed"}
    assert got.totals["all_short"] == pytest.approx(-got.gross, rel=1e-12)
    # Customers sold a quarter of everything: dealers are long that quarter.
    assert got.totals["signed"] == pytest.approx(0.25 * got.gross, rel=1e-12)
    assert got.total == got.totals["naive"]
    assert (got.low, got.high) == (got.totals.min(), got.totals.max())
    for name in got.totals.index:
        chosen = gamma_exposure(chain, dealer_sign=name.replace("_", "-"))
        assert chosen.total == pytest.approx(got.totals[name], rel=1e-12)
        assert chosen.dealer_sign == name
    band = got.profile
    assert (band[f"low_{GEX}"] <= band[GEX]).all()
    assert (band[GEX] <= band[f"high_{GEX}"]).all()


def test_trade_direction_is_a_share_of_the_open_interest():
    chain = whole_chain()
    bought = chain.assign(direction=1.0)
    assert gamma_exposure(bought, dealer_sign="signed").total == pytest.approx(
        gamma_exposure(chain, dealer_sign="all_short").total
    )
    assert gamma_exposure(chain.assign(direction=0.0), dealer_sign="signed").total == 0.0
    by_contracts = chain.assign(customer_net=0.5 * chain["open_interest"])
    by_share = chain.assign(direction=0.5)
    assert gamma_exposure(by_contracts, dealer_sign="signed").total == pytest.approx(
        gamma_exposure(by_share, dealer_sign="signed").total
    )
    over = gamma_exposure(
        chain.assign(customer_net=chain["open_interest"] * 3), dealer_sign="signed"
    )
    assert over.total == pytest.approx(-over.gross)
    assert any(note["what"] == "customers hold more than is open" for note in over.issues)


def test_skew_adjusted_follows_the_dear_wing():
    # A put skew that falls through the calls: the naive signs are the answer.
    chain = whole_chain()
    assert gamma_exposure(chain, dealer_sign="skew_adjusted").total == pytest.approx(
        gamma_exposure(chain).total
    )
    # Calls dearer than the money as well, as in a name retail chases: short both.
    away = np.log(chain["strike"] / 4000.0)
    smile = chain.assign(iv=0.15 + 3 * away.abs(), gamma=np.nan)
    assert gamma_exposure(smile, dealer_sign="skew_adjusted").total == pytest.approx(
        gamma_exposure(smile, dealer_sign="all_short").total
    )
    # A flat smile says nothing: nobody is on any side.
    flat = gamma_exposure(chain.assign(iv=0.15), dealer_sign="skew_adjusted")
    assert flat.total == pytest.approx(0.0, abs=1e-9 * gamma_exposure(chain).gross)
    # Half as dear as the width: half short.
    half = chain.assign(iv=0.15, gamma=np.nan)
    wide = 0.15 * (1 + 0.05 * (away.abs() > 0.005))
    got = gamma_exposure(half.assign(iv=wide), dealer_sign="skew_adjusted", skew_width=0.1)
    assert got.contracts["dealer_sign"].to_numpy() == pytest.approx(-0.5)
    narrow = gamma_exposure(half.assign(iv=wide), dealer_sign="skew_adjusted", skew_width=0.05)
    assert narrow.contracts["dealer_sign"].to_numpy() == pytest.approx(-1.0)


def test_too_few_strikes_for_a_skew_keep_the_naive_sign():
    got = gamma_exposure(two_options(), 100.0, dealer_sign="skew_adjusted")
    assert got.contracts["dealer_sign"].tolist() == [-1.0, 1.0]


def test_unknown_sides_are_refused():
    with pytest.raises(ConfigError, match="'bullish' is unknown"):
        gamma_exposure(two_options(), 100.0, dealer_sign="bullish")
    with pytest.raises(DataError, match="customer_net"):
        gamma_exposure(two_options(), 100.0, dealer_sign="signed")
    with pytest.raises(ConfigError, match="between -1 and 1"):
        gamma_exposure(two_options(), 100.0, dealer_sign=[2.0, 1.0])
    with pytest.raises(ConfigError, match="shape"):
        gamma_exposure(two_options(), 100.0, dealer_sign=[1.0, 1.0, 1.0])
    with pytest.raises(ConfigError, match="skew_width"):
        gamma_exposure(two_options(), 100.0, skew_width=0.0)


# --- settings -----------------------------------------------------------------------------------


def test_every_argument_moves_the_output():
    chain = whole_chain().drop(columns="gamma")
    base = gamma_exposure(chain, 4000.0)
    changed = {
        "spot": 4020.0, "dealer_sign": "all_short", "rate": 0.05, "dividend": 0.05,
        "multiplier": 10_000.0, "time_left": 0.5,
    }  # fmt: skip
    for name, value in changed.items():
        other = gamma_exposure(chain, **{"spot": 4000.0, name: value})
        assert other.total != base.total, name
    assert gamma_exposure(chain, 4000.0, multiplier=10_000.0).total == pytest.approx(
        100 * base.total
    )
    assert gamma_exposure(chain, currency="CNY").by_strike.columns[0] == "gex_cny_per_1pct"
    vendor = whole_chain()
    assert gamma_exposure(vendor).total != gamma_exposure(vendor, gamma="closed_form").total
    assert gamma_exposure(chain, skew_width=0.5).totals["skew_adjusted"] != pytest.approx(
        base.totals["skew_adjusted"]
    )
    assert len(gamma_exposure(chain, moves=[-0.1, 0.1]).profile) == 2
    two = pd.concat([chain, chain.assign(date=ON - pd.Timedelta(1, "D"))])
    assert gamma_exposure(two, as_of="2026-02-02").total != base.total


def test_a_column_of_multipliers_goes_before_the_argument():
    # IO, MO, HO: CNY 100 a point; an ETF option 10,000 shares, 10,235 after a dividend.
    chain = two_options().assign(合约乘数=[10_000.0, 10_235.0])
    plain_call = gamma_exposure(two_options().iloc[1:], 100.0, multiplier=1.0).total
    got = gamma_exposure(chain, 100.0, multiplier=1.0, currency="CNY")
    assert got.by_strike.loc[105.0, "gex_cny_per_1pct"] == pytest.approx(10_235 * plain_call)


def test_forward_of_the_chain_takes_the_place_of_the_dividend():
    chain = two_options()
    own = chain.assign(forward=100.0 * np.exp((0.04 - 0.01) * 0.25))
    by_yield = gamma_exposure(chain, 100.0, rate=0.04, dividend=0.01)
    by_forward = gamma_exposure(own, 100.0, rate=0.04)
    assert by_forward.total == pytest.approx(by_yield.total, rel=1e-12)
    assert by_forward.flip == pytest.approx(by_yield.flip, rel=1e-12)


def test_reads_a_chain_in_one_line_and_is_json(tmp_path):
    file = tmp_path / "chain.csv"
    whole_chain().to_csv(file, index=False)
    got = qq.flows.gamma.gamma_exposure(qq.read(file, kind="options"), 4000.0)
    assert got.total == pytest.approx(gamma_exposure(whole_chain()).total, rel=1e-9)
    assert gamma_exposure(file).total == got.total
    said = got.to_dict()
    assert said["total"] == got.total
    assert "contracts" not in said
    assert said["origin"]["as_of"] == "2026-02-03"
    assert got.to_frame() is got.profile


def test_cross_greeks_have_the_textbook_signs():
    vanna, charm = cross_greeks(100.0, [80.0, 125.0], 0.5, 0.2)
    assert vanna[0] < 0 < vanna[1]  # a rise of volatility pulls every delta towards one half
    assert charm[0] > 0 > charm[1]  # time pushes it away again
