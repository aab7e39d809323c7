"""The command line: parse, call the API, print. One file a noun; heavy imports inside commands."""

from __future__ import annotations

import os
import re
import sys

import typer

from quantquake import __version__
from quantquake.app.cli.basis import basis
from quantquake.app.cli.data import data
from quantquake.app.cli.day import day
from quantquake.app.cli.demo import demo
from quantquake.app.cli.evidence import evidence
from quantquake.app.cli.flows import flows
from quantquake.app.cli.report import report
from quantquake.app.cli.score import score
from quantquake.app.cli.sentiment import sentiment
from quantquake.app.cli.simulate import simulate
from quantquake.app.cli.snowball import snowball
from quantquake.app.cli.warmup import warmup
from quantquake.errors import QuantquakeError

app = typer.Typer(
    name="quantquake",
    help=(
        "How crowded is it, who is forced to sell at which level, what happens when they all do, "
        "and what can be done about it.  拥挤度、对冲成本与踩踏推演。"
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (demo, report, score, evidence, day, simulate, snowball, warmup):
    app.command()(command)
app.add_typer(basis)
app.add_typer(flows)
app.add_typer(sentiment, name="sentiment")
app.add_typer(data)

#: Shown on a terminal when kernels are not in the cache; the language asked for is not known yet.
COMPILING = (
    "Compiling for this machine, once (about ten seconds; `quantquake warmup` does all of it) ... "
    "首次使用，正在编译（约十秒）"
)

#: Complaints about verbs and options; typer shows only this child of the class.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"quantquake {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line; bad input ends in one paragraph on stderr and exit 2."""
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a character shows its code (valid in JSON) instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.stderr.isatty():
        # Ten silent seconds look like a hang; the name is that of quantquake._jit.NOTICE.
        os.environ.setdefault("QUANTQUAKE_NOTICE", COMPILING)
    try:
        code = app(prog_name="quantquake", standalone_mode=False)
        sys.stdout.flush()
    except QuantquakeError as error:
        _refuse(str(error))
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a group without a verb: its help
            typer.echo(error.format_message())  # type: ignore[attr-defined]
            return
        _refuse(_misuse(error))
    except typer.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader has left (`| head`); what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(why: str) -> None:
    """End with one paragraph: a line break inside a quoted name must not begin another."""
    typer.echo("quantquake: " + re.sub(r"\s*[\r\n]+\s*", " ", why), err=True)
    sys.exit(2)


def _misuse(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    verb = context.command_path if context is not None else "quantquake"
    said = str(error.format_message()).replace("Value error, ", "").rstrip(".")  # type: ignore[attr-defined]
    return (
        f"{said}. Nothing was run, since it would not be what you asked for. `{verb} --help` lists "
        "what there is."
    )
