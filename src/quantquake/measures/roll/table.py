"""Contracts side by side: the arrays a roll is planned on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollTable:
    """One product's contracts by date, NaN where a contract is not quoted.

    Attributes
    ----------
    product : str
    dates : DatetimeIndex of shape (T,)
    contracts : tuple of str, length M, nearest expiry first
    price, open_interest, volume : ndarray of shape (T, M)
        [index points, lots, lots] `volume` is the mean of the last 20 sessions, NaN if not given.
    carry : ndarray of shape (T, M)
        Basis plus dividends expected until expiry: what a short gives up until then. [points]
    basis : ndarray of shape (T, M)
        Price minus index. [points]
    sessions : ndarray of shape (T, M)
        To expiry, both ends counted. [d]
    index : ndarray of shape (T,)
        [points]
    """

    product: str
    dates: pd.DatetimeIndex
    contracts: tuple[str, ...]
    price: Matrix
    open_interest: Matrix
    volume: Matrix
    carry: Matrix
    basis: Matrix
    sessions: Matrix
    index: Matrix

    def night_cost(self) -> Matrix:
        """Cost of being short each contract over the night to the next date, per notional.

        Shape (T - 1, M): the rise of its basis over the index. [1] NaN where it is not quoted on
        both dates.
        """
        return np.diff(self.basis, axis=0) / self.index[:-1, None]

    def until(self, row: int) -> RollTable:
        """The same with only the first `row` dates."""
        cut = {
            name: getattr(self, name)[:row]
            for name in ("price", "open_interest", "volume", "carry", "basis", "sessions", "index")
        }
        return RollTable(
            product=self.product, dates=self.dates[:row], contracts=self.contracts, **cut
        )


def roll_table(history: pd.DataFrame, *, volume_window: int = 20) -> RollTable:
    """Lay out the history of one product for the planner.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it; `dividends` (expected points until
        expiry) is added to the basis where given.
    volume_window : int
        Past sessions averaged for the daily volume, the day included. [d]

    Raises
    ------
    DataError
        Several products, or fewer than two dates.
    """
    products = history["product"].unique()
    if len(products) != 1:
        raise DataError(
            f"The history holds {list(products)}: a hedge is rolled within one product. Pass the "
            "history of one, basis.history(futures, product=...)."
        )
    ends = history.drop_duplicates("contract").sort_values("expiry")["contract"]
    wide = {
        name: _wide(history, name, ends)
        for name in ("price", "index_level", "sessions", "open_interest", "basis")
    }
    if len(wide["price"]) < 2:
        raise DataError(
            f"The history of {products[0]} has {len(wide['price'])} date: no night lies between "
            "two of them, so no roll can be costed. Give at least two sessions."
        )
    extra = _wide(history, "dividends", ends).fillna(0.0) if "dividends" in history else 0.0
    volume = _wide(history, "volume", ends) if "volume" in history else wide["price"] * np.nan
    return RollTable(
        product=str(products[0]),
        dates=pd.DatetimeIndex(wide["price"].index, name="date"),
        contracts=tuple(map(str, ends)),
        price=wide["price"].to_numpy(float),
        open_interest=wide["open_interest"].to_numpy(float),
        volume=volume.rolling(volume_window, min_periods=1).mean().to_numpy(float),
        carry=(wide["basis"] + extra).to_numpy(float),
        basis=wide["basis"].to_numpy(float),
        sessions=wide["sessions"].to_numpy(float),
        index=wide["index_level"].bfill(axis=1).iloc[:, 0].to_numpy(float),
    )


def _wide(history: pd.DataFrame, name: str, contracts: pd.Series) -> pd.DataFrame:
    return history.pivot(index="date", columns="contract", values=name)[list(contracts)]
