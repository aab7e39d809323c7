"""The terms of one snowball as it stands today: what is left of its schedule, and its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from quantquake.data.session_table import DateLike
from quantquake.flows.snowball.checks import normalise
from quantquake.flows.snowball.kinds import FloatArray, Numbers, Outcome, Watch
from quantquake.types import Result

__all__ = ["FloatArray", "Numbers", "Outcome", "Snowball", "Watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snowball(Result):
    """One autocallable note, seen from its holder, at today's close.

    Session 0 is today, session 1 the next close. Barriers, strike and floor are fractions of
    `spot0` unless ``barriers_as="level"`` says that barriers and strike are index levels; after
    construction they are always fractions.

    Attributes
    ----------
    spot0 : float
        Index level at issue. [points]
    notional : float
        Face amount, above 0; who is long and who is short is the book's business. [money]
    knock_in : float or None
        Closing at or below it, the holder bears the fall (敲入). None only if `watch` is
        "never".
    knock_out : float or sequence of shape (n_observations,)
        Closing at or above it on its observation session, the note ends (敲出). ``inf``: no
        knock-out that day. A step-down or double-down is a falling sequence, a parachute one
        whose last member is `knock_in`.
    observation_sessions : sequence of int of shape (n_observations,)
        Sessions from today to each observation still to come, rising, 1 or more. [d]
    sessions : int
        Sessions left to maturity; 0 is maturity's own close. [d]
    coupon : float or sequence of shape (n_observations,)
        Yearly rate paid at knock-out for the time since issue. [1/yr]
    bonus : float or None
        Paid in all at maturity if the note neither knocked in nor out (红利). None: the last
        coupon for the whole life. [1]
    days_per_year : float
        Sessions in the year of volatility, rate, carry and coupon. [d/yr]
    knocked_in : bool
        Whether a close has already been at or below `knock_in`.
    barriers_as : {"ratio", "level"}
        How barriers and strike were given.
    elapsed : int
        Sessions since issue. [d]
    watch : Watch
        Knock-in at every close, at maturity's close only (European), or never.
    strike : float
        After a knock-in the holder loses ``max(strike - S, 0)`` at maturity; below 1 an
        out-of-the-money strike. [1]
    floor : float
        Least redemption after a knock-in: 0.8 limits the loss to 20 %. [1]
    period_coupon : float or sequence of shape (n_observations,)
        Cash paid at an observation that closes at or above `coupon_barrier`, knocked in or not
        (phoenix, FCN, DCN). [1]
    coupon_barrier : float or sequence of shape (n_observations,)
        Barrier of `period_coupon`; 0 pays it always (FCN). [1]
    margin : float
        Share of the notional the holder has paid in (保证金); 1 is fully funded. [1]
    margin_interest : float
        Simple yearly interest the holder gets on the margin. [1/yr]
    accrual : sequence of shape (n_observations,) or None
        Years of coupon at each observation; None: sessions since issue over `days_per_year`.
    outcome : Outcome
        Alive, or how it ended.
    settlement : float or None
        Cash due at today's close of a note that has ended: what it pays if it ended today, 0 if
        earlier; None while it is alive. [1]
    last_coupon : float or None
        Coupon behind a `bonus` of None once no observation is left to say it. [1/yr]

    Raises
    ------
    ConfigError
        Terms that no such note has; the message says which and what to give.
    """

    spot0: float
    notional: float
    knock_in: float | None
    knock_out: Numbers
    observation_sessions: Sequence[int] | npt.NDArray[np.int64]
    sessions: int
    coupon: Numbers
    bonus: float | None = None
    days_per_year: float = 252.0
    knocked_in: bool = False
    barriers_as: Literal["ratio", "level"] = "ratio"
    elapsed: int = 0
    watch: Watch | str = Watch.DAILY
    strike: float = 1.0
    floor: float = 0.0
    period_coupon: Numbers = 0.0
    coupon_barrier: Numbers = 0.0
    margin: float = 1.0
    margin_interest: float = 0.0
    accrual: Sequence[float] | FloatArray | None = None
    outcome: Outcome | str = Outcome.ALIVE
    settlement: float | None = None
    last_coupon: float | None = None

    def __post_init__(self) -> None:
        normalise(self)

    @classmethod
    def from_terms(cls, start: DateLike, **terms: Any) -> Snowball:
        """Make a note from dates: see :func:`quantquake.flows.snowball.terms.from_terms`."""
        from quantquake.flows.snowball.terms import from_terms

        return from_terms(start, **terms)

    def after(self, closes: Sequence[float] | FloatArray) -> Snowball:
        """Note as it stands after the next closes: see `quantquake.flows.snowball.path.after`."""
        from quantquake.flows.snowball.path import after

        return after(self, closes)

    def years(self) -> FloatArray:
        """Years of coupon at each observation, shape (n_observations,)."""
        if self.accrual is not None:
            return np.array(self.accrual, float)
        days = self.elapsed + np.array(self.observation_sessions, float)
        return days / self.days_per_year

    def per_observation(self, name: str) -> FloatArray:
        """One of the per-observation terms as an array of shape (n_observations,)."""
        return np.array(getattr(self, name), float)

    def funding(self, sessions: float | FloatArray) -> Any:
        """What a margin trade pays back beside a fully funded one, `sessions` after issue. [1]"""
        years = np.asarray(sessions, float) / self.days_per_year
        return self.margin * (1.0 + self.margin_interest * years) - 1.0

    def knock_out_amounts(self) -> FloatArray:
        """Paid at each knock-out, the period coupon left out, shape (n_observations,). [1]"""
        days = self.elapsed + np.array(self.observation_sessions, float)
        return 1.0 + self.per_observation("coupon") * self.years() + self.funding(days)

    def survival_amount(self) -> float:
        """Paid at maturity if neither barrier was hit. [1]"""
        life = self.elapsed + self.sessions
        bonus = self.bonus
        if bonus is None:
            left = self.per_observation("coupon")
            rate = left[-1] if len(left) else self.last_coupon or 0.0
            bonus = rate * life / self.days_per_year
        return float(1.0 + bonus + self.funding(life))

    def redemption(self, spot: float) -> float:
        """Paid at maturity after a knock-in, at ``S = spot / spot0``. [1]"""
        kept = max(self.floor, 1.0 - max(self.strike - spot, 0.0))
        return float(kept + self.funding(self.elapsed + self.sessions))
