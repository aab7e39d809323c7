"""From fast and dear to slow and risky: the frontier of cost and risk, and an order from volume."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from quantquake.errors import ConfigError
from quantquake.flows.execution.schedule import Order, best_execution

#: From even selling to nearly at once, for prices and sizes of ordinary stocks. [1/money]
AVERSIONS = (0.0, *(float(v) for v in np.geomspace(1e-8, 1e-4, 33)), float("inf"))


def frontier(order: Order, aversions: Sequence[float] = AVERSIONS) -> pd.DataFrame:
    """Expected cost and risk of the best schedule for each dislike of risk.

    Parameters
    ----------
    order : Order
    aversions : sequence of float
        lambda, at least 0; infinite sells everything in the first step. [1/money]

    Returns
    -------
    DataFrame indexed by `risk_aversion`, in the order given
        ``cost``, ``risk`` [money], ``half_life`` [d], ``first_step``: share sold in it [1].

    Raises
    ------
    ConfigError
        No aversion, or a negative one.
    """
    if not len(aversions):
        raise ConfigError(
            "`aversions` is empty: the frontier would have no point. Give at least one, say 1e-6."
        )
    rows = []
    for aversion in aversions:
        best = best_execution(order, aversion)
        first = float(best.trades.iloc[1]) / order.shares
        rows.append((best.cost, best.risk, best.half_life, first))
    index = pd.Index(list(aversions), name="risk_aversion", dtype=float)
    return pd.DataFrame(rows, index, columns=["cost", "risk", "half_life", "first_step"])


def order_from_volume(
    shares: float,
    days: float,
    *,
    daily_volume: float,
    volatility: float,
    price: float,
    spread: float,
    steps: int | None = None,
    volume_left: float = 1.0,
) -> Order:
    """Order whose impacts follow from how much is traded a day.

    Almgren and Chriss' own rule: selling 1 % of a day's volume moves one's price by a spread, selling
    10 % moves it for good by as much. Their example is ``daily_volume=5e6, spread=0.125``.

    Parameters
    ----------
    shares, days, steps
        As in :class:`Order`; default one step a day.
    daily_volume : float
        Usual volume. [shares/d]
    volatility : float
        Of daily returns. [1/sqrt(d)]
    price, spread : float
        [money/share]
    volume_left : float
        Share of the usual volume still traded under stress, in (0, 1]. [1]

    Raises
    ------
    ConfigError
        A parameter that is not above 0, or `volume_left` above 1.
    """
    positive = (daily_volume, price, spread, volume_left)
    if not all(0 < v < np.inf for v in positive) or volume_left > 1:
        raise ConfigError(
            f"`daily_volume`={daily_volume}, `price`={price}, `spread`={spread}, "
            f"`volume_left`={volume_left}: impact is measured against volume and spread. Give each "
            "above 0, and the share of volume left at most 1."
        )
    volume = daily_volume * volume_left
    return Order(
        shares=shares,
        days=days,
        steps=max(1, round(days)) if steps is None else steps,
        sigma=volatility * price,
        permanent=spread / (0.1 * volume),
        temporary=spread / (0.01 * volume),
        fixed=0.5 * spread,
    )
