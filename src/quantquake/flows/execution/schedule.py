"""Almgren and Chriss: the sale that trades impact against risk best, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A sale and the market it meets.

    Attributes
    ----------
    shares : float
        Shares to sell, > 0. [shares]
    days : float
        Time allowed. [d]
    steps : int
        Equal intervals; one trade in each.
    sigma : float
        Volatility of the price, in money and not as a return. [money/share/sqrt(d)]
    permanent : float
        gamma: lasting fall of the price per share sold. [money/share^2]
    temporary : float
        eta: fall of one's own price per speed of selling. [money d/share^2]
    fixed : float
        epsilon: half the spread and fees, per share. [money/share]
    """

    shares: float
    days: float
    steps: int
    sigma: float
    permanent: float
    temporary: float
    fixed: float = 0.0

    def __post_init__(self) -> None:
        values = (self.shares, self.days, self.temporary)
        others = (self.sigma, self.permanent, self.fixed)
        if not all(0 < v < np.inf for v in values) or not all(0 <= v < np.inf for v in others):
            raise ConfigError(
                f"Order of {self.shares:g} shares over {self.days:g} days with volatility "
                f"{self.sigma:g} and impacts {self.permanent:g}, {self.temporary:g}, "
                f"{self.fixed:g}: shares, days and temporary impact must be above 0, the others at "
                "least 0, or cost has no meaning. For a purchase give its size."
            )
        if self.steps < 1 or self.effective_impact <= 0:
            raise ConfigError(
                f"{self.steps} steps of {self.days / max(self.steps, 1):g} days: the permanent "
                "impact of half a step outweighs the temporary one, and splitting would cost "
                "nothing. Use more steps, at least 1."
            )

    @property
    def interval(self) -> float:
        """Length of a step. [d]"""
        return self.days / self.steps

    @property
    def effective_impact(self) -> float:
        """Temporary impact less half a step of the permanent one, which is counted apart."""
        return self.temporary - 0.5 * self.permanent * self.interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution(Result):
    """A schedule with its expected cost and its risk.

    Attributes
    ----------
    holdings : Series by time in days
        Shares left at each time, the full order first and 0 last. [shares]
    trades : Series by time in days
        Shares sold in the step that ends there. [shares]
    cost : float
        Expected cost against the first price, owed > 0. [money]
    risk : float
        Standard deviation of the cost. [money]
    urgency : float
        kappa: 1 / kappa days is the time in which the best schedule sells to about 1/e. [1/d]
    half_life : float
        1 / kappa, as Almgren and Chriss call it. [d] Infinite without dislike of risk.
    risk_aversion : float
        [1/money]
    origin : Origin
    """

    holdings: pd.Series
    trades: pd.Series
    cost: float
    risk: float
    urgency: float
    half_life: float
    risk_aversion: float
    origin: Origin

    def to_frame(self) -> pd.DataFrame:
        """One row a time: ``holdings``, ``trades`` [shares]."""
        return pd.DataFrame({"holdings": self.holdings, "trades": self.trades})


def almgren_chriss(
    shares: float,
    days: float,
    *,
    steps: int,
    sigma: float,
    permanent: float,
    temporary: float,
    fixed: float = 0.0,
    risk_aversion: float = 0.0,
) -> Execution:
    """Best schedule to sell a block by a deadline, its expected cost and its risk.

    Parameters
    ----------
    shares, days, steps, sigma, permanent, temporary, fixed
        As in :class:`Order`.
    risk_aversion : float
        lambda: money of expected cost given for one of variance. [1/money] 0 sells evenly;
        infinite sells everything in the first step.

    Returns
    -------
    Execution

    Raises
    ------
    ConfigError
        A parameter outside its range, or a step so long that splitting costs nothing.

    References
    ----------
    .. [1] R. Almgren and N. Chriss, "Optimal execution of portfolio transactions", Journal of Risk
       3(2), 2000: equations 17-20 for the trajectory, 4 and 5 for its cost and variance.
    """
    order = Order(
        shares=shares, days=days, steps=steps, sigma=sigma, permanent=permanent,
        temporary=temporary, fixed=fixed,
    )  # fmt: skip
    return best_execution(order, risk_aversion)


def best_execution(order: Order, risk_aversion: float) -> Execution:
    """As :func:`almgren_chriss`, for an `Order`."""
    urgency = _urgency(order, risk_aversion)
    holdings = _trajectory(order, urgency)
    cost, risk = cost_and_risk(order, holdings)
    times = pd.Index(np.arange(order.steps + 1) * order.interval, name="day")
    sold = np.concatenate([[0.0], -np.diff(holdings)])
    return Execution(
        holdings=pd.Series(holdings, times, name="holdings"),
        trades=pd.Series(sold, times, name="trades"),
        cost=cost,
        risk=risk,
        urgency=urgency,
        half_life=1.0 / urgency if urgency > 0 else float("inf"),
        risk_aversion=risk_aversion,
        origin=Origin(
            assumptions=(
                "impact in proportion to speed, lasting part in proportion to shares",
                "no drift, volatility the same every day",
            )
        ),
    )


def cost_and_risk(order: Order, holdings: FloatArray) -> tuple[float, float]:
    """Expected cost and standard deviation of any schedule, best or not. [money]

    Parameters
    ----------
    order : Order
    holdings : ndarray of shape (steps + 1,)
        Shares left at each time; the first is the order, the last 0. [shares]
    """
    sold = -np.diff(holdings)
    lasting = 0.5 * order.permanent * order.shares**2
    spread = order.fixed * float(np.abs(sold).sum())
    speed = order.effective_impact / order.interval * float((sold**2).sum())
    variance = order.sigma**2 * order.interval * float((holdings[1:] ** 2).sum())
    return lasting + spread + speed, float(np.sqrt(variance))


def _urgency(order: Order, risk_aversion: float) -> float:
    if not risk_aversion >= 0:
        raise ConfigError(
            f"`risk_aversion`={risk_aversion}: below 0 one would pay to keep the risk. Give 0 "
            "(even selling) or more, per unit of money; 1e-6 is a usual size."
        )
    if np.isinf(risk_aversion):
        return float("inf") if order.sigma > 0 else 0.0
    squared = risk_aversion * order.sigma**2 / order.effective_impact
    # 2 sinh(kappa tau / 2) = kappa~ tau is the paper's cosh relation, exact for small kappa too.
    return float(2.0 / order.interval * np.arcsinh(0.5 * np.sqrt(squared) * order.interval))


def _trajectory(order: Order, urgency: float) -> FloatArray:
    """Shares left: ``X sinh(kappa (T - t)) / sinh(kappa T)``, without overflow."""
    times = np.arange(order.steps + 1, dtype=np.float64) * order.interval
    if urgency * order.days < 1e-8:  # the ratio of sines is the straight line to 1e-16
        return order.shares * (1.0 - times / order.days)
    if np.isinf(urgency):
        return np.where(times > 0.0, 0.0, order.shares)
    left = order.days - times
    sines = np.expm1(-2 * urgency * left) / np.expm1(-2 * urgency * order.days)
    out: FloatArray = order.shares * np.exp(-urgency * times) * sines
    out[-1] = 0.0
    return out
