"""What comes back when forced selling ends: only the part of impact that was temporary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from quantquake.cascade.fields import numbers, setting


def rebound(flow: Any, depth: float, *, permanent: float, half_life: float) -> pd.DataFrame:
    """Log price while a flow hits the market and afterwards.

    Parameters
    ----------
    flow : array of shape (n_steps,)
        Signed money a step, sales negative, 0 once it is over. [money]
    depth : float
        Money that moves the log price by 1, at linear impact. [money]
    permanent : float
        Part of the impact that stays, 0 to 1. [1]
    half_life : float
        Steps in which half of the temporary part is gone. [steps]

    Returns
    -------
    DataFrame of shape (n_steps, 3)
        ``permanent``, ``temporary``, ``total``: log price change so far, after the step. [1]

    Raises
    ------
    DataError, ConfigError
        A flow that is not finite, settings out of range.
    """
    money = numbers("flow", flow, (None,), "each step trades something")
    setting("depth", depth, 1e-60, np.inf, "a flow is measured against it")
    setting("permanent", permanent, 0.0, 1.0, "it is a part")
    setting("half_life", half_life, 1e-9, np.inf, "it is a time")
    push, keep = money / depth, 0.5 ** (1 / half_life)
    temporary, left = np.empty(len(push)), 0.0
    for step, moved in enumerate(push):
        left = left * keep + (1 - permanent) * moved
        temporary[step] = left
    table = pd.DataFrame({"permanent": permanent * np.cumsum(push), "temporary": temporary})
    table["total"] = table["permanent"] + table["temporary"]
    return table.rename_axis("step")
