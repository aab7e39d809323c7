"""What every basis screen is made of: a dated sentence, then a plain table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.tables import Cell
from quantquake.report.terminal import wrapped

MOST_ROWS = 12


def sentence(said: str, on: pd.Timestamp | None, width: int) -> Text:
    """Date and what is said of it, wrapped."""
    return wrapped(Text(f"{numbers.date_iso(on)}  ", style="dim").append(said, style="bold"), width)


def plain_table(head: Sequence[str], rows: Sequence[Sequence[str | Cell]]) -> Table:
    """Left-aligned names, right-aligned numbers."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, text in enumerate(head):
        table.add_column(text, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(str(c.text) if isinstance(c, Cell) else c for c in row))
    return table
