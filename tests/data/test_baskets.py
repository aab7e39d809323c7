"""Baskets: members as of a date, and recipes that rank by what was known before."""

import numpy as np
import pandas as pd
import pytest

from quantquake.data.baskets import (
    KEEP_CAP,
    Basket,
    equal_weight_all,
    index_basket,
    size_group_panel,
    size_groups,
    smallest,
    themes,
)
from quantquake.data.market import Market
from quantquake.errors import ConfigError, DataError, FileError

DAYS = pd.date_range("2024-01-29", periods=6, freq="B", name="date")
NAMES = pd.Index(["a", "b", "c", "d"], name="symbol")


def caps(rows, names=NAMES):
    return pd.DataFrame(np.array(rows, dtype=float), index=DAYS[: len(rows)], columns=names)


def market(cap):
    return Market.from_frames(close=cap.notna() * 1.0 + 1.0, float_cap=cap)


def test_a_list_holds_at_every_date():
    basket = Basket("bank", ["a", "x"], index="399986.SZ")
    mask = basket.mask(DAYS, NAMES)
    assert mask["a"].all()
    assert not mask[["b", "c", "d"]].any(axis=None)
    assert basket.strangers(NAMES) == ["x"]
    assert not basket.point_in_time


def test_a_dated_list_holds_from_its_date_to_the_next():
    rows = pd.DataFrame({"date": DAYS[[1, 1, 4]], "symbol": ["a", "b", "c"]})
    mask = Basket("changing", rows).mask(DAYS, NAMES)
    assert mask.sum(axis=1).tolist() == [0, 2, 2, 2, 1, 1]
    assert mask["c"].tolist() == [False] * 4 + [True] * 2
    assert Basket("changing", rows).point_in_time


def test_changes_between_sessions_count_from_the_next_session():
    rows = pd.DataFrame({"date": pd.to_datetime(["2024-02-03"]), "symbol": ["a"]})  # a Saturday
    assert Basket("weekend", rows).mask(DAYS, NAMES)["a"].tolist() == [False] * 5 + [True]


def test_weights_are_shared_among_the_members_there():
    equal = Basket("two of three", ["a", "b", "gone"]).weight_panel(DAYS, NAMES)
    assert equal.iloc[0].tolist() == [0.5, 0.5, 0.0, 0.0]
    given = Basket("by hand", ["a", "b", "c"], weights={"a": 1.0, "b": 3.0})
    assert given.weight_panel(DAYS, NAMES).iloc[0].tolist() == [0.25, 0.75, 0.0, 0.0]
    rows = pd.DataFrame({"date": DAYS[[2, 2]], "symbol": ["c", "d"], "weight": [60.0, 40.0]})
    dated = Basket("in the rows", rows).weight_panel(DAYS, NAMES)
    assert dated.iloc[1].isna().all()
    assert dated.iloc[2].tolist() == [0.0, 0.0, 0.6, 0.4]


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Basket("x"), ConfigError, "neither members nor an index"),
        (lambda: Basket("x", ["a"], premium="none"), ConfigError, "premium 'none'"),
        (lambda: Basket("x", "600000.SH"), ConfigError, "one text"),
        (lambda: Basket("x", []), DataError, "no members"),
        (lambda: Basket("x", ["a", "b", "a"]), DataError, "given twice, first a"),
        (lambda: Basket("x", caps([[0.5, 1, 0, 0]])), DataError, "other than true and false"),
        (lambda: Basket("x", ["a"], weights={"a": -1.0}), DataError, "negative"),
        (lambda: index_basket("000300.SH").mask(DAYS, NAMES), DataError, "only by its index"),
    ],
)
def test_baskets_that_mean_nothing_are_refused(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_an_index_basket_has_no_members():
    basket = index_basket("000015.SH", name="红利", premium="convergence")
    assert (basket.members, basket.index, basket.premium) == (None, "000015.SH", "convergence")
    assert not basket.point_in_time


def test_everybody_belongs_from_the_first_close_on_and_stays():
    close = caps([[1, np.nan, 1, 1], [1, 1, np.nan, 1], [1, 1, np.nan, np.nan]])
    mask = equal_weight_all(Market.from_frames(close=close)).mask(DAYS[:3], NAMES)
    assert mask["b"].tolist() == [False, True, True]
    assert mask[["a", "c", "d"]].all(axis=None)


def test_size_groups_use_the_session_before():
    cap = caps([[1, 2, 3, 4], [4, 3, 2, 1], [4, 3, 2, 1]])
    groups = size_group_panel(market(cap), groups=2)
    assert groups.iloc[0].isna().all()
    assert groups.iloc[1].tolist() == [1, 1, 2, 2]  # by the first day, not its own
    assert groups.iloc[2].tolist() == [2, 2, 1, 1]


def test_size_baskets_are_the_groups_smallest_first():
    cap = caps([[1, 2, 3, 4]] * 3)
    small, large = size_groups(market(cap), 2)
    assert (small.name, large.name) == ("size 1 of 2", "size 2 of 2")
    assert small.mask(DAYS[:3], NAMES).iloc[2].tolist() == [True, True, False, False]
    assert large.mask(DAYS[:3], NAMES).iloc[2].tolist() == [False, False, True, True]
    assert size_groups(market(cap), 10)[0].name == "size 01 of 10"


@pytest.mark.parametrize("groups", [1, 3, 7, 10])
def test_groups_divide_names_as_evenly_as_they_can(groups):
    names = pd.Index([f"s{i:02d}" for i in range(30)])
    cap = caps([np.arange(1.0, 31.0)] * 2, names)
    numbers = size_group_panel(market(cap), groups=groups).iloc[1]
    counts = numbers.value_counts()
    assert sorted(counts.index) == list(range(1, groups + 1))
    assert counts.max() - counts.min() <= 1
    assert numbers.is_monotonic_increasing


def test_a_suspended_name_keeps_its_cap_for_twenty_sessions():
    days = pd.date_range("2024-01-01", periods=KEEP_CAP + 4, freq="B", name="date")
    cap = pd.DataFrame({"a": 1.0, "b": 2.0}, index=days)
    cap.iloc[1:, 0] = np.nan
    close = pd.DataFrame(1.0, index=days, columns=["a", "b"])
    groups = size_group_panel(Market.from_frames(close=close, float_cap=cap), groups=2)
    # Seen on session 0, kept through session 20, so ranked for sessions 1 to 21.
    assert groups["a"].notna().tolist() == [False] + [True] * (KEEP_CAP + 1) + [False] * 2


def test_monthly_groups_rank_at_the_last_session_of_the_month():
    cap = caps([[1, 2, 3, 4], [1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]])
    groups = size_group_panel(market(cap), groups=2, rebalance="month")
    assert groups.iloc[:3].isna().all(axis=None)  # January began before the table
    # 2024-01-31 is the third row; February starts with the fourth and keeps it.
    assert groups.iloc[3:].to_numpy().tolist() == [[2, 2, 1, 1]] * 2


def test_groups_stay_between_rankings():
    cap = caps([[1, 2, 3, 4], [4, 3, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]])
    groups = size_group_panel(market(cap), groups=2, rebalance=2)
    assert groups.iloc[2:4].to_numpy().tolist() == [[2, 2, 1, 1]] * 2  # by the second day
    assert groups.iloc[4].tolist() == [1, 1, 2, 2]


def test_smallest_takes_exactly_the_count_and_breaks_ties_by_symbol():
    cap = caps([[5, 5, 5, 1], [5, 5, 5, 1]])
    basket = smallest(market(cap[["d", "c", "b", "a"]]), count=2)
    mask = basket.mask(DAYS[:2], NAMES)
    assert mask.iloc[0].sum() == 0
    assert mask.iloc[1].tolist() == [True, False, False, True]
    assert smallest(market(cap), count=9).mask(DAYS[:2], NAMES).iloc[1].all()


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda m: size_groups(m, 0), ConfigError, "`groups` is 0"),
        (lambda m: smallest(m, 0), ConfigError, "`count` is 0"),
        (lambda m: smallest(m, 2, rebalance=0), ConfigError, "`rebalance` is 0"),
        (lambda m: smallest(m, 2, rebalance="week"), ConfigError, "`rebalance` is 'week'"),
        (lambda m: smallest(m, 2, by="market_cap"), DataError, "no `market_cap`"),
        (lambda m: smallest(m, 2, by="close"), DataError, "no `close`: names cannot be ranked"),
    ],
)
def test_recipes_refuse(make, error, says):
    with pytest.raises(error, match=says):
        make(market(caps([[1, 2, 3, 4]] * 2)))


@pytest.mark.feature("P06")
def test_no_recipe_sees_tomorrow():
    whole = market(caps(np.random.default_rng(5).lognormal(size=(6, 4))))
    recipes = (equal_weight_all, smallest, lambda m: smallest(m, 2, rebalance=2))
    for last in DAYS[1:]:
        early = whole.until(last)
        for recipe in recipes:
            pd.testing.assert_frame_equal(
                recipe(early).mask(early.dates, NAMES), recipe(whole).mask(early.dates, NAMES)
            )
        pd.testing.assert_frame_equal(
            size_group_panel(early, groups=2),
            size_group_panel(whole, groups=2).loc[:last],
            check_freq=False,
        )


def test_themes_from_a_table(tmp_path):
    path = tmp_path / "themes.csv"
    text = "主题,代码,权重\n茅指数,600519,0.6\n茅指数,000858.SZ,0.4\nAI,SH688256,1\n"
    path.write_text(text, "gbk")
    found = themes(path)
    assert list(found) == ["茅指数", "AI"]
    names = pd.Index(["600519.SH", "000858.SZ", "688256.SH"])
    assert found["茅指数"].weight_panel(DAYS, names).iloc[0].tolist() == [0.6, 0.4, 0.0]
    assert found["AI"].mask(DAYS, names).iloc[0].tolist() == [False, False, True]


def test_themes_with_dates_are_point_in_time(tmp_path):
    path = tmp_path / "themes.csv"
    path.write_text("theme,symbol,date\nx,600519,20240130\nx,600000,2024-02-01\n")
    basket = themes(path)["x"]
    mask = basket.mask(DAYS, pd.Index(["600519.SH", "600000.SH"]))
    assert mask["600519.SH"].tolist() == [False, True, True, False, False, False]
    assert basket.point_in_time


def test_themes_from_toml(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text(
        '["红利"]\nindex = "000015.SH"\npremium = "convergence"\n'
        '[bank]\nsymbols = ["600000", "000001.SZ"]\nweights = [3, 1]\n',
        encoding="utf-8",
    )
    found = themes(path)
    assert (found["红利"].index, found["红利"].premium) == ("000015.SH", "convergence")
    names = pd.Index(["000001.SZ", "600000.SH"])
    assert found["bank"].weight_panel(DAYS, names).iloc[0].tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("name", "text", "error", "says"),
    [
        ("t.csv", "theme,price\nx,1\n", DataError, "no column for symbol; its columns are 'theme'"),
        ("t.csv", "theme,symbol\nx,600000\nx,SH600000\n", DataError, "twice, first 600000.SH"),
        ("t.csv", "theme,symbol\nx,浦发\n", DataError, "1 symbols cannot be read, first '浦发'"),
        ("t.toml", "[x]\nmembers = []\n", ConfigError, "theme 'x' has members"),
        ("t.toml", "x = 3\n", ConfigError, "theme 'x' has 3"),
        ("t.toml", "[x]\nsymbols = ['600000']\nweights = []\n", ConfigError, "0 weights for 1"),
        ("t.toml", "[x\n", FileError, "cannot be read as TOML"),
    ],
)
def test_themes_refuse(tmp_path, name, text, error, says):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=says):
        themes(path)
