"""Percentile strips: a row an indicator, a colour a step, hatched where no data came."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import edge_text, hatch, stamps
from quantquake.report.parts import INDICATORS
from quantquake.report.theme import HEAT_CUTS, Palette, heat_step
from quantquake.report.words import say

STRIPS = (0.0, 0.38)  # bottom and top of the strips on the paper
MOST_COLUMNS = 420  # about two points per pixel of the strips


def indicator_strips(figure: go.Figure, crowded: pd.DataFrame, c: Palette, lang: str) -> None:
    """Add the strips of every indicator to the axis y3, today's percentile at the right edge."""
    names = list(INDICATORS)[::-1]
    columns = _columns(crowded[names])
    dates = stamps(pd.DatetimeIndex(columns.index))
    figure.add_heatmap(
        x=dates, y=list(range(len(names))), z=columns.to_numpy().T.round(4), yaxis="y3",
        zmin=0, zmax=1, colorscale=_heat_scale(c), showscale=False, ygap=1.5,
        hovertemplate="%{z:.0%}<extra></extra>", hoverongaps=False,
    )  # fmt: skip
    figure.update_layout(
        yaxis3={
            "range": [-0.5, len(names) - 0.5],
            "tickvals": list(range(len(names))),
            "ticktext": [say(f"indicator.{name}", lang) for name in names],
            "showgrid": False,
        }
    )
    for row, name in enumerate(names):
        _strip_end(figure, crowded[name], row, len(names), c)
        if crowded[name].isna().all():
            ends = crowded.index[0], crowded.index[-1]
            hatch(figure, *ends, row - 0.44, row + 0.44, "y3", c)
            _left_out(figure, row, name, c, lang)


def _columns(crowded: pd.DataFrame) -> pd.DataFrame:
    """Return at most a column a pixel: means over equal runs of days, dated by their last day."""
    run = max(1, -(-len(crowded) // MOST_COLUMNS))
    if run == 1:
        return crowded
    group = np.arange(len(crowded)) // run
    means = crowded.groupby(group).mean()
    means.index = pd.DatetimeIndex(
        crowded.index[np.minimum((means.index + 1) * run, len(crowded)) - 1]
    )
    return means


def _heat_scale(c: Palette) -> list[list[float | str]]:
    """Return seven flat colours with hard edges at the cuts."""
    edges = [0.0, *(cut / 100 for cut in HEAT_CUTS), 1.0]
    out: list[list[float | str]] = []
    for colour, low, high in zip(c.heat, edges[:-1], edges[1:], strict=True):
        out += [[low, colour], [high, colour]]
    return out


def _strip_end(figure: go.Figure, series: pd.Series, row: int, rows: int, c: Palette) -> None:
    value = float(series.iloc[-1])
    step = heat_step(value)
    colour = c.accent if step == 6 else c.cold if step == 0 else c.mute
    place = STRIPS[0] + (row + 0.5) / rows * (STRIPS[1] - STRIPS[0])
    edge_text(figure, numbers.percentile(value).replace("<", "&lt;"), place, colour)


def _left_out(figure: go.Figure, row: int, name: str, c: Palette, lang: str) -> None:
    figure.add_annotation(
        x=0.5, xref="paper", y=row, yref="y3", showarrow=False, bgcolor=c.bg, borderpad=1,
        text=say("figure.left_out", lang), font={"color": c.mute, "size": 10.5}, name=name,
    )  # fmt: skip
