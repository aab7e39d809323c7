"""`quantquake evidence`: does the warning mean anything?"""

from __future__ import annotations

from typing import Annotated

import typer

from quantquake.app.cli.evidence_options import Asked, check_view, view_of
from quantquake.app.cli.options import (
    AsOf,
    Format,
    Indices,
    Lang,
    Language,
    OptionalPrices,
    Out,
    OutputFormat,
    Seed,
    Themes,
    VolumeUnit,
)

FromLog = Annotated[
    bool, typer.Option("--log", help="Settle the calls of the sealed log (`score --log`) instead.")
]
Forecast = Annotated[
    bool,
    typer.Option("--probability", help="Forecast falls day by day, with and without crowding."),
]
Turn = Annotated[
    bool, typer.Option("--sensitivity", help="Turn the score's four knobs: does the record move?")
]
Before = Annotated[
    str | None,
    typer.Option("--before", help="What single names (--prices) showed before this day."),
]
Weeks = Annotated[int, typer.Option("--weeks", min=1, help="With --before: weeks looked at.")]
Trees = Annotated[
    bool, typer.Option("--trees", help="With --probability: monotone boosted trees too (slow).")
]
KnownHead = Annotated[
    str | None,
    typer.Option("--head", help="Head of the log written down earlier; shows rows cut off since."),
]
Hindsight = Annotated[
    bool, typer.Option("--include-late", help="With --log: count calls made with hindsight, too.")
]
Only = Annotated[
    list[str] | None, typer.Option("--basket", help="Only baskets of this name; repeatable.")
]
Preset = Annotated[str, typer.Option("--preset", help="Reading of the score, e.g. literal.")]
Since = Annotated[str | None, typer.Option("--since", help="Count alarms from this date on.")]
Horizons = Annotated[list[int], typer.Option("--horizon", help="Sessions ahead; repeatable.")]
Loss = Annotated[float, typer.Option("--loss", help="Fall that counts as a hit, as a fraction.")]
ByIndicator = Annotated[
    bool, typer.Option("--indicators", help="Judge every indicator's flag as well as the score.")
]
Draws = Annotated[int, typer.Option("--draws", min=1, help="Histories of the block bootstrap.")]


def evidence(
    context: typer.Context,
    log: FromLog = False,
    probability: Forecast = False,
    sensitivity: Turn = False,
    before: Before = None,
    prices: OptionalPrices = None,
    index: Indices = None,
    themes: Themes = None,
    basket: Only = None,
    preset: Preset = "default",
    indicators: ByIndicator = False,
    horizon: Horizons = [20, 60],  # noqa: B006 - typer reads the default, nothing writes to it
    loss: Loss = 0.05,
    since: Since = None,
    as_of: AsOf = None,
    draws: Draws = 5000,
    weeks: Weeks = 4,
    trees: Trees = False,
    head: KnownHead = None,
    include_late: Hindsight = False,
    volume_unit: VolumeUnit = None,
    seed: Seed = 0,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Judge the alarms: did falls follow more often than chance?

    Counts, base rates, intervals and p-values of every basket, and the chance of a fall from the
    last close. Other views: --log, the calls sealed on the day they were given; --probability,
    forecasts of falls with and without crowding; --sensitivity, the four knobs of the score;
    --before DAY, whether single names showed a sign.
    """
    view = view_of(log=log, probability=probability, sensitivity=sensitivity, before=before)
    check_view(view, context)
    asked = Asked(
        prices=prices,
        index=tuple(index or ()),
        themes=themes,
        basket=tuple(basket or ()),
        preset=preset,
        indicators=indicators,
        horizons=tuple(horizon),
        loss=loss,
        since=since,
        as_of=as_of,
        draws=draws,
        weeks=weeks,
        before=before,
        trees=trees,
        head=head,
        include_late=include_late,
        volume_unit=volume_unit,
        seed=seed,
        fmt=fmt,
        out=out,
        lang=lang,
        given=frozenset(_given(context)),
    )
    from quantquake.app.cli.evidence_views import VIEWS

    VIEWS[view](asked)


def _given(context: typer.Context) -> list[str]:
    """Names of the parameters written on the command line."""
    from quantquake.app.cli.evidence_options import written

    return [name for name in context.params if written(context, name)]
