"""The path day by day: prices, basis, who is left, who sold, what happened."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from quantquake.cascade.fund_units import funds_of
from quantquake.report import numbers
from quantquake.report.cascade_parts import CascadeParts
from quantquake.report.cascade_words import event_text
from quantquake.report.figures.day_axis import day_name
from quantquake.report.tables import Cell, signed
from quantquake.report.words import name, say


def day_rows(parts: CascadeParts, lang: str) -> tuple[list[str], list[list[Cell]]]:
    """Return head and rows of the path day by day: prices, basis, who sold, what happened."""
    what, names = parts.priced
    levels = pd.DataFrame({n: parts.path_of(what, n) for n in names})
    moves = levels.pct_change()
    basis = parts.result.basis.dropna(axis=1, how="all")
    funds, left = funds_of(parts.scenario), _left(parts)

    def kind(index: object) -> str:
        return "premium_of" if index in funds else "basis_of"

    sold = parts.result.ledger.groupby(["day", "participant"])["sold"].sum()
    rows = []
    for day in range(1, parts.scenario.days + 1):
        events = parts.events[parts.events["day"] == day]
        rows.append(
            [
                Cell(day_name(day, parts.dates, lang)),
                *(signed(float(moves.loc[day, n])) for n in names),
                *(Cell(numbers.percent(float(basis.loc[day, n]), 2, unit=False)) for n in basis),
                Cell(numbers.percent(float(left[day]), 0, unit=False)),
                Cell(_top_seller(sold, day, parts, lang)),
                Cell(_said(events, parts, lang)),
            ]
        )
    head = [
        say("simulate.day", lang),
        *(name(str(n), lang) for n in names),
        *(say(f"simulate.{kind(n)}", lang, who=name(str(n), lang)) for n in basis),
        *(say(f"simulate.{c}", lang) for c in ("left", "sold_most", "what")),
    ]
    return head, rows


def _left(parts: CascadeParts) -> pd.Series:
    """Share of all holders with a balance sheet that still hold their books, by day."""
    weight = pd.Series({n: parts.counts[n] for n in parts.result.funded}, dtype=float)
    return parts.result.holding_on()[list(weight.index)] @ weight / weight.sum()


def _top_seller(sold: pd.Series, day: int, parts: CascadeParts, lang: str) -> str:
    today = sold.loc[day] if day in sold.index.get_level_values(0) else pd.Series(dtype=float)
    if not len(today) or not today.max() > 0:
        return numbers.MISSING
    money = numbers.money(float(today.max()), lang, parts.scenario.currency)
    return f"{name(str(today.idxmax()), lang)} {money}"


def _said(events: pd.DataFrame, parts: CascadeParts, lang: str) -> str:
    rows: Sequence[str] = [
        event_text(event, parts, lang)
        for _, event in events.iterrows()
        if event["kind"] not in ("largest_seller", "largest_futures_seller")
    ]
    return say("simulate.join", lang).join(rows)
