"""What hedging costs: today's term structure, and the weighted discount through time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import (
    MEDIUM,
    EndLabel,
    Scale,
    blank,
    date_axis,
    end_labels,
    scale,
    stamp,
    stamps,
    thin,
)
from quantquake.report.parts import BasisLike
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

# Annualising a week's basis turns a tick of noise into tens of per cent.
LEAST_SESSIONS = 6
LEAST_MARKED = 250  # sessions: extremes of a shorter history are not worth a date
NAME_APART = 0.13  # of the axis: an event name takes about 60 px


def product_colours(products: Sequence[str], focus: str, c: Palette) -> dict[str, str]:
    """Accent for the product that matters, cold for the next, then second and context ink."""
    order = [focus, *[p for p in products if p != focus]]
    ramp = [c.accent, c.cold, c.ink2, c.mute]
    return {p: ramp[min(i, len(ramp) - 1)] for i, p in enumerate(order)}


def deepest(cards: Sequence[BasisLike]) -> list[BasisLike]:
    """Return the cards that have a discount, deepest first."""
    return sorted(
        (c for c in cards if not numbers.is_missing(c.weighted_discount)),
        key=lambda c: c.weighted_discount,
    )


def term_structure(
    cards: Sequence[BasisLike], *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw basis by trading days left for each product, the deepest in the accent colour.

    Parameters
    ----------
    cards : sequence of basis cards
        `.curve` has one row a contract: `sessions` [d], `basis_ratio` [1], `annualised` [1/yr].
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y in per cent of the index, negative = discount (贴水); x in sessions left. Contracts with
        a NaN basis are left out; under six sessions no annualised label is written.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 36, "r": 84, "t": 10, "b": 36})
    drawn = _ordered(cards)
    curves = {card.product: _curve(card.curve) for card in drawn}
    span = scale((100 * v for t in curves.values() for v in t["basis_ratio"]), zero=True, pad=0.1)
    colours = product_colours([d.product for d in drawn], drawn[0].product if drawn else "", c)
    for card in reversed(drawn):  # the focus is drawn last, on top
        _add_curve(figure, card.product, curves[card.product], colours[card.product], c)
    end_labels(
        figure,
        [_curve_end(p, t, colours[p]) for p, t in curves.items() if len(t)],
        span,
    )
    if drawn:
        _annualised_labels(figure, curves[drawn[0].product], c)
        _contract_axis(figure, curves[drawn[0].product], lang)
    figure.update_yaxes(
        range=[span.low, span.high], tickvals=span.ticks, zeroline=True, zerolinecolor=c.mute
    )
    return figure


def _ordered(cards: Sequence[BasisLike]) -> list[BasisLike]:
    ranked = deepest(cards)
    rest = [card for card in cards if all(card is not r for r in ranked)]
    return [card for card in [*ranked, *rest] if len(_curve(card.curve))]


def _curve(term: pd.DataFrame) -> pd.DataFrame:
    seen = term[term["basis_ratio"].notna() & term["sessions"].notna()]
    return seen.sort_values("sessions")


def _add_curve(
    figure: go.Figure, product: str, term: pd.DataFrame, colour: str, c: Palette
) -> None:
    focus = colour == c.accent
    figure.add_scatter(
        # The curve starts at zero: at expiry the future is the index.
        x=[0, *term["sessions"].astype(int)],
        y=[0.0, *(100 * term["basis_ratio"]).round(4)],
        name=product,
        mode="lines+markers",
        line={"color": colour, "width": 2.4 if focus else 1.6},
        marker={
            "size": [0] + [7] * len(term),
            "color": c.bg,
            "line": {"color": colour, "width": 1.6},
        },
        hovertemplate=f"{product} %{{y:.2f}}%<extra></extra>",
    )


def _curve_end(product: str, term: pd.DataFrame, colour: str) -> EndLabel:
    last = float(term["basis_ratio"].iloc[-1])
    return EndLabel(100 * last, f"<b>{product}</b> {numbers.percent(last)}", colour)


def _annualised_labels(figure: go.Figure, term: pd.DataFrame, c: Palette) -> None:
    for _, row in term.iterrows():
        yearly = float(row["annualised"])
        if row["sessions"] < LEAST_SESSIONS or not math.isfinite(yearly):
            continue
        below = yearly < 0
        figure.add_annotation(
            x=int(row["sessions"]), y=100 * float(row["basis_ratio"]), showarrow=False,
            xanchor="right", yanchor="top" if below else "bottom", xshift=-4,
            yshift=-2 if below else 2, text=numbers.percent(yearly, 0),
            font={"color": c.accent},
        )  # fmt: skip


def _contract_axis(figure: go.Figure, term: pd.DataFrame, lang: str) -> None:
    last = int(term["sessions"].iloc[-1])
    # Two labels need about 30 px; a narrow panel gives 260 px to the axis.
    apart = 0.12 * last
    shown: list[tuple[int, str]] = []
    for symbol, row in term.iloc[::-1].iterrows():
        days = int(row["sessions"])
        if shown and shown[-1][0] - days < apart:
            continue
        shown.append(
            (days, f"{_month_code(str(symbol))}<br>{say('unit.days_short', lang, n=days)}")
        )
    figure.update_xaxes(
        range=[0, last * 1.02],
        tickvals=[d for d, _ in shown],
        ticktext=[t for _, t in shown],
    )


def _month_code(symbol: str) -> str:
    """IF2403.CFE -> 2403."""
    return "".join(ch for ch in symbol.split(".")[0] if ch.isdigit()) or symbol


def discount_history(
    discounts: Mapping[str, pd.Series],
    *,
    lang: str = "en",
    theme: str = "light",
    height: int = MEDIUM,
    events: Sequence[tuple[pd.Timestamp, str]] = (),
    regimes: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw each product's weighted discount with its last value at the end of the line.

    Parameters
    ----------
    discounts : mapping of product to Series by date
        Yearly rates, negative = discount. [1/yr] NaN leaves a gap.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]
    events : sequence of (date, short name)
        Dotted lines, named above the plot; those too close to the one before keep their line and
        lose their name.
    regimes : DataFrame, optional
        `start`, `end`, `mean` of the deepest product's stretches: every second one is shaded, each
        mean is a dashed line. [1/yr]

    Returns
    -------
    Figure
        y in per cent a year; dates on x.
    """
    c = palette(theme)
    margin = {"l": 36, "r": 76, "t": 36 if events else 10, "b": 22}
    figure = blank(theme, height=height, margin=margin)
    lines = {p: s for p, s in discounts.items() if s.notna().any()}
    if not lines:
        return _empty(figure, lang)
    span = scale((100 * v for s in lines.values() for v in s.dropna()), zero=True)
    last = {p: float(s.dropna().iloc[-1]) for p, s in lines.items()}
    order = sorted(lines, key=lambda p: last[p])
    colours = product_colours(order, order[0], c)
    if regimes is not None:
        _add_regimes(figure, regimes, colours[order[0]], span, c)
    for product in reversed(order):
        _add_history(figure, product, lines[product], colours[product], c)
    ends = [
        EndLabel(100 * last[p], f"<b>{p}</b> {numbers.percent(last[p], unit=False)}", colours[p])
        for p in order
    ]
    end_labels(figure, ends, span)
    dates = pd.DatetimeIndex(sorted(set().union(*(s.index for s in lines.values()))))
    figure.update_xaxes(**date_axis(dates, lang, most=6))
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks, zeroline=True)
    _deepest_day(figure, lines[order[0]], colours[order[0]], c)
    width = max((dates[-1] - dates[0]).days, 1)
    inside = sorted((d, n) for d, n in events if dates[0] <= d <= dates[-1])
    named = pd.Timestamp.min
    for date, name in inside:
        free = named == pd.Timestamp.min or (date - named).days > NAME_APART * width
        place = (date - dates[0]).days / width
        _event(figure, date, name if free else "", span, c, place=place)
        named = date if free else named
    return figure


def _add_regimes(
    figure: go.Figure, regimes: pd.DataFrame, colour: str, span: Scale, c: Palette
) -> None:
    for place, (_, one) in enumerate(regimes.iterrows()):
        if place % 2:
            figure.add_shape(
                type="rect", x0=stamp(one["start"]), x1=stamp(one["end"]), y0=span.low,
                y1=span.high, fillcolor=c.sunk, line={"width": 0}, layer="below",
            )  # fmt: skip
        figure.add_shape(
            type="line", x0=stamp(one["start"]), x1=stamp(one["end"]), y0=100 * one["mean"],
            y1=100 * one["mean"], line={"color": colour, "width": 1, "dash": "3px,3px"},
        )  # fmt: skip


def _add_history(
    figure: go.Figure, product: str, series: pd.Series, colour: str, c: Palette
) -> None:
    line = thin(series.sort_index())
    figure.add_scatter(
        x=stamps(pd.DatetimeIndex(line.index)),
        y=(100 * line).round(3),
        name=product,
        mode="lines",
        line={"color": colour, "width": 2.2 if colour == c.accent else 1.4},
        connectgaps=False,
        hovertemplate=f"{product} %{{y:.1f}}<extra></extra>",
    )


def _deepest_day(figure: go.Figure, series: pd.Series, colour: str, c: Palette) -> None:
    """Mark and date the deepest day of the focus; not of a short history."""
    seen = series.dropna()
    # On the last day the end label says it already.
    if len(seen) < LEAST_MARKED or seen.idxmin() == seen.index[-1]:
        return
    day, value = seen.idxmin(), 100 * float(seen.min())
    late = (day - seen.index[0]) / (seen.index[-1] - seen.index[0]) > 0.5
    figure.add_scatter(
        x=[stamp(day)],
        y=[round(value, 3)],
        mode="markers",
        hoverinfo="skip",
        marker={"size": 6, "color": c.bg, "line": {"color": colour, "width": 1.6}},
    )
    figure.add_annotation(
        x=stamp(day), y=value, text=numbers.date_iso(day), showarrow=False, yanchor="bottom",
        xanchor="right" if late else "left", xshift=-6 if late else 6, font={"color": colour},
    )  # fmt: skip


def _event(
    figure: go.Figure,
    date: pd.Timestamp,
    name: str,
    span: Scale,
    c: Palette,
    *,
    place: float = 0.5,
) -> None:
    """Dotted line with its name above; near an edge the name leans inward."""
    lean = "right" if place > 1 - NAME_APART else "left" if place < NAME_APART / 2 else "center"
    figure.add_shape(
        type="line", x0=stamp(date), x1=stamp(date), y0=span.low, y1=span.high,
        line={"color": c.rule, "width": 1, "dash": "1px,2px"},
    )  # fmt: skip
    figure.add_annotation(
        x=stamp(date), y=1, yref="paper", yanchor="bottom", showarrow=False, text=name,
        font={"color": c.mute}, align="center", xanchor=lean,
    )  # fmt: skip


def _empty(figure: go.Figure, lang: str) -> go.Figure:
    figure.update_xaxes(range=[0, 1], tickvals=[])
    figure.update_yaxes(range=[0, 1], tickvals=[])
    figure.add_annotation(
        x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, text=say("figure.no_data", lang)
    )
    return figure
