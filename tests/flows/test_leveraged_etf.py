"""Closing flow of leveraged funds: the formula, the table of funds, the sum of a day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantquake as qq
from quantquake.errors import ConfigError, DataError
from quantquake.flows import leveraged_etf as le
from quantquake.flows.leveraged_etf.formula import bounded_flow
from quantquake.flows.supply import supply_curve

FUNDS = pd.DataFrame(
    {
        "symbol": ["TQQQ", "SQQQ", "QLD", "NVDL", "SOXL", "ONE", "ZERO", "LOST", "VAR", "PCT"],
        "leverage": [3.0, -3.0, 2.0, 2.0, 3.0, 1.0, 0.0, 2.0, np.nan, 300.0],
        "assets": [30e9, 2e9, 10e9, 4e9, 12e9, 5e9, 1e9, np.nan, 1e9, 1e9],
        "underlying": ["NDX", "NDX", "NDX", "NVDA", "ICESEMIT", "NDX", "NDX", "NDX", "VIX", "NDX"],
        "underlying_name": None,
    }
)
RETURNS = pd.Series({"NDX": -0.018, "NVDA.US": -0.034, "SOXX.US": -0.044})


def funds(**change) -> le.LeveragedFunds:
    return le.LeveragedFunds.from_frame(FUNDS.assign(**change))


# --- the formula --------------------------------------------------------------------------------


@pytest.mark.feature("E01", "H21")
@pytest.mark.parametrize(
    ("leverage", "per_cent"), [(2, 0.02), (3, 0.06), (-1, 0.02), (-2, 0.06), (-3, 0.12)]
)
def test_flow_per_dollar_and_per_cent(leverage, per_cent):
    # spec/derivatives 4.2 (Cheng and Madhavan 2009): L (L - 1), the same sign as the return.
    assert le.rebalancing_flow(1.0, leverage, 0.01) == pytest.approx(per_cent, rel=1e-12)
    assert le.rebalancing_flow(1.0, leverage, -0.01) == pytest.approx(-per_cent, rel=1e-12)


@pytest.mark.feature("E01")
def test_ivanov_and_lenkeys_cancelling_flow():
    # spec/derivatives 4.2: A 30 bn, L 3, r -1.8 % -> -3.24 bn, cancelled by +1.08 bn.
    assert le.rebalancing_flow(30e9, 3, -0.018) == pytest.approx(-3.24e9, rel=1e-12)
    phi = le.cancelling_flow(30e9, 3, -0.018)
    assert phi == pytest.approx(1.08e9, rel=1e-12)
    assert le.rebalancing_flow(30e9, 3, -0.018, investor_flow=phi) == pytest.approx(0.0, abs=1e-3)


@given(
    assets=st.floats(0, 1e12),
    leverage=st.sampled_from([-4.0, -3.0, -1.5, -1.0, 0.5, 1.0, 1.25, 2.0, 3.0]),
    move=st.floats(-0.2, 0.2),
    phi=st.floats(-1e9, 1e9),
)
def test_formula_is_what_puts_the_multiple_back(assets, leverage, move, phi):
    """The definition: hold L times the assets after the day, investors' money included."""
    held = leverage * assets * (1 + move)
    wanted = leverage * (assets * (1 + leverage * move) + phi)
    got = le.rebalancing_flow(assets, leverage, move, investor_flow=phi)
    assert got == pytest.approx(wanted - held, rel=1e-9, abs=1e-3)


def test_arrays_and_series_go_through_and_nan_stays():
    got = le.rebalancing_flow(
        pd.Series([1.0, np.nan], index=["a", "b"]), pd.Series([2.0, 2.0], index=["a", "b"]), 0.01
    )
    assert got["a"] == pytest.approx(0.02)
    assert np.isnan(got["b"])
    assert le.rebalancing_flow([1.0, 1.0], [2, -1], 0.01) == pytest.approx([0.02, 0.02])
    assert le.rebalancing_flow(np.ones(2), np.array([2.0, -1.0]), 0.01) == pytest.approx(
        [0.02, 0.02]
    )


def test_a_fund_that_loses_everything_closes_instead_of_following_the_formula():
    for leverage, death in [(3.0, -1 / 3), (4.0, -0.25), (-3.0, 1 / 3)]:
        here, there = (bounded_flow(1.0, leverage, death * (1 + e)) for e in (-1e-9, 1e-9))
        assert here == pytest.approx(there, abs=1e-7)  # the two branches meet
        assert here == pytest.approx(le.rebalancing_flow(1.0, leverage, death), abs=1e-7)
    assert bounded_flow(1.0, 3.0, -0.5) == pytest.approx(-1.5)  # half of the 3 it held is left


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((1.0, 0.0, 0.01), "multiple of 0"),
        ((1.0, 300.0, 0.01), "multiple beyond 10"),
        ((-1.0, 2.0, 0.01), "negative assets"),
        ((1.0, 2.0, -1.5), "return below -1"),
    ],
)
def test_what_no_fund_can_be_is_refused(values, said):
    with pytest.raises(DataError, match=said):
        le.rebalancing_flow(*values)


# --- the table ----------------------------------------------------------------------------------


@pytest.mark.feature("E01")
def test_rows_left_out_are_listed_with_their_row_and_the_rest_is_used():
    book = funds()
    assert list(book.table.index) == ["TQQQ", "SQQQ", "QLD", "NVDL", "SOXL", "ONE"]
    told = book.left_out.set_index("symbol")
    assert told["reason"].to_dict() == {
        "ONE": "unlevered", "ZERO": "zero_multiple", "LOST": "no_assets", "VAR": "no_multiple",
        "PCT": "absurd_multiple",
    }  # fmt: skip
    assert told.loc["LOST", "row"] == 7
    assert told.loc["LOST", "place"] == "row 7 (counted from 0)"
    assert book.origin.coverage["funds"] == "6 of 10"
    assert book.origin.coverage["funds without assets"] == "1 of 7"
    assert book.table.loc["ONE", "convexity"] == 0.0


def test_lines_of_a_file_are_named(tmp_path):
    path = tmp_path / "funds.csv"
    FUNDS.drop(columns="underlying_name").to_csv(path, index=False)
    book = le.LeveragedFunds.from_frame(qq.read(path, kind="funds"))
    assert book.left_out.set_index("symbol").loc["ZERO.US", "place"] == "line 8"


def test_a_history_of_assets_gives_the_state_of_one_day():
    frame = pd.DataFrame(
        {
            "date": ["2026-02-03", "2026-02-04", "2026-02-03"],
            "symbol": ["A", "A", "B"],
            "leverage": 2.0,
            "assets": [1.0, np.nan, 3.0],
        }
    )
    early = le.LeveragedFunds.from_frame(frame, as_of="2026-02-03")
    assert early.table["assets"].to_dict() == {"A": 1.0, "B": 3.0}
    late = le.LeveragedFunds.from_frame(frame)
    assert late.table["assets"].to_dict() == {"B": 3.0}  # the day's NaN is not filled by the past


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (FUNDS.drop(columns="assets"), "no column assets"),
        (FUNDS.iloc[:0], "0 rows"),
        (FUNDS.assign(leverage="3x"), "`leverage` is no number in 10 rows"),
        (FUNDS.assign(assets=np.inf), "`assets` is no number"),
        (FUNDS.assign(symbol="TQQQ"), "more than once"),
        (FUNDS.assign(leverage=0.0), "None of 10 funds can be used"),
    ],
)
def test_bad_fund_tables(frame, said):
    with pytest.raises(DataError, match=said):
        le.LeveragedFunds.from_frame(frame)


# --- the sum of a day ---------------------------------------------------------------------------


@pytest.mark.feature("E01", "E02")
def test_sum_by_hand_with_a_proxy_and_the_rest_listed():
    flow = le.closing_flow(funds(), RETURNS, proxies={"ICESEMIT": "SOXX"})
    ndx = (6 * 30e9 + 12 * 2e9 + 2 * 10e9) * -0.018
    assert flow.by_underlying.loc["NDX", "gross"] == pytest.approx(ndx)
    assert flow.gross == pytest.approx(ndx + 2 * 4e9 * -0.034 + 6 * 12e9 * -0.044)
    assert flow.by_underlying["gross"].sum() == pytest.approx(flow.gross)
    assert flow.funds["gross"].sum() == pytest.approx(flow.gross)
    assert flow.by_underlying.loc["ICESEMIT", "label"] == "SOXX.US"
    assert flow.covered == 1.0
    assert "ICESEMIT by the return of SOXX.US" in flow.origin.assumptions


@pytest.mark.feature("E01")
def test_without_a_proxy_nothing_is_guessed_and_coverage_falls_by_convexity():
    flow = le.closing_flow(funds(), RETURNS)
    assert list(flow.unmatched.index) == ["ICESEMIT"]
    assert flow.unmatched.loc["ICESEMIT", "how"] == "not_found"
    known = 6 * 30e9 + 12 * 2e9 + 2 * 10e9 + 2 * 4e9
    assert flow.covered == pytest.approx(known / (known + 6 * 12e9))
    assert np.isnan(flow.funds.loc["SOXL", "gross"])


@pytest.mark.feature("E01")
def test_investors_move_the_net_and_never_the_gross():
    gross = le.closing_flow(funds(), RETURNS)
    half = le.closing_flow(funds(), RETURNS, offset=0.5)
    full = le.closing_flow(funds(), RETURNS, offset=1.0)
    assert gross.net == gross.gross == half.gross
    assert half.net == pytest.approx(0.5 * gross.gross)
    assert full.net == pytest.approx(0.0, abs=1.0)
    assert (gross.low, gross.high) == (gross.gross, 0.0)
    known = le.closing_flow(funds(), RETURNS, investor_flow=pd.Series({"TQQQ": 1e9}))
    assert known.net - known.gross == pytest.approx(3e9)
    with pytest.raises(ConfigError, match="not used, first 'XXX'"):
        le.closing_flow(funds(), RETURNS, investor_flow=pd.Series({"XXX": 1e9}))
    with pytest.raises(ConfigError, match="0 to 1"):
        le.closing_flow(funds(), RETURNS, offset=1.5)


def test_same_letters_another_thing():
    crude = funds(underlying="CL", underlying_name="WTI Crude Oil")
    returns = pd.Series({"CL.US": 0.013, "NDX": 0.01})
    naive = le.closing_flow(crude, returns)
    assert naive.covered == 1.0  # without names the code is all there is
    names = {"CL.US": "Colgate-Palmolive Company"}
    with pytest.raises(DataError, match="None of the 1 underlyings has a return"):
        le.closing_flow(crude, returns, names=names)
    table = le.match_underlyings(crude, returns.index, names=names)
    assert table["how"].to_dict() == {"CL": "another_thing"}
    named = le.match_underlyings(crude, returns.index, names={"CL.US": "Crude Oil Trust"})
    assert named["how"].to_dict() == {"CL": "same_code"}
    aside = le.match_underlyings(crude, returns.index, proxies={"CL": None})
    assert aside["how"].to_dict() == {"CL": "set_aside"}
    wrong = le.match_underlyings(crude, returns.index, proxies={"CL": "USO"})
    assert wrong["how"].to_dict() == {"CL": "proxy_missing"}


def test_underlyings_can_be_told_by_fund():
    book = le.LeveragedFunds.from_frame(
        FUNDS.assign(underlying=np.nan), underlyings={"TQQQ": "NDX"}
    )
    flow = le.closing_flow(book, RETURNS)
    assert flow.gross == pytest.approx(6 * 30e9 * -0.018)
    assert flow.unmatched.index.tolist() == ["(not given)"]
    with pytest.raises(ConfigError, match="names XXX"):
        le.LeveragedFunds.from_frame(FUNDS, underlyings={"XXX": "NDX"})


@given(st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 0.5, -0.3]), min_size=3, max_size=3))
def test_nasty_returns_give_a_number_or_a_paragraph(values):
    returns = pd.Series(values, RETURNS.index)
    if not np.isfinite(returns[["NDX", "NVDA.US"]]).any():
        with pytest.raises(DataError, match="None of the 3 underlyings has a return"):
            le.closing_flow(funds(), returns)
        return
    flow = le.closing_flow(funds(), returns)
    assert np.isfinite(flow.gross)
    assert 0.0 < flow.covered < 1.0  # the third label is nobody's underlying
    assert flow.low <= flow.net <= flow.high
    flow.to_dict()


def test_repeated_labels_and_an_order_of_rows():
    with pytest.raises(DataError, match="repeated labels"):
        le.closing_flow(funds(), pd.Series([0.1, 0.2], index=["NDX", "NDX"]))
    shuffled = le.LeveragedFunds.from_frame(FUNDS.sample(frac=1, random_state=1))
    one, other = (le.closing_flow(f, RETURNS).by_underlying for f in (funds(), shuffled))
    pd.testing.assert_frame_equal(one, other)


# --- on the common axis -------------------------------------------------------------------------


@pytest.mark.feature("E01")
def test_short_gamma_is_minus_the_flow_of_one_per_cent():
    gamma = le.short_gamma(funds())
    one = le.closing_flow(funds(), pd.Series({"NDX": 0.01, "NVDA": 0.01, "ICESEMIT": 0.01}))
    assert gamma["gamma_per_1pct"].sum() == pytest.approx(-one.gross)
    assert (gamma["gamma_per_1pct"] <= 0).all()
    betas = le.short_gamma(funds(), beta={"NDX": 1.2})
    assert betas.loc["NDX", "gamma_per_1pct"] == pytest.approx(
        1.2 * gamma.loc["NDX", "gamma_per_1pct"]
    )
    assert np.isnan(betas.loc["NVDA", "gamma_per_1pct"])


@pytest.mark.feature("E01")
def test_source_by_move_runs_from_gross_to_cancelled():
    moves = [-0.05, -0.01, 0.0, 0.02]
    source = le.forced_source(funds(), moves, index="NDX", offset=0.25)
    gross = np.array([(6 * 30e9 + 12 * 2e9 + 2 * 10e9) * m for m in moves])
    assert source.flow == pytest.approx(0.75 * gross)
    assert source.low == pytest.approx(np.minimum(gross, 0.0))
    assert source.high == pytest.approx(np.maximum(gross, 0.0))
    assert (source.timing, source.underlying, source.currency) == ("close", "NDX", "USD")
    assert source.origin.coverage["funds with a beta"] == "4 of 6"
    curve = supply_curve([source], [-0.03])
    assert curve.total.iloc[0] == pytest.approx(0.75 * gross[0] * 0.6)


def test_source_with_betas_counts_more_funds_and_bounds_large_falls():
    betas = {"NDX": 1.0, "ICESEMIT": 1.5, "NVDA": 2.0}
    source = le.forced_source(funds(), [-0.9, -0.01, 0.0], index="NDX", beta=betas)
    wanted = ((6 * 30e9 + 12 * 2e9 + 2 * 10e9) + 1.5 * 6 * 12e9 + 2 * 2 * 4e9) * -0.01
    assert source.flow[1] == pytest.approx(wanted)
    # A fall of 90 %: long funds can sell no more than they hold; the inverse one covers nothing.
    assert source.flow[0] > -(3 * 30e9 + 2 * 10e9 + 2 * 4e9 + 3 * 12e9 + 12 * 2e9 * 0.9)
    with pytest.raises(ConfigError, match="None of 6 funds follows 'SPX'"):
        le.forced_source(funds(), [-0.01, 0.0], index="SPX")
    with pytest.raises(ConfigError, match="between 0 and 1"):
        le.forced_source(funds(), [-0.01, 0.0], index="NDX", offset=-1.0)
