"""What the page of a simulation shows: one path in detail, many around it, another run beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from quantquake import __version__
from quantquake.cascade.days import session_dates
from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.overlap import Overlap
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario

#: Series drawn side by side in one figure.
MOST_FANS = 5


@dataclass(frozen=True, kw_only=True)
class Against:
    """The run it is compared with, on the same random numbers.

    Attributes
    ----------
    name : str
        What it is called: "as written", or the other scenario's name.
    result : CascadeResult
        Its path of the same number.
    ensemble : Ensemble or None
    difference : DataFrame
        ``cascade.readings.difference`` of this run against it.
    """

    name: str
    result: CascadeResult
    difference: pd.DataFrame
    ensemble: Ensemble | None = None


@dataclass(frozen=True, kw_only=True)
class CascadeParts:
    """A simulation, already run.

    Attributes
    ----------
    scenario : Scenario
    result : CascadeResult
        The path told in detail.
    events : DataFrame
        ``cascade.events.events`` of it.
    path : int
        Its number.
    seed : int
    ensemble : Ensemble or None
        All paths, if more than one was asked for.
    order : DataFrame or None
        ``cascade.ensembles.order.order`` of them.
    overlap : Overlap or None
    against : Against or None
    changes : tuple of str
        What was changed in the scenario, as options of the command line.
    stopped : bool
        Whether the run was interrupted: fewer paths than asked for.
    version : str
    """

    scenario: Scenario
    result: CascadeResult
    events: pd.DataFrame
    path: int = 0
    seed: int = 0
    ensemble: Ensemble | None = None
    order: pd.DataFrame | None = None
    overlap: Overlap | None = None
    against: Against | None = None
    changes: tuple[str, ...] = ()
    stopped: bool = False
    version: str = __version__

    @cached_property
    def dates(self) -> pd.DatetimeIndex | None:
        """Dates of the days, if the scenario has a start."""
        return session_dates(self.scenario)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each participant that holds or trades stocks: the others need no colour."""
        seen = set(self.result.ledger["participant"]) | set(self.funded)
        return {p.name: p.kind for p in self.scenario.participants if p.name in seen}

    @property
    def counts(self) -> dict[str, int]:
        """Holders of each participant."""
        return {p.name: p.count for p in self.scenario.participants}

    @property
    def funded(self) -> list[str]:
        """Participants with a balance sheet, largest book first."""
        size = self.result.nav.columns
        if self.overlap is not None:
            gross = self.overlap.nodes["gross"]
            size = sorted(size, key=lambda n: -float(gross.get(n, 0.0)))
        return [str(n) for n in size if n in self.result.funded]

    @property
    def hardest_hit(self) -> list[str]:
        """Participants with a balance sheet, the one whose unit value fell lowest first."""
        lowest = self.result.nav.iloc[1:].min()
        return sorted(self.funded, key=lambda n: float(lowest[n]))

    @cached_property
    def priced(self) -> tuple[str, list[str]]:
        """What is drawn as prices: few groups as they are, many of them by their indices."""
        groups = [g.name for g in self.scenario.groups]
        if len(groups) <= MOST_FANS or not self.scenario.indices:
            return "groups", groups[:MOST_FANS]
        return "index", [i.name for i in self.scenario.indices][:MOST_FANS]

    @property
    def closed_on(self) -> int | None:
        """Day on which trading stopped, if it did."""
        days = self.events.loc[self.events["kind"] == "closed", "day"]
        return int(days.iloc[0]) if len(days) else None

    def ends(self) -> dict[str, float]:
        """Level over its start of each price at the end: median over paths, or of the one. [1]"""
        what, names = self.priced
        if self.ensemble is None:
            return {n: float(self.path_of(what, n).iloc[-1]) for n in names}
        fans = {n: self.ensemble.fan(what, n, (0.5,))[0.5] for n in names}
        return {n: float(fan.iloc[-1] / fan.iloc[0]) for n, fan in fans.items()}

    def path_of(self, what: str, name: str) -> pd.Series:
        """Level over its start, on the path told in detail. [1]"""
        found: pd.Series = getattr(self.result, what)[name]
        return found / found.iloc[0] if what == "index" else found
