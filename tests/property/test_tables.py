"""Tables: what holds for every panel, whatever its values and the order of its rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from quantquake.data.baskets import Basket, size_group_panel, smallest
from quantquake.data.files import read
from quantquake.data.market import Market
from quantquake.data.panel import check_panel, to_long, to_wide

CELLS = st.one_of(st.just(np.nan), st.floats(0.01, 1e12, allow_subnormal=False))


@st.composite
def panels(draw, min_dates=1, min_symbols=1):
    """Panels with gaps, of up to 8 sessions and 6 symbols; sorted symbols."""
    n_dates = draw(st.integers(min_dates, 8))
    n_symbols = draw(st.integers(min_symbols, 6))
    values = draw(hnp.arrays(np.float64, (n_dates, n_symbols), elements=CELLS))
    days = pd.bdate_range("2024-01-02", periods=n_dates, name="date")
    names = pd.Index([f"60000{i}.SH" for i in range(n_symbols)], name="symbol")
    return pd.DataFrame(values, index=days, columns=names)


def observed(panel):
    return panel.dropna(how="all").dropna(how="all", axis=1)


def same(got, wanted):
    pd.testing.assert_frame_equal(got, wanted, check_freq=False, check_column_type=False)


@given(panels())
def test_wide_to_long_to_wide(panel):
    wide = observed(panel)
    if wide.empty:
        assert to_long(panel, "close").empty
    else:
        same(to_wide(to_long(panel, "close"), "close", name="prices"), wide)


@given(panels(), st.randoms(use_true_random=False))
def test_the_order_of_long_rows_changes_nothing(panel, random):
    long = to_long(panel, "close")
    if long.empty:
        return
    order = list(range(len(long)))
    random.shuffle(order)
    same(to_wide(long.iloc[order], "close", name="prices"), to_wide(long, "close", name="prices"))


@given(panels(min_dates=2), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_reading_does_not_depend_on_the_order_of_rows(panel, random):
    long = to_long(panel, "close")
    if long["date"].nunique() < 2:
        return
    order = list(range(len(long)))
    random.shuffle(order)
    # The dates are weekdays, some of them Shanghai holidays: the calendar is not the point here.
    pd.testing.assert_frame_equal(read(long.iloc[order], calendar=None), read(long, calendar=None))


@given(panels())
def test_checking_twice_changes_nothing(panel):
    once = check_panel(panel, name="close", sign="positive")
    same(check_panel(once, name="close", sign="positive"), once)


@given(panels(min_dates=3), st.data())
@settings(deadline=None)
@pytest.mark.feature("P06")
def test_until_equals_building_from_what_was_there(panel, data):
    cut = data.draw(st.integers(2, len(panel)))
    last = panel.index[cut - 1]
    futures = pd.DataFrame(
        {"date": panel.index, "symbol": "IF2403.CFE", "product": "IF", "close": 3000.0}
    )

    def build(rows):
        return Market.from_frames(
            close=panel.iloc[:rows],
            amount=panel.iloc[:rows],
            index_close=panel.iloc[:rows, :1],
            futures=futures.iloc[:rows],
            all_nan="keep",
        )

    early, fresh = build(len(panel)).until(last), build(cut)
    for field in ("close", "amount", "index_close", "futures"):
        same(getattr(early, field), getattr(fresh, field))
    pd.testing.assert_series_equal(early.market_amount, fresh.market_amount, check_freq=False)
    same(early.returns(), fresh.returns())
    assert early.coverage() == fresh.coverage()


@given(panels(min_dates=2), st.permutations(range(6)))
@settings(deadline=None)
def test_permuting_symbols_permutes_everything(panel, order):
    order = [i for i in order if i < panel.shape[1]]
    one = Market.from_frames(close=panel, amount=panel, float_cap=panel, all_nan="keep")
    other_way = panel.iloc[:, order]
    other = Market.from_frames(close=other_way, amount=panel, float_cap=other_way, all_nan="keep")
    same(other.returns(), one.returns().iloc[:, order])
    same(other.amount, one.amount.iloc[:, order])
    same(size_group_panel(other, groups=3), size_group_panel(one, groups=3).iloc[:, order])
    names = one.symbols
    same(smallest(other, 2).mask(one.dates, names), smallest(one, 2).mask(one.dates, names))


@given(panels(min_dates=2), st.integers(1, 5))
@settings(deadline=None)
def test_scaling_the_currency_changes_no_group(panel, groups):
    one = Market.from_frames(close=panel, float_cap=panel, all_nan="keep")
    # A power of two, so that scaled values stay exact and ties stay ties.
    other = Market.from_frames(close=panel, float_cap=panel * 1024, all_nan="keep")
    same(size_group_panel(one, groups=groups), size_group_panel(other, groups=groups))


@given(panels(), st.integers(1, 8))
def test_weights_sum_to_one_wherever_somebody_belongs(panel, cut):
    flags = panel.notna().iloc[:cut]
    basket = Basket("those observed", flags)
    weights = basket.weight_panel(panel.index, panel.columns)
    mask = basket.mask(panel.index, panel.columns)
    there = mask.any(axis=1)
    np.testing.assert_allclose(weights[there].sum(axis=1), 1.0)
    assert weights[~there].isna().all(axis=None)
    assert not (weights[there] > 0)[~mask[there]].any(axis=None)
