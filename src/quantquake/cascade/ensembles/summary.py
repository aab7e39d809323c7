"""What thousands of paths say together: fans, losses, who sold, and how often it ended badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.ensembles.batch import Arrays
from quantquake.cascade.outcome import Outcome
from quantquake.cascade.scenario import Scenario
from quantquake.errors import ConfigError
from quantquake.types import Origin, Result

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble(Result):
    """Many paths of one scenario.

    Attributes
    ----------
    scenario : str
    paths : int
        Paths finished; fewer than `wanted` if the run was cancelled.
    wanted : int
    numbers : tuple of int
        Which paths they are.
    names : dict of str to tuple of str
        ``groups``, ``indices``, ``participants``, in the order of the arrays.
    arrays : dict of str to ndarray
        ``groups``, ``low``, ``depth`` (D + 1, G, S); ``index``, ``basis`` (D + 1, I, S); ``nav``,
        ``leverage`` (D + 1, P, S), NaN without a balance sheet; ``gain`` (D + 1, P, S) [money], NaN but
        for those who trade for their own account without one; ``sold``, ``bought`` (D, P, G, S)
        [money]; ``futures`` (D, P, I, S) [money]; ``outcomes`` (O, P, S) holders by ending, NaN
        without a balance sheet; ``first`` (O, P, S) day on which the first of them came to it, NaN if
        none did; ``closed`` (1, S).
    origin : Origin
    """

    scenario: str
    paths: int
    wanted: int
    numbers: tuple[int, ...]
    names: dict[str, tuple[str, ...]]
    arrays: Arrays
    origin: Origin

    @property
    def funded(self) -> list[str]:
        """Participants with a balance sheet; the others have no unit value and no ending."""
        known = np.isfinite(self.arrays["nav"][0]).all(axis=-1)
        return [n for n, has in zip(self.names["participants"], known, strict=True) if has]

    def fan(self, what: str, name: str, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """Quantiles over paths by day, e.g. ``fan("groups", "small")`` or ``fan("nav", "dma")``.

        Raises
        ------
        ConfigError
            If there is no such quantity or name, or the name has no such quantity: no unit value
            without a balance sheet, no basis without futures.
        """
        table = pd.DataFrame(self._of(what, name)).quantile(list(quantiles), axis=1).T
        # NaN on a day on which no path has the quantity: leverage where all equity is gone.
        return table.set_axis(list(quantiles), axis=1).rename_axis("day")

    def final(self, what: str, name: str) -> pd.Series:
        """Value on the last day by path."""
        return pd.Series(
            self._of(what, name)[-1], index=pd.Index(self.numbers, name="path"), name=name
        )

    def sellers(self) -> pd.DataFrame:
        """Median over paths of money sold net of bought, by day and participant. [money]"""
        net = (self.arrays["sold"] - self.arrays["bought"]).sum(axis=2)
        day = pd.RangeIndex(1, len(net) + 1, name="day")
        columns = pd.Index(self.names["participants"], name="participant")
        return pd.DataFrame(np.median(net, axis=-1), index=day, columns=columns)

    def endings(self) -> pd.DataFrame:
        """Mean share of each participant's holders by ending; NaN without a balance sheet. [1]"""
        counts = self.arrays["outcomes"]
        share = (counts / counts.sum(axis=0)).mean(axis=-1)
        return pd.DataFrame(
            share.T,
            index=pd.Index(self.names["participants"], name="participant"),
            columns=[o.name.lower() for o in Outcome],
        )

    def to_frame(self) -> pd.DataFrame:
        """Quantiles of every group's final price and of the final unit value of those who have one."""
        rows = {
            (what, name): self.final(what, name).quantile(list(QUANTILES))
            for what, names in (("groups", self.names["groups"]), ("nav", self.funded))
            for name in names
        }
        return pd.DataFrame(rows).T

    def _of(self, what: str, name: str) -> npt.NDArray[np.float64]:
        axis = {"groups": "groups", "low": "groups", "depth": "groups", "index": "indices",
                "basis": "indices", "nav": "participants", "leverage": "participants",
                "gain": "participants"}  # fmt: skip
        names = self.names[axis[what]] if what in axis else ()
        if name in names:
            values = self.arrays[what][:, names.index(name)]
            if np.isfinite(values).any():
                return values
        raise ConfigError(
            f"`{what}` of `{name}`: this ensemble has no such series, so there is nothing to show. "
            f"Quantities are {sorted(axis)}; names {self.names}; with a balance sheet are {self.funded}."
        )


def _levels(scenario: Scenario) -> npt.NDArray[np.float64]:
    return np.array([i.level for i in scenario.indices]).reshape(1, -1, 1)


def summarise(
    scenario: Scenario, seed: int, done: tuple[list[int], Arrays], *, wanted: int
) -> Ensemble:
    """Label the joined arrays."""
    numbers, arrays = done
    return Ensemble(
        scenario=scenario.name,
        paths=len(numbers),
        wanted=wanted,
        numbers=tuple(numbers),
        names={
            "groups": tuple(g.name for g in scenario.groups),
            "indices": tuple(i.name for i in scenario.indices),
            "participants": tuple(p.name for p in scenario.participants),
        },
        # Prices start at 1 in the engine; an index is told in its own points.
        arrays=arrays | {"index": arrays["index"] * _levels(scenario)},
        origin=Origin(
            as_of=scenario.start,
            coverage={"paths": f"{len(numbers)} of {wanted}"},
            assumptions=("paths differ by noise only", "uncalibrated unless the scenario says so"),
            seed=seed,
        ),
    )
