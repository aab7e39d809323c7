"""What kind of day it was: returns by size, breadth and volatility ratio with today's point."""

from __future__ import annotations

import re

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import (
    MEDIUM,
    EndLabel,
    blank,
    date_axis,
    end_labels,
    scale,
    stamp,
    stamps,
    thin,
)
from quantquake.report.theme import default_updown, palette, signed_colours
from quantquake.report.words import name, say

SMALLEST_OPACITY = 0.4  # the largest group is palest: the eye goes to the small end


def size_bars(
    size_returns: pd.Series,
    index_returns: pd.Series | None = None,
    *,
    lang: str = "en",
    theme: str = "light",
    updown: str | None = None,
    height: int = MEDIUM,
) -> go.Figure:
    """Draw the day's mean return of each size group, smallest first, beside the indices.

    Parameters
    ----------
    size_returns : Series of shape (n_groups,)
        Smallest group first. [1] NaN leaves a gap.
    index_returns : Series of shape (n_indices,), optional
        Named index returns of the same day. [1]
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    updown : {"cn", "intl", "blue-orange"}, optional
        Colours of rises and falls; default red up in Chinese, green up in English.
    height : int
        [px]

    Returns
    -------
    Figure
        y in per cent, bars from zero.
    """
    figure = blank(theme, height=height, margin={"l": 34, "r": 8, "t": 16, "b": 34})
    others = pd.Series(dtype=float) if index_returns is None else index_returns.iloc[:3]
    values = [*size_returns.astype(float), *others.astype(float)]
    places = [float(i) for i in range(len(size_returns))]
    places += [len(size_returns) + 1.4 + 2.4 * i for i in range(len(others))]
    rise, fall = signed_colours(updown or default_updown(lang), theme)
    shades = _shades(len(size_returns)) + [1.0] * len(others)
    figure.add_bar(
        x=places, y=[100 * v for v in values], width=0.74,
        marker={
            "color": [rise if v > 0 else fall for v in values], "opacity": shades,
            "line": {"width": 0},
        },
        text=_bar_texts(values, len(size_returns)), textposition="outside", textangle=0,
        constraintext="none", cliponaxis=False, textfont={"color": palette(theme).ink2},
        hovertemplate="%{y:.1f}%<extra></extra>",
    )  # fmt: skip
    span = scale([100 * v for v in values], zero=True, pad=0.12)
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks, zeroline=True)
    figure.update_xaxes(
        range=[-0.7, places[-1] + 1.2], showline=False, ticks="",
        **_size_ticks(len(size_returns), places, list(others.index), lang),
    )  # fmt: skip
    return figure


def _shades(count: int) -> list[float]:
    step = (1 - SMALLEST_OPACITY) / max(count - 1, 1)
    return [round(1 - 0.8 * step * i, 3) for i in range(count)]


def _bar_texts(values: list[float], groups: int) -> list[str]:
    """Label every other size bar and every index: neighbours would touch."""
    texts = []
    for place, value in enumerate(values):
        shown = place >= groups or groups <= 6 or place % 2 == 0 or place == groups - 1
        last_two = place == groups - 2 and groups > 6
        wanted = shown and not last_two
        texts.append(numbers.percent(value, sign=True, unit=False) if wanted else "")
    return texts


def _size_ticks(
    groups: int, places: list[float], others: list[str], lang: str
) -> dict[str, list[float] | list[str]]:
    """Name the ends and the middle of the size groups, and each index."""
    values = [0.0, (groups - 1) / 2, groups - 1.0] if groups > 4 else [0.0, groups - 1.0]
    texts = [say("figure.smallest", lang), say("figure.size_tenths", lang)]
    texts = [*(texts if groups > 4 else texts[:1]), say("figure.largest", lang)]
    # Two short lines fit under a bar: "CSI / 1000", "中证 / 1000".
    broken = [re.sub(r" ?(?=\d+$)", "<br>", name(other, lang), count=1) for other in others]
    return {"tickvals": values + places[groups:], "ticktext": texts + broken}


def breadth_history(
    breadth: pd.Series, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw the share of names that beat the index, day by day, with today's point.

    Parameters
    ----------
    breadth : Series by date
        Share of names above the index. [1] NaN leaves a gap.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y in per cent from 0 to 100.
    """
    return _with_today(100 * breadth, "%", 0, (0.0, 100.0), lang, theme, height)


def ratio_history(
    ratio: pd.Series, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw mean stock volatility over index volatility, with today's point.

    Parameters
    ----------
    ratio : Series by date
        [1] NaN leaves a gap.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y as a plain ratio; the line at 1 is where stocks move no more than the index.
    """
    return _with_today(ratio, "", 1, None, lang, theme, height)


def _with_today(
    series: pd.Series,
    unit: str,
    digits: int,
    bounds: tuple[float, float] | None,
    lang: str,
    theme: str,
    height: int,
) -> go.Figure:
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 32, "r": 52, "t": 10, "b": 22})
    seen = series.loc[series.first_valid_index() :] if series.notna().any() else series
    line = thin(seen, 500)
    span = scale([*seen.dropna(), *(bounds or ())], steps=4, pad=0.02 if bounds else 0.04)
    figure.add_scatter(
        x=stamps(pd.DatetimeIndex(line.index)), y=line.round(4), mode="lines",
        line={"color": c.ink2, "width": 1.2}, connectgaps=False,
        hovertemplate=f"%{{y:.{digits}f}}{unit}<extra></extra>",
    )  # fmt: skip
    last = float(seen.iloc[-1]) if len(seen) else float("nan")
    if not numbers.is_missing(last):
        figure.add_scatter(
            x=[stamp(seen.index[-1])], y=[round(last, 4)], mode="markers", hoverinfo="skip",
            marker={"size": 8, "color": c.bg, "line": {"color": c.accent, "width": 2}},
            cliponaxis=False,
        )  # fmt: skip
        text = f"<b>{numbers.number(last, digits)}</b>{unit}"
        end_labels(figure, [EndLabel(last, text, c.accent)], span)
    if len(seen):
        figure.update_xaxes(**date_axis(pd.DatetimeIndex(seen.index), lang, most=5))
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks)
    if span.low < 1.0 < span.high and not bounds:
        _level_one(figure, c.mute, say("figure.one", lang))
    return figure


def _level_one(figure: go.Figure, colour: str, text: str) -> None:
    figure.add_hline(y=1.0, line={"color": colour, "width": 1})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=1.0, yanchor="bottom", showarrow=False,
        text=text, font={"color": colour},
    )  # fmt: skip
