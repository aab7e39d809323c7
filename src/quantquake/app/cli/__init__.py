"""The command line: parse, call the API, print. One file a noun; heavy imports inside commands."""

from __future__ import annotations

import sys

import typer

from quantquake import __version__
from quantquake.app.cli.basis import basis
from quantquake.app.cli.data import data
from quantquake.app.cli.day import day
from quantquake.app.cli.demo import demo
from quantquake.app.cli.evidence import evidence
from quantquake.app.cli.report import report
from quantquake.app.cli.score import score
from quantquake.app.cli.sentiment import sentiment
from quantquake.app.cli.warmup import warmup
from quantquake.errors import QuantquakeError

app = typer.Typer(
    name="quantquake",
    help=(
        "How crowded is it, who is forced to sell at which level, what happens when they all do, "
        "and what can be done about it.  拥挤度、对冲成本与踩踏推演。"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (demo, report, score, evidence, basis, day, warmup):
    app.command()(command)
app.add_typer(sentiment, name="sentiment")
app.add_typer(data)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"quantquake {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    del version


def main() -> None:
    """Run the command line; bad input ends in one paragraph on stderr and exit 2."""
    try:
        app()
    except QuantquakeError as error:
        typer.echo(f"quantquake: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
