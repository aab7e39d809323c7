"""Closing flow by constituent, its place in history, and beside a published figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.flows.test_leveraged_etf import FUNDS, RETURNS, funds

from quantquake.errors import ConfigError, DataError
from quantquake.flows import leveraged_etf as le

WEIGHTS = {"NDX": pd.Series({"NVDA": 0.1, "MSFT": 0.08, "AAPL": 0.07})}
AMOUNT = pd.Series({"NVDA": 30e9, "MSFT": 8e9})


@pytest.fixture(scope="module")
def flow():
    return le.closing_flow(funds(), RETURNS, proxies={"ICESEMIT": "SOXX"}, offset=0.2)


@pytest.mark.feature("E02")
def test_parts_sum_to_the_total_and_the_rest_is_named(flow):
    spread = le.by_constituent(flow, WEIGHTS, daily_amount=AMOUNT)
    assert spread.names["flow"].sum() + spread.remainder.sum() == pytest.approx(flow.gross)
    ndx, nvda = (flow.by_underlying.loc[code, "gross"] for code in ("NDX", "NVDA"))
    assert spread.names.loc["NVDA", "from_indices"] == pytest.approx(0.1 * ndx)
    assert spread.names.loc["NVDA", "from_single"] == pytest.approx(nvda)
    assert spread.remainder.to_dict() == pytest.approx(
        {"NDX": 0.75 * ndx, "ICESEMIT": flow.by_underlying.loc["ICESEMIT", "gross"]}
    )
    assert spread.covered == pytest.approx((0.25 * ndx + nvda) / flow.gross)


@pytest.mark.feature("E02")
def test_share_of_a_usual_day(flow):
    spread = le.by_constituent(flow, WEIGHTS, daily_amount=AMOUNT)
    nvda = spread.names.loc["NVDA"]
    assert nvda["share_of_day"] == pytest.approx(nvda["flow"] / 30e9)
    assert np.isnan(spread.names.loc["AAPL", "share_of_day"])
    assert spread.origin.coverage["names with a daily amount"] == "2 of 3"
    net = le.by_constituent(flow, WEIGHTS, daily_amount=AMOUNT, net=True)
    assert net.total == pytest.approx(0.8 * spread.total)


def test_an_underlying_nobody_trades_as_a_name_stays_whole(flow):
    alone = le.by_constituent(flow, {})
    assert alone.names.empty
    assert alone.covered == pytest.approx(0.0)
    assert alone.remainder.sum() == pytest.approx(flow.gross)


@pytest.mark.parametrize(
    "weights",
    [{"NVDA": 60.0, "MSFT": 40.0}, {"NVDA": -0.1}, {"NVDA": np.nan}, {"NVDA": np.inf}],
)
def test_bad_weights(flow, weights):
    with pytest.raises(DataError, match="summing to 1 at most"):
        le.by_constituent(flow, {"NDX": pd.Series(weights)})


# --- its place in history -----------------------------------------------------------------------


def panel(days: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    dates = pd.bdate_range("2026-01-01", periods=days, name="date")
    return pd.DataFrame(rng.normal(0, 0.01, (days, 2)), dates, ["NDX", "NVDA"])


@pytest.mark.feature("E01")
def test_history_repeats_the_days_sum_and_ranks_it():
    returns = panel()
    book = funds()
    history = le.flow_history(book, returns)
    for day in (0, 17, 59):
        one = le.closing_flow(book, returns.iloc[day])
        assert history.flow.iloc[day] == pytest.approx(one.gross)
    rank = history.rank()
    assert rank.place == 1 + int((history.flow < history.flow.iloc[-1]).sum())
    assert rank.percentile == pytest.approx(1 - (rank.place - 0.5) / 60)
    assert rank.largest.iloc[0] == history.flow.min()
    assert rank.constant_assets
    assert "ranks the moves, not the money" in history.origin.assumptions[0]


def test_a_rank_looks_at_earlier_days_only_and_not_at_too_few():
    returns = panel()
    whole = le.flow_history(funds(), returns)
    on = returns.index[40]
    cut = le.flow_history(funds(), returns.loc[:on])
    assert whole.rank(on).place == cut.rank().place
    assert whole.rank(on).days == 41
    young = whole.rank(returns.index[10])
    assert young.place is None
    assert np.isnan(young.percentile)
    with pytest.raises(DataError, match="no flow on 2020-01-01"):
        whole.rank("2020-01-01")


def test_given_assets_are_used_and_their_gaps_are_not_filled():
    returns = panel()
    book = funds()
    grown = pd.DataFrame(1.0, returns.index, book.table.index) * book.table["assets"]
    grown = grown.mul(np.linspace(0.1, 1.0, len(returns)), axis=0)
    grown.loc[returns.index[3], "TQQQ"] = np.nan
    history = le.flow_history(book, returns, assets=grown)
    constant = le.flow_history(book, returns)
    assert history.flow.iloc[-1] == pytest.approx(constant.flow.iloc[-1])
    assert history.flow.iloc[0] == pytest.approx(0.1 * constant.flow.iloc[0])
    assert np.isnan(history.flow.iloc[3])
    assert history.covered.iloc[3] < 0.5
    assert not history.rank().constant_assets


def test_days_without_the_large_funds_are_left_out_not_quiet():
    returns = panel()
    returns.iloc[5, 0] = np.nan
    strict = le.flow_history(funds(), returns)
    assert np.isnan(strict.flow.iloc[5])
    loose = le.flow_history(funds(), returns, least_covered=0.0)
    assert np.isfinite(loose.flow.iloc[5])
    with pytest.raises(DataError, match="No underlying of 6 funds"):
        le.flow_history(funds(), returns.rename(columns={"NDX": "X", "NVDA": "Y"}))


# --- beside a published figure ------------------------------------------------------------------


@pytest.mark.feature("E01", "H21")
def test_the_gap_is_reported_and_never_closed():
    flow = le.closing_flow(funds(), RETURNS)
    gap = le.beside_reported(flow, -18e9, source="a desk")
    assert gap.computed == flow.gross
    assert gap.gap == pytest.approx(-18e9 - flow.gross)
    assert gap.at_full_coverage == pytest.approx(flow.gross / flow.covered)
    assert gap.unexplained == pytest.approx(-18e9 - flow.gross / flow.covered)
    assert gap.funds_without_assets == 1
    assert gap.largest_unmatched.index.tolist() == ["ICESEMIT"]
    assert set(gap.reasons) == {
        "uncovered_convexity", "funds_without_assets", "listings_elsewhere", "other_inputs"
    }  # fmt: skip


def test_reasons_that_do_not_apply_are_not_given():
    whole = le.LeveragedFunds.from_frame(FUNDS.iloc[:4])
    gap = le.beside_reported(le.closing_flow(whole, RETURNS), -18e9, source="a desk")
    assert gap.reasons == ("listings_elsewhere", "other_inputs")
    with pytest.raises(ConfigError, match="who published it"):
        le.beside_reported(le.closing_flow(whole, RETURNS), float("nan"), source="a desk")
