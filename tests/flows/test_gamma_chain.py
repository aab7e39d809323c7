"""Chains as they come: what is refused, what is listed, and that the rest is computed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.gamma_chains import ON, two_options, whole_chain

from quantquake.errors import ConfigError, DataError, QuantquakeError
from quantquake.flows.gamma import gamma_exposure
from quantquake.flows.options import black_scholes


def notes(got):
    return {note["what"]: note for note in got.issues}


def test_a_missing_vendor_gamma_is_filled_by_the_closed_form_and_counted():
    chain = whole_chain()
    chain.loc[[10, 11, 12], "gamma"] = np.nan
    got = gamma_exposure(chain)
    assert got.source == "mixed"
    assert got.contracts["gamma_source"].value_counts()["closed_form"] == 3
    chain.loc[[10, 11], "iv"] = np.nan
    poorer = gamma_exposure(chain)
    assert poorer.contracts["gamma"].isna().sum() == 2
    assert poorer.by_strike["contracts_without_gamma"].sum() == 2
    rest = gamma_exposure(chain.drop(index=[10, 11]))
    assert poorer.total == pytest.approx(rest.total, rel=1e-12)
    held = chain["open_interest"]
    share = 1 - held[[10, 11]].sum() / held.sum()
    assert poorer.origin.coverage["gamma"] == f"{share:.1%} of open interest"
    assert notes(poorer)["no implied volatility"]["where"] == "rows 10, 11"


def test_a_strike_without_any_gamma_is_missing_not_zero():
    chain = whole_chain()
    chain.loc[chain["strike"] == 4000.0, ["gamma", "iv"]] = np.nan
    got = gamma_exposure(chain)
    assert np.isnan(got.by_strike.loc[4000.0, "gex_usd_per_1pct"])
    assert np.isfinite(got.total)


def test_missing_open_interest_gives_a_part_with_its_coverage():
    chain = whole_chain()
    chain.loc[3:7, "open_interest"] = np.nan
    got = gamma_exposure(chain)
    assert got.origin.coverage["contracts"] == f"{len(chain) - 5} of {len(chain)}"
    assert notes(got)["no open interest"]["where"] == "rows 3, 4, 5, 6, 7"
    assert got.total == pytest.approx(gamma_exposure(chain.drop(index=range(3, 8))).total)
    with pytest.raises(DataError, match="no open interest; its columns are"):
        gamma_exposure(chain.drop(columns="open_interest"))


def test_quotes_on_one_side_crossed_or_absent_are_listed():
    chain = whole_chain()
    chain["bid"] = chain["bid"].clip(lower=0.01)
    chain.loc[2, "bid"] = 0.0
    chain.loc[5, "ask"] = np.nan
    chain.loc[8, ["bid", "ask"]] = 0.0
    chain.loc[9, "bid"] = chain.loc[9, "ask"] + 1
    got = gamma_exposure(chain)
    assert notes(got)["one-sided quote"]["where"] == "rows 2, 5"
    assert notes(got)["no quote"]["where"] == "rows 8"
    assert notes(got)["crossed quote"]["where"] == "rows 9"
    assert got.total == pytest.approx(gamma_exposure(whole_chain()).total)
    # Where the volatility must come from quotes, these rows have that of their strike's other
    # option, if it has one.
    solved = gamma_exposure(chain.drop(columns=["iv", "gamma"]))
    assert notes(solved)["volatility of the strike's other option"]["where"].startswith("rows 2, 5")
    alone = chain[chain["option_type"] == chain.loc[2, "option_type"]].drop(columns=["iv", "gamma"])
    assert np.isnan(gamma_exposure(alone).contracts["iv"].iloc[1])  # row 2 before


def test_volatility_is_solved_from_quotes_when_the_chain_has_none():
    chain = whole_chain(vendor=False)
    got = gamma_exposure(chain.drop(columns="iv"))
    own = got.contracts["iv"]
    two_sided = chain["bid"] > 0
    # The middle of bid and ask is the price by construction; far in the money it holds few digits.
    near = two_sided & ((chain["strike"] / 4000 - 1).abs() < 0.03)
    np.testing.assert_allclose(own[near], chain.loc[near, "iv"], rtol=1e-6)
    assert got.total == pytest.approx(gamma_exposure(chain).total, rel=0.02)
    tau, calls = (chain["expiry"] - ON).dt.days / 365, chain["option_type"] == "call"
    price = black_scholes(4000.0, chain["strike"], tau, chain["iv"], kind=calls).price
    settle = chain.assign(settle=price).drop(columns=["bid", "ask", "iv"])
    assert gamma_exposure(settle).total == pytest.approx(gamma_exposure(chain).total, rel=1e-6)


@pytest.mark.feature("P06")
def test_rows_after_as_of_change_nothing_and_older_ones_are_stale():
    chain = whole_chain()
    later = chain.assign(date=ON + pd.Timedelta(1, "D"), open_interest=9e9)
    both = pd.concat([chain, later], ignore_index=True)
    got = gamma_exposure(both, as_of=ON)
    assert got.total == gamma_exposure(chain).total
    assert got.origin.as_of == ON
    assert notes(got)["rows after as_of"]["where"] == f"{len(later)} rows"
    with pytest.raises(DataError, match=r"chains of 2 days.*2026-02-03.*2026-02-04"):
        gamma_exposure(both)
    with pytest.raises(DataError, match="nothing was known"):
        gamma_exposure(chain, as_of="2020-01-02")
    old = chain.copy()
    old.loc[[0, 1], "date"] = ON - pd.Timedelta(2, "D")
    stale = gamma_exposure(old)
    assert notes(stale)["stale rows"]["where"] == "2 rows before 2026-02-03, first row 0"
    assert stale.total == pytest.approx(gamma_exposure(chain.drop(index=[0, 1])).total)


def test_expiry_day():
    chain = whole_chain()
    chain["expiry"] = chain["expiry"].where(chain["expiry"] > ON + pd.Timedelta(4, "D"), ON)
    got = gamma_exposure(chain)
    today = chain["expiry"] == ON
    # At the close no time is left: not repriced, no division by zero, the vendor's gamma kept.
    assert got.contracts.loc[today, "gamma_closed_form"].isna().all()
    assert np.isfinite(got.profile.to_numpy()).all()
    own = got.contracts.loc[today, "gex_usd_per_1pct"].sum()
    assert got.expiring == pytest.approx(own)
    assert got.expiring != 0
    rest = gamma_exposure(chain[~today])
    assert got.closed_form_total == pytest.approx(rest.closed_form_total)
    assert (rest.expiring, got.total) == (0.0, pytest.approx(rest.total + own))
    # With hours to go they are priced.
    alive = gamma_exposure(chain, time_left=0.27)
    assert alive.contracts["gamma_closed_form"].notna().all()
    late = chain.copy()
    late.loc[[0, 1], "expiry"] = ON - pd.Timedelta(3, "D")
    assert notes(gamma_exposure(late))["expired before 2026-02-03"]["where"] == "rows 0, 1"


def test_a_contract_given_twice():
    chain = whole_chain()
    twice = pd.concat([chain, chain.iloc[[4]]], ignore_index=True)
    got = gamma_exposure(twice)
    assert got.total == pytest.approx(gamma_exposure(chain).total, rel=1e-12)
    assert notes(got)["contract given twice"]["where"] == f"rows {len(chain)}"
    other = twice.copy()
    other.loc[len(chain), "open_interest"] += 1
    with pytest.raises(DataError, match=rf"rows 4, {len(chain)}.*position twice"):
        gamma_exposure(other)
    # Morning- and evening-settled options of one expiry are two contracts, and their codes say so.
    coded = other.assign(contract=[f"SPX{i}" for i in range(len(other))])
    assert gamma_exposure(coded).origin.coverage["contracts"].startswith(str(len(other)))


def test_several_underlyings_are_not_added():
    mixed = whole_chain()
    mixed.loc[5:, "underlying"] = "SPY"
    with pytest.raises(DataError, match=r"2 underlyings \(SPY: 241 rows, SPX: 5 rows\)"):
        gamma_exposure(mixed)


def test_bad_terms_are_listed_and_the_rest_computed():
    chain = whole_chain()
    chain["multiplier"] = 100.0
    good = gamma_exposure(chain.drop(index=[1, 2, 3])).total
    chain.loc[1, "strike"] = np.nan
    chain.loc[2, "option_type"] = None
    chain.loc[3, "multiplier"] = 0.0
    got = gamma_exposure(chain)
    for what, row in (
        ("no strike near the spot", 1),
        ("no option type", 2),
        ("no multiplier above 0", 3),
    ):
        assert notes(got)[what] == {"what": what, "where": f"rows {row}", "action": "left out"}
    assert got.total == pytest.approx(good, rel=1e-12)


def test_what_cannot_be_used_at_all():
    chain = whole_chain()
    with pytest.raises(DataError, match="None of the 246 contracts can be used"):
        gamma_exposure(chain.assign(open_interest=np.nan))
    with pytest.raises(DataError, match="None of the 2 contracts has a gamma: 0 have a time"):
        gamma_exposure(two_options().drop(columns="tau"), 100.0)
    with pytest.raises(DataError, match="`spot` is not given"):
        gamma_exposure(two_options())
    with pytest.raises(DataError, match="stands above 0"):
        gamma_exposure(two_options(), -5.0)
    with pytest.raises(DataError, match="no column for strike"):
        gamma_exposure(two_options().drop(columns="strike"), 100.0)
    with pytest.raises(DataError, match="neither call nor put"):
        gamma_exposure(two_options().assign(option_type="swap"), 100.0)
    with pytest.raises(DataError, match="per cent taken for fractions"):
        gamma_exposure(two_options(sigma=20.0), 100.0)
    with pytest.raises(DataError, match="no number"):
        gamma_exposure(two_options().astype({"iv": object}).assign(iv=["a", 0.2]), 100.0)
    for setting in ({"multiplier": 0.0}, {"time_left": -1.0}, {"rate": np.nan}):
        with pytest.raises(ConfigError, match="multiplier above 0"):
            gamma_exposure(two_options(), 100.0, **setting)
    with pytest.raises(ConfigError, match="gamma='own'"):
        gamma_exposure(two_options(), 100.0, gamma="own")
    for moves in ([0.1, -0.1], [-1.5, 0.0], [np.nan, 0.0]):
        with pytest.raises(ConfigError, match="`moves` must rise"):
            gamma_exposure(two_options(), 100.0, moves=moves)


def test_one_contract_and_vendor_gamma_alone():
    one = pd.DataFrame(
        {"strike": [90.0], "option_type": ["put"], "open_interest": [7], "gamma": [0.02]}
    )
    got = gamma_exposure(one, 100.0)
    assert got.total == pytest.approx(-7 * 100 * 0.02 * 100**2 * 0.01)
    assert np.isnan(got.closed_form_total)
    assert got.profile["gex_usd_per_1pct"].isna().all()
    assert len(got.flip) == 0
    assert got.origin.coverage["repriced"] == "0.0% of open interest"


def test_a_spot_far_from_the_chains_own_is_noted():
    got = gamma_exposure(whole_chain(), 4100.0)
    assert notes(got)["spot differs from the chain's"]["where"] == "chain 4000, given 4100"


NASTY = st.one_of(
    st.floats(-1e9, 1e9), st.floats(0.0, 5.0), st.floats(50.0, 200.0),
    st.just(np.nan), st.just(0.0), st.just(1e-300),
)  # fmt: skip


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["call", "put", "C", "认沽", None]), NASTY, NASTY, NASTY, NASTY, NASTY
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=150)
def test_any_table_is_computed_or_refused_with_a_reason(rows):
    names = ["option_type", "strike", "open_interest", "iv", "gamma", "tau"]
    chain = pd.DataFrame(rows, columns=names)
    said = ""
    try:
        got = gamma_exposure(chain, 100.0)
    except QuantquakeError as refusal:
        said = str(refusal)
    if said:
        assert len(said) > 60
        return
    known = got.contracts["gex_usd_per_1pct"]
    assert got.total == pytest.approx(known.sum(), rel=1e-9, abs=1e-9 * got.gross)
    assert (got.contracts["open_interest"] >= 0).all()
    assert set(got.contracts.index) <= set(chain.index)


def test_row_numbers_of_two_tables_joined_are_counted_anew():
    chain = whole_chain()
    joined = pd.concat([chain.iloc[:100], chain.iloc[100:].set_axis(range(146))])
    joined.iloc[120, joined.columns.get_loc("open_interest")] = np.nan
    got = gamma_exposure(joined)
    assert notes(got)["no open interest"]["where"] == "rows 120"


@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_the_order_of_rows_changes_nothing(random):
    chain = whole_chain()
    order = list(range(len(chain)))
    random.shuffle(order)
    one, other = gamma_exposure(chain), gamma_exposure(chain.iloc[order])
    assert other.total == pytest.approx(one.total, rel=1e-12)
    assert other.flip == pytest.approx(one.flip, rel=1e-10)
    pd.testing.assert_frame_equal(one.by_strike, other.by_strike, rtol=1e-9)
