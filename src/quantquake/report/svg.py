"""Micro-plots as inline SVG, written without a script: sparkline, interval, logo."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from quantquake.report.parts import MAX_SCORE

WIDTH, HEIGHT = 66, 18


def sparkline(values: Sequence[float], text: str, *, line: float, alarm: bool) -> Markup:
    """Draw a year of scores on the fixed axis 0 to 5, with the alarm line and today's dot.

    Parameters
    ----------
    values : sequence of float
        Oldest first. [points] NaN breaks the line.
    text : str
        The same in words, for readers who do not see it.
    line : float
        Score above which the alarm rings. [points]
    alarm : bool
        The dot is in the accent colour during an alarm.
    """
    step = (WIDTH - 6) / max(len(values) - 1, 1)
    height = [HEIGHT - 2 - (HEIGHT - 4) * v / MAX_SCORE for v in values]
    runs, pen = [], "M"
    for place, y in enumerate(height):
        if math.isnan(y):
            pen = "M"
            continue
        runs.append(f"{pen}{place * step + 2:.1f} {y:.1f}")
        pen = "L"
    level = HEIGHT - 2 - (HEIGHT - 4) * line / MAX_SCORE
    body = [f'<path class="spark-line" d="M2 {level:.1f}H{WIDTH - 4}"/>']
    if runs:
        body.append(f'<path class="spark" d="{"".join(runs)}"/>')
    if len(height) and not math.isnan(height[-1]):
        kind = "dot alarm" if alarm else "dot"
        x = (len(values) - 1) * step + 2
        body.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{height[-1]:.1f}" r="2"/>')
    return _svg(WIDTH, HEIGHT, text, body)


def interval(
    rate: float, low: float, high: float, base: float, text: str, *, solid: bool
) -> Markup:
    """Draw a hit rate with its interval and the base rate as an upright, on an axis of 0 to 1.

    Parameters
    ----------
    rate, low, high, base : float
        [1]
    text : str
        The same in words.
    solid : bool
        Filled in the accent colour; False for too few alarms: grey, hollow.
    """
    width = 96
    place = [4 + (width - 8) * min(max(v, 0.0), 1.0) for v in (rate, low, high, base)]
    at, left, right, upright = place
    kind = "" if solid else " few"
    body = [
        f'<path class="axis" d="M4 9H{width - 4}"/>',
        f'<rect class="band{kind}" x="{left:.1f}" y="6.5" width="{right - left:.1f}" height="5"/>',
        f'<path class="upright" d="M{upright:.1f} 3V15"/>',
        f'<circle class="rate{kind}" cx="{at:.1f}" cy="9" r="3"/>',
    ]
    return _svg(width, HEIGHT, text, body)


def _svg(width: int, height: int, text: str, body: list[str]) -> Markup:
    label = escape(text)
    return Markup(
        f'<svg class="micro" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{label}"><title>{label}</title>{"".join(body)}</svg>'
    )
