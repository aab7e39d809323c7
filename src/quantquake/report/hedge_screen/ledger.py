"""A book's ledger, entries by date, and the split of NAVs on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.hedge_cells import ENTRY_HEAD, entry_cells
from quantquake.report.hedge_parts import HedgeParts
from quantquake.report.hedge_screen.frame import MOST_ROWS, plain_table, sentence
from quantquake.report.terminal import wrapped
from quantquake.report.words import say


def ledger_screen(hedge: HedgeParts, lang: str, width: int) -> RenderableType:
    """Return the book's sentence and last days, or what each entry date locked in."""
    entries = hedge.entries
    blocks: list[RenderableType] = []
    if hedge.ledger is not None:
        blocks += [sentence(_book(hedge.ledger, lang), hedge.ledger.index[-1], width)]
        if hedge.levered is not None:
            blocks.append(wrapped(Text(_levered(hedge.levered, lang)), width))
        blocks += [_ledger_table(hedge.ledger, lang)]
    if entries is not None and len(entries):
        first, last = entries.iloc[0], entries.iloc[-1]
        said = say(
            "ledger.said", lang, contract=hedge.contract.split(".")[0],
            locked=numbers.percent(float(last["locked"])),
            paper=numbers.percent(float(first["paper"]), 2, sign=True),
            opened=numbers.date_iso(entries.index[0]),
        )  # fmt: skip
        blocks.append(sentence(said, entries.index[-1], width))
        blocks.append(
            plain_table([say(f"ledger.{c}", lang) for c in ENTRY_HEAD], entry_cells(entries))
        )
    return Group(*blocks)


def _book(ledger: pd.DataFrame, lang: str) -> str:
    sums = ledger[["alpha", "basis_pnl", "fees", "total"]].sum()
    return say(
        "ledger.book_said", lang,
        total=numbers.book_money(float(sums["total"]), lang),
        alpha=numbers.book_money(float(sums["alpha"]), lang),
        basis=numbers.book_money(float(sums["basis_pnl"]), lang),
        fees=numbers.book_money(float(sums["fees"]), lang),
        owed=numbers.book_money(float(ledger["locked_cost"].iloc[-1]), lang),
    )  # fmt: skip


def _levered(levered: pd.DataFrame, lang: str) -> str:
    sums = levered[["alpha", "basis", "financing", "total"]].sum()
    return say(
        "ledger.levered_said", lang,
        **{c: numbers.percent(float(sums[c]), 1, sign=True) for c in sums.index},
        locked=numbers.percent(float(levered["locked"].iloc[-1]), 1),
    )  # fmt: skip


def _ledger_table(ledger: pd.DataFrame, lang: str) -> Table:
    columns = ["alpha", "basis_pnl", "realised", "paper", "locked_cost", "total"]
    rows = [
        [
            numbers.date_iso(pd.Timestamp(str(day))),
            *(numbers.book_money(float(one[c]), lang) for c in columns),
        ]
        for day, one in ledger.iloc[-MOST_ROWS:].iterrows()
    ]
    return plain_table(
        [say("method.date", lang), *(say(f"ledger.{c}", lang) for c in columns)], rows
    )


def nav_screen(
    found: Mapping[str, Any], bets: Mapping[str, float] | None, lang: str, width: int
) -> RenderableType:
    """Return each fund's split, and how many bets they are."""
    blocks: list[RenderableType] = []
    if bets is not None:
        said = say(
            "ledger.bets_said", lang, n=len(found), bets=numbers.number(bets["bets"]),
            alpha_bets=numbers.number(bets["alpha_bets"]),
        )  # fmt: skip
        blocks.append(wrapped(Text(said), width))
    rows = []
    for name, one in found.items():
        sums = one.periods.sum()
        blocks.append(wrapped(Text(f"{name}: {_nav(one, sums, lang)}"), width))
        rows.append(
            [
                str(name),
                say(f"roll.{one.habit}", lang),
                *(numbers.percent(float(sums[c]), 2, unit=False) for c in _NAV_COLUMNS),
            ]
        )
    head = [f"{say(f'ledger.{_NAV_WORDS[c]}', lang)}, %" for c in _NAV_COLUMNS]
    names = [say("ledger.manager", lang), say("ledger.habit", lang)]
    return Group(*blocks, plain_table([*names, *head], rows))


_NAV_COLUMNS = ("total", "market", "basis", "alpha")
_NAV_WORDS = {"total": "total", "market": "market", "basis": "basis_pnl", "alpha": "alpha"}


def _nav(one: Any, sums: pd.Series, lang: str) -> str:
    return say(
        "ledger.nav_said", lang, n=len(one.periods),
        **{c: numbers.percent(float(sums[c]), 2, sign=True) for c in _NAV_COLUMNS},
        hedge=numbers.number(one.hedge, 2),
        range=f"{numbers.number(one.hedge_low, 2)}…{numbers.number(one.hedge_high, 2)}",
    )  # fmt: skip
