"""Where the paths go: bands over many of them, one line where there is only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.day_axis import day_axis, day_names
from quantquake.report.figures.template import (
    MEDIUM,
    EndLabel,
    Scale,
    blank,
    end_labels,
    label_room,
    scale,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

#: Opacity of the bands: the inner 50 % lies on the outer 90 %.
BANDS = ((0.05, 0.95, 0.13), (0.25, 0.75, 0.20))
GAP = 0.026  # between two panels, of the width
DASH = "4px,3px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan:
    """One quantity over days.

    Attributes
    ----------
    name : str
        In the reader's language.
    bands : DataFrame of shape (days + 1, 5)
        Quantiles over paths by day, columns 0.05, 0.25, 0.5, 0.75, 0.95; a single path has the
        same number in all of them. [1], 1 at the start
    against : Series, optional
        Median of the run it is compared with. [1]
    """

    name: str
    bands: pd.DataFrame
    against: pd.Series | None = None

    @property
    def spread(self) -> bool:
        """Whether there is more than one path to it."""
        return bool((self.bands[0.95] - self.bands[0.05]).max() > 0)


def path_fan(
    fans: Sequence[Fan],
    *,
    dates: pd.DatetimeIndex | None = None,
    against: str = "",
    days: int | None = None,
    stop: tuple[int, str] | None = None,
    lang: str = "en",
    theme: str = "light",
    height: int = MEDIUM,
) -> go.Figure:
    """Draw each quantity in a panel of its own, all on one scale.

    Parameters
    ----------
    fans : sequence of Fan
        One is drawn wide with its names at the end of the lines; several stand side by side.
    dates : DatetimeIndex of shape (days,), optional
        Of day 1 onwards.
    against : str
        Name of the other run.
    days : int, optional
        Last day of the axis; default the last one of the paths.
    stop : (int, str), optional
        Day on which the paths end early and the reason: a hollow end.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y: start = 100. Bands hold 50 and 90 % of the paths, the line is their median; dashed, the
        median of the other run.
    """
    c = palette(theme)
    alone = len(fans) == 1
    margin = {"l": 34, "r": 24, "t": 12 if alone else _head(fans), "b": 22}
    ends = _ends(fans[0], palette(theme), against, lang) if alone else []
    if alone:
        margin["r"] = label_room(label.text for label in ends)
    figure = blank(theme, height=height, margin=margin)
    span = scale((100 * v for f in fans for v in _values(f)), pad=0.05 if alone else 0.08)
    for place, fan in enumerate(fans):
        _panel(figure, fan, place, c, against, dates, lang)
        if stop is not None:
            _hollow(figure, fan, place, stop, c)
        _axes(figure, days or int(fan.bands.index[-1]), place, len(fans), span, dates, lang)
        if not alone:
            _title(figure, fan, place, len(fans), c, against)
    if alone:
        end_labels(figure, ends, span)
    return figure


def _values(fan: Fan) -> list[float]:
    other = [] if fan.against is None else list(fan.against)
    return [*fan.bands[0.05], *fan.bands[0.95], *other]


def _head(fans: Sequence[Fan]) -> int:
    return 50 if any(f.against is not None for f in fans) else 36


def _domain(place: int, count: int) -> tuple[float, float]:
    width = (1.0 - GAP * (count - 1)) / count
    return place * (width + GAP), place * (width + GAP) + width


def _panel(
    figure: go.Figure,
    fan: Fan,
    place: int,
    c: Palette,
    against: str,
    dates: pd.DatetimeIndex | None,
    lang: str,
) -> None:
    axes = _axis_names(place)
    x = list(fan.bands.index)
    names = day_names(x, dates, lang)
    if fan.spread:
        for low, high, opacity in BANDS:
            figure.add_scatter(
                x=[*x, *x[::-1]], y=_hundred([*fan.bands[low], *fan.bands[high][::-1]]),
                fill="toself", fillcolor=c.accent, opacity=opacity, line={"width": 0},
                mode="lines", hoverinfo="skip", **axes,
            )  # fmt: skip
    if fan.against is not None:
        figure.add_scatter(
            x=list(fan.against.index), y=_hundred(fan.against), mode="lines", customdata=names,
            line={"color": c.cold, "width": 1.6, "dash": DASH},
            hovertemplate=f"%{{y:.1f}}<extra>{against}</extra>", **axes,
        )  # fmt: skip
    figure.add_scatter(
        x=x, y=_hundred(fan.bands[0.5]), mode="lines", customdata=names,
        line={"color": c.accent, "width": 2.2},
        hovertemplate=f"%{{customdata}}  %{{y:.1f}}<extra>{fan.name}</extra>", **axes,
    )  # fmt: skip


def _hollow(figure: go.Figure, fan: Fan, place: int, stop: tuple[int, str], c: Palette) -> None:
    day, reason = stop
    figure.add_scatter(
        x=[day], y=_hundred([fan.bands[0.5].loc[day]]), mode="markers+text", text=[reason],
        textposition="top right", textfont={"color": c.ink}, hoverinfo="skip", cliponaxis=False,
        marker={"size": 9, "color": c.bg, "line": {"color": c.accent, "width": 2}},
        **_axis_names(place),
    )  # fmt: skip


def _hundred(values: Sequence[float] | pd.Series) -> list[float]:
    return [round(100.0 * float(v), 3) for v in values]


def _axis_names(place: int) -> dict[str, str]:
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _axes(
    figure: go.Figure,
    days: int,
    place: int,
    count: int,
    span: Scale,
    dates: pd.DatetimeIndex | None,
    lang: str,
) -> None:
    number = "" if place == 0 else str(place + 1)
    left, right = _domain(place, count)
    # Side by side the first tick would run into the last one of the panel before.
    ticks = day_axis(
        days, dates, lang, most=8 if count == 1 else max(2, 9 // count), first=int(count > 1)
    )
    ticks["range"] = [0, days]
    figure.update_layout(
        {
            f"xaxis{number}": {
                "domain": [left, right], "anchor": f"y{number}", "hoverformat": "", **ticks,
            },
            f"yaxis{number}": {
                "anchor": f"x{number}", "range": [span.low, span.high], "tickvals": span.ticks,
                "showticklabels": place == 0,
            },
        }
    )  # fmt: skip


def _title(figure: go.Figure, fan: Fan, place: int, count: int, c: Palette, against: str) -> None:
    left, _ = _domain(place, count)
    last = fan.bands.iloc[-1]
    text = f"<b>{fan.name}</b>  <span style='color:{c.accent}'>{_level(last[0.5])}</span>"
    if fan.spread:
        text += f" <span style='color:{c.mute}'>({_level(last[0.05])}–{_level(last[0.95])})</span>"
    if fan.against is not None:
        room = max(8, 96 // count)
        other = against if len(against) <= room else against[: room - 1] + "…"
        text += f"<br><span style='color:{c.cold}'>{other} {_level(fan.against.iloc[-1])}</span>"
    figure.add_annotation(
        x=left, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=6,
        showarrow=False, align="left", text=text, font={"color": c.ink},
    )  # fmt: skip


def _level(value: float) -> str:
    return numbers.number(100.0 * float(value), 1)


def _ends(fan: Fan, c: Palette, against: str, lang: str) -> list[EndLabel]:
    last = fan.bands.iloc[-1]
    code = "simulate.median" if fan.spread else "simulate.this_path"
    found = [EndLabel(100 * last[0.5], f"<b>{say(code, lang)} {_level(last[0.5])}</b>", c.accent)]
    if fan.spread:
        ends = ((0.05, "simulate.low_end"), (0.95, "simulate.high_end"))
        found += [
            EndLabel(100 * last[q], f"{say(word, lang)} {_level(last[q])}", c.mute)
            for q, word in ends
        ]
    if fan.against is not None:
        level = float(fan.against.iloc[-1])
        found.append(EndLabel(100 * level, f"{against} {_level(level)}", c.cold))
    return found
