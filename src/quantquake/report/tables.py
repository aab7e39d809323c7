"""Tables as HTML fragments: first column left, numbers right, rules between rows only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from quantquake.report import numbers
from quantquake.report.parts import BasisLike, DayLike
from quantquake.report.words import name, say


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table cell and the classes it is printed with."""

    text: str | Markup
    kind: str = ""

    def html(self, tag: str = "td") -> Markup:
        """Return the cell as HTML."""
        kind = f' class="{self.kind}"' if self.kind else ""
        scope = ' scope="row"' if tag == "th" else ""
        return Markup(f"<{tag}{kind}{scope}>{escape(self.text)}</{tag}>")


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], *, kind: str = "") -> Markup:
    """Return an HTML table; the first cell of every row is its header.

    Parameters
    ----------
    head : sequence of str
        One text a column.
    rows : sequence of sequences of Cell
    kind : str
        Class of the table.
    """
    top = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    body = "".join(
        "<tr>" + "".join(c.html("th" if i == 0 else "td") for i, c in enumerate(row)) + "</tr>"
        for row in rows
    )
    return Markup(
        f'<div class="scroll"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def signed(value: float | None, digits: int = 1) -> Cell:
    """Return a percentage in the colour of a rise or a fall, always with its sign."""
    text = numbers.percent(value, digits, sign=True, unit=False)
    if value is None or math.isnan(value) or text == numbers.number(0.0, digits):
        return Cell(text)
    return Cell(text, "rise" if value > 0 else "fall")


def basis_head(cards: Sequence[BasisLike]) -> list[str]:
    """Return the columns of the table of products: dividends only where they were given."""
    paid = any(not numbers.is_missing(card.adjusted_annual) for card in cards)
    after = ["after_dividends"] if paid else []
    return ["product", "basis_ratio", "nav_move", "new_money", *after, "cheapest"]


def basis_cells(card: BasisLike) -> dict[str, Cell]:
    """Return one product's day by column: front basis, money in, new money, cheapest to open."""
    return {
        "product": Cell(card.product, "strong"),
        "basis_ratio": Cell(numbers.percent(front_ratio(card), 2, unit=False)),
        "nav_move": signed(card.nav_move, 2),
        "new_money": Cell(numbers.percent(card.weighted_discount, 1, unit=False), "strong"),
        "after_dividends": Cell(numbers.percent(-card.adjusted_annual, 1, unit=False)),
        "cheapest": Cell((card.cheapest or "").split(".")[0]),
    }


def basis_table(cards: Sequence[BasisLike], lang: str, *, narrow: bool = False) -> Markup:
    """Return each product on the day: front basis, effect on money in, cost for new money.

    A narrow one, beside other panels, leaves out the contract to open.
    """
    head = [code for code in basis_head(cards) if not narrow or code != "cheapest"]
    body = [[basis_cells(card)[code] for code in head] for card in cards]
    return table([say(f"basis.{c}", lang) for c in head], body, kind="plain")


def front_ratio(card: BasisLike) -> float:
    """Return the basis ratio of the nearest contract. [1]"""
    return float(card.curve["basis_ratio"].loc[card.front])


CONTRACT_HEAD = ("contract", "days_left", "price", "basis", "basis_ratio", "annualised", "roll",
                 "open_interest")  # fmt: skip
#: Where dividends were given they take the place of points and open interest: a terminal is narrow.
PAID_HEAD = ("contract", "days_left", "price", "basis_ratio", "annualised", "dividends", "adjusted",
             "financing", "roll")  # fmt: skip


def contract_head(curve: pd.DataFrame) -> list[str]:
    """Return the columns of a table of contracts."""
    return list(PAID_HEAD if "dividends" in curve else CONTRACT_HEAD)


def contract_cells(card: BasisLike) -> list[dict[str, Cell]]:
    """Return one row a contract by column, nearest first; rates in percent."""
    method = getattr(card, "method", "months")
    rows = []
    for symbol, one in card.curve.iterrows():

        def rate(name: str, digits: int, one: pd.Series = one) -> Cell:
            return Cell(numbers.percent(float(one.get(name, np.nan)), digits, unit=False))

        def points(name: str, digits: int, one: pd.Series = one) -> Cell:
            return Cell(numbers.number(float(one.get(name, np.nan)), digits))

        near = bool(one.get("near_expiry", False))
        rows.append(
            {
                "contract": Cell(str(symbol).split(".")[0]),
                "days_left": Cell(
                    numbers.count(float(one["sessions"])) + ("*" if one.get("provisional") else "")
                ),
                "price": points("price", 1),
                "basis": points("basis", 1),
                "basis_ratio": rate("basis_ratio", 2),
                # A few points over a few days: printed, and never to be read as a cost.
                "annualised": rate("annualised", 1),
                "dividends": points("dividends", 1),
                "adjusted": Cell("") if near else rate("adjusted_annualised", 1),
                "financing": Cell("") if near else rate("implied_financing", 1),
                "roll": rate(f"inter_expiry_{method}", 2),
                "open_interest": Cell(numbers.count(float(one["open_interest"]))),
            }
        )
    return rows


def contracts_table(cards: Sequence[BasisLike], lang: str) -> Markup:
    """Return every contract of every product: the data under the term structure."""
    head = contract_head(cards[0].curve) if cards else list(CONTRACT_HEAD)
    body = [[row[code] for code in head] for card in cards for row in contract_cells(card)]
    return table([say(f"basis.{c}", lang) for c in head], body, kind="plain")


def last_rows(
    columns: dict[str, pd.Series],
    lang: str,
    *,
    digits: int = 1,
    percent: bool = False,
    most: int = 10,
) -> Markup:
    """Return the newest rows of some series, one column each: the data under a line chart."""
    frame = pd.DataFrame(columns).iloc[-most:].iloc[::-1]
    body = [
        [
            Cell(numbers.date_iso(pd.Timestamp(str(date)))),
            *(
                Cell(
                    numbers.percent(v, digits, unit=False) if percent else numbers.number(v, digits)
                )
                for v in (float(x) for x in one)
            ),
        ]
        for date, one in frame.iterrows()
    ]
    head = [say("method.date", lang), *(name(str(c), lang) for c in columns)]
    return table(head, body, kind="plain")


def sizes_table(sizes: pd.Series, indices: pd.Series | None, lang: str) -> Markup:
    """Return the day's return of each size group and index: the data under the bars."""
    body = [[Cell(str(group)), signed(float(value))] for group, value in sizes.items()]
    if indices is not None:
        body += [[Cell(name(str(k), lang)), signed(float(v))] for k, v in indices.items()]
    return table([say("figure.size_tenths", lang), "%"], body, kind="plain")


def day_cells(day: DayLike) -> list[tuple[str, Cell]]:
    """Return the day's numbers by code, ready to print; blocks not observed are left out."""
    cells = [
        ("names", Cell(numbers.count(day.names))),
        ("advance_share", Cell(numbers.percent(day.advance_share, 0, unit=False))),
        ("breadth", Cell(numbers.percent(day.breadth, 0, unit=False))),
        ("breadth_percentile", Cell(numbers.percentile(day.breadth_percentile))),
        ("limit_down", Cell(numbers.count(day.limit_down))),
        ("median_return", signed(day.median_return)),
        ("index_return", signed(day.index_return)),
        ("volatility_ratio", Cell(numbers.number(day.volatility_ratio, 2))),
        ("volatility_ratio_percentile", Cell(numbers.percentile(day.volatility_ratio_percentile))),
        ("contrarian_pnl", signed(day.contrarian_pnl, 2)),
        ("contrarian_sigma", Cell(numbers.number(day.contrarian_sigma, 1, sign=True))),
    ]
    if day.momentum is not None:
        sigma = float(day.momentum.sigma.get("ewma", math.nan))
        cells.append(("momentum_spread", signed(day.momentum.spread)))
        cells.append(("momentum_sigma", Cell(numbers.number(sigma, 1, sign=True))))
    return cells


def day_table(day: DayLike, lang: str) -> Markup:
    """Return the numbers of the day board."""
    line = numbers.percent(day.limit_threshold)
    body = [
        [Cell(say(f"day.row.{code}", lang, line=line, index=name(day.index, lang))), cell]
        for code, cell in day_cells(day)
    ]
    head = [say("day.head_fact", lang), numbers.date_iso(day.on)]
    return table(head, body, kind="plain")
