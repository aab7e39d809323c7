"""A discount in its own past on the terminal: extremes, causes, what came after deep ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.hedge_cells import (
    EXTREME_HEAD,
    PAST_HEAD,
    SPLIT_HEAD,
    STUDY_HEAD,
    extreme_cells,
    past_cells,
    split_cells,
    study_cells,
)
from quantquake.report.hedge_screen.frame import plain_table, sentence
from quantquake.report.terminal import wrapped
from quantquake.report.words import say


def history_screen(
    found: Sequence[Mapping[str, Any]], on: pd.Timestamp, lang: str, width: int
) -> RenderableType:
    """Return each product's place in its own past, then the study and the split where long enough."""
    deepest = min(found, key=lambda one: one["today"])
    said = say(
        "history.said", lang, product=deepest["product"],
        rate=numbers.percent(deepest["today"]),
        percentile=numbers.percentile(deepest["percentile"]),
    )  # fmt: skip
    method = wrapped(Text(say(f"history.method_{deepest['method']}", lang), style="dim"), width)
    blocks: list[RenderableType] = [sentence(said, on, width), method]
    past, extremes = past_cells(found), extreme_cells(found)
    for heads, rows, foot in (
        (PAST_HEAD, past, None),
        (
            (PAST_HEAD[0], *EXTREME_HEAD),
            [[a[0], *b] for a, b in zip(past, extremes, strict=True)],
            "rows_foot",
        ),
        (STUDY_HEAD, study_cells(found, lang), "study_foot"),
        (SPLIT_HEAD, split_cells(found, lang), "split_foot"),
    ):
        if not rows:
            continue
        blocks.append(plain_table([say(f"history.{c}", lang) for c in heads], rows))
        if foot is not None:
            blocks.append(wrapped(Text(say(f"history.{foot}", lang), style="dim"), width))
    return Group(*blocks)
