"""Write one answer as a terminal table, JSON, CSV or a page."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from quantquake.app.cli.options import Format
from quantquake.app.cli.places import write

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType


def emit(
    *,
    fmt: Format,
    out: str | None,
    table: Callable[[int], RenderableType],
    payload: Callable[[], Mapping[str, Any]],
    frame: Callable[[], pd.DataFrame],
    page: Callable[[], str],
) -> None:
    """Write the answer in the form asked for; only that form is computed."""
    if fmt is Format.table:
        show(table, out)
        return
    text = {
        Format.json: lambda: json.dumps(payload(), ensure_ascii=False, indent=2, allow_nan=False),
        Format.csv: lambda: frame().to_csv(lineterminator="\n").rstrip("\n"),
        Format.html: page,
    }[fmt]()
    write(text + "\n", out)


#: Columns of a table; more would not be read more easily.
WIDTH = 100


def show(table: Callable[[int], RenderableType], out: str | None = None) -> None:
    """Print a table as wide as the terminal allows, or write it to a file without colour."""
    from rich.console import Console

    if out is None or out == "-":
        console = Console()
        if not console.is_terminal:
            console = Console(width=WIDTH)
        console.print(table(min(WIDTH, console.width)))
        return
    with io.StringIO() as sink:
        Console(file=sink, width=WIDTH, color_system=None).print(table(WIDTH))
        write(sink.getvalue(), out)


@contextmanager
def paths_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show on stderr how many paths are done; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, wanted: int) -> None:
            # A second run of the same name begins again from nothing.
            if what not in tasks or bar.tasks[tasks[what]].completed >= wanted:
                tasks[what] = bar.add_task(what, total=wanted)
            bar.update(tasks[what], completed=done)

        yield progress


@contextmanager
def steps(*, title: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr what a command is doing while it works; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title)

        def step(what: str) -> None:
            bar.update(task, description=what)

        yield step
