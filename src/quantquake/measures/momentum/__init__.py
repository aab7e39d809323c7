"""Past winners against past losers: what the momentum trade earned, how rare, and who caused it.

The parts live beside: `momentum_legs` (who is in the trade, what its legs return, in sigmas),
`leg_attribution` (who lost it), `leg_report` (one day).
"""

from quantquake.measures.momentum.attribution import attribution
from quantquake.measures.momentum.leg_report import DayReport, day_report
from quantquake.measures.momentum.legs import (
    formation_returns,
    leg_masks,
    leg_returns,
    move_sigma,
)

__all__ = [
    "DayReport",
    "attribution",
    "day_report",
    "formation_returns",
    "leg_masks",
    "leg_returns",
    "move_sigma",
]
