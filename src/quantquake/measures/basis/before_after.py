"""Did an event change one discount more than another? Difference in differences, with a placebo.

CSI 300 options opened on 2019-12-23; CSI 500 had none. Had the options taken the discount away, IF
should have narrowed against IC. The placebo asks how often a day on which nothing happened shows as
large a change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quantquake.errors import DataError
from quantquake.types import Origin, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter(Result):
    """Change of one series against another around a day.

    Attributes
    ----------
    treated_change, control_change : float
        Mean after less mean before. [unit of the series]
    effect : float
        Their difference.
    placebo_low, placebo_high : float
        Middle 95 % of the effect on days of the same history without the event between.
    chance : float
        Share of placebo days with an effect at least as large either way. [1]
    placebos : int
        Non-overlapping windows in the placebo history; below ten, `chance` says little.
    origin : Origin
    """

    treated_change: float
    control_change: float
    effect: float
    placebo_low: float
    placebo_high: float
    chance: float
    placebos: int
    origin: Origin


def before_after(
    treated: pd.Series, control: pd.Series, event: str | pd.Timestamp, *, window: int = 120
) -> BeforeAfter:
    """Compare two series before and after a day.

    Parameters
    ----------
    treated, control : Series by date
        Weighted discounts, say. NaN days are left out.
    event : date-like
        First day of the time after.
    window : int
        Days looked at on either side. [d]

    Raises
    ------
    DataError
        Fewer than `window` common days on a side, or no placebo day.
    """
    both = pd.concat([treated, control], axis=1, keys=["treated", "control"]).dropna()
    place = int(both.index.searchsorted(pd.Timestamp(event)))
    if place < window or len(both) - place < window:
        raise DataError(
            f"{place} days before and {len(both) - place} after {pd.Timestamp(event):%Y-%m-%d} are "
            f"common, {window} are needed on each side: a change would rest on one. Shorten "
            "`window` or give longer series."
        )
    change = _changes(both, window)
    gap = (change["treated"] - change["control"]).to_numpy()
    rows = np.arange(len(both))
    clear = np.isfinite(gap) & (np.abs(rows - place) >= 2 * window)
    if not clear.any():
        raise DataError(
            f"No window of {window} days on each side is free of the event: chance cannot be "
            "judged. Give a longer history or a shorter window."
        )
    placebo = gap[clear]
    low, high = np.quantile(placebo, [0.025, 0.975])
    return BeforeAfter(
        treated_change=float(change["treated"].iloc[place]),
        control_change=float(change["control"].iloc[place]),
        effect=float(gap[place]),
        placebo_low=float(low),
        placebo_high=float(high),
        chance=float((np.abs(placebo) >= abs(gap[place])).mean()),
        placebos=int(clear.sum() // (2 * window)),
        origin=Origin(
            as_of=both.index[min(place + window, len(both)) - 1],
            coverage={"days": f"{len(both)} common"},
            assumptions=(f"means of {window} days on each side; the two would else move alike",),
        ),
    )


def _changes(both: pd.DataFrame, window: int) -> pd.DataFrame:
    """Mean of the next `window` days, the day included, less mean of the `window` before it."""
    mean = both.rolling(window).mean()
    return mean.shift(-(window - 1)) - mean.shift(1)
