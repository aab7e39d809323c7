"""Whatever a table of snowballs holds, it is read, listed or refused: never a stray exception."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.flows.snowball_worlds import INDEX, path, trades

from quantquake.errors import QuantquakeError
from quantquake.flows.snowball_book import SnowballBook

CLOSES = path(start="2022-06-01")
TABLE = trades(CLOSES, 12).astype(object)
NASTY = [
    None, np.nan, "", " ", "-", "abc", "1e400", "inf", "-inf", 0, -1, 1e-300, 1e300, True, "80%",
    "８０％", "0.8;0.9", "2024-13-45", "05/02/2024", "二〇二四年", "中证500", "IC", "nan", "1,0,0",
    pd.NaT, pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01"), [0.8, 0.9], "=1+1", "\x00x", "💥",
]  # fmt: skip
ORDINARY = {"vol": 0.2, "rate": 0.02, "carry": 0.04, "mode": "template"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 11), st.sampled_from(list(TABLE.columns)), st.sampled_from(range(len(NASTY)))
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_nasty_cells_are_listed_and_the_rest_computed(changes):
    table = TABLE.copy()
    for row, column, which in changes:
        table.at[row, column] = NASTY[which]
    touched = {row for row, _, _ in changes}
    try:
        book = SnowballBook(table, index=CLOSES, **ORDINARY)
    except QuantquakeError as error:
        said = str(error)
    else:
        _whole(book, touched)
        return
    assert len(said.split()) > 10


def _whole(book, touched):
    """Every row is somewhere, once, and what is alive has a value."""
    lines = [*book.positions.line, *book.rejected["line"], *book.ended["line"]]
    assert sorted(lines) == list(range(12))  # every row is somewhere, once
    assert set(book.rejected["line"]) <= touched | {11}
    for underlying in book.underlyings:
        if np.isfinite(book.spot[underlying]):
            ladder = book.ladder({underlying: [0.9 * book.spot[underlying]]})
            assert np.isfinite(ladder.frame["value"]).all()


@pytest.mark.parametrize("n", [1, 2])
def test_one_trade_or_twins(n):
    table = trades(CLOSES, 1, knock_in=0.5, knock_out=1.9, months=36.0, date=CLOSES.index[-100])
    table = pd.concat([table.assign(trade=f"t{k}") for k in range(n)], ignore_index=True)
    book = SnowballBook(table, index=CLOSES, **ORDINARY)
    assert len(book) == n
    one = SnowballBook(table.iloc[:1], index=CLOSES, **ORDINARY)
    assert book.ladder(moves=[-0.1]).frame["value"].iloc[0] == pytest.approx(
        n * one.ladder(moves=[-0.1]).frame["value"].iloc[0]
    )


@settings(max_examples=15, deadline=None)
@given(holes=st.lists(st.integers(0, len(CLOSES) - 1), max_size=60))
def test_holes_in_the_path_are_noted_and_never_read_as_levels(holes):
    closes = CLOSES.copy()
    closes.iloc[holes] = np.nan
    try:
        book = SnowballBook(TABLE, index=closes, as_of=CLOSES.index[-1], **ORDINARY)
    except QuantquakeError:
        return
    whole = SnowballBook(TABLE, index=CLOSES, **ORDINARY)
    seen = dict(zip(whole.positions.line, whole.positions.columns.knocked_in, strict=True))
    for line, hit in zip(book.positions.line, book.positions.columns.knocked_in, strict=True):
        # A close not seen can hide a knock-in, never make one.
        assert not hit or seen.get(line, True)


def test_two_indices_of_one_name_twice_do_not_mix():
    table = trades(CLOSES, 12).assign(symbol=[INDEX, "000852.SH"] * 6)
    closes = pd.DataFrame({INDEX: CLOSES, "000852.SH": CLOSES[::-1].to_numpy()}, index=CLOSES.index)
    both = SnowballBook(table, index=closes, **ORDINARY)
    for symbol in both.underlyings:
        alone = SnowballBook(table[table["symbol"] == symbol], index=closes[[symbol]], **ORDINARY)
        assert len(alone) == len(both.positions.on(symbol))
