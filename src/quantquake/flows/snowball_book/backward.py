"""One backward pass through a normalised schedule, every age of it kept: the solve of a template.

Between closes the log of the index moves by an exact Gaussian step, so one session is one
convolution; functions that jump at a barrier are cut there and integrated with fourth-order end
weights. The note is split into what it is worth once knocked in, and the rest, which is zero at and
under the knock-in after every close. Parts that scale with coupon and bonus are solved beside the
principal, since the value is linear in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from quantquake.flows.snowball_book.terms import Floats, Ints

# Parts of the value, by what multiplies them.
#   knocked in: principal; 1 paid at knock-out (times coupon x life); months left at knock-out
#   (times -coupon).  Not yet knocked in, on top: the same three, then 1 paid at maturity (bonus).
PRINCIPAL, AT_KNOCK_OUT, MONTHS_LEFT, EXTRA, SURVIVES = 0, 1, 2, 3, 6
PARTS = 7
SESSIONS_A_MONTH = 20.25
"""Of Shanghai: 242 to 244 sessions a year."""
REACH = 7.0
"""Standard deviations a step looks to either side."""
_NODES = 4
_ROOT = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Nodes of the log of the index over its first level; the knock-in lies on a cell's edge.

    Attributes
    ----------
    first, step : float
        Node j lies at ``first + step * j``. [1]
    n : int
    knock_in : float
        Log of the barrier. [1]
    """

    first: float
    step: float
    n: int
    knock_in: float

    @property
    def nodes(self) -> Floats:
        """Logs of spot over first level, rising."""
        return np.asarray(self.first + self.step * np.arange(self.n), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A note counted back from its maturity.

    Attributes
    ----------
    sessions : int
        Longest life solved. [d]
    observation : ndarray of int of shape (n_observations,)
        Sessions before maturity of each observation, 0 first. [d]
    knock_out : ndarray of shape (n_observations,)
        [1]
    """

    sessions: int
    observation: Ints
    knock_out: Floats


def normalised(last: float, step: float, observations: int, sessions: int) -> Schedule:
    """Monthly observations counted back from maturity, the barrier rising by `step` a month back."""
    back = np.arange(observations)
    return Schedule(
        sessions=sessions,
        observation=np.rint(back * SESSIONS_A_MONTH).astype(np.int64),
        knock_out=(last + step * back).astype(np.float64),
    )


def end_weights(offset: float) -> Floats:
    """Extra weights of the nodes next to an edge, so that a sum of nodes is the integral to it.

    Parameters
    ----------
    offset : float
        Distance from the edge to the first node inside, in steps, in (0, 1].

    Returns
    -------
    ndarray of shape (4,)
        Exact for cubics: ``sum_j c_j (j + offset)^p = B_{p+1}(offset) / (p + 1)``. At 0.5 they are
        the midpoint rule's 1/12, -1/8, 1/24 to third order.
    """
    nodes = np.arange(_NODES) + offset
    wanted = [_bernoulli(p + 1, offset) / (p + 1) for p in range(_NODES)]
    return np.linalg.solve(np.vander(nodes, _NODES, increasing=True).T, np.array(wanted))


def _bernoulli(n: int, x: float) -> float:
    numbers = (1.0, -0.5, 1.0 / 6.0, 0.0, -1.0 / 30.0)
    return sum(comb(n, k) * numbers[k] * x ** (n - k) for k in range(n + 1))


def above(grid: Grid, edge: float) -> Floats:
    """Weights that integrate over nodes above `edge` only; an edge outside the grid cuts nothing."""
    place = (edge - grid.first) / grid.step
    inside = int(np.floor(place)) + 1
    if inside <= 0:
        return np.ones(grid.n)
    weights = np.zeros(grid.n)
    if inside >= grid.n:
        return weights
    weights[inside:] = 1.0
    offset = inside - place
    extra = end_weights(offset if offset > 0 else 1.0)[: grid.n - inside]
    weights[inside : inside + len(extra)] += extra
    return weights


def solve(
    grid: Grid, schedule: Schedule, *, vol: float, rate: float, carry: float, dt: float
) -> Floats:
    """Value of every part at every age.

    Parameters
    ----------
    grid : Grid
    schedule : Schedule
    vol, rate, carry : float
        [1/sqrt(yr), 1/yr, 1/yr]
    dt : float
        [yr/session]

    Returns
    -------
    ndarray of shape (sessions + 1, n_nodes, 7)
        Row k: k sessions before maturity, that day's close already looked at. Row 0 is unused.
    """
    spread = vol * np.sqrt(dt)
    drift = (rate - carry) * dt - 0.5 * spread**2
    step = _Step(grid, spread, drift, float(np.exp(-rate * dt)))
    alive = above(grid, grid.knock_in)
    out = np.zeros((schedule.sessions + 1, grid.n, PARTS))
    source, constant = _maturity(grid, float(schedule.knock_out[0]), alive)
    months = {int(k): i for i, k in enumerate(schedule.observation)}
    for k in range(1, schedule.sessions + 1):
        # Far under the barriers the principal is the index itself, whatever the schedule.
        low = np.exp(grid.first - carry * dt * (k - 1))
        out[k] = step(source, constant, low)
        source, constant = out[k].copy(), np.zeros(PARTS)
        source[:, EXTRA:] *= alive[:, None]
        if k in months:
            i = months[k]
            _knock_out(source, constant, out[k], grid, float(schedule.knock_out[i]), i, alive)
    return out


class _Step:
    """One session back: convolution with the Gaussian step, discounted."""

    def __init__(self, grid: Grid, spread: float, drift: float, discount: float) -> None:
        self.ghosts = int(np.ceil((REACH * spread + abs(drift)) / grid.step)) + 1
        z = (grid.step * np.arange(-self.ghosts, self.ghosts + 1) - drift) / spread
        self.kernel = np.exp(-0.5 * z * z) * (discount * grid.step / (spread * _ROOT))
        self.discount = discount
        # Index at the nodes under the grid, relative to its first node.
        self.fall = np.exp(grid.step * np.arange(-self.ghosts, 0))

    def __call__(self, source: Floats, constant: Floats, low: float) -> Floats:
        """Continuation of ``constant + source``; beyond the top the source keeps its last value."""
        under = np.tile(-constant, (self.ghosts, 1))
        under[:, PRINCIPAL] += low * self.fall
        under[:, EXTRA:] = 0.0
        over = np.tile(source[-1], (self.ghosts, 1))
        wide = np.concatenate([under, source, over])
        value = [np.correlate(wide[:, part], self.kernel, "valid") for part in range(PARTS)]
        return np.stack(value, axis=1) + self.discount * constant


def _maturity(grid: Grid, knock_out: float, alive: Floats) -> tuple[Floats, Floats]:
    """Payoff of the last close, cut at strike, knock-in and knock-out."""
    spot = np.exp(grid.nodes)
    out = 1.0 - above(grid, np.log(knock_out))
    top = min(0.0, float(np.log(knock_out)))
    under = 1.0 - above(grid, top)
    source, constant = np.zeros((grid.n, PARTS)), np.zeros(PARTS)
    constant[[PRINCIPAL, AT_KNOCK_OUT]] = 1.0
    source[:, PRINCIPAL] = (spot - 1.0) * under
    source[:, AT_KNOCK_OUT] = -out
    if grid.knock_in < top:
        source[:, EXTRA + PRINCIPAL] = (1.0 - spot) * (alive - above(grid, top))
    source[:, SURVIVES] = alive - above(grid, np.log(knock_out))
    return source, constant


def _knock_out(
    source: Floats,
    constant: Floats,
    value: Floats,
    grid: Grid,
    knock_out: float,
    months: int,
    alive: Floats,
) -> None:
    """Replace what is over the barrier by the knock-out's payment, held as a constant."""
    over = above(grid, float(np.log(knock_out)))
    constant[:EXTRA] = 1.0, 1.0, months
    source[:, :EXTRA] = (value[:, :EXTRA] - constant[:EXTRA]) * (1.0 - over)[:, None]
    source[:, EXTRA:] = value[:, EXTRA:] * (alive - over)[:, None]


def grid_for(
    knock_in: float, highest: float, *, vol: float, dt: float, sessions: int, rho: float
) -> Grid:
    """Grid fine enough for one session's step and wide enough for the whole life."""
    spread = vol * np.sqrt(dt)
    step = spread / rho
    life = spread * np.sqrt(sessions)
    bottom = np.log(knock_in) - min(1.2, 4.0 * life)
    top = np.log(highest) + 6.0 * spread * np.sqrt(4 * SESSIONS_A_MONTH)
    below = int(np.ceil((np.log(knock_in) - bottom) / step))
    return Grid(
        first=float(np.log(knock_in) - (below - 0.5) * step),
        step=float(step),
        n=below + int(np.ceil((top - np.log(knock_in)) / step)),
        knock_in=float(np.log(knock_in)),
    )
