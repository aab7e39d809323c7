"""The ledger of a hedged book: what was skill, what was basis, what is still to be paid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quantquake.book.positions import Expiry, Matrix, Multiplier, Positions, Prices, positions
from quantquake.errors import DataError

COLUMNS = (
    "alpha",
    "basis_pnl",
    "realised",
    "paper",
    "locked_cost",
    "relocked",
    "fees",
    "total",
)


def neutral_ledger(
    portfolio: pd.Series | pd.DataFrame,
    index: pd.Series,
    futures: Prices,
    lots: Prices | float,
    *,
    multiplier: Multiplier,
    expiry: Expiry,
    fee_rate: float = 0.0,
) -> pd.DataFrame:
    """Split each day of a market-neutral book into skill, basis and the cost still locked in.

    Parameters
    ----------
    portfolio : Series or DataFrame of shape (n_dates,)
        Value of the stocks at the close. [CNY] A frame has `value` and `flow`, money put into
        (> 0) or taken out of the stocks at that close, which is no profit. [CNY]
    index : Series of shape (n_dates,)
        Index the futures settle on, same dates. [index points]
    futures : Series or DataFrame of shape (n_dates, n_contracts)
        Prices; a Series is one contract. On its last day the settlement price. [index points]
        NaN is allowed where a contract is not held.
    lots : float, Series or DataFrame of shape (n_dates, n_contracts)
        Held after each close, traded at that close's price; negative = short. [lots] NaN = none.
    multiplier : float or mapping by contract
        [CNY per point per lot]
    expiry : date or mapping by contract
        Last trading day. What is held that day is settled at that day's price.
    fee_rate : float
        Charged on the traded notional, not on settlement. [1]

    Returns
    -------
    DataFrame of shape (n_dates, 8), all in money, the first date opens the book
        `alpha`: stocks against the index on the hedged notional (residual beta included).
        `basis_pnl`: change of basis on the lots carried in; a short gains as the discount widens.
        `realised`: part of it banked by closing or settlement, at average entry basis.
        `paper`: gain not yet realised, at the close.
        `locked_cost`: what the open lots still lose by expiry, owed > 0, at the close.
        `relocked`: cost locked by the day's trades (rolling re-locks at the new basis, no profit).
        `fees`: paid, owed > 0.  `total` = alpha + basis_pnl - fees.

    Raises
    ------
    DataError
        Dates that do not match, missing prices, a position after expiry.

    Notes
    -----
    Identities, to rounding: the sum of `basis_pnl` = sum of `realised` + `paper`; change of
    `locked_cost` = `basis_pnl` + `relocked`; a contract held to expiry pays what it locked at
    entry, ``-lots * multiplier * basis0``, whatever the path (spec/derivatives.md 2.3).
    """
    book = positions(index, futures, lots, multiplier=multiplier, expiry=expiry)
    stocks = _stock_profit(portfolio, book.dates)
    level = index.loc[book.dates].to_numpy(float)
    money = book.before * book.multiplier
    moves = np.diff(level, prepend=level[0])
    basis_pnl = (money * _change(book.basis)).sum(axis=1)
    paper = _paper(book)
    locked = (book.lots * book.multiplier * book.basis).sum(axis=1)
    traded = np.where(book.settles, 0.0, np.abs(book.traded))
    fees = fee_rate * (traded * book.multiplier * book.price).sum(axis=1)
    alpha = stocks + money.sum(axis=1) * moves
    columns = {
        "alpha": alpha,
        "basis_pnl": basis_pnl,
        "realised": basis_pnl - np.diff(paper, prepend=0.0),
        "paper": paper,
        "locked_cost": locked,
        "relocked": np.diff(locked, prepend=0.0) - basis_pnl,
        "fees": fees,
        "total": alpha + basis_pnl - fees,
    }
    return pd.DataFrame(columns, index=book.dates)


def _stock_profit(portfolio: pd.Series | pd.DataFrame, dates: pd.DatetimeIndex) -> Matrix:
    frame = portfolio.to_frame("value") if isinstance(portfolio, pd.Series) else portfolio
    if "value" not in frame.columns:
        raise DataError(
            f"`portfolio` has columns {list(frame.columns)} and no `value`: the stocks' profit is "
            "unknown. Give a Series, or a frame with `value` and, if money moved, `flow`."
        )
    value = frame["value"].reindex(dates)
    if value.isna().any():
        raise DataError(
            f"`portfolio` has no value on {int(value.isna().sum())} dates of `futures`, first "
            f"{dates[value.isna()][0]:%Y-%m-%d}: two days' profit would fall on one. Give both the "
            "same dates."
        )
    flow = frame["flow"].reindex(dates).fillna(0.0) if "flow" in frame.columns else 0.0 * value
    profit = value.diff().fillna(0.0) - flow.where(value.index != dates[0], 0.0)
    return profit.to_numpy(float)


def _change(basis: Matrix) -> Matrix:
    """Change of basis since the date before; used only where lots were carried in."""
    return np.diff(basis, axis=0, prepend=basis[:1])


def _paper(book: Positions) -> Matrix:
    """Gain not realised: open lots at today's basis less their average entry basis. [CNY]"""
    paper = np.zeros(book.lots.shape[0])
    for column, multiplier in enumerate(book.multiplier):
        entry, held = 0.0, 0.0
        for row, lots in enumerate(book.lots[:, column]):
            basis = book.basis[row, column]
            entry = _entry(entry, held, lots, basis)
            held = lots
            paper[row] += multiplier * held * (basis - entry)
    return paper


def _entry(entry: float, held: float, lots: float, basis: float) -> float:
    """Average entry basis after a trade: adding averages, reducing keeps, reversing restarts."""
    if lots == 0.0:
        return 0.0
    if held == 0.0 or (held > 0) != (lots > 0):
        return float(basis)
    if abs(lots) <= abs(held):
        return entry
    return (entry * held + basis * (lots - held)) / lots
