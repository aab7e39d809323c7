"""Forced selling by depth of the fall, stacked by who sells."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from quantquake.flows.supply import SupplyCurve
from quantquake.report import numbers
from quantquake.report.figures.money_axis import MoneyUnit, name_unit
from quantquake.report.figures.seller_colours import FILLS
from quantquake.report.figures.template import SMALL, EndLabel, Scale, blank, end_labels, scale
from quantquake.report.flow_words import source_name
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

#: Colour of each kind of trader: that of the participants of a cascade who do the same.
COLOURS: dict[str, dict[str, tuple[str, str]]] = {
    kind: FILLS[family]
    for kind, family in {
        "dealer_gamma": "dealer", "snowball": "snowball", "leveraged_etf": "etf", "stop": "enhanced",
        "margin": "margin", "financing": "financing", "var_limit": "formula", "vol_control": "vol",
        "trend": "timing", "neutral": "neutral", "redemption": "redemption",
    }.items()
}  # fmt: skip

#: A day's trading is drawn where it is at most so many times the tallest bar.
NEAR = 1.3


def supply_bars(
    curve: SupplyCurve,
    *,
    volume: float | None = None,
    lang: str = "en",
    theme: str = "light",
    height: int = SMALL,
) -> go.Figure:
    """Draw what must be sold at each move, by source, with the range of the sum.

    Parameters
    ----------
    curve : SupplyCurve
        Indexed by move.
    volume : float, optional
        Money traded in a usual day: a line, where it is near the bars. [money]
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        Sales upward, purchases downward; deeper falls to the right. The mark is the sum of the
        sources whose size is known, its whisker the range with all of them.
    """
    c = palette(theme)
    shown = curve.parts.iloc[::-1]
    ends = pd.concat([curve.total_low, curve.total_high, curve.total]).abs()
    largest = float(ends.max()) if ends.notna().any() else 1.0
    unit = MoneyUnit.fitting(largest, lang, curve.currency)
    figure = blank(theme, height=height, margin={"l": 44, "r": 104, "t": 26, "b": 24})
    sold = -shown / unit.size
    span = _span(curve, sold, unit, volume)
    for code in sold:
        _bars(figure, sold[code], code, unit, lang, theme, c)
    _totals(figure, curve, unit, c, lang)
    if volume is not None and volume / unit.size <= span.high:
        _volume(figure, volume / unit.size, c, lang)
    end_labels(figure, _labels(sold, lang, theme), span)
    _axes(figure, curve, sold, span, unit)
    name_unit(figure, unit, c)
    return figure


def _span(curve: SupplyCurve, sold: pd.DataFrame, unit: MoneyUnit, volume: float | None) -> Scale:
    up = sold.clip(lower=0).sum(axis=1)
    down = sold.clip(upper=0).sum(axis=1)
    values = [*up, *down, *(-curve.total_low / unit.size), *(-curve.total_high / unit.size)]
    top = max((v for v in values if math.isfinite(v)), default=1.0)
    if volume is not None and volume / unit.size <= NEAR * top:
        values.append(volume / unit.size)
    return scale(values, zero=True, pad=0.06)


def _colour(code: str, theme: str, c: Palette) -> tuple[str, str]:
    return COLOURS.get(code, {}).get(theme, (c.mute, c.mute))


def _bars(
    figure: go.Figure,
    values: pd.Series,
    code: str,
    unit: MoneyUnit,
    lang: str,
    theme: str,
    c: Palette,
) -> None:
    if not (values.abs() > 0).any():
        return
    # A hole sent as NaN would make the whole stack above it none; only what is known is sent.
    known = values.notna().to_numpy().nonzero()[0]
    figure.add_bar(
        x=known.tolist(), y=values.iloc[known].round(6), width=0.68,
        name=source_name(code, lang),
        marker={"color": _colour(code, theme, c)[0], "line": {"color": c.bg, "width": 0.8}},
        customdata=[unit.write(-v * unit.size) for v in values.iloc[known]],
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _totals(figure: go.Figure, curve: SupplyCurve, unit: MoneyUnit, c: Palette, lang: str) -> None:
    """Mark the sum at each move and draw the range of all sources, which need not contain it."""
    most, least = (-getattr(curve, f"total_{e}").iloc[::-1] / unit.size for e in ("low", "high"))
    total = -curve.total.iloc[::-1] / unit.size
    places = list(range(len(total)))
    figure.add_scatter(
        x=places, y=(most + least) / 2, mode="markers", hoverinfo="skip",
        marker={"size": 0.1, "color": c.ink},
        error_y={"type": "data", "array": ((most - least) / 2).fillna(0.0), "color": c.ink,
                 "thickness": 1.2, "width": 4},
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=total, mode="markers", name=say("flow.row.total", lang),
        marker={"symbol": "diamond", "size": 7, "color": c.ink},
        customdata=[unit.write(-v * unit.size) for v in total],
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _volume(figure: go.Figure, place: float, c: Palette, lang: str) -> None:
    figure.add_hline(y=place, line={"color": c.rule, "width": 1, "dash": "1px,2px"})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=place, yanchor="bottom", showarrow=False,
        text=say("flow.day_volume", lang), font={"color": c.mute},
    )  # fmt: skip


def _labels(sold: pd.DataFrame, lang: str, theme: str) -> list[EndLabel]:
    """Names beside the bar that shows most of them: the deepest fall."""
    last = sold.iloc[-1]
    up = down = 0.0
    labels = []
    for code, value in last.items():
        if not math.isfinite(value) or value == 0.0:
            continue
        base = up if value > 0 else down
        labels.append(
            EndLabel(
                base + value / 2,
                source_name(str(code), lang),
                _colour(str(code), theme, palette(theme))[1],
            )
        )
        up, down = (base + value, down) if value > 0 else (up, base + value)
    return labels


def _axes(
    figure: go.Figure, curve: SupplyCurve, sold: pd.DataFrame, span: Scale, unit: MoneyUnit
) -> None:
    digits = 0 if all(abs(100 * m - round(100 * m)) < 1e-9 for m in curve.parts.index) else 1
    texts = [numbers.percent(float(move), digits, sign=True) for move in sold.index]
    figure.update_layout(barmode="relative", hovermode="x unified")
    figure.update_xaxes(
        range=[-0.6, len(sold) - 0.4], tickvals=list(range(len(sold))), ticktext=texts
    )
    figure.update_yaxes(range=[span.low, span.high], zeroline=True, **unit.ticks(span.ticks))
