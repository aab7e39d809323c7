"""How redemptions follow performance: nothing much in good times, more and more in a loss.

References
----------
.. [1] Chen, Goldstein, Jiang, "Payoff complementarities and financial fragility: Evidence from
   mutual fund outflows", Journal of Financial Economics, 2010: outflows respond more to bad
   performance in illiquid funds, and not where large holders bear their own damage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.errors import ConfigError
from quantquake.types import Result

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPerformance(Result):
    """Share of a fund's redeemable assets asked back in a month.

    ``base + slope loss^power (1 + illiquidity x illiquid) (1 - institutional) (1 + patience x
    months)``, at most 1; the loss is 0 in a gain.

    Attributes
    ----------
    base : float
        Asked back whatever happens. [1 a month]
    slope : float
        More of it per unit of loss. [1 a month]
    power : float
        1: in proportion to the loss; above 1: faster the deeper it is. [1]
    illiquidity : float
        How much stronger the response of a wholly illiquid fund is: 1 doubles it. [1]
    patience : float
        How much stronger it gets with each month under water: the longer the loss lasts, the more
        leave (seed article S0). [1 a month]
    """

    base: float = 0.0
    slope: float
    power: float = 1.0
    illiquidity: float = 0.0
    patience: float = 0.0

    def __post_init__(self) -> None:
        sizes = (self.base, self.slope, self.illiquidity, self.patience)
        if not all(0 <= size < np.inf for size in sizes) or not 1 <= self.power < np.inf:
            raise ConfigError(
                f"{self}: money that comes in after a loss is no redemption, and a power below 1 "
                "would make small losses the worst. Give 0 or more, and a power of 1 or more."
            )

    def rate(
        self,
        performance: float | FloatArray,
        *,
        illiquid: float | FloatArray = 0.0,
        institutional: float | FloatArray = 0.0,
        months: float | FloatArray = 0.0,
    ) -> FloatArray:
        """Share redeemed in a month; arguments broadcast against each other.

        Parameters
        ----------
        performance : float or ndarray
            Return its holders look at. [1] NaN stays NaN.
        illiquid : float or ndarray
            0: sold in a day; 1: as illiquid as funds get. [1]
        institutional : float or ndarray
            Share of large holders, who stay. [1]
        months : float or ndarray
            Under water so far. [months]
        """
        loss = np.maximum(-np.asarray(performance, dtype=float), 0.0)
        stronger = 1.0 + self.illiquidity * np.asarray(illiquid, dtype=float)
        stronger = stronger * (1.0 - np.asarray(institutional, dtype=float))
        stronger = stronger * (1.0 + self.patience * np.asarray(months, dtype=float))
        return np.asarray(np.minimum(self.base + self.slope * loss**self.power * stronger, 1.0))
