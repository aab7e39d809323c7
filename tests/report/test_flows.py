"""Forced flows on the page and the screen: bars that add up, ranges that say so, both languages."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from quantquake.flows.forced import ForcedSource
from quantquake.flows.supply import supply_curve
from quantquake.report.answers import answers
from quantquake.report.figures.flows import COLOURS, supply_bars
from quantquake.report.flow_cells import flow_cells, flow_head
from quantquake.report.flow_parts import FlowParts
from quantquake.report.flow_screen import flow_screen
from quantquake.report.flow_words import (
    detail_sentence,
    gaps,
    level_sentence,
    refusals,
    source_name,
    spoken_move,
)
from quantquake.report.headline import headline
from quantquake.report.html import build_report
from quantquake.report.parts import ReportParts
from quantquake.report.theme import DARK, LIGHT
from quantquake.report.words import known

MOVES = [-0.20, -0.10, -0.05, 0.0]
DAY = pd.Timestamp("2024-02-02")


def flows(**changes) -> FlowParts:
    sources = [
        ForcedSource.of("snowball", MOVES, [-3e9, 2e9, 1e9, 0.0], timing="intraday",
                        low=[-4e9, 1e9, 0.5e9, 0.0], high=[-2e9, 3e9, 1.5e9, 0.0],
                        underlying="000852.SH"),
        ForcedSource.of("stop", MOVES, [-9e9, -4e9, -2.5e9, 0.0], timing="next_open"),
        ForcedSource.of("neutral", MOVES, low=[-6e9, -3e9, -2e9, -1e9], high=[0.0] * 4,
                        timing="week"),
    ]  # fmt: skip
    given = {
        "curve": supply_curve(sources, MOVES),
        "as_of": DAY,
        "spot": 5000.0,
        "volume": 5e9,
        "missing": {"dealer_gamma": "--chain"},
        "failed": {"financing": "no balance up to the day."},
        "refused": {
            "stop": pd.DataFrame(
                {"row": [3, 5, 9], "name": list("abc"),
                 "why": ["assets: not above 0 or missing"] * 2 + ["nav: no usable number"]}
            )
        },
        "positions": {
            "stop": pd.DataFrame(
                {"name": ["甲", "乙", "丙"], "money": [1e9, 2e9, 3e9],
                 "distance": [0.0, -0.026, math.nan], "state": ["due", "alive", "alive"]}
            )
        },
    }  # fmt: skip
    return FlowParts(**(given | changes))


def printed(found: FlowParts, lang: str = "en") -> str:
    console = Console(file=StringIO(), width=100, color_system=None, legacy_windows=False)
    console.print(flow_screen(found, lang=lang, width=100))
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.feature("E11")
def test_bars_are_the_curve_upside_down_and_add_up_to_the_mark():
    found = flows()
    figure = supply_bars(found.curve, volume=found.volume)
    bars = {b.name: np.array(b.y, dtype=float) for b in figure.data if b.type == "bar"}
    assert list(bars) == ["Snowball hedgers", "Stop lines"]  # a range only has no bar
    np.testing.assert_allclose(bars["Stop lines"], [0.0, 2.5, 4.0, 9.0])  # CNY bn, deeper right
    mark = next(t for t in figure.data if t.name == "Sum of known sizes")
    np.testing.assert_allclose(np.array(mark.y, dtype=float), sum(bars.values()), atol=1e-9)
    whisker = next(t for t in figure.data if t.error_y.array is not None)
    middle, half = np.array(whisker.y), np.array(whisker.error_y.array)
    np.testing.assert_allclose(middle + half, -found.curve.total_low.to_numpy()[::-1] / 1e9)
    np.testing.assert_allclose(middle - half, -found.curve.total_high.to_numpy()[::-1] / 1e9)
    assert list(figure.layout.xaxis.ticktext) == ["0%", "−5%", "−10%", "−20%"]
    low, high = figure.layout.yaxis.range
    assert low < -3.0
    assert high > 19.0


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figure_names_who_sells_at_the_deepest_fall_and_a_days_volume(lang, theme):
    texts = {
        a.text
        for a in supply_bars(flows().curve, volume=5e9, lang=lang, theme=theme).layout.annotations
    }
    assert {source_name("snowball", lang), source_name("stop", lang)} <= texts
    day = {"en": "a usual day’s trading", "zh": "平日一天成交额"}[lang]
    assert day in texts
    far = supply_bars(flows().curve, volume=1e12, lang=lang, theme=theme)
    assert day not in {a.text for a in far.layout.annotations}


def test_a_curve_without_any_middle_is_drawn_as_a_range():
    only = supply_curve(
        [ForcedSource.of("neutral", MOVES, low=[-6e9, -3e9, -2e9, 0.0], high=[0.0] * 4)], MOVES
    )
    figure = supply_bars(only)
    assert not [b for b in figure.data if b.type == "bar"]
    assert figure.layout.yaxis.range[1] > 6.0


def test_every_kind_has_a_colour_a_name_and_a_label_that_can_be_read():
    from quantquake.app.forced.registry import KINDS

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        line = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]

    for kind in KINDS:
        assert kind.code in COLOURS
        assert known(f"flow.source.{kind.code}", "en")
        for theme, ground in (("light", LIGHT.bg), ("dark", DARK.bg)):
            one, other = sorted((luminance(COLOURS[kind.code][theme][1]), luminance(ground)))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (kind.code, theme)
    assert len({c["light"][0] for c in COLOURS.values()}) == len(COLOURS)


@pytest.mark.feature("E11")
def test_table_has_a_row_a_source_and_the_sums_below():
    found = flows()
    assert flow_head(found, "en")[2:] == ["0%", "−5%", "−10%", "−20%"]
    rows = {str(r[0].text): [str(c.text) for c in r[1:]] for r in flow_cells(found, "en")}
    assert rows["Stop lines"] == ["next open", "0", "−2.5", "−4.0", "−9.0"]
    assert rows["Neutral and DMA"][1:] == [
        "−1.0 to<br>0",
        "−2.0 to<br>0",
        "−3.0 to<br>0",
        "−6.0 to<br>0",
    ]
    assert rows["Sum of known sizes"] == ["", "0", "−1.5", "−2.0", "−12.0"]
    assert rows["… if all sell most"][-1] == "−19.0"
    assert rows["of a usual day"][-1] == "240%"


@pytest.mark.feature("E11")
def test_sentences_speak_of_a_fall_with_a_sale_and_say_it_is_a_lower_bound():
    found = flows()
    assert spoken_move(found) == -0.05
    assert level_sentence(found, "en") == "At CSI 1000 −5%, CNY 1.5bn must be sold."
    assert level_sentence(found, "zh") == "若中证1000 −5%，被动卖出 15 亿元。"
    assert level_sentence(found, "en", -0.0) == "At CSI 1000 0%, nobody who was given must trade."
    said = detail_sentence(found, "en")
    assert "With the sources known only as a range" in said
    assert "30% of a usual day" in said
    assert "Stop lines, CNY 2.5bn" in said
    assert said.endswith("some sources are missing.")
    assert "usual day" not in detail_sentence(found, "en", short=True)
    buys = supply_curve([ForcedSource.of("snowball", MOVES, [-3e9, 2e9, 1e9, 0.0])], MOVES)
    hedgers = FlowParts(curve=buys)
    assert spoken_move(hedgers) == -0.20
    assert "must be bought" in level_sentence(hedgers, "en", -0.05)
    assert not hedgers.is_lower_bound
    assert detail_sentence(hedgers, "en", short=True) == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_gaps_and_refused_rows_are_named(lang):
    found = flows()
    said = " ".join(gaps(found, lang))
    assert "--chain" in said
    assert source_name("neutral", lang) in said
    lost = refusals(found, lang)
    assert len(lost) == 3
    assert "3, 5" in lost[1]
    assert "9" in lost[2]
    if lang == "zh":
        assert "缺失或不大于 0" in lost[1]
        assert not re.search(r"[a-z]{6,}", lost[2].replace("nav", ""))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_screen_and_page_hold_the_same_numbers(lang):
    found = flows()
    text = printed(found, lang)
    assert "−12.0" in text or "−120" in text
    assert "甲" in text
    page = build_report(ReportParts(market="", as_of=DAY, flows=found), lang=lang)
    for code in ("flows", "flow_table", "flow_nearest"):
        assert f'id="title-{code}"' in page
    assert level_sentence(found, lang) in page
    assert "乙" in page
    assert 'id="how-flows"' in page


def test_alone_it_gives_headline_and_answer_and_beside_others_one_answer_more(parts):
    found = flows()
    alone = ReportParts(market="", as_of=DAY, flows=found)
    assert headline(alone, "en") == level_sentence(found, "en")
    assert [a.code for a in answers(alone, "en")] == ["forced"]
    both = replace(parts, flows=found)
    assert [a.code for a in answers(both, "en")] == ["crowded", "hedge", "forced", "day"]
    assert headline(both, "en") == headline(parts, "en")
    assert [a.code for a in answers(parts, "en")] == ["crowded", "hedge", "day"]
    assert 'id="how-flows"' not in build_report(parts, lang="en")
