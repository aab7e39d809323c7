"""Positions of a made-up market: tied to its own funds, known truth, nothing of the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from quantquake.data.synthetic import synthetic_world
from quantquake.data.synthetic.positions import SMALL, synthetic_positions
from quantquake.errors import DataError
from quantquake.flows.snowball_book import SnowballBook
from quantquake.flows.stops import stop_book


@pytest.fixture(scope="module")
def world():
    return synthetic_world(seed=2)


@pytest.fixture(scope="module")
def day(world):
    return world.truth.unwind_dates[0]


@pytest.mark.feature("P07", "E08")
def test_the_tool_finds_the_planted_net_values(world, day):
    held = synthetic_positions(world, day)
    closes = world.frames["index_close"].loc[:day]
    book = stop_book(held.products, closes)
    found = book.products.set_index("name")["nav"]
    pd.testing.assert_series_equal(found.sort_index(), held.nav.sort_index(), check_names=False)
    assert (book.products["state"] == "alive").all()
    assert len(book.refused) == 0


@pytest.mark.feature("P07")
def test_money_is_that_of_the_worlds_funds(world, day):
    held = synthetic_positions(world, day)
    money, kind = world.truth.aum.loc[day], world.truth.funds["kind"]
    assert held.neutral["gross"].sum() == pytest.approx(money[kind == "neutral"].sum())
    by_fund = held.products.groupby(held.products["name"].str[:3])["assets"].sum()
    assert (by_fund <= money[by_fund.index] * (1 + 1e-9)).all()
    assert set(held.neutral["leverage"]) == {1.0, 4.0}


@pytest.mark.feature("P06", "P07")
def test_nothing_after_the_day_moves_a_position(world, day):
    settings = world.settings
    count = world.frames["index_close"].index.get_loc(day) + 1
    short = synthetic_world(seed=2, n_dates=count, horizon=settings.horizon, end=settings.end)
    one, other = synthetic_positions(world, day), synthetic_positions(short, day)
    for table in ("products", "neutral", "margin", "snowballs"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


def test_the_twin_has_no_crowd_and_the_same_notes_rules(world, day):
    twin = synthetic_positions(world.twin(), day)
    assert twin.products is None
    assert twin.neutral is None
    crowd = synthetic_positions(world, day)
    pd.testing.assert_series_equal(twin.snowballs["knock_in"], crowd.snowballs["knock_in"])
    assert (twin.margin["leverage"] == crowd.margin["leverage"]).all()


def test_notes_and_levered_funds_can_be_read(world, day):
    held = synthetic_positions(world, day)
    book = SnowballBook(held.snowballs, as_of=day, index=world.frames["index_close"].loc[:day])
    assert len(book.rejected) == 0
    assert len(book.ended) + len(book) == 24
    assert (held.margin["limit"] > held.margin["leverage"]).all()
    starts = pd.DatetimeIndex(held.snowballs["date"])
    np.testing.assert_allclose(
        held.snowballs["spot0"], world.frames["index_close"].loc[starts, SMALL]
    )


def test_a_day_without_a_past_is_refused(world):
    for wrong in (world.frames["index_close"].index[5], "2023-09-16", "2030-01-02"):
        with pytest.raises(DataError, match="would have no past"):
            synthetic_positions(world, wrong)
