"""DMA leverage, entry dates, and what can be told from a NAV: planted funds come apart again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.measures.test_roll import world

import quantquake.book as book
from quantquake.book.allocator import managers, nav_attribution
from quantquake.book.bets import effective_bets
from quantquake.book.dma_swap import dma_ledger, dma_return
from quantquake.errors import ConfigError, DataError
from quantquake.measures.roll.costs import RollCosts
from quantquake.measures.roll.habits import habit_path
from quantquake.measures.roll.table import roll_table


@pytest.mark.feature("I08", "M02")
def test_four_times_minus_ten_is_minus_forty() -> None:
    # I08: DMA at 4x loses 40 % when excess and basis together lose 10 %.
    assert dma_return(-0.06, 0.04, leverage=4.0) == pytest.approx(-0.40)
    # derivatives.md 2.3: a 2 % narrowing at 4x is -8 %
    assert dma_return(0.0, 0.02, leverage=4.0) == pytest.approx(-0.08)
    assert dma_return(0.0, 0.0, leverage=4.0, financing=0.04, sessions=250) == pytest.approx(-0.12)
    assert dma_return(-0.01, 0.0, leverage=1.0, financing=0.5, sessions=250) == -0.01
    with pytest.raises(ConfigError, match=r"leverage=0\.5"):
        dma_return(0.0, 0.0, leverage=0.5)


@pytest.mark.feature("M02")
def test_dma_ledger_levers_the_ledger_and_pays_interest() -> None:
    days = pd.bdate_range("2024-01-29", periods=3)
    index = pd.Series([5000.0, 4900.0, 4700.0], index=days)
    stocks = pd.Series([4e8, 3.8e8, 3.5e8], index=days)
    future = index - np.array([60.0, 20.0, 0.0])
    ledger = book.neutral_ledger(stocks, index, future, -400, multiplier=200, expiry="2024-06-21")
    levered = dma_ledger(ledger, 1e8, leverage=4.0, financing=0.05)
    assert levered["total"].iloc[1] == pytest.approx(
        (ledger["alpha"].iloc[1] + ledger["basis_pnl"].iloc[1]) / 1e8 - 0.05 * 3 / 250
    )
    assert levered["financing"].iloc[0] == 0.0
    assert levered["equity"].iloc[-1] == pytest.approx(1e8 * (1 + levered["total"].sum()))
    with pytest.raises(ConfigError, match="own_money"):
        dma_ledger(ledger, 0.0)


@pytest.mark.feature("F27", "F07")
def test_entry_dates_show_two_opposite_views() -> None:
    history = world(noise=0.0, yearly=-0.06, end="2023-05-31")
    late = history["date"] >= "2023-05-29"
    wide = history.copy()
    wide.loc[late, "basis_ratio"] -= 0.03
    days = ["2023-02-01", "2023-05-26", "2023-05-31"]
    table = book.entry_dates(wide, "IC2306.CFE", "2023-05-31", entries=days)
    last_week, today = table.loc["2023-05-26"], table.iloc[-1]
    assert last_week["paper"] > 0.02 > 0 > last_week["entry_change"]
    assert last_week["locked"] > today["locked"]  # new money pays more
    assert today[["paper", "accrued"]].tolist() == [0.0, 0.0]
    spread = book.entry_dates(wide, "IC2306.CFE", "2023-05-31", rows=4)
    assert len(spread) == 4
    assert spread.index[-1] == pd.Timestamp("2023-05-31")
    calm = book.entry_dates(history, "IC2306.CFE", "2023-05-26", entries=["2023-02-01"]).iloc[0]
    # Straight world: what accrued is what was lost on paper (calendar days against sessions).
    assert calm["accrued"] == pytest.approx(calm["paper"], abs=0.001)
    assert calm["accrued"] < 0
    with pytest.raises(DataError, match="not in the history"):
        book.entry_dates(history, "IC9912", "2023-05-31")
    with pytest.raises(DataError, match="2023-05-28 is not among"):
        book.entry_dates(history, "IC2306.CFE", "2023-05-28")


def fund(
    hedge: float, beta: float, seed: int, noise: float = 0.002
) -> tuple[pd.Series, pd.DataFrame]:
    """Weekly NAV of a fund short the most liquid contract."""
    history = world(start="2021-01-04", end="2023-12-29", noise=25.0, yearly=-0.10)
    table = roll_table(history)
    held = habit_path(table, RollCosts(), "open_interest")
    gain = -table.night_cost()[np.arange(len(held)), held]
    rng = np.random.default_rng(seed)
    move = np.diff(table.index) / table.index[:-1]
    daily = hedge * gain + beta * move + 0.0004 + rng.normal(0, noise / 5**0.5, len(gain))
    nav = pd.Series(np.concatenate([[1.0], np.cumprod(1 + daily)]), index=table.dates)
    return nav.iloc[::5], history


@pytest.mark.feature("O06", "F05")
def test_planted_fund_comes_apart() -> None:
    nav, history = fund(0.8, 0.1, seed=1)
    found = nav_attribution(nav, history)
    assert found.measured
    assert found.hedge_low < 0.8 < found.hedge_high
    assert found.hedge_high - found.hedge_low < 0.2
    assert found.beta == pytest.approx(0.1, abs=0.03)
    parts = found.periods[["market", "basis", "alpha"]].sum(axis=1)
    np.testing.assert_allclose(parts, found.periods["total"], atol=1e-12)
    # 10 % a year hedged at 0.8: the basis took about 8 % a year over three years.
    assert found.periods["basis"].sum() == pytest.approx(-0.24, abs=0.08)
    wrong = nav_attribution(nav, history, habit="next")
    assert wrong.r_squared < found.r_squared
    best = nav_attribution(nav, history, habit="best")
    assert best.habit == "open_interest"  # what the fund was made to be short
    assert best.tried["next"] == pytest.approx(wrong.r_squared)
    assert best.tried.idxmax() == best.habit
    assert set(best.tried.index) == {"front", "next", "open_interest"}
    pd.testing.assert_frame_equal(best.periods, found.periods)
    given = nav_attribution(nav, history, hedge=1.0)
    assert given.hedge == given.hedge_low == 1.0
    short = nav_attribution(nav.iloc[:10], history)
    assert not short.measured
    assert any("taken as 1" in text for text in short.origin.assumptions)
    with pytest.raises(ConfigError, match="habit"):
        nav_attribution(nav, history, habit="oldest")
    with pytest.raises(DataError, match="at or below zero"):
        nav_attribution(-nav, history)
    with pytest.raises(DataError, match="NAV dates lie within"):
        nav_attribution(nav.set_axis(nav.index + pd.Timedelta(days=9000)), history)


@pytest.mark.feature("O06")
def test_managers_who_share_only_the_basis() -> None:
    navs = {f"m{k}": fund(1.0, 0.0, seed=k)[0] for k in range(4)}
    history = fund(1.0, 0.0, seed=0)[1]
    table = managers(pd.DataFrame(navs), history)
    assert table.attrs["bets"] < 2.0  # they look like one trade ...
    assert table.attrs["alpha_bets"] > 3.5  # ... and are four, once the basis is taken out
    assert table["basis"].max() < 0


@pytest.mark.feature("O06")
def test_identical_managers_are_one_bet() -> None:
    rng = np.random.default_rng(0)
    one = rng.normal(0, 0.01, 200)
    assert effective_bets(pd.DataFrame({"a": one, "b": one, "c": one})) == pytest.approx(1.0)
    free = pd.DataFrame(rng.normal(0, 0.01, (20000, 4)))
    assert effective_bets(free) == pytest.approx(4.0, abs=0.01)
    pairs = pd.DataFrame({0: free[0], 1: free[0], 2: free[1], 3: free[1]})
    assert effective_bets(pairs) == pytest.approx(2.0, abs=0.01)
    with pytest.raises(DataError, match="5 periods"):
        effective_bets(free.head(5))
    with pytest.raises(DataError, match="'x'"):
        effective_bets(free.assign(x=1.0))
