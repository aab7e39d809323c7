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
MethodName = Annotated[
    str,
    typer.Option(
        "--method",
        help="How roll discounts are annualised: sessions (what a roll locks), months, log.",
    ),
]
Yield = Annotated[
    str | None,
    typer.Option("--dividend-yield", help="Index dividend yield: 0.025, or a table by date."),
]
Payouts = Annotated[
    str | None,
    typer.Option("--payouts", help="Dividends of members: symbol, ex_date, dividend."),
]
Members = Annotated[
    str | None, typer.Option("--members", help="Members on the day: symbol, weight, price.")
]
Leverage = Annotated[
    float | None, typer.Option("--leverage", help="DMA: stocks over own money, e.g. 4.")
]
Financing = Annotated[
    float, typer.Option("--financing", min=0.0, help="DMA: yearly rate on borrowed money.")
]
OwnMoney = Annotated[
    float | None, typer.Option("--own-money", help="DMA: margin in CNY; default stocks/leverage.")
]
Habit = Annotated[
    str,
    typer.Option(
        "--habit", help="Contract a NAV is thought to short: best, front, next, open_interest."
    ),
]
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
EtfPrice = Annotated[
    float | None, typer.Option("--etf-price", help="The chain is of ETF options, at this price.")
]
EtfDividends = Annotated[
    float, typer.Option("--etf-dividends", help="CNY a share the ETF pays by the last expiry.")
]
IndexDividends = Annotated[
    float,
    typer.Option("--index-dividends", help="Points the index drops by until the futures end."),
]
PerPair = Annotated[
    float | None,
    typer.Option("--futures-per-pair", help="Futures one option pair hedges; default by product."),
]
Hedged = Annotated[
    str | None, typer.Option("--product", help="Future that is hedged, e.g. IM: sizes a pair.")
]
BorrowCost = Annotated[
    float | None,
    typer.Option("--borrow-cost", min=0.0, help="Yearly fee of lent stock; default none is lent."),
]


def history(
    futures: Futures,
    index: Indices = None,
    product: Product = None,
    method: MethodName = "sessions",
    dividend_yield: Yield = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Show the discount through time: regimes, extremes, what it moved with, what came after."""
    from quantquake.app.cli.basis_answers import history_answer
    from quantquake.app.dividend_input import read_dividends

    check_place(out, (futures, dividend_yield, *(index or ())))
    with steps(title="reading") as step:
        paid = read_dividends(dividend_yield, None, None)
        answer = history_answer(futures, index or (), product, method, paid, as_of, step)
    _emit(answer, fmt, out, lang)


def roll(
    futures: Futures,
    product: One,
    index: Indices = None,
    lots: Lots = 50.0,
    horizon: Horizon = 60,
    dividend_yield: Yield = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Plan the roll of a hedge and compare it with the habits of a desk."""
    from quantquake.app.cli.basis_answers import roll_answer
    from quantquake.app.dividend_input import read_dividends

    check_place(out, (futures, dividend_yield, *(index or ())))
    with steps(title="reading") as step:
        paid = read_dividends(dividend_yield, None, None)
        answer = roll_answer(futures, index or (), product, lots, horizon, paid, as_of, step)
    _emit(answer, fmt, out, lang)


def ledger(
    futures: Futures,
    product: One,
    index: Indices = None,
    contract: Contract = None,
    book: BookFile = None,
    nav: NavFile = None,
    fee_rate: FeeRate = 0.0,
    leverage: Leverage = None,
    financing: Financing = 0.0,
    own_money: OwnMoney = None,
    habit: Habit = "best",
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Split a hedged book's result into alpha and basis; without a book, by entry date."""
    from quantquake.app.cli.basis_answers import Swap, ledger_answer

    check_place(out, (futures, book, nav, *(index or ())))
    swap = None
    if leverage is not None:
        swap = Swap(leverage=leverage, financing=financing, own_money=own_money)
    with steps(title="reading") as step:
        answer = ledger_answer(
            futures, index or (), product, contract, book, nav, fee_rate, swap, habit, as_of, step
        )
    _emit(answer, fmt, out, lang)


def parity(
    chain: Chain,
    spot: Spot,
    as_of: On,
    quotes: Quotes = None,
    rate: Rate = 0.02,
    product: Hedged = None,
    futures_per_pair: PerPair = None,
    etf_price: EtfPrice = None,
    etf_dividends: EtfDividends = 0.0,
    index_dividends: IndexDividends = 0.0,
    borrow_cost: BorrowCost = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Ask whether options can take the discount, at quotes that can be traded."""
    from quantquake.app.cli.basis_answers import Terms, parity_answer

    check_place(out, (chain, quotes))
    terms = Terms(
        spot=spot, rate=rate, product=product, per_pair=futures_per_pair, etf_price=etf_price,
        etf_dividends=etf_dividends, index_dividends=index_dividends,
        borrow_cost=float("inf") if borrow_cost is None else borrow_cost,
    )  # fmt: skip
    with steps(title="reading") as step:
        answer = parity_answer(chain, quotes, terms, as_of, step)
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
