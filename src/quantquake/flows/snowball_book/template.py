"""Template mode: solve a note's schedule once, look every trade of that kind up in it.

For maps, histories and scenarios, not for marks: real observation days stand up to three sessions
from the template's, and the cubic between nodes has an error of its own. Both are measured in
docs/en/snowball.md. Trades no template fits are priced by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quantquake.flows.kernels.snowball_template import lookup
from quantquake.flows.snowball import TradeColumns, price_book
from quantquake.flows.snowball_book import backward
from quantquake.flows.snowball_book.backward import SESSIONS_A_MONTH, Grid
from quantquake.flows.snowball_book.positions import Positions
from quantquake.flows.snowball_book.terms import Bools, Floats, Ints

LONGEST = 756
"""Sessions a template is solved for at most: three years and a little. [d]"""
OFF_MONTH = 12
"""Sessions an observation may stand from its month's place: holidays bunch in spring and autumn. [d]"""
OFF_ACCRUAL = 0.01
"""What an observation may pay beside a straight line in time: some days of coupon. [1]"""


class Key(NamedTuple):
    """What trades of one template share."""

    knock_in: float
    knock_out: float
    step: float
    observations: int
    dt: float


@dataclass(frozen=True, slots=True)
class Template:
    """One solved schedule.

    Attributes
    ----------
    grid : Grid
    table : ndarray of shape (sessions + 1, n_nodes, 7)
        As `backward.solve` returns it.
    """

    grid: Grid
    table: Floats


class TemplateSet:
    """Templates solved so far, kept for the next question; one set a book.

    Parameters
    ----------
    rho : float
        Nodes to a session's standard deviation.
    """

    def __init__(self, rho: float = 3.0) -> None:
        self.rho = rho
        self._solved: dict[tuple[object, ...], Template] = {}

    def __len__(self) -> int:
        return len(self._solved)

    def greeks(
        self,
        positions: Positions,
        levels: Floats,
        *,
        vol: float,
        rate: float,
        carry: float,
        rho: float,
    ) -> tuple[Floats, Floats, Floats]:
        """Price, delta and gamma as `Pricer.greeks`; what fits no template is priced exactly."""
        c = positions.columns
        x = np.log(np.broadcast_to(levels, (len(c), levels.shape[-1])) / c.spot0[:, None])
        out = np.empty((3, *x.shape))
        kinds, kind, left, weight = describe(c)
        fits = kind >= 0
        for k, key in enumerate(kinds):
            rows = kind == k
            made = self._template(key, int(left[rows].max()), vol, rate, carry)
            _read(made, c, rows, left, weight, x, out)
        rest = ~fits
        if rest.any():
            at = np.exp(x[rest]) * c.spot0[rest, None]
            out[:, rest] = price_book(
                positions.take(rest).columns, at, vol=vol, rate=rate, carry=carry, rho=rho
            )
        return out[0], out[1], out[2]

    def _template(self, key: Key, sessions: int, vol: float, rate: float, carry: float) -> Template:
        name = (*key, vol, rate, carry)
        made = self._solved.get(name)
        if made is None or len(made.table) <= sessions:
            self._solved[name] = made = _solved(key, sessions, vol, rate, carry, self.rho)
        return made


def _solved(key: Key, sessions: int, vol: float, rate: float, carry: float, rho: float) -> Template:
    schedule = backward.normalised(key.knock_out, key.step, key.observations, sessions)
    highest = float(schedule.knock_out.max())
    grid = backward.grid_for(key.knock_in, highest, vol=vol, dt=key.dt, sessions=sessions, rho=rho)
    table = backward.solve(grid, schedule, vol=vol, rate=rate, carry=carry, dt=key.dt)
    return Template(grid, table)


def _read(
    made: Template,
    c: TradeColumns,
    rows: Bools,
    left: Ints,
    weight: Floats,
    x: Floats,
    out: Floats,
) -> None:
    shape = (int(rows.sum()), x.shape[1])
    found = np.empty((3, *shape))
    lookup(
        made.table,
        made.grid.first,
        made.grid.step,
        np.ascontiguousarray(left[rows]),
        np.ascontiguousarray(weight[rows]),
        c.knocked_in[rows].astype(np.int64),
        np.log(c.knock_in[rows]),
        np.ascontiguousarray(x[rows]),
        *found,
    )
    out[:, rows] = found


def describe(c: TradeColumns) -> tuple[list[Key], Ints, Ints, Floats]:
    """Template of every trade, and the weights of the parts.

    A trade fits if its knock-in is daily, strike and floor are the usual ones, its observations
    are about a month apart, its barriers rise by one step a month back and what it pays at
    knock-out is linear in time.

    Returns
    -------
    kinds : list of Key
    kind : ndarray of int of shape (n_trades,)
        Place of each trade's template in `kinds`, -1 where none fits.
    left : ndarray of int of shape (n_trades,)
        Sessions to maturity on the template's own calendar: its next observation is as far away as
        the trade's, which matters most, and the later ones as near as they come. [d]
    weight : ndarray of shape (n_trades, 7)
    """
    fits = (c.watch == 0) & (c.strike == 1) & (c.floor == 0) & (c.shift == 0)
    fits &= np.isnan(c.settled) & (np.diff(c.first) > 0)
    kind = np.full(len(c), -1, dtype=np.int64)
    weight = np.zeros((len(c), backward.PARTS))
    if not fits.any():
        return [], kind, c.sessions, weight
    own = _Observations(c)
    at_end, step, bent = own.line(c.knock_out)
    pays, accrual, curved = own.line(c.pays)
    fits &= (
        (own.left <= LONGEST)
        & (own.off <= OFF_MONTH)
        & (own.paid == 0)
        & (bent < 1e-9)
        & (curved < OFF_ACCRUAL)
    )
    # Earlier observations than the note's own change nothing, unless one would still lie ahead, as
    # in its lock-in: then the template must not have it.
    locked = own.left > np.rint(own.count * SESSIONS_A_MONTH)
    count = np.where(locked, own.count, int(LONGEST / SESSIONS_A_MONTH) + 1)
    said = (c.knock_in, at_end.round(9), step.round(9), count.astype(float), 1.0 / c.days_per_year)
    found, place = np.unique(np.stack(said, axis=1)[fits], axis=0, return_inverse=True)
    kind[fits] = place.reshape(-1)
    three = np.stack([np.ones(len(c)), pays - 1.0, accrual], axis=1)
    weight[:] = np.concatenate([three, three, (c.survive - 1.0)[:, None]], axis=1)
    kinds = [Key(a, b, s, int(n), dt) for a, b, s, n, dt in found.tolist()]
    return kinds, kind, own.left, weight


class _Observations:
    """Observations of all trades, counted in months before maturity."""

    def __init__(self, c: TradeColumns) -> None:
        self.count = np.diff(c.first)
        self.row = np.repeat(np.arange(len(c)), self.count)
        self.last = np.maximum(c.first[1:] - 1, 0)
        self.head = np.minimum(c.first[:-1], max(len(self.row) - 1, 0))
        self.back = self.last[self.row] - np.arange(len(self.row))
        self.soonest = c.observation[self.head]
        months = np.rint((self.count - 1) * SESSIONS_A_MONTH).astype(np.int64)
        self.left = np.where(self.count > 0, months + self.soonest, c.sessions)
        place = self.left[self.row] - np.rint(self.back * SESSIONS_A_MONTH)
        self.off = self._most(np.abs(c.observation - place))
        self.paid = self._most(np.abs(c.coupon) + np.abs(c.gap))

    def _most(self, values: Floats) -> Floats:
        out = np.zeros(len(self.count))
        np.maximum.at(out, self.row, values)
        return out

    def line(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Last value, rise a month back, and the largest distance from that line."""
        end = values[self.last]
        rise = (values[self.head] - end) / np.maximum(self.count - 1, 1)
        straight = end[self.row] + rise[self.row] * self.back
        return end, rise, self._most(np.abs(values - straight))
