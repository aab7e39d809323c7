"""Where snowballs knock in, what the hedge holds at each level, and where it turns from buying falls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import MEDIUM, blank, note, scale
from quantquake.report.snowball_parts import IndexNotes
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

NEAR = (-0.05, -0.10)
"""Distances marked on the map. [1]"""


def knock_in_bars(
    notes: IndexNotes, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw notional by the index level at which it knocks in, and how far away that is.

    Parameters
    ----------
    notes : IndexNotes
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        x in index points, rising; y in CNY bn (亿元 in Chinese). Bars within 5 % of the index in
        the accent colour; the outline above a bar is notional that left the bin within a week.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 44, "r": 16, "t": 30, "b": 36})
    levels = notes.levels.index.to_numpy(dtype=float)
    unit = money_unit(lang)
    size = notes.levels["notional"].to_numpy() / unit
    gone = np.maximum(-notes.levels["weekly_change"].fillna(0.0).to_numpy(), 0.0) / unit
    near = notes.levels["distance"].to_numpy() >= NEAR[0]
    width = 0.78 * _gap(levels)
    figure.add_bar(
        x=levels, y=size, width=width, customdata=_hover(notes, lang),
        marker={"color": np.where(near, c.accent, c.ink2).tolist(), "line": {"width": 0}},
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    if gone.max(initial=0.0) > 0:
        figure.add_bar(
            x=levels, y=gone, base=size, width=width, hoverinfo="skip",
            marker={"color": "rgba(0,0,0,0)", "line": {"color": c.rule, "width": 1}},
        )  # fmt: skip
    span = scale([*(size + gone), 0.0], zero=True, pad=0.1)
    side = np.array([levels.min() - 0.6 * _gap(levels), levels.max() + 0.6 * _gap(levels)])
    _level_axis(figure, [*side, notes.here], notes.here, c, lang, marks=NEAR)
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks, zeroline=True)
    figure.update_layout(hovermode="closest", barmode="overlay")
    return figure


def hedge_ladder(
    notes: IndexNotes, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw the hedge held at each level, and what a 1 % rise there would add to it.

    Returns
    -------
    Figure
        Above, lots of futures held (money where no future is known); below, gamma: money bought
        (> 0) or sold if the index rises by 1 %. Both over index levels, rising.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 52, "r": 16, "t": 30, "b": 36})
    frame = notes.ladder.sort_index()
    x = frame.index.to_numpy(dtype=float)
    lots = frame["delta_lots"].notna().all()
    unit = money_unit(lang)
    held = frame["delta_lots"] / 1e3 if lots else frame["delta_money"] / unit
    bend = frame["gamma_money_per_1pct"] / unit
    _line(figure, x, held, c.accent, "y", "{:,.1f}")
    _line(figure, x, bend, c.cold, "y2", "{:+,.2f}")
    top, low = scale(held, zero=True, pad=0.1), scale(bend, zero=True, pad=0.12)
    figure.update_layout(
        yaxis={"range": [top.low, top.high], "tickvals": top.ticks, "domain": [0.5, 1.0]},
        yaxis2={
            "range": [low.low, low.high], "tickvals": low.ticks[:: max(1, len(low.ticks) // 3)],
            "domain": [0.0, 0.38], "zeroline": True, "anchor": "x",
        },
        xaxis={"anchor": "y2"},
    )  # fmt: skip
    _level_axis(figure, x, notes.here, c, lang)
    code = "lots" if lots else "money"
    _strip_name(figure, say(f"snowball.held_{code}", lang), c.accent, 1.0)
    _strip_name(figure, say("snowball.gamma", lang), c.cold, 0.38)
    return figure


def sign_bars(
    notes: IndexNotes, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw what the hedge trades if the index falls a further 1 % from each level.

    Returns
    -------
    Figure
        x index level, rising; y money, bought > 0 (falls are calmed), sold < 0 (falls are pushed),
        knock-ins on the way included.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 44, "r": 16, "t": 30, "b": 36})
    unit = money_unit(lang)
    frame = notes.profile.sort_index()
    x = frame.index.to_numpy(dtype=float)
    flow = frame["fall"].to_numpy() / unit
    figure.add_bar(
        x=x, y=flow, width=0.8 * _gap(x),
        marker={"color": np.where(flow > 0, c.cold, c.accent).tolist(), "line": {"width": 0}},
        customdata=[numbers.money(v * unit, lang) for v in flow],
        hovertemplate="%{x:,.0f}: %{customdata}<extra></extra>",
    )  # fmt: skip
    span = scale([*flow, 0.0], zero=True, pad=0.14)
    _level_axis(figure, x, notes.here, c, lang)
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks, zeroline=True)
    _sides(figure, flow, c, lang)
    figure.update_layout(hovermode="closest")
    return figure


def money_unit(lang: str) -> float:
    """Money of one on an axis: a billion in English, 100 million (亿) in Chinese. [CNY]"""
    return 1e8 if lang == "zh" else 1e9


def _gap(x: np.ndarray) -> float:
    """Narrowest distance between bars; a bar alone is given two per cent of its level."""
    steps = np.diff(np.sort(x))
    steps = steps[steps > 0]
    return float(steps.min()) if len(steps) else 0.02 * float(x[0]) if len(x) else 1.0


def _hover(notes: IndexNotes, lang: str) -> list[str]:
    return [
        say(
            "snowball.bin", lang,
            level=numbers.count(float(str(level))),
            notional=numbers.money(float(row["notional"]), lang),
            distance=numbers.percent(float(row["distance"]), 1, sign=True),
            lots=numbers.count(float(row["drop_lots"])),
        )
        for level, row in notes.levels.iterrows()
    ]  # fmt: skip


def _line(
    figure: go.Figure, x: np.ndarray, y: pd.Series, colour: str, axis: str, form: str
) -> None:
    figure.add_scatter(
        x=x, y=y.to_numpy(dtype=float), mode="lines", yaxis=axis,
        line={"color": colour, "width": 2.0},
        customdata=[form.format(v) for v in y], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _level_axis(
    figure: go.Figure,
    levels: Sequence[float] | np.ndarray,
    here: float,
    c: Palette,
    lang: str,
    *,
    marks: Sequence[float] = (),
) -> None:
    """Index levels on x, where the index stands in ink, distances below it dotted."""
    ends = np.asarray(levels, dtype=float)
    room = 0.03 * (ends.max() - ends.min())
    low, high = float(ends.min() - room), float(ends.max() + room)
    ticks = [t for t in scale([low, high], steps=5, pad=0.0).ticks if low < t < high]
    figure.update_xaxes(range=[low, high], tickvals=ticks, ticktext=[f"{t:,.0f}" for t in ticks])
    for mark in (0.0, *marks):
        at = here * (1.0 + mark)
        if not low < at < high:
            continue
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, yref="paper",
            line={"color": c.rule if mark else c.ink, "width": 1.0, "dash": "1px,2px"},
        )  # fmt: skip
        text = numbers.percent(mark, 0) if mark else say("snowball.now", lang, level=f"{here:,.0f}")
        figure.add_annotation(
            x=at, y=1.0, yref="paper", yanchor="bottom", showarrow=False, text=text,
            font={"color": c.mute if mark else c.ink},
        )  # fmt: skip


def _strip_name(figure: go.Figure, text: str, colour: str, top: float) -> None:
    """Name a strip above its upper left corner, where no line can cross it."""
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", xshift=4, y=top, yref="paper", yanchor="bottom",
        showarrow=False, text=text, font={"color": colour},
    )  # fmt: skip


def _sides(figure: go.Figure, flow: np.ndarray, c: Palette, lang: str) -> None:
    """Say what up and down mean, where there is any of it."""
    for present, code, y, anchor, colour in (
        ((flow > 0).any(), "buys", 1.0, "top", c.cold),
        ((flow < 0).any(), "sells", 0.0, "bottom", c.accent),
    ):
        if present:
            note(
                figure, say(f"snowball.{code}", lang), c, x=0, xref="paper", xanchor="left",
                xshift=4, y=y, yref="paper", yanchor=anchor,
            )  # fmt: skip
            figure.layout.annotations[-1].font.color = colour
