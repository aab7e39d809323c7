"""What rule-bound holders sell as the index falls: a line a kind, the total with its range."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.money_axis import MoneyUnit, name_unit
from quantquake.report.figures.template import (
    SMALL,
    EndLabel,
    Scale,
    blank,
    end_labels,
    scale,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name, say


def supply_by_fall(
    parts: pd.DataFrame,
    low: pd.DataFrame,
    high: pd.DataFrame,
    *,
    currency: str = "USD",
    published: pd.Series | None = None,
    lang: str = "en",
    theme: str = "light",
    height: int = SMALL,
) -> go.Figure:
    """Draw forced flow against the fall of the index, deeper falls to the right.

    Parameters
    ----------
    parts : DataFrame of shape (n_moves, n_holders)
        Flow of each holder by move: ``SystematicSupply.by_holder``. [money] A holder without a
        middle is named without a line; its range, if there is one, is in the band.
    low, high : DataFrame, as `parts`
        Range of each holder. [money]
    currency : str
    published : Series by move, optional
        Published figures, drawn as hollow diamonds. [money]
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        Falls only; sales below zero. The band is the range of the sum.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 44, "r": 150, "t": 26, "b": 24})
    falls = parts[parts.index <= 0].sort_index(ascending=False)
    total = falls.sum(axis=1, min_count=1)
    ends = {"low": low.sum(axis=1, min_count=1), "high": high.sum(axis=1, min_count=1)}
    band = pd.DataFrame(ends).reindex(falls.index)
    bounded = [code for code in falls if low[code].notna().any()]
    extra = [] if published is None else list(published)
    values = [*falls.to_numpy().ravel(), *band.to_numpy().ravel(), *total, *extra]
    largest = np.nanmax(np.abs([v for v in values if np.isfinite(v)] or [0.0]))
    unit = MoneyUnit.fitting(float(largest), lang, currency)
    span = scale([unit.count(v) for v in values if np.isfinite(v)], zero=True, pad=0.08)
    _band(figure, band, unit, c)
    labels = [
        _line(figure, falls[code], unit, (c.accent, c.cold, c.ink2, c.mute)[min(i, 3)], lang)
        for i, code in enumerate(falls.columns[falls.notna().any()])
    ]
    for code in falls.columns[falls.isna().all()]:
        known = "systematic.range_only" if code in bounded else "systematic.unknown"
        labels.append(EndLabel(0.0, say(known, lang, name=_called(code, lang)), c.mute))
    figure.add_scatter(
        x=-100 * falls.index, y=total / unit.size, mode="lines", hoverinfo="skip",
        line={"color": c.ink, "width": 2.4},
    )  # fmt: skip
    last = float(total.iloc[-1]) if len(total) else float("nan")
    text = f"<b>{say('systematic.total', lang)} {unit.write(last)}</b>"
    end_labels(figure, [*labels, EndLabel(unit.count(last), text, c.ink)], span)
    if published is not None:
        _published(figure, published, unit, lang, c)
    _axes(figure, falls.index, span, unit, c)
    name_unit(figure, unit, c)
    return figure


def _band(figure: go.Figure, band: pd.DataFrame, unit: MoneyUnit, c: Palette) -> None:
    seen = band.dropna()
    at = list(-100 * seen.index)
    figure.add_scatter(
        x=[*at, *at[::-1]], y=[*(seen["low"] / unit.size), *(seen["high"] / unit.size)[::-1]],
        mode="lines", fill="toself", line={"width": 0}, fillcolor=c.accent, opacity=0.16,
        hoverinfo="skip",
    )  # fmt: skip


def _called(code: str, lang: str) -> str:
    said = name(f"holder-{code}", lang)
    return code if said == f"holder-{code}" else said


def _line(figure: go.Figure, flow: pd.Series, unit: MoneyUnit, colour: str, lang: str) -> EndLabel:
    said = _called(str(flow.name), lang)
    figure.add_scatter(
        x=-100 * flow.index, y=flow / unit.size, mode="lines", name=said,
        line={"color": colour, "width": 1.6},
        hovertemplate=f"{said} %{{y:.{unit.digits}f}}<extra></extra>",
    )  # fmt: skip
    last = float(flow.iloc[-1])
    return EndLabel(unit.count(last), f"{said} {unit.write(last)}", colour)


def _published(
    figure: go.Figure, published: pd.Series, unit: MoneyUnit, lang: str, c: Palette
) -> None:
    figure.add_scatter(
        x=-100 * published.index, y=published / unit.size, mode="markers",
        marker={"symbol": "diamond-open", "size": 9, "color": c.ink2, "line": {"width": 1.6}},
        hovertemplate=f"{say('systematic.published', lang)} %{{y:.{unit.digits}f}}<extra></extra>",
    )  # fmt: skip
    deepest = published.sort_index().index[0]
    figure.add_annotation(
        x=-100 * deepest, y=unit.count(float(published[deepest])), showarrow=False,
        text=say("systematic.published", lang), xanchor="left", xshift=8, yanchor="bottom",
        font={"color": c.ink2}, bgcolor=c.bg, borderpad=1,
    )  # fmt: skip


def _axes(figure: go.Figure, moves: pd.Index, span: Scale, unit: MoneyUnit, c: Palette) -> None:
    deepest = float(-100 * moves.min()) if len(moves) else 1.0
    across = scale([0.0, deepest], zero=True, steps=5, pad=0.0)
    figure.update_xaxes(
        range=[0, deepest], tickvals=across.ticks,
        ticktext=[numbers.percent(-t / 100, 0 if t == round(t) else 1) for t in across.ticks],
    )  # fmt: skip
    figure.update_yaxes(
        range=[span.low, span.high], zeroline=True, zerolinecolor=c.mute, **unit.ticks(span.ticks)
    )
