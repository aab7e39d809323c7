"""`quantquake demo`: the main job on a made-up market with a planted crowd."""

from __future__ import annotations

from typing import Annotated

import typer

from quantquake.app.cli.options import Format, Lang, Language, OutputFormat, Seed
from quantquake.app.cli.output import steps
from quantquake.app.cli.places import check_place
from quantquake.app.cli.render import deliver, target

PAGE = "quantquake-demo.html"
Page = Annotated[
    str | None,
    typer.Option(
        "--out",
        help="File to write; default: quantquake-demo.html, standard output for json and table.",
    ),
]
Day = Annotated[
    str | None,
    typer.Option("--as-of", "--on", help="Session to stand on; default: the unwind's worst day."),
]
Twin = Annotated[
    bool, typer.Option("--twin", help="The same market without the crowd: alarms are false.")
]


def demo(
    seed: Seed = 2,  # app.demo.SEED, which says why; importing it here would slow --help
    as_of: Day = None,
    twin: Twin = False,
    fmt: OutputFormat = Format.html,
    out: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Measure a made-up market with a planted crowd.

    Builds the seeded market, prints the one-screen answer and writes the page.
    """
    from quantquake.app.demo import demo_parts

    out = target(fmt, out, PAGE)
    check_place(out)
    with steps(title="building the market") as step:
        parts = demo_parts(seed=seed, as_of=as_of, twin=twin, step=step)
    deliver(parts, fmt, lang, out)
