"""The basis sub-views on the terminal: a sentence, then a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from quantquake.report import numbers
from quantquake.report.hedge_parts import HedgeParts
from quantquake.report.panels.hedge import ENTRY_HEAD, ROLL_HEAD, entry_cells, roll_cells
from quantquake.report.tables import Cell
from quantquake.report.terminal import wrapped
from quantquake.report.words import say

MOST_ROWS = 12


def history_screen(
    found: Sequence[Mapping[str, Any]], on: pd.Timestamp, lang: str, width: int
) -> RenderableType:
    """Return each product's place in its own history, then its regimes."""
    deepest = min(found, key=lambda one: one["today"])
    said = say(
        "history.said", lang, product=deepest["product"],
        rate=numbers.percent(deepest["today"]),
        percentile=numbers.percentile(deepest["percentile"]),
    )  # fmt: skip
    head = ("product", "today", "percentile", "deepest", "shallowest", "regimes", "since", "mean")
    rows = [_history_row(one) for one in found]
    return Group(
        _sentence(said, on, width), _table([say(f"history.{c}", lang) for c in head], rows)
    )


def _history_row(one: Mapping[str, Any]) -> list[str]:
    last = one["regimes"][-1] if one["regimes"] else None
    return [
        one["product"],
        numbers.percent(one["today"], unit=False),
        numbers.percentile(one["percentile"]),
        _extreme(one["deepest"]),
        _extreme(one["shallowest"]),
        numbers.count(len(one["regimes"])),
        numbers.date_iso(last["start"]) if last else "",
        numbers.percent(last["mean"], unit=False) if last else "",
    ]


def _extreme(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return ""
    return f"{numbers.percent(one['value'], unit=False)} {numbers.date_iso(one['date'])}"


def roll_screen(found: Any, lang: str, width: int) -> RenderableType:
    """Return what each way to roll has cost, and the last trades of the plan."""
    habits = found.costs.loc[["front", "next", "open_interest"], "total"]
    said = say(
        "roll.said", lang, product=found.product,
        contract=str(found.paths["planned"].iloc[-1]).split(".")[0],
        planned=numbers.percent(float(found.costs.loc["planned", "total"]), 2),
        start=numbers.date_iso(found.paths.index[0]),
        habit=say(f"roll.{habits.idxmin()}", lang), cost=numbers.percent(float(habits.min()), 2),
    )  # fmt: skip
    table = _table([say(f"roll.{c}", lang) for c in ROLL_HEAD], roll_cells(found.costs, lang))
    foot = wrapped(Text(say("roll.foot", lang), style="dim"), width)
    return Group(_sentence(said, found.origin.as_of, width), table, foot)


def ledger_screen(hedge: HedgeParts, lang: str, width: int) -> RenderableType:
    """Return the book's sentence and last days, or what each entry date locked in."""
    entries = hedge.entries
    blocks: list[RenderableType] = []
    if hedge.ledger is not None:
        blocks += [_sentence(_book(hedge.ledger, lang), hedge.ledger.index[-1], width)]
        blocks += [_ledger_table(hedge.ledger, lang)]
    if entries is not None and len(entries):
        first, last = entries.iloc[0], entries.iloc[-1]
        said = say(
            "ledger.said", lang, contract=hedge.contract.split(".")[0],
            locked=numbers.percent(float(last["locked"])),
            paper=numbers.percent(float(first["paper"]), 2, sign=True),
            opened=numbers.date_iso(entries.index[0]),
        )  # fmt: skip
        blocks.append(_sentence(said, entries.index[-1], width))
        blocks.append(_table([say(f"ledger.{c}", lang) for c in ENTRY_HEAD], entry_cells(entries)))
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


def _ledger_table(ledger: pd.DataFrame, lang: str) -> Table:
    columns = ["alpha", "basis_pnl", "realised", "paper", "locked_cost", "total"]
    rows = [
        [
            numbers.date_iso(pd.Timestamp(str(day))),
            *(numbers.book_money(float(one[c]), lang) for c in columns),
        ]
        for day, one in ledger.iloc[-MOST_ROWS:].iterrows()
    ]
    return _table([say("method.date", lang), *(say(f"ledger.{c}", lang) for c in columns)], rows)


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
            [str(name), *(numbers.percent(float(sums[c]), 2, unit=False) for c in _NAV_COLUMNS)]
        )
    head = [
        say("ledger.manager", lang),
        *(say(f"ledger.{_NAV_WORDS[c]}", lang) for c in _NAV_COLUMNS),
    ]
    return Group(*blocks, _table([head[0], *(f"{h}, %" for h in head[1:])], rows))


_NAV_COLUMNS = ("total", "market", "basis", "alpha")
_NAV_WORDS = {"total": "total", "market": "market", "basis": "basis_pnl", "alpha": "alpha"}


def _nav(one: Any, sums: pd.Series, lang: str) -> str:
    return say(
        "ledger.nav_said", lang, n=len(one.periods),
        **{c: numbers.percent(float(sums[c]), 2, sign=True) for c in _NAV_COLUMNS},
        hedge=numbers.number(one.hedge, 2),
        range=f"{numbers.number(one.hedge_low, 2)}…{numbers.number(one.hedge_high, 2)}",
    )  # fmt: skip


def parity_screen(
    forwards: pd.DataFrame, edges: pd.DataFrame | None, lang: str, width: int
) -> RenderableType:
    """Return implied forwards, and the best trades where futures quotes are there."""
    head = ("expiry", "forward", "low", "high", "strikes", "implied_rate", "implied_dividends")
    rows = [
        [
            numbers.date_iso(pd.Timestamp(str(expiry))),
            *(numbers.number(float(one[c]), 1) for c in ("forward", "low", "high")),
            numbers.count(float(one["strikes"])),
            numbers.percent(float(one["implied_rate"]), 2, unit=False),
            numbers.number(float(one["implied_dividends"]), 1),
        ]
        for expiry, one in forwards.iterrows()
    ]
    table = _table([say(f"parity.{c}", lang) for c in head], rows)
    blocks: list[RenderableType] = [wrapped(Text(_parity(forwards, edges, lang)), width), table]
    if edges is not None:
        names = ("contract", "strike", "side", "edge", "annualised", "on_margin", "lots")
        best = [_edge_row(one, lang) for _, one in edges.head(MOST_ROWS).iterrows()]
        blocks.append(_table([say(f"parity.{c}", lang) for c in names], best))
    return Group(*blocks)


def _edge_row(one: pd.Series, lang: str) -> list[str]:
    return [
        str(one["contract"]),
        numbers.number(float(one["strike"]), 0),
        say(f"parity.{one['side']}", lang),
        numbers.number(float(one["edge"]), 2),
        numbers.percent(float(one["annualised"]), 2, unit=False),
        numbers.percent(float(one["on_margin"]), 2, unit=False),
        numbers.number(float(one["lots"]), 1),
    ]


def _parity(forwards: pd.DataFrame, edges: pd.DataFrame | None, lang: str) -> str:
    if edges is None:
        return say(
            "parity.said_forward", lang,
            expiry=numbers.date_iso(pd.Timestamp(str(forwards.index[0]))),
            forward=numbers.number(float(forwards["forward"].iloc[0]), 1),
        )  # fmt: skip
    best = edges.iloc[0]
    if best["edge"] <= 0:
        return say("parity.said_none", lang, edge=numbers.number(-float(best["edge"]), 2))
    return say(
        "parity.said_edge", lang, contract=best["contract"],
        edge=numbers.number(float(best["edge"]), 2),
        yearly=numbers.percent(float(best["annualised"]), 2),
    )  # fmt: skip


def _sentence(said: str, on: pd.Timestamp | None, width: int) -> Text:
    return wrapped(Text(f"{numbers.date_iso(on)}  ", style="dim").append(said, style="bold"), width)


def _table(head: Sequence[str], rows: Sequence[Sequence[str | Cell]]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for place, text in enumerate(head):
        table.add_column(text, justify="right" if place else "left")
    for row in rows:
        table.add_row(*(str(c.text) if isinstance(c, Cell) else c for c in row))
    return table
