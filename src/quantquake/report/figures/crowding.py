"""Price, score and the indicators behind it: three aligned strips on one time axis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from quantquake.report import numbers
from quantquake.report.figures.template import (
    DETAIL,
    SMALL,
    EndLabel,
    Scale,
    blank,
    date_axis,
    end_labels,
    plot_height,
    scale,
    stamp,
    stamps,
    thin,
)
from quantquake.report.parts import (
    DIMENSIONS,
    INDICATORS,
    MAX_SCORE,
    ScoreLike,
    crowdedness,
)
from quantquake.report.theme import HEAT_CUTS, Palette, heat_step, palette
from quantquake.report.words import say

PRICE, RUG, SCORE, STRIPS = (0.66, 1.0), (0.61, 0.64), (0.43, 0.575), (0.0, 0.38)
DAY_MS = 86_400_000
MOST_COLUMNS = 420  # about two points per pixel of the strips


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
    _indicator_strips(figure, crowdedness(score).loc[start:], c, lang)
    return figure


def _first_day(score: ScoreLike, price: pd.Series) -> pd.Timestamp:
    """Skip the empty run-in of the longest window, but keep some of the price before it."""
    seen = crowdedness(score).notna().any(axis=1)
    if not seen.any():
        return pd.Timestamp(price.index[0])
    position = int(np.argmax(seen.to_numpy()))
    return pd.Timestamp(seen.index[max(0, position - len(seen) // 20)])


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
    figure.update_layout(yaxis={"range": [span.low, span.high], "tickvals": span.ticks})
    seen = price.dropna()
    if len(seen):
        last = float(seen.iloc[-1])
        label = EndLabel(last, f"<b>{_level(last)}</b> {say('figure.price', lang)}", c.ink)
        end_labels(figure, [label], span, plot_height(figure) * (PRICE[1] - PRICE[0]))


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
    _edge_text(figure, say("figure.alarm_days", lang), rug_middle, c.accent)
    episodes = score.episodes()
    if not len(episodes):
        return
    first = pd.DatetimeIndex(episodes["start"] if "start" in episodes else episodes.index)
    keep = first >= start
    hit = episodes["hit"].to_numpy() if "hit" in episodes else np.zeros(len(first), dtype=bool)
    level = price.reindex(first[keep], method="ffill")
    figure.add_scatter(
        x=stamps(first[keep]), y=level.to_list(), mode="markers", cliponaxis=False,
        name=say("figure.alarm_start", lang), hovertemplate="<extra></extra>", hoverinfo="skip",
        marker={
            "symbol": "triangle-down", "size": 10, "standoff": 4,
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
        _hatch(figure, left, right, 0, MAX_SCORE, "y2", c)


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


def _hatch(
    figure: go.Figure,
    left: pd.Timestamp,
    right: pd.Timestamp,
    bottom: float,
    top: float,
    yaxis: str,
    c: Palette,
) -> None:
    days = max((right - left).days, 1)
    figure.add_bar(
        x=[stamp(left + (right - left) / 2)], y=[top - bottom], base=[bottom], yaxis=yaxis,
        width=[days * DAY_MS], hoverinfo="skip",
        marker={
            "color": "rgba(0,0,0,0)", "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": c.line, "bgcolor": "rgba(0,0,0,0)",
                        "size": 6, "solidity": 0.2},
        },
    )  # fmt: skip


def _score_labels(figure: go.Figure, score: ScoreLike, c: Palette, lang: str) -> None:
    line = score.rules.signal_above
    _alarm_line(figure, line, "y2", c)
    labels = [EndLabel(line + 0.9, say("figure.alarm_line", lang, line=f"{line:g}"), c.ink)]
    seen = [name for name in DIMENSIONS if score.dimensions[name].notna().any()]
    for rank, name in enumerate(seen):
        colour = c.stack_text[list(DIMENSIONS).index(name)]
        labels.append(EndLabel(0.1 + 0.8 * rank, say(f"dimension.{name}", lang), colour))
    pixels = plot_height(figure) * (SCORE[1] - SCORE[0])
    end_labels(figure, labels, Scale(0, MAX_SCORE, []), pixels, yref="y2")


def _alarm_line(figure: go.Figure, line: float, yref: str, c: Palette) -> None:
    figure.add_shape(
        type="line", xref="paper", x0=0, x1=1, yref=yref, y0=line, y1=line,
        line={"color": c.ink, "width": 1, "dash": "4px,3px"},
    )  # fmt: skip


def _indicator_strips(figure: go.Figure, crowded: pd.DataFrame, c: Palette, lang: str) -> None:
    names = list(INDICATORS)[::-1]
    columns = _columns(crowded[names])
    dates = stamps(pd.DatetimeIndex(columns.index))
    figure.add_heatmap(
        x=dates, y=list(range(len(names))), z=columns.to_numpy().T.round(4), yaxis="y3",
        zmin=0, zmax=1, colorscale=_heat_scale(c), showscale=False, ygap=1.5,
        hovertemplate="%{z:.0%}<extra></extra>", hoverongaps=False,
    )  # fmt: skip
    figure.update_layout(
        yaxis3={
            "range": [-0.5, len(names) - 0.5],
            "tickvals": list(range(len(names))),
            "ticktext": [say(f"indicator.{name}", lang) for name in names],
            "showgrid": False,
        }
    )
    for row, name in enumerate(names):
        _strip_end(figure, crowded[name], row, len(names), c)
        if crowded[name].isna().all():
            ends = crowded.index[0], crowded.index[-1]
            _hatch(figure, *ends, row - 0.44, row + 0.44, "y3", c)
            _left_out(figure, row, name, c, lang)


def _columns(crowded: pd.DataFrame) -> pd.DataFrame:
    """Return at most a column a pixel: means over equal runs of days, dated by their last day."""
    run = max(1, -(-len(crowded) // MOST_COLUMNS))
    if run == 1:
        return crowded
    group = np.arange(len(crowded)) // run
    means = crowded.groupby(group).mean()
    means.index = pd.DatetimeIndex(crowded.index[np.minimum((means.index + 1) * run, len(crowded)) - 1])
    return means


def _heat_scale(c: Palette) -> list[list[float | str]]:
    """Return seven flat colours with hard edges at the cuts."""
    edges = [0.0, *(cut / 100 for cut in HEAT_CUTS), 1.0]
    out: list[list[float | str]] = []
    for colour, low, high in zip(c.heat, edges[:-1], edges[1:], strict=True):
        out += [[low, colour], [high, colour]]
    return out


def _strip_end(figure: go.Figure, series: pd.Series, row: int, rows: int, c: Palette) -> None:
    value = float(series.iloc[-1])
    step = heat_step(value)
    colour = c.accent if step == 6 else c.cold if step == 0 else c.mute
    place = STRIPS[0] + (row + 0.5) / rows * (STRIPS[1] - STRIPS[0])
    _edge_text(figure, numbers.percentile(value).replace("<", "&lt;"), place, colour)


def _left_out(figure: go.Figure, row: int, name: str, c: Palette, lang: str) -> None:
    figure.add_annotation(
        x=0.5, xref="paper", y=row, yref="y3", showarrow=False, bgcolor=c.bg, borderpad=1,
        text=say("figure.left_out", lang), font={"color": c.mute, "size": 10.5}, name=name,
    )  # fmt: skip


def _edge_text(figure: go.Figure, text: str, place: float, colour: str) -> None:
    figure.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=6, y=place, yref="paper", yanchor="middle",
        showarrow=False, text=text, font={"color": colour},
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
    end_labels(figure, labels, span, plot_height(figure))
    figure.update_xaxes(**date_axis(pd.DatetimeIndex(score.score.index), lang, most=6))
    figure.update_yaxes(range=[span.low, span.high], tickvals=span.ticks)
    return figure
