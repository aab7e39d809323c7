"""What a hedge flow does to the futures discount: estimated from data, or not given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.regression import slope
from quantquake.types import Origin, Result

LEAST = 60
"""Sessions a response is estimated from at least."""

LAGS = 5
"""Of the Newey-West error: a desk works a large order over days. [d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountResponse(Result):
    """Change of the basis per day's volume of futures traded by the hedge.

    Attributes
    ----------
    kappa : float
        Change of the basis when the hedge buys one day's volume; selling widens the discount if
        it is above 0. [unit of the basis]
    interval : tuple of float
        95 %, autocorrelation-robust.
    r_squared : float
        Share of the basis changes explained, after the index's own return. [1]
    n : int
        Sessions used.
    given_return : bool
        Whether the index's own return was taken out first: both the hedge and the basis react to
        it, and without this kappa would take the market's fall for the hedge's doing.
    origin : Origin
    """

    kappa: float
    interval: tuple[float, float]
    r_squared: float
    n: int
    given_return: bool
    origin: Origin

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out zero: only then has the effect a sign."""
        return not self.interval[0] <= 0 <= self.interval[1]

    def change(self, of_volume: float) -> tuple[float, float, float]:
        """Expected change of the basis and its range when the hedge trades this share of a day.

        Parameters
        ----------
        of_volume : float
            Lots traded over a day's volume, sale < 0. [1]

        Returns
        -------
        middle, low, high : float
            [unit of the basis]
        """
        ends = sorted(k * of_volume for k in self.interval)
        return self.kappa * of_volume, ends[0], ends[1]


def discount_response(
    basis: pd.Series,
    lots: pd.Series,
    volume: pd.Series,
    *,
    index: pd.Series | None = None,
    lags: int = LAGS,
) -> DiscountResponse | None:
    """Estimate how the basis answers to the hedge's trades.

    Parameters
    ----------
    basis : Series by date
        Basis ratio or annualised discount, negative = discount. [1 or 1/yr]
    lots : Series by date
        Traded by the hedge that day, sale < 0: `flow_history(book, ...)["lots"]`. [lots]
    volume : Series by date
        Futures volume of the day. [lots/d]
    index : Series by date, optional
        Closes; their return is taken out of both sides. [points]
    lags : int
        Of the Newey-West error. [d]

    Returns
    -------
    DiscountResponse or None
        None where fewer than 60 sessions have all of it, or the hedge traded nothing: a number
        would be invented.

    Raises
    ------
    DataError
        If the dates of the three do not meet at all.
    """
    table = pd.DataFrame(
        {
            "change": basis.sort_index().diff(),
            "share": lots / volume.where(volume > 0),
        }
    )
    if index is not None:
        table["return"] = index.sort_index().pct_change(fill_method=None)
    if not basis.index.intersection(lots.index).size:
        raise DataError(
            "basis and hedge trades share no date: no answer of one to the other can be seen. Give "
            "both over the same days."
        )
    seen = table.replace([np.inf, -np.inf], np.nan).dropna()
    if len(seen) < LEAST or not np.ptp(seen["share"]) > 0:
        return None
    x, y = seen["share"].to_numpy(), seen["change"].to_numpy()
    if index is not None:
        x, y = _without(x, seen["return"].to_numpy()), _without(y, seen["return"].to_numpy())
    found = slope(x, y, lags=lags)
    return DiscountResponse(
        kappa=found.value,
        interval=found.interval,
        r_squared=found.r_squared,
        n=found.n,
        given_return=index is not None,
        origin=Origin(
            as_of=pd.Timestamp(seen.index[-1]),
            coverage={"sessions": f"{len(seen)} of {len(table)}"},
            assumptions=("the hedge trades what the model says, on the day itself",),
        ),
    )


def expected_discount(shocks: pd.DataFrame, response: DiscountResponse) -> pd.DataFrame:
    """What the falls of a knock-in map do to the basis, with the range of the estimate.

    Parameters
    ----------
    shocks : DataFrame of shape (n_moves, ...)
        With `of_volume`, as ``KnockInMap.shocks`` of one index. [1]
    response : DiscountResponse

    Returns
    -------
    DataFrame of shape (n_moves, 3)
        `basis_change`, `basis_low`, `basis_high`, a widening discount < 0. [unit of the basis] NaN
        where the share of volume is not known.
    """
    rows = [response.change(float(share)) for share in shocks["of_volume"]]
    columns = ["basis_change", "basis_low", "basis_high"]
    return pd.DataFrame(rows, columns=columns, index=shocks.index)


def _without(values: np.ndarray, explained_by: np.ndarray) -> np.ndarray:
    """What a straight line on the other does not explain."""
    x = np.column_stack([np.ones(len(values)), explained_by])
    return values - x @ np.linalg.lstsq(x, values, rcond=None)[0]
