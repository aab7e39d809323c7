"""Value investors who borrow: why leverage makes quiet days quieter and crashes worse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting
from quantquake.cascade.kernels import value_funds
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeveragedValue(Result):
    """One long run.

    Attributes
    ----------
    price : ndarray of shape (n_steps,)
        Over the fundamental value. [1]
    wealth : ndarray of shape (n_steps, n_funds)
        [money]
    defaults : int
        Funds that died.
    deviation, kurtosis : float
        Of the log returns; 3 for a normal law. [1]
    clustering : float
        Autocorrelation of their sizes, one step apart. [1]
    origin : Origin
    """

    price: Array
    wealth: Array
    defaults: int
    deviation: float
    kurtosis: float
    clustering: float
    origin: Origin = field(default_factory=Origin)

    def to_frame(self) -> pd.DataFrame:
        """One row a step: ``price``, then the wealth of each fund."""
        table = pd.DataFrame(self.wealth).add_prefix("fund_")
        table.insert(0, "price", self.price)
        return table.rename_axis("step")


def thurner_farmer_geanakoplos(
    max_leverage: float,
    *,
    steps: int = 12_000,
    aggressiveness: Any = tuple(range(5, 55, 5)),
    n_shares: float = 1000.0,
    first_wealth: float = 2.0,
    flow: float = 0.15,
    benchmark: float = 0.005,
    noise: float = 0.035,
    reversion: float = 0.99,
    burn_in: int = 1000,
    seed: int = 0,
) -> LeveragedValue:
    """Simulate funds that buy below value on margin, against noise traders who revert.

    Parameters
    ----------
    max_leverage : float
        Limit the lender sets, at least 1. [1]
    steps : int
    aggressiveness : array of shape (n_funds,)
        beta: a fund's leverage per unit of mispricing, up to the limit. [1]
    n_shares : float
        [shares], of fundamental value 1.
    first_wealth : float
        Of a fund; it dies at a tenth of it and is replaced after 100 steps. [money]
    flow, benchmark : float
        Investors add ``flow x (average return - benchmark)`` of its wealth to a fund. [1]
    noise, reversion : float
        Of the log money noise traders hold. [1]
    burn_in : int
        Steps left out of the statistics.
    seed : int

    Raises
    ------
    DataError, ConfigError
        Values out of range.

    References
    ----------
    .. [1] S. Thurner, J. D. Farmer and J. Geanakoplos, "Leverage causes fat tails and clustered
       volatility", Quantitative Finance 12(5), 2012.
    """
    beta = numbers("aggressiveness", aggressiveness, (None,), "each fund has its own")
    refuse("aggressiveness", beta <= 0, "is not above 0", "such a fund never buys", "Leave it out")
    setting("max_leverage", max_leverage, 1.0, 1e6, "it is exposure over equity")
    setting("first_wealth", first_wealth, 1e-60, 1e60, "a fund starts with something")
    setting("n_shares", n_shares, 1e-60, 1e60, "there is something to hold")
    setting("reversion", reversion, 0.0, 0.999999, "noise traders return to value")
    if steps < burn_in + 100 or burn_in < 0:
        raise ConfigError(
            f"`steps` is {steps} and `burn_in` {burn_in}: moments of fewer than 100 steps are noise. "
            "Give more steps."
        )
    draws = np.random.default_rng(seed).standard_normal(steps)
    demand = value_funds.noise_money(draws, n_shares, noise, reversion)
    price, wealth = np.empty(steps), np.empty((steps, len(beta)))
    defaults = value_funds.trade(
        demand, beta, max_leverage, n_shares, first_wealth, flow, benchmark, price, wealth
    )
    moves = np.diff(np.log(price[burn_in:]))
    size = np.abs(moves)
    centred = moves - moves.mean()
    return LeveragedValue(
        price=price, wealth=wealth, defaults=int(defaults), deviation=float(moves.std()),
        kurtosis=float((centred**4).mean() / (centred**2).mean() ** 2),
        clustering=float(np.corrcoef(size[:-1], size[1:])[0, 1]),
        origin=Origin(seed=seed, assumptions=("one asset", "funds only go long")),
    )  # fmt: skip
