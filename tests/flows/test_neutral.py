"""Neutral and DMA books: what the basis makes them close, open or rotate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.measures.test_roll import world

from quantquake.errors import ConfigError, DataError
from quantquake.flows.neutral import (
    NeutralRules,
    NeutralState,
    forced_source,
    neutral_book,
    neutral_flow,
    neutral_state,
)
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.types import Origin

MOVES = np.array([-0.10, -0.05, 0.0, 0.05])
FUNDS = pd.DataFrame(
    {
        "name": ["neutral", "dma"],
        "equity": [200e9, 50e9],
        "leverage": [1.0, 4.0],
        "outside": [0.25, 0.5],
    }
)
CALM = NeutralState(paper=0.0, locked_annual=0.06, origin=Origin())
PAID = NeutralState(paper=0.02, locked_annual=0.06, origin=Origin())


def flow(state=CALM, moves=MOVES, **rules) -> pd.DataFrame:
    given = {"closing_rate": 1.0, "widening": 0.3} | rules
    return neutral_flow(neutral_book(FUNDS), state, moves, rules=NeutralRules(**given))


@pytest.mark.feature("H06", "H05")
def test_gross_is_equity_times_leverage():
    book = neutral_book(FUNDS)
    assert book.funds["gross"].tolist() == [200e9, 200e9]
    assert book.gross == 400e9
    same = neutral_book(pd.DataFrame({"gross": [4e11]}))
    assert same.gross == 4e11


@pytest.mark.feature("F28", "I06", "H05")
def test_a_wider_discount_makes_them_sell_stocks_and_buy_futures():
    found = flow()
    # -10 % widens by 3 %, all of it profit: 3 % of 400 bn at 0.9 of its price.
    assert found["stocks"].tolist() == pytest.approx([-0.03 * 360e9, -0.015 * 380e9, 0.0, 0.0])
    assert (found["futures"] == -found["stocks"]).all()
    paid = flow(PAID)
    assert paid["stocks"].iloc[2] == pytest.approx(-0.02 * 400e9)  # banked without any move
    assert flow(PAID, threshold=0.015)["stocks"].iloc[2] == pytest.approx(-0.005 * 400e9)
    assert flow(closing_rate=0.5)["stocks"].iloc[0] == pytest.approx(found["stocks"].iloc[0] / 2)
    assert flow(widening=0.0)["stocks"].tolist() == [0.0] * 4
    assert flow(closing_rate=1000.0)["stocks"].iloc[0] == pytest.approx(-360e9)  # all, not more


@pytest.mark.feature("I07", "H05")
def test_a_dearer_hedge_keeps_new_money_out():
    found = flow(closing_rate=0.0, opening_rate=2.0, hurdle=0.08)
    # At no move: 2 x (8 % - 6 %) of the books. A fall of 5 % makes a year dearer by 6 %: nobody.
    assert found["stocks"].iloc[2] == pytest.approx(0.04 * 400e9)
    assert found["stocks"].iloc[0] == found["stocks"].iloc[1] == 0.0
    assert found["stocks"].iloc[3] == pytest.approx(2 * (0.02 + 4 * 0.015) * 420e9)
    slow = flow(closing_rate=0.0, opening_rate=2.0, hurdle=0.08, rate_of_year=1.0)
    assert slow["stocks"].iloc[1] == pytest.approx(2 * 0.005 * 380e9)


@pytest.mark.feature("H06", "I04")
def test_a_ban_on_closing_turns_sales_into_rotation():
    free, banned = flow(PAID), flow(PAID, banned=True, rotation_rate=0.2)
    assert (free["stocks"].iloc[:3] < 0).all()
    assert (free["rotated"] == 0.0).all()
    assert (banned["stocks"] == 0.0).all()
    # A fifth of the names outside the index: 0.25 x 200 bn + 0.5 x 200 bn.
    assert banned["rotated"].iloc[2] == pytest.approx(0.2 * 150e9)
    assert flow(PAID, banned=True, rotation_rate=0.1)["rotated"].iloc[2] == pytest.approx(15e9)
    source = forced_source(
        neutral_book(FUNDS), PAID, MOVES, rules=NeutralRules(banned=True, rotation_rate=0.2)
    )
    assert source.low.tolist() == source.high.tolist() == [0.0] * 4
    assert "30,000,000,000 swapped" in " ".join(source.origin.assumptions)


@pytest.mark.feature("F28", "E11")
def test_what_is_not_known_is_a_range():
    book = neutral_book(FUNDS)
    source = forced_source(book, PAID, MOVES)
    assert np.isnan(source.flow).all()
    # Priors: up to 1.5 of the profit, up to 0.5 of the fall; at the least nobody closes.
    assert source.low[0] == pytest.approx(-1.5 * (0.02 + 0.05) * 360e9)
    assert source.high[0] == 0.0
    # On a rise the discount narrows: the least widening is then the most profit.
    assert source.low[3] == pytest.approx(-1.5 * 0.02 * 420e9)
    known = forced_source(book, PAID, MOVES, rules=NeutralRules(closing_rate=1.0, widening=0.3))
    assert known.flow.tolist() == pytest.approx(flow(PAID)["stocks"].tolist())
    assert known.low.tolist() == known.flow.tolist()
    with pytest.raises(ConfigError, match="made up"):
        neutral_flow(book, PAID, MOVES, rules=NeutralRules(closing_rate=1.0))


@pytest.mark.feature("F28")
def test_the_state_is_the_last_day_of_the_pressure():
    history = world(noise=0.0, yearly=-0.06, end="2023-05-31")
    state, whole = neutral_state(history), neutral_pressure(history)
    assert state.paper == whole["paper"].iloc[-1]
    assert state.locked_annual == whole["locked_annual"].iloc[-1]
    assert state.origin.as_of == whole.index[-1]
    wide = history.copy()
    late = wide["date"] >= wide["date"].max() - pd.Timedelta(days=3)
    wide.loc[late, "basis_ratio"] -= 0.03
    wide.loc[late, "basis"] -= 0.03 * wide.loc[late, "index_level"]
    wide.loc[late, "price"] = wide.loc[late, "index_level"] + wide.loc[late, "basis"]
    assert neutral_state(wide).paper > state.paper + 0.02


def test_bad_funds_are_listed_and_the_rest_counted():
    rows = pd.DataFrame(
        {
            "name": list("abcde"),
            "gross": [1e9, -1e9, None, 8e9, 1e9],
            "equity": [None, None, None, 1e9, None],
            "leverage": [4.0, 4.0, 4.0, 4.0, 0.0],
        }
    )
    book = neutral_book(rows)
    assert book.funds["name"].tolist() == ["a"]
    assert book.refused["row"].tolist() == [1, 2, 3, 4]
    with pytest.raises(DataError, match="none of the 1 rows"):
        neutral_book(rows.iloc[1:2])


@pytest.mark.parametrize(
    "wrong",
    [
        {"closing_rate": -1.0},
        {"closing_range": (1.0, 0.5)},
        {"rotation_rate": 1.5},
        {"threshold": float("nan")},
        {"rate_of_year": -4.0},
    ],
)
def test_rules_that_cannot_be_are_refused(wrong):
    with pytest.raises(ConfigError, match="Correct them"):
        NeutralRules(**wrong)
