"""Products with a stop line: who is alive, due or sold out, and what they sell at each level."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.errors import ConfigError, DataError
from quantquake.flows.forced import Timing
from quantquake.flows.stops import assumed_stops, distance_to_stop, forced_source, stop_book

DAYS = pd.bdate_range("2023-11-20", periods=6, name="date")
#: Falls to 0.69 of the start on the fifth day and recovers on the sixth.
PATH = pd.DataFrame({"A": [100.0, 96.0, 90.0, 80.0, 69.0, 75.0]}, index=DAYS)
MOVES = np.array([-0.10, -0.05, 0.0, 0.05])


def table(**columns) -> pd.DataFrame:
    return pd.DataFrame({"name": ["p"], "assets": [1e8], **{k: [v] for k, v in columns.items()}})


# --- one product --------------------------------------------------------------------------------


@pytest.mark.feature("M03", "O05")
def test_a_product_launched_at_the_top_of_november_2023_is_stopped_by_the_fall_of_a_third():
    # Row M03 and the data notes: CSI 1000, intraday high 6267.22 of 2023-11-21 to intraday low
    # 4177.94 of 2024-02-05 is -33.34 %; the stop at 0.7 is -30 %, so it goes first.
    found = distance_to_stop(1.0, spot=6267.22)
    assert found.move == pytest.approx(-0.30)
    assert found.level == pytest.approx(4387.05, abs=0.01)
    assert found.points == pytest.approx(-1880.17, abs=0.01)
    assert pytest.approx(-0.3334, abs=5e-5) == 4177.94 / 6267.22 - 1
    assert found.level > 4177.94
    after = stop_book(
        table(launch="2023-11-21", launch_level=6267.22),
        pd.Series(
            [6212.12, 4177.94], index=pd.DatetimeIndex(["2023-11-21", "2024-02-05"]), name="A"
        ),
    ).products.iloc[0]
    assert after["nav"] == pytest.approx(1 - 0.3334, abs=5e-5)
    assert after["state"] == "due"


@pytest.mark.feature("M03")
def test_distance_is_closed_form_and_every_argument_moves_it():
    assert distance_to_stop(0.875).move == pytest.approx(-0.2)
    assert distance_to_stop(0.875, equity_share=0.8).move == pytest.approx(-0.25)
    assert distance_to_stop(0.875, stop=0.8).move == pytest.approx(0.8 / 0.875 - 1)
    assert distance_to_stop(0.7).move == 0.0
    assert np.isnan(distance_to_stop(1.0, equity_share=0.2).move)  # a fall of 150 % is needed
    assert np.isnan(distance_to_stop(1.0, equity_share=0.0).move)
    assert distance_to_stop(0.875, volatility=0.02).sigmas == pytest.approx(-10)
    # 0.9^3 = 0.729, 0.9^4 = 0.656: the fourth close is at or below 0.7.
    assert distance_to_stop(1.0, daily_move=-0.1).sessions == 4
    assert distance_to_stop(1.0, stop=0.729, daily_move=-0.1).sessions == 3  # reached exactly
    assert distance_to_stop(1.0, daily_move=-0.1, daily_excess=0.05).sessions == 7
    assert distance_to_stop(1.0, daily_move=0.001).sessions == np.inf
    assert np.isnan(distance_to_stop(1.0).sessions)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"nav": 0.0}, "`nav`=0"),
        ({"nav": 1.0, "stop": -0.7}, "`stop`=-0.7"),
        ({"nav": float("nan")}, "`nav`=nan"),
        ({"nav": 1.0, "equity_share": -1.0}, "`equity_share`=-1"),
        ({"nav": 1.0, "spot": 0.0}, "`spot`=0"),
    ],
)
def test_a_distance_that_does_not_exist_is_refused(given, named):
    with pytest.raises(ConfigError, match="no distance exists") as said:
        distance_to_stop(**given)
    assert named in str(said.value)


# --- a table ------------------------------------------------------------------------------------


@pytest.mark.feature("E08", "H11")
def test_supply_by_level_of_a_table_worked_by_hand():
    # At 75 the net values are 0.75 (sold out on the day of 0.69), 75/90 = 0.8333 and, with half
    # in stocks, 1 + 0.5 (75/80 - 1) = 0.96875. At 69 the last two were 0.7667 and 0.93125.
    products = pd.DataFrame(
        {
            "name": ["top", "late", "half"],
            "launch": ["2023-11-20", "2023-11-22", "2023-11-23"],
            "assets": [1e8, 2e8, 4e8],
            "stop": [0.7, 0.76, 0.92],
            "equity_share": [1.0, 1.0, 0.5],
        }
    )
    book = stop_book(products, PATH)
    assert book.products["state"].tolist() == ["stopped", "alive", "alive"]
    assert book.products["nav"].tolist() == pytest.approx([0.75, 75 / 90, 0.96875])
    assert book.products.loc[0, "hit_on"] == DAYS[4]
    first = book.products.iloc[1]
    assert first["move_to_stop"] == pytest.approx(0.76 / (75 / 90) - 1)
    assert first["level_at_stop"] == pytest.approx(0.76 * 90)
    assert first["points_to_stop"] == pytest.approx(0.76 * 90 - 75)
    # late goes at -8.8 %, half at (0.92/0.96875 - 1)/0.5 = -10.06 %.
    source = forced_source(book, [-0.11, -0.10, -0.09, -0.08, 0.0, 0.1])
    assert source.flow.tolist() == pytest.approx(
        [-(2e8 * 0.89 + 4e8 * 0.5 * 0.89), -2e8 * 0.90, -2e8 * 0.91, 0.0, 0.0, 0.0]
    )
    assert source.low.tolist() == source.flow.tolist() == source.high.tolist()
    assert (source.name, source.timing, source.underlying) == ("stop", Timing.NEXT_OPEN, "A")


@pytest.mark.feature("H11", "I09", "N04")
def test_a_stop_is_irreversible_and_is_executed_at_the_next_open():
    product = table(launch="2023-11-20")
    day = stop_book(product, PATH, DAYS[4])
    assert day.products.loc[0, "state"] == "due"
    # Due today: sold at the next open whatever the index does, even if it recovers.
    assert forced_source(day, MOVES).flow.tolist() == pytest.approx([-9e7, -9.5e7, -1e8, -1.05e8])
    after = stop_book(product, PATH, DAYS[5])
    assert after.products.loc[0, "state"] == "stopped"
    assert after.products.loc[0, "nav"] == pytest.approx(0.75)  # where it would stand without
    assert forced_source(after, MOVES).flow.tolist() == [0.0] * 4


def test_nothing_after_the_day_is_read():
    cut = stop_book(table(launch="2023-11-20"), PATH.iloc[:4])
    whole = stop_book(table(launch="2023-11-20"), PATH, DAYS[3])
    pd.testing.assert_frame_equal(cut.products, whole.products)
    assert cut.products.loc[0, "state"] == "alive"


def test_excess_is_earned_evenly_and_can_save_a_product():
    poor = stop_book(table(launch="2023-11-20", excess=0.0), PATH, DAYS[4]).products.iloc[0]
    rich = stop_book(table(launch="2023-11-20", excess=0.10), PATH, DAYS[4]).products.iloc[0]
    assert (poor["state"], rich["state"]) == ("due", "alive")
    assert rich["nav"] == pytest.approx(0.69 * 1.10)
    # A loss against the index, spread evenly: stopped a day earlier.
    late = stop_book(table(launch="2023-11-20", excess=-0.25), PATH, DAYS[5]).products.iloc[0]
    assert late["hit_on"] == DAYS[3]  # 0.80 (1 - 0.25 x 3/5) = 0.68, without the loss 0.80


def test_a_reported_net_value_is_carried_on_by_the_index_and_its_lag_is_shown():
    book = stop_book(table(nav=0.9, nav_date="2023-11-22"), PATH)
    row = book.products.iloc[0]
    assert row["nav"] == pytest.approx(0.9 * 75 / 90)
    assert (row["lag"], row["source"]) == (3, "nav")
    with pytest.raises(DataError, match="older than 2 sessions"):
        stop_book(table(nav=0.9, nav_date="2023-11-22"), PATH, stale=2)


@pytest.mark.feature("E11")
def test_rows_that_cannot_be_used_are_listed_and_the_rest_computed():
    products = pd.DataFrame(
        {
            "name": list("abcdefgh"),
            "nav": [0.74, None, None, -1.0, 0.8, "x", 0.9, 0.9],
            "launch": [None, "2023-11-20", None, None, None, None, None, None],
            "excess": [None, None, None, None, None, None, None, None],
            "assets": [1e8, 2e8, 3e8, 4e8, None, 6e8, 7e8, 8e8],
            "benchmark": ["A", "A", "A", "A", "A", "A", "Z", "A"],
            "nav_date": [None, None, None, None, None, None, None, "2030-01-01"],
        },
        index=pd.RangeIndex(2, 10),
    )
    book = stop_book(products, PATH)
    assert book.products["name"].tolist() == ["a"]
    why = book.refused.set_index("row")["why"]
    assert why.to_dict() == {
        3: "excess: not known",
        4: "neither a net value nor a launch date",
        5: "nav: not above 0",
        6: "assets: not above 0 or missing",
        7: "nav: no usable number",
        8: "benchmark: not among the index closes",
        9: "net value or launch dated after the day",
    }
    assert book.origin.coverage["products"] == "1 of 8"
    source = forced_source(book, [-0.06, -0.05, 0.0])
    # a goes at 0.7/0.74 - 1 = -5.4 %; the rows of unknown value on this index may go on any fall.
    assert source.flow.tolist() == pytest.approx([-0.94e8, 0.0, 0.0])
    unknown = 2e8 + 3e8 + 4e8 + 6e8 + 8e8
    assert source.low.tolist() == pytest.approx([-0.94 * (1e8 + unknown), -0.95 * unknown, 0.0])
    assert source.high.tolist() == source.flow.tolist()
    assert source.origin.coverage["without assets"] == "1 left out"


def test_an_error_of_the_net_values_widens_the_range_on_both_sides():
    book = stop_book(table(nav=0.74), PATH)
    sure, loose = forced_source(book, MOVES), forced_source(book, MOVES, nav_error=0.01)
    # 0.75 goes at -6.7 %, 0.73 at -4.1 %: at -5 % only the pessimist sells.
    assert sure.flow.tolist() == loose.flow.tolist() == pytest.approx([-9e7, 0.0, 0.0, 0.0])
    assert loose.low.tolist() == pytest.approx([-9e7, -9.5e7, 0.0, 0.0])
    assert loose.high.tolist() == pytest.approx([-9e7, 0.0, 0.0, 0.0])
    assert "off by up to 0.01" in " ".join(loose.origin.assumptions)
    with pytest.raises(ConfigError, match="has a size"):
        forced_source(book, MOVES, nav_error=-0.1)


def test_products_on_another_index_need_a_beta():
    closes = PATH.assign(B=[50.0] * 6)
    products = pd.DataFrame(
        {"name": ["a", "b"], "nav": [0.75, 0.75], "assets": [1e8, 1e8], "benchmark": ["A", "B"]}
    )
    book = stop_book(products, closes)
    with pytest.raises(ConfigError, match="one index to move"):
        forced_source(book, MOVES)
    alone = forced_source(book, [-0.07, 0.0], underlying="A")
    assert alone.flow.tolist() == pytest.approx([-0.93e8, 0.0])
    assert alone.origin.coverage["on another index"] == "1 left out"
    both = forced_source(book, [-0.07, 0.0], underlying="A", betas={"B": 2.0})
    assert both.flow.tolist() == pytest.approx([-0.93e8 - 0.86e8, 0.0])
    assert "on another index" not in both.origin.coverage
    assert "products on B move by 2.00 of the index" in both.origin.assumptions


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "missing: nav or launch"),
        ({"launch": "2020-01-01"}, "before the first index close"),
        ({"nav": 0.9, "stop": 0.0}, "stop: not above 0"),
        ({"launch": "2023-11-20", "stop": 1.2}, "stop line at or above the net value"),
        ({"launch": "yesterday"}, "launch: no date"),
        ({"nav": 0.9, "equity_share": -1}, "equity_share: not between"),
        ({"launch": "2023-11-20", "excess": -1.5}, "excess: at or below"),
    ],
)
def test_a_table_without_a_usable_row_is_refused_with_the_reasons(columns, said):
    with pytest.raises(DataError, match=said):
        stop_book(table(**columns), PATH)


def test_no_close_on_the_day_is_refused():
    with pytest.raises(DataError, match="no index has a close"):
        stop_book(table(nav=0.9), PATH, "2000-01-01")


# --- no table -----------------------------------------------------------------------------------


@pytest.mark.feature("E11")
def test_without_a_table_a_stated_spread_gives_a_range_and_never_a_number():
    source = assumed_stops(MOVES, assets=(20e9, 150e9), nav=(0.92, 0.07), equity_share=0.9)
    assert np.isnan(source.flow).all()
    assert (source.low <= source.high).all()
    assert source.low[2] == source.high[3] == 0.0  # whoever is alive now is not stopped by a rise
    # An independent twin: draw a million net values, drop the dead, count the newly stopped.
    navs = np.random.default_rng(0).normal(0.92, 0.07, 1_000_000)
    navs = navs[navs > 0.7]
    share = (navs * (1 + 0.9 * -0.10) <= 0.7).mean()
    assert source.high[0] == pytest.approx(-20e9 * share * 0.9 * 0.9, rel=0.02)
    assert source.low[0] / source.high[0] == pytest.approx(7.5)


def test_what_the_index_has_stopped_since_is_not_sold_again():
    fresh = assumed_stops([-0.05], assets=(1.0, 1.0), nav=(0.92, 0.07))
    after = assumed_stops([-0.05], assets=(1.0, 1.0), nav=(0.92, 0.07), since=-0.2)
    assert after.high[0] < fresh.high[0] < 0.0
    gone = assumed_stops([-0.05], assets=(1.0, 1.0), nav=(0.92, 0.0001), since=-0.9)
    assert gone.high[0] == 0.0
    with pytest.raises(ConfigError, match="from the least to the"):
        assumed_stops([-0.05], assets=(2.0, 1.0), nav=(0.92, 0.07))
    with pytest.raises(ConfigError, match="spread above 0"):
        assumed_stops([-0.05], assets=(1.0, 2.0), nav=(0.92, 0.0))
