"""Price, score and the indicators behind it: three aligned strips on one time axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.strips import MOST_COLUMNS, STRIPS, indicator_strips
from quantquake.report.figures.template import (
    DAY_MS,
    DETAIL,
    SMALL,
    EndLabel,
    Scale,
    blank,
    date_axis,
    edge_text,
    end_labels,
    hatch,
    scale,
    stamps,
    thin,
)
from quantquake.report.parts import DIMENSIONS, MAX_SCORE, ScoreLike, crowdedness
from quantquake.report.theme import Palette, palette
from quantquake.report.words import say

PRICE, RUG, SCORE = (0.66, 1.0), (0.61, 0.64), (0.43, 0.575)


def price_score_strips(
    score: ScoreLike,
    price: pd.Series,
    *,
    lang: str = "en",
    theme: str = "light",
    height: int = DETAIL,
) -> go.Figure:
    """Draw a basket's price with its alarms, the score by dimension, and every indicator.

    Parameters
    ----------
    score : crowding score
        Fields `score`, `signal`, `dimensions`, `crowdedness`, `rules`, `episodes()`.
    price : Series by date
        Close of the basket. [any base] NaN leaves a gap.
    lang : {"en", "zh"}
    theme : {"light", "dark"}
    height : int
        [px]

    Returns
    -------
    Figure
        Top: price, a triangle on the first day of each alarm (filled where `episodes()` says the
        fall came), a rug of alarm days. Middle: score of 5, stacked by dimension, weekly high
        where the history is long; hatched where there is no score. Bottom: percentile of each
        indicator in its own window, high = crowded (earnings and book yield turned round);
        hatched where no data came, never drawn as 0.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 118, "r": 96, "t": 8, "b": 22})
    start = _first_day(score, price)
    price, values = price.loc[start:], score.score.loc[start:]
    _layout(figure, pd.DatetimeIndex(values.index), lang)
    _price(figure, price, c, lang)
    _alarms(figure, score, price, start, c, lang)
    _stack(figure, score.dimensions.loc[start:], values, c, lang)
    _score_labels(figure, score, c, lang)
    indicator_strips(figure, crowdedness(score).loc[start:], c, lang)
    return figure


def _first_day(score: ScoreLike, price: pd.Series) -> pd.Timestamp:
    """Skip the empty run-in of the longest window; never start before the price that was given."""
    seen = crowdedness(score).notna().any(axis=1)
    if not seen.any():
        return pd.Timestamp((price.index if len(price) else seen.index)[0])
    position = int(np.argmax(seen.to_numpy()))
    start = pd.Timestamp(seen.index[max(0, position - len(seen) // 20)])
    return max(start, pd.Timestamp(price.index[0]))


def _layout(figure: go.Figure, dates: pd.DatetimeIndex, lang: str) -> None:
    strip_domains = {"yaxis": PRICE, "yaxis2": SCORE, "yaxis3": STRIPS, "yaxis4": RUG}
    figure.update_layout(
        **{axis: {"domain": list(domain), "anchor": "x"} for axis, domain in strip_domains.items()},
        bargap=0,
        barmode="stack",
    )
    figure.update_xaxes(**date_axis(dates, lang, most=9), anchor="y3", side="bottom")
    figure.update_layout(
        yaxis4={"range": [0, 1], "showgrid": False, "tickvals": []},
        yaxis2={"range": [0, MAX_SCORE], "tickvals": list(range(MAX_SCORE + 1))},
    )


def _price(figure: go.Figure, price: pd.Series, c: Palette, lang: str) -> None:
    line = thin(price)
    span = scale(price.dropna(), steps=3)
    figure.add_scatter(
        x=stamps(pd.DatetimeIndex(line.index)),
        y=line.round(4),
        mode="lines",
        name=say("figure.price", lang),
        line={"color": c.ink, "width": 1.4},
        hovertemplate="%{y:,.4~g}<extra></extra>",
    )
    figure.update_layout(
        yaxis={
            "range": [span.low, span.high],
            "tickvals": span.ticks,
            "ticktext": [_level(tick) for tick in span.ticks],
        }
    )
    seen = price.dropna()
    if len(seen):
        last = float(seen.iloc[-1])
        label = EndLabel(last, f"<b>{_level(last)}</b> {say('figure.price', lang)}", c.ink)
        end_labels(figure, [label], span, domain=PRICE)


def _level(value: float) -> str:
    return numbers.number(value, 0 if value >= 1000 else 1 if value >= 10 else 3)


def _alarms(
    figure: go.Figure,
    score: ScoreLike,
    price: pd.Series,
    start: pd.Timestamp,
    c: Palette,
    lang: str,
) -> None:
    signal = score.signal.loc[start:].astype(bool)
    days = pd.DatetimeIndex(signal.index[signal.to_numpy()])
    figure.add_scatter(
        x=stamps(days), y=[0.5] * len(days), yaxis="y4", mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 9, "line": {"color": c.accent, "width": 1.6}},
    )  # fmt: skip
    rug_middle = (RUG[0] + RUG[1]) / 2
    edge_text(figure, say("figure.alarm_days", lang), rug_middle, c.accent)
    episodes = score.episodes()
    if not len(episodes):
        return
    first = pd.DatetimeIndex(episodes["start"])
    keep = first >= start
    hit = episodes["hit"].to_numpy() if "hit" in episodes else np.zeros(len(first), dtype=bool)
    # The tip stands clear of the line.
    lift = 0.05 * float(price.max() - price.min())
    level = price.reindex(first[keep], method="ffill") + lift
    figure.add_scatter(
        x=stamps(first[keep]), y=level.to_list(), mode="markers", cliponaxis=False,
        name=say("figure.alarm_start", lang), hovertemplate="<extra></extra>", hoverinfo="skip",
        marker={
            "symbol": "triangle-down", "size": 10,
            "color": [c.accent if h else c.bg for h in hit[keep]],
            "line": {"color": [c.accent if h else c.ink2 for h in hit[keep]], "width": 1.2},
        },
    )  # fmt: skip


def _stack(
    figure: go.Figure, dimensions: pd.DataFrame, values: pd.Series, c: Palette, lang: str
) -> None:
    shown = _week_highs(values)
    parts = dimensions.reindex(shown.index)
    # Dimensions present share five points, so the stack's height is the score itself.
    parts = parts.mul(MAX_SCORE / parts.notna().sum(axis=1).replace(0, np.nan), axis=0)
    width = _bar_width(pd.DatetimeIndex(shown.index))
    for step, name in enumerate(DIMENSIONS):
        heights = parts[name].where(parts[name] > 0)
        drawn = heights.dropna()
        figure.add_bar(
            x=stamps(pd.DatetimeIndex(drawn.index)), y=drawn.round(4), yaxis="y2", width=width,
            name=say(f"dimension.{name}", lang),
            marker={"color": c.stack[step], "line": {"width": 0}},
            hovertemplate=f"{say(f'dimension.{name}', lang)} %{{y:.2f}}<extra></extra>",
        )  # fmt: skip
    for left, right in _gaps(values):
        hatch(figure, left, right, 0, MAX_SCORE, "y2", c)


def _week_highs(values: pd.Series) -> pd.Series:
    """Return the highest score of each week where days would be narrower than half a pixel."""
    seen = values.dropna()
    if len(seen) <= MOST_COLUMNS:
        return seen
    weeks = pd.DatetimeIndex(seen.index).to_period("W")
    return seen.loc[seen.groupby(weeks).idxmax().to_list()]


def _bar_width(index: pd.DatetimeIndex) -> float:
    if len(index) < 2:
        return float(DAY_MS)
    gaps = np.diff(index.to_numpy().astype("datetime64[D]").astype(np.int64))
    return float(np.median(gaps)) * DAY_MS


def _gaps(values: pd.Series) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last day of every run without a value."""
    empty = values.isna().to_numpy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(int)))
    index = values.index
    return [(index[a], index[b - 1]) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _score_labels(figure: go.Figure, score: ScoreLike, c: Palette, lang: str) -> None:
    line = score.rules.signal_above
    _alarm_line(figure, line, "y2", c)
    labels = [EndLabel(line + 0.9, say("figure.alarm_line", lang, line=f"{line:g}"), c.ink)]
    seen = [name for name in DIMENSIONS if score.dimensions[name].notna().any()]
    for rank, name in enumerate(seen):
        colour = c.stack_text[list(DIMENSIONS).index(name)]
        labels.append(EndLabel(0.1 + 0.8 * rank, say(f"dimension.{name}", lang), colour))
    end_labels(figure, labels, Scale(0, MAX_SCORE, []), domain=SCORE)


def _alarm_line(figure: go.Figure, line: float, yref: str, c: Palette) -> None:
    figure.add_shape(
        type="line", xref="paper", x0=0, x1=1, yref=yref, y0=line, y1=line,
        line={"color": c.ink, "width": 1, "dash": "4px,3px"},
    )  # fmt: skip


def score_history(
    score: ScoreLike, *, lang: str = "en", theme: str = "light", height: int = SMALL
) -> go.Figure:
    """Draw the score alone, with the alarm line; gaps are days without a score.

    Returns
    -------
    Figure
        y is the score of 5 [points], dates on x.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 26, "r": 70, "t": 8, "b": 22})
    seen = score.score.loc[score.score.first_valid_index() :]
    line = thin(seen)
    span = Scale(0, MAX_SCORE, list(range(MAX_SCORE + 1)))
    figure.add_scatter(
        x=stamps(pd.DatetimeIndex(line.index)), y=line.round(3), mode="lines",
        name=say("board.score", lang), line={"color": c.accent, "width": 2, "shape": "hv"},
        hovertemplate="%{y:.1f}<extra></extra>",
    )  # fmt: skip
    alarm = score.rules.signal_above
    _alarm_line(figure, alarm, "y", c)
    labels = [EndLabel(alarm, say("figure.alarm_line", lang, line=f"{alarm:g}"), c.ink)]
    last = float(seen.iloc[-1]) if len(seen) else float("nan")
    labels.append(EndLabel(last, f"<b>{numbers.number(last)}</b>", c.accent))
    end_labels(figure, labels, span)
    figure.update_xaxes(**date_axis(pd.DatetimeIndex(score.score.index), lang, most=6))
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks)
    return figure
