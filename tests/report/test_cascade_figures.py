"""Figures of a simulation: in the house style, and drawn from the numbers they are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.io as pio
import pytest
from tests.report.cascade_runs import library_run, many_paths

from quantquake.cascade.overlap import overlap, share_hit
from quantquake.report.figures.day_axis import day_axis, day_name
from quantquake.report.figures.holder_strips import MOST, holder_strips
from quantquake.report.figures.overlap_layout import angles, exposed
from quantquake.report.figures.overlap_network import overlap_network
from quantquake.report.figures.path_fan import Fan, path_fan
from quantquake.report.figures.seller_colours import FAMILY, FILLS, SPARE, seller_colours
from quantquake.report.figures.seller_ribbon import MOST_NAMES, by_day, ribbon_unit, seller_ribbon
from quantquake.report.figures.stress_strips import stress_strips
from quantquake.report.panels.cascade import fans
from quantquake.report.theme import palette


def every(parts, lang, theme):
    look = {"lang": lang, "theme": theme}
    scenario, result = parts.scenario, parts.result
    size = {"days": scenario.days, "rounds": scenario.rounds}
    return {
        "fan": path_fan(fans(parts, lang), dates=parts.dates, against="other", **look),
        "alone": path_fan(fans(parts, lang)[:1], dates=parts.dates, against="other", **look),
        "ribbon": seller_ribbon(result.ledger, **size, kinds=parts.kinds, dates=parts.dates, **look),
        "network": overlap_network(parts.overlap, kinds=parts.kinds, hit=share_hit(result), **look),
        "holders": holder_strips(
            result.nav, result.leverage, result.holding_on(), names=parts.hardest_hit,
            dates=parts.dates, **look,
        ),
        "stress": stress_strips(result.depth, result.basis, dates=parts.dates, **look),
    }  # fmt: skip


def axes(figure):
    return [v for k, v in figure.to_dict()["layout"].items() if k[:5] in ("xaxis", "yaxis")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", ["cn-2024-02", "us-2007-08", "many"])
def test_every_figure_is_in_the_house_style(name, lang, theme):
    parts = many_paths() if name == "many" else library_run(name)
    for code, figure in every(parts, lang, theme).items():
        assert figure.layout.template == pio.templates[f"quantquake_{theme}"], code
        assert not figure.layout.showlegend, code
        assert figure.layout.height >= 200, code
        assert all("range" in axis for axis in axes(figure)), code
        figure.to_json()  # nothing a browser cannot read


def bars(figure):
    """Money drawn, upward and downward, in units of the axis."""
    y = [v for trace in figure.data if trace.type == "bar" for v in trace.y if v is not None]
    return sum(v for v in y if v > 0), -sum(v for v in y if v < 0)


@pytest.mark.parametrize("name", ["margin-spiral", "redemption-run", "cn-2024-02"])
def test_the_ribbon_draws_the_ledger(name):
    parts = library_run(name)
    size = {"days": parts.scenario.days, "rounds": parts.scenario.rounds}
    figure = seller_ribbon(parts.result.ledger, **size, kinds=parts.kinds)
    unit = ribbon_unit(parts.result.ledger, **size, currency="CNY", lang="en")
    up, down = bars(figure)
    total = parts.result.ledger[["sold", "bought"]].sum() / unit.size
    # Trades under two thousandths of the tallest bar are left out of the picture.
    assert up == pytest.approx(total["sold"], rel=0.01)
    assert down == pytest.approx(total["bought"], rel=0.01, abs=0.01)


@pytest.mark.parametrize("name", ["cn-2024-02", "us-2007-08", "basis-loop"])
def test_no_bar_of_a_stack_is_a_hole(name):
    # plotly.js adds NaN up: one hole and every bar above it on that day is gone from the picture.
    parts = library_run(name)
    size = {"days": parts.scenario.days, "rounds": parts.scenario.rounds}
    figure = seller_ribbon(parts.result.ledger, **size, kinds=parts.kinds)
    drawn = [t for t in figure.data if t.type == "bar"]
    assert drawn
    for trace in drawn:
        assert len(trace.x) == len(trace.y) == len(trace.customdata)
        assert np.isfinite(np.asarray(trace.y, dtype=float)).all()


def test_a_short_run_is_drawn_by_clearing_and_a_long_one_by_day():
    assert not by_day(8, 4)
    assert by_day(28, 4)
    short = library_run("margin-spiral")
    figure = seller_ribbon(short.result.ledger, days=8, rounds=4, kinds=short.kinds)
    # Five clearings a day stand a fifth of a day apart, the first a tenth after its beginning.
    assert figure.data[0].width == pytest.approx(0.86 / 5)
    places = np.unique(np.concatenate([t.x for t in figure.data if t.type == "bar"]))
    assert (places - 0.6) * 5 == pytest.approx(np.round((places - 0.6) * 5), abs=1e-9)
    assert len(set(np.floor(places - 0.5))) < len(places)
    long = library_run("cn-2024-02")
    figure = seller_ribbon(long.result.ledger, days=28, rounds=4, kinds=long.kinds)
    places = np.concatenate([t.x for t in figure.data if t.type == "bar"])
    assert set(places) <= set(range(1, 29))


def test_many_sellers_are_added_up_and_nothing_is_lost():
    rows = [
        {
            "day": 1,
            "round": 1,
            "participant": f"p{k}",
            "group": "a",
            "sold": 10.0 + k,
            "bought": 0.0,
        }
        for k in range(MOST_NAMES + 4)
    ]
    ledger = pd.DataFrame(rows)
    kinds = {row["participant"]: "mutual_fund" for row in rows}
    figure = seller_ribbon(ledger, days=1, rounds=1, kinds=kinds)
    names = {trace.name for trace in figure.data if trace.type == "bar"}
    assert len(names) == MOST_NAMES + 1
    assert "others" in names
    assert bars(figure)[0] == pytest.approx(ledger["sold"].sum())


def test_events_too_close_to_one_another_keep_their_line_and_lose_their_name():
    parts = library_run("margin-spiral")
    marks = [(2, "first"), (2, "second"), (7, "third")]
    figure = seller_ribbon(parts.result.ledger, days=8, rounds=4, kinds=parts.kinds, events=marks)
    assert len(figure.layout.shapes) == 3
    texts = [a.text for a in figure.layout.annotations]
    assert [t for t in ("first", "second", "third") if t in texts] == ["first", "third"]


def test_nobody_sold_nothing_drawn():
    empty = pd.DataFrame(columns=["day", "round", "participant", "group", "sold", "bought"])
    assert len(seller_ribbon(empty, days=2, rounds=2, kinds={}).data) == 0


def test_a_kind_keeps_its_colour_and_no_two_sellers_share_one():
    kinds = {"first": "dma", "second": "dma", "mine": "my_own_kind", "notes": "snowball_issuer"}
    for theme in ("light", "dark"):
        found = seller_colours(kinds, theme)
        assert found["first"] == FILLS["margin"][theme]
        assert found["notes"] == FILLS["snowball"][theme]
        assert len({fill for fill, _ in found.values()}) == len(kinds)
    crowd = seller_colours({str(k): "x" for k in range(len(FILLS) + 2)}, "light")
    grey = palette("light").mute
    assert sum(fill == grey for fill, _ in crowd.values()) == 2
    assert set(FAMILY.values()) <= set(FILLS)
    assert set(SPARE) == set(FILLS)


def fan(levels, **other):
    bands = pd.DataFrame(
        dict.fromkeys((0.05, 0.25, 0.5, 0.75, 0.95), levels), index=range(len(levels))
    )
    return Fan(name="x", bands=bands, **other)


def test_a_fan_draws_its_median_and_the_other_run_dashed():
    parts = many_paths()
    drawn = fans(parts, "en")
    figure = path_fan(drawn, against="without swaps")
    small = next(t for t in figure.data if t.hovertemplate and "small" in t.hovertemplate)
    median = parts.ensemble.fan("groups", "small")[0.5]
    assert list(small.y) == pytest.approx([100 * v for v in median], abs=1e-3)
    dashed = [t for t in figure.data if t.line.dash and t.line.color == palette("light").cold]
    assert len(dashed) == len(drawn)
    filled = [t for t in figure.data if t.fill == "toself"]
    assert len(filled) == 2 * len(drawn)


def test_one_path_has_no_band():
    figure = path_fan([fan([1.0, 0.9, 0.95])])
    assert [t for t in figure.data if t.fill == "toself"] == []
    assert list(figure.data[-1].y) == [100.0, 90.0, 95.0]


def test_a_path_that_ends_early_has_a_hollow_end_and_the_reason():
    figure = path_fan([fan([1.0, 0.01])], days=8, stop=(1, "trading stops"))
    end = figure.data[-1]
    assert (list(end.x), list(end.text)) == ([1], ["trading stops"])
    assert end.marker.color == palette("light").bg
    assert tuple(figure.layout.xaxis.range) == (0, 8)


def test_user_text_is_not_read_as_markup():
    evil = Fan(name="<b>a</b><script>", bands=fan([1.0, 0.9]).bands)
    text = path_fan([evil, evil], against="<i>x").to_json()
    assert "<script>" not in text
    assert "\\u003cscript" not in text


@pytest.mark.feature("I02")
def test_the_network_says_what_the_most_exposed_loses():
    found = overlap(library_run("margin-spiral").scenario)
    pairs = exposed(found)
    worst = pairs.loc[pairs["size"].idxmax()]
    names = [found.nodes.index[int(worst[c])] for c in ("one", "other")]
    poorer = min(found.nodes.loc[n, "equity"] for n in names)
    assert worst["size"] == pytest.approx(found.money.loc[names[0], names[1]] / poorer)
    figure = overlap_network(found, kinds=dict.fromkeys(found.nodes.index, "dma"))
    texts = [a.text for a in figure.layout.annotations]
    assert f"{100 * worst['size']:.0f}%" in texts
    edges = [t for t in figure.data if t.mode == "lines"]
    assert len(edges) == 3
    assert max(t.line.width for t in edges) == edges[-1].line.width  # the strongest lies on top


@pytest.mark.feature("I02")
def test_books_without_a_name_in_common_are_not_joined():
    parts = library_run("cn-2024-02")
    only = parts.scenario.but(
        participants=tuple(
            p for p in parts.scenario.participants if p.name in ("micro-cap products",)
        ),
        rules=(),
    )
    figure = overlap_network(overlap(only), kinds=parts.kinds)
    assert [t for t in figure.data if t.mode == "lines"] == []
    assert len(figure.data[-1].x) == 1


def test_holders_stand_apart_and_every_node_is_drawn():
    parts = library_run("margin-spiral")
    each = overlap(parts.scenario, by="holder")
    figure = overlap_network(each, kinds=parts.kinds)
    nodes = figure.data[-1]
    places = np.column_stack([nodes.x, nodes.y])
    assert len(places) == len(each.nodes) == 50
    gaps = np.linalg.norm(places[:, None] - places[None], axis=-1) + np.eye(50)
    assert gaps.min() > 0.05
    assert len(angles(["a"])) == 1


def test_without_futures_there_is_one_strip():
    spot, both = (library_run(n).result for n in ("margin-spiral", "basis-loop"))
    assert "yaxis2" not in stress_strips(spot.depth, spot.basis).to_dict()["layout"]
    assert "yaxis2" in stress_strips(both.depth, both.basis).to_dict()["layout"]


def test_depths_that_are_the_same_are_one_line():
    days = range(4)
    depth = pd.DataFrame({"a": [1, 0.5, 0.4, 0.4], "b": [1, 0.5, 0.4, 0.401]}, index=days)
    figure = stress_strips(depth, pd.DataFrame(index=days))
    assert [t.name for t in figure.data] == ["all groups"]


def test_at_most_six_columns_of_holders_and_gaps_stay_gaps():
    days, names = range(3), [f"p{k}" for k in range(9)]
    table = pd.DataFrame(1.0, index=days, columns=names)
    broken = table.copy()
    broken.loc[2, "p0"] = np.nan
    figure = holder_strips(table, broken, table, names=names)
    assert len(figure.data) == 3 * MOST
    leverage = next(t for t in figure.data if t.yaxis == f"y{MOST + 1}")
    assert leverage.y[-1] is None or np.isnan(leverage.y[-1])


def test_days_are_named_by_date_where_there_is_one():
    dates = pd.DatetimeIndex(["2024-01-02", "2024-01-03"])
    assert [day_name(d, dates, "en") for d in (0, 1, 2)] == ["start", "02 Jan", "03 Jan"]
    assert [day_name(d, None, "zh") for d in (0, 3)] == ["期初", "第3天"]
    for days in (1, 2, 9, 250):
        axis = day_axis(days, None, "en", most=5)
        assert axis["tickvals"][-1] == days
        assert len(axis["tickvals"]) <= 5
        assert len(axis["ticktext"]) == len(axis["tickvals"])
