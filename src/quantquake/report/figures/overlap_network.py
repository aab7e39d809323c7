"""Whose books are alike: participants on a circle, joined by what one loses if the other sells."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from quantquake.cascade.overlap import Overlap
from quantquake.report import numbers
from quantquake.report.figures.overlap_layout import angles, around, bent, drawn_edges, exposed
from quantquake.report.figures.seller_colours import seller_colours
from quantquake.report.figures.template import blank, plain
from quantquake.report.theme import Palette, palette
from quantquake.report.words import name as named
from quantquake.report.words import say

FloatArray = npt.NDArray[np.float64]

HEIGHT = 340
WIDEST, THINNEST = 10.0, 0.5  # of an edge [px]
LARGEST, SMALLEST = 40.0, 10.0  # across a node [px]
#: Half a node that fits between the circle and the names without pushing them. [px]
CLEAR = 8.0
#: From this many nodes on the holders are points, and edges hair lines.
MANY = 24


def overlap_network(
    overlap: Overlap,
    *,
    kinds: Mapping[str, str],
    hit: pd.Series | None = None,
    currency: str = "CNY",
    lang: str = "en",
    theme: str = "light",
    height: int = HEIGHT,
) -> go.Figure:
    """Draw the network of books by overlap.

    Parameters
    ----------
    overlap : Overlap
        Of participants or of holders.
    kinds : mapping of str to str
        Kind of each participant, for its colour.
    hit : Series by participant, optional
        Share of its holders that were called, stopped or in default in the run; those nodes carry a
        ring. [1]
    currency, lang, theme, height
        As elsewhere.

    Returns
    -------
    Figure
        Nodes by size of the book; edges by what the more exposed of the two loses, as a share of
        its equity, if the other closes its book at linear impact; dashed where that is a gain.
    """
    c = palette(theme)
    figure = blank(theme, height=height, margin={"l": 0, "r": 0, "t": 6, "b": 6})
    nodes = overlap.nodes
    order = around(overlap)
    at = angles([str(nodes["participant"].iloc[i]) for i in order])
    place = np.empty((len(order), 2))
    place[order] = np.column_stack([np.cos(at), np.sin(at)])
    colours = seller_colours(kinds, theme)
    _edges(figure, overlap, place, c)
    _nodes(figure, nodes, place, colours, hit, c, lang, currency)
    _labels(figure, nodes, place, colours, hit, c, lang, currency)
    figure.update_xaxes(range=[-2.9, 2.9], visible=False)
    figure.update_yaxes(range=[-1.34, 1.34], visible=False, scaleanchor="x", showgrid=False)
    figure.update_layout(hovermode="closest")
    return figure


def _edges(figure: go.Figure, overlap: Overlap, place: FloatArray, c: Palette) -> None:
    pairs = exposed(overlap)
    largest = float(pairs["size"].abs().max()) if len(pairs) else 0.0
    if not largest > 0:
        return
    many = len(place) >= MANY
    for one, other, size in drawn_edges(pairs, largest).itertuples(index=False):
        strength = abs(size) / largest
        x, y = bent(place[one], place[other])
        figure.add_scatter(
            x=x, y=y, mode="lines", hoverinfo="skip", opacity=0.3 if many else 0.3 + 0.5 * strength,
            line={
                "color": c.cold if size < 0 else c.rule, "shape": "spline",
                "width": THINNEST + (1.0 if many else WIDEST) * strength,
                "dash": "4px,3px" if size < 0 else "solid",
            },
        )  # fmt: skip
    if not many:
        top = pairs.loc[pairs["size"].abs().idxmax()]
        _say_strongest(figure, place[int(top["one"])], place[int(top["other"])], top["size"], c)


def _say_strongest(
    figure: go.Figure, one: FloatArray, other: FloatArray, size: float, c: Palette
) -> None:
    x, y = bent(one, other)
    figure.add_annotation(
        x=x[6], y=y[6], showarrow=False, text=numbers.percent(abs(float(size)), 0),
        font={"color": c.ink}, bgcolor=c.bg, borderpad=1, opacity=0.9,
    )  # fmt: skip


def _nodes(
    figure: go.Figure,
    nodes: pd.DataFrame,
    place: FloatArray,
    colours: Mapping[str, tuple[str, str]],
    hit: pd.Series | None,
    c: Palette,
    lang: str,
    currency: str,
) -> None:
    across = _across(nodes)
    people = [str(p) for p in nodes["participant"]]
    struck = [hit is not None and float(hit.get(p, 0.0)) > 0 for p in people]
    figure.add_scatter(
        x=place[:, 0].round(4), y=place[:, 1].round(4), mode="markers",
        marker={
            "size": across.round(1), "opacity": 1, "color": [colours[p][0] for p in people],
            "line": {
                "width": [2.4 if s and len(nodes) < MANY else 1.0 for s in struck],
                "color": [c.ink if s else c.bg for s in struck],
            },
        },
        customdata=[_told(str(n), row, lang, currency) for n, row in nodes.iterrows()],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _across(nodes: pd.DataFrame) -> FloatArray:
    """Diameter of each node, by the root of the book. [px]"""
    gross = nodes["gross"].to_numpy()
    crowd = max(1.0, len(nodes) / 12)
    across = np.maximum(LARGEST * np.sqrt(gross / gross.max()), SMALLEST) / crowd
    return np.asarray(np.maximum(across, 4.0))


def _told(node: str, row: pd.Series, lang: str, currency: str) -> str:
    size = numbers.money(float(row["gross"]), lang, currency)
    leverage = float(row["leverage"])
    times = "" if math.isnan(leverage) else f" · {numbers.number(leverage, 1)}×"
    return f"{plain(named(node, lang))} · {size}{times}"


def _labels(
    figure: go.Figure,
    nodes: pd.DataFrame,
    place: FloatArray,
    colours: Mapping[str, tuple[str, str]],
    hit: pd.Series | None,
    c: Palette,
    lang: str,
    currency: str,
) -> None:
    """Name each participant outside the circle, beside the middle of its holders."""
    people = nodes["participant"].to_numpy().astype(str)
    room = _across(nodes) / 2 - CLEAR
    for participant in dict.fromkeys(people):
        mine = people == participant
        x, y = place[mine].mean(axis=0)
        away = math.hypot(x, y) or 1.0
        x, y = 1.21 * x / away, 1.2 * y / away
        side = "left" if x > 0.05 else "right" if x < -0.05 else "center"
        # A large node reaches beyond the room the circle leaves to its name.
        push = max(float(room[mine].max()), 0.0)
        figure.add_annotation(
            x=x, y=y, xanchor=side, yanchor=_upright(side, y),
            xshift={"left": push, "right": -push, "center": 0.0}[side],
            yshift=0.0 if side != "center" else push if y > 0 else -push,
            align=side, showarrow=False, font={"color": c.mute},
            text=_label(participant, nodes[mine], colours[participant][1], hit, c, lang, currency),
        )  # fmt: skip


def _upright(side: str, y: float) -> str:
    return "middle" if side != "center" else "bottom" if y > 0 else "top"


def _label(
    participant: str,
    nodes: pd.DataFrame,
    colour: str,
    hit: pd.Series | None,
    c: Palette,
    lang: str,
    currency: str,
) -> str:
    gross, equity = float(nodes["gross"].sum()), float(nodes["equity"].sum(min_count=1))
    row = pd.Series({"gross": gross, "leverage": gross / equity if equity > 0 else math.nan})
    lead, _, rest = _told(participant, row, lang, currency).partition(" · ")
    text = f"<span style='color:{colour}'><b>{lead}</b></span><br>{rest}"
    struck = 0.0 if hit is None else float(hit.get(participant, 0.0))
    if struck > 0:
        holders = int(nodes["holders"].sum())
        said = say("simulate.struck", lang, n=round(struck * holders), total=holders)
        text += f"<br><span style='color:{c.ink}'>{said}</span>"
    return text
