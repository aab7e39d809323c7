"""A simulation on the terminal: what happened in which order, and what each is left with."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import cascade_days, cascade_paths, numbers
from quantquake.report import cascade_tables as tables
from quantquake.report import cascade_titles as titles
from quantquake.report import cascade_words as words
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.tables import Cell
from quantquake.report.terminal import wrapped
from quantquake.report.words import check_language, name, say

#: Prices shown beside the days: those that end lowest.
MOST_PRICES = 3
#: Least columns left for what happened.
LEAST_STORY = 30
MOST_CHANCES = 12
GAP = 2


def cascade_screen(parts: CascadeParts, *, lang: str = "en", width: int = 96) -> RenderableType:
    """Return the answer of a simulation for a console of at least 80 columns.

    Parameters
    ----------
    parts : CascadeParts
    lang : {"en", "zh"}
    width : int
        Columns to fill.
    """
    check_language(lang)
    blocks: list[RenderableType] = [*_head(parts, lang, width), _days(parts, lang, width)]
    blocks += [Text(line, style="dim") for line in _left_out(parts, lang)] + [Text()]
    if parts.funded:
        rows = tables.holder_rows(parts, lang)
        head = tables.holder_head(lang)
        less = [tables.HOLDER_COLUMNS.index(c) for c in ("holders", "worst", "leverage", "called")]
        blocks += [_title("ends_title", lang), _table(*_fitting(head, rows, less, width))]
    if parts.order is not None and len(parts.order):
        rows = cascade_paths.chance_rows(parts.order.head(MOST_CHANCES), parts, lang)
        blocks += [
            Text(),
            _title("chances_title", lang),
            _table(cascade_paths.chance_head(lang), rows),
        ]
    if parts.against is not None:
        said = wrapped(Text(titles.compared(parts, lang), style="bold"), width)
        blocks += [Text(), said, Text(say("simulate.difference_foot", lang), style="dim")]
        rows = cascade_paths.difference_rows(parts, lang)
        blocks.append(_table(cascade_paths.difference_head(parts, lang), rows))
    return Group(*blocks)


def _head(parts: CascadeParts, lang: str, width: int) -> list[RenderableType]:
    said = f"{words.scenario_title(parts, lang)} · {words.run_line(parts, lang)}"
    return [
        wrapped(Text(titles.headline(parts, lang), style="bold"), width),
        wrapped(Text(said, style="dim"), width),
        Text(words.note(lang), style="dim"),
        Text(),
        Text(f"{say('simulate.order_title', lang)}  ", style="bold").append(
            words.which_path(parts, lang), style="dim not bold"
        ),
    ]


def _title(code: str, lang: str) -> Text:
    return Text(say(f"simulate.{code}", lang), style="bold")


def _days(parts: CascadeParts, lang: str, width: int) -> Table:
    """Days on which something happened for the first time, or to many at once."""
    head, rows = _day_cells(parts, lang, MOST_PRICES, sellers=True)
    # The largest seller stands in the table below as well, prices in the data.
    for most, sellers in ((MOST_PRICES, False), (2, False), (1, False)):
        if _room(head, rows, width) >= LEAST_STORY:
            break
        head, rows = _day_cells(parts, lang, most, sellers=sellers)
    room = _room(head, rows, width)
    table = _empty()
    for place, text in enumerate(head):
        side = "left" if place in (0, len(head) - 1) else "right"
        table.add_column(text, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*row[:-1], wrapped(Text(row[-1]), max(room, LEAST_STORY)))
    return table


def _room(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int:
    """Columns that are left for the last one."""
    fixed = [max(cell_len(r[k]) for r in [head, *rows]) for k in range(len(head) - 1)]
    return width - sum(fixed) - GAP * (len(head) - 1)


def _day_cells(
    parts: CascadeParts, lang: str, most: int, *, sellers: bool
) -> tuple[list[str], list[list[str]]]:
    head, every = cascade_days.day_rows(parts, lang)
    _, names = parts.priced
    ends = parts.ends()
    shown = sorted(sorted(names, key=lambda n: ends[n])[:most], key=names.index)
    basis = list(parts.result.basis.dropna(axis=1, how="all"))
    # Prices, the basis that went deepest, who is left, who sold.
    kept = [0, *(1 + names.index(n) for n in shown)]
    if basis:
        deepest = parts.result.basis[basis].min().idxmin()
        kept.append(1 + len(names) + basis.index(deepest))
    kept += [len(head) - 3, len(head) - 2][: 2 if sellers else 1]
    story = words.stories(parts, lang)
    rows = [[str(every[day - 1][k].text) for k in kept] + [text] for day, text in story.items()]
    marks = [f"{name(n, lang)} %" for n in shown]
    head = [head[k] for k in kept] + [head[-1]]
    head[1 : 1 + len(shown)] = marks
    return head, rows


def _left_out(parts: CascadeParts, lang: str) -> list[str]:
    quiet = parts.scenario.days - len(words.stories(parts, lang))
    if quiet == 0:
        return []
    return [say("simulate.quiet_days", lang, n=numbers.count(quiet))]


def _fitting(
    head: list[str], rows: list[list[Cell]], less: Sequence[int], width: int
) -> tuple[list[str], list[list[Cell]]]:
    """Leave columns out, in the order of `less`, until the table fits."""
    widths = [max(cell_len(str(r[k].text)) for r in rows) for k in range(len(head))]
    widths = [max(w, cell_len(h)) + GAP for w, h in zip(widths, head, strict=True)]
    gone: set[int] = set()
    for place in less:
        if sum(w for k, w in enumerate(widths) if k not in gone) <= width:
            break
        gone.add(place)
    kept = [k for k in range(len(head)) if k not in gone]
    return [head[k] for k in kept], [[row[k] for k in kept] for row in rows]


def _empty() -> Table:
    # One column of padding and one of the box between two columns: GAP.
    return Table(
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="dim"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    table = _empty()
    for place, text in enumerate(head):
        table.add_column(text, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(Text(str(c.text), style="bold" if c.kind == "strong" else "") for c in row))
    return table
