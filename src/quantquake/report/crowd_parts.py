"""What the demo shows of its crowd: what it would lose if it left, with and without an intervention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way the same exit may go.

    Attributes
    ----------
    code : str
        ``as_is`` first, then the interventions; worded under ``crowd``.
    value : Series by path
        What a unit of the position is worth at the end, sold or not. [1]
    unsold : Series by path
        Share of what it is left with that is still in the names. [1]
    lowest : Series by path
        Lowest close of the names, weighted as the crowd holds them, over the start. [1]
    ensemble : Ensemble
    """

    code: str
    value: pd.Series
    unsold: pd.Series
    lowest: pd.Series
    ensemble: Ensemble


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdParts:
    """The exit of a made-up market's crowd, rehearsed.

    Attributes
    ----------
    scenario : Scenario
        Of the first arm.
    on : Timestamp
        Evening whose positions are sold.
    held : float
        Position of all funds. [money]
    funds, names : int
    over : int
        Days the sale takes. [d]
    arms : sequence of Arm
    budget : float
        What the buyer spends, as a share of the position. [1]
    cap : float
        What each fund may sell a day under the order, as a share of its holding. [1]
    seed : int
    """

    scenario: Scenario
    on: pd.Timestamp
    held: float
    funds: int
    names: int
    over: int
    arms: Sequence[Arm]
    budget: float
    cap: float
    seed: int

    @property
    def paths(self) -> int:
        """Paths of each arm."""
        return len(self.arms[0].value)
