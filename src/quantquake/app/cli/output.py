"""Write one answer as a terminal table, JSON, CSV or a page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quantquake.app.cli.options import Format
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType


def emit(
    *,
    fmt: Format,
    out: str | None,
    table: Callable[[], RenderableType],
    payload: Callable[[], Mapping[str, Any]],
    frame: Callable[[], pd.DataFrame],
    page: Callable[[], str],
) -> None:
    """Write the answer in the form asked for; only that form is computed."""
    if fmt is Format.table:
        _table(table(), out)
        return
    text = {
        Format.json: lambda: json.dumps(payload(), ensure_ascii=False, indent=2, allow_nan=False),
        Format.csv: lambda: frame().to_csv(lineterminator="\n").rstrip("\n"),
        Format.html: page,
    }[fmt]()
    write(text + "\n", out)


def write(text: str, out: str | None) -> None:
    """Write text to a file (made whole or not at all) or to standard output."""
    if out is None:
        sys.stdout.write(text)
        return
    path = Path(out)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".part")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise ConfigError(
            f"cannot write {out!r}: {error.strerror or error}. The answer was computed but is "
            "lost without a place to go. Give --out a file in a folder you may write to."
        ) from error


def _table(renderable: RenderableType, out: str | None) -> None:
    from rich.console import Console

    if out is None:
        Console().print(renderable)
        return
    console = Console(record=True, width=110, file=_Nowhere())
    console.print(renderable)
    write(console.export_text(), out)


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return None


@contextmanager
def steps(total: int, *, title: str) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on stderr while a command works; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=total)

        def step(what: str) -> None:
            bar.update(task, advance=1, description=what)

        yield step
