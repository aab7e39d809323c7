"""Tables of funds with anything in their cells: a reason for each bad row, and honest ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantquake.errors import QuantquakeError
from quantquake.flows import margin, neutral, redemption, stops
from quantquake.types import Origin

MOVES = np.array([-0.9, -0.3, -0.1, -0.01, 0.0, 0.02, 0.5])
DAYS = pd.bdate_range("2024-01-02", periods=5)
CLOSES = pd.Series([100.0, 90.0, 95.0, 80.0, 85.0], index=DAYS, name="A")
STATE = neutral.NeutralState(paper=0.01, locked_annual=0.05, origin=Origin())

CELL = st.one_of(
    st.none(),
    st.floats(-2.0, 2.0),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(1e3, 1e13),
    st.sampled_from(["", "x", "1.5", "2024-01-03", "雪球", True, 0, -0.0]),
)
COLUMNS = [
    *("name", "assets", "nav", "nav_date", "launch", "excess", "stop", "equity_share"),
    *("benchmark", "launch_level", "equity", "leverage", "limit", "maintenance", "target", "beta"),
    *("hedge", "gross", "outside", "performance", "cash", "illiquid", "institutional", "months"),
    "lockup_end",
]


def rows(columns: list[str]):
    one = st.fixed_dictionaries(dict.fromkeys(columns, CELL))
    return st.lists(one, min_size=0, max_size=5).map(
        lambda found: pd.DataFrame(found, columns=columns, dtype=object)
    )


def tables(needed: list[str]):
    """Tables with the needed columns and any of the others."""
    extra = st.lists(st.sampled_from(COLUMNS), unique=True, max_size=8)
    return extra.map(lambda more: [*needed, *(c for c in more if c not in needed)]).flatmap(rows)


def stop_source(table):
    book = stops.stop_book(table, CLOSES)
    return book.products, book.refused, stops.forced_source(book, MOVES, nav_error=0.02)


def margin_source(table):
    book = margin.margin_book(table)
    return book.funds, book.refused, margin.forced_source(book, MOVES, tightening=2.0)


def redemption_source(table):
    book = redemption.redemption_book(table, "2024-01-05")
    curve = redemption.FlowPerformance(slope=0.5, base=0.01)
    return book.funds, book.refused, redemption.forced_source(book, MOVES, curve=curve)


def neutral_source(table):
    book = neutral.neutral_book(table)
    rules = neutral.NeutralRules(closing_rate=1.0, widening=0.2)
    return book.funds, book.refused, neutral.forced_source(book, STATE, MOVES, rules=rules)


CASES = {
    "stop": (stop_source, ["assets", "nav", "launch"]),
    "margin": (margin_source, ["assets", "equity", "limit"]),
    "redemption": (redemption_source, ["assets", "performance"]),
    "neutral": (neutral_source, ["gross", "equity", "leverage"]),
}


@pytest.mark.feature("E11", "P06")
@pytest.mark.parametrize("kind", CASES)
def test_any_table_ends_in_a_range_or_in_one_paragraph(kind):
    make, needed = CASES[kind]

    @given(tables(needed))
    @settings(deadline=None, max_examples=80)
    def check(table):
        refusal = None
        try:
            used, refused, source = make(table)
        except QuantquakeError as error:
            refusal = str(error)
        if refusal is not None:
            assert "\n" not in refusal
            return
        assert len(used) + len(refused) == len(table)
        assert set(refused["row"]) <= set(table.index)
        assert (refused["why"].str.len() > 3).all()
        assert np.isfinite([source.flow, source.low, source.high]).all()
        assert (source.flow <= 0).all()
        assert (source.low <= source.flow + 1e-6 * abs(source.flow)).all()
        assert (source.flow <= source.high + 1e-6 * abs(source.flow)).all()

    check()


GOOD = {
    "stop": pd.DataFrame({"assets": [1e8, 2e8], "nav": [0.75, 0.8], "launch": [None, None]}),
    "margin": pd.DataFrame({"assets": [4e8, 2e8], "equity": [1e8, 1e8], "limit": [5.0, 2.2]}),
    "redemption": pd.DataFrame({"assets": [4e8, 2e8], "performance": [-0.1, -0.2]}),
    "neutral": pd.DataFrame({"gross": [4e8, 2e8], "equity": [None, None], "leverage": [1, 4]}),
}


@pytest.mark.feature("E11")
@pytest.mark.parametrize("kind", CASES)
def test_order_of_rows_and_unit_of_money_change_nothing_else(kind):
    make, _ = CASES[kind]
    flow = make(GOOD[kind])[2].flow
    assert (flow < 0).any()
    turned = make(GOOD[kind].iloc[::-1])[2].flow
    np.testing.assert_allclose(turned, flow, rtol=1e-12)
    money = [c for c in ("assets", "equity", "gross") if c in GOOD[kind]]
    cents = make(GOOD[kind].assign(**{c: 100 * GOOD[kind][c].astype(float) for c in money}))[2].flow
    np.testing.assert_allclose(cents, 100 * flow, rtol=1e-12)


@pytest.mark.feature("E11", "E08")
@pytest.mark.parametrize("kind", ["stop", "margin"])
def test_a_deeper_fall_forces_at_least_as_much_of_what_is_held(kind):
    make, _ = CASES[kind]
    source = make(GOOD[kind])[2]
    # Per unit of the fallen price, i.e. in shares, a deeper fall never sells less.
    shares = -source.flow / (1 + MOVES)
    assert (np.diff(shares) <= 1e-6).all()
