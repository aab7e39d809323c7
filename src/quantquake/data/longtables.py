"""Fields of a market out of the long tables that files hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.data.keys import LongKeys
from quantquake.data.panel import as_pandas, require_columns

_PRICE_FIELDS = (
    "close",
    "amount",
    "volume",
    "turnover",
    "market_cap",
    "float_cap",
    "earnings_yield",
    "book_yield",
)
_INVERSES = {"earnings_yield": "pe", "book_yield": "pb"}


def price_fields(long: Any) -> dict[str, Any]:
    """Spread a price table into the panels of `Market.from_frames`, deriving what can be.

    Returns
    -------
    dict
        Panels by field name, ``assumptions`` (tuple of str), ``currency`` and ``calendar``.
    """
    table = as_pandas(long, name="prices")
    require_columns(table, ("date", "symbol", "close"), name="prices")
    keys = LongKeys(table, name="prices")

    def spread(column: str) -> pd.DataFrame:
        return keys.spread(table[column], name=f"prices.{column}")

    fields: dict[str, Any] = {f: spread(f) for f in _PRICE_FIELDS if f in table.columns}
    assumptions = []
    for field, multiple in _INVERSES.items():
        if field not in fields and multiple in table.columns:
            fields[field] = _inverse(spread(multiple))
            assumptions.append(f"{field} derived as 1 / {multiple}")
    if "float_cap" not in fields and {"amount", "turnover"} <= fields.keys():
        fields["float_cap"] = float_cap(fields["amount"], fields["turnover"])
        assumptions.append("float_cap derived as amount / turnover")
    abroad = bool(keys.symbols.str.endswith(".US").all())
    return fields | {
        "assumptions": tuple(assumptions),
        "currency": "USD" if abroad else "CNY",
        "calendar": "XNYS" if abroad else "XSHG",
    }


def index_fields(long: Any) -> dict[str, Any]:
    """Spread an index table into ``index_close`` and, where it has amounts, ``index_amount``."""
    table = as_pandas(long, name="index")
    require_columns(table, ("date", "symbol", "close"), name="index")
    keys = LongKeys(table, name="index")
    return {
        f"index_{column}": keys.spread(table[column], name=f"index.{column}")
        for column in ("close", "amount")
        if column in table.columns
    }


def float_cap(amount: pd.DataFrame, turnover: pd.DataFrame) -> pd.DataFrame:
    """Value of the tradable shares, from money traded and the traded part of the float.

    Parameters
    ----------
    amount : DataFrame of shape (n_dates, n_symbols)
        Money traded. [currency]
    turnover : DataFrame of shape (n_dates, n_symbols)
        Traded part of the float. [1]

    Returns
    -------
    DataFrame of shape (n_dates, n_symbols)
        ``amount / turnover`` [currency], at the day's mean price. NaN where either is NaN or
        zero. A turnover rounded to 0.01 % makes it coarse for names that hardly trade: at 0.10 %
        it is right to 5 %.
    """
    traded = (amount > 0) & (turnover > 0)
    return (amount / turnover.where(traded)).where(traded)


def _inverse(multiple: pd.DataFrame) -> pd.DataFrame:
    # A multiple of zero is a missing figure in every source seen, not an infinite yield.
    return 1.0 / multiple.where(multiple != 0.0, np.nan)
