"""What became of each kind of holder: unit value, leverage and how many are left, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.day_axis import day_axis, day_names
from quantquake.report.figures.template import Scale, blank, plot_height, scale
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name as named
from quantquake.report.words import say

HEIGHT = 372
#: Columns past this many are too narrow to read.
MOST = 6
ROWS = ("value", "leverage", "left")
GAP = 34  # between two rows [px]
COLUMN_GAP = 0.052  # between two columns, of the width: room for the last value


def holder_strips(
    value: pd.DataFrame,
    leverage: pd.DataFrame,
    left: pd.DataFrame,
    *,
    names: Sequence[str],
    against: pd.DataFrame | None = None,
    other: str = "",
    dates: pd.DatetimeIndex | None = None,
    lang: str = "en",
    theme: str = "light",
    height: int = HEIGHT,
) -> go.Figure:
    """Draw a column for each participant and a row for each quantity, rows on one scale.

    Parameters
    ----------
    value, leverage, left : DataFrame of shape (days + 1, n_participants)
        Unit value, 1 at the start; gross over equity; share of holders that still hold their
        books. [1] NaN leaves a gap.
    names : sequence of str
        Participants to draw, at most six.
    against : DataFrame, optional
        Unit value in another run, drawn dashed. [1]
    other : str
        Name of that run, for the line that follows the pointer.
    dates : DatetimeIndex of shape (days,), optional
    lang, theme, height
        As elsewhere.
    """
    c = palette(theme)
    shown = list(names)[:MOST]
    other_value = None if against is None else 100 * against[[n for n in shown if n in against]]
    figure = blank(theme, height=height, margin={"l": 34, "r": 50, "t": 42, "b": 22})
    tables = {"value": 100 * value, "leverage": leverage, "left": 100 * left}
    high = plot_height(figure)
    part = (high - GAP * (len(ROWS) - 1)) / len(ROWS) / high
    for r, code in enumerate(ROWS):
        top = 1.0 - r * (part + GAP / high)
        extra = other_value if code == "value" else None
        span = _span(code, tables[code][shown], extra)
        _row_name(figure, code, top, c, lang)
        for k, one in enumerate(shown):
            axes = _axes(figure, r, k, len(shown), (top - part, top), span)
            if extra is not None and one in extra:
                _line(figure, extra[one], axes, c.cold, dates, lang, text=other, dash="4px,3px")
            _line(figure, tables[code][one], axes, c.accent if code != "leverage" else c.ink2, dates, lang,
                  text=named(one, lang), step=code == "left")  # fmt: skip
            _last(figure, tables[code][one], code, axes, c)
    _heads(figure, shown, c, lang)
    _days(figure, int(value.index[-1]), len(shown), dates, lang)
    return figure


def _span(code: str, table: pd.DataFrame, extra: pd.DataFrame | None) -> Scale:
    if code == "left":
        return scale([0.0, 100.0], pad=0.08, steps=2)
    seen = [*table.to_numpy().ravel(), *([] if extra is None else extra.to_numpy().ravel())]
    finite = [float(v) for v in seen if math.isfinite(v)]
    return scale(finite, zero=code == "leverage", pad=0.1, steps=3)


def _number(row: int, column: int, columns: int) -> str:
    place = row * columns + column
    return "" if place == 0 else str(place + 1)


def _domain(column: int, columns: int) -> list[float]:
    width = (1.0 - COLUMN_GAP * (columns - 1)) / columns
    return [column * (width + COLUMN_GAP), column * (width + COLUMN_GAP) + width]


def _axes(
    figure: go.Figure, row: int, column: int, columns: int, domain: tuple[float, float], span: Scale
) -> dict[str, str]:
    number = _number(row, column, columns)
    figure.update_layout(
        {
            f"xaxis{number}": {
                "domain": _domain(column, columns), "anchor": f"y{number}", "hoverformat": "",
                "showticklabels": row == len(ROWS) - 1, "ticklen": 4 if row == len(ROWS) - 1 else 0,
            },
            f"yaxis{number}": {
                "domain": list(domain), "anchor": f"x{number}", "range": [span.low, span.high],
                "tickvals": span.ticks, "showticklabels": column == 0,
            },
        }
    )  # fmt: skip
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _line(
    figure: go.Figure,
    series: pd.Series,
    axes: Mapping[str, str],
    colour: str,
    dates: pd.DatetimeIndex | None,
    lang: str,
    *,
    text: str,
    step: bool = False,
    dash: str = "solid",
) -> None:
    figure.add_scatter(
        x=list(series.index), y=series.round(3).where(series.notna(), None), mode="lines",
        line={"color": colour, "width": 1.8 if dash == "solid" else 1.4, "dash": dash,
              "shape": "vh" if step else "linear"},
        customdata=day_names(list(series.index), dates, lang), connectgaps=False,
        hovertemplate=f"%{{customdata}}  %{{y}}<extra>{text}</extra>", **axes,
    )  # fmt: skip


def _last(
    figure: go.Figure, series: pd.Series, code: str, axes: Mapping[str, str], c: Palette
) -> None:
    """Write the last value at the end of the line."""
    seen = series.dropna()
    if seen.empty:
        return
    value = float(seen.iloc[-1])
    digits = {"value": 1, "leverage": 1, "left": 0}[code]
    figure.add_annotation(
        x=series.index[-1], y=value, xref=axes["xaxis"], yref=axes["yaxis"], xanchor="left",
        yanchor="middle", xshift=3, showarrow=False,
        text=numbers.number(value, digits) + ("×" if code == "leverage" else ""),
        font={"color": c.ink},
    )  # fmt: skip


def _row_name(figure: go.Figure, code: str, top: float, c: Palette, lang: str) -> None:
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", xshift=-32, y=top, yref="paper", yanchor="bottom", yshift=2,
        showarrow=False, text=say(f"simulate.row_{code}", lang), font={"color": c.mute},
    )  # fmt: skip


def _heads(figure: go.Figure, names: Sequence[str], c: Palette, lang: str) -> None:
    for k, one in enumerate(names):
        figure.add_annotation(
            x=_domain(k, len(names))[0], xref="paper", xanchor="left", y=1, yref="paper",
            yanchor="bottom", yshift=20, showarrow=False, text=f"<b>{named(one, lang)}</b>",
            font={"color": c.ink},
        )  # fmt: skip


def _days(
    figure: go.Figure, days: int, columns: int, dates: pd.DatetimeIndex | None, lang: str
) -> None:
    ticks = day_axis(days, dates, lang, most=max(2, 9 // columns), first=1)
    ticks["range"] = [0, days]
    for row in range(len(ROWS)):
        for k in range(columns):
            figure.update_layout({f"xaxis{_number(row, k, columns)}": ticks})
