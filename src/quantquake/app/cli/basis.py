"""`quantquake basis`: what hedging costs, contract by contract; sub-views go into detail."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from quantquake.app.cli.basis_views import (
    Members,
    MethodName,
    Payouts,
    Yield,
    history,
    ledger,
    parity,
    roll,
)
from quantquake.app.cli.options import (
    AsOf,
    Format,
    Indices,
    Lang,
    Language,
    OptionalFutures,
    Out,
    OutputFormat,
)
from quantquake.app.cli.output import emit, steps
from quantquake.app.cli.places import check_place

Product = Annotated[
    str | None, typer.Option("--product", help="One product, e.g. IF; default: all of them.")
]

#: Typer shows only this child of the class of complaints.
_MISSING: type[Exception] = typer.BadParameter.__bases__[0]

basis = typer.Typer(name="basis", rich_markup_mode=None)


@basis.callback(invoke_without_command=True)
def _basis(
    context: typer.Context,
    futures: OptionalFutures = None,
    index: Indices = None,
    product: Product = None,
    method: MethodName = "months",
    dividend_yield: Yield = None,
    payouts: Payouts = None,
    members: Members = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Show what hedging costs, contract by contract.

    Term structure, annualised discount and the cost a hedge locks in; a discount is negative.
    Sub-views: history, roll, ledger, parity; `curve` is what you get without one.
    """
    if context.invoked_subcommand is None:
        curve(
            futures, index, product, method, dividend_yield, payouts, members, as_of, fmt, out, lang
        )
    elif futures is not None or out is not None:
        from quantquake.errors import ConfigError

        raise ConfigError(
            f"options of `basis` stand before {context.invoked_subcommand!r}: they would not "
            "reach it. Write them after the sub-view's name."
        )


@basis.command("curve")
def curve(
    futures: OptionalFutures = None,
    index: Indices = None,
    product: Product = None,
    method: MethodName = "months",
    dividend_yield: Yield = None,
    payouts: Payouts = None,
    members: Members = None,
    as_of: AsOf = None,
    fmt: OutputFormat = Format.table,
    out: Out = None,
    lang: Lang = Language.en,
) -> None:
    """Show the term structure of every product on one day."""
    from quantquake.app.assemble import build_basis
    from quantquake.app.cli.basis_answers.history import named_method
    from quantquake.app.dividend_input import read_dividends
    from quantquake.app.inputs import read_inputs

    check_place(out, (futures, dividend_yield, payouts, members, *(index or ())))
    with steps(title="reading") as step:
        chosen, paid = named_method(method), read_dividends(dividend_yield, payouts, members)
        inputs = read_inputs(futures=needed(futures), index=index or (), as_of=as_of)
        parts = build_basis(
            inputs, as_of=as_of, product=product, method=chosen, dividends=paid, step=step
        )
    emit(
        fmt=fmt,
        out=out,
        table=lambda width: _table(parts, lang, width),
        payload=lambda: payload(parts),
        frame=lambda: frame(parts),
        page=lambda: _page(parts, lang),
    )


for view in (history, roll, ledger, parity):
    basis.command()(view)


def needed(futures: str | None) -> str:
    """Name the missing option as typer would (it is optional only where a sub-view follows)."""
    if futures is None:
        raise _MISSING("Missing option '--futures'")
    return futures


def payload(parts: Any) -> dict[str, Any]:
    """The JSON answer; rates are fractions, a discount is negative."""
    from quantquake.types import jsonable

    return jsonable(
        {
            "schema": "quantquake.basis/1",
            "on": parts.as_of,
            "version": parts.version,
            "products": list(parts.basis),
            "substitution": {} if parts.hedge is None else parts.hedge.substitutions,
            "context": () if parts.hedge is None else parts.hedge.context,
            "issues": parts.issues,
        }
    )


def frame(parts: Any) -> Any:
    """One row a contract."""
    import pandas as pd

    return pd.concat([card.curve for card in parts.basis])


def _table(parts: Any, lang: str, width: int) -> Any:
    from quantquake.report.single import basis_screen

    return basis_screen(parts, lang=lang, width=width)


def _page(parts: Any, lang: str) -> str:
    from quantquake.report.html import build_report

    return build_report(parts, lang=lang)
