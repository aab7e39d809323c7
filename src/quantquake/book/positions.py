"""Futures held by a book, made ready to count: prices, lots, expiries and settlements on one grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

Prices: TypeAlias = "pd.Series | pd.DataFrame"
Multiplier: TypeAlias = "float | Mapping[str, float]"
Expiry: TypeAlias = "str | pd.Timestamp | Mapping[str, str | pd.Timestamp]"
Matrix: TypeAlias = npt.NDArray[np.float64]

ONE = "future"  # name of the only contract where plain Series are given


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Lots and basis of every contract on every date, settled contracts out.

    Attributes
    ----------
    dates : DatetimeIndex of shape (n_dates,)
    contracts : tuple of str
    lots : ndarray of shape (n_dates, n_contracts)
        Held after the close; short < 0; 0 from the expiry day on (settled that day). [lots]
    basis : ndarray of shape (n_dates, n_contracts)
        Price minus index; 0 where nothing is held or traded. [index points]
    price : ndarray of shape (n_dates, n_contracts)
        As `basis`. [index points]
    settles : ndarray of bool, shape (n_dates, n_contracts)
        The contract's last day or later: lots going to zero here are settled, not traded.
    multiplier : ndarray of shape (n_contracts,)
        [CNY per point per lot]
    """

    dates: pd.DatetimeIndex
    contracts: tuple[str, ...]
    lots: Matrix
    basis: Matrix
    price: Matrix
    settles: npt.NDArray[np.bool_]
    multiplier: Matrix

    @property
    def traded(self) -> Matrix:
        """Lots bought (> 0) or sold at each close, settlement included. [lots]"""
        return np.diff(self.lots, axis=0, prepend=np.zeros((1, self.lots.shape[1])))

    @property
    def before(self) -> Matrix:
        """Lots carried into each date. [lots]"""
        return self.lots - self.traded


def positions(
    index: pd.Series,
    futures: Prices,
    lots: Prices | float,
    *,
    multiplier: Multiplier,
    expiry: Expiry,
) -> Positions:
    """Check and align what a book holds in futures (arguments: see `neutral_ledger`).

    Raises
    ------
    DataError
        Dates that do not match, lots without a price, a position after expiry, an unknown contract.
    """
    prices = _frame(futures, "futures")
    held = _frame(_spread(lots, prices), "lots").fillna(0.0)
    _same_dates(prices, index)
    if not held.index.equals(prices.index) or set(held.columns) - set(prices.columns):
        raise DataError(
            f"`lots` has {held.shape[0]} dates and contracts {list(held.columns)[:6]}, `futures` "
            f"{prices.shape[0]} and {list(prices.columns)[:6]}: which price a position gets is "
            "unknown. Give both the same dates, and a price column for every contract held."
        )
    prices = prices[held.columns]
    ends = _expiries(expiry, list(held.columns))
    after = held.index.to_numpy()[:, None] > ends[None, :]
    _refuse_late(held, after)
    settles = held.index.to_numpy()[:, None] >= ends[None, :]
    open_lots = np.where(settles, 0.0, held.to_numpy())
    needed = _needed(open_lots)
    _refuse_unpriced(prices, needed)
    price = np.where(needed, prices.to_numpy(float), 0.0)
    level = index.loc[prices.index].to_numpy(float)[:, None]
    return Positions(
        dates=pd.DatetimeIndex(prices.index, name="date"),
        contracts=tuple(map(str, held.columns)),
        lots=open_lots,
        basis=np.where(needed, price - level, 0.0),
        price=price,
        settles=settles,
        multiplier=_multipliers(multiplier, list(held.columns)),
    )


def _frame(values: Prices, name: str) -> pd.DataFrame:
    frame = values.to_frame(ONE) if isinstance(values, pd.Series) else values
    frame = frame.set_axis(pd.DatetimeIndex(frame.index), axis=0).astype(float)
    if not frame.index.is_monotonic_increasing or frame.index.has_duplicates:
        raise DataError(
            f"`{name}` is not sorted by date or repeats one: yesterday's position would be read "
            "from the wrong row. Sort by date and keep one row each."
        )
    return frame


def _spread(lots: Prices | float, prices: pd.DataFrame) -> Prices:
    """One number means that many lots of the only contract on every date."""
    if isinstance(lots, (pd.Series, pd.DataFrame)):
        return lots
    if prices.shape[1] > 1:
        raise DataError(
            f"One number of lots was given for {prices.shape[1]} contracts: which of them is held "
            "is unknown. Give a frame with a column a contract."
        )
    return pd.DataFrame(float(lots), index=prices.index, columns=prices.columns)


def _same_dates(prices: pd.DataFrame, index: pd.Series) -> None:
    level = index.reindex(prices.index)
    bad = level.isna() | ~(level > 0)
    if bad.any():
        raise DataError(
            f"`index` has no level above zero on {int(bad.sum())} of the {len(bad)} dates of "
            f"`futures`, first {prices.index[bad.to_numpy()][0]:%Y-%m-%d}: no basis could be "
            "formed. Give both the same dates."
        )


def _expiries(expiry: Expiry, contracts: list[str]) -> npt.NDArray[np.datetime64]:
    given = expiry if isinstance(expiry, Mapping) else dict.fromkeys(contracts, expiry)
    missing = [c for c in contracts if c not in given]
    if missing:
        raise DataError(
            f"`expiry` lacks {missing}: without a last day the cost still locked in is unknown. "
            "Give one date a contract, or expiries from data.contracts.parse_future()."
        )
    return np.array([pd.Timestamp(given[c]).to_datetime64() for c in contracts])


def _multipliers(multiplier: Multiplier, contracts: list[str]) -> Matrix:
    if isinstance(multiplier, Mapping):
        missing = [c for c in contracts if c not in multiplier]
        values = [float(multiplier.get(c, np.nan)) for c in contracts]
    else:
        missing, values = [], [float(multiplier)] * len(contracts)
    if missing or not all(v > 0 for v in values):
        raise DataError(
            f"`multiplier` is missing or not above zero for {missing or contracts[:4]}: points "
            "cannot become money. IF and IH have 300, IC and IM 200 CNY a point."
        )
    return np.array(values)


def _needed(lots: Matrix) -> npt.NDArray[np.bool_]:
    """Rows a price is needed on: held that day, or carried into it."""
    carried = np.vstack([np.zeros((1, lots.shape[1])), lots[:-1]])
    return (lots != 0) | (carried != 0)


def _refuse_late(held: pd.DataFrame, after: npt.NDArray[np.bool_]) -> None:
    late = after & (held.to_numpy() != 0)
    if late.any():
        row, column = (int(places[0]) for places in np.nonzero(late))
        raise DataError(
            f"{int(late.sum())} positions stand after their contract's expiry, first "
            f"{held.columns[column]} on {held.index[row]:%Y-%m-%d}: it settled and no longer "
            "exists. Roll the position, or correct `expiry`."
        )


def _refuse_unpriced(prices: pd.DataFrame, needed: npt.NDArray[np.bool_]) -> None:
    bad = needed & ~(prices.to_numpy(float) > 0)
    if bad.any():
        row, column = (int(places[0]) for places in np.nonzero(bad))
        raise DataError(
            f"{int(bad.sum())} prices are missing or not above zero while lots are held, first "
            f"{prices.columns[column]} on {prices.index[row]:%Y-%m-%d}: that day's profit would be "
            "made up. Add the price (a settlement price on the last day)."
        )
