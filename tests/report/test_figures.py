"""Figures of the house: one template, explicit ranges, no legends, missing hatched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.io as pio
import pytest

from quantquake.report.figures import basis, crowding, day
from quantquake.report.figures.template import push_apart, scale, thin
from quantquake.report.parts import INDICATORS


@pytest.fixture(scope="module")
def drawn(parts):
    row = parts.rows()[0]
    sizes = parts.day.size_groups["mean"]

    def draw(lang="en", theme="light"):
        look = {"lang": lang, "theme": theme}
        return {
            "strips": crowding.price_score_strips(row.score, row.price, **look),
            "score": crowding.score_history(row.score, **look),
            "term": basis.term_structure(parts.basis, **look),
            "discounts": basis.discount_history(parts.discounts, **look),
            "sizes": day.size_bars(sizes, parts.index_returns, **look),
            "breadth": day.breadth_history(parts.day_history["breadth"], **look),
            "ratio": day.ratio_history(parts.day_history["volatility_ratio"], **look),
        }

    return draw


def axes(figure):
    return [v for k, v in figure.to_dict()["layout"].items() if k[:5] in ("xaxis", "yaxis")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_in_the_house_style(drawn, lang, theme):
    for code, figure in drawn(lang, theme).items():
        template = pio.templates[f"quantquake_{theme}"]
        assert figure.layout.template == template, code
        assert figure.layout.template.layout.showlegend is False
        assert not figure.layout.showlegend
        assert figure.layout.height >= 200
        assert all("range" in axis for axis in axes(figure)), code


def test_template_follows_the_page_rules():
    layout = pio.templates["quantquake_light"].layout
    assert layout.xaxis.showgrid is False
    assert layout.xaxis.automargin is False
    assert layout.yaxis.nticks == 5
    assert layout.hovermode == "x unified"
    assert layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert layout.font.size == 11


def test_chinese_figures_say_chinese_words(drawn):
    texts = [a.text for f in drawn("zh").values() for a in f.layout.annotations]
    assert "报警日" in texts
    assert not any("alarm" in text for text in texts)


def test_nothing_is_annualised_under_six_sessions(make):
    card = make.card("IM", -0.1, 0.0)
    figure = basis.term_structure([card])
    shown = [a.x for a in figure.layout.annotations if a.xref != "paper"]
    assert shown == [24, 88, 151]  # the contract with 5 sessions left has no label


def test_term_structure_starts_from_zero_at_expiry(make):
    trace = basis.term_structure([make.card("IM", -0.1, 0.0)]).data[0]
    assert (trace.x[0], trace.y[0]) == (0, 0.0)
    assert trace.y[-1] == pytest.approx(-10.0)  # per cent of the index


def test_deepest_product_wears_the_accent(parts):
    figure = basis.term_structure(parts.basis)
    assert figure.data[-1].name == "IM"  # drawn last, on top
    assert figure.data[-1].line.color == "#A8530A"


def test_stack_is_as_high_as_the_score(make):
    score = make.score(np.random.default_rng(3), level=0.7)
    figure = crowding.price_score_strips(score, make.price(np.random.default_rng(4)))
    bars = [t for t in figure.data if t.type == "bar" and t.yaxis == "y2" and t.base is None]
    height: dict[str, float] = {}
    for trace in bars:
        for x, y in zip(trace.x, trace.y, strict=True):
            height[x] = height.get(x, 0.0) + y
    assert len(height) > 20
    for x, total in height.items():
        # Heights are rounded to four digits.
        assert total == pytest.approx(score.score.loc[x], abs=3e-4)


def test_missing_indicator_and_score_are_hatched(make):
    score = make.score(np.random.default_rng(3))
    figure = crowding.price_score_strips(score, make.price(np.random.default_rng(4)))
    hatched = [t for t in figure.data if t.type == "bar" and t.marker.pattern.shape == "/"]
    rows = [t for t in hatched if t.yaxis == "y3"]
    assert len(rows) == 2  # intraday volume and flow volatility
    assert any(t.yaxis == "y2" for t in hatched)  # the run-in without a score
    notes = [a.text for a in figure.layout.annotations]
    assert notes.count("no data · left out, never counted as 0") == 2


def test_strips_keep_every_indicator_in_board_order(make):
    figure = crowding.price_score_strips(
        make.score(np.random.default_rng(3)), make.price(np.random.default_rng(4))
    )
    strips = next(t for t in figure.data if t.type == "heatmap")
    assert len(strips.y) == len(INDICATORS)
    assert (strips.zmin, strips.zmax) == (0, 1)


def test_bars_start_at_zero(parts):
    figure = day.size_bars(parts.day.size_groups["mean"])
    low, high = figure.layout.yaxis.range
    assert low <= 0 <= high


def test_up_and_down_colours_follow_the_reader():
    returns = pd.Series([-0.01, 0.01], index=[1, 2])
    assert day.size_bars(returns, lang="en").data[0].marker.color == ("#BF2738", "#12795A")
    assert day.size_bars(returns, lang="zh").data[0].marker.color == ("#12795A", "#BF2738")


def test_no_discounts_at_all_is_said_not_drawn(make):
    empty = {"IM": pd.Series(np.nan, index=make.dates)}
    figure = basis.discount_history(empty)
    assert [a.text for a in figure.layout.annotations] == ["no data"]


def test_push_apart_keeps_order_and_distance():
    moved = push_apart([0.0, 1.0, 2.0, 100.0], 13.0)
    assert np.diff(moved) == pytest.approx([13.0, 13.0, 86.0])  # the far one stays
    assert np.mean(moved[:3]) == pytest.approx(1.0)  # the group stays where it was
    assert push_apart([5.0, 0.0], 13.0) == pytest.approx([9.0, -4.0])


def test_thin_keeps_extremes_and_gaps():
    rng = np.random.default_rng(0)
    long = pd.Series(rng.normal(size=20_000), index=pd.bdate_range("1950-01-02", periods=20_000))
    long.iloc[7_000:9_000] = np.nan
    short = thin(long, 800)
    assert len(short) <= 802
    assert (short.min(), short.max()) == (long.min(), long.max())
    assert short.iloc[[0, -1]].equals(long.iloc[[0, -1]])
    assert short.isna().any()


@pytest.mark.parametrize("values", [[0.0], [3.0, 3.0], [-1e-9, 1e9], [], [np.nan]])
def test_scale_of_awkward_values(values):
    span = scale(values, zero=True)
    assert span.low < span.high
    assert all(span.low <= t <= span.high for t in span.ticks)
