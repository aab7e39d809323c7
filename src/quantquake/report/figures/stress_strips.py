"""How thin the market got: depth of each group, and the basis of each index under it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.day_axis import day_axis, day_names
from quantquake.report.figures.template import (
    SMALL,
    EndLabel,
    Scale,
    blank,
    end_labels,
    plot_height,
    scale,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name as named
from quantquake.report.words import say

#: Names past the fourth are drawn in one grey and not told apart.
MOST = 4
GAP = 46  # between the strips [px]
SAME = 0.01  # groups whose depths are never further apart are drawn as one [1]


def stress_strips(
    depth: pd.DataFrame,
    basis: pd.DataFrame,
    *,
    dates: pd.DatetimeIndex | None = None,
    lang: str = "en",
    theme: str = "light",
    height: int = SMALL,
) -> go.Figure:
    """Draw depth and basis on one axis of days.

    Parameters
    ----------
    depth : DataFrame of shape (days + 1, n_groups)
        Sell side of each group, 1 in calm. [1]
    basis : DataFrame of shape (days + 1, n_indices)
        Futures over index minus one; columns of NaN have no futures. [1]
    dates : DatetimeIndex of shape (days,), optional
    lang, theme, height
        As elsewhere.

    Returns
    -------
    Figure
        Per cent. Without futures there is one strip.
    """
    c = palette(theme)
    quoted = basis.dropna(axis=1, how="all")
    if len(depth.columns) > 1 and float((depth.max(axis=1) - depth.min(axis=1)).max()) < SAME:
        depth = depth.iloc[:, :1].set_axis([say("simulate.all_groups", lang)], axis=1)
    figure = blank(theme, height=height, margin={"l": 36, "r": 116, "t": 24, "b": 22})
    whole = plot_height(figure)
    strips = [("depth", depth)] if quoted.empty else [("depth", depth), ("basis", quoted)]
    part = (whole - GAP * (len(strips) - 1)) / len(strips) / whole
    for place, (code, table) in enumerate(strips):
        bottom = 1.0 - part if place == 0 else 0.0
        _strip(figure, code, table, (bottom, bottom + part), place, dates, c, lang)
    ticks = day_axis(int(depth.index[-1]), dates, lang, most=8)
    last = "" if len(strips) == 1 else "2"
    figure.update_layout(
        xaxis={**ticks, "anchor": "y", "showticklabels": len(strips) == 1},
        **({"xaxis2": {**ticks, "anchor": "y2"}} if last else {}),
    )
    return figure


def _strip(
    figure: go.Figure,
    code: str,
    table: pd.DataFrame,
    domain: tuple[float, float],
    place: int,
    dates: pd.DatetimeIndex | None,
    c: Palette,
    lang: str,
) -> None:
    number = "" if place == 0 else "2"
    digits = 0 if code == "depth" else 2
    span = _span(code, table)
    order = sorted(table, key=lambda n: float(table[n].min()))
    ramp = [c.accent, c.cold, c.ink2, c.ink]
    colours = {n: ramp[k] if k < MOST else c.mute for k, n in enumerate(order)}
    for one in reversed(order):
        figure.add_scatter(
            x=list(table.index), y=(100 * table[one]).round(4), mode="lines",
            name=named(str(one), lang), customdata=day_names(list(table.index), dates, lang),
            line={"color": colours[one], "width": 2.2 if one == order[0] else 1.4},
            xaxis=f"x{number}", yaxis=f"y{number}",
            hovertemplate=f"%{{y:.{digits}f}}%<extra>%{{fullData.name}}</extra>",
        )  # fmt: skip
    figure.update_layout(
        {f"yaxis{number}": {
            "domain": list(domain), "range": [span.low, span.high], "tickvals": span.ticks,
            "anchor": f"x{number}", "zeroline": code == "basis",
        }}
    )  # fmt: skip
    end_labels(figure, _ends(table, order, colours, digits, lang), span, domain=domain)
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", xshift=-4, y=domain[1], yref="paper", yanchor="bottom",
        yshift=4, showarrow=False, text=say(f"simulate.strip_{code}", lang), font={"color": c.mute},
    )  # fmt: skip


def _span(code: str, table: pd.DataFrame) -> Scale:
    values = [100 * float(v) for v in table.to_numpy().ravel()]
    if code == "depth":
        return scale([0.0, 100.0], pad=0.04)
    return scale(values, zero=True, pad=0.08)


def _ends(
    table: pd.DataFrame, order: list[str], colours: dict[str, str], digits: int, lang: str
) -> list[EndLabel]:
    return [
        EndLabel(
            100 * float(table[n].iloc[-1]),
            f"{named(str(n), lang)} {numbers.percent(float(table[n].iloc[-1]), digits, unit=False)}",
            colours[n],
        )
        for n in order[:MOST]
    ]
