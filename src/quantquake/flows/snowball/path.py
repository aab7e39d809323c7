"""The note's state machine: what a path of closes makes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from quantquake.errors import DataError
from quantquake.flows.snowball.checks import PER_OBSERVATION, ROUNDING
from quantquake.flows.snowball.kinds import FloatArray, Outcome, Watch

if TYPE_CHECKING:
    from quantquake.flows.snowball.trade import Snowball


def after(trade: Snowball, closes: Sequence[float] | FloatArray) -> Snowball:
    """Note as it stands after the next closes: moved on, knocked in, or ended.

    Parameters
    ----------
    trade : Snowball
    closes : sequence of shape (n_closes,)
        Closes of sessions 1, 2, ... ahead. [points, as `spot0`]

    Returns
    -------
    Snowball
        At the last close, or where it ended. Knocked out if an observation closed at or above its
        barrier (before a knock-in of the same close is looked at), knocked in after a close at or
        below the barrier, matured at its last session. Period coupons met on the way have been paid and
        are gone. Ended notes carry `outcome` and `settlement`.

    Raises
    ------
    DataError
        A close that is missing or not above 0: a barrier may have been hit on it.
    """
    levels = np.atleast_1d(np.asarray(closes, float)) / trade.spot0
    bad = np.flatnonzero(~(levels > 0))
    if len(bad):
        raise DataError(
            f"`closes`: {len(bad)} of {len(levels)} are missing or not above 0, first at place "
            f"{int(bad[0])}: a barrier may have been hit that day. Fill in the published closes."
        )
    if trade.outcome is not Outcome.ALIVE:
        return dataclasses.replace(trade, settlement=0.0) if len(levels) else trade
    for session, spot in enumerate(levels[: trade.sessions], start=1):
        ended = _ends(trade, session, float(spot))
        if ended is not None:
            outcome, paid = ended
            knocked_in = _knocked_in(trade, levels, session)
            if outcome is Outcome.MATURED:
                paid += trade.redemption(float(spot)) if knocked_in else trade.survival_amount()
            due = paid if session == len(levels) else 0.0
            return shifted(trade, session, outcome=outcome, settlement=due)
    return shifted(trade, len(levels), knocked_in=_knocked_in(trade, levels, len(levels)))


def _ends(trade: Snowball, session: int, spot: float) -> tuple[Outcome, float] | None:
    """How the note ends at a close, with what the date itself pays; None if it goes on."""
    place = _observation(trade, session)
    coupon = 0.0
    if place is not None:
        if spot >= trade.per_observation("coupon_barrier")[place] * (1 - ROUNDING):
            coupon = trade.per_observation("period_coupon")[place]
        if spot >= trade.per_observation("knock_out")[place] * (1 - ROUNDING):
            return Outcome.KNOCKED_OUT, float(trade.knock_out_amounts()[place] + coupon)
    if session == trade.sessions:
        return Outcome.MATURED, float(coupon)
    return None


def _observation(trade: Snowball, session: int) -> int | None:
    days = list(trade.observation_sessions)
    return days.index(session) if session in days else None


def _knocked_in(trade: Snowball, levels: FloatArray, sessions: int) -> bool:
    if trade.knock_in is None or trade.watch is Watch.NEVER:
        return False
    first = 0 if trade.watch is Watch.DAILY else trade.sessions - 1
    seen = levels[first:sessions] <= trade.knock_in * (1 + ROUNDING)
    return trade.knocked_in or bool(seen.any())


def shifted(trade: Snowball, sessions: int, **changes: Any) -> Snowball:
    """Same note `sessions` later, its passed observations gone, with `changes` to its state."""
    left = [k for k, day in enumerate(trade.observation_sessions) if day > sessions]
    kept: dict[str, Any] = {name: trade.per_observation(name)[left] for name in PER_OBSERVATION}
    coupons = trade.per_observation("coupon")
    return dataclasses.replace(
        trade,
        **{**kept, **changes},
        observation_sessions=[trade.observation_sessions[k] - sessions for k in left],
        accrual=None if trade.accrual is None else [trade.accrual[k] for k in left],
        sessions=trade.sessions - sessions,
        elapsed=trade.elapsed + sessions,
        last_coupon=float(coupons[-1]) if len(coupons) else trade.last_coupon,
    )
