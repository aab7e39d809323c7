"""Cost of a sale by the square root law, with the volume that is left under stress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

#: Mean price paid along a path that grows as a square root, over its end.
PATH_MEAN = 2.0 / 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleCost(Result):
    """What selling a position in a given time costs, and risks.

    Attributes
    ----------
    days : float
        [d]
    participation : float
        Share of the volume one would be. [1] Above 1 the sale cannot be done in that time.
    feasible : bool
        Whether `participation` is at most 1.
    impact_low, impact_high : float
        Fall of the price caused by the end of the sale, > 0: low if each day's impact is gone the
        next morning, high if none of it ever goes. [1] NaN where not feasible.
    cost_low, cost_high : float
        Expected cost of the two, 2/3 of the impact times the position. [money]
    risk : float
        Standard deviation of the result from the market while it is being sold. [money]
    origin : Origin
    """

    days: float
    participation: float
    feasible: bool
    impact_low: float
    impact_high: float
    cost_low: float
    cost_high: float
    risk: float
    origin: Origin


def sale_cost(
    position: float,
    days: float,
    *,
    daily_amount: float,
    volatility: float,
    volume_left: float = 1.0,
    factor: float = 1.0,
) -> SaleCost:
    """Cost and risk of selling a position evenly in so many days.

    Parameters
    ----------
    position : float
        Money to sell, > 0. [money]
    days : float
        At least 1. [d]
    daily_amount : float
        Money usually traded a day. [money/d]
    volatility : float
        Daily. [1/sqrt(d)]
    volume_left : float
        Share of the usual amount still traded under stress, in (0, 1]. [1]
    factor : float
        Y of the law ``Y sigma sqrt(Q / V)``, about 1. [1]

    Returns
    -------
    SaleCost
        With all the impact kept, Y sigma sqrt(Q / V) whatever the time taken: the law knows no
        speed. With impact that is gone overnight each day pays for its own part only,
        Y sigma sqrt(Q / (days V)). The truth lies between: impact fades about as the inverse square
        root of time. Risk: volatility times position times sqrt(days / 3), an even sale.

    Raises
    ------
    ConfigError
        A parameter outside its range.

    References
    ----------
    .. [1] Y. Sato and K. Kanazawa, "Strict universality of the square-root law in price impact
       across stocks", 2025: exponent 0.489 +- 0.0015 across the stocks of the Tokyo exchange.
    """
    _check(position, days, daily_amount, volatility, volume_left, factor)
    volume = daily_amount * volume_left
    share = position / (days * volume)
    feasible = share <= 1.0
    kept = factor * volatility * np.sqrt(position / volume) if feasible else np.nan
    gone = kept / np.sqrt(days)
    return SaleCost(
        days=float(days),
        participation=share,
        feasible=bool(feasible),
        impact_low=float(gone),
        impact_high=float(kept),
        cost_low=float(PATH_MEAN * gone * position),
        cost_high=float(PATH_MEAN * kept * position),
        risk=float(volatility * position * np.sqrt(days / 3.0)),
        origin=Origin(
            assumptions=(
                f"square root law with factor {factor:g}",
                f"{volume_left:.0%} of the usual volume left",
                "range: impact gone overnight, to never gone",
            )
        ),
    )


def fast_or_slow(
    position: float,
    horizons: Sequence[float] = (5.0, 500.0),
    *,
    daily_amount: float,
    volatility: float,
    volume_left: float = 1.0,
    factor: float = 1.0,
) -> pd.DataFrame:
    """Set a quick sale beside a slow one; default a week and two years.

    Parameters
    ----------
    position, daily_amount, volatility, volume_left, factor
        As in :func:`sale_cost`.
    horizons : sequence of float
        Days to sell in. [d]

    Returns
    -------
    DataFrame indexed by days
        ``participation`` [1], ``feasible``, ``impact_low``, ``impact_high`` [1], ``cost_low``,
        ``cost_high``, ``risk`` [money].
    """
    columns = ["participation", "feasible", "impact_low", "impact_high"]
    columns += ["cost_low", "cost_high", "risk"]
    rows = []
    for days in horizons:
        one = sale_cost(
            position, days, daily_amount=daily_amount, volatility=volatility,
            volume_left=volume_left, factor=factor,
        )  # fmt: skip
        rows.append([getattr(one, name) for name in columns])
    index = pd.Index([float(d) for d in horizons], name="days")
    return pd.DataFrame(rows, index, columns=columns)


def _check(
    position: float,
    days: float,
    daily_amount: float,
    volatility: float,
    volume_left: float,
    factor: float,
) -> None:
    positive = (position, daily_amount, volatility, factor)
    good = all(0 < value < np.inf for value in positive)
    if not good or not 1 <= days < np.inf or not 0 < volume_left <= 1:
        raise ConfigError(
            f"Selling {position:g} in {days:g} days at {daily_amount:g} a day, volatility "
            f"{volatility:g}, {volume_left:g} of the volume left, factor {factor:g}: the law needs "
            "each above 0, a day at least, and at most the usual volume. Give money and fractions."
        )
