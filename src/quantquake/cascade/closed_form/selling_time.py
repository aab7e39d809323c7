"""A week or two years: cost and risk of selling a position evenly over a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting


def run_off(
    position: float, adv: float, sigma: float, days: Any, *, scale: float = 1.0
) -> pd.DataFrame:
    """Cost, market risk and price pressure of a sale spread evenly over each number of days.

    Parameters
    ----------
    position : float
        [money]
    adv : float
        Money traded a day. [money/d]
    sigma : float
        Daily volatility. [1]
    days : array of shape (n,)
        Lengths of the sale to compare. [d]
    scale : float
        Y of the square-root law ``Y sigma sqrt(daily sale / adv)`` of each day's own sale, gone the
        next day. [1]

    Returns
    -------
    DataFrame indexed by days
        ``participation`` daily sale over daily volume [1]; ``cost`` average loss to impact, a part
        of the position [1]; ``pressure`` fall of the price each day while selling [1]; ``risk``
        standard deviation of the proceeds by the market's own moves, ``sigma sqrt(days / 3)`` [1].

    Raises
    ------
    DataError, ConfigError
        Values at or below 0.
    """
    for name, value in (("position", position), ("adv", adv), ("sigma", sigma), ("scale", scale)):
        setting(name, value, 1e-300, 1e300, "cost and risk need it above 0")
    length = numbers("days", days, (None,), "one length a row")
    refuse("days", length <= 0, "is not above 0", "a sale takes time", "Give 5 for a week")
    part = position / length / adv
    pressure = scale * sigma * np.sqrt(part)
    table = {
        "participation": part,
        # Within a day the price falls with the root of what is sold: two thirds on average.
        "cost": 2 / 3 * pressure,
        "pressure": pressure,
        "risk": sigma * np.sqrt(length / 3),
    }
    return pd.DataFrame(table, index=pd.Index(length, name="days"))
