"""The early-warning set: footprints of a planted unwind, units, bad input."""

import numpy as np
import pandas as pd
import pytest

from quantquake.data.synthetic import hidden_holder_world
from quantquake.errors import ConfigError, DataError
from quantquake.measures.comomentum import mean_pairwise_correlation
from quantquake.measures.contrarian import contrarian_returns
from quantquake.measures.early_warning import COLUMNS, EarlyWindows, early_warning


@pytest.fixture(scope="module")
def world():
    return hidden_holder_world(1)


@pytest.fixture(scope="module")
def table(world):
    amount = world.close * 1e7
    return early_warning(world.returns(), amount=amount)


@pytest.mark.feature("B16")
def test_each_column_is_its_measure(world, table):
    returns = world.returns()
    assert list(table.columns) == list(COLUMNS)
    book = contrarian_returns(returns, names="formation").pnl
    last = table.iloc[-1]
    assert last["contrarian_loss"] == pytest.approx(-book.iloc[-20:].sum())
    corr = mean_pairwise_correlation(returns, window=20)
    assert last["pairwise_correlation"] == pytest.approx(corr.iloc[-1])
    shown = returns.abs() / (world.close * 1e7 / 1e8)
    assert last["illiquidity"] == pytest.approx(shown.mean(axis=1).iloc[-20:].mean())
    assert table.loc[: world.event].notna().sum().min() > 200


@pytest.mark.feature("B16")
def test_the_sale_itself_is_seen(world, table):
    # Losers fall on: the contrarian book bleeds, the momentum legs move together.
    at = world.close.index.get_loc(world.event)
    book = contrarian_returns(world.returns(), names="formation", sigma_window=100)
    assert book.sigma_before(world.event).iloc[1 : world.law.days].sum() < -8.0
    assert book.pnl.iloc[at + world.law.days] > 0.0  # the rebound pays
    # Momentum legs of the days before take a week and more to hold the names that were sold.
    after, before = table.iloc[at:], table.iloc[at - 100 : at]
    for column in ("contrarian_loss", "comomentum", "absorption"):
        assert after[column].max() > 1.1 * before[column].max()


def test_every_argument_moves_it(world, table):
    returns = world.returns().iloc[-150:]
    base = early_warning(returns)
    assert base["illiquidity"].isna().all()
    for name, value in (("short", 30), ("long", 60), ("formation", 60), ("skip", 0)):
        other = early_warning(returns, windows=EarlyWindows(**{name: value}))
        assert not other.equals(base), name
    assert not early_warning(returns, cap=0.03).equals(base)


def test_a_wild_print_is_not_believed(world):
    returns = world.returns().iloc[:150].copy()
    base = early_warning(returns)
    returns.iloc[100, 7] = 1550.0  # the shared data hold a name that "gains" 155,000 %
    spoilt = early_warning(returns)
    for column in ("pairwise_correlation", "turbulence", "contrarian_loss"):
        np.testing.assert_allclose(spoilt[column], base[column], atol=0.3)


def test_bad_input_is_refused(world):
    returns = world.returns()
    with pytest.raises(DataError, match="39 names"):
        early_warning(returns.iloc[:, :39])
    with pytest.raises(DataError, match="0 names"):
        early_warning(None)
    with pytest.raises(DataError, match="does not share"):
        early_warning(returns, amount=returns.iloc[1:])
    with pytest.raises(ConfigError, match="cap"):
        early_warning(returns, cap=0.0)
    with pytest.raises(ConfigError, match="windows"):
        EarlyWindows(short=2)


def test_no_history_says_nothing(world):
    for n in (0, 1, 30):
        found = early_warning(world.returns().iloc[:n])
        assert len(found) == n
        assert found[["comomentum", "absorption", "turbulence"]].isna().all().all()
    assert pd.isna(early_warning(world.returns() * np.nan)).all().all()
