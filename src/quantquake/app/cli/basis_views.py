"""Sub-views of `quantquake basis`: history, roll, ledger, parity."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quantquake.app.cli.options import (
    AsOf,
    Format,
    Futures,
    Indices,
    Lang,
    Language,
    Out,
    OutputFormat,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place

Product = Annotated[str | None, typer.Option("--product", help="One product; default: all.")]
One = Annotated[str, typer.Option("--product", help="Product that is short, e.g. IC.")]
MethodName = Annotated[str, typer.Option("--method", help="months, sessions or log.")]
Lots = Annotated[float, typer.Option("--lots", help="Size of the hedge in lots.")]
Horizon = Annotated[int, typer.Option("--horizon", help="Sessions the planner looks ahead.")]
Contract = Annotated[
    str | None, typer.Option("--contract", help="Contract that is short; default: the largest.")
]
BookFile = Annotated[
    str | None, typer.Option("--book", help="Your book: date, stocks, contract, lots[, flow].")
]
NavFile = Annotated[
    str | None, typer.Option("--nav", help="NAVs only: date and one column a fund.")
]
FeeRate = Annotated[float, typer.Option("--fee-rate", min=0.0, help="Fee per traded notional.")]
Chain = Annotated[
    str, typer.Option("--chain", help="Option quotes: expiry, strike, option_type, bid, ask.")
]
Quotes = Annotated[
    str | None, typer.Option("--quotes", help="Futures quotes: contract, expiry, bid, ask.")
]
Spot = Annotated[float, typer.Option("--spot", help="Index level at the moment of the quotes.")]
Rate = Annotated[float, typer.Option("--rate", help="Money-market rate, as a fraction.")]
On = Annotated[str, typer.Option("--as-of", "--on", help="Day of the quotes.")]
Scale = Annotated[float, typer.Option("--scale", help="Index over ETF price, for ETF options.")]
PerPair = Annotated[
    float, typer.Option("--futures-per-pair", help="Futures one option pair hedges, e.g. 0.5.")
]


def history(
    futures: Futures,
    index: Indices = None,
    product: Product = None,
    method: MethodName = "months",
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Show the discount through time: regimes, extremes, where today stands."""
    from quantquake.app.cli.basis_answers import history_answer

    check_place(out, (futures, *(index or ())))
    with steps(title="reading") as step:
        answer = history_answer(futures, index or (), product, method, as_of, step)
    _emit(answer, fmt, out, lang)


def roll(
    futures: Futures,
    product: One,
    index: Indices = None,
    lots: Lots = 50.0,
    horizon: Horizon = 60,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Plan the roll of a hedge and compare it with the habits of a desk."""
    from quantquake.app.cli.basis_answers import roll_answer

    check_place(out, (futures, *(index or ())))
    with steps(title="reading") as step:
        answer = roll_answer(futures, index or (), product, lots, horizon, as_of, step)
    _emit(answer, fmt, out, lang)


def ledger(
    futures: Futures,
    product: One,
    index: Indices = None,
    contract: Contract = None,
    book: BookFile = None,
    nav: NavFile = None,
    fee_rate: FeeRate = 0.0,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Split a hedged book's result into alpha and basis; without a book, by entry date."""
    from quantquake.app.cli.basis_answers import ledger_answer

    check_place(out, (futures, book, nav, *(index or ())))
    with steps(title="reading") as step:
        answer = ledger_answer(
            futures, index or (), product, contract, book, nav, fee_rate, as_of, step
        )
    _emit(answer, fmt, out, lang)


def parity(
    chain: Chain,
    spot: Spot,
    as_of: On,
    quotes: Quotes = None,
    rate: Rate = 0.02,
    scale: Scale = 1.0,
    futures_per_pair: PerPair = 1.0,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Ask whether options can take the discount, at quotes that can be traded."""
    from quantquake.app.cli.basis_answers import parity_answer

    check_place(out, (chain, quotes))
    with steps(title="reading") as step:
        answer = parity_answer(chain, quotes, spot, as_of, rate, scale, futures_per_pair, step)
    _emit(answer, fmt, out, lang)


def _emit(answer: Any, fmt: Format, out: str | None, lang: str) -> None:
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: answer.screen(lang, width),
        payload=answer.payload,
        frame=answer.frame,
        page=lambda: answer.page(lang),
    )
