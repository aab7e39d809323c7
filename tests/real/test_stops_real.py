"""Stops and margin financing of January and February 2024 from real closes and balances."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from quantquake.flows.margin import financing_response
from quantquake.flows.stops import distance_to_stop, forced_source, stop_book


@pytest.fixture(scope="module")
def csi1000(shared_data: Path) -> pd.DataFrame:
    file = shared_data / "cn_index_daily.parquet"
    rows = duckdb.sql(f"select * from '{file}' where symbol = '000852.SH' order by date").df()
    return rows.set_index("date")


@pytest.mark.feature("M03", "L08")
def test_launched_on_21_november_2023_and_stopped_on_5_february_2024(csi1000):
    start, low = csi1000.loc["2023-11-21", "high"], csi1000.loc["2024-02-05", "low"]
    # Seed article S0: -33.34 %, intraday high to intraday low; the stop was passed on the way.
    assert f"{low / start - 1:.2%}" == "-33.34%"
    assert low < distance_to_stop(1.0, spot=start).level
    # Close to close it is -30.89 %: a product launched at the close reaches 0.7 on 5 February and
    # is sold at the open of the 6th, "one moment before dawn" in the article's words.
    product = pd.DataFrame({"name": ["x"], "launch": ["2023-11-21"], "assets": [1e8]})
    closes = csi1000["close"].rename("000852.SH")
    day = stop_book(product, closes, "2024-02-05").products.iloc[0]
    assert f"{day['nav'] - 1:.2%}" == "-30.89%"
    assert (day["state"], day["hit_on"]) == ("due", pd.Timestamp("2024-02-05"))
    before = stop_book(product, closes, "2024-02-02").products.iloc[0]
    assert before["state"] == "alive"
    # 4574.67 on the 2nd; the stop stands at 0.7 x 6212.12 = 4348.49: 4.94 % away.
    assert before["move_to_stop"] == pytest.approx(-0.0494, abs=5e-5)
    after = stop_book(product, closes, "2024-02-08").products.iloc[0]
    assert (after["state"], after["nav"] > 0.8) == ("stopped", True)


@pytest.mark.feature("E08", "H11", "I09")
def test_launches_of_half_a_year_are_sold_within_days_of_the_turn(csi1000):
    closes = csi1000["close"].rename("000852.SH")
    days = closes.loc["2023-06-01":"2023-12-29"].index
    products = pd.DataFrame({"name": days.strftime("%y-%m-%d"), "launch": days, "assets": 1e8})
    hit = stop_book(products, closes, "2024-02-29").products["hit_on"].dropna()
    # Seed article S0: stops executed "on 5 February and at the open of the 6th". With no excess,
    # whoever launched in these months and was stopped closed at 0.7 on the 2nd or the 5th.
    assert set(hit) == {pd.Timestamp("2024-02-02"), pd.Timestamp("2024-02-05")}
    assert len(hit) > 40
    eve = stop_book(products, closes, "2024-02-01")
    supply = forced_source(eve, [-0.10, -0.05, -0.02, 0.0])
    assert supply.flow[0] < supply.flow[1] <= supply.flow[2] <= supply.flow[3] == 0.0


@pytest.mark.feature("E11")
def test_financing_shrank_with_the_losses_of_small_caps(shared_data: Path):
    notes = shared_data.parent / "spec" / "replay-2024.md"
    if not notes.is_file():
        pytest.skip("the notes of the replay are absent")
    text = notes.read_text(encoding="utf-8")
    start = text.index("MMDD,L")
    table = pd.read_csv(io.StringIO(text[start : text.index("```", start)]))
    days = [pd.Timestamp(2023 if d > 600 else 2024, d // 100, d % 100) for d in table["MMDD"]]
    small = (1 + table["X"].set_axis(pd.DatetimeIndex(days)) / 100).cumprod()
    file = shared_data / "cn_margin_balance.parquet"
    balance = duckdb.sql(f"select * from '{file}' order by date").df().set_index("date")
    found = financing_response(
        1e8 * balance["financing_balance_1e8cny"], small, "2024-02-02", halflife=2.0
    )
    # replay-2024 section 3: mu .47 fits the financing balances, R2 .72 to 2 Feb.
    assert found.rate == pytest.approx(0.47, abs=0.02)
    assert found.r_squared == pytest.approx(0.72, abs=0.03)
    assert found.interval[0] > 0


@pytest.mark.feature("F28", "E11", "H05")
def test_neutral_funds_were_paid_to_close_on_5_february_2024(shared_data: Path):
    from quantquake.flows.neutral import NeutralRules, forced_source, neutral_book, neutral_state
    from quantquake.measures.basis import history

    file = shared_data / "cn_index_futures_daily.parquet"
    futures = duckdb.sql(f"select * from '{file}' where date <= '2024-02-05'").df()
    state = neutral_state(history(futures, None, product="IM"))
    # Seed article S0: the discount handed open hedges a paper profit, and new ones were dearest.
    assert state.closing == 1.0
    assert state.opening < 0.01
    assert state.paper > 0.02
    book = neutral_book(pd.DataFrame({"gross": [200e9], "leverage": [4.0]}))
    rules = NeutralRules(closing_rate=1.0, widening=0.3)
    at_once = forced_source(book, state, [-0.05, 0.0], rules=rules)
    assert at_once.flow[1] == pytest.approx(-state.paper * 200e9)
    calm = futures[futures["date"] <= "2023-11-20"]
    before = neutral_state(history(calm, None, product="IM"))
    assert forced_source(book, before, [-0.05, 0.0], rules=rules).flow[1] > 0.5 * at_once.flow[1]
