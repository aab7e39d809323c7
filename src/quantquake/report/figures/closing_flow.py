"""The closing trades of leveraged funds: from index to index to the total, beside what was published."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from quantquake.report.figures.money_axis import MoneyUnit, name_unit
from quantquake.report.figures.template import CLEAR, DETAIL, blank, scale
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name, say


def closing_waterfall(
    gross: pd.Series,
    *,
    currency: str = "USD",
    reported: float | None = None,
    most: int = 9,
    lang: str = "en",
    theme: str = "light",
    height: int = DETAIL,
) -> go.Figure:
    """Draw how the closing flow of a day adds up over underlyings.

    Parameters
    ----------
    gross : Series indexed by underlying
        ``ClosingFlow.by_underlying["gross"]``. [money] NaN is not drawn: it is in no sum.
    currency : str
    reported : float, optional
        Published figure for the same day, drawn hollow below the total. [money]
    most : int
        Largest underlyings with a bar of their own; the rest is one.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        Bars stand on the sum so far, sales to the left; the total in ink, from zero.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 148, "r": 16, "t": 26, "b": 24})
    steps = _steps(gross.dropna(), most, reported, lang, c)
    ends = [value for _, base, size, *_ in steps for value in (base, base + size)]
    unit = MoneyUnit.fitting(max((abs(v) for v in ends), default=0.0), lang, currency)
    span = scale([unit.count(v) for v in ends], zero=True, pad=0.12)
    figure.add_bar(
        y=list(range(len(steps))),
        x=[unit.count(size) for _, _, size, *_ in steps],
        base=[unit.count(base) for _, base, *_ in steps],
        orientation="h",
        width=0.66,
        marker={
            "color": [fill for *_, fill, _ in steps],
            "line": {"color": [edge for *_, edge in steps], "width": 1.5},
        },
        customdata=[unit.write(size, sign=True) for _, _, size, *_ in steps],
        hovertemplate=f"%{{customdata}} {unit.text}<extra></extra>",
    )
    for place, (_, base, size, *_) in enumerate(steps):
        sale = size < 0
        figure.add_annotation(
            x=unit.count(base + size), y=place, showarrow=False, text=unit.write(size, sign=True),
            xanchor="right" if sale else "left", xshift=-4 if sale else 4, font={"color": c.ink},
        )  # fmt: skip
    figure.update_xaxes(
        range=[span.low, span.high], zeroline=True, zerolinecolor=c.mute, **unit.ticks(span.ticks)
    )
    figure.update_yaxes(
        range=[len(steps) - 0.4, -0.6], showgrid=False, tickfont={"color": c.ink2},
        tickvals=list(range(len(steps))), ticktext=[label for label, *_ in steps],
    )  # fmt: skip
    figure.update_layout(hovermode="closest")
    name_unit(figure, unit, c)
    return figure


Step = tuple[str, float, float, str, str]


def _steps(
    gross: pd.Series, most: int, reported: float | None, lang: str, c: Palette
) -> list[Step]:
    """Label, base, size, fill and edge of each bar, top to bottom."""
    order = gross.reindex(gross.abs().sort_values(ascending=False, kind="stable").index)
    shown, rest = order.iloc[:most], order.iloc[most:]
    parts = [(name(str(code), lang), float(size)) for code, size in shown.items()]
    if len(rest):
        parts.append((say("letf.others", lang, n=len(rest)), float(rest.sum())))
    steps: list[Step] = []
    sum_so_far = 0.0
    for label, size in parts:
        fill = c.accent if size < 0 else c.cold
        steps.append((label, sum_so_far, size, fill, fill))
        sum_so_far += size
    steps.append((f"<b>{say('letf.total', lang)}</b>", 0.0, sum_so_far, c.ink, c.ink))
    if reported is not None:
        steps.append((say("letf.reported", lang), 0.0, float(reported), CLEAR, c.mute))
    return steps
