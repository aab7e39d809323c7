"""A table of neutral and DMA funds: gross stocks, leverage, and what lies outside the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.flows.sieve import Sieve
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralBook(Result):
    """Neutral and DMA funds on one day.

    Attributes
    ----------
    funds : DataFrame, one row a fund or kind of fund that could be read
        ``name``, ``gross`` (stocks, as much futures short) [money], ``leverage`` (gross over own
        money; 1 neutral, 3-4 DMA), ``outside`` (share of the stocks outside the hedged index) [1].
    refused : DataFrame
        ``row``, ``name``, ``why``, ``gross`` as far as known.
    origin : Origin
    """

    funds: pd.DataFrame
    refused: pd.DataFrame
    origin: Origin

    @property
    def gross(self) -> float:
        """Stocks of all books. [money]"""
        return float(self.funds["gross"].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a fund."""
        return self.funds


def neutral_book(funds: pd.DataFrame, *, on: pd.Timestamp | None = None) -> NeutralBook:
    """Check a table of neutral and DMA funds.

    Parameters
    ----------
    funds : DataFrame, one row a fund or kind of fund
        ``gross`` [money], or ``equity`` [money] and ``leverage`` [1]. Optional: ``name``,
        ``leverage`` (1), ``outside`` (0) [1].
    on : Timestamp, optional
        Day of the table.

    Raises
    ------
    DataError
        A missing column, or no usable row.
    """
    sieve = Sieve(funds, name="the table of neutral funds", needed=("gross|equity",))
    gross, equity = sieve.number("gross"), sieve.number("equity")
    leverage, outside = sieve.number("leverage", 1.0), sieve.number("outside", 0.0)
    sieve.refuse(equity <= 0, "equity: not above 0")
    sieve.refuse(~(leverage > 0), "leverage: not above 0")
    gross = gross.fillna(equity * leverage)
    sieve.refuse(~(gross > 0), "gross: not above 0 or neither gross nor equity")
    sieve.refuse(
        equity.notna() & ~np.isclose(gross, equity * leverage, rtol=0.01),
        "gross, equity and leverage contradict each other",
    )
    sieve.refuse(~outside.between(0, 1), "outside: not between 0 and 1")
    sieve.check_any()
    good = sieve.usable.to_numpy()
    rows = pd.DataFrame({"name": sieve.text("name"), "gross": gross, "leverage": leverage})
    rows["outside"] = outside
    lost = gross[~good]
    return NeutralBook(
        funds=rows[good].reset_index(drop=True),
        refused=sieve.refused().assign(gross=lost.where(lost > 0).to_numpy()),
        origin=Origin(as_of=on, coverage={"funds": f"{good.sum()} of {len(rows)}"}),
    )
