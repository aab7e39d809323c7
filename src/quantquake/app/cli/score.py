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

    from quantquake.app.inputs import Inputs
    from quantquake.data.store import Store
    from quantquake.data.store.call_log import Receipt
    from quantquake.report.parts import ReportParts

Preset = Annotated[
    str, typer.Option("--preset", help="Reading of the source's ambiguities, e.g. literal.")
]
Only = Annotated[
    list[str] | None, typer.Option("--basket", help="Only baskets of this name; repeatable.")
]

Log = Annotated[
    bool,
    typer.Option("--log", help="Seal the day's calls in the log that `evidence --log` settles."),
]


def score(
    prices: OptionalPrices = None,
    index: Indices = None,
    themes: Themes = None,
    basket: Only = None,
    preset: Preset = "default",
    as_of: AsOf = None,
    volume_unit: VolumeUnit = None,
    log: Log = False,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Score how crowded each basket is.

    Dimensions the input does not allow are shown as missing, never counted as zero.
    """
    from quantquake.app.assemble import build_scores
    from quantquake.app.inputs import read_inputs

    check_place(out, (prices, *(index or ()), themes))
    store = _store() if log else None
    with steps(title="reading") as step:
        inputs = read_inputs(
            prices=prices,
            index=index or (),
            theme_file=themes,
            # A log must know how far the tables reach; the scores see nothing after the day anyway.
            as_of=None if log else as_of,
            volume_unit=volume_unit,
        )
        parts = build_scores(inputs, as_of=as_of, only=basket, preset=preset, step=step)
    receipt = _seal(store, parts, inputs, preset) if store is not None else None
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(parts, lang, width),
        payload=lambda: payload(parts, lang) | _sealed(receipt),
        frame=lambda: frame(parts),
        page=lambda: _page(parts, lang),
    )
    if receipt is not None:
        _say_sealed(receipt, lang, to_stdout=fmt is Format.table and out is None)


def _store() -> Store:
    """Open the store before anything is computed: a folder that cannot be written says so now."""
    from quantquake.data.store import Store

    return Store()


def _seal(store: Store, parts: ReportParts, inputs: Inputs, preset: str) -> Receipt:
    from quantquake.app.calls import calls_of

    return store.calls.append(calls_of(parts, inputs, preset=preset))


def _sealed(receipt: Receipt | None) -> dict[str, Any]:
    """What `--log` adds to the JSON: ``log`` with new, known, revised, late, head (rows:hash)."""
    if receipt is None:
        return {}
    counts = {key: getattr(receipt, key) for key in ("new", "known", "revised", "late")}
    return {"log": {**counts, "head": str(receipt.head)}}


def _say_sealed(receipt: Receipt, lang: str, *, to_stdout: bool) -> None:
    from quantquake.report.call_log import receipt_text

    # Beside JSON or CSV on standard output it would spoil the document.
    typer.echo(receipt_text(receipt, lang=lang), err=not to_stdout)


def payload(parts: ReportParts, lang: str) -> dict[str, Any]:
    """The JSON answer; one entry a basket, percentiles and contributions as of the date.

    ``fall_probability``: one row a horizon with `horizon`, `loss`, `probability` (barrier formula on
    EWMA volatility; crowding is no part of it), `usual` (share of earlier days), `volatility`.
    """
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
        "evidence": None if row.evidence is None else row.evidence._asdict(),
        "fall_probability": [] if row.outlook is None else row.outlook.rows(),
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
            **_record(row.evidence),
            **_chances(row.outlook),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("basket")


def _record(seen: Any) -> dict[str, Any]:
    """What followed the basket's past alarms, beside its score."""
    if seen is None:
        return {"alarms": None, "hits": None, "chance": None, "verdict": None}
    return {
        "alarms": seen.alarms,
        "hits": seen.hits,
        "chance": seen.base_rate,
        "verdict": seen.verdict,
    }


def _chances(outlook: Any) -> dict[str, Any]:
    """Chance of a fall within each horizon, by volatility alone."""
    return {f"fall_{one.horizon}": one.probability for one in getattr(outlook, "chances", ())}


def _table(parts: ReportParts, lang: str, width: int) -> Any:
    from quantquake.report.single import score_screen

    return score_screen(parts, lang=lang, width=width)


def _page(parts: ReportParts, lang: str) -> str:
    from quantquake.report.html import build_report

    return build_report(parts, lang=lang)
