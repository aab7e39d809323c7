"""`quantquake score`: is it crowded, in which sense, how unusual is that?"""

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
    Themes,
    VolumeUnit,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place

if TYPE_CHECKING:
    import pandas as pd

    from quantquake.report.parts import ReportParts

Preset = Annotated[
    str, typer.Option("--preset", help="Reading of the source's ambiguities, e.g. literal.")
]
Only = Annotated[
    list[str] | None, typer.Option("--basket", help="Only baskets of this name; repeatable.")
]


def score(
    prices: OptionalPrices = None,
    index: Indices = None,
    themes: Themes = None,
    basket: Only = None,
    preset: Preset = "default",
    as_of: AsOf = None,
    volume_unit: VolumeUnit = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Score how crowded each basket is, with the dimensions the input allows."""
    from quantquake.app.assemble import build_scores
    from quantquake.app.inputs import read_inputs

    check_place(
        out,
        (
            prices,
            *(index or ()),
            themes,
        ),
    )
    with steps(title="reading") as step:
        inputs = read_inputs(
            prices=prices,
            index=index or (),
            theme_file=themes,
            as_of=as_of,
            volume_unit=volume_unit,
        )
        parts = build_scores(inputs, as_of=as_of, only=basket, preset=preset, step=step)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(parts, lang, width),
        payload=lambda: payload(parts, lang),
        frame=lambda: frame(parts),
        page=lambda: _page(parts, lang),
    )


def payload(parts: ReportParts, lang: str) -> dict[str, Any]:
    """The JSON answer; one entry a basket, percentiles and contributions as of the date."""
    from quantquake.types import jsonable

    return jsonable(
        {
            "schema": "quantquake.score/1",
            "as_of": parts.as_of,
            "version": parts.version,
            "baskets": [_entry(row, parts, lang) for row in parts.rows()],
            "assumptions": parts.assumptions,
            "issues": parts.issues,
        }
    )


def _entry(row: Any, parts: ReportParts, lang: str) -> dict[str, Any]:
    day = row.score.score.loc[: parts.as_of].index[-1]
    return {
        "name": row.basket.name,
        "index": row.basket.index,
        "premium": row.basket.premium,
        "date": day,
        "score": row.score.score[day],
        "signal": bool(row.score.signal[day]),
        "dimensions_present": int(row.score.coverage[day]),
        "dimensions": row.score.dimensions.loc[day],
        "contributions": row.score.contributions(day).to_dict("records"),
        "explanation": row.score.explain(day, lang),
    }


def frame(parts: ReportParts) -> pd.DataFrame:
    """One row a basket: score, signal, coverage and the percentile of every indicator."""
    import pandas as pd

    rows = {}
    for row in parts.rows():
        day = row.score.score.loc[: parts.as_of].index[-1]
        rows[row.basket.name] = {
            "date": f"{day:%Y-%m-%d}",
            "score": row.score.score[day],
            "signal": bool(row.score.signal[day]),
            "dimensions_present": int(row.score.coverage[day]),
            **row.score.percentiles.loc[day].to_dict(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("basket")


def _table(parts: ReportParts, lang: str, width: int) -> Any:
    from quantquake.report.single import score_screen

    return score_screen(parts, lang=lang, width=width)


def _page(parts: ReportParts, lang: str) -> str:
    from quantquake.report.html import build_report

    return build_report(parts, lang=lang)
