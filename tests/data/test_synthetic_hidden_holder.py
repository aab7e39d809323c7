"""The hidden holder: prices know nothing before the event, holdings do, the index stays quiet."""

import numpy as np
import pandas as pd
import pytest

from quantquake.data.synthetic import HolderLaw, hidden_holder_world
from quantquake.errors import ConfigError


@pytest.mark.feature("B16")
def test_prices_before_the_event_are_those_without_a_crowd():
    with_crowd, without = hidden_holder_world(5), hidden_holder_world(5, crowd=False)
    before = with_crowd.close.index < with_crowd.event
    pd.testing.assert_frame_equal(with_crowd.close[before], without.close[before])
    assert not with_crowd.close[~before].equals(without.close[~before])
    assert without.shared.eq(0.0).all()


@pytest.mark.feature("B16", "L01")
def test_the_sale_hits_the_book_and_not_the_index():
    world, calm = hidden_holder_world(5), hidden_holder_world(5, crowd=False)
    moved = (
        np.log(world.close / calm.close)
        .loc[world.event :]
        .diff()
        .fillna(np.log(world.close / calm.close).loc[world.event])
    )
    sold, back = moved.iloc[: world.law.days].sum(), moved.iloc[: 2 * world.law.days].sum()
    long, short = world.common[world.common > 0].index, world.common[world.common < 0].index
    assert sold[long].mean() == pytest.approx(-world.law.fall, rel=0.1)
    assert sold[short].mean() == pytest.approx(world.law.fall, rel=0.1)
    # Equal money long and short: what the sale does to the mean of all names is nothing.
    assert abs(sold.mean()) < 0.005
    assert back[long].mean() == pytest.approx(0.5 * sold[long].mean(), rel=1e-6)
    assert (sold[world.common == 0.0].abs() < 1e-12).all()


@pytest.mark.feature("B16")
def test_the_holdings_hold_the_truth():
    world = hidden_holder_world(6)
    gross = world.holdings.groupby(["date", "fund"])["weight"].apply(lambda w: w.abs().sum())
    np.testing.assert_allclose(gross, 1.0)
    last = world.holdings[world.holdings["date"] < world.event]["date"].max()
    books = world.holdings[world.holdings["date"] == last].pivot(
        index="symbol", columns="fund", values="weight"
    )
    common = world.common.reindex(books.index)
    # Common and own book can cancel on a name; most of every book is the common one.
    assert world.shared[last] == pytest.approx(world.law.shared, abs=0.06)
    assert (books.corrwith(common) > 0.8).all()
    first = world.holdings[world.holdings["date"] == world.close.index[0]]
    assert len(first) == 10 * 2 * world.law.names


def test_seed_and_law_decide():
    base = hidden_holder_world(7, n_dates=200)
    pd.testing.assert_frame_equal(base.close, hidden_holder_world(7, n_dates=200).close)
    assert not base.close.equals(hidden_holder_world(8, n_dates=200).close)
    louder = hidden_holder_world(7, n_dates=200, law=HolderLaw(fall=0.3))
    before = base.close.index < base.event
    assert louder.close[before].equals(base.close[before])
    assert (base.close.index[-1] - pd.Timestamp("2007-09-04")).days <= 0
    assert len(hidden_holder_world(7, n_dates=200, n_symbols=80, after=10).close.columns) == 80


@pytest.mark.parametrize("size", [{"n_symbols": 40}, {"n_funds": 1}, {"n_dates": 70}, {"after": 5}])
def test_worlds_that_do_not_fit_are_refused(size):
    with pytest.raises(ConfigError, match=r"Give more|Change one"):
        hidden_holder_world(0, **size)
