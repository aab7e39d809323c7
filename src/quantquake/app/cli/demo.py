"""`quantquake demo`: the main job on a made-up market with a planted crowd."""

from __future__ import annotations

from typing import Annotated

import typer

from quantquake.app.cli.options import Lang, Language, Seed
from quantquake.app.cli.output import show, steps, write

Page = Annotated[str, typer.Option("--out", help="Where to write the page.")]
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
    out: Page = "quantquake-demo.html",
    lang: Lang = Language.en,
) -> None:
    """Measure a made-up market with a planted crowd.

    Builds the seeded market, prints the one-screen answer and writes the page.
    """
    from quantquake.app.demo import demo_parts
    from quantquake.report.html import build_report
    from quantquake.report.terminal import screen

    with steps(title="building the market") as step:
        parts = demo_parts(seed=seed, as_of=as_of, twin=twin, step=step)
        step("page")
        text = build_report(parts, lang=lang)
    write(text, out)
    show(lambda width: screen(parts, lang=lang, path=out, width=width))
