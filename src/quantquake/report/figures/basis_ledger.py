"""Pictures of a hedge's ledger: where the money went, and the way of a basis back to zero."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import (
    MEDIUM,
    blank,
    date_axis,
    plot_height,
    push_apart,
    scale,
    stamp,
    stamps,
    thin,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

#: Columns of the waterfall, in the order of the ledger's sum; fees are taken off.
STEPS = (("alpha", 1), ("realised", 1), ("paper", 1), ("fees", -1))


def ledger_waterfall(
    ledger: pd.DataFrame, *, lang: str = "en", theme: str = "light", height: int = MEDIUM
) -> go.Figure:
    """Draw what made a hedged book's result: skill, basis banked, basis on paper, fees, total.

    Parameters
    ----------
    ledger : DataFrame
        As ``book.ledger.neutral_ledger`` returns it. [CNY]
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        y in CNY; bars stand on the sum so far, the total in ink. The cost still locked in is a
        hollow bar right of the total: owed by expiry, not yet lost.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 64, "r": 12, "t": 22, "b": 40})
    names, bases, sizes, colours = _steps(ledger, c)
    tops = [b + s for b, s in zip(bases, sizes, strict=True)]
    span = scale([*bases, *tops], zero=True, pad=0.14)
    figure.add_bar(
        x=[say(f"ledger.{n}", lang) for n in names],
        y=sizes,
        base=bases,
        marker={"color": colours, "line": {"width": 0}},
        width=0.58,
        customdata=[numbers.book_money(s, lang) for s in sizes],
        hovertemplate="%{x} %{customdata}<extra></extra>",
    )
    _owed(figure, c)
    for name, base, size in zip(names, bases, sizes, strict=True):
        up = size >= 0
        figure.add_annotation(
            x=say(f"ledger.{name}", lang), y=base + size, text=numbers.book_money(size, lang),
            showarrow=False, yanchor="bottom" if up else "top", yshift=2 if up else -2,
            font={"color": c.ink},
        )  # fmt: skip
    figure.update_yaxes(
        range=[span.low, span.high], tickvals=span.ticks, zeroline=True, zerolinecolor=c.mute,
        ticktext=[numbers.book_money(t, lang) for t in span.ticks],
    )  # fmt: skip
    figure.update_layout(hovermode="closest")
    return figure


def _steps(
    ledger: pd.DataFrame, c: Palette
) -> tuple[list[str], list[float], list[float], list[str]]:
    names, bases, sizes, colours, height = [], [], [], [], 0.0
    for name, sign in STEPS:
        last = ledger[name].iloc[-1] if name == "paper" else ledger[name].sum()
        size = sign * float(last)
        if name == "fees" and size == 0.0:
            continue
        names.append(name)
        bases.append(height)
        sizes.append(size)
        colours.append(c.mute if name == "fees" else c.cold if name == "alpha" else c.accent)
        height += size
    owed = -float(ledger["locked_cost"].iloc[-1])
    return (
        [*names, "total", "owed"],
        [*bases, 0.0, height],
        [*sizes, height, owed],
        [*colours, c.ink, "rgba(0,0,0,0)"],
    )


def _owed(figure: go.Figure, c: Palette) -> None:
    """Outline the last bar: it is owed, not lost."""
    count = len(figure.data[0].x)
    line = {"color": [c.bg] * (count - 1) + [c.accent], "width": [0] * (count - 1) + [1.5]}
    figure.data[0].marker.line = line


def basis_to_expiry(
    path: pd.Series,
    entries: pd.DataFrame,
    expiry: pd.Timestamp,
    *,
    lang: str = "en",
    theme: str = "light",
    height: int = MEDIUM,
) -> go.Figure:
    """Draw a contract's basis and, from each entry, the straight line that a short pays to expiry.

    Parameters
    ----------
    path : Series by date
        Basis ratio of the contract. [1]
    entries : DataFrame
        As ``book.entries.entry_dates`` returns it; the last is today.
    expiry : Timestamp
    lang, theme, height
        As elsewhere.

    Returns
    -------
    Figure
        y in per cent of the index, negative = discount; dashed lines end at zero on the last day.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 40, "r": 84, "t": 26, "b": 22})
    line = thin(path.dropna().sort_index())
    values = [*(100 * line), *(100 * entries["basis_ratio"]), 0.0]
    span = scale(values, zero=True, pad=0.1)
    chosen = _chosen(entries)
    for place, opened in enumerate(chosen):
        _dash(figure, opened, chosen[opened], expiry, c, focus=place == len(chosen) - 1)
    figure.add_scatter(
        x=stamps(pd.DatetimeIndex(line.index)), y=(100 * line).round(3), mode="lines",
        line={"color": c.ink, "width": 1.6}, hovertemplate="%{y:.2f}%<extra></extra>",
    )  # fmt: skip
    dates = pd.DatetimeIndex([line.index[0], expiry])
    figure.update_xaxes(**date_axis(dates, lang, most=6))
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks, zeroline=True)
    figure.add_annotation(
        x=stamp(expiry), y=0, yshift=4, xanchor="right", yanchor="bottom", showarrow=False,
        text=say("ledger.expiry", lang), font={"color": c.mute},
    )  # fmt: skip
    _entry_labels(figure, entries.loc[list(chosen)], span.low, span.high, c, lang)
    return figure


def _chosen(entries: pd.DataFrame) -> dict[pd.Timestamp, float]:
    """First, middle and last entry: more lines than three cannot be told apart."""
    places = sorted({0, len(entries) // 2, len(entries) - 1})
    return {entries.index[k]: float(entries["basis_ratio"].iloc[k]) for k in places}


def _dash(
    figure: go.Figure,
    opened: pd.Timestamp,
    ratio: float,
    expiry: pd.Timestamp,
    c: Palette,
    *,
    focus: bool,
) -> None:
    colour = c.accent if focus else c.mute
    figure.add_scatter(
        x=[stamp(opened), stamp(expiry)], y=[round(100 * ratio, 3), 0.0], mode="lines+markers",
        line={"color": colour, "width": 1.4, "dash": "4px,3px"},
        marker={"size": [7, 0], "color": c.bg, "line": {"color": colour, "width": 1.6}},
        hoverinfo="skip",
    )  # fmt: skip


def _entry_labels(
    figure: go.Figure, entries: pd.DataFrame, low: float, high: float, c: Palette, lang: str
) -> None:
    """Name each entry at the right edge, at the height of its basis."""
    height = plot_height(figure)
    places = [(100 * r - low) / (high - low) * height for r in entries["basis_ratio"]]
    for place, (opened, one) in zip(push_apart(places, 27.0), entries.iterrows(), strict=True):
        last = opened == entries.index[-1]
        rate = numbers.percent(float(one["locked"]))
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=4, y=place / height, yref="paper",
            yanchor="middle", showarrow=False, align="left",
            text=f"{numbers.date_short(opened, lang)}<br>{say('ledger.a_year', lang, rate=rate)}",
            font={"color": c.accent if last else c.mute},
        )  # fmt: skip
