"""Options that mean the same in every command."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"


class Language(StrEnum):
    """Language of words for people; numbers and JSON keys never change."""

    en = "en"
    zh = "zh"


Prices = Annotated[
    str,
    typer.Option(
        "--prices", help="Daily stock bars: Parquet, CSV or Excel; '-' reads standard input."
    ),
]
OptionalPrices = Annotated[
    str | None,
    typer.Option("--prices", help="Daily stock bars: Parquet, CSV or Excel; '-' reads stdin."),
]
Indices = Annotated[
    list[str] | None,
    typer.Option("--index", help="Daily index or fund bars: close, amount if known; repeatable."),
]
Futures = Annotated[
    str, typer.Option("--futures", help="Index futures, one row a contract and day; '-' is stdin.")
]
OptionalFutures = Annotated[
    str | None, typer.Option("--futures", help="Index futures, one row a contract and day.")
]
Themes = Annotated[
    str | None, typer.Option("--themes", help="Baskets of yours: columns theme, symbol[, date].")
]
Benchmark = Annotated[
    str | None,
    typer.Option("--benchmark", help="Index the day is measured against, e.g. 000300.SH."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", "--on", help="Last date to look at, YYYY-MM-DD; default: the newest."),
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to write the answer.")]
Out = Annotated[str | None, typer.Option("--out", help="File to write; default: standard output.")]
Lang = Annotated[Language, typer.Option("--lang", help="Words in English or Chinese.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random number used.")]
VolumeUnit = Annotated[
    str | None,
    typer.Option("--volume-unit", help="'lots' if volume is in lots of 100 shares."),
]
