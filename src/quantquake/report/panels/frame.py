"""What a panel is: a finding as title, one line of units, content, and a foot."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from quantquake.report import numbers
from quantquake.report.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSlot:
    """A figure in the page: its height is set before it is drawn, so that nothing jumps."""

    height: int
    label: str
    specs: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `how` names the entry of the method section, `data` the table under it.

    `kind` is its width, where the page does not fix it.
    """

    code: str
    title: str
    subtitle: str
    foot: str = ""
    how: str = ""
    body: Markup = field(default_factory=Markup)
    figure: FigureSlot | None = None
    data: Markup | None = None
    legend: bool = False
    tag: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Language, themes to draw, and colours of rises and falls."""

    lang: str
    themes: tuple[str, ...]
    updown: str

    def slot(self, draw: Callable[[str], go.Figure], height: int, label: str) -> FigureSlot:
        """Draw a figure once a theme and keep it as text that is safe inside a page."""
        specs = {theme: _spec(draw(theme)) for theme in self.themes}
        return FigureSlot(height=height, label=label, specs=specs)


def _spec(figure: go.Figure) -> str:
    """Return data and layout only, the template resolved by reference to the layout's copy."""
    spec = json.loads(figure.to_json())
    return json.dumps(spec, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")


def span(index: pd.Index, code: str, lang: str) -> str:
    """Say the first and last date of a history."""
    start, end = pd.Timestamp(index.min()), pd.Timestamp(index.max())
    return say(code, lang, start=numbers.date_text(start, lang), end=numbers.date_text(end, lang))
