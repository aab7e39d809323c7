"""How much of the system's capital a shock costs through one round of linear selling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearSales(Result):
    """One round of sales; every number has the sign of the shock, so losses are negative.

    Attributes
    ----------
    bank_return : ndarray of shape (n_banks,)
        Of each bank's assets by the shock. [1]
    flow : ndarray of shape (n_assets,)
        Money all banks trade, sales negative. [money]
    price_change : ndarray of shape (n_assets,)
        By the sales. [1]
    aggregate_vulnerability : float
        Change of all equity by the sales, over all equity. [1]
    systemicness : ndarray of shape (n_banks,)
        Each bank's part in that: caused by its own sales. [1] Sums to it.
    indirect_vulnerability : ndarray of shape (n_banks,)
        Change of each bank's equity by everybody's sales. [1]
    direct : ndarray of shape (n_banks,)
        Change of each bank's equity by the shock itself. [1]
    origin : Origin
    """

    bank_return: Array
    flow: Array
    price_change: Array
    aggregate_vulnerability: float
    systemicness: Array
    indirect_vulnerability: Array
    direct: Array
    origin: Origin = field(default_factory=Origin)

    def to_frame(self) -> pd.DataFrame:
        """One row a bank."""
        return pd.DataFrame(
            {
                "bank_return": self.bank_return,
                "direct": self.direct,
                "indirect_vulnerability": self.indirect_vulnerability,
                "systemicness": self.systemicness,
            }
        ).rename_axis("bank")


def greenwood_landier_thesmar(
    assets: Any, equity: Any, weights: Any, shock: Any, impact: Any
) -> LinearSales:
    """One round: banks return to their leverage, in proportion, against linear price impact.

    Parameters
    ----------
    assets, equity : array of shape (n_banks,)
        Each above 0; leverage is debt over equity, ``assets / equity - 1``. [money]
    weights : array of shape (n_banks, n_assets)
        Of each bank's portfolio, rows sum to 1. [1]
    shock : array of shape (n_assets,)
        Returns, falls negative. [1]
    impact : array of shape (n_assets,)
        Price change per money traded. [1/money]

    Returns
    -------
    LinearSales

    Raises
    ------
    DataError
        Shapes that do not fit, values out of range; with the places.

    References
    ----------
    .. [1] R. Greenwood, A. Landier and D. Thesmar, "Vulnerable banks", Journal of Financial
       Economics 115(3), 2015.
    """
    size = numbers("assets", assets, (None,), "sales are in proportion to them")
    own = numbers("equity", equity, size.shape, "each bank has its own")
    mix = numbers("weights", weights, (len(size), None), "each bank sells its own mix")
    move, push = (
        numbers(name, value, (mix.shape[1],), "each asset has its own")
        for name, value in (("shock", shock), ("impact", impact))
    )
    _check(size, own, mix, push)
    debt_ratio, gained = size / own - 1.0, mix @ move
    traded = size * debt_ratio * gained
    flow = mix.T @ traded
    change = push * flow
    return LinearSales(
        bank_return=gained,
        flow=flow,
        price_change=change,
        aggregate_vulnerability=float((size @ mix) @ change / own.sum()),
        systemicness=(mix @ (push * (size @ mix))) * traded / own.sum(),
        indirect_vulnerability=size * (mix @ change) / own,
        direct=size * gained / own,
        origin=Origin(assumptions=("one round", "sales in proportion", "linear impact")),
    )


def _check(size: Array, own: Array, mix: Array, push: Array) -> None:
    refuse("assets", size <= 0, "is not above 0", "leverage needs them", "Leave the bank out")
    refuse("equity", own <= 0, "is not above 0", "leverage would be endless", "Leave the bank out")
    refuse(
        "equity", own > size, "is above the assets", "debt would be negative", "Give gross assets"
    )
    refuse(
        "weights", np.abs(mix.sum(axis=1) - 1) > 1e-6, "does not sum to 1", "sales would be lost",
        "Divide each row by its sum",
    )  # fmt: skip
    refuse("impact", push < 0, "is negative", "selling cannot lift prices", "Give 0 or more")
