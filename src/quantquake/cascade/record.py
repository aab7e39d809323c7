"""What a run leaves behind: daily levels, who traded what in which round, and how holders ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.cascade.participants.view import FloatArray
from quantquake.cascade.scenario import Scenario
from quantquake.cascade.scene import group_levels
from quantquake.cascade.state import Cast, State

Turn = tuple[
    int, int, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int8]
]  # day, round, holders, paths, outcomes


@dataclass(slots=True)
class Record:
    """Arrays filled while the clock runs. D days, N clearings a day, P participants, S paths.

    Attributes
    ----------
    groups, low : ndarray of shape (D + 1, G, S)
        Price of each group at the close, and its lowest after any clearing of the day; 1 before
        day 1.
    index : ndarray of shape (D + 1, I, S)
        Level at the close, 1 before day 1.
    basis, depth : ndarray of shape (D + 1, I or G, S)
        Futures over index minus one, NaN for an index without futures; depth of the sell side.
    sold, bought : ndarray of shape (D, N, P, G, S)
        [money]
    futures : ndarray of shape (D, N, P, I, S)
        Net flow. [money]
    nav : ndarray of shape (D + 1, P, S)
        Equity over units of each participant's holders together; NaN without a balance sheet.
    leverage : ndarray of shape (D + 1, P, S)
        Gross over equity of its holders together; NaN without equity or a balance sheet.
    gain : ndarray of shape (D + 1, P, S)
        Won or lost since the start, at market, by those who trade for their own account without a
        balance sheet; NaN for the others. [money]
    funded, own : ndarray of bool, shape (P,)
        Who has a balance sheet; who has none and trades for its own account.
    quoted : ndarray of bool, shape (I,)
        Whether there are futures on the index.
    seen : ndarray of shape (F, S)
        Outcome of each holder when it was last looked at.
    turns : list of (day, round, holders, paths, outcomes)
        When holders' outcomes worsened; the evening counts as the closing auction.
    """

    groups: FloatArray
    low: FloatArray
    index: FloatArray
    basis: FloatArray
    depth: FloatArray
    sold: FloatArray
    bought: FloatArray
    futures_flow: FloatArray
    nav: FloatArray
    leverage: FloatArray
    gain: FloatArray
    funded: npt.NDArray[np.bool_]
    own: npt.NDArray[np.bool_]
    quoted: npt.NDArray[np.bool_]
    seen: npt.NDArray[np.int8]
    turns: list[Turn]

    @classmethod
    def of(cls, scenario: Scenario, cast: Cast, n: int) -> Record:
        """Make room for a run of `n` paths."""
        days, clearings = scenario.days, scenario.rounds + 1
        g, i, p = len(cast.assets.groups), len(scenario.indices), len(cast.rows)
        trades = (days, clearings, p)
        funded = np.array([cast.funded[rows.start] for rows in cast.rows.values()], dtype=bool)
        own = np.array([one.own_account for one in scenario.participants], dtype=bool)
        return cls(
            groups=np.ones((days + 1, g, n)),
            low=np.full((days + 1, g, n), np.inf),
            index=np.ones((days + 1, i, n)),
            basis=np.zeros((days + 1, i, n)),
            depth=np.ones((days + 1, g, n)),
            sold=np.zeros((*trades, g, n)),
            bought=np.zeros((*trades, g, n)),
            futures_flow=np.zeros((*trades, i, n)),
            nav=np.ones((days + 1, p, n)),
            leverage=np.full((days + 1, p, n), np.nan),
            gain=np.full((days + 1, p, n), np.nan),
            funded=funded,
            own=own & ~funded,
            quoted=np.array([x.futures is not None for x in scenario.indices], dtype=bool),
            seen=np.zeros((cast.table.n_holders, n), dtype=np.int8),
            turns=[],
        )

    def opening(self, cast: Cast, state: State) -> None:
        """Write the line before day 1."""
        self._levels(cast, state, 0)

    def close(self, cast: Cast, state: State, day: int) -> None:
        """Write the day's closing line."""
        self._levels(cast, state, day)

    def trade(self, ledger: FloatArray, when: tuple[int, int]) -> FloatArray:
        """Keep a clearing's ledger (2, P * G, S); returns what all sold, shape (G, S). [money]"""
        self.sold[when] = ledger[0].reshape(self.sold[when].shape)
        self.bought[when] = ledger[1].reshape(self.sold[when].shape)
        return np.asarray(self.sold[when].sum(axis=0))

    def futures(self, flow: FloatArray, cast: Cast, when: tuple[int, int]) -> None:
        """Add up futures flow by participant."""
        first = [rows.start for rows in cast.rows.values()]
        self.futures_flow[when] = np.add.reduceat(flow, first, axis=0)

    def turned(self, state: State, day: int, round_: int) -> None:
        """Note whose outcome has worsened since the last look."""
        worse = state.status > self.seen
        if not worse.any():
            return
        holders, paths = np.nonzero(worse)
        self.turns.append((day, round_, holders, paths, state.status[worse]))
        self.seen = state.status.copy()

    def first_days(self, cast: Cast, outcomes: int) -> FloatArray:
        """Day on which the first holder of each participant came to each outcome; NaN if never.

        Shape (O, P, S).
        """
        first = np.full((outcomes, len(cast.rows), self.seen.shape[1]), np.nan)
        starts = [rows.start for rows in cast.rows.values()]
        for day, _, holders, paths, became in self.turns:
            people = np.searchsorted(starts, holders, side="right") - 1
            np.fmin.at(first, (became, people, paths), float(day))
        return first

    def lowest(self, cast: Cast, state: State, day: int) -> None:
        """Keep the lowest level seen after a clearing."""
        np.minimum(self.low[day], group_levels(cast, state.book.price), out=self.low[day])

    def _levels(self, cast: Cast, state: State, day: int) -> None:
        self.groups[day] = group_levels(cast, state.book.price)
        self.low[day] = np.minimum(self.low[day], self.groups[day])
        self.index[day] = cast.weights @ state.book.price
        self.basis[day] = np.where(self.quoted[:, None], state.basis, np.nan)
        self.depth[day] = state.depth
        first = [rows.start for rows in cast.rows.values()]
        equity = np.add.reduceat(state.positions.net + state.cash, first, axis=0)
        gross = np.add.reduceat(state.positions.gross, first, axis=0)
        funded = self.funded[:, None]
        units = np.add.reduceat(state.units, first, axis=0)
        self.nav[day] = np.where(funded, equity / units, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.leverage[day] = np.where(funded & (equity > 0), gross / equity, np.nan)
        # They began with nothing, so what they are worth is what they have won.
        self.gain[day] = np.where(self.own[:, None], equity, np.nan)
