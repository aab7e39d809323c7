"""`quantquake day`: what kind of day was it?"""

from __future__ import annotations

from typing import Any

from quantquake.app.cli.options import (
    AsOf,
    Benchmark,
    Format,
    Indices,
    Lang,
    Language,
    Out,
    OutputFormat,
    Prices,
    VolumeUnit,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place


def day(
    prices: Prices,
    index: Indices = None,
    benchmark: Benchmark = None,
    as_of: AsOf = None,
    volume_unit: VolumeUnit = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Say what kind of day it was, with the facts.

    Breadth, member against index volatility, contrarian book, size groups, momentum legs.
    """
    from quantquake.app.assemble import build_day
    from quantquake.app.inputs import read_inputs

    check_place(
        out,
        (
            prices,
            *(index or ()),
        ),
    )
    with steps(title="reading") as step:
        inputs = read_inputs(prices=prices, index=index or (), as_of=as_of, volume_unit=volume_unit)
        parts = build_day(inputs, as_of=as_of, index=benchmark, step=step)
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(parts, lang, width),
        payload=lambda: payload(parts),
        frame=lambda: board(parts).to_frame(),
        page=lambda: _page(parts, lang),
    )


def board(parts: Any) -> Any:
    """The measured day."""
    return parts.day


def payload(parts: Any) -> dict[str, Any]:
    """The JSON answer; returns are fractions, a missing gauge is null."""
    from quantquake.types import jsonable

    return {
        "schema": "quantquake.day/1",
        **jsonable(parts.day),
        "issues": jsonable(parts.issues),
    }


def _table(parts: Any, lang: str, width: int) -> Any:
    from quantquake.report.single import day_screen

    return day_screen(parts, lang=lang, width=width)


def _page(parts: Any, lang: str) -> str:
    from quantquake.report.html import build_report

    return build_report(parts, lang=lang)
