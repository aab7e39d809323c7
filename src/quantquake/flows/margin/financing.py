"""What financing balances did when stocks fell, measured on the balances themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import DataError
from quantquake.flows.forced import ForcedSource, Timing
from quantquake.measures.regression import slope
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]

#: Days of common history below which no response is measured.
LEAST_DAYS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingResponse(Result):
    """How much of the financing balance was repaid per unit of recent loss.

    Attributes
    ----------
    rate : float
        Share of the balance sold per unit of loss. [1]
    interval : tuple of float
        95 %, robust to autocorrelation. [1]
    r_squared : float
        [1]
    days : int
    balance : float
        Last balance. [money]
    loss : float
        Recent loss on the last day: exponentially weighted, gain < 0. [1]
    halflife : float
        Of the weights. [sessions]
    origin : Origin
    """

    rate: float
    interval: tuple[float, float]
    r_squared: float
    days: int
    balance: float
    loss: float
    halflife: float
    origin: Origin

    def forced_source(
        self,
        moves: Sequence[float] | FloatArray,
        *,
        underlying: str = "",
        currency: str = "CNY",
    ) -> ForcedSource:
        """Sales over the days after a move, stocks flat from then on; losses so far included."""
        at = np.asarray(moves, dtype=float)
        keep = 0.5 ** (1.0 / self.halflife)
        # The weights of one day's loss add up to 1; what is left of earlier ones still works.
        loss = np.maximum(keep / (1.0 - keep) * self.loss - at, 0.0)
        sold = self.balance * loss
        low, high = (max(side, 0.0) for side in self.interval)
        return ForcedSource.of(
            "financing",
            at,
            -max(self.rate, 0.0) * sold,
            low=-high * sold,
            high=-low * sold,
            timing=Timing.WEEK,
            underlying=underlying,
            currency=currency,
            origin=self.origin,
        )


def financing_response(
    balance: pd.Series,
    close: pd.Series,
    on: str | pd.Timestamp | None = None,
    *,
    halflife: float = 2.0,
) -> FinancingResponse:
    """Measure how financing balances shrank after losses of an index.

    Parameters
    ----------
    balance : Series by date
        Margin financing outstanding. [money]
    close : Series by date
        Index the financed stocks move with. [points]
    on : date, optional
        Last day read; default the last both have.
    halflife : float
        Of the losses' weights: client and broker react within days. [sessions]

    Returns
    -------
    FinancingResponse
        Slope of the daily repayment over the balance on the weighted recent loss (0 in a gain). It
        is what clients did, called and scared alike; not what lenders could demand.

    Raises
    ------
    DataError
        Fewer than 40 common days, a balance or close not above 0, or a half-life not above 0.
    """
    both = pd.concat({"balance": balance, "close": close}, axis=1).sort_index().dropna()
    both = both.loc[: None if on is None else pd.Timestamp(on)]
    if len(both) < LEAST_DAYS or not (both > 0).all(axis=None) or not halflife > 0:
        raise DataError(
            f"financing balance and index share {len(both)} days, all above 0: "
            f"{bool((both > 0).all(axis=None))}, `halflife`={halflife:g}. A response from fewer "
            f"than {LEAST_DAYS} days, or from such numbers, would be noise. Give both over the same "
            "months."
        )
    fall = -both["close"].pct_change().fillna(0.0)
    keep = 0.5 ** (1.0 / halflife)
    loss = fall.ewm(alpha=1.0 - keep, adjust=False).mean()
    repaid = -both["balance"].pct_change()
    found = slope(loss.clip(lower=0.0), repaid, lags=5)
    return FinancingResponse(
        rate=found.value,
        interval=found.interval,
        r_squared=found.r_squared,
        days=found.n,
        balance=float(both["balance"].iloc[-1]),
        loss=float(loss.iloc[-1]),
        halflife=halflife,
        origin=Origin(
            as_of=both.index[-1],
            coverage={"days": f"{found.n}"},
            assumptions=(
                f"{max(found.value, 0):.2f} of the balance repaid per unit of loss "
                f"({max(found.interval[0], 0):.2f} to {max(found.interval[1], 0):.2f}), half-life "
                f"{halflife:g} sessions, measured",
                "stocks flat after the move",
            ),
        ),
    )
