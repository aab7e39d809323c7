"""Leverage after capital is paid out or lost while positions stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.fields import numbers, refuse, setting


def leverage_path(leverage: float, *, payout: Any = 0.0, asset_return: Any = 0.0) -> pd.DataFrame:
    """Leverage step by step as capital is returned to investors and positions gain or lose.

    Parameters
    ----------
    leverage : float
        Gross assets over equity at the start. [1]
    payout : float or array of shape (n,)
        Part of equity paid out at the beginning of each step, positions kept; negative: paid in. [1]
    asset_return : float or array of shape (n,)
        Return of the assets in each step, falls negative. [1]

    Returns
    -------
    DataFrame of shape (n + 1, 3)
        ``assets``, ``equity`` over equity at the start, ``leverage`` [1]; leverage is infinite
        once equity is gone.

    Raises
    ------
    ConfigError, DataError
        Leverage below 1, a payout of everything or more, a return below -1, lengths that differ.
    """
    setting("leverage", leverage, 1.0, 1e9, "it is gross assets over equity")
    paid, moved = (
        numbers(name, np.atleast_1d(value), (None,), "one number a step")
        for name, value in (("payout", payout), ("asset_return", asset_return))
    )
    steps = max(len(paid), len(moved))
    paid, moved = _spread("payout", paid, steps), _spread("asset_return", moved, steps)
    refuse(
        "payout", paid >= 1, "is everything or more", "no fund would be left", "Give less than 1"
    )
    refuse("asset_return", moved < -1, "is below -1", "assets end at nothing", "Give -0.05 for 5 %")
    assets = leverage * np.cumprod(np.r_[1.0, 1 + moved])
    equity = [1.0]
    for step in range(steps):
        equity.append(equity[-1] * (1 - paid[step]) + assets[step] * moved[step])
    table = pd.DataFrame({"assets": assets, "equity": equity}).rename_axis("step")
    alive = table["equity"] > 0
    table["leverage"] = np.where(alive, table["assets"] / table["equity"].where(alive, 1.0), np.inf)
    return table


def _spread(name: str, given: npt.NDArray[np.float64], steps: int) -> npt.NDArray[np.float64]:
    one = np.full(steps, given[0]) if len(given) == 1 else given
    return numbers(name, one, (steps,), "payouts and returns belong to the same steps")
