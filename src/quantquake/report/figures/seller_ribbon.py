"""Who sold when: sales stacked above the line by participant, purchases below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.day_axis import day_axis, day_name
from quantquake.report.figures.money_axis import MoneyUnit
from quantquake.report.figures.seller_colours import seller_colours, stack_order
from quantquake.report.figures.template import (
    SMALL,
    EndLabel,
    Scale,
    blank,
    end_labels,
    label_room,
    plain,
    scale,
)
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name as named
from quantquake.report.words import say

#: More clearings than this are added up by day: thinner bars are not seen.
MOST_BARS = 72
#: More participants than this are not told apart by colour.
MOST_NAMES = 11
OTHERS = "\0others"
#: Trades under this share of the tallest bar are not drawn: they would be a line on the axis.
FLAT = 0.002
#: Whoever trades at least this share of its larger side on the other one is told by both.
BOTH = 0.2


def seller_ribbon(
    ledger: pd.DataFrame,
    *,
    days: int,
    rounds: int,
    kinds: Mapping[str, str],
    dates: pd.DatetimeIndex | None = None,
    events: Sequence[tuple[int, str]] = (),
    currency: str = "CNY",
    lang: str = "en",
    theme: str = "light",
    height: int = SMALL,
) -> go.Figure:
    """Draw who sold how much in each clearing, or each day of a long run.

    Parameters
    ----------
    ledger : DataFrame
        ``CascadeResult.ledger``: ``day``, ``round``, ``participant``, ``sold``, ``bought`` [money].
    days, rounds : int
        Of the scenario; one clearing more a day is the closing auction.
    kinds : mapping of str to str
        Kind of each participant, for its colour.
    dates : DatetimeIndex of shape (days,), optional
    events : sequence of (day, short name)
        Dotted lines at the start of the day, named above the plot.
    currency, lang, theme, height
        As elsewhere.

    Returns
    -------
    Figure
        Gross sales above zero, gross purchases below. What the two sides do not match was taken by
        the rest of the market at a lower price and is not drawn.
    """
    c = palette(theme)
    step = _step(days, rounds)
    sold, bought = (_grid(ledger, what, days, step) for what in ("sold", "bought"))
    sold, bought = _merged(sold, bought)
    unit = ribbon_unit(ledger, days=days, rounds=rounds, currency=currency, lang=lang)
    up, down = float(sold.sum(axis=1).max()), float(bought.sum(axis=1).max())
    peak = max(up, down)
    span = scale([up / unit.size, -down / unit.size, 0.0], zero=True, pad=0.06)
    colours = seller_colours(kinds, theme)
    order = [n for n in stack_order(colours, theme) if n in sold] + [OTHERS] * (OTHERS in sold)
    labels = _labels(sold, bought, order, colours, unit, c, lang)
    margin = {"l": 40, "r": label_room(label.text for label in labels), "t": 26, "b": 22}
    figure = blank(theme, height=height, margin=margin)
    for name in order:
        fill = c.mute if name == OTHERS else colours[name][0]
        for table, sign in ((sold, 1.0), (bought, -1.0)):
            money = (sign * table[name] / unit.size).where(table[name] > FLAT * peak)
            _bars(figure, money, _called(name, lang), fill, unit, c, step)
    _marks(figure, events, span, c, days)
    end_labels(figure, labels, span)
    _axes(figure, days, span, dates, lang)
    return figure


def ribbon_unit(
    ledger: pd.DataFrame, *, days: int, rounds: int, currency: str, lang: str
) -> MoneyUnit:
    """Unit the figure counts in; its name stands in the subtitle beside it."""
    step = _step(days, rounds)
    sold, bought = (_grid(ledger, what, days, step).sum(axis=1) for what in ("sold", "bought"))
    return MoneyUnit.fitting(float(max(sold.max(), bought.max(), 0.0)), lang, currency)


def by_day(days: int, rounds: int) -> bool:
    """Whether a run is long enough to be drawn by day instead of by clearing."""
    return _step(days, rounds) == 1


def _step(days: int, rounds: int) -> int:
    return rounds + 1 if days * (rounds + 1) <= MOST_BARS else 1


def _grid(ledger: pd.DataFrame, what: str, days: int, step: int) -> pd.DataFrame:
    """Money by clearing (or day) and participant, every clearing present."""
    slot = (ledger["day"] - 1) * step + (ledger["round"] - 1 if step > 1 else 0)
    by = ledger.groupby([slot.rename("slot"), "participant"], sort=False)[what].sum().unstack()
    return by.reindex(range(days * step)).fillna(0.0).astype(float)


def _merged(sold: pd.DataFrame, bought: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep those who traded most, add up the rest."""
    total = (sold.sum() + bought.sum()).sort_values(ascending=False, kind="stable")
    total = total[total > 0]
    small = list(total.index[MOST_NAMES:]) if len(total) > MOST_NAMES else []
    kept = [n for n in total.index if n not in small]
    out = []
    for table in (sold, bought):
        table = table.reindex(columns=[*kept, *small]).fillna(0.0)
        if small:
            table[OTHERS] = table[small].sum(axis=1)
        out.append(table[[*kept, *([OTHERS] if small else [])]])
    return out[0], out[1]


def _called(name: str, lang: str) -> str:
    return say("simulate.others", lang) if name == OTHERS else plain(named(name, lang))


def _bars(
    figure: go.Figure,
    values: pd.Series,
    text: str,
    fill: str,
    unit: MoneyUnit,
    c: Palette,
    step: int,
) -> None:
    # A hole sent as NaN would make the whole stack above it none; only what is there is sent.
    place = np.flatnonzero(values.notna().to_numpy())
    if not len(place):
        return
    values = values.iloc[place]
    figure.add_bar(
        x=list(place // step + 0.5 + (place % step + 0.5) / step),
        y=values.round(6),
        width=0.86 / step if step > 1 else 0.76, name=text,
        marker={"color": fill, "line": {"color": c.bg, "width": 0.5 if step > 1 else 0.8}},
        customdata=[unit.write(v * unit.size) for v in values],
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )  # fmt: skip


def _marks(
    figure: go.Figure, events: Sequence[tuple[int, str]], span: Scale, c: Palette, days: int
) -> None:
    """Dotted lines; a name too close to the one before is left out, its line stays."""
    named_at = -99.0
    for day, text in sorted(events, key=lambda event: event[0]):  # of a day the first given
        x = day - 0.46
        figure.add_shape(
            type="line", x0=x, x1=x, y0=span.low, y1=span.high, layer="below",
            line={"color": c.rule, "width": 1, "dash": "1px,2px"},
        )  # fmt: skip
        if (x - named_at) / days < 0.16:
            continue
        named_at = x
        late = x > 0.72 * days
        figure.add_annotation(
            x=x, y=1, yref="paper", yanchor="bottom", xanchor="right" if late else "left",
            xshift=3 if late else -3, yshift=3, showarrow=False, text=plain(text), font={"color": c.mute},
        )  # fmt: skip


def _labels(
    sold: pd.DataFrame,
    bought: pd.DataFrame,
    order: Sequence[str],
    colours: Mapping[str, tuple[str, str]],
    unit: MoneyUnit,
    c: Palette,
    lang: str,
) -> list[EndLabel]:
    """Name each participant with its total, sellers in the order of the stack above the line."""
    sells, buys = sold.sum(), bought.sum()
    peak = float(sold.sum(axis=1).max()) / unit.size
    sellers = [n for n in order if sells[n] >= buys[n]]
    found = []
    for rank, name in enumerate(sellers):
        height = peak * (rank + 0.5) / len(sellers)
        money = unit.write(sells[name])
        text = f"{_called(name, lang)} {money}"
        if buys[name] > BOTH * sells[name]:
            text = _both(name, money, unit.write(buys[name]), lang)
        found.append(EndLabel(height, text, c.mute if name == OTHERS else colours[name][1]))
    depth = float(bought.sum(axis=1).max()) / unit.size
    buyers = [n for n in order if n not in sellers]
    for rank, name in enumerate(buyers):
        money = unit.write(buys[name])
        text = say("simulate.bought", lang, name=_called(name, lang), money=money)
        if sells[name] > BOTH * buys[name]:
            text = _both(name, unit.write(sells[name]), money, lang)
        colour = c.mute if name == OTHERS else colours[name][1]
        found.append(EndLabel(-depth * (0.5 + rank) / len(buyers), text, colour))
    return found


def _both(name: str, sold: str, bought: str, lang: str) -> str:
    """Name one that is on both sides, as a long-short book is."""
    return say("simulate.both_sides", lang, name=_called(name, lang), sold=sold, bought=bought)


def _axes(
    figure: go.Figure,
    days: int,
    span: Scale,
    dates: pd.DatetimeIndex | None,
    lang: str,
) -> None:
    ticks = day_axis(days, dates, lang, first=1, most=8)
    figure.update_layout(barmode="relative", hovermode="x unified", bargap=0)
    figure.update_xaxes(**{**ticks, "range": [0.5, days + 0.5]})
    figure.update_xaxes(ticktext=[day_name(d, dates, lang) for d in ticks["tickvals"]])
    figure.update_yaxes(
        range=[span.low, span.high], zeroline=True, tickvals=span.ticks,
        ticktext=[numbers.number(v, _digits(span)) if v else "0" for v in span.ticks],
    )  # fmt: skip


def _digits(span: Scale) -> int:
    step = span.ticks[1] - span.ticks[0] if len(span.ticks) > 1 else 1.0
    return next((d for d in range(3) if abs(step * 10**d - round(step * 10**d)) < 1e-9), 2)
