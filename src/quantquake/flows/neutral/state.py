"""What the basis asks of neutral funds today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.measures.basis.pressure import neutral_pressure
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralState(Result):
    """What the basis asks of neutral funds today.

    Attributes
    ----------
    paper : float
        Profit of open hedges beyond the straight line to expiry. [1 of hedged notional]
    locked_annual : float
        What a new hedge costs a year. [1/yr]
    closing, opening, net : float
        Percentiles, and opening minus closing: below 0 stocks are sold. [1] NaN: history too short.
    origin : Origin
    """

    paper: float
    locked_annual: float
    closing: float = float("nan")
    opening: float = float("nan")
    net: float = float("nan")
    origin: Origin


def neutral_state(history: pd.DataFrame) -> NeutralState:
    """Read today's pressure on neutral funds from a product's basis history.

    Parameters
    ----------
    history : DataFrame
        As :func:`quantquake.measures.basis.history` returns it, with open interest.

    Raises
    ------
    DataError
        As `measures.basis.pressure.neutral_pressure`; nothing to read on the last day.
    """
    pressure = neutral_pressure(history)
    today = pressure.iloc[-1]
    if np.isnan(today["paper"]):
        raise DataError(
            f"no paper profit of open hedges on {pressure.index[-1]:%Y-%m-%d}: what the basis asks "
            "of neutral funds is unknown. Give a futures history that reaches that day."
        )
    return NeutralState(
        **{
            key: float(today[key])
            for key in ("paper", "locked_annual", "closing", "opening", "net")
        },
        origin=Origin(as_of=pressure.index[-1], coverage={"sessions": f"{len(pressure)}"}),
    )
