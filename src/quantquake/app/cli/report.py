"""`quantquake report`: one page that answers the three questions from the user's own files."""

from __future__ import annotations

from typing import Annotated

import typer

from quantquake.app.cli.options import (
    AsOf,
    Benchmark,
    Format,
    Indices,
    Lang,
    Language,
    OptionalFutures,
    OptionalPrices,
    OutputFormat,
    Themes,
    VolumeUnit,
)
from quantquake.app.cli.output import steps
from quantquake.app.cli.places import check_place
from quantquake.app.cli.render import deliver, target

PAGE = "report.html"

MarketName = Annotated[
    str, typer.Option("--market", help="Name of the market in the head, e.g. china-a, us.")
]
Page = Annotated[
    str | None,
    typer.Option(
        "--out", help="File to write; default: report.html, standard output for json and table."
    ),
]


def report(
    prices: OptionalPrices = None,
    index: Indices = None,
    futures: OptionalFutures = None,
    themes: Themes = None,
    benchmark: Benchmark = None,
    market: MarketName = "china-a",
    as_of: AsOf = None,
    volume_unit: VolumeUnit = None,
    fmt: OutputFormat = Format.html,
    out: Page = None,
    lang: Lang = Language.en,
) -> None:
    """Write one offline page from your own files.

    The page answers three questions; its one-screen answer is printed too.
    """
    from quantquake.app.assemble import build_parts
    from quantquake.app.inputs import read_inputs

    out = target(fmt, out, PAGE)
    check_place(out, (prices, *(index or ()), futures, themes))
    with steps(title="reading") as step:
        inputs = read_inputs(
            prices=prices,
            index=index or (),
            futures=futures,
            theme_file=themes,
            as_of=as_of,
            volume_unit=volume_unit,
        )
        parts = build_parts(inputs, market=market, as_of=as_of, index=benchmark, step=step)
    deliver(parts, fmt, lang, out)
