"""The named baskets of the source, and what trades on them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from quantquake.data.basket_registry import find, registry, trackers
from quantquake.errors import ConfigError, FileError
from quantquake.measures.crowding import PRESETS, IndicatorParams, indicators, score

SIX = {"dividend", "mao", "ning", "microcap", "tmt", "coal"}


class IndexMarket:
    def __init__(self, symbol: str) -> None:
        rng = np.random.default_rng(0)
        dates = pd.bdate_range("2020-01-01", periods=520, name="date")
        steps = rng.normal(0, 0.01, size=(520, 2))
        self.close = pd.DataFrame(
            np.exp(np.cumsum(steps, axis=0)), index=dates, columns=[symbol, "ALL"]
        )
        self.index_close = self.close

    def returns(self) -> pd.DataFrame:
        return self.close / self.close.shift(1) - 1


class IndexBasket:
    members = None
    weights = None

    def __init__(self, name: str, index: str) -> None:
        self.name, self.index = name, index


@pytest.mark.feature("A20")
@pytest.mark.parametrize("key", sorted(SIX))
def test_each_of_the_six_baskets_loads_and_scores(key):
    one = registry()[key]
    table = indicators(
        IndexMarket(one.index),
        IndexBasket(one.name_zh, one.index),
        params=IndicatorParams(benchmark="ALL"),
    )
    got = score(table, rules=PRESETS["one_dimension"])  # closes alone: one dimension
    assert got.basket == one.name_zh
    assert got.coverage.iloc[-1] == 1
    assert 0 <= got.score.iloc[-1] <= 5


@pytest.mark.feature("A20")
def test_the_registry_is_the_sources_six():
    assert set(registry()) == SIX
    # S4: 红利、茅指数、宁指数、微盘、TMT和煤炭
    assert {one.name_zh for one in registry().values()} == {
        "红利",
        "茅指数",
        "宁指数",
        "微盘",
        "TMT",
        "煤炭",
    }
    for one in registry().values():
        assert one.premium in ("divergence", "convergence")
        for code in (one.index, *one.trackers, *one.largest):
            assert re.fullmatch(r"[0-9A-Z]+\.(SH|SZ|CSI|WI)", code)
        assert bool(one.trackers) == (one.trackers_confidence != "none")
        assert bool(one.largest) == (one.largest_confidence != "none")


@pytest.mark.feature("A26")
def test_the_trackers_the_article_names():
    # S4, last line: 中证红利ETF(SH515080), 工商银行(SH601398), 建设银行(SH601939).
    named = ("515080.SH", "601398.SH", "601939.SH")
    for name in ("dividend", "红利", "Dividend", "000922.CSI"):
        assert trackers(name) == named
    assert find("红利").trackers_confidence == "source"
    with pytest.raises(ConfigError, match=r"Known are coal, dividend"):
        trackers("gold")


def test_a_users_own_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[gold]\nname_en="Gold"\nname_zh="黄金"\npremium="divergence"\n', "utf-8")
    assert registry(path)["gold"].trackers == ()
    path = tmp_path / "bad.toml"
    for text, error, says in (
        ('[gold]\nname_en="Gold"', ConfigError, "lacks name_zh, premium"),
        (
            '[gold]\nname_en="G"\nname_zh="G"\npremium="divergence"\nticker="x"',
            ConfigError,
            "unknown fields ticker",
        ),
        ('[gold]\nname_en="G"\nname_zh="G"\npremium="up"', ConfigError, "premium 'up'"),
        ("gold = 3", ConfigError, "lacks"),
        ("[gold", FileError, "cannot be read"),
    ):
        path.write_text(text, "utf-8")
        registry.cache_clear()
        with pytest.raises(error, match=says):
            registry(path)
    with pytest.raises(FileError, match="cannot be read"):
        registry(tmp_path / "absent.toml")
