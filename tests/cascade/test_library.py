"""Built-in scenarios: they load, and they show the order of events they claim. Nothing about size."""

from __future__ import annotations

import numpy as np
import pytest

from quantquake.cascade.fund_units import fund_units
from quantquake.cascade.scenario_file import library, load
from quantquake.cascade.simulation import simulate


def first_day(series) -> int:
    """First day on which something happens."""
    return int(series.index[np.flatnonzero(series.to_numpy())[0]])


def net(result, name: str):
    return result.sellers()[name]


@pytest.mark.parametrize("name", sorted(library()))
def test_every_built_in_scenario_loads_runs_and_is_told_in_both_languages(name: str):
    scenario = load(name)
    result = simulate(scenario)
    assert scenario.name == name
    assert set(scenario.title) == set(scenario.about) == {"en", "zh"}
    assert np.isfinite(result.groups.to_numpy()).all()
    assert len(result.ledger) > 0


@pytest.mark.feature("I01")
def test_margin_spiral_falls_further_than_its_news_and_the_unlevered_are_never_called():
    scenario = load("margin-spiral")
    result = simulate(scenario)
    assert result.low["small"].min() < 0.95 < 0.97
    assert simulate(scenario.without("swaps")).low["small"].min() > result.low["small"].min()
    ends = result.holders.groupby("participant")["outcome"].agg(set)
    assert ends["quants"] == {"survived"}
    assert "margin_called" in ends["swaps"]


@pytest.mark.feature("I11")
def test_redemption_run_feeds_on_its_losses():
    scenario = load("redemption-run")
    result = simulate(scenario)
    sold = result.ledger.groupby(["participant", "day"])["sold"].sum()
    assert sold["across the board"].idxmax() > 4
    assert result.groups["small"].iloc[-1] < 0.94 * 0.98
    calm = simulate(scenario.without("large first"))
    assert calm.groups["small"].iloc[-1] > result.groups["small"].iloc[-1]


@pytest.mark.feature("I06")
@pytest.mark.feature("G03")
@pytest.mark.feature("G05")
def test_basis_loop_runs_from_notes_to_discount_to_neutral_funds_to_small_stocks():
    scenario = load("basis-loop")
    result = simulate(scenario)
    flows = result.futures.pivot_table(
        index="day", columns="participant", values="flow", aggfunc="sum"
    )
    sells = flows["snowball issuers"] < 0
    closing = net(result, "neutral funds") > 0
    assert first_day(sells) <= first_day(closing)
    quiet = simulate(scenario.without("snowball issuers"))
    assert result.basis["mid-cap index"].min() < quiet.basis["mid-cap index"].min()
    assert result.groups["small"].min() < quiet.groups["small"].min()


def test_us_2007_08_is_told_in_its_order():
    result = simulate(load("us-2007-08"))
    books, market = result.nav["neutral funds"], result.index["market"] / 1433
    # Day 1: one is wound down. From day 2 lenders call the others: all of them by day 3.
    turns = result.turns
    assert turns.loc[turns["participant"] == "first seller", "day"].tolist() == [1]
    called = turns[turns["participant"] == "neutral funds"].drop_duplicates("holder")["day"]
    assert len(called) == 25
    assert set(called) == {2, 3}
    # Three days of losses between a fifth and a third, long names down and shorts up, the index still.
    assert books.idxmin() == 3
    assert 0.65 < books.iloc[3] < 0.8
    assert result.groups["favourites"].iloc[3] < 1 < result.groups["shorts"].iloc[3]
    assert (abs(market.iloc[1:4] - 1) < 0.002).all()
    # Day 4 is news, and the index falls by it; forced selling is over and the books come back.
    assert market.iloc[4] == pytest.approx(market.iloc[3] * 0.975, rel=2e-3)
    sold = result.ledger.query("participant == 'neutral funds'").groupby("day")["sold"].sum()
    assert sold.reindex([5, 6], fill_value=0.0).sum() < 0.02 * sold.sum()
    assert books.iloc[-1] > books.iloc[3] + 0.1


@pytest.mark.feature("H09")
@pytest.mark.feature("I05")
def test_cn_2024_02_is_bought_through_funds_large_first_and_the_public_sells_small_ones():
    scenario = load("cn-2024-02")
    result = simulate(scenario)
    sold = result.ledger.groupby("participant")["sold"].sum()
    assert "state buyers" not in sold
    bought = fund_units(result, scenario)["bought"].unstack("etf") > 1e9
    first = {etf: first_day(bought[etf]) for etf in bought}
    assert first["CSI300 ETF"] < first["CSI500 ETF"] == first["CSI1000 ETF"] < first["CSI2000 ETF"]
    spent = fund_units(result, scenario)["bought"].sum()
    assert spent <= 4.1e11 * (1 + 1e-12)
    made = result.ledger[result.ledger["participant"] == "ETF creation at the close"]
    assert set(made["round"]) == {scenario.rounds + 1}
    quiet = simulate(scenario.without("savers who rotate"))
    rest = ["mid", "small", "tiny", "micro"]
    assert (result.groups.loc[24, rest] < quiet.groups.loc[24, rest]).all()
    assert result.groups.loc[24, "large"] > quiet.groups.loc[24, "large"]


@pytest.mark.feature("G06")
@pytest.mark.feature("I04")
def test_cn_2024_02_happens_in_the_order_of_the_source():
    scenario = load("cn-2024-02")
    result = simulate(scenario)
    public, swaps = net(result, "large public funds"), net(result, "swaps")
    stops = net(result, "funds with a stop")
    issuers = result.futures[result.futures["participant"].str.startswith("snowball")]
    issuer_sales = issuers.groupby("day")["flow"].sum() < -1e9
    ban_lifted, close_ban = 6, (26, 27)
    assert (public[public.index < ban_lifted] <= 0).all()
    assert public.loc[ban_lifted : ban_lifted + 2].sum() > 0
    assert first_day(issuer_sales) < first_day(stops > 0)
    assert first_day(swaps > 1e9) < first_day(stops > 0)
    assert 23 <= first_day(stops > 0) <= 26
    # Forbidden to close, the swaps rotate: index members rise, the smallest fall.
    for day in close_ban:
        assert abs(swaps[day]) < 0.1e9
        step = result.groups.loc[day] / result.groups.loc[day - 1] - 1
        assert step["small"] > 0 > step["micro"]
    last = result.groups.loc[28] / result.groups.loc[27] - 1
    assert last["tiny"] > 0
    assert last["micro"] > 0
    assert (
        result.groups.loc[27, "micro"]
        < result.groups.loc[27, "small"]
        < result.groups.loc[27, "large"]
    )
