"""The house template: fonts, axes, explicit ranges, end labels instead of legends."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from quantquake.report.numbers import date_tick
from quantquake.report.theme import FONT, PALETTES, Palette, palette

SMALL, MEDIUM, DETAIL = 300, 270, 512  # heights [px]; the page repeats them to avoid a jump
CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}
CLEAR = "rgba(0,0,0,0)"
DAY_MS = 86_400_000
LABEL_GAP = 13.0  # least distance between two end labels [px]


class Scale(NamedTuple):
    """An explicit axis range with its tick values."""

    low: float
    high: float
    ticks: list[float]


@dataclass(frozen=True, slots=True)
class EndLabel:
    """A series' name and last value, written right of its last point in its own colour."""

    y: float
    text: str
    colour: str


def house(theme: str) -> go.layout.Template:
    """Return the plotly template of a theme; ranges stay explicit in every figure."""
    c = palette(theme)
    xaxis = {
        "showgrid": False, "zeroline": False, "showline": True, "linecolor": c.mute,
        "linewidth": 1, "ticks": "outside", "ticklen": 4, "tickcolor": c.mute, "tickangle": 0,
        "automargin": False, "hoverformat": "%Y-%m-%d", "tickfont": {"color": c.mute},
        "fixedrange": True,
    }  # fmt: skip
    yaxis = {
        "showgrid": True, "gridcolor": c.grid, "gridwidth": 1, "showline": False, "ticks": "",
        "nticks": 5, "zeroline": False, "zerolinecolor": c.mute, "zerolinewidth": 1,
        "automargin": False, "tickfont": {"color": c.mute}, "fixedrange": True,
    }  # fmt: skip
    layout = go.Layout(
        font={"family": FONT, "size": 11, "color": c.ink2},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 36, "r": 90, "t": 10, "b": 22},
        colorway=[c.accent, c.cold, c.ink2, c.mute],
        showlegend=False,
        dragmode=False,
        hovermode="x unified",
        hoverlabel={
            "font": {"family": FONT, "size": 12, "color": c.ink},
            "bgcolor": c.bg,
            "bordercolor": c.line,
        },
        xaxis=xaxis,
        yaxis=yaxis,
    )
    return go.layout.Template(layout=layout)


def register() -> None:
    """Make both templates known to plotly as ``quantquake_light`` and ``quantquake_dark``."""
    for theme in PALETTES:
        pio.templates[f"quantquake_{theme}"] = house(theme)


register()


def blank(theme: str, *, height: int, margin: dict[str, int] | None = None) -> go.Figure:
    """Return an empty figure of the house, with its height set."""
    figure = go.Figure()
    figure.update_layout(template=f"quantquake_{theme}", height=height)
    if margin:
        figure.update_layout(margin=margin)
    return figure


def scale(
    values: Iterable[float], *, zero: bool = False, steps: int = 4, pad: float = 0.04
) -> Scale:
    """Return a range around the finite values, with round ticks; `zero` keeps 0 inside."""
    finite = [float(v) for v in values if v is not None and math.isfinite(float(v))]
    if zero or not finite:
        finite.append(0.0)
    low, high = min(finite), max(finite)
    if high - low < 1e-12:
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    step = _round_step((high - low) / steps)
    room = pad * (high - low)
    bottom = low if zero and low == 0.0 else low - room
    top = high if zero and high == 0.0 else high + room
    first, last = math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9)
    return Scale(bottom, top, [round(k * step, 10) for k in range(first, last + 1)])


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next((m * power for m in (1.0, 2.0, 2.5, 5.0) if m * power >= raw), 10.0 * power)


def date_axis(index: pd.DatetimeIndex, lang: str, *, most: int = 7) -> dict[str, Any]:
    """Return explicit range, tick values and tick texts for a time axis."""
    start, end = index[0], index[-1]
    days = max((end - start).days, 1)
    if days > 900:
        unit, dates = "year", pd.date_range(start, end, freq="YS")
    elif days > 100:
        unit, dates = "month", pd.date_range(start, end, freq="MS")
    else:
        unit, dates = "day", pd.date_range(start, end, freq="W-MON")
    every = max(1, math.ceil(len(dates) / most))
    shown = [d for d in dates[::every] if (d - start).days >= 0.02 * days]
    if not shown:
        shown = [end]
    return {
        "range": [stamp(start), stamp(end)],
        "tickvals": [stamp(d) for d in shown],
        "ticktext": [date_tick(d, lang, unit) for d in shown],
        "type": "date",
    }


def stamp(date: pd.Timestamp) -> str:
    """Return a date as plotly reads it."""
    return f"{date:%Y-%m-%d}"


def stamps(index: pd.DatetimeIndex) -> list[str]:
    """Return dates as short text: a third of the bytes of plotly's own form."""
    return list(index.strftime("%Y-%m-%d"))


def thin(series: pd.Series, points: int = 900) -> pd.Series:
    """Keep about `points` rows of a long line: lowest and highest of each bucket, and the ends.

    Peaks survive, as averaging would smooth market data.
    """
    if len(series) <= points:
        return series
    values = series.to_numpy(dtype=float)
    keep = {0, len(values) - 1}
    for rows in np.array_split(np.arange(len(values)), points // 2):
        seen = rows[np.isfinite(values[rows])]
        if len(seen):
            keep |= {int(seen[values[seen].argmin()]), int(seen[values[seen].argmax()])}
        else:
            keep.add(int(rows[0]))  # a gap must stay a gap
    return series.iloc[sorted(keep)]


def push_apart(positions: Sequence[float], gap: float) -> list[float]:
    """Move positions, in any order, until neighbours are `gap` apart; their order stays."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    groups: list[list[int]] = []
    centres: list[float] = []
    for i in order:
        groups.append([i])
        centres.append(positions[i])
        while len(groups) > 1 and (
            centres[-1] - centres[-2] < gap * (len(groups[-1]) + len(groups[-2])) / 2
        ):
            last, size = groups.pop(), centres.pop()
            total = centres[-1] * len(groups[-1]) + size * len(last)
            groups[-1] += last
            centres[-1] = total / len(groups[-1])
    moved = list(positions)
    for group, centre in zip(groups, centres, strict=True):
        for rank, i in enumerate(group):
            moved[i] = centre + gap * (rank - (len(group) - 1) / 2)
    return moved


def end_labels(
    figure: go.Figure,
    labels: Sequence[EndLabel],
    span: Scale,
    *,
    domain: tuple[float, float] = (0.0, 1.0),
) -> None:
    """Write end labels right of the plot, at least 13 px apart.

    They hang on the paper, not on the axis: plotly drops a note that lies outside an axis' range,
    and pushing apart may well put one there.

    Parameters
    ----------
    figure : Figure
        With its height and margins set.
    labels : sequence of EndLabel
        NaN positions are left out.
    span : Scale
        Range of the axis the labels belong to.
    domain : tuple of float
        Bottom and top of that axis on the paper. [1]
    """
    shown = [label for label in labels if math.isfinite(label.y)]
    height = plot_height(figure)
    places = [
        domain[0] + (label.y - span.low) / (span.high - span.low) * (domain[1] - domain[0])
        for label in shown
    ]
    apart = push_apart([place * height for place in places], LABEL_GAP)
    for label, place in zip(shown, apart, strict=True):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=place / height, yref="paper",
            yanchor="middle", showarrow=False, text=label.text, font={"color": label.colour},
            align="left",
        )  # fmt: skip


def label_room(texts: Iterable[str], *, least: int = 40) -> int:
    """Margin that end labels of these texts need. [px]"""
    plain = (re.sub(r"<[^>]*>", "", text) for text in texts)
    widths = (sum(12.0 if ord(ch) > 0x2E80 else 6.4 for ch in text) for text in plain)
    return max(least, round(max(widths, default=0.0)) + 12)


def note(figure: go.Figure, text: str, colours: Palette, **place: Any) -> None:
    """Write one short note on the point it explains; at most four a chart."""
    figure.add_annotation(text=text, showarrow=False, font={"color": colours.ink}, **place)


def plot_height(figure: go.Figure) -> float:
    """Pixels between the top and bottom margin."""
    template = figure.layout.template.layout.margin
    margin = figure.layout.margin
    top = margin.t if margin.t is not None else template.t
    bottom = margin.b if margin.b is not None else template.b
    return float(figure.layout.height - top - bottom)


def hatch(
    figure: go.Figure,
    left: pd.Timestamp,
    right: pd.Timestamp,
    bottom: float,
    top: float,
    yaxis: str,
    c: Palette,
) -> None:
    """Hatch a span of dates between two heights: no data is shown, not left blank."""
    days = max((right - left).days, 1)
    figure.add_bar(
        x=[stamp(left + (right - left) / 2)], y=[top - bottom], base=[bottom], yaxis=yaxis,
        width=[days * DAY_MS], hoverinfo="skip",
        marker={
            "color": "rgba(0,0,0,0)", "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": c.line, "bgcolor": "rgba(0,0,0,0)",
                        "size": 6, "solidity": 0.2},
        },
    )  # fmt: skip


def edge_text(figure: go.Figure, text: str, place: float, colour: str) -> None:
    """Write a short text right of the plot, at a height of the paper in [0, 1]."""
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=6, y=place, yref="paper", yanchor="middle",
        showarrow=False, text=text, font={"color": colour},
    )  # fmt: skip
