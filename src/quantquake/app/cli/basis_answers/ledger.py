"""Ledger of a book, attribution of NAVs, entries by date: `quantquake basis ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from quantquake.app.assemble import build_basis
from quantquake.app.book_file import read_book, read_navs
from quantquake.app.cli.basis_answers.answer import Answer, Step
from quantquake.app.cli.basis_answers.futures_table import plain, read_futures, spelled
from quantquake.app.hedging import chain_history, detail
from quantquake.app.inputs import Inputs
from quantquake.data.contracts import INDEX_FUTURES
from quantquake.errors import ConfigError, DataError
from quantquake.report import hedge_screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A book held through a broker's swap (DMA).

    Attributes
    ----------
    leverage : float
        Stocks over own money. [1]
    financing : float
        Yearly rate on what is borrowed. [1/yr]
    own_money : float or None
        [CNY] None: the stocks at the beginning over the leverage.
    """

    leverage: float
    financing: float = 0.0
    own_money: float | None = None

    def lever(self, ledger: pd.DataFrame, stocks: float) -> pd.DataFrame:
        """Return on own money, day by day."""
        from quantquake.book import dma_ledger

        own = stocks / self.leverage if self.own_money is None else self.own_money
        return dma_ledger(ledger, own, leverage=self.leverage, financing=self.financing)


def ledger_answer(
    futures: str,
    index: Sequence[str],
    product: str,
    contract: str | None,
    book: str | None,
    nav: str | None,
    fee_rate: float,
    swap: Swap | None,
    habit: str,
    as_of: str | None,
    step: Step,
) -> Answer:
    """Ledger of a book, attribution of NAVs, or what each entry date locked in."""
    if book and nav:
        raise ConfigError(
            "--book and --nav were both given: a ledger is exact, an attribution a guess, and one "
            "answer cannot be both. Give --book where you have the positions."
        )
    if swap is not None and not book:
        raise ConfigError(
            "--leverage levers the ledger of a book, and no --book was given: there is nothing to "
            "lever. Give --book, or leave --leverage out."
        )
    inputs, on = read_futures(futures, index, as_of)
    table = chain_history(inputs, product)
    if nav:
        return _nav_answer(read_navs(nav), table, habit, on, inputs)
    parts = build_basis(inputs, as_of=on, product=product)
    hedge = detail(table, on, spelled(table, contract))
    levered = None
    if book:
        ledger, stocks = _ledger(book, table, product.upper(), fee_rate, on)
        levered = None if swap is None else swap.lever(ledger, stocks)
        hedge = replace(hedge, ledger=ledger, levered=levered)
    step("ledger")
    shown = pd.DataFrame(hedge.entries if hedge.ledger is None else hedge.ledger)
    return Answer(
        schema="quantquake.basis-ledger/1",
        body={
            "on": on,
            "product": hedge.product,
            "contract": hedge.contract,
            "entries": hedge.entries,
            "ledger": hedge.ledger,
            "levered": levered,
            "nav": None,
        },
        table=shown if levered is None else shown.join(levered.add_prefix("own_")),
        draw=lambda lang, width: hedge_screen.ledger_screen(hedge, lang, width),
        parts=replace(parts, hedge=hedge),
        issues=tuple(dict.fromkeys([*inputs.issues, *parts.issues])),
    )


def _ledger(
    path: str, table: pd.DataFrame, product: str, fee_rate: float, on: pd.Timestamp
) -> tuple[pd.DataFrame, float]:
    """Ledger, and the stocks it began with. [CNY]"""
    from quantquake.book import neutral_ledger

    portfolio, lots = read_book(path)
    portfolio, lots = portfolio.loc[:on], lots.loc[:on]
    known = {plain(name): name for name in table["contract"].unique()}
    lost = [c for c in lots.columns if plain(c) not in known and (lots[c] != 0).any()]
    if lost or lots.empty:
        raise DataError(
            f"{path}: contracts {lost[:4]} are not among the {product} rows of --futures, or no "
            "row lies before the day asked for: their profit would be made up. Give futures that "
            "cover the book, and one product at a time."
        )
    lots = lots[[c for c in lots.columns if plain(c) in known]]
    lots.columns = [known[plain(c)] for c in lots.columns]
    wide = table.pivot(index="date", columns="contract", values="price").reindex(lots.index)
    level = table.drop_duplicates("date").set_index("date")["index_level"].reindex(lots.index)
    ends = table.drop_duplicates("contract").set_index("contract")["expiry"]
    spec = INDEX_FUTURES.get(product)
    if spec is None:
        raise ConfigError(
            f"product {product!r} has no known multiplier: points cannot become money. Use one of "
            f"{', '.join(INDEX_FUTURES)}."
        )
    ledger = neutral_ledger(
        portfolio,
        level,
        wide[lots.columns],
        lots,
        multiplier=spec.multiplier,
        expiry={c: ends[c] for c in lots.columns},
        fee_rate=fee_rate,
    )
    return ledger, float(portfolio["value"].iloc[0])


def _nav_answer(
    navs: pd.DataFrame, table: pd.DataFrame, habit: str, on: pd.Timestamp, inputs: Inputs
) -> Answer:
    from quantquake.book import managers, nav_attribution

    navs = navs.loc[:on]
    found = {name: nav_attribution(navs[name], table, habit=habit) for name in navs.columns}
    summary = managers(navs, table, habit=habit) if navs.shape[1] > 1 else None
    bets = None if summary is None else dict(summary.attrs)
    periods = pd.concat({name: one.periods for name, one in found.items()}, names=["fund", "date"])
    body: dict[str, Any] = {
        "on": on,
        "product": str(table["product"].iloc[0]),
        "contract": None,
        "entries": None,
        "ledger": None,
        "levered": None,
        "nav": {"funds": found, "bets": bets},
    }
    return Answer(
        schema="quantquake.basis-ledger/1",
        body=body,
        table=periods,
        draw=lambda lang, width: hedge_screen.nav_screen(found, bets, lang, width),
        issues=inputs.issues,
    )
