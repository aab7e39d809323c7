"""The declared law of a made-up crowd: the numbers, and the hazard that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quantquake.data.synthetic.universe import Floats
from quantquake.types import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdLaw(Result):
    """The declared law of the crowd: every number that makes its footprint.

    Attributes
    ----------
    peak_days : float
        Crowd holding of its own names at full size, in days of their normal amount. [d]
    impact : float
        Log price move, in daily volatilities, of buying one day's normal amount. [1]
    permanent : float
        Share of the impact that stays; the rest fades. [1]
    fade : float
        Share of the temporary impact left after one session. [1]
    rotation : float
        Daily joint reshuffle of the holding, one standard deviation: the common factor. [1/d]
    trading : float
        Share of the holding traded gross each day (both ways, moves no price). [1/d]
    hazard_most, hazard_middle, hazard_width : float
        Daily probability of an unwind: ``most / (1 + exp(-(days - middle) / width))``.
    exit_share : float
        Share of the holding sold in the unwind. [1]
    stress : float
        Impact is this much larger on unwind days, when others step back; the extra fades too. [1]
    swap : float
        Share of the proceeds that goes into mid-index members the session after. [1]
    hedge_cost : float
        Deepening of the small product's yearly discount per day of crowd holding. [1/yr/d]
    panic : float
        Deepening of that discount at the worst of the unwind. [1/yr]
    """

    peak_days: float = 3.75
    impact: float = 5.5
    permanent: float = 0.6
    fade: float = 0.75
    rotation: float = 0.020
    trading: float = 0.22
    hazard_most: float = 0.02
    hazard_middle: float = 3.0
    hazard_width: float = 0.3
    exit_share: float = 0.75
    stress: float = 2.0
    swap: float = 0.8
    hedge_cost: float = 0.016
    panic: float = 0.17

    def hazard(self, crowd_days: Floats) -> Floats:
        """Daily probability that the unwind starts, given the crowd's size. [1/d]

        Parameters
        ----------
        crowd_days : ndarray
            Crowd holding in days of its names' normal amount. [d] Zero means no crowd.
        """
        size = np.asarray(crowd_days, dtype=float)
        rate = self.hazard_most / (1.0 + np.exp(-(size - self.hazard_middle) / self.hazard_width))
        return np.where(size > 0.0, rate, 0.0)
