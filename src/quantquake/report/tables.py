"""Tables as HTML fragments: first column left, numbers right, rules between rows only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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


def basis_table(cards: Sequence[BasisLike], lang: str) -> Markup:
    """Return each product on the day: front basis, effect on money in, cost for new money."""
    body = [
        [
            Cell(card.product, "strong"),
            Cell(numbers.percent(front_ratio(card), 2, unit=False)),
            signed(card.nav_move, 2),
            Cell(numbers.percent(card.weighted_discount, 1, unit=False), "strong"),
        ]
        for card in cards
    ]
    head = [say(f"basis.{c}", lang) for c in ("product", "basis_ratio", "nav_move", "new_money")]
    return table(head, body, kind="plain")


def front_ratio(card: BasisLike) -> float:
    """Return the basis ratio of the nearest contract. [1]"""
    return float(card.curve["basis_ratio"].loc[card.front])


def contracts_table(cards: Sequence[BasisLike], lang: str) -> Markup:
    """Return every contract of every product: the data under the term structure."""
    body = [
        [
            Cell(str(symbol).split(".")[0]),
            Cell(numbers.count(float(one["sessions"]))),
            Cell(numbers.number(float(one["price"]), 1)),
            Cell(numbers.percent(float(one["basis_ratio"]), 2, unit=False)),
            Cell(numbers.percent(float(one["annualised"]), 1, unit=False)),
            Cell(numbers.count(float(one["open_interest"]))),
        ]
        for card in cards
        for symbol, one in card.curve.iterrows()
    ]
    columns = ("contract", "days_left", "price", "basis_ratio", "annualised", "open_interest")
    return table([say(f"basis.{c}", lang) for c in columns], body, kind="plain")


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
