"""A market-neutral book through a broker's swap (DMA): what leverage makes of skill and basis."""

from __future__ import annotations

import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.margin.spiral import levered_return
from quantquake.measures.basis.curve import DAYS_PER_YEAR


def dma_return(
    alpha: float | pd.Series,
    basis_change: float | pd.Series,
    *,
    leverage: float = 4.0,
    financing: float = 0.0,
    sessions: float = 1.0,
    days_per_year: float = DAYS_PER_YEAR,
) -> float | pd.Series:
    """Return on the client's own money: ``L (alpha - basis change) - financing (L - 1) t``.

    Parameters
    ----------
    alpha : float or Series
        Stocks less index over the period, before leverage. [1]
    basis_change : float or Series
        Change of the basis ratio of the short futures; a narrowing discount is > 0 and costs. [1]
    leverage : float
        Gross stocks over own money: 4 in 2023, 2 for new business in 2024 (not re-verified). [1]
    financing : float
        Yearly rate on what is borrowed. [1/yr]
    sessions, days_per_year : float
        Length of the period. [d, d/yr]

    Returns
    -------
    float or Series
        [1] Below -1 the broker has closed the book before: the value says how much is missing.

    Raises
    ------
    ConfigError
        Leverage below 1 or a negative length.
    """
    return levered_return(
        alpha,
        -basis_change,
        leverage=leverage,
        financing=financing,
        years=sessions / days_per_year,
    )


def dma_ledger(
    ledger: pd.DataFrame,
    own_money: float,
    *,
    leverage: float = 4.0,
    financing: float = 0.0,
    days_per_year: float = DAYS_PER_YEAR,
) -> pd.DataFrame:
    """Daily return on own money of a book kept in a ledger, financing taken off.

    Parameters
    ----------
    ledger : DataFrame
        :func:`quantquake.book.ledger.neutral_ledger` of the whole, levered book. [CNY]
    own_money : float
        Margin the client put in. [CNY]
    leverage, financing, days_per_year
        As in :func:`dma_return`.

    Returns
    -------
    DataFrame by date
        `alpha`, `basis`, `financing` (<= 0), `total` over own money [1/d]; `equity`: own money left
        [CNY]; `locked`: cost still locked in over own money, owed > 0. [1]

    Raises
    ------
    ConfigError
        Own money not above zero, or leverage below 1.
    """
    if not own_money > 0 or leverage < 1:
        raise ConfigError(
            f"own_money={own_money}, leverage={leverage}: a return on nothing is undefined. Give "
            "the margin in CNY and leverage >= 1."
        )
    interest = -financing * (leverage - 1) / days_per_year
    out = pd.DataFrame(index=ledger.index)
    out["alpha"] = ledger["alpha"] / own_money
    out["basis"] = ledger["basis_pnl"] / own_money
    out["financing"] = interest
    out.iloc[0, out.columns.get_loc("financing")] = 0.0  # the first day opens the book
    fees = ledger["fees"] / own_money if "fees" in ledger else 0.0
    out["total"] = out[["alpha", "basis", "financing"]].sum(axis=1) - fees
    out["equity"] = own_money * (1 + out["total"].cumsum())
    out["locked"] = ledger["locked_cost"] / own_money
    return out
