"""Sell fast or slow: expected cost against risk, with the schedules one can choose from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.money_axis import MoneyUnit, name_unit
from quantquake.report.figures.template import SMALL, blank, scale
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say


def cost_risk_frontier(
    frontier: pd.DataFrame,
    *,
    currency: str = "USD",
    marked: Sequence[float] = (1e-6,),
    lang: str = "en",
    theme: str = "light",
    height: int = SMALL,
) -> go.Figure:
    """Draw the cost and risk of the best sales, from at once to evenly.

    Parameters
    ----------
    frontier : DataFrame indexed by risk aversion
        As ``flows.execution.frontier`` returns it: ``cost``, ``risk`` [money], ``half_life`` [d].
    currency : str
    marked : sequence of float
        Risk aversions to name on the curve, beside its two ends. [1/money]
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        x: standard deviation of the cost, y: expected cost, both in one unit of money.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 48, "r": 24, "t": 30, "b": 40})
    curve = frontier.sort_values("risk")
    largest = float(curve[["cost", "risk"]].abs().max().max()) if len(curve) else 0.0
    unit = MoneyUnit.fitting(largest, lang, currency)
    wide = scale(curve["risk"] / unit.size, zero=True, pad=0.1)
    tall = scale(curve["cost"] / unit.size, zero=True, pad=0.2)
    figure.add_scatter(
        x=curve["risk"] / unit.size, y=curve["cost"] / unit.size, mode="lines",
        line={"color": c.accent, "width": 2.4}, hoverinfo="skip",
    )  # fmt: skip
    for aversion in _named(curve, marked):
        _mark(figure, curve.loc[aversion], aversion, unit, lang, c)
    figure.update_xaxes(
        range=[0, wide.high], **unit.ticks(wide.ticks),
        title={
            "text": say("execution.risk", lang), "standoff": 6,
            "font": {"color": c.mute, "size": 11},
        },
    )  # fmt: skip
    figure.update_yaxes(range=[0, tall.high], **unit.ticks(tall.ticks))
    figure.update_layout(hovermode="closest")
    name_unit(figure, unit, c)
    figure.layout.annotations[-1].text = say("execution.cost", lang, unit=unit.text)
    return figure


def _named(curve: pd.DataFrame, marked: Sequence[float]) -> list[float]:
    """Both ends of the curve and the aversions asked for, each once."""
    ends = [float(curve.index[0]), float(curve.index[-1])] if len(curve) else []
    return list(dict.fromkeys([*ends, *(a for a in marked if a in curve.index)]))


def _mark(
    figure: go.Figure, point: pd.Series, aversion: float, unit: MoneyUnit, lang: str, c: Palette
) -> None:
    x, y = point["risk"] / unit.size, point["cost"] / unit.size
    figure.add_scatter(
        x=[x], y=[y], mode="markers", hoverinfo="skip", cliponaxis=False,
        marker={"size": 8, "color": c.bg, "line": {"color": c.accent, "width": 1.8}},
    )  # fmt: skip
    code = "evenly" if aversion == 0 else "at_once" if math.isinf(aversion) else "half_life"
    days = numbers.number(float(point["half_life"]), 1)
    text = say(f"execution.{code}", lang, days=days)
    cost = unit.write(float(point["cost"]))
    evenly = code == "evenly"
    figure.add_annotation(
        x=x, y=y, text=f"{text}<br><b>{cost}</b>", showarrow=False, font={"color": c.ink},
        align="right" if evenly else "left", xanchor="right" if evenly else "left",
        xshift=0 if evenly else 8, yanchor="bottom", yshift=8 if evenly else 2,
    )  # fmt: skip
