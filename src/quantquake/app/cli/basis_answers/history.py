"""Discount through time: `quantquake basis history`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from quantquake.app.assemble import build_basis
from quantquake.app.cli.basis_answers.answer import Answer, Step
from quantquake.app.cli.basis_answers.futures_table import read_futures
from quantquake.app.dividend_input import DividendInput
from quantquake.app.hedge_history import past
from quantquake.app.hedging import chain_history
from quantquake.app.inputs import Inputs
from quantquake.errors import ConfigError
from quantquake.measures.basis.chain import products
from quantquake.measures.basis.curve import METHODS, Method
from quantquake.report import hedge_screen


def history_answer(
    futures: str,
    index: Sequence[str],
    product: str | None,
    method: str,
    dividends: DividendInput | None,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Discount through time of one product or all."""
    chosen = named_method(method)
    inputs, on = read_futures(futures, index, as_of)
    wanted = [product.upper()] if product else _quoted(inputs, on)
    found = []
    for name in wanted:
        table = chain_history(inputs, name, dividends=dividends, on=on)
        found.append(past(table, method=chosen))
        step(name)
    table = pd.DataFrame({one["product"]: one["discount"] for one in found}).rename_axis("date")
    parts = build_basis(inputs, as_of=on, product=product, method=chosen, dividends=dividends)
    if parts.hedge is not None:
        parts = replace(parts, hedge=replace(parts.hedge, past=found))
    return Answer(
        schema="quantquake.basis-history/1",
        body={"on": on, "products": found},
        table=table,
        draw=lambda lang, width: hedge_screen.history_screen(found, on, lang, width),
        parts=parts,
        issues=tuple(dict.fromkeys([*inputs.issues, *parts.issues])),
    )


def named_method(method: str) -> Method:
    """Refuse an annualisation that has no definition."""
    for known in METHODS:
        if method == known:
            return known
    raise ConfigError(
        f"--method {method!r} is unknown: the discount would have no definition. Choose one of "
        f"{', '.join(METHODS)}."
    )


def _quoted(inputs: Inputs, on: pd.Timestamp) -> list[str]:
    rows = inputs.futures
    if rows is None:
        return []
    return products(rows[rows["date"] == on]) or products(rows)
