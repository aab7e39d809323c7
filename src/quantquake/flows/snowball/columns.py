"""A book of trades as plain arrays, which is what the pricing kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantquake.flows.snowball.kinds import FloatArray, Outcome, Watch
from quantquake.flows.snowball.trade import Snowball

IntArray = npt.NDArray[np.int64]
_WATCHES: dict[str, int] = {Watch.DAILY: 0, Watch.MATURITY: 1, Watch.NEVER: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeColumns:
    """Terms of `n_trades` notes, one array a term; barriers and amounts per unit `spot0`/notional.

    Observations of all trades lie behind each other; trade i owns ``first[i]:first[i + 1]``.

    Attributes
    ----------
    spot0, notional, days_per_year : ndarray of shape (n_trades,)
    sessions : ndarray of int64, shape (n_trades,)
        Left to maturity. [d]
    knock_in, strike, floor : ndarray of shape (n_trades,)
        [1] `knock_in` is 0 where it is never watched.
    watch : ndarray of int64, shape (n_trades,)
        0 daily, 1 at maturity, 2 never.
    knocked_in : ndarray of bool, shape (n_trades,)
    shift : ndarray of shape (n_trades,)
        Added to the redemption after a knock-in: margin less notional, plus interest. [1]
    survive : ndarray of shape (n_trades,)
        Paid at maturity if neither barrier was hit. [1]
    settled : ndarray of shape (n_trades,)
        Cash due today of a trade that has ended, NaN while alive. [1]
    first : ndarray of int64, shape (n_trades + 1,)
    observation : ndarray of int64, shape (n_observations,)
        Sessions from today. [d]
    knock_out, pays, coupon_barrier, coupon : ndarray of shape (n_observations,)
        Barrier (inf: none), all that is paid at knock-out but the period coupon, barrier of the
        period coupon, period coupon. [1]
    gap : ndarray of shape (n_observations,)
        Paid on top at knock-out to a note not yet knocked in: 0, but for counting claims. [1]
    """

    spot0: FloatArray
    notional: FloatArray
    days_per_year: FloatArray
    sessions: IntArray
    knock_in: FloatArray
    watch: IntArray
    knocked_in: npt.NDArray[np.bool_]
    strike: FloatArray
    floor: FloatArray
    shift: FloatArray
    survive: FloatArray
    settled: FloatArray
    first: IntArray
    observation: IntArray
    knock_out: FloatArray
    pays: FloatArray
    coupon_barrier: FloatArray
    coupon: FloatArray
    gap: FloatArray

    def __len__(self) -> int:
        return len(self.spot0)

    @classmethod
    def of(cls, trades: Sequence[Snowball]) -> TradeColumns:
        """Lay trades out as columns."""
        sizes = [len(t.observation_sessions) for t in trades]

        def each(values: list[float]) -> FloatArray:
            return np.array(values, float)

        def ragged(parts: list[FloatArray]) -> FloatArray:
            return np.concatenate([*parts, np.empty(0)])

        return cls(
            spot0=each([t.spot0 for t in trades]),
            notional=each([t.notional for t in trades]),
            days_per_year=each([t.days_per_year for t in trades]),
            sessions=np.array([t.sessions for t in trades], np.int64),
            knock_in=each([t.knock_in or 0.0 for t in trades]),
            watch=np.array([_WATCHES[t.watch] for t in trades], np.int64),
            knocked_in=np.array([t.knocked_in for t in trades], bool),
            strike=each([t.strike for t in trades]),
            floor=each([t.floor for t in trades]),
            shift=each([_redemption_shift(t) for t in trades]),
            survive=each([t.survival_amount() for t in trades]),
            settled=each([np.nan if t.outcome is Outcome.ALIVE else _due(t) for t in trades]),
            first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            observation=ragged([np.asarray(t.observation_sessions, float) for t in trades]).astype(
                np.int64
            ),
            knock_out=ragged([t.per_observation("knock_out") for t in trades]),
            pays=ragged([t.knock_out_amounts() for t in trades]),
            coupon_barrier=ragged([t.per_observation("coupon_barrier") for t in trades]),
            coupon=ragged([t.per_observation("period_coupon") for t in trades]),
            gap=np.zeros(sum(sizes)),
        )


def _due(trade: Snowball) -> float:
    return 0.0 if trade.settlement is None else trade.settlement


def _redemption_shift(trade: Snowball) -> float:
    return float(trade.funding(trade.elapsed + trade.sessions))
