"""Where the dealers' gamma sits, how it turns when the index moves, and what others add to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from quantquake.flows.gamma import GammaProfile, NetGamma
from quantquake.report import numbers
from quantquake.report.figures.template import (
    MEDIUM,
    EndLabel,
    Scale,
    blank,
    end_labels,
    note,
    scale,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

BARS = 48  # as many as stay apart in half a page
AROUND = 0.1  # of the spot: what lies farther off has hardly any gamma
FLIPS = 3  # levels named in a figure


def gamma_by_strike(
    dealers: GammaProfile,
    *,
    lang: str = "en",
    theme: str = "light",
    height: int = MEDIUM,
    around: float = AROUND,
) -> go.Figure:
    """Draw the gamma exposure of calls above and puts below the line, by strike.

    Parameters
    ----------
    dealers : GammaProfile
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]
    around : float
        Strikes within this of the spot are drawn, neighbours joined to at most 48 bars. [1]

    Returns
    -------
    Figure
        y in money per 1 %, x the strike. Strikes without a known gamma leave a gap.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 76, "r": 74, "t": 24, "b": 22})
    bars = _binned(dealers, around)
    sides = [bars[f"{side}_{dealers.units.gex}"] for side in ("calls", "puts")]
    span = scale([v for s in sides for v in s.dropna()], zero=True, pad=0.08)
    colours = (c.cold, c.accent)
    for name, values, colour in zip(("calls", "puts"), sides, colours, strict=True):
        figure.add_bar(
            x=bars.index,
            y=values,
            name=say(f"gamma.{name}", lang),
            marker={"color": colour, "line": {"width": 0}},
            customdata=[numbers.money(v, lang, dealers.currency) for v in values],
            hovertemplate="%{fullData.name} %{customdata}<extra></extra>",
        )
    figure.update_layout(barmode="relative", bargap=0.25)
    ends = [
        EndLabel(float(v.sum()) / len(v), f"<b>{say(f'gamma.{n}', lang)}</b>", colour)
        for n, v, colour in zip(("calls", "puts"), sides, colours, strict=True)
    ]
    end_labels(figure, ends, span)
    _spot_line(figure, dealers.spot, span, lang, c)
    _levels(figure, dealers.spot * (1 - around), dealers.spot * (1 + around))
    _money(figure, span, lang, dealers.currency)
    return figure


def gamma_profile(
    dealers: GammaProfile, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw the gamma exposure repriced along the index, its flips ringed.

    Parameters
    ----------
    dealers : GammaProfile
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y in money per 1 %; below zero dealers sell falls. Accent: each contract keeps its
        volatility; second line: the smile moves along. The band over sign models is written, not
        drawn: it is often wider than the lines by an order of magnitude.
    """
    c = palette(theme)
    gex = dealers.units.gex
    lines = {
        "sticky_delta": (dealers.profile[f"{gex}_sticky_delta"], c.cold, 1.6),
        "sticky_strike": (dealers.profile[gex], c.accent, 2.4),
    }
    figure, span = _lines(lines, dealers.currency, lang, theme, height)
    _spot_line(figure, dealers.spot, span, lang, c)
    _rings(figure, dealers.flip, lang, c)
    band = {
        k: numbers.money(v, lang, dealers.currency)
        for k, v in (("low", dealers.low), ("high", dealers.high))
    }
    note(
        figure, say("gamma.band", lang, **band), c, x=0, xref="paper", y=1, yref="paper",
        xanchor="left", yanchor="top", align="left",
    )  # fmt: skip
    return figure


def net_gamma_profile(
    net: NetGamma, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw dealers, leveraged funds and snowball desks along the index, and their sum.

    Parameters
    ----------
    net : NetGamma
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y in money per 1 %; the net in the accent colour, its flips ringed. A hedger that is nil
        everywhere is left out.
    """
    c = palette(theme)
    unit = f"_gex_{net.currency.lower()}_per_1pct"
    found = {n: net.profile[f"{n}{unit}"] for n in ("dealers", "leveraged_etf", "snowball", "net")}
    tones = {"dealers": c.cold, "leveraged_etf": c.ink2, "snowball": c.mute, "net": c.accent}
    lines = {
        n: (v, tones[n], 2.4 if n == "net" else 1.6)
        for n, v in found.items()
        if n in ("dealers", "net") or v.abs().max() > 0
    }
    figure, span = _lines(lines, net.currency, lang, theme, height)
    spot = float(np.interp(0.0, net.profile["move"], net.profile.index))
    _spot_line(figure, spot, span, lang, c)
    _rings(figure, net.flip, lang, c)
    return figure


def _binned(dealers: GammaProfile, around: float) -> pd.DataFrame:
    """Strikes near the spot, neighbours summed so that the bars stay apart."""
    table = dealers.by_strike
    near = table[(table.index / dealers.spot - 1).to_series().abs().to_numpy() <= around]
    if len(near) <= BARS:
        return near
    edges = np.linspace(dealers.spot * (1 - around), dealers.spot * (1 + around), BARS + 1)
    place = np.clip(np.searchsorted(edges, near.index, side="right") - 1, 0, BARS - 1)
    return near.groupby((edges[place] + edges[place + 1]) / 2).sum(min_count=1)


def _lines(
    lines: dict[str, tuple[pd.Series, str, float]],
    currency: str,
    lang: str,
    theme: str,
    height: int,
) -> tuple[go.Figure, Scale]:
    figure = blank(theme, height=height, margin={"l": 76, "r": 118, "t": 24, "b": 22})
    span = scale((v for s, _, _ in lines.values() for v in s.dropna()), zero=True, pad=0.14)
    ends = []
    for name, (series, colour, width) in lines.items():
        label = say(f"gamma.{name}", lang)
        figure.add_scatter(
            x=series.index,
            y=series,
            name=label,
            mode="lines",
            line={"color": colour, "width": width},
            customdata=[numbers.money(v, lang, currency) for v in series],
            hovertemplate=f"{label} %{{customdata}}<extra></extra>",
        )
        if series.notna().any():
            last = float(series.dropna().iloc[-1])
            ends.append(EndLabel(last, f"<b>{label}</b>", colour))
    end_labels(figure, ends, span)
    index = next(iter(lines.values()))[0].index
    _levels(figure, float(index[0]), float(index[-1]))
    _money(figure, span, lang, currency)
    return figure, span


def _level(value: float) -> str:
    return numbers.number(value, 0 if value >= 1000 else 2)


def _levels(figure: go.Figure, low: float, high: float) -> None:
    ticks = scale([low, high], pad=0.0).ticks
    figure.update_xaxes(
        range=[low, high],
        tickvals=ticks,
        ticktext=[numbers.number(t, 0 if high >= 100 else 2) for t in ticks],
        hoverformat=",.0f" if high >= 100 else ",.3f",
    )


def _money(figure: go.Figure, span: Scale, lang: str, currency: str) -> None:
    """Ticks in money, the unit on the topmost only."""
    size = max(abs(span.low), abs(span.high))
    unit = 1.0 if size < 1e6 else 1e8 if lang == "zh" else 1e9 if size >= 1e9 else 1e6
    digits = next(
        (d for d in (0, 1) if all(abs(t / unit - round(t / unit, d)) < 1e-9 for t in span.ticks)), 2
    )
    texts = [numbers.number(t / unit, digits) for t in span.ticks]
    if texts and unit > 1.0:
        texts[-1] = numbers.money(span.ticks[-1], lang, currency)
    elif texts:
        texts[-1] += f" {currency}"
    figure.update_yaxes(
        range=[span.low, span.high], tickvals=span.ticks, ticktext=texts, zeroline=True
    )


def _spot_line(figure: go.Figure, spot: float, span: Scale, lang: str, c: Palette) -> None:
    figure.add_shape(
        type="line", x0=spot, x1=spot, y0=span.low, y1=span.high,
        line={"color": c.rule, "width": 1, "dash": "1px,2px"},
    )  # fmt: skip
    level = _level(spot)
    figure.add_annotation(
        x=spot, y=1, yref="paper", yanchor="bottom", showarrow=False, font={"color": c.mute},
        text=say("gamma.spot", lang, level=level),
    )  # fmt: skip


def _rings(figure: go.Figure, flips: npt.NDArray[np.float64], lang: str, c: Palette) -> None:
    shown = [float(f) for f in flips][:FLIPS]
    if not shown:
        return
    figure.add_scatter(
        x=shown,
        y=[0.0] * len(shown),
        mode="markers",
        marker={"size": 9, "color": c.bg, "line": {"color": c.ink, "width": 1.6}},
        hoverinfo="skip",
    )
    for level in shown:
        text = say("gamma.flip", lang, level=_level(level))
        note(figure, text, c, x=level, y=0, xanchor="right", yanchor="bottom", xshift=-8, yshift=4)
