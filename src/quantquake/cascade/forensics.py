"""A fire sale read off the prices of a run, as somebody would who cannot see the books."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from quantquake.cascade.closed_form.forensics import Forensics, fire_sale_forensics
from quantquake.cascade.ensembles.summary import Ensemble
from quantquake.cascade.result import CascadeResult
from quantquake.cascade.scenario import Scenario
from quantquake.errors import ConfigError, DataError
from quantquake.types import Origin, Result

Array = npt.NDArray[np.float64]
Run = CascadeResult | Ensemble

#: Parts left out in turn to see how far the answer hangs on each.
BLOCKS = 10
#: Student's t for 95 % with one degree of freedom fewer.
STUDENT = 2.262


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadSale(Result):
    """What prices say of a sale.

    Attributes
    ----------
    flow : Series of shape (n_groups,)
        Money traded in each group by those liquidating, sales negative. [money]
    low, high : Series of shape (n_groups,)
        95 % interval of it, from leaving out a tenth of the returns at a time. [money]
    total : tuple of float
        Sum of sizes, and its interval. [money]
    strength : float
        Largest eigenvalue of the scaled liquidation matrix. [1]
    noise : float
        What it comes to in samples of this length without any sale, at most. [1]
    found : bool
        Whether `strength` exceeds `noise`. If not, `flow` is noise and says nothing.
    origin : Origin
    """

    flow: pd.Series
    low: pd.Series
    high: pd.Series
    total: tuple[float, float, float]
    strength: float
    noise: float
    found: bool
    origin: Origin = field(default_factory=Origin)


def read_sale(before: Run, during: Run, scenario: Scenario, *, days: int = 1) -> ReadSale:
    """Recover a liquidation from the covariance of prices before and during it.

    Parameters
    ----------
    before, during : CascadeResult or Ensemble
        Closes of the same groups without and with the sale: other days, or another seed. Of an
        ensemble the mean path's sale is read.
    scenario : Scenario
        Of `during`: its groups' depth under the linear law. Who takes part is not looked at.
    days : int
        Length of one return. A seller that answers today's fall tomorrow is seen only in returns that
        hold both, so give as many days as its answer takes. [d]

    Raises
    ------
    ConfigError
        If the law of impact is not linear: then money has no one depth. If `days` is below 1.
    DataError
        If the groups differ, or there are not more returns than groups.

    Notes
    -----
    Under the linear law money q moves a price by ``Y sigma q / V`` (strength Y, daily volatility
    sigma, daily amount V), so the depth of [1]_, money for a move of 100 %, is ``V / (Y sigma)``.
    Of samples of T1 and T2 returns of n assets the largest eigenvalue of the change is about
    ``sqrt(n / T1 + n / T2)`` by chance; `noise` is one and a half times that.

    References
    ----------
    .. [1] R. Cont and L. Wagalath, "Fire sales forensics: measuring endogenous risk",
       Mathematical Finance 26(4), 2016.
    """
    names, depth = linear_depth(scenario)
    if days < 1:
        raise ConfigError(f"days={days}: a return over no day is none. Give 1 or more.")
    calm, stressed = (_returns(run, names, days) for run in (before, during))
    whole = _read(calm, stressed, depth, len(stressed))
    left = [_read(_without(calm, k), _without(stressed, k), depth, len(stressed))
            for k in range(BLOCKS)]  # fmt: skip
    flow, half = whole.flow, STUDENT * _spread(np.array([one.flow for one in left]))
    width = STUDENT * float(_spread(np.array([[one.total] for one in left]))[0])
    lengths = [r.shape[0] * r.shape[2] for r in (calm, stressed)]
    noise = 1.5 * float(np.sqrt(sum(len(names) / t for t in lengths)))
    index = pd.Index(names, name="group")
    return ReadSale(
        flow=pd.Series(flow, index),
        low=pd.Series(flow - half, index),
        high=pd.Series(flow + half, index),
        total=(whole.total, whole.total - width, whole.total + width),
        strength=float(whole.strength[0]),
        noise=noise,
        found=bool(whole.strength[0] > noise),
        origin=Origin(
            coverage={"returns before": f"{lengths[0]:,}", "returns during": f"{lengths[1]:,}"},
            assumptions=("linear impact", "one portfolio is sold", "groups trade as one asset"),
        ),
    )


def linear_depth(scenario: Scenario) -> tuple[list[str], Array]:
    """Names of the groups and the money that moves each by 100 %, (n_groups,) [money].

    Raises
    ------
    ConfigError
        If the law of impact is not linear.
    """
    law = scenario.impact
    if law.law != "linear" or not law.strength > 0:
        raise ConfigError(
            f"impact.law={law.law}, strength={law.strength:g}: money moves a price by its depth only under "
            "a linear law, and the size read would depend on the size. Run the scenario with `law: linear`."
        )
    names = [g.name for g in scenario.groups]
    return names, np.array(
        [g.daily_amount / (law.strength * g.volatility) for g in scenario.groups]
    )


def _returns(run: Run, names: list[str], days: int) -> Array:
    """Returns of the groups over so many days each, (n_returns, n_groups, n_paths). [1]"""
    if isinstance(run, Ensemble):
        own, level = list(run.names["groups"]), run.arrays["groups"]
    else:
        own, level = list(run.groups), run.groups.to_numpy()[:, :, None]
    level = level[::days]
    moved = level[1:] / level[:-1] - 1.0
    if own != names or moved.shape[0] * moved.shape[2] <= 2 * len(names):
        raise DataError(
            f"{run.scenario} has {moved.shape[0] * moved.shape[2]:,} returns of {own} for {names}: a "
            "covariance of the same groups, from many more returns than groups, is needed. Run more "
            "days or paths of the same groups."
        )
    return moved


def _read(calm: Array, stressed: Array, depth: Array, length: int) -> Forensics:
    # The sale is linear in returns, so the mean path's sale follows from the mean path's returns;
    # where days are left out, the others stand for them.
    over = length * stressed.mean(axis=(0, 2))
    return fire_sale_forensics(_covariance(calm), _covariance(stressed), depth, over)


def _covariance(moved: Array) -> Array:
    """Covariance of one day; news that all paths share is no covariance."""
    centre = moved.mean(axis=2 if moved.shape[2] > 1 else 0, keepdims=True)
    flat = np.moveaxis(moved - centre, 1, 0).reshape(moved.shape[1], -1)
    freedom = flat.shape[1] * (1 - 1 / (moved.shape[2] if moved.shape[2] > 1 else moved.shape[0]))
    return np.asarray(flat @ flat.T / freedom)


def _without(moved: Array, block: int) -> Array:
    """Leave out a tenth of the paths, or of the days where there are few paths."""
    axis = 2 if moved.shape[2] >= 2 * BLOCKS else 0
    return np.compress(np.arange(moved.shape[axis]) % BLOCKS != block, moved, axis=axis)


def _spread(left: Array) -> Array:
    """Standard error from estimates that leave out a block each; (n_blocks, n) to (n,)."""
    n = len(left)
    return np.asarray(np.sqrt((n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0)))
