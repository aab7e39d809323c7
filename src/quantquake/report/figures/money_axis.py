"""Money on an axis: plain numbers on the ticks, the unit written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantquake.report import numbers
from quantquake.report.theme import Palette
from quantquake.report.words import say

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """The unit a figure counts money in.

    Attributes
    ----------
    size : float
        Money in one unit.
    text : str
        Its name: "USD bn", "亿美元".
    digits : int
        Decimals that tell values of the figure apart.
    """

    size: float
    text: str
    digits: int

    @classmethod
    def fitting(cls, largest: float, lang: str, currency: str) -> MoneyUnit:
        """Choose a unit in which the largest value has one to four digits before the point."""
        steps = ((1e8, "hundred_million"), (1e4, "ten_thousand"), (1.0, "one"))
        if lang == "en":
            steps = ((1e9, "billion"), (1e6, "million"), (1.0, "one"))
        size, code = next((s for s in steps if abs(largest) >= s[0]), steps[-1])
        money = say(f"money.{currency.lower()}", lang) if currency in ("CNY", "USD") else currency
        count = abs(largest) / size
        digits = 0 if count >= 1000 or size == 1.0 else 1 if count >= 10 else 2
        return cls(size, say(f"money.{code}", lang, currency=money), digits)

    def count(self, money: float) -> float:
        """Return money in this unit."""
        return money / self.size

    def write(self, money: float, *, sign: bool = False) -> str:
        """Write money in this unit, without its name."""
        return numbers.number(self.count(money), self.digits, sign=sign)

    def ticks(self, values: list[float]) -> dict[str, list[float] | list[str]]:
        """Return tick values, given in this unit, with texts of no more decimals than they need."""
        whole = all(abs(v - round(v)) < 1e-9 for v in values)
        texts = [numbers.number(v, 0 if whole else self.digits) if v else "0" for v in values]
        return {"tickvals": values, "ticktext": texts}


def name_unit(figure: go.Figure, unit: MoneyUnit, c: Palette, **place: float) -> None:
    """Write the unit in a corner of the plot, once."""
    where = {"x": 0, "y": 1, "yshift": 12, "xshift": -4, **place}
    figure.add_annotation(
        xref="paper", yref="paper", xanchor="left", yanchor="middle", showarrow=False,
        text=unit.text, font={"color": c.mute}, **where,
    )  # fmt: skip
