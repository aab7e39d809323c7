"""Pictures and sentences of forced flows: bars that add up, ranges that stay ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.io as pio
import pytest

from quantquake.errors import ConfigError
from quantquake.flows import leveraged_etf as le
from quantquake.flows.execution import Order, almgren_chriss, frontier, sale_cost
from quantquake.flows.holder import Size
from quantquake.flows.leveraged_etf.funds import REASONS
from quantquake.flows.systematic import PUBLISHED_SENSITIVITY, systematic_supply
from quantquake.flows.trend import TrendFollowers
from quantquake.flows.var_limit import VarLimit
from quantquake.flows.vol_control import VolControl
from quantquake.report.closing_words import closing_sentence, gap_sentence, rank_sentence
from quantquake.report.figures import closing_waterfall, cost_risk_frontier, supply_by_fall
from quantquake.report.figures.flows import _bars
from quantquake.report.figures.money_axis import MoneyUnit
from quantquake.report.figures.template import blank
from quantquake.report.theme import palette
from quantquake.report.words import known, phrase

MOVES = np.round(np.arange(-0.10, 0.0501, 0.01), 6)


@pytest.fixture(scope="module")
def flow():
    rng = np.random.default_rng(1)
    codes = ["QQQ", "ICESEMIT", *(f"S{i:02d}" for i in range(12)), "GDX"]
    frame = pd.DataFrame(
        {
            "symbol": [f"F{i:02d}" for i in range(15)],
            "leverage": rng.choice([2.0, 3.0, -1.0, -3.0], 15),
            "assets": rng.uniform(1e8, 3e10, 15),
            "underlying": codes,
        }
    )
    returns = pd.Series(rng.normal(-0.02, 0.01, 14), index=codes[:-1])
    funds = le.LeveragedFunds.from_frame(frame, as_of="2026-02-04")
    return le.closing_flow(funds, returns)


@pytest.fixture(scope="module")
def supply():
    holders = [
        VolControl(size=Size.of(60e9), sigma=0.01),
        VarLimit(size=Size.between(10e9, 20e9), sigma=0.01),
        VolControl(size=Size(), sigma=0.01, name="mine"),
    ]
    return systematic_supply(holders, MOVES)


@pytest.fixture(scope="module")
def curve():
    order = Order(
        shares=1e6, days=5.0, steps=5, sigma=0.95, permanent=2.5e-7, temporary=2.5e-6, fixed=0.0625
    )
    return frontier(order, [0.0, 1e-6, 2e-6, float("inf")])


def draw(flow, supply, curve, **look):
    return {
        "waterfall": closing_waterfall(flow.by_underlying["gross"], reported=-18e9, **look),
        "supply": supply_by_fall(
            supply.by_holder, supply.low, supply.high, published=PUBLISHED_SENSITIVITY, **look
        ),
        "frontier": cost_risk_frontier(curve, **look),
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_in_the_house_style(flow, supply, curve, lang, theme):
    for code, figure in draw(flow, supply, curve, lang=lang, theme=theme).items():
        assert figure.layout.template == pio.templates[f"quantquake_{theme}"], code
        assert not figure.layout.showlegend
        assert figure.layout.xaxis.range is not None
        assert figure.layout.yaxis.range is not None
        texts = [a.text for a in figure.layout.annotations]
        assert ("亿美元" in str(texts) or "万美元" in str(texts)) == (lang == "zh"), code


@pytest.mark.feature("E02")
def test_bars_of_the_waterfall_stand_on_the_sum_so_far(flow):
    gross = flow.by_underlying["gross"]
    bars = closing_waterfall(gross, most=9, reported=-18e9).data[0]
    parts, total = np.array(bars.x[:-2]), bars.x[-2]
    assert len(parts) == 10  # nine and the rest
    assert parts.sum() == pytest.approx(total) == pytest.approx(gross.sum() / 1e9)
    assert bars.base[1:10] == pytest.approx(np.cumsum(parts)[:-1])
    assert (bars.base[-2], bars.x[-1]) == (0.0, -18.0)
    shown = closing_waterfall(gross, most=9).layout.yaxis.ticktext
    assert shown[-2:] == ("5 others", "<b>total</b>")
    assert "GDX" not in shown  # no return: in no sum


def test_a_flow_of_two_or_none_is_drawn():
    assert len(closing_waterfall(pd.Series({"QQQ": -1e9, "SPX": 2e8})).data[0].x) == 3
    assert closing_waterfall(pd.Series(dtype=float)).data[0].x == (0.0,)


@pytest.mark.feature("E05")
def test_holders_without_a_size_have_no_line(supply):
    figure = supply_by_fall(supply.by_holder, supply.low, supply.high)
    texts = [a.text for a in figure.layout.annotations]
    assert "VaR limits: range only" in texts
    assert "mine: size unknown" in texts
    assert [t.name for t in figure.data if t.name] == ["vol targets"]
    assert figure.layout.xaxis.range == (0, 10)  # falls, deeper to the right
    band = next(t for t in figure.data if t.fill == "toself")
    assert min(band.y) == pytest.approx(supply.low.sum(axis=1)[MOVES <= 0].min() / 1e9)


@pytest.mark.feature("M05")
def test_frontier_names_its_ends_and_what_was_marked(curve):
    figure = cost_risk_frontier(curve, marked=(1e-6,))
    texts = " ".join(a.text for a in figure.layout.annotations)
    for said in ("at once", "evenly", "half-life 1.6 days", "0.91", "2.56", "0.66"):
        assert said in texts
    unmarked = cost_risk_frontier(curve, marked=())
    assert "half-life" not in " ".join(a.text for a in unmarked.layout.annotations)


def test_units_of_money():
    assert MoneyUnit.fitting(12e9, "en", "USD") == MoneyUnit(1e9, "USD bn", 1)
    assert MoneyUnit.fitting(12e9, "zh", "CNY") == MoneyUnit(1e8, "亿元", 1)
    assert MoneyUnit.fitting(2.5e6, "en", "EUR") == MoneyUnit(1e6, "EUR m", 2)
    assert MoneyUnit.fitting(0.0, "zh", "USD") == MoneyUnit(1.0, "美元", 0)
    assert MoneyUnit.fitting(3e9, "zh", "USD").write(-119.6e8, sign=True) == "−119.6"


@pytest.mark.feature("E01", "H21")
def test_sentences_say_sale_coverage_and_gap(flow):
    english = closing_sentence(flow, "en")
    assert "must sell USD" in english
    assert "4 Feb 2026" in english
    assert f"{flow.covered:.0%}" in english
    assert "卖出" in closing_sentence(flow, "zh")
    gap = le.beside_reported(flow, -100e9, source="A desk")
    assert "not tuned" in gap_sentence(gap, "en")
    assert "listings outside the table" in gap_sentence(gap, "en")
    assert "不为凑数" in gap_sentence(gap, "zh")
    beyond = le.beside_reported(flow, flow.gross * 1.0001, source="A desk")
    assert "Coverage alone could explain" in gap_sentence(beyond, "en")


def test_a_source_unknown_at_a_move_leaves_the_stack_of_the_others():
    # plotly.js adds NaN up: a hole in one source would take all bars above it out of the picture.
    moves = pd.Index([-0.1, -0.05, 0.0], name="move")
    known = pd.DataFrame({"margin": [-3e9, -1e9, 0.0], "neutral": [-2e9, -1e9, 0.0]}, index=moves)
    holes = known.assign(margin=[np.nan, -1e9, 0.0])
    figure = blank("light", height=200)
    for code in holes:
        _bars(
            figure,
            -holes[code] / 1e9,
            code,
            MoneyUnit(1e9, "bn", 1),
            "en",
            "light",
            palette("light"),
        )
    drawn = {t.name: (list(t.x), [float(y) for y in t.y]) for t in figure.data}
    assert list(drawn.values()) == [([1, 2], [1.0, -0.0]), ([0, 1, 2], [2.0, 1.0, -0.0])]


def test_a_place_among_few_days_is_not_said(flow):
    dates = pd.bdate_range("2026-01-01", periods=30, name="date")
    rng = np.random.default_rng(2)
    returns = pd.DataFrame(rng.normal(0, 0.01, (30, 2)), dates, ["QQQ", "ICESEMIT"])
    funds = le.LeveragedFunds.from_frame(
        pd.DataFrame(
            {
                "symbol": ["A", "B"],
                "leverage": 3.0,
                "assets": 1e9,
                "underlying": ["QQQ", "ICESEMIT"],
            }
        )
    )
    history = le.flow_history(funds, returns)
    assert f"number {history.rank().place} of" in rank_sentence(history.rank(), "en")
    assert "today’s assets on every day" in rank_sentence(history.rank(), "en")
    assert rank_sentence(history.rank(dates[5]), "en") == "Too few days (6) for a rank."


def test_an_unknown_language_or_theme_is_refused(curve):
    with pytest.raises(ConfigError, match="Choose one of"):
        cost_risk_frontier(curve, theme="pink")
    with pytest.raises(ConfigError, match="Choose one of"):
        cost_risk_frontier(curve, lang="fr")


def test_every_assumption_has_its_words_in_both_languages(flow, supply, curve):
    dates = pd.bdate_range("2026-01-01", periods=300, name="date")
    path = pd.Series(np.linspace(100, 120, 300), dates)
    trends = [
        TrendFollowers(size=Size.of(1.0), closes=path, sigma=0.01, long_only=only)
        for only in (False, True)
    ]
    funds = le.LeveragedFunds.from_frame(
        pd.DataFrame({"symbol": ["A"], "leverage": 3.0, "assets": 1e9, "underlying": ["QQQ"]})
    )
    dead = le.closing_flow(funds, pd.Series({"QQQ": -0.5}))
    panel = pd.DataFrame(0.01, dates, ["QQQ"])
    results = [
        flow, dead, le.by_constituent(flow, {}), le.flow_history(funds, panel),
        le.flow_history(funds, panel, assets=pd.DataFrame(1.0, dates, ["A"])),
        le.forced_source(funds, [-0.1, 0.0], index="QQQ"),
        le.forced_source(funds, [-0.1, 0.0], beta={"QQQ": 1.0}),
        *(holder.forced_source([-0.1, 0.0]) for holder in trends),
        VarLimit(size=Size.of(1.0), sigma=0.01).forced_source([-0.1, 0.0]),
        VolControl(size=Size.of(1.0), sigma=0.01).forced_source([-0.1, 0.0]),
        sale_cost(1e8, 5, daily_amount=1e9, volatility=0.02, volume_left=0.5),
        almgren_chriss(1e6, 5, steps=5, sigma=1.0, permanent=0.0, temporary=1e-6),
    ]  # fmt: skip
    said = {text for result in results for text in result.origin.assumptions}
    assert len(said) > 15
    for lang in ("en", "zh"):
        assert [text for text in said if phrase("assumption", text, lang) is None] == []


def test_coverage_and_codes_have_their_words(flow):
    spread = le.by_constituent(flow, {})
    for result in (flow, spread):
        for key, value in result.origin.coverage.items():
            assert phrase("coverage", key, "zh"), key
            assert phrase("value", value, "zh"), value
    codes = [f"letf.reason.{code}" for code in REASONS]
    codes += [f"letf.how.{code}" for code in ("same_code", "another_thing", "no_return")]
    assert [code for code in codes if not known(code, "zh")] == []
