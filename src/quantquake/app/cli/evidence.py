"""`quantquake evidence`: does the warning mean anything?"""

from __future__ import annotations

from typing import Annotated

import typer

from quantquake.app.cli.options import (
    Format,
    Indices,
    Lang,
    Language,
    OptionalPrices,
    Out,
    OutputFormat,
    Themes,
    VolumeUnit,
)
from quantquake.errors import ConfigError

FromLog = Annotated[
    bool, typer.Option("--log", help="Settle the calls of the sealed log (`score --log`).")
]
KnownHead = Annotated[
    str | None,
    typer.Option("--head", help="Head of the log written down earlier; shows rows cut off since."),
]
Hindsight = Annotated[
    bool, typer.Option("--include-late", help="Count calls made with hindsight, too.")
]


def evidence(
    log: FromLog = False,
    prices: OptionalPrices = None,
    index: Indices = None,
    themes: Themes = None,
    head: KnownHead = None,
    include_late: Hindsight = False,
    volume_unit: VolumeUnit = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Judge the warnings: with --log, those that were sealed on the day they were given."""
    if not log:
        raise ConfigError(
            "evidence without --log is not built into this command yet: there is nothing to "
            "judge. Add --log, or call quantquake.measures.evidence.evaluate from Python."
        )
    from quantquake.app.cli.track_record import show_track_record

    show_track_record(
        prices=prices,
        index=index or (),
        themes=themes,
        head=head,
        include_late=include_late,
        volume_unit=volume_unit,
        fmt=fmt,
        out=out,
        lang=lang,
    )
