"""The snowball panels: figures in the house style, sentences by rule, tables that add up."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import plotly.io as pio
import pytest

from quantquake.report import snowball_tables as cells
from quantquake.report.answers import answers
from quantquake.report.figures import snowball as figures
from quantquake.report.headline import headline
from quantquake.report.panels import Setting, panels
from quantquake.report.parts import ReportParts
from quantquake.report.snowball_parts import IndexNotes, SnowballParts
from quantquake.report.terminal import wrapped

HERE = 5000.0


def make_notes(**changes) -> IndexNotes:
    """Numbers of the right kind; nothing here is a result of the package."""
    levels = np.array([4300.0, 4500.0, 4700.0, 4900.0])
    bins = pd.DataFrame(
        {"distance": levels / HERE - 1, "trades": 3.0, "notional": [4e9, 8e9, 6e9, 2e9],
         "weekly_change": [0.0, 1e9, -2e9, -5e8], "lots_before": 9000.0, "lots_after": 6000.0,
         "drop_lots": 3000.0}, index=pd.Index(levels, name="level"),
    )  # fmt: skip
    moves = -np.arange(1, 21) / 100
    shocks = pd.DataFrame(
        {"level": HERE * (1 + moves), "knocked_in": 2e10 * np.clip(-5 * moves, 0, 1),
         "share": np.clip(-5 * moves, 0, 1), "lots_before": 30000.0, "lots_after": 30000 + 1e5 * moves,
         "lots": 1e5 * moves, "flow": 1e11 * moves, "of_volume": moves, "of_open_interest": moves / 3},
        index=pd.Index(moves, name="move"),
    )  # fmt: skip
    spots = HERE * np.linspace(0.7, 1.1, 81)
    ladder = pd.DataFrame(
        {"move": spots / HERE - 1, "value": 2e10, "delta_money": 3e10, "delta_per_point": 6e6,
         "delta_lots": np.linspace(1e4, 3e4, 81), "gamma_money_per_1pct": np.linspace(2e9, -1e9, 81),
         "gamma_per_point2": 1.0, "knocked_in": 0.0}, index=pd.Index(spots, name="level"),
    )  # fmt: skip
    profile = pd.DataFrame(
        {"fall": np.linspace(-2e9, 1e9, 31), "rise": np.linspace(1e9, -1e9, 31)},
        index=pd.Index(HERE * np.linspace(0.8, 1.05, 31), name="level"),
    )
    fields = {
        "underlying": "000905.SH", "product": "IC", "here": HERE, "ladder": ladder, "levels": bins,
        "shocks": shocks, "profile": profile.assign(calms=profile["fall"] > 0), "already": 3e9,
        "alarm": pd.DataFrame({"notional": [0.0, 2e9, 2e9, 1.6e10], "share": [0.0, 0.1, 0.1, 0.8]},
                              index=pd.Index([0.01, 0.03, 0.05, 0.10], name="within")),
    }  # fmt: skip
    return IndexNotes(**{**fields, **changes})


def make_parts(*notes: IndexNotes, **changes) -> ReportParts:
    rejected = pd.DataFrame(
        {"line": [7, 9], "trade": ["", ""], "reason": ["no_coupon", "no_coupon"]}
    )
    ended = pd.DataFrame(
        {"line": [3], "trade": ["x"], "outcome": ["knocked_out"], "date": [pd.NaT]}
    )
    curves = pd.DataFrame({"vol": [0.2], "rate": [0.02], "carry": [0.05]}, index=["000905.SH"])
    book = SnowballParts(notes=notes, fall=-0.05, rejected=rejected, ended=ended, curves=curves)
    return ReportParts(
        market="", as_of=pd.Timestamp("2024-01-12"), snowball=dataclasses.replace(book, **changes)
    )


DRAWN = {"map": figures.knock_in_bars, "ladder": figures.hedge_ladder, "sign": figures.sign_bars}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("code", DRAWN)
def test_every_figure_is_in_the_house_style(code, lang, theme):
    figure = DRAWN[code](make_notes(), lang=lang, theme=theme)
    assert figure.layout.template == pio.templates[f"quantquake_{theme}"]
    layout = figure.to_dict()["layout"]
    axes = [v for k, v in layout.items() if k[:5] in ("xaxis", "yaxis")]
    assert all("range" in axis for axis in axes)
    assert not figure.layout.showlegend
    texts = [a.text for a in figure.layout.annotations]
    assert ("现价 5,000" if lang == "zh" else "now 5,000") in texts


@pytest.mark.feature("G03")
def test_bars_of_the_map_are_the_notional_and_the_near_ones_wear_the_accent():
    notes = make_notes()
    english = figures.knock_in_bars(notes).data
    assert list(english[0].y) == [4.0, 8.0, 6.0, 2.0]  # CNY bn
    assert list(figures.knock_in_bars(notes, lang="zh").data[0].y) == [40.0, 80.0, 60.0, 20.0]  # 亿
    colours = english[0].marker.color
    assert colours[3] != colours[2] == colours[0]  # 4,900 is 2 % below, 4,700 is 6 %
    # What left a bin within the week stands hollow on top of it; what came does not.
    assert list(english[1].y) == [0.0, 0.0, 2.0, 0.5]
    assert list(english[1].base) == list(english[0].y)
    still = notes.levels.assign(weekly_change=np.nan)
    assert len(figures.knock_in_bars(make_notes(levels=still)).data) == 1
    alone = figures.knock_in_bars(make_notes(levels=notes.levels.iloc[:1]))
    assert alone.layout.xaxis.range[0] < 4300 < HERE < alone.layout.xaxis.range[1]


@pytest.mark.feature("G08")
def test_sign_bars_say_where_falls_are_bought():
    figure = figures.sign_bars(make_notes())
    flow = np.array(figure.data[0].y)
    colours = np.array(figure.data[0].marker.color)
    assert len(set(colours[flow > 0])) == len(set(colours[flow < 0])) == 1
    assert set(colours[flow > 0]) != set(colours[flow < 0])
    texts = [a.text for a in figure.layout.annotations]
    assert {"buys the fall", "sells the fall"} <= set(texts)
    only = make_notes().profile
    only = only[only["fall"] < 0]
    assert "buys the fall" not in [
        a.text for a in figures.sign_bars(make_notes(profile=only)).layout.annotations
    ]


def test_ladder_shows_lots_or_money_where_no_future_is_known():
    assert max(figures.hedge_ladder(make_notes()).data[0].y) == pytest.approx(30.0)  # thousand lots
    bare = make_notes().ladder.assign(delta_lots=np.nan)
    figure = figures.hedge_ladder(make_notes(ladder=bare, product=""))
    assert max(figure.data[0].y) == pytest.approx(30.0)  # CNY bn
    assert "held, CNY bn" in [a.text for a in figure.layout.annotations]


def test_headline_and_answer_are_the_shock_asked_about():
    parts = make_parts(make_notes())
    assert headline(parts, "en") == (
        "If the CSI 500 falls 5%, CNY 5.0bn of notes knock in and the hedge sells 5,000 IC lots, "
        "5% of a day’s volume"
    )
    assert (
        headline(parts, "zh")
        == "中证500若下跌 5%，将敲入 50 亿元，对冲盘卖出 IC 5,000 手，约为日成交量的 5%"
    )
    only = answers(parts, "en")
    assert [one.code for one in only] == ["snowball"]
    assert only[0].key == (
        "CNY 20bn of notes on the CSI 500 wait to knock in, CNY 2.0bn of it within 5 % below."
    )
    assert only[0].anchor in panels(parts, Setting(lang="en", themes=("light",), updown="intl"))
    deeper = make_parts(make_notes(), fall=-0.10)
    assert "10,000 IC lots" in headline(deeper, "en")


def test_headline_in_the_corner_cases():
    assert headline(make_parts(), "en") == "No note of the book is alive"
    empty = make_notes(levels=make_notes().levels.iloc[:0])
    assert "has knocked in" in headline(make_parts(empty), "en")
    shocks = make_notes().shocks
    buys = make_notes(shocks=shocks.assign(lots=-shocks["lots"], flow=-shocks["flow"]))
    assert "buys 5,000 IC lots" in headline(make_parts(buys), "en")
    bare = make_notes(shocks=shocks.assign(lots=np.nan, of_volume=np.nan), product="")
    assert "sells CNY 5.0bn of index" in headline(make_parts(bare), "en")
    far = make_notes(
        shocks=shocks.assign(knocked_in=0.0), alarm=make_notes().alarm.assign(notional=0.0)
    )
    assert headline(make_parts(far), "en").startswith(
        "If the CSI 500 falls 5%, no note knocks in and"
    )
    assert "the nearest about 2% below" in answers(make_parts(far), "en")[0].key
    made = panels(make_parts(far), Setting(lang="zh", themes=("light",), updown="cn"))
    assert made["knock_in_IC"].title == "最近的中证500敲入点位约在现价以下 2%"
    quiet = make_notes(shocks=shocks.assign(of_volume=np.nan))
    assert headline(make_parts(quiet), "en").endswith("sells 5,000 IC lots")


def test_tables_print_what_the_frames_hold():
    notes = make_notes()
    falls = [[str(c.text) for c in row] for row in cells.shock_cells(notes, "en")]
    assert ["−5%", "4,750", "CNY 5.0bn", "25", "−5,000", "−5", "−2"] in falls
    assert len(falls) == 8
    bins = [[str(c.text) for c in row] for row in cells.bin_cells(notes, "zh")]
    assert bins[0][:4] == ["4,900", "−2.0", "20 亿元", "−5.0 亿元"]  # nearest first
    alarm = [[str(c.text) for c in row] for row in cells.alarm_cells(notes, "en")]
    assert alarm[0] == ["1%", "0", "0"]
    said = cells.reject_lines(make_parts(notes).snowball.rejected, "en")
    assert said == ["2 left out, lines 7, 9: no coupon"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_panels_of_every_index_are_there(lang):
    other = make_notes(underlying="000852.SH", product="IM")
    made = panels(
        make_parts(make_notes(), other), Setting(lang=lang, themes=("light",), updown="cn")
    )
    wanted = [f"{code}_{p}" for p in ("IC", "IM")
              for code in ("knock_in", "knock_in_falls", "hedge_ladder", "hedge_sign")]  # fmt: skip
    assert set(wanted) <= set(made)
    assert made["knock_in_IC"].kind == "main"
    assert all(made[code].title and made[code].subtitle for code in wanted)
    assert "snowball_rejected" in made


def test_wrapped_answer_fits_a_terminal():
    from rich.text import Text

    text = wrapped(Text(headline(make_parts(make_notes()), "zh")), 40)
    assert all(len(line) <= 40 for line in text.plain.splitlines())
