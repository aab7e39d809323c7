"""`quantquake evidence`: does the warning mean anything?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place
from quantquake.errors import ConfigError

if TYPE_CHECKING:
    from quantquake.app.grid import Grid

FromLog = Annotated[
    bool, typer.Option("--log", help="Settle the calls of the sealed log (`score --log`) instead.")
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
    log: FromLog = False,
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
    head: KnownHead = None,
    include_late: Hindsight = False,
    volume_unit: VolumeUnit = None,
    seed: Seed = 0,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Judge the alarms: did falls follow more often than chance?

    Counts, base rates, intervals and p-values of every basket; with --log, of the calls that were
    sealed on the day they were given.
    """
    if log:
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
        return
    if head is not None or include_late:
        raise ConfigError(
            "--head and --include-late are about the sealed log, which is read with --log only: "
            "they would be passed over. Add --log, or leave them away."
        )
    from quantquake.app.grid import evidence_grid
    from quantquake.app.inputs import read_inputs

    check_place(out, (prices, *(index or ()), themes))
    with steps(title="reading") as step:
        inputs = read_inputs(
            prices=prices,
            index=index or (),
            theme_file=themes,
            as_of=as_of,
            volume_unit=volume_unit,
        )
        grid = evidence_grid(
            inputs,
            as_of=as_of,
            since=since,
            only=basket,
            preset=preset,
            by_indicator=indicators,
            horizons=horizon,
            loss=loss,
            draws=draws,
            seed=seed,
            step=step,
        )
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(grid, lang, width),
        payload=lambda: payload(grid),
        frame=lambda: grid.family.table,
        page=_no_page,
    )


def payload(grid: Grid) -> dict[str, Any]:
    """The JSON answer.

    ``tests``: one row an (indicator, basket, horizon) with the columns of
    `measures.evidence.Evidence.to_frame` and ``q_value, p_family, discovery``; ``pooled``: one row
    an (indicator, horizon) as `measures.pooling.Pooled`; rates are fractions, null where fewer
    than ten episodes allow none.
    """
    from quantquake.types import jsonable

    family = grid.family
    return jsonable(
        {
            "schema": "quantquake.evidence/1",
            "as_of": grid.as_of,
            "tests": family.table,
            "pooled": family.pooled,
            "best": {
                "excess": family.best_excess,
                "excess_by_luck": family.best_excess_by_luck,
                "p_value": family.best_p_value,
            },
            "assumptions": family.origin.assumptions,
            "seed": family.origin.seed,
            "issues": grid.issues,
        }
    )


def _no_page() -> str:
    from quantquake.errors import ConfigError

    raise ConfigError(
        "`evidence` has no page of its own: its box stands beside every score of `report`. Choose "
        "--format table, json or csv, or run `quantquake report`."
    )


def _table(grid: Grid, lang: str, width: int) -> Any:
    from quantquake.report.proof import proof_screen

    return proof_screen(
        grid.family.table, grid.family.pooled, as_of=grid.as_of, notes=grid.issues,
        lang=lang, width=width,
    )  # fmt: skip
